package optim

import (
	"errors"
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// OASIS divides the gradient by a running estimate of the Hessian's diagonal and
// finds the step size in the norm of that estimate (Jahani et al. 2022,
// arXiv:2109.05198, Algorithm 1):
//
//	v_k    = mean of z * Hz over random signs z
//	D_k    = beta2 D_{k-1} + (1-beta2) v_k, without bias correction; D_0 = v_0
//	Dhat_k = max(|D_k|, alpha)
//	eta_k  = AdaptiveStep of (x' Dhat x)^(1/2) for parameters, (x' Dhat^-1 x)^(1/2) for gradients
//	w_{k+1} = w_k - eta_k m_k / Dhat_k,   m_k = beta1 m_{k-1} + (1-beta1) g_k
//
// D has no square root, so that a step has Newton's units: multiplying the loss
// by a number changes nothing (if alpha is multiplied too), and the scale of a
// parameter does not matter. There is no learning rate to tune, unless one is
// given.
//
// A step costs a gradient, a product with the Hessian, and, unless FullBatch is
// set, a second gradient: that of the same minibatch at the last parameters. All
// float leaves are of one dtype. A sample of the diagonal that is not finite is
// left out.
//
// Info.Values has "grad_norm", "update_norm", "eta", "theta" (the ratio of the
// last two step sizes, infinite at first), "clipped" (the share of |D| below
// alpha) and "rejected" (how many samples were left out).
type OASIS[P any] struct {
	AdaptiveStep
	// Beta2 is the decay rate of the diagonal's average, in [0, 1).
	Beta2 float64
	// Alpha is the least curvature to divide by, positive: the paper has 1e-5 for
	// logistic regression to 0.1 for networks.
	Alpha float64
	// LearningRate, if not nil, is eta, in place of the adaptive step: the paper's
	// fixed-rate variant, and its schedules for deep networks. 1 is Newton's.
	LearningRate Schedule
	// Beta1 is the decay rate of the gradients' average, in [0, 1): 0 in Algorithm
	// 1, 0.9 for networks. The step size is always found from gradients.
	Beta1 float64
	// Decay is decoupled weight decay, times eta.
	Decay WeightDecay
	// StartSamples is how many probes D_0 is the mean of.
	StartSamples int
	// WarmupSteps is a number of first steps that leave the parameters alone and
	// average their samples (StartSamples probes each) to D_0: with minibatches
	// and one probe, the paper's pass over the data. With 0 the first step moves.
	WarmupSteps int
	// HessianEvery samples the diagonal at every so many steps only; 1 is all.
	HessianEvery int
	// FullBatch says that all steps have the same loss, so that the last gradient
	// can be remembered.
	FullBatch bool
	// Diagonal, if not nil, takes the place of Hutchinson's samples: the exact
	// diagonal, for instance.
	Diagonal func(loss Loss[P], p P) P
	// Key draws the probes.
	Key *fx.Array
}

// OASISState is the state of OASIS.
type OASISState struct {
	Step     *fx.Array    // int32 scalar
	Key      *fx.Array    // of the coming probes
	D        []*fx.Array  // the averaged diagonal
	Rejected *fx.Array    // samples left out, an int32 scalar
	Mean     AverageState // m; empty without Beta1
	Size     AdaptiveStepState
	Last     LastPoint // empty with a learning rate
}

// NewOASIS makes OASIS with the paper's defaults for smooth problems: beta2
// 0.999, alpha 1e-5, a first step size of 1e-3, no average of gradients. D_0 is
// the mean of 100 probes, as in our experiment.
func NewOASIS[P any](key *fx.Array) OASIS[P] {
	return OASIS[P]{AdaptiveStep: AdaptiveStep{Eta0: 1e-3}, Beta2: 0.999, Alpha: 1e-5, StartSamples: 100, HessianEvery: 1, Key: key}
}

// Validate checks the settings.
func (o OASIS[P]) Validate() error {
	err := errors.Join(o.AdaptiveStep.Validate(), checkDecay("Beta1", o.Beta1), checkDecay("Beta2", o.Beta2),
		checkPositive("Alpha", o.Alpha), o.Decay.validate())
	if o.LearningRate != nil {
		err = errors.Join(err, checkRate(o.LearningRate))
	}
	if o.StartSamples < 1 {
		err = errors.Join(err, fmt.Errorf("the first diagonal is the mean of %d samples; there must be at least one", o.StartSamples))
	}
	if o.WarmupSteps < 0 {
		err = errors.Join(err, fmt.Errorf("the number of steps before the first move is %d; it must not be negative", o.WarmupSteps))
	}
	if o.HessianEvery < 1 {
		err = errors.Join(err, fmt.Errorf("the Hessian is sampled every %d steps; that must be at least 1", o.HessianEvery))
	}
	if o.Key == nil && o.Diagonal == nil {
		err = errors.Join(err, errNoKey)
	}
	return err
}

// Init starts with an empty diagonal.
func (o OASIS[P]) Init(p P) State {
	mustBeValid("OASIS", o)
	w, _ := Floats(p)
	key := o.Key
	if key == nil { // with Diagonal nothing is drawn
		key = random.New(0)
	}
	key = random.FoldIn(key, 0) // an array of the state's own, which can be donated
	s := OASISState{Step: fx.Scalar(int32(0)), Key: key, D: each(fx.ZerosLike, w), Rejected: fx.Scalar(int32(0)), Size: o.AdaptiveStep.Init()}
	if o.Beta1 > 0 {
		s.Mean = Average{Beta: o.Beta1}.init(w)
	}
	if o.LearningRate == nil {
		s.Last = pointOf(w, o.FullBatch)
	}
	return s
}

// Step makes one step.
func (o OASIS[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	own := lossState[OASISState]("OASIS", s)
	value, grad, hessian := curved(loss, p)
	w, paths := Floats(p)
	g, _ := Floats(grad)
	sameBuffers("OASIS", own.D, w)

	next := OASISState{Step: own.Step.AddScalar(1), Size: own.Size}
	next.D, next.Key, next.Rejected = o.observe(own, func(key *fx.Array, samples int) []*fx.Array {
		if o.Diagonal != nil {
			exact, _ := Floats(o.Diagonal(loss, p))
			return exact
		}
		return sampledDiagonal(hessian, p, key, samples)
	})
	d := each(func(d *fx.Array) *fx.Array { return d.Abs().Maximum(fx.Const(o.Alpha)) }, next.D)

	if o.LearningRate != nil {
		next.Size.Eta = o.LearningRate.at("OASIS", own.Step)
		next.Size.Theta = next.Size.Eta.Div(own.Size.Eta)
	} else {
		step, change := secant(loss, p, w, g, own.Last)
		next.Size = o.Next(own.Size, scaledNorm(step, d), dualNorm(change, d))
		next.Last = own.Last.next(w, g)
	}
	m := g
	if o.Beta1 > 0 {
		next.Mean = Average{Beta: o.Beta1}.observe("OASIS", g, fx.Scalar(1.0), own.Mean)
		m = next.Mean.Mean
	}
	updates := scaled(each2((*fx.Array).Div, m, d), next.Size.Eta.Neg())
	decay := o.Decay
	decay.paths = paths
	updates = decay.apply("OASIS", updates, w, next.Size.Eta)
	if o.WarmupSteps > 0 {
		moves := own.Step.GreaterEqual(fx.Const(float64(o.WarmupSteps)))
		updates = choose(moves, updates, each(fx.ZerosLike, updates))
	}
	info := Info{Loss: value, Values: map[string]*fx.Array{"grad_norm": GlobalNorm(g), "update_norm": GlobalNorm(updates),
		"eta": next.Size.Eta, "theta": next.Size.Theta, "clipped": shareBelow(next.D, o.Alpha), "rejected": next.Rejected}}
	return ApplyUpdates(p, updates), next, info
}

// observe takes a sample of the diagonal into the average, where one is due.
func (o OASIS[P]) observe(s OASISState, sample func(key *fx.Array, samples int) []*fx.Array) (d []*fx.Array, key, rejected *fx.Array) {
	starts := s.Step.Less(fx.Const(float64(max(1, o.WarmupSteps))))
	due := starts.Or(s.Step.Rem(fx.Const(float64(o.HessianEvery))).Equal(fx.Const(0)))
	draw := func(samples int) func(*fx.Array) []*fx.Array {
		return func(key *fx.Array) []*fx.Array { return sample(key, samples) }
	}
	usual := draw(1)
	if o.HessianEvery > 1 {
		usual = func(key *fx.Array) []*fx.Array {
			return fx.Cond(due, draw(1), func(*fx.Array) []*fx.Array { return each(fx.ZerosLike, s.D) }, key)
		}
	}
	keys := random.Split(s.Key, 2)
	var v []*fx.Array
	if o.StartSamples > 1 {
		v = fx.Cond(starts, draw(o.StartSamples), usual, keys[1])
	} else {
		v = usual(keys[1])
	}
	// The mean of the samples so far at first, then a moving average.
	seen := count(s.Step)
	keep := fx.Where(starts, seen.Div(seen.AddScalar(1)), fx.Scalar(o.Beta2))
	mixed := each2((*fx.Array).Add, scaled(s.D, keep), scaled(v, fx.Scalar(1.0).Sub(keep)))
	good := finite(v)
	return choose(good.And(due), mixed, s.D), keys[0], s.Rejected.Add(good.Not().AsType(fx.Int32))
}

// shareBelow is the share of elements smaller in size than a limit, a float64
// scalar.
func shareBelow(leaves []*fx.Array, limit float64) *fx.Array {
	below, n := fx.Scalar(0.0), 0
	for _, a := range leaves {
		below = below.Add(asFloat64(a.Abs().Less(fx.Const(limit))).Sum())
		n += a.Size()
	}
	return below.DivScalar(float64(max(1, n)))
}
