package data

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/fluxion-go/fluxion/fx"
)

// fail panics with an *fx.Error at the caller's line: the first frame outside
// this package and what it is built on.
func fail(op, format string, args ...any) {
	panic(&fx.Error{Op: "data." + op, Msg: fmt.Sprintf(format, args...), Pos: callerPos()})
}

const module = "github.com/fluxion-go/fluxion/"

func callerPos() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		f, more := frames.Next()
		if f.Function != "" && (!below(f.Function) || strings.HasSuffix(f.File, "_test.go")) {
			return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
		}
		if !more {
			return ""
		}
	}
}

// below reports whether a function is of this package or below it.
func below(function string) bool {
	rest, ok := strings.CutPrefix(function, module)
	for _, pkg := range []string{"data.", "random.", "fx.", "internal/"} {
		if ok && strings.HasPrefix(rest, pkg) {
			return true
		}
	}
	return false
}

func checkKey(op string, key *fx.Array) {
	switch {
	case key == nil:
		fail(op, "the key is nil")
	case key.DType() != fx.Uint32 || key.NDim() != 1 || key.Dim(0) != 2:
		fail(op, "the key is %v%v; it must be one key of package random, uint32[2]", key.DType(), key.Shape())
	}
}

// checkSizes rejects sizes below 1.
func checkSizes(op, what string, sizes ...int) {
	for _, n := range sizes {
		if n < 1 {
			fail(op, "%s %v: must be at least 1", what, sizes)
		}
	}
}
