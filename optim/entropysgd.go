package optim

import (
	"errors"
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// EntropySGD descends not the loss f but the negative local entropy, which counts how
// much low loss there is around a point (Chaudhari et al. 2017, arXiv:1611.01838):
//
//	F(x) = log of the integral of exp(-f(x') - gamma/2 |x - x'|^2) over x',
//	-grad F(x) = gamma (x - <x'>)
//
// A Langevin walk of L steps around x, each on a minibatch of its own, estimates the
// mean <x'>, and the step goes toward it:
//
//	x' = mu = x,  m = 0
//	L times:  g  = gradient at x' + WeightDecay x'
//	          m  = InnerMomentum m + g
//	          d  = g + InnerMomentum m - gamma_t (x - x')
//	          x' = x' - InnerRate d + noise
//	          mu = (1-Average) mu + Average x'
//	x = x - OuterRate (x - mu)                             with OuterMomentum
//
// gamma_t = Gamma0 (1+Gamma1)^t grows with the step t: the neighbourhood shrinks, and
// the loss itself is recovered ("scoping"). With L = 0 it is gradient descent with
// Nesterov's momentum, bit for bit.
//
// A step consumes L minibatches (one for L = 0) and as many gradients: compare methods
// by those. Info.Loss is the loss of the first minibatch at x, and Info.Values has
// "grad_norm" there, "displacement" |x - mu|, "gamma", "update_norm" and
// "evaluations". Running statistics (see WithAux) are those of the first minibatch:
// nn.RefreshRunning makes new ones for evaluation.
type EntropySGD[P any] struct {
	// L is the number of steps of the walk.
	L int
	// Gamma0 and Gamma1 are the strength of the coupling and its growth. Gamma0 = 0
	// has none: the walk is then an average of descent, a control for the method.
	Gamma0, Gamma1 float64
	// InnerRate is eta', the length of the walk's steps.
	InnerRate Schedule
	// OuterRate is the learning rate of the step toward the mean; 1 goes all the way.
	OuterRate Schedule
	// Noise is eps; NoiseScale says what it is multiplied by.
	Noise      float64
	NoiseScale NoiseScale
	// Average is the weight of the walk's latest point in its mean, in (0, 1].
	Average float64
	// InnerMomentum and OuterMomentum are Nesterov's, in [0, 1). The inner one begins
	// anew with every walk.
	InnerMomentum, OuterMomentum float64
	// WeightDecay adds so much of the parameters to all gradients, of the walk and of
	// the step.
	WeightDecay float64
	// TimesGamma multiplies the step by gamma_t, as the gradient of F has it.
	TimesGamma bool
	// Key draws the noise.
	Key *fx.Array
}

// EntropySGDState is the state of EntropySGD.
type EntropySGDState struct {
	Outer MomentumState // its Step is t
	Key   *fx.Array
}

// NewEntropySGD makes Entropy-SGD as in the published code, with its defaults: L =
// 20, inner rate 0.1, both momenta 0.9, Average 0.25, noise 1e-4 (scaled by
// sqrt(2 eta')), gamma 1e-4 growing by 1e-3 a step (MNIST; the paper has 0.03 for
// CIFAR-10), no weight decay. The code's step count stands still, so that its gamma
// does not grow, and its outer momentum begins with the first gradient in place of 0:
// neither is followed here. The paper's outer rate is 1.
func NewEntropySGD[P any](lr Schedule, key *fx.Array) EntropySGD[P] {
	return EntropySGD[P]{L: 20, Gamma0: 1e-4, Gamma1: 1e-3, InnerRate: Constant(0.1), OuterRate: lr, Noise: 1e-4, Average: 0.25,
		InnerMomentum: 0.9, OuterMomentum: 0.9, Key: key}
}

// NewPlainEntropySGD makes Entropy-SGD as in the text (Algorithm 1): no momentum, the
// step times gamma, noise scaled by sqrt(eta'), and a mean that gives the latest point
// the weight 0.75. The rate's unit is then 1/gamma.
func NewPlainEntropySGD[P any](lr Schedule, key *fx.Array) EntropySGD[P] {
	o := NewEntropySGD[P](lr, key)
	o.InnerMomentum, o.OuterMomentum, o.Average, o.NoiseScale, o.TimesGamma = 0, 0, 0.75, ByRate, true
	return o
}

func (o EntropySGD[P]) outer() Momentum {
	return Momentum{LearningRate: o.OuterRate, Trace: Trace{Mu: o.OuterMomentum, Nesterov: true}}
}

func (o EntropySGD[P]) inner() Trace { return Trace{Mu: o.InnerMomentum, Nesterov: true} }

func (o EntropySGD[P]) langevin() SGLD {
	return SGLD{LearningRate: o.InnerRate, Noise: o.Noise, Scale: o.NoiseScale, Key: o.Key}
}

// Validate checks the settings. A coupling that does not pull back but throws
// further out, eta' gamma >= 2, is an error where it is so from the start.
func (o EntropySGD[P]) Validate() error {
	errs := []error{checkRate(o.OuterRate), checkDecay("the outer momentum", o.OuterMomentum), checkSize("the weight decay", o.WeightDecay)}
	if o.L < 0 {
		errs = append(errs, fmt.Errorf("the walk has %d steps; it must not have fewer than 0", o.L))
	}
	if o.L > 0 {
		errs = append(errs, o.langevin().Validate(), checkDecay("the inner momentum", o.InnerMomentum),
			checkSize("gamma", o.Gamma0), checkSize("gamma's growth", o.Gamma1))
		if !(o.Average > 0 && o.Average <= 1) {
			errs = append(errs, fmt.Errorf("the weight of the latest point is %v; it must be in (0, 1]", o.Average))
		}
		if rate, known := o.InnerRate.AtStart(); known && rate*o.Gamma0 >= 2 {
			errs = append(errs, fmt.Errorf("the inner rate %v times gamma %v is 2 or more: the coupling is unstable", rate, o.Gamma0))
		}
	}
	return errors.Join(errs...)
}

// Batches is L, or 1 for L = 0.
func (o EntropySGD[P]) Batches() int { return max(1, o.L) }

// Init starts with an empty momentum.
func (o EntropySGD[P]) Init(p P) State {
	mustBeValid("EntropySGD", o)
	leaves, _ := Floats(p)
	s := EntropySGDState{Outer: o.outer().Init(leaves).(MomentumState)}
	if o.L > 0 {
		s.Key = o.langevin().ownKey()
	}
	return s
}

// StepStream makes one step.
func (o EntropySGD[P]) StepStream(losses Stream[P], p P, s State) (P, State, Info) {
	own := lossState[EntropySGDState]("EntropySGD", s)
	next := EntropySGDState{Key: own.Key}
	x, _ := Floats(p)
	value, first := fx.ValueAndGrad(losses(fx.Scalar(int32(0))))(p)
	g, _ := Floats(first)
	info := Info{Loss: value, Values: map[string]*fx.Array{"grad_norm": GlobalNorm(g), "gamma": o.gamma(own.Outer.Step),
		"displacement": fx.Scalar(0.0), "evaluations": fx.Scalar(int32(o.Batches()))}}
	if o.L > 0 {
		var key *fx.Array
		if o.Noise > 0 {
			keys := random.Split(own.Key, 2)
			key, next.Key = keys[0], keys[1]
		}
		g = each2((*fx.Array).Sub, x, o.mean(losses, p, g, own.Outer.Step, key))
		info.Values["displacement"] = GlobalNorm(g)
		if o.TimesGamma {
			g = scaled(g, info.Values["gamma"])
		}
	}
	updates, outer := o.outer().Update(o.decayed(g, x), own.Outer, x)
	next.Outer = outer.(MomentumState)
	info.Values["update_norm"] = GlobalNorm(updates)
	return ApplyUpdates(p, updates), next, info
}

// gamma is the coupling at step t, a float64 scalar.
func (o EntropySGD[P]) gamma(t *fx.Array) *fx.Array {
	if o.Gamma1 == 0 {
		return fx.Scalar(o.Gamma0)
	}
	return fx.Scalar(1 + o.Gamma1).Pow(count(t)).MulScalar(o.Gamma0)
}

func (o EntropySGD[P]) decayed(g, x []*fx.Array) []*fx.Array {
	if o.WeightDecay == 0 {
		return g
	}
	return each2(func(g, x *fx.Array) *fx.Array { return g.Add(x.MulScalar(o.WeightDecay)) }, g, x)
}

// entropyWalk is the walk: where it is, its mean, and its momentum.
type entropyWalk[P any] struct {
	X      P
	Mean   []*fx.Array
	Buffer TraceState
}

// mean walks around p and returns the mean mu of the walk. The gradient of the first
// minibatch at p is known already.
func (o EntropySGD[P]) mean(losses Stream[P], p P, first []*fx.Array, t, key *fx.Array) []*fx.Array {
	centre, _ := Floats(p)
	rate, gamma := o.InnerRate.at("EntropySGD", t), o.gamma(t)
	step := func(w entropyWalk[P], g []*fx.Array, i *fx.Array) entropyWalk[P] {
		x, _ := Floats(w.X)
		d, buffer := o.inner().accumulate("EntropySGD", o.decayed(g, x), w.Buffer)
		pull := scaled(each2((*fx.Array).Sub, x, centre), gamma)
		var own *fx.Array
		if key != nil {
			own = random.FoldIn(key, i)
		}
		w.X = ApplyUpdates(w.X, o.langevin().walk(each2((*fx.Array).Add, d, pull), rate, own))
		x, _ = Floats(w.X)
		return entropyWalk[P]{w.X, each2(func(mu, x *fx.Array) *fx.Array {
			return mu.MulScalar(1 - o.Average).Add(x.MulScalar(o.Average))
		}, w.Mean, x), buffer}
	}
	w := step(entropyWalk[P]{p, centre, o.inner().init(centre)}, first, fx.Scalar(int32(0)))
	if o.L > 1 {
		w, _ = fx.Scan(func(w entropyWalk[P], i *fx.Array) (entropyWalk[P], []*fx.Array) {
			g, _ := Floats(fx.Grad(losses(i))(w.X))
			return step(w, g, i), nil
		}, w, fx.Arange(fx.Int32, o.L-1).AddScalar(1))
	}
	return w.Mean
}
