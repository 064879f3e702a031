package optim

import (
	"math"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/random"
	"pgregory.net/rapid"
)

// layers is two kernels with what Layca leaves alone between them.
type layers struct{ W, B, V, Scale *fx.Array }

func someLayers(seed uint64, d fx.DType) layers {
	k := random.Split(random.New(seed), 4)
	return layers{random.Normal(k[0], d, 3, 4), random.Normal(k[1], d, 4), random.Normal(k[2], d, 2, 2, 4, 2), random.Normal(k[3], d, 2)}
}

// bent is a loss with a curved surface.
func bent(p layers) *fx.Array {
	h := p.W.Sin().Sum(0).Add(p.B).Tanh().Sum()
	return p.V.Cos().Mul(h).Sum().Add(p.Scale.Square().Sum())
}

func angle(a, b *fx.Array) (tangent, ratio float64) {
	x, y := a.Flatten().AsType(fx.Float64), b.Flatten().AsType(fx.Float64)
	along := x.Mul(y).Sum().Div(x.Square().Sum())
	across := y.Sub(x.Mul(along)).Norm().Item()
	return across / (along.Item() * x.Norm().Item()), y.Norm().Item() / x.Norm().Item()
}

// TestLaycaTurns: whatever the base, its length of step, and the schedule, a kernel
// turns by the tangent asked for and keeps its norm; nothing else changes. Around an
// optimizer it is the same.
func TestLaycaTurns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64Range(0, 1000).Draw(t, "seed")
		rho := rapid.Float64Range(1e-3, 2).Draw(t, "rho")
		length := rapid.Float64Range(1e-3, 10).Draw(t, "length of the base's steps")
		base := rapid.SampledFrom([]Rule{NewSGD(Constant(length)), NewMomentum(Constant(length), 0.9), NewAdam(Constant(length)),
			Chain(AddDecayedWeights(0.1, nil), NewRMSProp(Constant(length)))}).Draw(t, "base")
		rule := NewLayca(base, Steps(rho, 0.5, 2))
		rule.Multipliers = []float64{1, 0.25}
		around := WithLayca[layers](FromRule[layers](base), Steps(rho, 0.5, 2))
		around.Multipliers = rule.Multipliers
		for _, o := range []Optimizer[layers]{FromRule[layers](rule), around} {
			p := someLayers(seed, fx.Float64)
			s := o.Init(p)
			for step := range 4 {
				want := rho
				if step >= 2 {
					want /= 2
				}
				next, state, info := o.Step(bent, p, s)
				for i, pair := range [][2]*fx.Array{{p.W, next.W}, {p.V, next.V}} {
					tangent, ratio := angle(pair[0], pair[1])
					if math.Abs(tangent/(want*rule.Multipliers[i])-1) > 1e-9 || math.Abs(ratio-1) > 1e-12 {
						t.Fatalf("%T, step %d, kernel %d: tangent %v, want %v; norm times %v", o, step, i, tangent, want*rule.Multipliers[i], ratio)
					}
				}
				if !slices.Equal(next.B.Float64s(), p.B.Float64s()) || !slices.Equal(next.Scale.Float64s(), p.Scale.Float64s()) {
					t.Fatal("a bias or a scale has changed")
				}
				moved := GlobalNorm([]*fx.Array{next.W.Sub(p.W), next.V.Sub(p.V)}).Item()
				if got := info.Values["update_norm"].Item(); math.Abs(got-moved) > 1e-9 {
					t.Fatalf("update_norm %v, want %v", got, moved)
				}
				p, s = next, state
				fx.Eval(p, s)
			}
		}
	})
}

// TestLaycaByHand is a step of the algorithm written out.
func TestLaycaByHand(t *testing.T) {
	type net struct{ W *fx.Array }
	w := []float64{3, 0, 0, 4}
	loss := func(p net) *fx.Array { return p.W.Mul(fx.New([]float64{1, 2, -1, 1}, 2, 2)).Sum() }
	o := FromRule[net](NewLayca(NewSGD(Constant(1)), Constant(0.5)))
	p := net{fx.New(w, 2, 2)}
	got, _, _ := o.Step(loss, p, o.Init(p))
	s := []float64{1, 2, -1, 1} // <s,W> = 7, |W|^2 = 25
	size := 0.0
	for i := range s {
		s[i] -= 7.0 / 25 * w[i]
		size += s[i] * s[i]
	}
	want, norm := make([]float64, 4), 0.0
	for i := range s {
		want[i] = w[i] - 0.5*s[i]*5/math.Sqrt(size)
		norm += want[i] * want[i]
	}
	for i := range want {
		want[i] *= 5 / math.Sqrt(norm)
	}
	fxtest.MustBeNear(t, "W", got.W.Float64s(), want, 1e-14)
}

// TestLaycaStandsStill: along the weights there is no way to turn, and so is an
// update that counts as none.
func TestLaycaStandsStill(t *testing.T) {
	type net struct{ W *fx.Array }
	p := net{fx.New([]float64{1, 2, 3, 4}, 2, 2)}
	for name, loss := range map[string]Loss[net]{
		"radial":  func(p net) *fx.Array { return p.W.Square().Sum() },
		"nothing": func(p net) *fx.Array { return p.W.Sum().MulScalar(1e-8) },
		"zero":    func(p net) *fx.Array { return p.W.Sum().MulScalar(0) },
	} {
		o := FromRule[net](NewLayca(NewSGD(Constant(1)), Constant(0.5)))
		got, _, _ := o.Step(loss, p, o.Init(p))
		if !slices.Equal(got.W.Float64s(), p.W.Float64s()) {
			t.Errorf("%s: %v", name, got.W)
		}
	}
}

// TestLaycaMomentum: the base's momentum is that of the gradients as they are.
func TestLaycaMomentum(t *testing.T) {
	base := NewMomentum(Constant(1), 0.9)
	o := FromRule[layers](NewLayca(base, Constant(0.1)))
	p := someLayers(1, fx.Float64)
	s := o.Init(p)
	want := fx.ZerosLike(p.W)
	for range 3 {
		want = want.MulScalar(0.9).Add(fx.Grad(bent)(p).W)
		p, s, _ = o.Step(bent, p, s)
	}
	got := s.(LaycaState).Base.(MomentumState).Trace.Buffer
	fxtest.MustBeNear(t, "momentum", got[0].Float64s(), want.Float64s(), 1e-12)
	if len(got) != 2 {
		t.Errorf("the base has %d buffers; there are 2 kernels", len(got))
	}
}

func TestRotationMultipliers(t *testing.T) {
	for _, c := range []struct {
		a    float64
		n    int
		want []float64
	}{
		{0, 3, []float64{1, 1, 1}}, {0, 1, []float64{1}},
		{0.6, 3, []float64{math.Pow(0.4, 5), math.Pow(0.4, 2.5), 1}},
		{-0.6, 3, []float64{1, math.Pow(0.4, 2.5), math.Pow(0.4, 5)}},
	} {
		fxtest.MustBeNear(t, "multipliers", RotationMultipliers(c.a, c.n), c.want, 1e-14)
	}
	fxtest.MustFail(t, "optim.RotationMultipliers: alpha is 1; it must be in (-1, 1)", func() { RotationMultipliers(1, 3) })
	fxtest.MustFail(t, "optim.RotationMultipliers: alpha is NaN", func() { RotationMultipliers(math.NaN(), 3) })
	fxtest.MustFail(t, "optim.RotationMultipliers: one layer has no others", func() { RotationMultipliers(0.5, 1) })
	fxtest.MustFail(t, "optim.RotationMultipliers: 0 layers", func() { RotationMultipliers(0, 0) })
}

// TestWeightDecayRotationRate: gradient descent on a loss that does not depend on
// the norm, with gradients in random directions, settles at the rate foretold.
func TestWeightDecayRotationRate(t *testing.T) {
	const lr, wd = 0.1, 0.05
	w := random.Normal(random.New(0), fx.Float64, 400)
	var tangents float64
	for step := range 1500 {
		g := random.Normal(random.FoldIn(random.New(1), step), fx.Float64, 400)
		square := w.Square().Sum()
		g = g.Sub(w.Mul(g.Mul(w).Sum().Div(square))).Div(square.Sqrt())
		next := w.Sub(g.Add(w.MulScalar(wd)).MulScalar(lr))
		if step >= 1000 {
			tangent, _ := angle(w, next)
			tangents += tangent / 500
		}
		w = next
		fx.Eval(w)
	}
	want := WeightDecayRotationRate(lr, wd)
	if math.Abs(tangents/want-1) > 0.02 || math.Abs(want/math.Sqrt(2*lr*wd)-1) > 0.01 {
		t.Errorf("tangent %v, want %v", tangents, want)
	}
	for _, c := range [][2]float64{{-1, 0.1}, {1, 1}, {math.NaN(), 0}} {
		fxtest.MustFail(t, "they must not be negative and their product must be below 1", func() { WeightDecayRotationRate(c[0], c[1]) })
	}
}

func TestLaycaErrors(t *testing.T) {
	lr := Constant(0.1)
	p := someLayers(0, fx.Float32)
	zero := p
	zero.V = fx.ZerosLike(p.V)
	none := func(string, *fx.Array) bool { return false }
	for want, f := range map[string]func(){
		"the rule whose steps are to turn is nil":                    func() { FromRule[layers](NewLayca(nil, lr)).Init(p) },
		"the learning rate is -1 at step 0":                          func() { FromRule[layers](NewLayca(NewSGD(lr), Constant(-1))).Init(p) },
		"the learning rate is -2 at step 0":                          func() { FromRule[layers](NewLayca(NewSGD(Constant(-2)), lr)).Init(p) },
		"optim.Layca: the mask chooses no kernel of 4 parameters":    func() { FromRule[layers](Layca{Base: NewSGD(lr), Rate: lr, Kernels: none}).Init(p) },
		"optim.Layca: 3 multipliers for 2 kernels":                   func() { FromRule[layers](Layca{Base: NewSGD(lr), Rate: lr, Multipliers: []float64{1, 1, 1}}).Init(p) },
		"the multiplier of layer 1 is -1":                            func() { FromRule[layers](Layca{Base: NewSGD(lr), Rate: lr, Multipliers: []float64{1, -1}}).Init(p) },
		"optim.Layca: the kernel V has norm 0 and no direction":      func() { FromRule[layers](NewLayca(NewSGD(lr), lr)).Init(zero) },
		"optim.WithLayca: the kernel V has norm 0":                   func() { WithLayca[layers](FromRule[layers](NewSGD(lr)), lr).Init(zero) },
		"the optimizer whose steps are to turn is nil":               func() { WithLayca[layers](nil, lr).Init(p) },
		"optim.Layca: the rule does not know its leaves' paths":      func() { NewLayca(NewSGD(lr), lr).Init([]*fx.Array{p.W}) },
		"optim.WithLayca: the state is a int and must be a optim.La": func() { WithLayca[layers](FromRule[layers](NewSGD(lr)), lr).Step(bent, p, 3) },
	} {
		fxtest.MustFail(t, want, f)
	}
}
