package optim

import (
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
)

func hollow(x *fx.Array) *fx.Array {
	return x.Square().Mul(fx.New([]float64{1.0, 3, 10})).Sum().Add(x.Sum().Sin())
}

func TestDescendIsItsSteps(t *testing.T) {
	const n = 7
	for _, o := range []Optimizer[*fx.Array]{
		FromRule[*fx.Array](NewAdam(Constant(0.1))), NewLBFGS[*fx.Array](),
	} {
		start := fx.New([]float64{1.0, -2, 0.5})
		type end struct {
			P    *fx.Array
			S    State
			Info Info
		}
		got := fx.Jit(func(p *fx.Array) end {
			q, s, info := Descend(o, hollow, p, o.Init(p), n)
			return end{q, s, info}
		})(start)
		p, s := start, o.Init(start)
		for k := range n {
			var info Info
			p, s, info = o.Step(hollow, p, s)
			fx.Eval(p, s, info)
			near(t, got.Info.Loss.Index(k), info.Loss)
			for name, v := range info.Values {
				near(t, got.Info.Values[name].Index(k), v)
			}
		}
		near(t, got.P, p)
	}
}

func near(t *testing.T, got, want *fx.Array) {
	t.Helper()
	if d := got.Sub(want).Abs().Max().Item(); !(d <= 1e-12) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestDescendRejectsNoSteps(t *testing.T) {
	o, p := FromRule[*fx.Array](NewSGD(Constant(0.1))), fx.New([]float64{1, 1, 1})
	got := fxtest.Failure(t, func() { Descend(o, hollow, p, o.Init(p), 0) })
	if want := "Descend: 0 steps; there must be at least one"; !strings.Contains(got, want) {
		t.Errorf("%q does not say %q", got, want)
	}
}
