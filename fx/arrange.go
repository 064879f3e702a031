package fx

import (
	"math"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// ArangeStep is start, start+step, ... up to but not with stop, each start plus
// a whole number of steps, rounded once.
func ArangeStep(d DType, start, stop, step float64) *Array {
	if step == 0 || math.IsNaN(start+stop+step) || math.IsInf(start+stop+step, 0) || d == Bool {
		graph.Fail("ArangeStep", "from %v to %v by %v in type %v", start, stop, step, d)
	}
	n := max(0, math.Ceil((stop-start)/step))
	if n > 1<<40 {
		graph.Fail("ArangeStep", "%v elements are too many", n)
	}
	v := make([]float64, int(n))
	for i := range v {
		v[i] = exact("ArangeStep", d, start+float64(float64(i)*step))
	}
	return New(v).AsType(d)
}

// LogSpace is n numbers from base^lo to base^hi whose exponents are evenly
// spaced.
func LogSpace(d DType, lo, hi float64, n int, base float64) *Array {
	return Const(base).AsType(Float64).Pow(Linspace(Float64, lo, hi, n)).AsType(d)
}

// Rot90 turns the matrices in the last two axes by k right angles
// counterclockwise.
func (a *Array) Rot90(k int) *Array {
	matrix("Rot90", a)
	switch (k%4 + 4) % 4 {
	case 1:
		return a.T().Flip(-2)
	case 2:
		return a.Flip(-2, -1)
	case 3:
		return a.Flip(-2).T()
	}
	return a
}

// UnravelIndex turns flat places in an array of the given shape, counted in
// row-major order, into indices along each axis; places out of range are moved
// to the nearest end.
func UnravelIndex(places *Array, shape ...int) []*Array {
	n := places.node("UnravelIndex")
	needInt("UnravelIndex", n)
	checkShape("UnravelIndex", shape)
	size := graph.Shape(shape).Size()
	if size == 0 {
		graph.Fail("UnravelIndex", "an array of shape %v has no places", shape)
	}
	// A dtype that cannot hold the last place is in range anyway.
	rest := places.AsType(Int64).Clip(0, float64(size-1))
	out := make([]*Array, len(shape))
	for i := len(shape) - 1; i >= 0; i-- {
		d := Scalar(int64(shape[i]))
		out[i], rest = rest.Rem(d).AsType(n.DType), rest.Div(d)
	}
	return out
}

// RavelIndex is UnravelIndex's inverse; indices out of range are moved to the
// nearest end.
func RavelIndex(indices []*Array, shape ...int) *Array {
	if len(indices) != len(shape) || len(shape) == 0 {
		graph.Fail("RavelIndex", "%d indices into an array of shape %v", len(indices), shape)
	}
	checkShape("RavelIndex", shape)
	ns := match("RavelIndex", indices...)
	needInt("RavelIndex", ns[0])
	flat := ZerosLike(wrap(ns[0])).AsType(Int64)
	for i, n := range ns {
		if shape[i] == 0 {
			graph.Fail("RavelIndex", "an array of shape %v has no places", shape)
		}
		flat = flat.Mul(Scalar(int64(shape[i]))).Add(wrap(n).AsType(Int64).Clip(0, float64(shape[i]-1)))
	}
	return flat.AsType(ns[0].DType)
}

// PadMode says what Array.PadWith adds around an array.
type PadMode int

const (
	PadEdge      PadMode = iota // the nearest element
	PadReflect                  // the mirror image without the element at the border
	PadSymmetric                // the mirror image with it
	PadWrap                     // the other end
)

// PadWith adds elements of the array itself around it, as numpy's modes do; axes
// without a padding are kept.
func (a *Array) PadWith(mode PadMode, padding ...Padding) *Array {
	const op = "PadWith"
	n := a.node(op)
	if len(padding) > len(n.Shape) {
		graph.Fail(op, "%d paddings for an array of shape %v", len(padding), n.Shape)
	}
	if mode < PadEdge || mode > PadWrap {
		graph.Fail(op, "there is no PadMode %d", mode)
	}
	for axis, p := range padding {
		size := n.Shape[axis]
		if p.Before < 0 || p.After < 0 || p.Between != 0 || size == 0 {
			graph.Fail(op, "padding %+v of axis %d of shape %v", p, axis, n.Shape)
		}
		if p == (Padding{}) {
			continue
		}
		from := make([]int32, p.Before+size+p.After)
		for i := range from {
			from[i] = int32(mode.source(i-p.Before, size))
		}
		a = a.Take(New(from), axis)
	}
	return a
}

// source is the element of an axis that stands at place i.
func (m PadMode) source(i, size int) int {
	modulo := func(i, n int) int { return (i%n + n) % n }
	switch m {
	case PadReflect:
		if size == 1 {
			return 0
		}
		i = modulo(i, 2*size-2)
		return min(i, 2*size-2-i)
	case PadSymmetric:
		i = modulo(i, 2*size)
		return min(i, 2*size-1-i)
	case PadWrap:
		return modulo(i, size)
	}
	return min(max(i, 0), size-1)
}

// Choose takes each element of the array of the first condition that holds
// there, and of otherwise where none does; all broadcast (numpy's select).
func Choose(conditions, arrays []*Array, otherwise *Array) *Array {
	if len(conditions) != len(arrays) || len(arrays) == 0 {
		graph.Fail("Choose", "%d conditions for %d arrays", len(conditions), len(arrays))
	}
	y := otherwise
	for i := len(arrays) - 1; i >= 0; i-- {
		y = Where(conditions[i], arrays[i], y)
	}
	return y
}
