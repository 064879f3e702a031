package fx

import (
	"math"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// Quantile is, along an axis, the number below which the share q of the elements
// lies: between neighbours in sorted order it is linear (numpy's default). A NaN
// among the elements gives NaN. Derivatives go to the two neighbours.
func (a *Array) Quantile(q float64, axis int) *Array { return quantile("Quantile", a, q, axis) }

// Median is the middle element along an axis, or the mean of the middle two.
func (a *Array) Median(axis int) *Array { return quantile("Median", a, 0.5, axis) }

func quantile(op string, a *Array, q float64, axis int) *Array {
	n := a.node(op)
	needFloat(op, n)
	axis = checkAxis(op, axis, n)
	if !(q >= 0 && q <= 1) {
		graph.Fail(op, "the share %v is not between 0 and 1", q)
	}
	size := n.Shape[axis]
	if size == 0 {
		graph.Fail(op, "no elements to choose from: shape %v along axis %d", n.Shape, axis)
	}
	sorted := a.Sort(axis)
	element := func(i int) *Array { return sorted.SliceAxis(axis, i, i+1).Squeeze(axis) }
	at := float64(q * float64(size-1))
	low := int(math.Floor(at))
	y := element(low)
	if part := at - float64(low); part > 0 {
		// Weights rather than a difference: infinities stay what they are.
		y = y.MulScalar(1 - part).Add(element(low + 1).MulScalar(part))
	}
	last := element(size - 1) // NaNs come last
	return Where(last.IsNaN(), last, y)
}
