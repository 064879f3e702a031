package linalg

import "github.com/fluxion-go/fluxion/fx"

// Jacobi is the preconditioner that divides by the operator's diagonal, a tree
// like the unknowns. (A zero on the diagonal gives infinities, which the
// solver reports as NonFinite.)
func Jacobi[T any](diagonal T) func(T) T {
	return func(r T) T {
		sameFloats("Jacobi", "the vector", r, diagonal)
		ds, i := floats("Jacobi", diagonal), -1
		return fx.Map(func(a *fx.Array) *fx.Array {
			if !a.DType().IsFloat() {
				return a
			}
			i++
			return a.Div(ds[i])
		}, r)
	}
}
