package optim

import (
	"math"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/random"
)

// shifted is a stream of parabolas of curvature 1, 4 and 20 around the minibatch's
// own centre.
func shifted(i *fx.Array) Loss[*fx.Array] {
	centre := i.AsType(fx.Float64).MulScalar(0.3).Sin()
	return func(p *fx.Array) *fx.Array {
		return p.Sub(centre).Square().Mul(fx.New([]float64{1, 4, 20})).Sum().MulScalar(0.5)
	}
}

var curvatures = []float64{1, 4, 20}

// gradients of the stream, by hand.
func shiftedGradient(i int, p []float64) []float64 {
	g := make([]float64, len(p))
	for k := range p {
		g[k] = curvatures[k] * (p[k] - math.Sin(0.3*float64(i)))
	}
	return g
}

// TestEntropySGDByHand: steps of both forms without noise are those of the
// algorithm written out, with the outer momentum, decay and scoping.
func TestEntropySGDByHand(t *testing.T) {
	published := NewEntropySGD[*fx.Array](Constant(0.7), random.New(1))
	published.L, published.Gamma0, published.Gamma1, published.InnerRate, published.Noise, published.WeightDecay = 5, 0.5, 0.1, Constant(0.02), 0, 0.03
	plain := NewPlainEntropySGD[*fx.Array](Constant(0.7), random.New(1))
	plain.L, plain.Gamma0, plain.Gamma1, plain.InnerRate, plain.Noise = 3, 0.5, 0.1, Constant(0.02), 0
	for name, o := range map[string]EntropySGD[*fx.Array]{"published code": published, "text": plain} {
		p := fx.New([]float64{3, -2, 1})
		s := o.Init(p)
		x := p.Float64s()
		buffer := make([]float64, 3)
		for step := range 4 {
			gamma := o.Gamma0
			for range step {
				gamma *= 1 + o.Gamma1
			}
			walk, mu, m := slices.Clone(x), slices.Clone(x), make([]float64, 3)
			for l := range o.L {
				g := shiftedGradient(l, walk)
				for k := range g {
					g[k] += o.WeightDecay * walk[k]
					m[k] = o.InnerMomentum*m[k] + g[k]
					d := g[k] + o.InnerMomentum*m[k] - gamma*(x[k]-walk[k])
					walk[k] -= 0.02 * d
					mu[k] = (1-o.Average)*mu[k] + o.Average*walk[k]
				}
			}
			displacement := 0.0
			for k := range x {
				d := x[k] - mu[k]
				displacement += d * d
				if o.TimesGamma {
					d *= gamma
				}
				d += o.WeightDecay * x[k]
				buffer[k] = o.OuterMomentum*buffer[k] + d
				x[k] -= 0.7 * (d + o.OuterMomentum*buffer[k])
			}
			first := shifted(fx.Scalar(int32(0)))(p).Item()
			var info Info
			p, s, info = o.StepStream(shifted, p, s)
			fxtest.MustBeNear(t, name, p.Float64s(), x, 1e-13)
			fxtest.MustBeNear(t, name+": loss, gamma, displacement, evaluations", []float64{info.Loss.Item(), info.Values["gamma"].Item(),
				info.Values["displacement"].Item(), info.Values["evaluations"].Item()}, []float64{first, gamma, math.Sqrt(displacement), float64(o.L)}, 1e-13)
		}
	}
}

// TestEntropySGDWithoutWalk: L = 0 is Nesterov's momentum, bit for bit.
func TestEntropySGDWithoutWalk(t *testing.T) {
	o := NewEntropySGD[point](Constant(0.01), nil)
	o.L, o.WeightDecay = 0, 0.1
	plain := FromRule[point](Chain(AddDecayedWeights(0.1, nil), NewNesterov(Constant(0.01), 0.9)))
	if o.Batches() != 1 {
		t.Errorf("a step takes %d minibatches", o.Batches())
	}
	p, q := startPoint(), startPoint()
	s, u := o.Init(p), plain.Init(q)
	for range 10 {
		p, s, _ = o.StepStream(func(*fx.Array) Loss[point] { return bowl }, p, s)
		q, u, _ = plain.Step(bowl, q, u)
		if !slices.Equal(bits(p), bits(q)) {
			t.Fatalf("%v and %v", fx.Leaves(p), fx.Leaves(q))
		}
	}
	single := AsStream(plain)
	first, _, info := single.StepStream(func(i *fx.Array) Loss[point] { return bowl }, startPoint(), single.Init(startPoint()))
	second, _, _ := plain.Step(bowl, startPoint(), plain.Init(startPoint()))
	if single.Batches() != 1 || !slices.Equal(bits(first), bits(second)) || info.Loss.Item() != bowl(startPoint()).Item() {
		t.Error("as a stream it is another optimizer")
	}
}

// TestEntropySGDCoupling: a coupling as strong as the walk's steps allow brings the
// walk back to its start, and the weaker it is the further the walk goes.
func TestEntropySGDCoupling(t *testing.T) {
	p := fx.New([]float64{3, -2, 1})
	last := 0.0
	for i, gamma := range []float64{1e6, 100, 1, 0} {
		o := NewEntropySGD[*fx.Array](Constant(1), nil)
		o.Gamma0, o.Gamma1, o.Noise, o.InnerMomentum = gamma, 0, 0, 0
		o.InnerRate = Constant(math.Min(0.01, 1/math.Max(gamma, 1)))
		_, _, info := o.StepStream(shifted, p, o.Init(p))
		far := info.Values["displacement"].Item()
		if i == 0 && far > 1e-3 || far <= last {
			t.Errorf("gamma %v: the walk's mean is %v away; before it was %v", gamma, far, last)
		}
		last = far
	}
}

// TestEntropySGDNoise: fresh noise at every step of every walk, the same for the same
// key, compiled or not.
func TestEntropySGDNoise(t *testing.T) {
	o := NewEntropySGD[*fx.Array](Constant(1), random.New(5))
	o.L, o.Noise, o.InnerRate, o.OuterMomentum = 7, 0.1, Constant(0.01), 0
	flat := func(*fx.Array) Loss[*fx.Array] { return func(p *fx.Array) *fx.Array { return p.Sum().MulScalar(0) } }
	p := fx.Zeros(fx.Float64, 2000)
	type result struct {
		P *fx.Array
		S State
	}
	step := func(r result) result {
		p, s, _ := o.StepStream(flat, r.P, r.S)
		return result{p, s}
	}
	one := step(result{p, o.Init(p)})
	two := step(one)
	if compiled := fx.Jit(step)(result{p, o.Init(p)}); !slices.Equal(bits(compiled), bits(one)) {
		t.Error("compiled it has other bits")
	}
	// The mean after 7 steps of std sigma: sum over k of (1-0.75^k) steps' noise; with
	// Nesterov momentum a zero gradient adds nothing, and gamma next to nothing.
	sigma, variance := 0.1*math.Sqrt(2*0.01), 0.0
	for k := 1; k <= 7; k++ {
		w := 1 - math.Pow(0.75, float64(k))
		variance += w * w
	}
	std := func(a *fx.Array) float64 { return a.Std().Item() }
	if got, want := std(one.P), sigma*math.Sqrt(variance); math.Abs(got/want-1) > 0.05 {
		t.Errorf("the mean has deviation %v, want %v", got, want)
	}
	if c := one.P.Mul(two.P.Sub(one.P)).Mean().Item() / (std(one.P) * std(two.P.Sub(one.P))); math.Abs(c) > 0.1 {
		t.Errorf("the noise of two walks correlates: %v", c)
	}
}

// TestSGLD: many walks in a parabola of curvature h come to the variance T/h, up to
// the steps' length, in both conventions.
func TestSGLD(t *testing.T) {
	const h, lr = 4.0, 0.02
	for scale, temperature := range map[NoiseScale]float64{ByTwiceRate: 1.5 * 1.5, ByRate: 1.5 * 1.5 / 2} {
		r := NewSGLD(Constant(lr), random.New(2))
		r.Noise, r.Scale = 1.5, scale
		o := FromRule[*fx.Array](r)
		type walk struct {
			P *fx.Array
			S State
		}
		p := fx.Zeros(fx.Float64, 20_000)
		end, _ := fx.Scan(func(w walk, _ *fx.Array) (walk, []*fx.Array) {
			p, s, _ := o.Step(func(p *fx.Array) *fx.Array { return p.Square().Sum().MulScalar(h / 2) }, w.P, w.S)
			return walk{p, s}, nil
		}, walk{p, o.Init(p)}, fx.Arange(fx.Int32, 100))
		want := temperature / (h * (1 - lr*h/2))
		if got := end.P.Var().Item(); math.Abs(got/want-1) > 0.05 {
			t.Errorf("%v: variance %v, want %v", scale, got, want)
		}
	}
	still := SGLD{LearningRate: Constant(0.1)}
	plain, _, _ := FromRule[point](NewSGD(Constant(0.1))).Step(bowl, startPoint(), NewSGD(Constant(0.1)).Init(nil))
	got, _, _ := FromRule[point](still).Step(bowl, startPoint(), still.Init(nil))
	if !slices.Equal(bits(got), bits(plain)) {
		t.Error("without noise it is not gradient descent")
	}
}

// TestStreamWithAux: the side result is that of the first minibatch.
func TestStreamWithAux(t *testing.T) {
	losses, aux := StreamWithAux(func(i *fx.Array) func(*fx.Array) (*fx.Array, *fx.Array) {
		return func(p *fx.Array) (*fx.Array, *fx.Array) {
			return shifted(i)(p), p.Sum().Add(i.AsType(fx.Float64))
		}
	})
	o := NewEntropySGD[*fx.Array](Constant(1), random.New(5))
	o.InnerRate = Constant(0.001)
	p := fx.New([]float64{1, 2, 4})
	if _, _, info := o.StepStream(losses, p, o.Init(p)); aux().Item() != 7 || info.Loss.Item() != shifted(fx.Scalar(int32(0)))(p).Item() {
		t.Errorf("side result %v, loss %v", aux(), info.Loss)
	}
}

func TestEntropySGDErrors(t *testing.T) {
	p := startPoint()
	lr := Constant(1)
	change := func(f func(*EntropySGD[point])) func() {
		return func() { with(NewEntropySGD[point](lr, random.New(1)), f).Init(p) }
	}
	for want, f := range map[string]func(){
		"the walk has -1 steps; it must not have fewer than 0":      change(func(o *EntropySGD[point]) { o.L = -1 }),
		"gamma is -1; it must be a number that is not negative":     change(func(o *EntropySGD[point]) { o.Gamma0 = -1 }),
		"gamma's growth is NaN":                                     change(func(o *EntropySGD[point]) { o.Gamma1 = math.NaN() }),
		"the inner rate 0.1 times gamma 20 is 2 or more":            change(func(o *EntropySGD[point]) { o.Gamma0 = 20 }),
		"the noise is -0.1; it must be":                             change(func(o *EntropySGD[point]) { o.Noise = -0.1 }),
		"the noise's scale NoiseScale(9) is unknown":                change(func(o *EntropySGD[point]) { o.NoiseScale = 9 }),
		"there is no key to draw the noise with":                    change(func(o *EntropySGD[point]) { o.Key = nil }),
		"the weight of the latest point is 0; it must be in (0, 1]": change(func(o *EntropySGD[point]) { o.Average = 0 }),
		"the inner momentum is 1; it must be in [0, 1)":             change(func(o *EntropySGD[point]) { o.InnerMomentum = 1 }),
		"the outer momentum is -1; it must be in [0, 1)":            change(func(o *EntropySGD[point]) { o.OuterMomentum = -1 }),
		"the weight decay is -1":                                    change(func(o *EntropySGD[point]) { o.WeightDecay = -1 }),
		"the learning rate is nil":                                  change(func(o *EntropySGD[point]) { o.InnerRate = nil }),
		"optim.EntropySGD: the state is a int and must be a optim.E": func() {
			NewEntropySGD[point](lr, random.New(1)).StepStream(nil, p, 3)
		},
		"optim.SGLD: the state is a int": func() { NewSGLD(lr, random.New(1)).Update(nil, 3, nil) },
		"optim.SGLD: there is no key":    func() { NewSGLD(lr, nil).Init(nil) },
	} {
		fxtest.MustFail(t, want, f)
	}
}
