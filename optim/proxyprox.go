package optim

import (
	"errors"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// ProxyProx minimises an objective whose gradients are dear with the help of a proxy
// whose gradients are cheap (Woodworth, Mishchenko and Bach 2023, arXiv:2302.03542).
// With one stochastic gradient g_t of the objective it moves to an approximate
// minimiser of
//
//	phi_t(x) = <g_t - h'(x_t), x - x_t> + h(x) + |x - x_t|^2 / (2 eta)
//
// where h is the proxy: an implicit step on the proxy, an explicit one on what it
// misses of the objective. If the difference of the two is delta-smooth (see
// EstimateDelta), eta up to 1/(2 delta) is safe, however badly conditioned the
// objective is; with noise of deviation sigma eta falls as 1/(sigma sqrt(T)), and an
// average of the iterates is better (see Averaging).
//
// The step's loss is the objective, of which it takes one gradient. Of the inner
// problem the step asks no more than that
//
//	|phi'(x)| <= Kappa |x - x_t| / eta   or   |phi'(x)| <= Eps,
//
// which can be seen without knowing the minimiser. phi is convex for eta below 1
// over the proxy's most negative curvature, so that the proxy may be non-convex.
//
// Info.Values has "grad_norm" and "update_norm"; "inner_steps"; "proxy_gradients",
// that of the correction, those of the inner steps (by their "evaluations", or one
// each) and those that tried the criterion; "ratio", the |phi'(x)| eta / |x - x_t|
// that was reached; and "accepted", 1 where the criterion was met, 0 where MaxInner
// steps were not enough: the step is made all the same. Where the inner problem led to
// values that are not finite it is not made, and "ratio" is NaN.
type ProxyProx[P any] struct {
	// Proxy is h. If it is a minibatch's, it is the same in the correction and in the
	// inner problem, as it must be: make the optimizer inside the compiled step.
	Proxy Loss[P]
	// Eta is the length of the proximal step, positive.
	Eta Schedule
	// Inner minimises phi, from x_t and with a new state in every step: GradientMethod
	// and FastGradientMethod for convex proxies, FromRule of Adam for networks, NGD
	// with a Hessian (a Newton step by CGSystem, exact for quadratics), LBFGS.
	Inner Optimizer[P]
	// Kappa and Eps are the criterion; with both 0 there is none, and MaxInner steps
	// are made. Where a run comes so close to the minimiser that rounding is of the
	// size of the gradient only Eps can be met.
	Kappa, Eps float64
	// MaxInner is the largest number of inner steps, at least 1.
	MaxInner int
}

// NewProxyProx makes the method with a constant eta, accelerated gradients inside, at
// most 1000 of them, and Kappa 1/4 (a constant of the relative criterion that keeps
// the rate, worked out from the proof's conditions).
func NewProxyProx[P any](proxy Loss[P], eta float64) ProxyProx[P] {
	return ProxyProx[P]{Proxy: proxy, Eta: Constant(eta), Inner: NewFastGradientMethod[P](), Kappa: 0.25, MaxInner: 1000}
}

// Validate checks the settings.
func (o ProxyProx[P]) Validate() error {
	err := errors.Join(checkRate(o.Eta), checkSize("Kappa", o.Kappa), checkSize("Eps", o.Eps))
	if eta, known := o.Eta.AtStart(); known && !(eta > 0) {
		err = errors.Join(err, fmt.Errorf("eta begins at %v; it must be positive", eta))
	}
	if o.Proxy == nil {
		err = errors.Join(err, errors.New("there is no proxy"))
	}
	if o.MaxInner < 1 {
		err = errors.Join(err, fmt.Errorf("the largest number of inner steps is %d; it must be positive", o.MaxInner))
	}
	if o.Inner == nil {
		return errors.Join(err, errors.New("there is no inner optimizer"))
	}
	return errors.Join(err, Validate(o.Inner))
}

// Init starts to count.
func (o ProxyProx[P]) Init(p P) State {
	mustBeValid("ProxyProx", o)
	return StepState{fx.Scalar(int32(0))}
}

// innerPoint is where the inner problem stands.
type innerPoint[P any] struct {
	P               P
	S               State
	Steps           *fx.Array // int32
	Gradients       *fx.Array // of the proxy, int32
	Gradient, Moved *fx.Array // |phi'(x)| and |x - x_t|, float64
}

// Step makes one step.
func (o ProxyProx[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	const op = "ProxyProx"
	own := lossState[StepState](op, s)
	eta := o.Eta.at(op, own.Step)
	value, grad := fx.ValueAndGrad(loss)(p)
	g, _ := Floats(grad)
	phi := o.problem(p, g, eta)

	at := innerPoint[P]{p, o.Inner.Init(p), none(), fx.Scalar(int32(1)), GlobalNorm(g), fx.Scalar(0.0)}
	step := func(at innerPoint[P]) innerPoint[P] {
		q, t, info := o.Inner.Step(phi, at.P, at.S)
		spent, counted := info.Values["evaluations"]
		if !counted {
			spent = fx.Scalar(int32(1))
		}
		next := innerPoint[P]{q, t, at.Steps.AddScalar(1), at.Gradients.Add(spent.AsType(fx.Int32)), at.Gradient, at.Moved}
		return next
	}
	try := func(at innerPoint[P]) innerPoint[P] {
		left, _ := Floats(fx.Grad(phi)(at.P))
		at.Gradient, at.Moved, at.Gradients = GlobalNorm(left), o.moved(p, at.P), at.Gradients.AddScalar(1)
		return at
	}
	accepted := func(at innerPoint[P]) *fx.Array {
		return at.Gradient.LessEqual(at.Moved.MulScalar(o.Kappa).Div(eta).Maximum(fx.Const(o.Eps)))
	}
	if o.Kappa == 0 && o.Eps == 0 {
		at, _ = fx.Scan(func(at innerPoint[P], _ struct{}) (innerPoint[P], struct{}) { return step(at), struct{}{} }, at, struct{}{}, fx.Length(o.MaxInner))
		at = try(at)
		at.Gradients = at.Gradients.SubScalar(1) // it only reports
	} else {
		at = fx.While(func(at innerPoint[P]) *fx.Array {
			return at.Steps.Less(fx.Scalar(int32(o.MaxInner))).And(accepted(at).Not()).And(at.Gradient.IsFinite())
		}, func(at innerPoint[P]) innerPoint[P] { return try(step(at)) }, at)
	}

	fine := at.Gradient.IsFinite().And(at.Moved.IsFinite())
	next := choose(fine, at.P, p)
	ratio := fx.Where(fine, at.Gradient.Mul(eta).Div(at.Moved), fx.Scalar(math.NaN()))
	return next, StepState{own.Step.AddScalar(1)}, Info{Loss: value, Values: map[string]*fx.Array{
		"grad_norm": GlobalNorm(g), "update_norm": o.moved(p, next), "inner_steps": at.Steps, "proxy_gradients": at.Gradients,
		"ratio": ratio, "accepted": asFloat64(fine.And(accepted(at)))}}
}

// problem is phi_t, up to a constant.
func (o ProxyProx[P]) problem(p P, g []*fx.Array, eta *fx.Array) Loss[P] {
	from, paths := Floats(p)
	slope, _ := Floats(fx.Grad(o.Proxy)(p))
	sameLeaves("ProxyProx", "proxy gradient", slope, g, paths)
	correction := each2((*fx.Array).Sub, g, slope)
	half := eta.MulScalar(2).Reciprocal()
	return func(x P) *fx.Array {
		at, _ := Floats(x)
		value := o.Proxy(x)
		for i, a := range at {
			d := a.Sub(from[i])
			value = value.Add(correction[i].Mul(d).Sum().Add(d.Square().Sum().Mul(half.AsType(d.DType()))).AsType(value.DType()))
		}
		return value
	}
}

// moved is the distance of two parameters.
func (o ProxyProx[P]) moved(p, q P) *fx.Array {
	a, _ := Floats(p)
	b, _ := Floats(q)
	return GlobalNorm(each2((*fx.Array).Sub, a, b))
}
