package flow

import (
	"context"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// Config is how a velocity is fitted.
type Config struct {
	Interpolant Interpolant // the zero value means Linear
	Steps       int
	Batch       int        // pairs in each step
	Rule        optim.Rule // the authors' toys: Adam at 5e-3
	Average     float64    // decay of the parameters' moving average, which is the result; 0: none

	// Times trains at these times only, all alike; none: uniformly in [0, 1].
	Times []float64

	// Features, if given, weighs the residual r of the velocity at x by a
	// feature map h that treats each example on its own: the loss is half of
	// |h'(x) r|^2 instead of |r|^2 (the authors' image translation).
	Features func(x *fx.Array) *fx.Array
}

func (c Config) validate() error {
	switch {
	case c.Steps < 1:
		return fmt.Errorf("flow: %d training steps: at least 1 is needed", c.Steps)
	case c.Batch < 1:
		return fmt.Errorf("flow: batches of %d pairs: at least 1 is needed", c.Batch)
	case c.Rule == nil:
		return fmt.Errorf("flow: no update rule (Config.Rule)")
	case !(c.Average >= 0 && c.Average < 1):
		return fmt.Errorf("flow: decay of the average is %v: it must be in [0, 1)", c.Average)
	case (c.Interpolant.Alpha == nil) != (c.Interpolant.Beta == nil):
		return fmt.Errorf("flow: interpolant %q lacks alpha or beta", c.Interpolant.Name)
	case !(c.Interpolant.last() > 0 && c.Interpolant.last() <= 1):
		return fmt.Errorf("flow: interpolant %q ends at time %v: it must be in (0, 1]", c.Interpolant.Name, c.Interpolant.Last)
	}
	for _, t := range c.Times {
		if !(t >= 0 && t <= 1) {
			return fmt.Errorf("flow: training time %v is outside [0, 1]", t)
		}
	}
	return optim.Validate(c.Rule)
}

// stretch is how many steps one call of the compiled program makes.
const stretch = 100

// Trainer is a compiled Rectify: one serves any number of fits of models and
// couplings of the same shapes, also at the same time.
type Trainer[M Model] struct {
	config    Config
	optimizer optim.Optimizer[M]
	advance   func(leg[M]) (leg[M], *fx.Array)
}

// leg is what the compiled program takes and gives: a training to continue.
type leg[M Model] struct {
	Model    M
	State    optim.State
	Coupling Coupling
	Key      *fx.Array
	Steps    *fx.Array // int32 numbers of the steps to make
}

// NewTrainer checks the settings.
func NewTrainer[M Model](c Config) (*Trainer[M], error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	if c.Interpolant.Alpha == nil {
		c.Interpolant = Linear()
	}
	t := &Trainer[M]{config: c, optimizer: optim.FromRule[M](c.Rule)}
	if c.Average > 0 {
		t.optimizer = optim.NewAveraging(t.optimizer, c.Average)
	}
	type progress struct {
		Leg    leg[M]
		Losses *fx.Array
	}
	run := fx.Jit(func(l leg[M]) progress {
		next, losses := t.steps(l)
		return progress{next, losses}
	})
	t.advance = func(l leg[M]) (leg[M], *fx.Array) {
		p := run(l)
		return p.Leg, p.Losses
	}
	return t, nil
}

// Fit trains a model on pairs of a coupling and gives the loss of every step. A
// loss that is not finite is an error; the model is then the one before the
// stretch of steps in which it occurred. watch, if not nil, hears how many steps
// are made, every so often.
func (t *Trainer[M]) Fit(ctx context.Context, key *fx.Array, model M, c Coupling, watch func(steps int)) (M, []float64, error) {
	if c == nil {
		return model, nil, fmt.Errorf("flow: no coupling")
	}
	if err := c.Validate(); err != nil {
		return model, nil, err
	}
	l := leg[M]{Model: model, State: t.optimizer.Init(model), Coupling: c, Key: key}
	var history []float64
	for len(history) < t.config.Steps {
		if err := ctx.Err(); err != nil {
			return l.Model, history, err
		}
		n := min(stretch, t.config.Steps-len(history))
		l.Steps = fx.Arange(fx.Int32, n).AddScalar(float64(len(history)))
		next, losses := t.advance(l)
		for _, loss := range losses.Float64s() {
			if math.IsNaN(loss) || math.IsInf(loss, 0) {
				return l.Model, history, fmt.Errorf("flow: the loss is %v at step %d", loss, len(history))
			}
			history = append(history, loss)
		}
		l = next
		if watch != nil {
			watch(len(history))
		}
	}
	if a, ok := t.optimizer.(optim.Averaging[M]); ok {
		return a.Averaged(l.State), history, nil
	}
	return l.Model, history, nil
}

// steps makes the steps of one stretch.
func (t *Trainer[M]) steps(l leg[M]) (leg[M], *fx.Array) {
	type carry struct {
		Model M
		State optim.State
	}
	end, losses := fx.Scan(func(c carry, step *fx.Array) (carry, *fx.Array) {
		keys := random.Split(random.FoldIn(l.Key, step), 2)
		pairs := l.Coupling.Draw(keys[0], t.config.Batch)
		time := t.config.times(keys[1], pairs.X0.DType())
		model, state, info := t.optimizer.Step(func(m M) *fx.Array { return t.config.loss(m, time, pairs.X0, pairs.X1) }, c.Model, c.State)
		return carry{model, state}, info.Loss
	}, carry{l.Model, l.State}, l.Steps)
	l.Model, l.State = end.Model, end.State
	return l, losses
}

// times draws a batch of training times.
func (c Config) times(key *fx.Array, d fx.DType) *fx.Array {
	if len(c.Times) > 0 {
		which := random.Randint(key, fx.Int32, 0, int64(len(c.Times)), c.Batch)
		return fx.New(c.Times).AsType(d).Take(which, 0)
	}
	return random.Uniform(key, d, 0, c.Interpolant.last(), c.Batch)
}

// loss is the mean of |dX_t/dt - v(X_t, t)|^2 over a batch (equation 1).
func (c Config) loss(v Model, t, x0, x1 *fx.Array) *fx.Array {
	x, velocity := c.Interpolant.At(t, x0, x1)
	residual := velocity.Sub(v.Apply(x, t))
	if c.Features == nil {
		return squaredNorm(residual).Mean()
	}
	_, seen := fx.JVP(c.Features, x, residual)
	return squaredNorm(seen).Mean().MulScalar(0.5)
}

// Rectify fits a model to the motion between the pairs of a coupling and gives the loss of every
// step: min over v of the integral of E|dX_t/dt - v(X_t, t)|^2 (equation 1).
func Rectify[M Model](key *fx.Array, model M, from Coupling, c Config) (M, []float64, error) {
	t, err := NewTrainer[M](c)
	if err != nil {
		return model, nil, err
	}
	return t.Fit(context.Background(), key, model, from, nil)
}

// DistillTimes are the times at which a model of k Euler steps is asked: 0,
// 1/k, ..., (k-1)/k.
func DistillTimes(k int) ([]float64, error) {
	if k < 1 {
		return nil, fmt.Errorf("flow: a model of %d steps: at least 1 is needed", k)
	}
	times := make([]float64, k)
	for i := range times {
		times[i] = float64(i) / float64(k)
	}
	return times, nil
}

// Distill trains a model, which starts as the flow that made the pairs, for k
// Euler steps: at the times of DistillTimes only, along straight lines. With
// k = 1 it is the map z0 + v(z0, 0). It comes last: a distilled model is no
// longer a flow and cannot be reflowed.
func Distill[M Model](key *fx.Array, model M, pairs Pairs, k int, c Config) (M, []float64, error) {
	times, err := DistillTimes(k)
	if err != nil {
		return model, nil, err
	}
	c.Times, c.Interpolant = times, Linear()
	return Rectify(key, model, pairs, c)
}
