package fx

import (
	"math"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// Running products and extremes, by doubling: after round k each place holds
// the combination of the 2^k places that end with it, so the order in which
// elements meet is a fixed tree, and derivatives are right at zeros and ties.

// runningBy combines a with itself shifted by 1, 2, 4, ... places.
func runningBy(op string, a *Array, axis int, neutral float64, combine func(a, b *Array) *Array) *Array {
	n := numeric(op, []*graph.Node{a.node(op)})[0]
	axis = checkAxis(op, axis, n)
	size := n.Shape[axis]
	for shift := 1; shift < size; shift *= 2 {
		padding := make([]Padding, axis+1)
		padding[axis] = Padding{Before: shift, After: -shift}
		a = combine(a.Pad(neutral, padding...), a)
	}
	return a
}

// CumProd is the product of the elements up to and with each place along an
// axis.
func (a *Array) CumProd(axis int) *Array {
	return runningBy("CumProd", a, axis, 1, (*Array).Mul)
}

// CumMax is the largest element up to and with each place along an axis; a NaN
// wins from its place on.
func (a *Array) CumMax(axis int) *Array {
	needOrder("CumMax", a.node("CumMax"))
	return runningBy("CumMax", a, axis, lowest(a.DType()), (*Array).Maximum)
}

// CumMin is the smallest element up to and with each place along an axis; a
// NaN wins from its place on.
func (a *Array) CumMin(axis int) *Array {
	needOrder("CumMin", a.node("CumMin"))
	return runningBy("CumMin", a, axis, highest(a.DType()), (*Array).Minimum)
}

// CumLogSumExp is the logarithm of the sum of the exponentials of the elements
// up to and with each place along an axis, computed without overflow.
func (a *Array) CumLogSumExp(axis int) *Array {
	needFloat("CumLogSumExp", a.node("CumLogSumExp"))
	return runningBy("CumLogSumExp", a, axis, math.Inf(-1), LogAddExp)
}
