package optim

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
)

// Adadelta gives the quotient of Adagrad and RMSProp the units of the
// parameters, by the root mean square of its own updates, so that it needs no
// learning rate (Zeiler 2012, algorithm 1):
//
//	n_t = rho n_{t-1} + (1-rho) g_t^2
//	u_t = g_t sqrt(d_{t-1} + epsilon) / sqrt(n_t + epsilon)
//	d_t = rho d_{t-1} + (1-rho) u_t^2
//	p_{t+1} = p_t - lr_t u_t
type Adadelta struct {
	LearningRate Schedule
	// Rho is the decay rate of both averages, in [0, 1).
	Rho float64
	// Epsilon stands inside the roots; it also sets how long the first steps
	// are, and is positive.
	Epsilon float64
}

// AdadeltaState is the state of Adadelta.
type AdadeltaState struct {
	Step           *fx.Array
	Square, Update []*fx.Array // n and d
}

// NewAdadelta makes Adadelta with PyTorch's defaults: rho 0.9, epsilon 1e-6 (the
// paper has rho 0.95). The paper's learning rate is 1.
func NewAdadelta(lr Schedule) Adadelta { return Adadelta{LearningRate: lr, Rho: 0.9, Epsilon: 1e-6} }

// Validate checks the settings.
func (r Adadelta) Validate() error {
	return errors.Join(checkRate(r.LearningRate), checkDecay("Rho", r.Rho), checkPositive("Epsilon", r.Epsilon))
}

// Init starts both averages at zero.
func (r Adadelta) Init(p []*fx.Array) State {
	mustBeValid("Adadelta", r)
	return AdadeltaState{fx.Scalar(int32(0)), each(fx.ZerosLike, p), each(fx.ZerosLike, p)}
}

// Update gives the step.
func (r Adadelta) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	own := stateOf[AdadeltaState]("Adadelta", g, s, p)
	sameBuffers("Adadelta", own.Square, g)
	sameBuffers("Adadelta", own.Update, g)
	next := AdadeltaState{Step: own.Step.AddScalar(1), Square: moved(r.Rho, own.Square, each((*fx.Array).Square, g))}
	root := func(a *fx.Array) *fx.Array { return a.AddScalar(r.Epsilon).Sqrt() }
	u := each2(func(d, n *fx.Array) *fx.Array { return root(d).Div(root(n)) }, own.Update, next.Square)
	u = each2((*fx.Array).Mul, u, g)
	next.Update = moved(r.Rho, own.Update, each((*fx.Array).Square, u))
	return scaled(u, r.LearningRate.at("Adadelta", own.Step).Neg()), next
}
