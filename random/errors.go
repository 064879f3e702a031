package random

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
	e := &fx.Error{Op: "random." + op, Msg: fmt.Sprintf(format, args...)}
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		rest, inside := strings.CutPrefix(f.Function, module)
		inside = inside && (strings.HasPrefix(rest, "random.") || strings.HasPrefix(rest, "fx.") || strings.HasPrefix(rest, "internal/"))
		if !inside || strings.HasSuffix(f.File, "_test.go") {
			e.Pos = fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
			panic(e)
		}
		if !more {
			panic(e)
		}
	}
}

// checkKey rejects what is no single key.
func checkKey(op string, key *fx.Array) {
	if key == nil {
		fail(op, "the key is nil")
	}
	if key.DType() != fx.Uint32 || key.NDim() != 1 || key.Dim(0) != 2 {
		fail(op, "the key is %v%v; it must be one key, uint32[2] (use fx.Vmap for many)", key.DType(), key.Shape())
	}
}

func checkShape(op string, shape []int) {
	for _, d := range shape {
		if d < 0 {
			fail(op, "shape %v has a negative axis", shape)
		}
	}
}

func checkFloat(op string, d fx.DType) {
	if d != fx.Float32 && d != fx.Float64 {
		fail(op, "dtype %v; it must be float32 or float64", d)
	}
}
