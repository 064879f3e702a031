package optim

import (
	"errors"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// Separable is a convex function R of a leaf that is a sum over its elements, to
// be minimised together with the loss: see [NewCompositeTrustRegion].
type Separable interface {
	// Of is R(x), a scalar; +Inf where x is not allowed.
	Of(x *fx.Array) *fx.Array
	// Least is where m x + R(x) is least on low <= x <= high, element by element.
	// Where several x are, it is the one nearest to near, which lies between. All
	// arrays have the leaf's shape and type.
	Least(m, near, low, high *fx.Array) *fx.Array
}

// ElasticNet is R(x) = L1 |x|_1 + L2 |x|^2/2, the weights not negative. L1 alone
// is the lasso's, which leaves many elements at exactly zero.
type ElasticNet struct{ L1, L2 float64 }

// Validate checks the weights.
func (r ElasticNet) Validate() error {
	return errors.Join(checkSize("the weight L1", r.L1), checkSize("the weight L2", r.L2))
}

// Of is R(x).
func (r ElasticNet) Of(x *fx.Array) *fx.Array {
	return x.Abs().MulScalar(r.L1).Add(x.Square().MulScalar(r.L2 / 2)).Sum()
}

// Least is where the slope m + L1 sign(x) + L2 x vanishes, or the end of the
// interval on that side.
func (r ElasticNet) Least(m, near, low, high *fx.Array) *fx.Array {
	inside := func(x *fx.Array) *fx.Array { return x.Maximum(low).Minimum(high) }
	// s is the slope that |x| cannot outweigh.
	s := m.SubScalar(r.L1).Relu().Sub(m.Neg().SubScalar(r.L1).Relu())
	if r.L2 > 0 {
		return inside(s.DivScalar(-r.L2))
	}
	zero := fx.Const(0)
	level := inside(fx.ZerosLike(m))
	if r.L1 > 0 {
		// At |m| = L1 all x of one sign are as good as 0.
		up, down := m.Equal(fx.Const(-r.L1)), m.Equal(fx.Const(r.L1))
		level = fx.Where(up, inside(near.Relu()), fx.Where(down, inside(near.Minimum(zero)), level))
	} else {
		level = near
	}
	return fx.Where(s.Greater(zero), low, fx.Where(s.Less(zero), high, level))
}

// Box is R(x) = 0 for Low <= x <= High and +Inf elsewhere, plus Term if that is
// not nil.
type Box struct {
	Low, High float64 // may be infinite
	Term      Separable
}

// Validate checks the box.
func (r Box) Validate() error {
	if !(r.Low <= r.High) || math.IsInf(r.Low, 1) || math.IsInf(r.High, -1) {
		return fmt.Errorf("the box from %v to %v is empty", r.Low, r.High)
	}
	if r.Term == nil {
		return nil
	}
	return Validate(r.Term)
}

func (r Box) term() Separable {
	if r.Term == nil {
		return ElasticNet{}
	}
	return r.Term
}

// Of is R(x).
func (r Box) Of(x *fx.Array) *fx.Array {
	outside := x.Less(fx.Const(r.Low)).Or(x.Greater(fx.Const(r.High))).Any()
	value := r.term().Of(x)
	return fx.Where(outside, fx.FullLike(value, math.Inf(1)), value)
}

// Least is the term's on what the box leaves of the interval. If that is nothing,
// it is the end of the interval that is nearest to the box.
func (r Box) Least(m, near, low, high *fx.Array) *fx.Array {
	from := low.Maximum(fx.Const(r.Low)).Minimum(high)
	to := low.Maximum(fx.Const(r.High)).Minimum(high)
	return r.term().Least(m, near.Maximum(from).Minimum(to), from, to)
}

// NewCompositeTrustRegion makes [NewTrustRegion] in the norm of the largest
// element for a loss with a further term R, which the step treats exactly and not
// by its gradient (Kovalev 2025, Algorithm 1):
//
//	x_{k+1} = argmin { <m_k, x> + R(x) : |x - (1 - lr decay) x_k| <= lr }
//
// R is the same for every leaf. The loss that is minimised must not contain it. In
// other norms the subproblem does not fall apart into elements and has no closed
// form.
func NewCompositeTrustRegion(lr Schedule, alpha, decay float64, r Separable) Rule {
	return Chain(ConvexAverage{Alpha: alpha}, composite{lr, decay, r})
}

type composite struct {
	rate  Schedule
	decay float64
	term  Separable
}

func (r composite) Validate() error {
	err := errors.Join(checkRate(r.rate), checkSize("the weight decay", r.decay))
	if r.term == nil {
		return errors.Join(err, errors.New("there is no term R; without one it is NewTrustRegion"))
	}
	return errors.Join(err, Validate(r.term))
}

func (r composite) Init([]*fx.Array) State {
	mustBeValid("NewCompositeTrustRegion", r)
	return StepState{fx.Scalar(int32(0))}
}

func (r composite) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	const op = "NewCompositeTrustRegion"
	own := stateOf[StepState](op, g, s, p)
	rate := r.rate.at(op, own.Step)
	out := make([]*fx.Array, len(g))
	for i := range g {
		radius := rate.AsType(g[i].DType())
		centre := p[i].Sub(p[i].Mul(radius.MulScalar(r.decay)))
		out[i] = r.term.Least(g[i], centre, centre.Sub(radius), centre.Add(radius)).Sub(p[i])
	}
	return out, StepState{own.Step.AddScalar(1)}
}
