package optim_test

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// A compiled training step that updates its state in place.
func Example() {
	type training struct {
		P *fx.Array
		S optim.State
	}
	loss := func(p *fx.Array) *fx.Array { return p.SubScalar(3).Square().Sum() }
	opt := optim.FromRule[*fx.Array](optim.Chain(
		optim.ClipByGlobalNorm(1),
		optim.NewMomentum(optim.Cosine(0.5, 0, 50), 0.5),
	))
	step := fx.Jit(func(t training) training {
		p, s, _ := opt.Step(loss, t.P, t.S)
		return training{p, s}
	}, fx.Donate(""))

	p := fx.Zeros(fx.Float32, 2)
	t := training{p, opt.Init(p)}
	for range 50 {
		t = step(t)
	}
	fmt.Println(t.P)
	// Output: float32[2][3 3]
}

// Settings are fields; 0 is a legal decay rate.
func ExampleNewLaProp() {
	rule := optim.NewLaProp(optim.Constant(1e-3))
	rule.Beta2 = 0 // the momentum of signs
	fmt.Println(rule.Validate())
	rule.Beta1 = 1
	fmt.Println(rule.Validate())
	// Output:
	// <nil>
	// Beta1 is 1; it must be in [0, 1)
}

// Layers with rules of their own, and weight decay for matrices only.
func ExampleByPath() {
	type net struct{ Body, Head struct{ W, B *fx.Array } }
	adamw := optim.NewAdamW(optim.Constant(1e-3))
	adamw.Decay.Mask = optim.Matrices
	var n net
	n.Body.W, n.Body.B = fx.Ones(fx.Float32, 2, 2), fx.Ones(fx.Float32, 2)
	n.Head.W, n.Head.B = fx.Ones(fx.Float32, 2, 1), fx.Ones(fx.Float32, 1)
	opt := optim.FromRule[net](optim.ByPath(
		optim.Group{Path: "Body", Rule: optim.Freeze()},
		optim.Group{Path: "Head", Rule: adamw},
	))
	next, _, _ := opt.Step(func(n net) *fx.Array { return n.Head.W.Sum().Add(n.Head.B.Sum()) }, n, opt.Init(n))
	fmt.Println(next.Body.B, next.Head.W, next.Head.B)
	// Output: float32[2][1 1] float32[2 1][[0.99899] [0.99899]] float32[1][0.999]
}

// Out of a saddle, in which a gradient step hardly moves.
func ExampleSaddleFreeNewton() {
	loss := func(p *fx.Array) *fx.Array {
		return p.Index(0).Square().Add(p.Index(1).Cos())
	}
	o := optim.NewSaddleFreeNewton[*fx.Array]()
	p := fx.New([]float64{0.5, 1e-3})
	end, _, info := optim.Descend(o, loss, p, o.Init(p), 24)
	fmt.Printf("lowest curvature %.2f at the start, %.2f at the end, %.4f\n",
		info.Values["lowest"].Index(0).Item(), info.Values["lowest"].Index(23).Item(), end.Float64s())
	// Output: lowest curvature -1.00 at the start, 1.00 at the end, [0.0000 3.1416]
}

func ExampleNewCompositeTrustRegion() {
	features := fx.New([]float64{1, 0, 0, 1, 1, 1, 2, -1}, 4, 2)
	targets := fx.New([]float64{3, 0.1, 3, 6}) // nearly three times the first feature
	loss := func(w *fx.Array) *fx.Array { return features.MatMul(w).Sub(targets).Square().Mean() }
	lasso := optim.FromRule[*fx.Array](optim.NewCompositeTrustRegion(optim.Linear(0.1, 0, 100), 1, 0, optim.ElasticNet{L1: 0.5}))
	w := fx.Zeros(fx.Float64, 2)
	w, _, _ = optim.Descend(lasso, loss, w, lasso.Init(w), 100)
	fmt.Printf("%.2f", w.Float64s())
	// Output: [2.83 0.00]
}

// Entropy-SGD takes several minibatches a step: the losses of a stream. Here they are
// parabolas around -1, 0 and 1.
func ExampleEntropySGD() {
	stream := func(i *fx.Array) optim.Loss[*fx.Array] {
		centre := i.AsType(fx.Float64).SubScalar(1)
		return func(x *fx.Array) *fx.Array { return x.Sub(centre).Square() }
	}
	o := optim.NewEntropySGD[*fx.Array](optim.Constant(1), random.New(0))
	o.L, o.OuterMomentum = 3, 0
	x := fx.Scalar(4.0)
	s := o.Init(x)
	for range 20 {
		x, s, _ = o.StepStream(stream, x, s)
		fx.Eval(x, s)
	}
	fmt.Printf("%d gradients a step, |x| < 0.5: %v\n", o.Batches(), x.Abs().Item() < 0.5)
	// Output: 3 gradients a step, |x| < 0.5: true
}

// The proxy knows the curvature of the objective and has its minimum in the wrong
// place: one gradient of the objective sets that right.
func ExampleProxyProx() {
	scale := fx.New([]float64{100, 1, 0.01})
	bowl := func(x, at *fx.Array) *fx.Array { return x.Sub(at).Square().Mul(scale).Sum() }
	objective := func(x *fx.Array) *fx.Array { return bowl(x, fx.New([]float64{1, 2, 3})) }
	proxy := func(x *fx.Array) *fx.Array { return bowl(x, fx.Zeros(fx.Float64, 3)) }

	o := optim.NewProxyProx(proxy, 1e5)
	o.Inner, o.Kappa, o.Eps = optim.NewLBFGS[*fx.Array](), 0, 1e-8
	x := fx.Zeros(fx.Float64, 3)
	x, _, info := o.Step(objective, x, o.Init(x))
	fmt.Printf("%.2f, accepted: %v\n", x.Float64s(), info.Values["accepted"].Item() == 1)
	// Output: [1.00 2.00 3.00], accepted: true
}
