package landscape

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"pgregory.net/rapid"
)

func TestLineAndBarrier(t *testing.T) {
	// (x^2-1)^2 has a hill of height 1 between its minima.
	well := func(x *fx.Array) *fx.Array { return x.Square().SubScalar(1).Square() }
	line := LineScan(well, fx.Scalar(-1.0), fx.Scalar(1.0), 25)
	if len(line.S) != 25 || line.S[12] != 0.5 || line.Loss[12] != 1 || line.Loss[0] != 0 {
		t.Errorf("the line is %v %v", line.S, line.Loss)
	}
	if b := line.Barrier(); b != 1 {
		t.Errorf("barrier %v, want 1", b)
	}
	if b := Barrier((*fx.Array).Log, fx.Scalar(-1.0), fx.Scalar(1.0), 5); !math.IsNaN(b) {
		t.Errorf("barrier over NaN is %v", b)
	}
}

// TestProperties: a convex function has no barrier, the ends of a line are the
// models themselves, and a line turned around is the same line.
func TestProperties(t *testing.T) {
	type model struct {
		W, B *fx.Array
		N    *fx.Array // counts: not interpolated
	}
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) model {
			v := rapid.SliceOfN(rapid.Float64Range(-3, 3), 4, 4).Draw(t, name)
			return model{fx.New(v[:3]), fx.Scalar(v[3]), fx.Scalar(int32(7))}
		}
		a, b := draw("a"), draw("b")
		n := rapid.IntRange(2, 9).Draw(t, "n")
		square := func(m model) *fx.Array { return m.W.Square().Sum().Add(m.B.Square()) }
		wavy := func(m model) *fx.Array { return m.W.Sin().Sum().Mul(m.B.Cos()).Add(m.N.AsType(fx.Float64)) }
		if h := Barrier(square, a, b, n); h > 1e-13 {
			t.Fatalf("a convex loss has a barrier of %g", h)
		}
		there, back := LineScan(wavy, a, b, n), LineScan(wavy, b, a, n)
		if there.Loss[0] != wavy(a).Item() || there.Loss[n-1] != wavy(b).Item() {
			t.Fatalf("the ends are %v and %v", there.Loss[0], there.Loss[n-1])
		}
		for i := range n {
			if d := math.Abs(there.Loss[i] - back.Loss[n-1-i]); d > 1e-13 {
				t.Fatalf("there and back differ by %g", d)
			}
		}
	})
}

func TestErrors(t *testing.T) {
	one, two := fx.Zeros(fx.Float64, 3), fx.Zeros(fx.Float64, 2)
	sum := func(a *fx.Array) *fx.Array { return a.Sum() }
	for name, c := range map[string]struct {
		want string
		do   func()
	}{
		"other shapes":     {"at one end", func() { LineScan(sum, one, two, 5) }},
		"other dtypes":     {"at one end", func() { LineScan(sum, one, one.AsType(fx.Float32), 5) }},
		"one point":        {"at least its two ends", func() { LineScan(sum, one, one, 1) }},
		"loss is a vector": {"must be a scalar", func() { LineScan((*fx.Array).Neg, one, one, 2) }},
		"other structure": {"trees of one structure", func() {
			LineScan(func(l []*fx.Array) *fx.Array { return l[0].Sum() }, []*fx.Array{one}, []*fx.Array{one, one}, 2)
		}},
	} {
		t.Run(name, func(t *testing.T) { fxtest.MustFail(t, c.want, c.do) })
	}
}
