package symmetry_test

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/symmetry"
)

// A teleport multiplies and divides around the hidden units of a ReLU network: the
// loss stays, the gradient grows.
func ExampleTeleport_Move() {
	p := nn.NewMLP(random.New(1), []int{4, 8, 1}, nn.Relu)
	x := random.Normal(random.New(2), fx.Float32, 20, 4)
	loss := func(p nn.MLP) *fx.Array { return p.Apply(x).Sub(x.Sum(1).ExpandDims(1)).Square().Mean() }

	jump := symmetry.NewTeleport(symmetry.PositiveScaling{}, symmetry.GradNorm[nn.MLP]())
	jump.Rate = 0.02
	q, trace := jump.Move(loss, p)
	fmt.Printf("loss %.3f and %.3f\n", loss(p).Item(), loss(q).Item())
	fmt.Printf("squared gradient %.1f and %.1f\n", trace.Objective.Index(0).Item(), trace.Objective.Index(-1).Item())
	// Output:
	// loss 2.149 and 2.149
	// squared gradient 12.0 and 36.1
}

// Any optimizer can teleport before some of its steps.
func ExampleWithTeleport() {
	p := nn.NewMLP(random.New(1), []int{4, 8, 1}, nn.Relu)
	x := random.Normal(random.New(2), fx.Float32, 20, 4)
	loss := func(p nn.MLP) *fx.Array { return p.Apply(x).Sub(x.Sum(1).ExpandDims(1)).Square().Mean() }

	base := optim.FromRule[nn.MLP](optim.NewSGD(optim.Constant(0.01)))
	jump := symmetry.NewTeleport(symmetry.PositiveScaling{}, symmetry.GradNorm[nn.MLP]())
	jump.Rate = 0.02
	for _, opt := range []optim.Optimizer[nn.MLP]{base, symmetry.WithTeleport(base, jump, symmetry.AtSteps(0))} {
		end, _, _ := optim.Descend(opt, loss, p, opt.Init(p), 20)
		fmt.Printf("%.3f\n", loss(end).Item())
	}
	// Output:
	// 0.987
	// 0.955
}

// On the level set of a quadratic the gradient is largest along the direction of
// the largest curvature.
func ExampleLevelSet() {
	f := func(x *fx.Array) *fx.Array { return x.Square().Mul(fx.New([]float64{1, 25})).Sum().MulScalar(0.5) }
	around := symmetry.LevelSet{Centre: fx.Zeros(fx.Float64, 2), Rays: symmetry.Circle(360)}
	w := fx.New([]float64{5, 0})
	top := around.Move(f, symmetry.GradNorm[*fx.Array](), symmetry.Max, w)
	fmt.Printf("%.2f, |grad| %.0f instead of %.0f\n", top.Index(1).Abs().Item(), linalg.Norm(fx.Grad(f)(top)).Item(), linalg.Norm(fx.Grad(f)(w)).Item())
	// Output:
	// 1.00, |grad| 25 instead of 5
}
