package linalg

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Matrix is the operator of a matrix [n, n]: x [n] to a x. A matrix that is
// not square is an error; see Transpose for what LSMR takes.
func Matrix(a *fx.Array) func(*fx.Array) *fx.Array {
	checkSquare("Matrix", a)
	return a.MatMul
}

// Shifted is the operator A + shift I, for a scalar shift: the damped operator
// of Levenberg-Marquardt, trust-region and natural-gradient methods.
func Shifted[T any](A func(T) T, shift *fx.Array) func(T) T {
	return func(x T) T { return Axpy(shift, x, A(x)) }
}

// Transpose is the adjoint of a linear function of trees like `like`, by one
// reverse pass of A for each product.
func Transpose[X, Y any](A func(X) Y, like X) func(Y) X {
	zero := ZerosLike(like)
	return func(y Y) X {
		_, pull := fx.VJP(A, zero)
		return pull(y)
	}
}

// Normal is the operator x to A'A x.
func Normal[X, Y any](A func(X) Y, like X) func(X) X {
	at := Transpose(A, like)
	return func(x X) X { return at(A(x)) }
}

// Asymmetry probes an operator that should be symmetric: it is |u'Av - v'Au| /
// (|u||Av| + |v||Au|) for two random vectors, of the size of rounding errors if
// A is symmetric, and almost surely larger if not.
func Asymmetry[T any](A func(T) T, like T, key *fx.Array) *fx.Array {
	x, unravel := ravel("Asymmetry", like)
	a := flat("Asymmetry", A, like, unravel)
	keys := random.Split(key, 2)
	u, v := random.Normal(keys[0], x.DType(), x.Size()), random.Normal(keys[1], x.DType(), x.Size())
	au, av := a(u), a(v)
	size := u.Norm().Mul(av.Norm()).Add(v.Norm().Mul(au.Norm()))
	return u.Dot(av).Sub(v.Dot(au)).Abs().Div(size.AddScalar(tiny(x.DType())))
}

// Dense is the matrix [m, n] of a linear function of trees like `like`, column
// j being its value at the j-th unit vector: for tests and small problems.
func Dense[X, Y any](A func(X) Y, like X) *fx.Array {
	x, unravel := ravel("Dense", like)
	columns := fx.Vmap(func(e *fx.Array) *fx.Array {
		y, _ := ravel("Dense", A(unravel(e)))
		return y
	})(fx.Eye(x.DType(), x.Size()))
	return columns.T()
}

// flat is an operator on vectors made of one on trees like `like`; its value
// must be a tree of the same space.
func flat[T any](op string, A func(T) T, like T, unravel func(*fx.Array) T) func(*fx.Array) *fx.Array {
	return func(x *fx.Array) *fx.Array {
		y := A(unravel(x))
		sameFloats(op, "the operator's result", y, like)
		v, _ := ravel(op, y)
		return v
	}
}
