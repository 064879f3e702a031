package curvature

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// Metric is a metric M of states: at a state it gives a linear function S of
// changes of the state, into any space, whose square is the length of the change,
// |σ|² = |Sσ|² = σ'Mσ. States on a grid are values at the cells' centres, h apart.
type Metric = func(state *fx.Array) func(change *fx.Array) *fx.Array

// L2 is the metric of square-integrable functions, M = h^d: cell is the volume of
// a grid's cell, 1 for states that are no functions.
func L2(cell float64) Metric {
	checkSpacing("L2", cell)
	return func(*fx.Array) func(*fx.Array) *fx.Array {
		return func(v *fx.Array) *fx.Array { return v.MulScalar(math.Sqrt(cell)) }
	}
}

// FisherRao is the metric of Fisher and Rao for positive densities, M =
// diag(cell/ρ).
func FisherRao(cell float64) Metric {
	checkSpacing("FisherRao", cell)
	return func(rho *fx.Array) func(*fx.Array) *fx.Array {
		scale := fx.Const(cell).Div(rho).Sqrt()
		return func(v *fx.Array) *fx.Array { return v.Mul(scale) }
	}
}

// H1 is the metric of functions on an interval [n] with a derivative, |σ|² + |σ'|²,
// by differences.
func H1(h float64) Metric {
	checkSpacing("H1", h)
	return func(rho *fx.Array) func(*fx.Array) *fx.Array {
		checkInterval("H1", rho)
		return func(v *fx.Array) *fx.Array {
			return fx.Concatenate(0, v.MulScalar(math.Sqrt(h)), v.Diff(0).MulScalar(1/math.Sqrt(h)))
		}
	}
}

// HMinus1 is the dual of the derivative's norm on an interval [n] without flow
// through the ends: |σ|² = |u|² for u' = -σ. A change must keep the mass; what it
// adds to it is not seen.
func HMinus1(h float64) Metric {
	checkSpacing("HMinus1", h)
	return func(rho *fx.Array) func(*fx.Array) *fx.Array {
		checkInterval("HMinus1", rho)
		return func(v *fx.Array) *fx.Array { return flux(kept(v, fx.OnesLike(v)), h).MulScalar(math.Sqrt(h)) }
	}
}

// Wasserstein is the metric of optimal transport for positive densities on an
// interval [n] without flow through the ends (Otto 2001): M⁻¹ = -(ρ·')', so that
// |σ|² is the least kinetic energy, sum of ρu², of a flow u that makes the change,
// (ρu)' = -σ. In one dimension the flow is a running sum: nothing is solved. A
// change must keep the mass; what it adds to it is not seen: it is taken from the
// cells in proportion to their density.
func Wasserstein(h float64) Metric {
	checkSpacing("Wasserstein", h)
	return func(rho *fx.Array) func(*fx.Array) *fx.Array {
		checkInterval("Wasserstein", rho)
		scale := fx.Const(h).Div(faces(rho, 0)).Sqrt()
		return func(v *fx.Array) *fx.Array { return flux(kept(v, rho), h).Mul(scale) }
	}
}

// WassersteinGrid is the same on a rectangle [n, m] with cells of side h. The
// flow is the gradient of a potential, which is found by conjugate gradients to
// the relative residual tol (0 means 1e-10). Densities may differ by many powers
// of ten, but must be positive.
func WassersteinGrid(h, tol float64) Metric {
	checkSpacing("WassersteinGrid", h)
	return func(rho *fx.Array) func(*fx.Array) *fx.Array {
		if rho.NDim() != 2 || rho.Dim(0) < 2 || rho.Dim(1) < 2 {
			fail("WassersteinGrid", "the state is %v%v; it must be a grid [n, m] of at least 2 by 2", rho.DType(), rho.Shape())
		}
		down, across := faces(rho, 0), faces(rho, 1)
		// The unknown is the potential times the root of the operator's diagonal,
		// the sum of the densities at a cell's faces: so scaled, the residual says
		// how large the error of the flow is also where there is next to no mass.
		scale := around(down, 0).Add(around(across, 1)).Rsqrt()
		// A potential's flow through the faces, times √ρ: the metric's root.
		root := func(psi *fx.Array) *fx.Array {
			phi := psi.Mul(scale)
			return fx.Concatenate(0, phi.Diff(0).Mul(down.Sqrt()).Flatten(), phi.Diff(1).Mul(across.Sqrt()).Flatten())
		}
		elliptic := linalg.Normal(root, rho) // -h² div(ρ grad), scaled
		if tol == 0 {
			tol = 1e-10
		}
		return func(v *fx.Array) *fx.Array {
			b := kept(v, rho).Mul(scale).MulScalar(h * h)
			psi, _ := linalg.CG[*fx.Array]{Tol: tol}.Solve(elliptic, b, fx.ZerosLike(b))
			return root(psi) // u√ρ = √ρ grad φ, times the root of the cell, h
		}
	}
}

// flux is the flow through the n-1 inner faces that makes a change of n cells, h
// apart: at each face the sum of the change on one side. Of the two sides it takes
// the one with less change, because the rounding of the other may be more than all
// that flows in a tail.
func flux(v *fx.Array, h float64) *fx.Array {
	n := v.Dim(0)
	left, right := v.CumSum(0).SliceAxis(0, 0, n-1), v.CumSumReverse(0).SliceAxis(0, 1, n)
	size := v.Abs()
	near := size.CumSum(0).SliceAxis(0, 0, n-1).LessEqual(size.CumSumReverse(0).SliceAxis(0, 1, n))
	return fx.Where(near, left.Neg(), right).MulScalar(h)
}

// kept is a change without what it adds to the mass, which is taken from the cells
// in proportion to a weight.
func kept(v, weight *fx.Array) *fx.Array { return v.Sub(weight.Mul(v.Sum().Div(weight.Sum()))) }

// faces are the densities between neighbours along an axis: their mean.
func faces(rho *fx.Array, axis int) *fx.Array {
	n := rho.Dim(axis)
	return rho.SliceAxis(axis, 0, n-1).Add(rho.SliceAxis(axis, 1, n)).MulScalar(0.5)
}

// around is the sum, for each cell, of the values at its two faces along an axis;
// there is none at the border.
func around(f *fx.Array, axis int) *fx.Array {
	before, after := make([]fx.Padding, f.NDim()), make([]fx.Padding, f.NDim())
	before[axis].Before, after[axis].After = 1, 1
	return f.Pad(0, before...).Add(f.Pad(0, after...))
}

func checkSpacing(op string, h float64) {
	if !(h > 0) || math.IsInf(h, 1) {
		fail(op, "the size of a cell is %v; it must be positive", h)
	}
}

func checkInterval(op string, rho *fx.Array) {
	if rho.NDim() != 1 || rho.Dim(0) < 2 {
		fail(op, "the state is %v%v; it must be a grid [n] of at least two cells", rho.DType(), rho.Shape())
	}
}
