package flow

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// NonparametricVelocity is the exact solution of equation 1 for the independent
// coupling of a density with a finite set of points, atoms [m, d], all equally
// probable, and the linear interpolant (section 2.2):
//
//	v(x, t) = sum over i of w_i (atom_i - x)/(1-t),  w_i ~ density((x - t atom_i)/(1-t))
//
// logDensity gives the logarithm of X0's density, up to a constant, at points
// [..., d]: [...]. Times must be below 1; there is no velocity at 1. For two
// finite sets, take KernelDensity of the first.
func NonparametricVelocity(atoms *fx.Array, logDensity func(*fx.Array) *fx.Array) Func {
	if atoms == nil || atoms.NDim() != 2 || atoms.Size() == 0 {
		fail("NonparametricVelocity", "atoms are %v; they must be [m, d]", atoms)
	}
	if logDensity == nil {
		fail("NonparametricVelocity", "no density")
	}
	return func(x, t *fx.Array) *fx.Array {
		if x.NDim() != 2 || x.Dim(1) != atoms.Dim(1) {
			fail("NonparametricVelocity", "points are %v for atoms %v; they must be [n, d]", x.Shape(), atoms.Shape())
		}
		t = spread("NonparametricVelocity", t, x)
		left := oneMinus(t)
		far := left
		if t.NDim() > 0 {
			t, left = t.ExpandDims(2), left.ExpandDims(2)
		}
		starts := x.ExpandDims(1).Sub(atoms.ExpandDims(0).Mul(t)).Div(left) // [n, m, d]
		weights := logDensity(starts).Softmax(-1)                           // [n, m]
		return weights.MatMul(atoms).Sub(x).Div(far)
	}
}

// StandardNormal is the logarithm of the standard normal density, up to a
// constant.
func StandardNormal(x *fx.Array) *fx.Array { return x.Square().Sum(-1).MulScalar(-0.5) }

// KernelDensity is the logarithm of the density, up to a constant, of a point
// of a set, [k, d], plus normal noise whose deviation is the bandwidth.
func KernelDensity(points *fx.Array, bandwidth float64) func(*fx.Array) *fx.Array {
	if points == nil || points.NDim() != 2 || points.Size() == 0 {
		fail("KernelDensity", "points are %v; they must be [k, d]", points)
	}
	if !(bandwidth > 0) || math.IsInf(bandwidth, 0) {
		fail("KernelDensity", "bandwidth %v must be positive and finite", bandwidth)
	}
	return func(x *fx.Array) *fx.Array {
		return StandardNormal(x.ExpandDims(-2).Sub(points).DivScalar(bandwidth)).LogSumExp(-1)
	}
}
