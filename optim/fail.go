package optim

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/fluxion-go/fluxion/fx"
)

// fail panics with an *fx.Error at the caller's line: the first frame outside
// this package and the engine below it.
func fail(op, format string, args ...any) {
	panic(&fx.Error{Op: "optim." + op, Msg: fmt.Sprintf(format, args...), Pos: callerPos()})
}

const module = "github.com/fluxion-go/fluxion/"

func callerPos() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		f, more := frames.Next()
		rest, ours := strings.CutPrefix(f.Function, module)
		inside := ours && (strings.HasPrefix(rest, "optim.") || strings.HasPrefix(rest, "fx.") || strings.HasPrefix(rest, "internal/"))
		if f.Function != "" && (!inside || strings.HasSuffix(f.File, "_test.go")) {
			return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
		}
		if !more {
			return ""
		}
	}
}
