package gradient_test

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/gradient"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// As many orthogonal directions as there are parameters give the gradient.
func ExampleForward() {
	f := func(p *fx.Array) *fx.Array { return p.Square().Sum() }
	p := fx.New([]float64{1, 2, 3}, 3)
	all := gradient.Forward[*fx.Array]{Directions: gradient.Directions{Count: 3, Arrangement: gradient.Orthogonal}}
	estimate := all.Estimate(random.New(0), f, p)
	fmt.Printf("%.3f %.3f\n", estimate.Value.Item(), estimate.Grad.Float64s())
	// Output: 14.000 [2.000 4.000 6.000]
}

// Descent by forward gradients, with steps that suit the variance.
func ExampleEstimated() {
	f := func(p *fx.Array) *fx.Array { return p.SubScalar(3).Square().Sum() }
	opt := gradient.Estimated(optim.FromRule[*fx.Array](optim.NewSGD(optim.Constant(0.05))), gradient.Forward[*fx.Array]{}, random.New(1))
	p := fx.Zeros(fx.Float64, 4)
	state := opt.Init(p)
	for range 300 {
		p, state, _ = opt.Step(f, p, state)
		fx.Eval(p, state)
	}
	fmt.Printf("%.3f\n", p.Float64s())
	// Output: [3.000 3.000 3.000 3.000]
}
