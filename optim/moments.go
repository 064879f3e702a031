package optim

import (
	"errors"
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
)

// Average is the exponential moving average of the gradients,
// m_t = beta m_{t-1} + (1-beta) g_t with m_0 = 0: the first moment of Adam.
type Average struct {
	// Beta is the decay rate, in [0, 1). With 0 the average is the gradient.
	Beta float64
	// Corrected divides by the sum of the weights in the average, 1-beta^t, so
	// that it is not drawn toward m_0 = 0.
	Corrected bool
}

// AverageState is the state of Average.
type AverageState struct {
	// Mean is m.
	Mean []*fx.Array
	// Weight is the sum of the weights in Mean, a float64 scalar.
	Weight *fx.Array
}

// Validate checks the decay rate.
func (a Average) Validate() error { return checkDecay("the decay rate of the average", a.Beta) }

// Init starts at zero.
func (a Average) Init(p []*fx.Array) State {
	mustBeValid("Average", a)
	return a.init(p)
}

func (a Average) init(p []*fx.Array) AverageState {
	return AverageState{Mean: each(fx.ZerosLike, p), Weight: fx.Scalar(0.0)}
}

// Update gives the average.
func (a Average) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	next := a.observe("Average", g, fx.Scalar(1.0), stateOf[AverageState]("Average", g, s, p))
	if !a.Corrected {
		return next.Mean, next
	}
	return scaled(next.Mean, next.Weight.Reciprocal()), next
}

// observe takes gradients into the average that count with the given weight, a
// float64 scalar that they have been multiplied by already.
func (a Average) observe(op string, g []*fx.Array, weight *fx.Array, s AverageState) AverageState {
	sameBuffers(op, s.Mean, g)
	return AverageState{Mean: moved(a.Beta, s.Mean, g), Weight: move(a.Beta, s.Weight, weight)}
}

// move is one step of a moving average. With decay 0 it is the new value, even
// where the old one is infinite.
func move(beta float64, old, new *fx.Array) *fx.Array {
	if beta == 0 {
		return new
	}
	return old.MulScalar(beta).Add(new.MulScalar(1 - beta))
}

func moved(beta float64, old, new []*fx.Array) []*fx.Array {
	return each2(func(o, n *fx.Array) *fx.Array { return move(beta, o, n) }, old, new)
}

// scaled multiplies leaves by a scalar, rounded once to each leaf's type.
func scaled(leaves []*fx.Array, by *fx.Array) []*fx.Array {
	return each(func(a *fx.Array) *fx.Array { return a.Mul(by.AsType(a.DType())) }, leaves)
}

// SecondMoment estimates how large each element of the gradient is, by the
// moving average of its squares, n_t = beta n_{t-1} + (1-beta) g_t^2: the
// adaptive part of RMSProp, Adam and LaProp. What it divides by is
//
//	d_t = sqrt(n_t / c_t) + epsilon,
//
// c_t = 1-beta^t if Corrected, else 1. With beta = 0, d_t is |g_t|, and what is
// divided by it is a sign.
type SecondMoment struct {
	// Beta is the decay rate, in [0, 1).
	Beta float64
	// Epsilon keeps from dividing by zero. It stands outside the root and after
	// the bias correction, as in PyTorch. With 0, a quotient 0/0 is 0.
	Epsilon float64
	// Corrected corrects the bias toward n_0 = 0.
	Corrected bool
	// Centered takes the variance, n_t minus the square of the moving average
	// of g, instead of n_t; where rounding makes it negative it is 0.
	Centered bool
	// Warm is the number of first steps at which Centered does not hold yet.
	Warm int
	// AMSGrad takes the largest n (after centring) so far instead of n_t (Reddi
	// et al. 2018), and corrects it like n_t, as PyTorch does.
	AMSGrad bool
}

// SecondMomentState is the state of SecondMoment.
type SecondMomentState struct {
	// Square is n, Mean the average of g if it is centred, Max the largest n if
	// that is asked for.
	Square, Mean, Max []*fx.Array
	// Weight is the sum of the weights in Square, a float64 scalar.
	Weight *fx.Array
	// Step counts the steps if there are Warm ones.
	Step *fx.Array
}

// Validate checks the settings.
func (m SecondMoment) Validate() error {
	err := errors.Join(checkDecay("the decay rate of the second moment", m.Beta), checkSize("epsilon", m.Epsilon))
	if m.Warm < 0 {
		err = errors.Join(err, fmt.Errorf("the number of steps before centring is %d; it must not be negative", m.Warm))
	}
	return err
}

func (m SecondMoment) init(p []*fx.Array) SecondMomentState {
	s := SecondMomentState{Square: each(fx.ZerosLike, p), Weight: fx.Scalar(0.0)}
	if m.Centered {
		s.Mean = each(fx.ZerosLike, p)
		if m.Warm > 0 {
			s.Step = fx.Scalar(int32(0))
		}
	}
	if m.AMSGrad {
		s.Max = each(fx.ZerosLike, p)
	}
	return s
}

// observe takes in gradients and gives the divisors d_t.
func (m SecondMoment) observe(op string, g []*fx.Array, s SecondMomentState) ([]*fx.Array, SecondMomentState) {
	sameBuffers(op, s.Square, g)
	next := SecondMomentState{
		Square: moved(m.Beta, s.Square, each((*fx.Array).Square, g)),
		Weight: move(m.Beta, s.Weight, fx.Scalar(1.0)),
	}
	n := next.Square
	late := func(then, before []*fx.Array) []*fx.Array { return then }
	if m.Centered {
		sameBuffers(op, s.Mean, g)
		next.Mean = moved(m.Beta, s.Mean, g)
		if m.Warm > 0 {
			past := s.Step.GreaterEqual(fx.Const(float64(m.Warm)))
			late = func(then, before []*fx.Array) []*fx.Array {
				return each2(func(t, b *fx.Array) *fx.Array { return fx.Where(past, t, b) }, then, before)
			}
			next.Step = s.Step.AddScalar(1)
		}
		n = late(each2(func(n, mean *fx.Array) *fx.Array {
			return n.Sub(mean.Square()).Maximum(fx.Const(0))
		}, n, next.Mean), n)
	}
	if m.AMSGrad {
		sameBuffers(op, s.Max, g)
		largest := each2((*fx.Array).Maximum, s.Max, n)
		next.Max = late(largest, s.Max)
		n = late(largest, n)
	}
	return m.divisors(n, next.Weight), next
}

// divisors are d for second moments n that have so much weight.
func (m SecondMoment) divisors(n []*fx.Array, weight *fx.Array) []*fx.Array {
	d := each((*fx.Array).Sqrt, n)
	if m.Corrected {
		d = scaled(d, weight.Rsqrt())
	}
	return each(func(d *fx.Array) *fx.Array { return d.AddScalar(m.Epsilon) }, d)
}

// quotients divides by what observe gave.
func (m SecondMoment) quotients(x, d []*fx.Array) []*fx.Array { return quotients(x, d, m.Epsilon) }

// quotients is x/d. With epsilon 0 it is 0 where x is, whatever d.
func quotients(x, d []*fx.Array, epsilon float64) []*fx.Array {
	return each2(func(x, d *fx.Array) *fx.Array {
		if epsilon > 0 {
			return x.Div(d)
		}
		zero := x.Equal(fx.Const(0))
		return fx.Where(zero, fx.ZerosLike(x), x.Div(d))
	}, x, d)
}

// NormaliseThen divides each gradient by what the second moment knows at that
// step and hands the result to the next rule. This order is LaProp's (Ziyin et
// al. 2020), and with beta = 0 that of signed momentum:
//
//	LaProp           NormaliseThen(SecondMoment{nu, ...}, Average{mu, ...})
//	signed momentum  NormaliseThen(SecondMoment{Beta: 0}, Average{mu, ...})
//	RMSProp          NormaliseThen(SecondMoment{nu, ...}, Trace{Mu: mu})
func NormaliseThen(second SecondMoment, then Rule) Rule { return normalised{second, then, true} }

// ThenNormalise hands the gradients to a rule first and divides its updates by
// what the second moment of the gradients themselves knows. This order is
// Adam's: ThenNormalise(Average{mu, ...}, SecondMoment{nu, ...}).
func ThenNormalise(first Rule, second SecondMoment) Rule { return normalised{second, first, false} }

type normalised struct {
	second         SecondMoment
	inner          Rule
	normaliseFirst bool
}

// NormalisedState is the state of NormaliseThen and ThenNormalise.
type NormalisedState struct {
	Second SecondMomentState
	Inner  State // of the other rule
}

func (n normalised) Validate() error {
	if n.inner == nil {
		return errors.New("the rule before or after the normalisation is nil")
	}
	return errors.Join(n.second.Validate(), Validate(n.inner))
}

func (n normalised) Bind(paths []string) Rule {
	n.inner = Bind(n.inner, paths)
	return n
}

func (n normalised) Init(p []*fx.Array) State {
	mustBeValid("NormaliseThen", n)
	return NormalisedState{Second: n.second.init(p), Inner: n.inner.Init(p)}
}

func (n normalised) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	return n.UpdateExtra(g, s, p, Extra{})
}

func (n normalised) UpdateExtra(g []*fx.Array, s State, p []*fx.Array, x Extra) ([]*fx.Array, State) {
	own := stateOf[NormalisedState]("NormaliseThen", g, s, p)
	var next NormalisedState
	var d []*fx.Array
	d, next.Second = n.second.observe("NormaliseThen", g, own.Second)
	if n.normaliseFirst {
		g = n.second.quotients(g, d)
	}
	g, next.Inner = Update(n.inner, g, own.Inner, p, x)
	if !n.normaliseFirst {
		g = n.second.quotients(g, d)
	}
	return g, next
}

func (n normalised) Report(s State) map[string]*fx.Array {
	if r, ok := n.inner.(Reporter); ok {
		return r.Report(s.(NormalisedState).Inner)
	}
	return nil
}
