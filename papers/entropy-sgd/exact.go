package entropysgd

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/landscape"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Part A: one variable, in float64, where the local entropy can be integrated.

// wells is a double well: a narrow one at -1, the lower of the two, and a wide one at
// 1: the soft minimum of 25 (x+1)^2 and (x-1)^2 + 0.025.
func wells(x *fx.Array) *fx.Array {
	narrow := x.AddScalar(1).Square().MulScalar(25)
	wide := x.SubScalar(1).Square().AddScalar(0.025)
	a, b := narrow.MulScalar(-sharp), wide.MulScalar(-sharp)
	top := a.Maximum(b)
	return a.Sub(top).Exp().Add(b.Sub(top).Exp()).Log().Add(top).MulScalar(-1.0 / sharp)
}

const sharp = 20 // of the soft minimum

var (
	lambdas = []float64{0.5, 5, 50}
	gammas  = []float64{0.5, 5, 50}
	// interval reaches far enough for the weakest coupling, with points close enough
	// for the strongest.
	interval = landscape.Interval{Low: -14, High: 14, Points: 4001}
	// couplings are the gamma at which the lowest place of -F is looked for.
	couplings = func() []float64 {
		var list []float64
		for v, k := 0.1, 0; k <= 40; k++ {
			list = append(list, v)
			v *= step
		}
		return list
	}()
	drawn = []float64{0.3, 3, 30, 3000}
)

const step = 4.0 / 3 // from one coupling to the next

// integrals records the largest error of the gradient of -F over parabolas, and -F
// and its lowest place for the double well.
func (e experiment) integrals(r *study.Recorder) {
	worst := 0.0
	for _, lambda := range lambdas {
		for _, gamma := range gammas {
			x := []float64{-2, -0.3, 0.01, 1, 2.5}
			f := func(x *fx.Array) *fx.Array { return x.Square().MulScalar(lambda / 2) }
			for i, g := range e.methods.coupled(f, x, gamma, interval).Grad {
				worst = math.Max(worst, math.Abs(g-float64(lambda*gamma/(lambda+gamma)*x[i])))
			}
		}
	}
	r.Scalar("parabola_error", worst)
	var places []float64
	for k := range 201 {
		places = append(places, float64(k-100)/50)
	}
	f := wells(fx.New(places)).Float64s()
	lowest := 0
	for i, v := range f {
		if v < f[lowest] {
			lowest = i
		}
	}
	r.Scalar("loss_lowest", places[lowest])
	for i := range places {
		r.Point("loss", places[i], f[i])
	}
	for _, gamma := range couplings {
		r.Point("lowest", gamma, e.methods.coupled(wells, places, gamma, interval).Lowest())
	}
	for _, gamma := range drawn {
		entropy := e.methods.coupled(wells, places, gamma, interval)
		top := study.Sample(entropy.F).Max()
		for i := range places {
			r.With("gamma", gamma).Point("entropy", places[i], top-entropy.F[i])
		}
	}
}

// The estimate of the gradient by walks: a parabola, from a place with a known one.
const (
	walkLambda, walkGamma = 5.0, 2.0
	walkPlace             = 1.0
	walkRate              = 0.02
)

var walkSteps = []int{20, 200, 2000}

// walks records the median error, over repetitions, of the gradient that walks of
// several lengths estimate.
func (e experiment) walks(env *study.Env) {
	n := env.Options.Int("repetitions")
	exact := walkLambda * walkGamma / (walkLambda + walkGamma) * walkPlace
	f := func(x *fx.Array) *fx.Array { return x.Square().Sum().MulScalar(walkLambda / 2) }
	for _, steps := range walkSteps {
		key := random.FoldIn(random.FoldIn(random.New(env.Seed), partWalk), steps)
		// The repetitions are as many variables, which do not know of each other.
		estimates := e.methods.sampled(f, fx.Full(fx.Float64, walkPlace, n), walkGamma,
			landscape.Sampler{Steps: steps, Rate: walkRate, Key: key})
		var errors study.Sample
		for _, v := range estimates.Float64s() {
			errors = append(errors, math.Abs(v-exact))
		}
		env.Record.With("steps", steps).Scalar("walk_error", errors.Median())
		env.Record.With("steps", steps).Scalar("walk_error_worst", errors.Max())
	}
}

// identities records what the method must be exactly: with L = 0 Nesterov's momentum;
// with a strong coupling and without noise a step of 0; and a step, times gamma, of
// gamma times the displacement of the mean.
func (e experiment) identities(env *study.Env, p plan) error {
	sets, err := p.images(env, false)
	if err != nil {
		return err
	}
	net := p.network.start(sets, env.Seed)
	batch := sets.Train.Slice(0, p.batch)
	plain := optim.FromRule[nn.Sequential](optim.NewNesterov(optim.Constant(0.1), 0.9))
	walk := e.methods.entropy(arm{walk: 20, gamma: 0.03, rate: 0.1, momentum: 0.9, outer: 0.1, outerMomentum: 0.9}, optim.Constant(0.1), optim.Constant(0.1))
	walk.L = 0
	loss := func(n nn.Sequential) *fx.Array {
		return nn.SoftmaxCrossEntropy(n.Apply(batch.Pixels), batch.Labels).Mean()
	}
	a, b := net, net
	s, u := plain.Init(a), walk.Init(b)
	for range 10 {
		a, s, _ = plain.Step(loss, a, s)
		b, u, _ = walk.StepStream(func(*fx.Array) optim.Loss[nn.Sequential] { return loss }, b, u)
		fx.Eval(a, s, b, u)
	}
	env.Record.Scalar("differing", float64(differing(a, b)))

	centre := fx.New([]float64{1, -2, 0.5})
	curved := func(i *fx.Array) optim.Loss[*fx.Array] {
		return func(x *fx.Array) *fx.Array {
			return x.Square().Mul(fx.New([]float64{1, 5, 20})).Sum().Add(x.Sum().Mul(i.AsType(fx.Float64).Sin()))
		}
	}
	key := random.FoldIn(random.New(env.Seed), partIdentity)
	displacement := func(gamma, rate float64) float64 {
		o := e.methods.plane(optim.Constant(1), key)
		o.Gamma0, o.Gamma1, o.Noise, o.InnerMomentum, o.InnerRate = gamma, 0, 0, 0, optim.Constant(rate)
		_, _, info := o.StepStream(curved, centre, o.Init(centre))
		return info.Values["displacement"].Item()
	}
	env.Record.Scalar("strong_coupling", displacement(1e8, 1e-8)/displacement(1, 1e-2))

	o := e.methods.plane(optim.Constant(0.5), key)
	o.Gamma0, o.Gamma1, o.InnerRate, o.InnerMomentum, o.OuterMomentum, o.Noise, o.TimesGamma = 0.7, 0, optim.Constant(0.01), 0, 0, 0, true
	next, _, _ := o.StepStream(curved, centre, o.Init(centre))
	x, mu := centre, centre // the walk written out
	for l := range o.L {
		i := fx.Scalar(int32(l))
		x = x.Sub(fx.Grad(curved(i))(x).Add(x.Sub(centre).MulScalar(0.7)).MulScalar(0.01))
		mu = mu.MulScalar(1 - o.Average).Add(x.MulScalar(o.Average))
	}
	want := centre.Sub(mu).MulScalar(0.7 * 0.5)
	env.Record.Scalar("direction_error", centre.Sub(next).Sub(want).Norm().Div(want.Norm()).Item())
	return nil
}

// differing counts the elements that differ in any bit, of two networks alike.
func differing(a, b nn.Sequential) int {
	n := 0
	u, _ := optim.Floats(a)
	v, _ := optim.Floats(b)
	for i := range u {
		x, y := u[i].Float64s(), v[i].Float64s()
		for k := range x {
			if math.Float64bits(x[k]) != math.Float64bits(y[k]) {
				n++
			}
		}
	}
	return n
}
