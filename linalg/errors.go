package linalg

import "github.com/fluxion-go/fluxion/fx"

// fail reports a mistake in the calling program.
func fail(op, format string, args ...any) { fx.Fail("linalg."+op, format, args...) }

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
