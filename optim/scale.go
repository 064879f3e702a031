package optim

import "github.com/fluxion-go/fluxion/fx"

// ScaleBySchedule multiplies by the schedule's value at each step.
func ScaleBySchedule(s Schedule) Rule { return scheduled{"ScaleBySchedule", s, 1} }

// ScaleByLearningRate multiplies by minus the schedule's value: the last rule of
// a chain that is built from parts.
func ScaleByLearningRate(lr Schedule) Rule { return scheduled{"ScaleByLearningRate", lr, -1} }

type scheduled struct {
	op       string
	schedule Schedule
	sign     float64
}

func (r scheduled) Validate() error {
	if r.sign < 0 {
		return checkRate(r.schedule)
	}
	return checkSchedule(r.schedule)
}

func (r scheduled) Init([]*fx.Array) State {
	mustBeValid(r.op, r)
	return StepState{fx.Scalar(int32(0))}
}

func (r scheduled) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	own := stateOf[StepState](r.op, g, s, p)
	by := r.schedule.at(r.op, own.Step).MulScalar(r.sign)
	return scaled(g, by), StepState{own.Step.AddScalar(1)}
}

// NewSignSGD makes p_{t+1} = p_t - lr_t sign(g_t) (Bernstein et al. 2018).
func NewSignSGD(lr Schedule) Rule { return Chain(Sign(), ScaleByLearningRate(lr)) }

// NewSignum makes signSGD with momentum: the step is the sign of the moving
// average of the gradients (Bernstein et al. 2018).
func NewSignum(lr Schedule, beta float64) Rule {
	return Chain(Average{Beta: beta}, Sign(), ScaleByLearningRate(lr))
}

// NewSignedMomentum makes the step from the moving average of the gradients'
// signs, corrected for its bias: LaProp with nu = 0.
func NewSignedMomentum(lr Schedule, mu float64) Rule {
	return Chain(NormaliseThen(SecondMoment{Beta: 0}, Average{Beta: mu, Corrected: true}), ScaleByLearningRate(lr))
}
