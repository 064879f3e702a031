package optim

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
)

// Adagrad divides each gradient by the root of the sum of all squares so far
// (Duchi, Hazan and Singer 2011), so that rare features keep long steps:
//
//	n_t = n_{t-1} + g_t^2,  n_0 = Start
//	p_{t+1} = p_t - lr_t g_t / (sqrt(n_t) + epsilon)
//
// PyTorch's lr_decay is the schedule lr / (1 + t lr_decay).
type Adagrad struct {
	LearningRate Schedule
	// Epsilon stands outside the root. With 0, a quotient 0/0 is 0.
	Epsilon float64
	// Start is the first sum, not negative.
	Start float64
}

// AdagradState is the state of Adagrad.
type AdagradState struct {
	Step *fx.Array
	Sum  []*fx.Array // n
}

// NewAdagrad makes Adagrad with PyTorch's defaults: epsilon 1e-10, start 0. Its
// learning rate is 1e-2.
func NewAdagrad(lr Schedule) Adagrad { return Adagrad{LearningRate: lr, Epsilon: 1e-10} }

// Validate checks the settings.
func (r Adagrad) Validate() error {
	return errors.Join(checkRate(r.LearningRate), checkSize("Epsilon", r.Epsilon), checkSize("the first sum of squares", r.Start))
}

// Init starts the sums.
func (r Adagrad) Init(p []*fx.Array) State {
	mustBeValid("Adagrad", r)
	return AdagradState{fx.Scalar(int32(0)), each(func(p *fx.Array) *fx.Array { return fx.FullLike(p, r.Start) }, p)}
}

// Update gives the step.
func (r Adagrad) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	own := stateOf[AdagradState]("Adagrad", g, s, p)
	sameBuffers("Adagrad", own.Sum, g)
	sum := each2(func(n, g *fx.Array) *fx.Array { return n.Add(g.Square()) }, own.Sum, g)
	d := each(func(n *fx.Array) *fx.Array { return n.Sqrt().AddScalar(r.Epsilon) }, sum)
	lr := r.LearningRate.at("Adagrad", own.Step)
	updates := scaled(quotients(g, d, r.Epsilon), lr.Neg())
	return updates, AdagradState{own.Step.AddScalar(1), sum}
}
