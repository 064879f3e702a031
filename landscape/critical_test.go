package landscape

import (
	"math"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
)

type pair struct{ X, Y *fx.Array }

// hills is cos x + cos y, with critical points at multiples of pi.
func hills(p pair) *fx.Array { return p.X.Cos().Add(p.Y.Cos()) }

func TestFindCriticalPoints(t *testing.T) {
	at := func(x, y float64) pair { return pair{fx.Scalar(x), fx.Scalar(y)} }
	starts := []pair{at(0.2, -0.3), at(3, 0.3), at(2.9, 3.3), at(0, 0)}
	want := []CriticalPoint[pair]{{Loss: 2, Index: 1}, {Loss: 0, Index: 0.5}, {Loss: -2, Index: 0}, {Loss: 2, Index: 1}}
	for i, c := range slices.Collect(FindCriticalPoints(hills, starts, NewLMOptions())) {
		if !c.Converged || c.GradNorm > 1e-5 || math.Abs(c.Loss-want[i].Loss) > 1e-9 || c.Index != want[i].Index || len(c.Spectrum) != 2 {
			t.Errorf("start %d: %+v, want loss %v and index %v", i, c, want[i].Loss, want[i].Index)
		}
		if x := c.P.X.Item(); math.Abs(math.Remainder(x, math.Pi)) > 1e-5 {
			t.Errorf("start %d ends at x = %v", i, x)
		}
	}
	if c := slices.Collect(FindCriticalPoints(hills, starts[3:], NewLMOptions()))[0]; c.Steps != 0 {
		t.Errorf("%d steps from a critical point", c.Steps)
	}
}

// TestNoCriticalPoint: x + x^3 has none; |g| has its least value at 0.
func TestNoCriticalPoint(t *testing.T) {
	c := slices.Collect(FindCriticalPoints(func(x *fx.Array) *fx.Array { return x.Add(x.Square().Mul(x)) }, []*fx.Array{fx.Scalar(0.7)}, NewLMOptions()))[0]
	if c.Converged || math.Abs(c.GradNorm-1) > 1e-6 || c.Steps > 200 {
		t.Errorf("%+v", c)
	}
	o := NewLMOptions()
	o.Steps = 2
	c = slices.Collect(FindCriticalPoints(func(x *fx.Array) *fx.Array { return x.Square().Square() }, []*fx.Array{fx.Scalar(3.0)}, o))[0]
	if c.Converged || c.Steps != 2 || !(c.GradNorm < 108) {
		t.Errorf("%+v", c)
	}
}

func TestIndex(t *testing.T) {
	spectrum := []float64{-2, -1e-12, 0, 4}
	if got := Index(spectrum, 1e-10); got != 0.25 {
		t.Errorf("index %v", got)
	}
	if got := Index(spectrum, 0); got != 0.5 {
		t.Errorf("index %v without flat ones", got)
	}
	if got := Index(nil, 0); got != 0 {
		t.Errorf("index of nothing is %v", got)
	}
}

func TestCriticalErrors(t *testing.T) {
	change := func(f func(o *LMOptions)) LMOptions {
		o := NewLMOptions()
		f(&o)
		return o
	}
	x := []*fx.Array{fx.Ones(fx.Float64, 3)}
	sum := func(x *fx.Array) *fx.Array { return x.Square().Sum() }
	for want, f := range map[string]func(){
		"the tolerance is 0":           func() { FindCriticalPoints(sum, x, change(func(o *LMOptions) { o.Tol = 0 })) },
		"the number of trials is 0":    func() { FindCriticalPoints(sum, x, change(func(o *LMOptions) { o.Trials = 0 })) },
		"3 parameters; the limit is 2": func() { FindCriticalPoints(sum, x, change(func(o *LMOptions) { o.Limit = 2 })) },
		"the loss has shape [3]; it must be a scal": func() {
			_ = slices.Collect(FindCriticalPoints(func(x *fx.Array) *fx.Array { return x }, x, NewLMOptions()))
		},
	} {
		fxtest.MustFail(t, want, f)
	}
}
