package linalg

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
)

// TestBlockPivotingAgainstActiveSet: two methods that have nothing in common
// find the same minimum.
func TestBlockPivotingAgainstActiveSet(t *testing.T) {
	r := rand.New(rand.NewPCG(48, 1))
	for _, n := range []int{1, 2, 5, 20, 60} {
		for range 10 {
			g := randomMatrix(r, n, n+2)
			q := rowsOf(g.MatMul(g.T()).Float64s(), n, n)
			c := make([]float64, n)
			for i := range c {
				c[i] = r.NormFloat64()
			}
			x, ok := newPivoting(q).minimise(c)
			if !ok {
				t.Fatalf("n = %d: it does not end", n)
			}
			want, err := activeSet(q, c)
			if err != nil {
				t.Fatal(err)
			}
			for i := range x {
				if math.Abs(x[i]-want[i]) > 1e-8*(1+math.Abs(want[i])) || (x[i] > 0) != (want[i] > 0) {
					t.Fatalf("n = %d: element %d is %g, by the active set %g", n, i, x[i], want[i])
				}
			}
		}
	}
}

// TestBlockPivotingLeavesSingularMatrices to the method that can do them.
func TestBlockPivotingLeavesSingularMatrices(t *testing.T) {
	q := [][]float64{{1, 1}, {1, 1}}
	if x, ok := newPivoting(q).minimise([]float64{-1, -1}); ok {
		t.Errorf("it solves a singular system: %v", x)
	}
	x, err := NonNegativeQP(fx.New([]float64{1, 1, 1, 1}, 2, 2), fx.New([]float64{-1, -1}))
	if err != nil || math.Abs(x.Sum().Item()-1) > 1e-12 {
		t.Errorf("%v, %v", x, err)
	}
}

func TestNonNegativeQPOfRows(t *testing.T) {
	r := rand.New(rand.NewPCG(49, 1))
	g := randomMatrix(r, 6, 8)
	q, c := g.MatMul(g.T()), randomMatrix(r, 4, 6)
	all, err := NonNegativeQP(q, c)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		one, err := NonNegativeQP(q, c.Index(i))
		if err != nil {
			t.Fatal(err)
		}
		wantClose(t, "row", all.Index(i).Float64s(), one.Float64s(), 0)
	}
	fxtest.MustFail(t, "c is", func() { NonNegativeQP(q, fx.Ones(fx.Float64, 2, 3, 6)) })
}
