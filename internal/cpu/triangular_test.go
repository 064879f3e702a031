package cpu

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// TestSubstitute: panels of any width have the bits of one column after the other,
// each by the definition: what is known is taken off in order, then the pivot divides.
func TestSubstitute(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 7, 20, 33} {
		for _, width := range []int{1, 5, 8, 13, 16} {
			for kind := range 8 {
				attrs := graph.TriangularAttrs{Upper: kind&1 != 0, Transpose: kind&2 != 0, Unit: kind&4 != 0}
				a, x := newMatrix(n, n), newMatrix(n, width)
				for i := range a.v {
					a.v[i] = r.NormFloat64()
				}
				for i := range x.v {
					x.v[i] = r.NormFloat64()
				}
				got := x.clone()
				substitute(a, got, attrs)
				for c := range width {
					column := make([]float64, n)
					for step := range n {
						i, from, to := step, 0, step
						if attrs.Upper != attrs.Transpose {
							i, from, to = n-1-step, n-step, n
						}
						v := x.at(i, c)
						for j := from; j < to; j++ {
							v = math.FMA(-a.at(i, j), column[j], v)
						}
						if !attrs.Unit {
							v /= a.at(i, i)
						}
						if column[i] = v; got.at(i, c) != v {
							t.Fatalf("%+v, size %d, width %d: element %d of column %d is %v, want %v", attrs, n, width, i, c, got.at(i, c), v)
						}
					}
				}
			}
		}
	}
}

func TestTransposed(t *testing.T) {
	a := newMatrix(19, 35)
	for i := range a.v {
		a.v[i] = float64(i)
	}
	b := a.transposed()
	for i := range a.m {
		for j := range a.n {
			if a.at(i, j) != b.at(j, i) {
				t.Fatalf("element %d, %d differs", i, j)
			}
		}
	}
}
