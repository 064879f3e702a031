package linalg

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/fluxion-go/fluxion/fx"
)

const module = "github.com/fluxion-go/fluxion/"

// fail panics with an *fx.Error that names the first source line outside this
// package and fx.
func fail(op, format string, args ...any) {
	e := &fx.Error{Op: "linalg." + op, Msg: fmt.Sprintf(format, args...)}
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		rest, inside := strings.CutPrefix(f.Function, module)
		inside = inside && (strings.HasPrefix(rest, "linalg.") || strings.HasPrefix(rest, "fx.") || strings.HasPrefix(rest, "internal/"))
		if !inside || strings.HasSuffix(f.File, "_test.go") {
			e.Pos = fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
			break
		}
	}
	panic(e)
}

// checkSquare rejects what is no square float matrix and gives its size.
func checkSquare(op string, a *fx.Array) int {
	if a == nil {
		fail(op, "the matrix is nil")
	}
	if a.NDim() != 2 || a.Dim(0) != a.Dim(1) || !a.DType().IsFloat() {
		fail(op, "%v%v is no square matrix of floats", a.DType(), a.Shape())
	}
	return a.Dim(0)
}
