package optim

import (
	"errors"
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
)

// Averaging runs an optimizer and keeps an average of the parameters that it
// goes through, which is often better than the last ones (Polyak and Juditsky
// 1992). The optimizer does not see the average.
type Averaging[P any] struct {
	// Inner is the optimizer.
	Inner Optimizer[P]
	// Decay is the decay rate of the average, in [0, 1). It is not used if
	// Uniform.
	Decay float64
	// Uniform gives all parameters since Start the same weight.
	Uniform bool
	// Polynomial gives later parameters more weight than Uniform does, about as the
	// power q of their number (Shamir and Zhang 2013, section 4): the n-th has (q+1)/(n+q)
	// of the average when it arrives. It needs Uniform; 0 is Uniform itself, 3 is usual.
	Polynomial float64
	// Start is the number of steps before the average begins; until then it is
	// the parameters themselves.
	Start int
}

// NewAveraging makes an exponential moving average with the given decay rate
// (0.999 is usual), which begins at the first parameters.
func NewAveraging[P any](inner Optimizer[P], decay float64) Averaging[P] {
	return Averaging[P]{Inner: inner, Decay: decay}
}

// AveragingState is the state of Averaging.
type AveragingState[P any] struct {
	Inner State
	// Average is the parameters to evaluate with.
	Average P
	// Step counts the steps.
	Step *fx.Array
}

// Validate checks the settings.
func (a Averaging[P]) Validate() error {
	if a.Inner == nil {
		return errors.New("there is no optimizer to average the parameters of")
	}
	err := Validate(a.Inner)
	if !a.Uniform {
		err = errors.Join(err, checkDecay("the decay rate of the parameters' average", a.Decay))
	}
	err = errors.Join(err, checkSize("Polynomial", a.Polynomial))
	if a.Polynomial > 0 && !a.Uniform {
		err = errors.Join(err, fmt.Errorf("Polynomial is %v without Uniform, whose weights it changes", a.Polynomial))
	}
	if a.Start < 0 {
		err = errors.Join(err, fmt.Errorf("the average starts at step %d; it must not be negative", a.Start))
	}
	return err
}

// Init starts the average at p.
func (a Averaging[P]) Init(p P) State {
	mustBeValid("Averaging", a)
	return AveragingState[P]{Inner: a.Inner.Init(p), Average: p, Step: fx.Scalar(int32(0))}
}

// Step makes a step of the optimizer and takes its result into the average.
func (a Averaging[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	own, ok := s.(AveragingState[P])
	if !ok {
		fail("Averaging", "the state is a %T and must be a %T", s, own)
	}
	next := AveragingState[P]{Step: own.Step.AddScalar(1)}
	p, inner, info := a.Inner.Step(loss, p, own.Inner)
	next.Inner = inner

	begun := own.Step.GreaterEqual(fx.Const(float64(a.Start)))
	weight := fx.Scalar(1 - a.Decay)
	if a.Uniform { // the parameters after Start steps are the average's first
		n := own.Step.SubScalar(float64(a.Start)).AsType(fx.Float64).AddScalar(2)
		weight = n.AddScalar(a.Polynomial).Reciprocal().MulScalar(a.Polynomial + 1)
	}
	next.Average = fx.Map2(func(avg, p *fx.Array) *fx.Array {
		if !isFloat(p) {
			return p
		}
		return fx.Where(begun, avg.Add(p.Sub(avg).Mul(weight.AsType(p.DType()))), p)
	}, own.Average, p)
	return p, next, info
}

// Averaged is the average in a state of this optimizer.
func (a Averaging[P]) Averaged(s State) P {
	own, ok := s.(AveragingState[P])
	if !ok {
		fail("Averaging", "the state is a %T and must be a %T", s, own)
	}
	return own.Average
}
