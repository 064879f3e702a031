// Package prox holds proximal operators: the points that minimise
//
//	|y - x|^2 / 2 + g(y)
//
// for functions g that need not be smooth. Weights are arrays that broadcast to
// x; for prox_{step g} multiply the weights of g by the step, which is what
// implicit.ProximalGradient passes on. Everything is traced, and has a
// derivative in x and the weights almost everywhere: that of the active set.
// The proximal operator of a set's indicator is the projection onto it: see
// package project.
package prox

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/project"
)

func fail(op, format string, args ...any) { fx.Fail("prox."+op, format, args...) }

// check rejects what is not an array of floats, and weights that are nil, and
// gives scalar weights x's dtype, which an fx.Const has not of itself.
func check(op string, x *fx.Array, weights ...**fx.Array) {
	if x == nil || !x.DType().IsFloat() {
		fail(op, "%v is no array of floats", x)
	}
	for i, w := range weights {
		if *w == nil {
			fail(op, "weight %d is nil", i+1)
		}
		if (*w).NDim() == 0 {
			*w = (*w).AsType(x.DType())
		}
	}
}

// Lasso is soft thresholding, for g = l1 |y|_1: every element moves by l1
// towards 0 and stops there.
func Lasso(x, l1 *fx.Array) *fx.Array {
	check("Lasso", x, &l1)
	return x.Sub(l1).Relu().Sub(x.Neg().Sub(l1).Relu())
}

// NonNegativeLasso is for g = l1 sum(y) on y >= 0.
func NonNegativeLasso(x, l1 *fx.Array) *fx.Array {
	check("NonNegativeLasso", x, &l1)
	return x.Sub(l1).Relu()
}

// Ridge is for g = l2 |y|^2 / 2.
func Ridge(x, l2 *fx.Array) *fx.Array {
	check("Ridge", x, &l2)
	return x.Div(l2.AddScalar(1))
}

// NonNegativeRidge is for g = l2 |y|^2 / 2 on y >= 0.
func NonNegativeRidge(x, l2 *fx.Array) *fx.Array {
	check("NonNegativeRidge", x, &l2)
	return x.Relu().Div(l2.AddScalar(1))
}

// ElasticNet is for g = l1 |y|_1 + l2 |y|^2 / 2 (Zou and Hastie 2005).
func ElasticNet(x, l1, l2 *fx.Array) *fx.Array {
	check("ElasticNet", x, &l1, &l2)
	return Lasso(x, l1).Div(l2.AddScalar(1))
}

// NonNegativeElasticNet is for g = l1 sum(y) + l2 |y|^2 / 2 on y >= 0.
func NonNegativeElasticNet(x, l1, l2 *fx.Array) *fx.Array {
	check("NonNegativeElasticNet", x, &l1, &l2)
	return x.Sub(l1).Relu().Div(l2.AddScalar(1))
}

// GroupLasso is for g = l |y|_2 of each vector along the last axis, which it
// shortens by l or sets to zero (Yuan and Lin 2006). l is a scalar, or has one
// element for each vector.
func GroupLasso(x, l *fx.Array) *fx.Array {
	check("GroupLasso", x, &l)
	if x.NDim() == 0 || l.NDim() != 0 && l.NDim() != x.NDim()-1 {
		fail("GroupLasso", "weights of shape %v for groups in %v: give a scalar, or one for each vector", l.Shape(), x.Shape())
	}
	if l.NDim() > 0 {
		l = l.ExpandDims(-1)
	}
	n := x.Norm(-1).ExpandDims(-1)
	zero := fx.ZerosLike(n)
	left := n.Sub(l).Relu()
	return x.Mul(left.Div(fx.Where(n.Equal(zero), fx.OnesLike(n), n)))
}

// LInf is for g = l |y|_inf of each vector along the last axis: by Moreau's
// decomposition, what the projection onto the l1 ball of radius l leaves.
func LInf(x, l *fx.Array) *fx.Array {
	check("LInf", x, &l)
	return x.Sub(project.L1Ball(x, l))
}

// LogBarrier is for g = -l sum(log y), on y > 0.
func LogBarrier(x, l *fx.Array) *fx.Array {
	check("LogBarrier", x, &l)
	return x.Add(x.Square().Add(l.MulScalar(4)).Sqrt()).MulScalar(0.5)
}
