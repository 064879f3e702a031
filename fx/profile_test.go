package fx_test

import (
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
)

// The costs of what can be counted by hand.
func TestCostOf(t *testing.T) {
	a, b := fx.Ones(fx.Float32, 5, 7), fx.Ones(fx.Float32, 7, 3)
	c := fx.CostOf(func(x [2]*fx.Array) *fx.Array { return x[0].MatMul(x[1]) }, [2]*fx.Array{a, b})
	if want := (fx.Cost{Products: 2 * 5 * 7 * 3, Bytes: 4 * (5*7 + 7*3 + 5*3)}); c != want {
		t.Errorf("a product costs %+v, want %+v", c, want)
	}
	c = fx.CostOf(func(x *fx.Array) *fx.Array { return x.Mul(x).Exp() }, a)
	if want := (fx.Cost{Elements: 2 * 35, Bytes: 4 * 2 * 35}); c != want {
		t.Errorf("a loop costs %+v, want %+v", c, want)
	}
	c = fx.CostOf(func(x *fx.Array) *fx.Array { return x.Mul(x).Sum() }, a)
	if want := (fx.Cost{Elements: 2 * 35, Bytes: 4 * (35 + 1)}); c != want {
		t.Errorf("a fused sum costs %+v, want %+v", c, want)
	}
	images, kernel := fx.Ones(fx.Float64, 2, 8, 8, 3), fx.Ones(fx.Float64, 3, 3, 3, 4)
	c = fx.CostOf(func(x [2]*fx.Array) *fx.Array {
		return fx.Conv2D(x[0], x[1], fx.ConvOptions{Padding: fx.Border{Top: 1, Bottom: 1, Left: 1, Right: 1}})
	}, [2]*fx.Array{images, kernel})
	if want := 2.0 * 2 * 8 * 8 * 4 * 27; c.Products != want {
		t.Errorf("a convolution costs %v products, want %v", c.Products, want)
	}
}

// cells is a scan of products and loops.
func cells(x *fx.Array) *fx.Array {
	carry, _ := fx.Scan(func(c, _ *fx.Array) (*fx.Array, struct{}) {
		return c.MatMul(c).Tanh(), struct{}{}
	}, x, fx.Arange(fx.Int32, 6))
	return carry
}

func TestProfile(t *testing.T) {
	x := fx.Eye(fx.Float32, 16).MulScalar(0.5)
	p := fx.ProfileOf(cells, x, 3)
	if p.Runs != 3 || p.Time <= 0 {
		t.Errorf("%d runs of %v", p.Runs, p.Time)
	}
	if got, want := p.Total(), fx.CostOf(cells, x); got != want {
		t.Errorf("the steps cost %+v, the function %+v", got, want)
	}
	var dot *fx.StepProfile
	for i := range p.Steps {
		if strings.HasPrefix(p.Steps[i].Name, "dot ") {
			dot = &p.Steps[i]
		}
	}
	if dot == nil || dot.Calls != 6 || dot.Cost.Products != 6*2*16*16*16 {
		t.Errorf("products: %+v", dot)
	}
	for _, word := range []string{"a run, the mean of 3", "Gop/s", "dot float32[16 16] float32[16 16]", "loop(tanh) float32[16 16]", "scan"} {
		if !strings.Contains(p.String(), word) {
			t.Errorf("%q is missing in\n%s", word, p)
		}
	}
	// The argument is as it was, donated or not.
	fx.ProfileOf(func(x *fx.Array) *fx.Array { return x.AddScalar(1) }, x, 1, fx.Donate(""))
	if x.Float32s()[0] != 0.5 {
		t.Error("the argument has changed")
	}
	fxtest.MustFail(t, "0 runs", func() { fx.ProfileOf(cells, x, 0) })
}
