package graph

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
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
		if f.Function != "" && !libraryFrame(f.Function, f.File) {
			return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
		}
		if !more {
			return ""
		}
	}
}

const module = "github.com/fluxion-go/fluxion/"

// users are the packages of this module that use the library as anybody's
// program does.
var users = []string{"papers/", "cmd/", "bench"}

// libraryFrame reports whether a function is of the library, so that its line
// is not where a user's mistake was made.
func libraryFrame(function, file string) bool {
	if strings.HasSuffix(file, "_test.go") {
		return false
	}
	rest, ok := strings.CutPrefix(function, module)
	if !ok {
		return strings.HasPrefix(function, "runtime.") || strings.HasPrefix(function, "reflect.")
	}
	return !slices.ContainsFunc(users, func(u string) bool { return strings.HasPrefix(rest, u) })
}
