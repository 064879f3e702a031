package fx

import (
	"math"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// Reductions that leave NaNs out.

// withoutNaN replaces NaNs, and says where the others are.
func withoutNaN(op string, a *Array, by float64) (x, valid *Array) {
	needFloat(op, a.node(op))
	valid = a.IsNaN().Not()
	return Where(valid, a, FullLike(a, by)), valid
}

// countOf is how many elements along the axes are valid, as floats.
func countOf(op string, a, valid *Array, axes []int) *Array {
	return sum(op, valid.AsType(a.n.DType), axes)
}

// NaNSum adds up all but NaNs.
func (a *Array) NaNSum(axes ...int) *Array {
	x, _ := withoutNaN("NaNSum", a, 0)
	return sum("NaNSum", x, axes)
}

// NaNMean is the mean of all but NaNs; NaN if there is nothing else.
func (a *Array) NaNMean(axes ...int) *Array {
	x, valid := withoutNaN("NaNMean", a, 0)
	return sum("NaNMean", x, axes).Div(countOf("NaNMean", a, valid, axes))
}

// NaNVar is the variance of all but NaNs, divided by their number.
func (a *Array) NaNVar(axes ...int) *Array { return nanVar("NaNVar", a, axes) }

// NaNStd is the square root of NaNVar.
func (a *Array) NaNStd(axes ...int) *Array { return nanVar("NaNStd", a, axes).Sqrt() }

func nanVar(op string, a *Array, axes []int) *Array {
	x, valid := withoutNaN(op, a, 0)
	count := countOf(op, a, valid, axes)
	mean := keep(op, sum(op, x, axes).Div(count), a, axes)
	square := Where(valid, x.Sub(mean), ZerosLike(x)).Square()
	return sum(op, square, axes).Div(count)
}

// NaNMax is the largest of all but NaNs; NaN if there is nothing else.
func (a *Array) NaNMax(axes ...int) *Array {
	return nanExtremum("NaNMax", graph.ReduceMaxP, a, axes, math.Inf(-1))
}

// NaNMin is the smallest of all but NaNs; NaN if there is nothing else.
func (a *Array) NaNMin(axes ...int) *Array {
	return nanExtremum("NaNMin", graph.ReduceMinP, a, axes, math.Inf(1))
}

func nanExtremum(op string, p *graph.Prim, a *Array, axes []int, neutral float64) *Array {
	x, valid := withoutNaN(op, a, neutral)
	y := extremum(op, p, x, axes)
	some := countOf(op, a, valid, axes).Greater(Const(0))
	return Where(some, y, FullLike(y, math.NaN()))
}

// CountNonzero is the int32 number of elements that are not 0 (or false).
func (a *Array) CountNonzero(axes ...int) *Array {
	n := a.node("CountNonzero")
	if n.DType != Bool {
		a = a.NotEqual(ZerosLike(a))
	}
	return sum("CountNonzero", a.AsType(Int32), axes)
}

// PeakToPeak is the largest element minus the smallest.
func (a *Array) PeakToPeak(axes ...int) *Array {
	return extremum("PeakToPeak", graph.ReduceMaxP, a, axes).Sub(extremum("PeakToPeak", graph.ReduceMinP, a, axes))
}

// Average is the mean with weights, which broadcast to a.
func (a *Array) Average(weights *Array, axes ...int) *Array {
	ns := match("Average", a, weights)
	needInexact("Average", ns[0])
	x, w := wrap(ns[0]), wrap(ns[1])
	return sum("Average", x.Mul(w), axes).Div(sum("Average", w, axes))
}
