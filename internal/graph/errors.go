package graph

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
)

// Error is a mistake in the program that uses the library: a shape, dtype,
// axis, tree or transformation that cannot be. It is a panic's value, raised
// at the line that made the mistake.
type Error struct {
	Op  string // the operation, as the user wrote it
	Msg string // what is wrong, with the shapes and types involved
	Pos string // file:line of the first caller outside the library
}

func (e *Error) Error() string {
	if e.Pos == "" {
		return fmt.Sprintf("fx: %s: %s", e.Op, e.Msg)
	}
	return fmt.Sprintf("fx: %s: %s (%s)", e.Op, e.Msg, e.Pos)
}

// Fail panics with an *Error.
func Fail(op, format string, args ...any) {
	panic(&Error{Op: op, Msg: fmt.Sprintf(format, args...), Pos: callerPos()})
}

// callerPos is the first frame outside the packages that make up the engine.
func callerPos() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		f, more := frames.Next()
		if f.Function != "" && !engineFrame(f.Function, f.File) {
			return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
		}
		if !more {
			return ""
		}
	}
}

const module = "github.com/fluxion-go/fluxion/"

func engineFrame(function, file string) bool {
	if strings.HasSuffix(file, "_test.go") {
		return false
	}
	rest, ok := strings.CutPrefix(function, module)
	return strings.HasPrefix(function, "runtime.") || strings.HasPrefix(function, "reflect.") ||
		ok && (strings.HasPrefix(rest, "fx.") || strings.HasPrefix(rest, "internal/"))
}
