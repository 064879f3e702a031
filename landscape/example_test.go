package landscape_test

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/landscape"
)

// The critical points of a double well: two minima and the saddle between them.
func ExampleFindCriticalPoints() {
	loss := func(p *fx.Array) *fx.Array {
		x, y := p.Index(0), p.Index(1)
		return x.Square().SubScalar(1).Square().Add(y.Square())
	}
	var starts []*fx.Array
	for _, x := range []float64{-1.3, 0.2, 0.8} {
		starts = append(starts, fx.New([]float64{x, 0.4}))
	}
	for c := range landscape.FindCriticalPoints(loss, starts, landscape.NewLMOptions()) {
		fmt.Printf("loss %.3f, index %v, spectrum %.2f\n", c.Loss, c.Index, c.Spectrum)
	}
	// Output:
	// loss 0.000, index 0, spectrum [2.00 8.00]
	// loss 1.000, index 0.5, spectrum [-4.00 2.00]
	// loss 0.000, index 0, spectrum [2.00 8.00]
}

// Local entropy smooths: a curvature of 50 becomes 50 gamma/(50 + gamma).
func ExampleLocalEntropy1D() {
	f := func(x *fx.Array) *fx.Array { return x.Square().MulScalar(25) }
	for _, gamma := range []float64{1, 50, 5000} {
		e := landscape.LocalEntropy1D(f, []float64{1}, gamma, landscape.Interval{Low: -15, High: 15, Points: 10_001})
		fmt.Printf("gamma %v: slope %.3f at 1\n", gamma, e.Grad[0])
	}
	// Output:
	// gamma 1: slope 0.980 at 1
	// gamma 50: slope 25.000 at 1
	// gamma 5000: slope 49.505 at 1
}
