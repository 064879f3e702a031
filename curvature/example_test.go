package curvature_test

import (
	"fmt"

	"github.com/fluxion-go/fluxion/curvature"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// A damped Newton step and the sharpness of a loss, without its Hessian.
func ExampleHessian() {
	loss := func(p *fx.Array) *fx.Array { return p.Square().Mul(fx.New([]float64{1, 2, 3})).Sum() }
	p := fx.New([]float64{1, 1, 1})
	h := curvature.Hessian(loss, p)
	step, report := linalg.CG[*fx.Array]{}.Solve(linalg.Shifted(h, fx.Scalar(0.0)), fx.Grad(loss)(p), nil)
	top, err := linalg.TopEigen(h, p, 1, random.New(0), linalg.EigenOptions{})
	fmt.Printf("%.3f %.3f %v %v\n", step.Float64s(), top.Values, report.Err(), err)
	// Output: [1.000 1.000 1.000] [6.000] <nil> <nil>
}

// A natural-gradient step of a perceptron with softmax outputs, layer by layer.
func ExampleKFAC() {
	net := nn.NewMLP(random.New(0), []int{5, 4, 3}, nn.Tanh, nn.LayerOptions{DType: fx.Float64})
	x, labels := random.Normal(random.New(1), fx.Float64, 8, 5), fx.New([]int32{0, 1, 2, 0, 1, 2, 0, 1})
	factors := curvature.KFAC(func(taps []*fx.Array) (outputs *fx.Array, inputs []*fx.Array) {
		h := x
		for i, layer := range net.Layers {
			if i > 0 {
				h = net.Activation(h)
			}
			inputs = append(inputs, curvature.Homogeneous(h))
			h = layer.Apply(h).Add(taps[i])
		}
		return h, inputs
	}, curvature.SoftmaxRoots, fx.Float64, 8, []int{4, 3})

	grad := fx.Grad(func(net nn.MLP) *fx.Array { return nn.SoftmaxCrossEntropy(net.Apply(x), labels).Mean() })(net)
	for i, layer := range grad.Layers {
		v := fx.Concatenate(0, layer.W, layer.B.ExpandDims(0)) // the bias is the row of the 1
		step := factors[i].Solve(v, 1e-3)
		fmt.Println(step.Shape(), step.Mul(v).Sum().Item() > 0)
	}
	// Output:
	// [6 4] true
	// [5 3] true
}

// Rosenbrock's residuals with their Gauss-Newton matrix, damped by the distance to
// which it can be trusted. Sixty steps are one compiled program.
func ExampleGaussNewton() {
	residuals := func(x *fx.Array) *fx.Array {
		a, b := x.Index(0), x.Index(1)
		return fx.Stack(0, fx.Const(1).Sub(a), b.Sub(a.Square()).MulScalar(10))
	}
	half := func(u *fx.Array) *fx.Array { return u.Square().Sum().MulScalar(0.5) }
	o := optim.NewGradNormSmooth[*fx.Array]()
	o.Curvature = func(x *fx.Array) func(*fx.Array) *fx.Array { return curvature.GaussNewton(residuals, half, x) }
	end := fx.Jit(func(x *fx.Array) *fx.Array {
		end, _, _ := optim.Descend(o, func(x *fx.Array) *fx.Array { return half(residuals(x)) }, x, o.Init(x), 60)
		return end
	})(fx.New([]float64{-1.2, 1}))
	fmt.Printf("%.6f\n", end.Float64s())
	// Output: [1.000000 1.000000]
}
