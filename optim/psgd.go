package optim

import (
	"errors"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim/liegroup"
	"github.com/fluxion-go/fluxion/random"
)

// PSGDKind is what a preconditioner is fitted to.
type PSGDKind int

const (
	// PSGDNewton fits P to products with the Hessian, h = Hv for random v: P comes to
	// |H|^-1.
	PSGDNewton PSGDKind = iota
	// PSGDWhitening fits P to gradients: P comes to E[gg']^(-1/2).
	PSGDWhitening
)

func (k PSGDKind) String() string {
	switch k {
	case PSGDNewton:
		return "PSGDNewton"
	case PSGDWhitening:
		return "PSGDWhitening"
	}
	return fmt.Sprintf("PSGDKind(%d)", int(k))
}

// PSGD is preconditioned gradient descent whose preconditioner P = Q'Q is learned on
// the way, within a Lie group of matrices Q (Li 2015, arXiv:1512.04202; Pooladzandi
// and Li 2024, arXiv:2402.04553). A step on a minibatch:
//
//	g = gradient,  v ~ N(0, I),  h = Hv of the same minibatch (Newton) or g (Whitening)
//	Q <- a step of size PrecondStep of its fit to (v, h); see package liegroup
//	m <- Momentum m + (1 - Momentum) g
//	p <- p - lr Pm min(1, ClipNorm / |Pm|)
//
// Both rates are without units. The scale of Q comes from the first pair, and there
// is no damping. The momentum is a moving average without correction: a classical
// learning rate of 0.1 with momentum 0.9 is 1.0 here.
//
// A step of the Newton kind costs a gradient and a product with the Hessian, about
// three gradients; with UpdateProb it pays the product now and then only. v and h
// are of one minibatch because both come from the step's loss. All float leaves are
// one vector of one dtype for P, except with liegroup.Kronecker, where they are
// matrices.
//
// A pair that has a NaN or an infinity is left out of the fit. So is one with h = 0
// before Q has a scale, until when Q is near I; later on it makes P longer by a
// bounded factor, as flat directions should be.
//
// Info.Values has "grad_norm"; "precond_norm", |Pm|; "clipped", 1 where it was above
// ClipNorm; "update_norm"; "fits", how many pairs there were; and "skipped", how many
// of them were left out, at least in part.
type PSGD[P any] struct {
	// Family is the group of Q: liegroup.Triangular, General, XMat, LowRank or
	// Kronecker.
	Family liegroup.Family
	// Kind is what P is fitted to.
	Kind PSGDKind
	// LearningRate is lr; 0.01 in the authors' code, 1 is Newton's step where P has
	// settled.
	LearningRate Schedule
	// PrecondStep is the step of the fit, in (0, 1]. The authors have 0.1, and 0.01
	// with liegroup.FirstOrder.
	PrecondStep Schedule
	// Normalizer is what the fit's step is divided by.
	Normalizer liegroup.Normalizer
	// Momentum is the decay rate of the gradients' average, in [0, 1): 0 in the
	// authors' code, 0.9 for images.
	Momentum float64
	// ClipNorm is the largest |Pm|; 0 is no limit.
	ClipNorm float64
	// UpdateProb is the probability of a fit at a step, in [0, 1]; the first step
	// always fits. 1 in the authors' code, 0.1 to save time.
	UpdateProb float64
	// ExactHVP takes h by differentiating twice. Otherwise v and h both carry a
	// factor delta, the root of the dtype's epsilon, and h is the gradient at p +
	// delta v less that at p: noisy in float32.
	ExactHVP bool
	// InitScale is the scale of Q to begin with; 0 takes it from the first pair.
	InitScale float64
	// Probes, if not nil, draws v in the place of normal variables: a tree like p
	// with E[vv'] = I over all floats, such as signs. Newton only.
	Probes func(key *fx.Array, p P) P
	// Key is for v, and for what the family chooses at random.
	Key *fx.Array
}

// PSGDState is the state of PSGD.
type PSGDState struct {
	Step    *fx.Array // int32 scalar
	Key     *fx.Array // of the coming steps
	Precond liegroup.Preconditioner
	Fits    *fx.Array    // pairs so far, an int32 scalar
	Mean    AverageState // m; empty without momentum
}

// NewPSGD makes PSGD with the defaults of the authors' code: of the Newton kind with
// exact products at every step, PrecondStep 0.1, no momentum and no clipping.
func NewPSGD[P any](f liegroup.Family, lr Schedule, key *fx.Array) PSGD[P] {
	return PSGD[P]{Family: f, LearningRate: lr, PrecondStep: Constant(liegroup.DefaultStep), UpdateProb: 1, ExactHVP: true, Key: key}
}

// Validate checks the settings.
func (o PSGD[P]) Validate() error {
	err := errors.Join(checkRate(o.LearningRate), checkDecay("Momentum", o.Momentum), o.Normalizer.Validate(),
		checkSize("ClipNorm", o.ClipNorm), checkSize("InitScale", o.InitScale))
	if o.Family == nil {
		err = errors.Join(err, errors.New("there is no family of preconditioners; liegroup.LowRank is one"))
	} else {
		err = errors.Join(err, o.Family.Validate())
	}
	if o.Kind != PSGDNewton && o.Kind != PSGDWhitening {
		err = errors.Join(err, fmt.Errorf("there is no %v; the kinds are PSGDNewton and PSGDWhitening", o.Kind))
	}
	if o.Kind == PSGDWhitening && o.Probes != nil {
		err = errors.Join(err, errors.New("Probes are for PSGDNewton; PSGDWhitening draws its own"))
	}
	if o.PrecondStep == nil {
		err = errors.Join(err, errors.New("PrecondStep is nil; a number is optim.Constant(number)"))
	} else if v, known := o.PrecondStep.AtStart(); known && !(v > 0 && v <= 1) {
		err = errors.Join(err, fmt.Errorf("PrecondStep is %v at step 0; it must be in (0, 1]", v))
	}
	if !(o.UpdateProb >= 0 && o.UpdateProb <= 1) {
		err = errors.Join(err, fmt.Errorf("UpdateProb is %v; it must be in [0, 1]", o.UpdateProb))
	}
	if o.Key == nil {
		err = errors.Join(err, errNoKey)
	}
	return err
}

// Init starts with Q near I.
func (o PSGD[P]) Init(p P) State {
	mustBeValid("PSGD", o)
	w, _ := Floats(p)
	if len(w) == 0 {
		fail("PSGD", "there are no float parameters")
	}
	keys := random.Split(o.Key, 2)
	s := PSGDState{Step: fx.Scalar(int32(0)), Key: keys[0], Fits: fx.Scalar(int32(0)), Precond: liegroup.New(o.Family, w, keys[1])}
	s.Precond.Normalizer = o.Normalizer
	if o.InitScale > 0 {
		s.Precond = s.Precond.Scaled(o.InitScale)
	}
	if o.Momentum > 0 {
		s.Mean = Average{Beta: o.Momentum}.init(w)
	}
	return s
}

// Step makes one step.
func (o PSGD[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	own := lossState[PSGDState]("PSGD", s)
	keys := random.Split(own.Key, 3)
	rate, step := o.LearningRate.at("PSGD", own.Step), o.PrecondStep.at("PSGD", own.Step)
	value, grad, pair := o.pair(loss, p)
	g, _ := Floats(grad)

	next := PSGDState{Step: own.Step.AddScalar(1), Key: keys[0], Mean: own.Mean}
	fit := func(q liegroup.Preconditioner) liegroup.Preconditioner {
		if o.Kind == PSGDWhitening {
			return q.Whiten(g, step)
		}
		v, h := pair(keys[1])
		return q.Update(v, h, step)
	}
	if o.UpdateProb == 1 {
		next.Precond, next.Fits = fit(own.Precond), own.Fits.AddScalar(1)
	} else {
		due := random.Uniform(keys[2], fx.Float64, 0, 1).Less(fx.Const(o.UpdateProb)).Or(own.Step.Equal(fx.Const(0)))
		next.Precond = fx.Cond(due, fit, func(q liegroup.Preconditioner) liegroup.Preconditioner { return q }, own.Precond)
		next.Fits = own.Fits.Add(due.AsType(fx.Int32))
	}

	m := g
	if o.Momentum > 0 {
		next.Mean = Average{Beta: o.Momentum}.observe("PSGD", g, fx.Scalar(1.0), own.Mean)
		m = next.Mean.Mean
	}
	d := next.Precond.Apply(m)
	size := GlobalNorm(d)
	clipped := fx.Scalar(0.0)
	if o.ClipNorm > 0 {
		over := size.Greater(fx.Const(o.ClipNorm))
		rate = fx.Where(over, rate.Mul(fx.Scalar(o.ClipNorm).Div(size)), rate)
		clipped = asFloat64(over)
	}
	updates := scaled(d, rate.Neg())
	info := Info{Loss: value, Values: map[string]*fx.Array{"grad_norm": GlobalNorm(g), "precond_norm": size, "clipped": clipped,
		"update_norm": GlobalNorm(updates), "fits": next.Fits, "skipped": next.Precond.Skipped}}
	return ApplyUpdates(p, updates), next, info
}

// pair is the loss and its gradient at p, and what makes a pair (v, Hv) there. If
// pairs are made now and then only, nothing is kept for them in between.
func (o PSGD[P]) pair(loss Loss[P], p P) (value *fx.Array, grad P, pair func(key *fx.Array) (v, h []*fx.Array)) {
	if o.Kind == PSGDNewton && o.ExactHVP && o.UpdateProb == 1 {
		var hessian func(P) P
		value, grad, hessian = curved(loss, p)
		return value, grad, func(key *fx.Array) (v, h []*fx.Array) {
			at := o.probes(key, p)
			v, _ = Floats(at)
			h, _ = Floats(hessian(at))
			return v, h
		}
	}
	value, grad = fx.ValueAndGrad(loss)(p)
	return value, grad, func(key *fx.Array) (v, h []*fx.Array) {
		at := o.probes(key, p)
		v, _ = Floats(at)
		if o.ExactHVP {
			h, _ = Floats(fx.HVP(loss, p, at))
			return v, h
		}
		v = each(func(v *fx.Array) *fx.Array { return v.MulScalar(differenceLength(v.DType())) }, v)
		there, _ := Floats(fx.Grad(loss)(ApplyUpdates(p, v)))
		here, _ := Floats(grad)
		return v, each2((*fx.Array).Sub, there, here)
	}
}

// differenceLength is the root of the spacing of numbers at 1.
func differenceLength(d fx.DType) float64 {
	if d == fx.Float32 {
		return math.Sqrt(0x1p-23)
	}
	return 0x1p-26
}

// probes are v, as a tree like p.
func (o PSGD[P]) probes(key *fx.Array, p P) P {
	if o.Probes != nil {
		v := o.Probes(key, p)
		got, _ := Floats(v)
		want, paths := Floats(p)
		sameLeaves("PSGD", "probe", got, want, paths)
		return v
	}
	w, _ := Floats(p)
	keys := random.Split(key, len(w))
	v := make([]*fx.Array, len(w))
	for i, a := range w {
		v[i] = random.Normal(keys[i], a.DType(), a.Shape()...)
	}
	return withFloats(p, v)
}
