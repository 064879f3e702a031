package linalg

import "github.com/fluxion-go/fluxion/fx"

// NormalCG solves a general square system by conjugate gradients on its normal
// equations, (A'A + Ridge I) x = A'b (CGNR: Saad 2003, section 8.3): it takes any
// A that is not singular, and with a ridge any A at all. It costs a product with
// A and one with A' (by reverse mode) an iteration, and converges like the square
// of the condition number, where LSMR, which is the same method in exact
// arithmetic, loses half as many digits.
//
// The report's Residual is that of the normal equations, |A'b - (A'A + Ridge I) x|,
// and its Target is Tol |A'b|.
type NormalCG[T any] struct {
	Tol     float64 // stop at |r| <= max(Tol |A'b|, AbsTol); 0 means 1e-5 in float32, 1e-10 in float64
	AbsTol  float64 // 0 by default
	MaxIter int     // 0 means ten times the number of unknowns
	Ridge   float64
}

// Solve is Solver's.
func (m NormalCG[T]) Solve(A func(T) T, b, x0 T) (T, Report) {
	if A == nil {
		fail("NormalCG", "the operator is nil")
	}
	normal := Normal(A, b)
	if nonNegative("NormalCG", "Ridge", m.Ridge) > 0 {
		normal = Shifted(normal, fx.Const(m.Ridge))
	}
	x, r := CG[T]{Tol: m.Tol, AbsTol: m.AbsTol, MaxIter: m.MaxIter}.Solve(normal, Transpose(A, b)(b), x0)
	r.Method = "NormalCG"
	return x, r
}

// Adjoint is Solver's.
func (m NormalCG[T]) Adjoint(A func(T) T, like T) (func(T) T, Solver[T]) {
	return Transpose(A, like), m
}
