package optim

import (
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/optim/liegroup"
	"github.com/fluxion-go/fluxion/random"
)

// TestMasked: the chosen leaves take the steps that they take alone, the others stay,
// and a side result is that of the whole.
func TestMasked(t *testing.T) {
	type net struct {
		A, Still, B *fx.Array
		Count       *fx.Array // an integer
	}
	type part struct{ A, B *fx.Array }
	p := net{random.Normal(random.New(1), fx.Float64, 3, 2), fx.New([]float64{1, 2}), fx.New([]float64{3, -1}), fx.Scalar(int32(7))}
	value := func(a, still, b *fx.Array) *fx.Array { return a.Square().Sum().Add(b.Mul(still).Sum().Square()) }
	inner := func() PSGD[[]*fx.Array] {
		return NewPSGD[[]*fx.Array](liegroup.XMat{}, Constant(0.1), random.New(2))
	}
	alone := NewPSGD[part](liegroup.XMat{}, Constant(0.1), random.New(2))
	o := Masked[net](func(path string, _ *fx.Array) bool { return path != "Still" }, inner())
	q := part{p.A, p.B}
	s, own := o.Init(p), alone.Init(q)
	for range 3 {
		loss, aux := WithAux(func(n net) (*fx.Array, *fx.Array) {
			l := value(n.A, n.Still, n.B)
			return l, n.Still.Add(n.Count.AsType(fx.Float64))
		})
		p, s, _ = o.Step(loss, p, s)
		if got := aux().Float64s(); !slices.Equal(got, []float64{8, 9}) {
			t.Errorf("the side result is %v", got)
		}
		q, own, _ = alone.Step(func(q part) *fx.Array { return value(q.A, fx.New([]float64{1, 2}), q.B) }, q, own)
	}
	if !slices.Equal(p.A.Float64s(), q.A.Float64s()) || !slices.Equal(p.B.Float64s(), q.B.Float64s()) {
		t.Errorf("%v %v, want %v %v", p.A, p.B, q.A, q.B)
	}
	if !slices.Equal(p.Still.Float64s(), []float64{1, 2}) || p.Count.Item() != 7 {
		t.Errorf("what was not chosen is %v and %v", p.Still, p.Count)
	}
	all := func(string, *fx.Array) bool { return true }
	fxtest.MustFail(t, "there is no mask", func() { Masked[net](nil, inner()).Init(p) })
	fxtest.MustFail(t, "there is no rule or optimizer: it is nil", func() { Masked[net](all, nil).Init(p) })
	fxtest.MustFail(t, "there is no family of preconditioners", func() { Masked[net](all, PSGD[[]*fx.Array]{}).Init(p) })
	fxtest.MustFail(t, "the mask chooses none of the 3 float parameters", func() {
		Masked[net](func(string, *fx.Array) bool { return false }, inner()).Init(p)
	})
}
