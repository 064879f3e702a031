package optim

import (
	"errors"
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// AdaptiveStep is the step size of Malitsky and Mishchenko (2020), which looks at
// how much the gradient changed along the last step, but lets steps grow by a
// bounded factor only:
//
//	eta_k = min( sqrt(1 + theta_{k-1}) eta_{k-1}, |w_k - w_{k-1}| / (2 |g_k - g_{k-1}|*) )
//	theta_k = eta_k / eta_{k-1},  theta_0 = infinity
//
// |.| is a norm and |.|* its dual. The first step is Eta0, and the second can be
// of any size. [AdGD] uses it with the Euclidean norm, [OASIS] with that of the
// Hessian's diagonal.
type AdaptiveStep struct {
	// Eta0 is the first step size, small and positive: the paper of OASIS has
	// 1e-3, and little depends on it.
	Eta0 float64
}

// AdaptiveStepState is the state of AdaptiveStep: float64 scalars.
type AdaptiveStepState struct{ Eta, Theta *fx.Array }

// Validate checks the first step size.
func (a AdaptiveStep) Validate() error { return checkPositive("the first step size", a.Eta0) }

// Init starts with Eta0 and theta infinite.
func (a AdaptiveStep) Init() AdaptiveStepState {
	mustBeValid("AdaptiveStep", a)
	return AdaptiveStepState{fx.Scalar(a.Eta0), fx.Scalar(math.Inf(1))}
}

// Next is the state with the coming step's size, for the norm of the last step
// and the dual norm of the gradient's change along it, float64 scalars. Where
// the gradient has not changed the step grows as far as it may. Where nothing
// moved, or the result would not be a positive number, the state stays: at the
// first step, at convergence, and after a NaN.
func (a AdaptiveStep) Next(s AdaptiveStepState, moved, changed *fx.Array) AdaptiveStepState {
	grown := s.Theta.AddScalar(1).Sqrt().Mul(s.Eta)
	local := moved.Div(changed.MulScalar(2))
	eta := fx.Where(changed.Equal(fx.Const(0)), grown, grown.Minimum(local))
	useful := moved.Greater(fx.Const(0)).And(eta.Greater(fx.Const(0))).And(eta.Less(fx.Const(math.Inf(1))))
	return choose(useful, AdaptiveStepState{eta, eta.Div(s.Eta)}, s)
}

// scaledNorm is (x' D x)^(1/2) for leaves x and a positive diagonal D, a float64
// scalar.
func scaledNorm(x, d []*fx.Array) *fx.Array {
	sum := fx.Scalar(0.0)
	for i, a := range x {
		sum = sum.Add(asFloat64(a.Square().Mul(d[i]).Sum()))
	}
	return sum.Sqrt()
}

// dualNorm is (g' D^-1 g)^(1/2).
func dualNorm(g, d []*fx.Array) *fx.Array {
	sum := fx.Scalar(0.0)
	for i, a := range g {
		sum = sum.Add(asFloat64(a.Square().Div(d[i]).Sum()))
	}
	return sum.Sqrt()
}

// LastPoint is where the last step started from.
type LastPoint struct {
	// P are the float leaves of the parameters, Gradient the gradient there if it
	// is remembered.
	P, Gradient []*fx.Array
}

func pointOf(p []*fx.Array, remember bool) LastPoint {
	l := LastPoint{P: p}
	if remember {
		l.Gradient = each(fx.ZerosLike, p)
	}
	return l
}

// secant is how far parameters w and gradient g have come since the last point.
// The gradient there is that of this step's loss: a difference of two minibatches'
// gradients would be mostly noise, and the step size would collapse.
func secant[P any](loss Loss[P], p P, w, g []*fx.Array, last LastPoint) (step, change []*fx.Array) {
	before := last.Gradient
	if before == nil {
		before, _ = Floats(fx.Grad(loss)(withFloats(p, last.P)))
	}
	return each2((*fx.Array).Sub, w, last.P), each2((*fx.Array).Sub, g, before)
}

// next is the point for the step after this one.
func (l LastPoint) next(w, g []*fx.Array) LastPoint {
	if l.Gradient == nil {
		return LastPoint{P: w}
	}
	return LastPoint{w, g}
}

// AdGD is gradient descent with the step size of [AdaptiveStep] in the Euclidean
// norm: "adaptive gradient descent without descent" (Malitsky and Mishchenko
// 2020, Algorithm 1). It has no learning rate.
//
// Info.Values has "grad_norm", "update_norm", "eta" and "theta", the ratio of the
// last two step sizes.
type AdGD[P any] struct {
	AdaptiveStep
	// FullBatch says that all steps have the same loss, so that the last gradient
	// can be remembered. Otherwise it is computed again on this step's minibatch:
	// two gradients a step.
	FullBatch bool
}

// AdGDState is the state of AdGD.
type AdGDState struct {
	Size AdaptiveStepState
	Last LastPoint
}

// NewAdGD makes AdGD with a first step size of 1e-3, for losses that may change
// from step to step.
func NewAdGD[P any]() AdGD[P] { return AdGD[P]{AdaptiveStep: AdaptiveStep{Eta0: 1e-3}} }

// Init starts with a small step.
func (o AdGD[P]) Init(p P) State {
	mustBeValid("AdGD", o)
	w, _ := Floats(p)
	return AdGDState{o.AdaptiveStep.Init(), pointOf(w, o.FullBatch)}
}

// Step makes one step.
func (o AdGD[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	own := lossState[AdGDState]("AdGD", s)
	value, grad := fx.ValueAndGrad(loss)(p)
	w, _ := Floats(p)
	g, _ := Floats(grad)
	sameBuffers("AdGD", own.Last.P, w)
	step, change := secant(loss, p, w, g, own.Last)
	size := o.Next(own.Size, GlobalNorm(step), GlobalNorm(change))
	updates := scaled(g, size.Eta.Neg())
	info := Info{Loss: value, Values: map[string]*fx.Array{"grad_norm": GlobalNorm(g), "update_norm": GlobalNorm(updates),
		"eta": size.Eta, "theta": size.Theta}}
	return ApplyUpdates(p, updates), AdGDState{size, own.Last.next(w, g)}, info
}

// lossState is the state of an optimizer that takes the loss itself.
func lossState[S any](op string, s State) S {
	own, ok := s.(S)
	if !ok {
		fail(op, "the state is a %T and must be a %T: was it made by this optimizer's Init?", s, own)
	}
	return own
}

var errNoKey = errors.New("there is no key for the random probes; random.New makes one")
