package implicit

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// EqQP solves a quadratic program that has equalities only, by its conditions of
// optimality, which are one linear system:
//
//	[ H   Eq' ] [ x  ]   [ -C  ]
//	[ Eq  0   ] [ nu ] = [ EqB ]
//
// It is traced and has all derivatives. H must be positive definite where Eq x = 0,
// and Eq of full rank; otherwise values are not finite.
func EqQP(p linalg.QP) Primal[*fx.Array] {
	n, eq, in := checkQP("EqQP", p)
	if in > 0 {
		fail("EqQP", "the program has inequalities: use QuadraticProgram")
	}
	if eq == 0 {
		return Primal[*fx.Array]{X: fx.Solve(p.H, p.C.Neg().ExpandDims(1)).Squeeze(1)}
	}
	x, nu := bordered(p.H, p.Eq, p.Eq, fx.Zeros(p.H.DType(), eq, eq), p.C.Neg(), p.EqB, n)
	return Primal[*fx.Array]{X: x, Nu: nu}
}

// bordered solves [h upper'; lower corner] [x; y] = [a; b].
func bordered(h, upper, lower, corner, a, b *fx.Array, n int) (x, y *fx.Array) {
	m := fx.Concatenate(0, fx.Concatenate(1, h, upper.T()), fx.Concatenate(1, lower, corner))
	s := fx.Solve(m, fx.Concatenate(0, a, b).ExpandDims(1)).Squeeze(1)
	return s.SliceAxis(0, 0, n), s.SliceAxis(0, n, fx.End)
}

// checkQP rejects a program whose shapes do not fit, and gives its sizes.
func checkQP(op string, p linalg.QP) (n, eq, in int) {
	if p.H == nil || p.C == nil || p.H.NDim() != 2 || p.H.Dim(0) != p.H.Dim(1) || p.C.NDim() != 1 || p.C.Dim(0) != p.H.Dim(0) {
		fail(op, "H must be [n, n] and C [n]")
	}
	n = p.C.Dim(0)
	rows := func(name string, a, b *fx.Array) int {
		if a == nil && b == nil {
			return 0
		}
		if a == nil || b == nil || a.NDim() != 2 || b.NDim() != 1 || a.Dim(0) != b.Dim(0) || a.Dim(1) != n {
			fail(op, "%s and its bounds must be [m, %d] and [m], or both nil", name, n)
		}
		return a.Dim(0)
	}
	return n, rows("Eq", p.Eq, p.EqB), rows("In", p.In, p.InB)
}

// QuadraticProgram gives the function that solves quadratic programs by OSQP, with
// derivatives in all their data through the conditions of Karush, Kuhn and Tucker.
// It works inside fx.Jit and fx.Vmap (linalg.QP's own Solve is for values on the
// host). There is no derivative where a constraint is active without a multiplier:
// see Complementarity.
func QuadraticProgram(m OSQP) func(p linalg.QP) (Primal[*fx.Array], Report) {
	return func(p linalg.QP) (Primal[*fx.Array], Report) {
		_, eq, in := checkQP("QuadraticProgram", p)
		f := func(x *fx.Array, p linalg.QP) *fx.Array {
			return x.Dot(p.H.MatMul(x)).MulScalar(0.5).Add(x.Dot(p.C))
		}
		var g, h func(x *fx.Array, p linalg.QP) *fx.Array
		var start Primal[*fx.Array]
		start.X = fx.ZerosLike(p.C)
		if in > 0 {
			g = func(x *fx.Array, p linalg.QP) *fx.Array { return p.In.MatMul(x).Sub(p.InB) }
			start.La = fx.ZerosLike(p.InB)
		}
		if eq > 0 {
			h = func(x *fx.Array, p linalg.QP) *fx.Array { return p.Eq.MatMul(x).Sub(p.EqB) }
			start.Nu = fx.ZerosLike(p.EqB)
		}
		return Custom(KKT(f, g, h), m.Solve, linalg.Solver[Primal[*fx.Array]](linalg.LU[Primal[*fx.Array]]{}))(start, p)
	}
}
