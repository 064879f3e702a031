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
		return func(v *fx.Array) *fx.Array { return flux(v, h).MulScalar(math.Sqrt(h)) }
	}
}

// Wasserstein is the metric of optimal transport for positive densities on an
// interval [n] without flow through the ends (Otto 2001): M⁻¹ = -(ρ·')', so that
// |σ|² is the least kinetic energy, sum of ρu², of a flow u that makes the change,
// (ρu)' = -σ. In one dimension the flow is a running sum: nothing is solved. A
// change must keep the mass; what it adds to it is not seen.
func Wasserstein(h float64) Metric {
	checkSpacing("Wasserstein", h)
	return func(rho *fx.Array) func(*fx.Array) *fx.Array {
		checkInterval("Wasserstein", rho)
		scale := fx.Const(h).Div(faces(rho, 0)).Sqrt()
		return func(v *fx.Array) *fx.Array { return flux(v, h).Mul(scale) }
	}
}

// WassersteinGrid is the same on a rectangle [n, m] with cells of side h. The
// flow is the gradient of a potential, which is found by conjugate gradients to
// the relative residual tol (0 means 1e-10).
func WassersteinGrid(h, tol float64) Metric {
	checkSpacing("WassersteinGrid", h)
	return func(rho *fx.Array) func(*fx.Array) *fx.Array {
		if rho.NDim() != 2 || rho.Dim(0) < 2 || rho.Dim(1) < 2 {
			fail("WassersteinGrid", "the state is %v%v; it must be a grid [n, m] of at least 2 by 2", rho.DType(), rho.Shape())
		}
		down, across := faces(rho, 0), faces(rho, 1)
		// A potential's flow through the faces, times √ρ: the metric's root.
		root := func(phi *fx.Array) *fx.Array {
			return fx.Concatenate(0, phi.Diff(0).Mul(down.Sqrt()).Flatten(), phi.Diff(1).Mul(across.Sqrt()).Flatten())
		}
		elliptic := linalg.Normal(root, rho) // -h² div(ρ grad)
		if tol == 0 {
			tol = 1e-10
		}
		return func(v *fx.Array) *fx.Array {
			v = v.Sub(v.Mean()) // the operator's range
			phi, _ := linalg.CG[*fx.Array]{Tol: tol}.Solve(elliptic, v.MulScalar(h*h), fx.ZerosLike(v))
			return root(phi) // u√ρ = √ρ grad φ, times the root of the cell, h
		}
	}
}

// flux is the flow through the n-1 inner faces that makes a change of n cells: its
// running sum, with what is left over taken from all cells alike.
func flux(v *fx.Array, h float64) *fx.Array {
	v = v.Sub(v.Mean())
	return v.CumSum(0).SliceAxis(0, 0, v.Dim(0)-1).MulScalar(-h)
}

// faces are the densities between neighbours along an axis: their mean.
func faces(rho *fx.Array, axis int) *fx.Array {
	n := rho.Dim(axis)
	return rho.SliceAxis(axis, 0, n-1).Add(rho.SliceAxis(axis, 1, n)).MulScalar(0.5)
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
