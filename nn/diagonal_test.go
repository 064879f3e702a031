package nn_test

import (
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
)

// TestDiagonalLinear: its coefficients, and that small steps of gradient descent
// conserve the effective alpha.
func TestDiagonalLinear(t *testing.T) {
	n := nn.DiagonalLinear{Plus: fx.New([]float64{3, 1}), Minus: fx.New([]float64{1, 4})}
	if got := n.Apply(fx.New([]float64{1, 0, 2, 1}, 2, 2)).Float64s(); got[0] != 8 || got[1] != 1 {
		t.Errorf("predictions %v, want 8 and 1", got)
	}
	x, y := random.Normal(random.New(1), fx.Float64, 3, 5), random.Normal(random.New(2), fx.Float64, 3)
	n = nn.NewDiagonalLinear(fx.Float64, 5, 0.3)
	loss := func(n nn.DiagonalLinear) *fx.Array { return n.Apply(x).Sub(y).Square().Sum().MulScalar(0.5) }
	first := loss(n).Item()
	for range 300 {
		n = fx.Map2(func(p, g *fx.Array) *fx.Array { return p.Sub(g.MulScalar(1e-3)) }, n, fx.Grad(loss)(n))
		fx.Eval(n)
	}
	if last := loss(n).Item(); !(last < first/2) {
		t.Errorf("the loss goes from %v to %v", first, last)
	}
	for i, a := range n.EffectiveAlpha().Float64s() {
		if math.Abs(a-0.3) > 1e-3 {
			t.Errorf("alpha %d is %v, want 0.3", i, a)
		}
	}
	if msg := fxtest.Failure(t, func() { nn.NewDiagonalLinear(fx.Float64, 3, 0) }); !strings.Contains(msg, "nn.NewDiagonalLinear: 3 features and alpha 0; both must be positive") {
		t.Errorf("alpha 0: %s", msg)
	}
}
