package linalg

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Power holds the settings of PowerIteration.
type Power struct {
	Tol     float64 // stop at |Av - lambda v| <= Tol |lambda|; 0 means 1e-3
	MaxIter int     // 0 means 1000
}

// PowerIteration finds the eigenvalue of largest magnitude of a symmetric
// operator (of a nonsymmetric one, if that eigenvalue is real and alone), a
// scalar, and its eigenvector, a tree of norm 1 like `like`, from a start drawn
// from the key. The report's Residual is |Av - lambda v|.
//
// It takes many iterations where the two largest magnitudes are close, and
// never ends by itself where they are equal with opposite signs: TopEigen has
// no such trouble, and costs a basis in memory.
func PowerIteration[T any](A func(T) T, like T, key *fx.Array, m Power) (*fx.Array, T, Report) {
	const op = "PowerIteration"
	x, unravel := ravel(op, like)
	a := flat(op, A, like, unravel)
	tol := nonNegative(op, "Tol", m.Tol)
	if tol == 0 {
		tol = 1e-3
	}
	limit := fx.Scalar(int32(iterations(op, m.MaxIter, 1000)))
	type state struct{ v, av, lambda, residual, k *fx.Array }
	step := func(v, k *fx.Array) state {
		v, _ = unit(v)
		av := a(v)
		lambda := v.Dot(av)
		return state{v, av, lambda, av.Sub(lambda.Mul(v)).Norm(), k}
	}
	target := func(s state) *fx.Array { return s.lambda.Abs().MulScalar(tol) }
	s := fx.While(
		func(s state) *fx.Array { return s.k.Less(limit).And(s.residual.Greater(target(s))) },
		func(s state) state { return step(s.av, s.k.AddScalar(1)) },
		step(random.Normal(key, x.DType(), x.Size()), fx.Scalar(int32(1))))
	status := pick(s.residual.LessEqual(target(s)), Converged, code(MaxIterations))
	status = pick(s.residual.IsFinite().Not(), NonFinite, status)
	return s.lambda, unravel(s.v), Report{Method: op, Iterations: s.k, Residual: s.residual, Target: target(s), Code: status}
}
