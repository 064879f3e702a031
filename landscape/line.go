package landscape

import (
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
)

// Line is a loss at evenly spaced points of the straight line between two
// models, w(s) = (1-s) a + s b.
type Line struct {
	S    []float64 // from 0 to 1
	Loss []float64 // may hold non-finite values, where the loss does
}

// LineScan computes a loss at n >= 2 points of the line from a to b, which must
// be trees of the same structure, shapes and dtypes. Leaves that are not floats
// stay a's.
func LineScan[P any](loss func(P) *fx.Array, a, b P, n int) Line {
	if n < 2 {
		fail("LineScan", "%d points; a line needs at least its two ends", n)
	}
	sameTrees(a, b)
	s := make([]float64, n)
	for i := range s {
		s[i] = float64(i) / float64(n-1)
	}
	type ends struct {
		A, B P
		S    *fx.Array
	}
	scan := fx.Jit(func(e ends) *fx.Array {
		_, losses := fx.Scan(func(e0 struct{}, s *fx.Array) (struct{}, *fx.Array) {
			l := loss(between(e.A, e.B, s))
			if l.NDim() != 0 {
				fail("LineScan", "the loss has shape %v; it must be a scalar", l.Shape())
			}
			return e0, l
		}, struct{}{}, e.S)
		return losses
	})
	return Line{S: s, Loss: scan(ends{a, b, fx.New(s)}).Float64s()}
}

// between is (1-s) a + s b.
func between[P any](a, b P, s *fx.Array) P {
	return fx.Map2(func(a, b *fx.Array) *fx.Array {
		if !a.DType().IsFloat() {
			return a
		}
		s := s.AsType(a.DType())
		return a.Mul(fx.Const(1).Sub(s)).Add(b.Mul(s))
	}, a, b)
}

func sameTrees[P any](a, b P) {
	la, lb := fx.Leaves(a), fx.Leaves(b)
	if len(la) != len(lb) {
		fail("LineScan", "the ends have %d and %d arrays; they must be trees of one structure", len(la), len(lb))
	}
	for i, path := range fx.Paths(a) {
		if la[i].DType() != lb[i].DType() || !slices.Equal(la[i].Shape(), lb[i].Shape()) {
			fail("LineScan", "%s is %v%v at one end and %v%v at the other", path, la[i].DType(), la[i].Shape(), lb[i].DType(), lb[i].Shape())
		}
	}
}

// Barrier is how far the loss rises above the straight line between its values
// at the ends,
//
//	max over s of L(w(s)) - (1-s) L(a) - s L(b),
//
// at least 0, and NaN where a value is NaN.
func (l Line) Barrier() float64 {
	first, last, highest := l.Loss[0], l.Loss[len(l.Loss)-1], 0.0
	for i, s := range l.S {
		chord := float64((1-s)*first) + float64(s*last)
		if math.IsNaN(l.Loss[i]) || math.IsNaN(chord) {
			return math.NaN()
		}
		highest = max(highest, l.Loss[i]-chord)
	}
	return highest
}

// Barrier scans the line from a to b at n points and gives its barrier.
func Barrier[P any](loss func(P) *fx.Array, a, b P, n int) float64 {
	return LineScan(loss, a, b, n).Barrier()
}
