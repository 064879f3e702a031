package optim

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
)

// TestMultiSteps: the rule sees the mean of every three gradients, and its
// schedule goes on once in three steps, plain and compiled.
func TestMultiSteps(t *testing.T) {
	gs := gradients(12)
	var means [][]float64
	for i := 0; i < len(gs); i += 3 {
		m := make([]float64, 3)
		for k := range m {
			m[k] = (gs[i][k] + gs[i+1][k] + gs[i+2][k]) / 3
		}
		means = append(means, m)
	}
	inner := NewAdam(Linear(0.1, 0, 4))
	want := trajectory(t, inner, fx.Float64, means, false)
	for _, compiled := range []bool{false, true} {
		got := trajectory(t, MultiSteps(inner, 3), fx.Float64, gs, compiled)
		for i, p := range got {
			expect := start
			if i >= 2 {
				expect = want[(i+1)/3-1]
			}
			if w := worst([][]float64{p}, [][]float64{expect}); !(w < 1e-14) {
				t.Errorf("compiled %v, step %d: %v, want %v", compiled, i, p, expect)
			}
		}
	}
}

// watcher is a rule that remembers the last loss that it was told.
type watcher struct{}

func (watcher) Init([]*fx.Array) State { return fx.Scalar(0.0) }
func (watcher) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	return g, s
}
func (watcher) UpdateExtra(g []*fx.Array, s State, p []*fx.Array, x Extra) ([]*fx.Array, State) {
	return g, x.Loss
}
func (watcher) Report(s State) map[string]*fx.Array {
	return map[string]*fx.Array{"told": s.(*fx.Array)}
}

// TestMultiStepsLoss: the rule is told the mean loss, and what it reports comes
// through.
func TestMultiStepsLoss(t *testing.T) {
	opt := FromRule[*fx.Array](MultiSteps(watcher{}, 2))
	p := fx.Scalar(1.0)
	s := opt.Init(p)
	for i, told := range []float64{0, 3, 3, 7} {
		var info Info
		_, s, info = opt.Step(func(*fx.Array) *fx.Array { return p.MulScalar(float64(2*i + 2)) }, p, s)
		if got := info.Values["told"].Item(); got != told {
			t.Errorf("step %d: told %v, want %v", i, got, told)
		}
		if got := info.Values["mini_step"].Item(); got != float64((i+1)%2) {
			t.Errorf("step %d: mini step %v", i, got)
		}
	}
}

// TestTrustRatio: factors by hand, those of leaves that are zero or not chosen
// among them.
func TestTrustRatio(t *testing.T) {
	p := []*fx.Array{fx.New([]float64{3, 4}, 1, 2), fx.New([]float64{0, 0}, 1, 2), fx.New([]float64{6, 8})}
	g := [][]float64{{0, 2}, {5, 0}, {1, 0}}
	r := Bind(ScaleByTrustRatio(0.1, Matrices), []string{"A", "B", "C"})
	if got := updates(r, p, g...); !equal(got, [][]float64{{0, 0.5}, {5, 0}, {1, 0}}) {
		t.Errorf("got %v", got)
	}
	if got := updates(ScaleByTrustRatio(0.5, nil), p, []float64{0, 0}, g[1], g[2]); !equal(got, [][]float64{{0, 0}, {5, 0}, {5, 0}}) {
		t.Errorf("got %v", got)
	}
}

// TestLayerwise: the first steps of LARS and LAMB by their formulas.
func TestLayerwise(t *testing.T) {
	p := []*fx.Array{fx.New([]float64{3, 4})}
	g := []float64{0.3, -0.4}
	near := func(name string, got []float64, want ...float64) {
		t.Helper()
		for i := range want {
			if math.Abs(got[i]-want[i]) > 1e-12 {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
		}
	}
	// g + 0.1 p = (0.6, 0), |p| = 5.
	near("LARS", updates(NewLARS(Constant(2), 0.9, 0.01, 0.1, nil), p, g)[0], -2*0.01*5, 0)
	// Adam's first step is the sign, but for epsilon; with decay 0.1 of p.
	a, b := 0.3/(0.3+1e-6)+0.3, -0.4/(0.4+1e-6)+0.4
	by := -2 * 5 / math.Hypot(a, b)
	near("LAMB", updates(NewLAMB(Constant(2), 0.1, nil), p, g)[0], by*a, by*b)
}
