package optim

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// trials is the search of methods that try a step with one parameter, such as a
// damping, and multiply the parameter by a factor until a trial is accepted.
type trials struct {
	// Factor is what the parameter of a rejected trial is multiplied by.
	Factor float64
	// Most is the largest number of trials.
	Most int
}

// attempt is what a method made with one parameter.
type attempt struct {
	Point    LinePoint[*fx.Array]
	Accepted *fx.Array // bool scalar
	Products *fx.Array // with the curvature, int32 scalar
}

// tried is how a search ended.
type tried struct {
	Point     LinePoint[*fx.Array] // the accepted trial's, or the start
	Parameter *fx.Array            // of the last trial, float64 scalar; the first one's if there was none
	Trials    *fx.Array            // int32 scalar
	Products  *fx.Array            // int32 scalar
	Accepted  *fx.Array            // bool scalar
}

// search begins with a parameter, a float64 scalar; where wanted, a bool scalar, is
// false it makes no trial. It is one fx.While.
func (t trials) search(from LinePoint[*fx.Array], first, wanted *fx.Array, try func(parameter *fx.Array) attempt) tried {
	type state struct {
		Tried tried
		Next  *fx.Array
	}
	end := fx.While(func(s state) *fx.Array {
		return wanted.And(s.Tried.Accepted.Not()).And(s.Tried.Trials.Less(fx.Scalar(int32(t.Most))))
	}, func(s state) state {
		got := try(s.Next)
		return state{tried{got.Point, s.Next, s.Tried.Trials.AddScalar(1), s.Tried.Products.Add(got.Products), got.Accepted}, s.Next.MulScalar(t.Factor)}
	}, state{tried{from, first, none(), none(), fx.Scalar(false)}, first})
	out := end.Tried
	out.Point = choose(out.Accepted, out.Point, from)
	return out
}

// traced is the diagnostics that these methods share.
func traced(m Metric, from LinePoint[*fx.Array], t tried, evaluations int) map[string]*fx.Array {
	return map[string]*fx.Array{
		"grad_norm":      m.DualNorm(from.Gradient),
		"next_loss":      asFloat64(t.Point.Loss),
		"next_grad_norm": m.DualNorm(t.Point.Gradient),
		"step_norm":      m.Norm(t.Point.P.Sub(from.P)),
		"trials":         t.Trials,
		"evaluations":    t.Trials.Add(t.Products).AddScalar(float64(evaluations)),
		"success":        t.Accepted.AsType(fx.Float64),
	}
}

// checkTrials says what is wrong with the largest number of trials.
func checkTrials(n int) error {
	if n < 1 {
		return fmt.Errorf("the largest number of trials is %d; it must be positive", n)
	}
	return nil
}

// AdaptiveState is the state of the methods that adapt one parameter from step to
// step; a float64 scalar.
type AdaptiveState struct {
	// Parameter is what the next step's search begins with.
	Parameter *fx.Array
}

func adaptive(op string, s State) AdaptiveState {
	own, ok := s.(AdaptiveState)
	if !ok {
		fail(op, "the state is a %T and must be a %T", s, own)
	}
	return own
}

// startOf is the state to begin with; it also rejects a tree without floats.
func startOf[P any](op string, m Metric, p P, parameter float64) State {
	x, _ := linalg.Ravel(p)
	m.fits(op, x)
	return AdaptiveState{fx.Scalar(parameter)}
}
