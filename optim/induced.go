package optim

import (
	"errors"
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// MetricFactor is the number s by which the metric that a loss surface inherits
// from the space around it shortens a step (Harvey 2025, arXiv:2509.03594). Over
// parameters with the metric gamma, theta -> (theta, sqrt(xi) L(theta)) is a
// surface with the metric G = gamma + xi g g^T, and
//
//	G^-1 g = s gamma^-1 g,   s = 1/(1 + xi g^T gamma^-1 g).
//
// So the direction stays and the length has a maximum, 1/(2 sqrt(xi)) in the norm
// of gamma, where xi g^T gamma^-1 g = 1: a smooth clipping of gradients. g^T
// gamma^-1 g is taken over all parameters together, so that a useful Xi falls with
// their number.
type MetricFactor struct {
	// Xi is the squared height of the surface for a loss of 1, not negative; with
	// 0 and without Log the factor is 1.
	Xi float64
	// Beta is the decay rate of a moving average of xi g^T gamma^-1 g, in [0, 1),
	// corrected for its start; 0 takes this step's alone.
	Beta float64
	// Log embeds the logarithm of the loss in place of the loss and descends it,
	// s = L/(L^2 + xi g^T gamma^-1 g): the loss, which must be given and be
	// positive, makes the schedule, and its scale does not matter. L is that of
	// the minibatch. Where it is exactly 0, so is s; where it is negative, the
	// steps are NaN.
	Log bool
}

// MetricFactorState is the state of a MetricFactor. All are float64 scalars.
type MetricFactorState struct {
	Mean, Weight *fx.Array // of the moving average, and the sum of its weights
	Factor       *fx.Array // s of the last step
}

// Validate checks the settings.
func (f MetricFactor) Validate() error {
	return errors.Join(checkSize("Xi", f.Xi), checkDecay("Beta", f.Beta))
}

func (f MetricFactor) init() MetricFactorState {
	return MetricFactorState{fx.Scalar(0.0), fx.Scalar(0.0), fx.Scalar(1.0)}
}

// observe takes in g^T gamma^-1 g, a float64 scalar, and gives s.
func (f MetricFactor) observe(op string, square *fx.Array, x Extra, s MetricFactorState) (*fx.Array, MetricFactorState) {
	next := MetricFactorState{
		Mean:   move(f.Beta, s.Mean, square.MulScalar(f.Xi)),
		Weight: move(f.Beta, s.Weight, fx.Scalar(1.0)),
	}
	height := next.Mean.Div(next.Weight)
	if !f.Log {
		next.Factor = height.AddScalar(1).Reciprocal()
		return next.Factor, next
	}
	if x.Loss == nil {
		fail(op, "the logarithm of the loss is embedded and the loss is not known; call UpdateExtra, as FromRule does")
	}
	loss := x.Loss.AsType(fx.Float64)
	zero := fx.Const(0)
	quotient := loss.Div(loss.Square().Add(height))
	next.Factor = fx.Where(loss.Less(zero), fx.Scalar(math.NaN()), fx.Where(loss.Equal(zero), fx.Scalar(0.0), quotient))
	return next.Factor, next
}

// squares is the sum of a_i b_i over all elements of all leaves, a float64 scalar.
func squares(a, b []*fx.Array) *fx.Array {
	sum := fx.Scalar(0.0)
	for i := range a {
		sum = sum.Add(a[i].Mul(b[i]).Sum().AsType(fx.Float64))
	}
	return sum
}

// InducedMetric is descent in the metric that the loss surface induces (Harvey
// 2025, arXiv:2509.03594; the algorithms of its code), with averaged momentum,
// corrected for its start:
//
//	m_t = mu m_{t-1} + (1-mu) g_t
//	p_{t+1} = p_t - lr_t s_t gamma_t^-1 m_t/(1-mu^t) - lr_t decay p_t,
//
// s_t being the MetricFactor of g_t itself. The metric gamma of the parameters is
// the identity, or with RMS the divisors d_t = sqrt(v_t) + epsilon of RMSProp: at
// Xi = 0 that is Adam. The weight decay has no factor. It reports "metric_factor", s.
type InducedMetric struct {
	LearningRate Schedule
	// Momentum is mu, in [0, 1).
	Momentum float64
	MetricFactor
	// RMS measures parameters by the roots of their gradients' second moments;
	// without it all are measured alike.
	RMS bool
	// Second is that second moment; its decay rate is the b of the paper's code.
	Second SecondMoment
	// Decay is decoupled weight decay.
	Decay WeightDecay
}

// InducedMetricState is the state of InducedMetric.
type InducedMetricState struct {
	Step   *fx.Array
	Mean   AverageState
	Second SecondMomentState // empty without RMS
	Metric MetricFactorState
}

// NewInducedMetric makes the plain method with the defaults of the published code:
// momentum 0.9, xi 0.1, beta 0.8. Its learning rate there is 0.1.
func NewInducedMetric(lr Schedule) InducedMetric {
	return InducedMetric{LearningRate: lr, Momentum: 0.9, MetricFactor: MetricFactor{Xi: 0.1, Beta: 0.8}}
}

// NewLogInducedMetric makes the method that embeds the logarithm of the loss, with
// the defaults of [NewInducedMetric].
func NewLogInducedMetric(lr Schedule) InducedMetric {
	r := NewInducedMetric(lr)
	r.Log = true
	return r
}

// NewRMSInducedMetric makes the method over RMSProp's metric, with the defaults of
// [NewInducedMetric], decay rate 0.99 and epsilon 1e-8 as in the published code.
// The best xi of the paper's sweeps are 1e-7 and less.
func NewRMSInducedMetric(lr Schedule) InducedMetric {
	r := NewInducedMetric(lr)
	r.RMS, r.Second = true, SecondMoment{Beta: 0.99, Epsilon: 1e-8, Corrected: true}
	return r
}

// Validate checks the settings.
func (r InducedMetric) Validate() error {
	err := errors.Join(checkRate(r.LearningRate), checkDecay("Momentum", r.Momentum), r.MetricFactor.Validate(), r.Decay.validate())
	if r.RMS {
		err = errors.Join(err, r.Second.Validate())
	}
	return err
}

// Bind tells the weight decay's mask the leaves' paths.
func (r InducedMetric) Bind(paths []string) Rule {
	r.Decay.paths = paths
	return r
}

func (r InducedMetric) average() Average { return Average{Beta: r.Momentum, Corrected: true} }

// Init starts the averages at zero.
func (r InducedMetric) Init(p []*fx.Array) State {
	mustBeValid("InducedMetric", r)
	s := InducedMetricState{Step: fx.Scalar(int32(0)), Mean: r.average().init(p), Metric: r.MetricFactor.init()}
	if r.RMS {
		s.Second = r.Second.init(p)
	}
	return s
}

// Update gives the step; with Log it must be UpdateExtra.
func (r InducedMetric) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	return r.UpdateExtra(g, s, p, Extra{})
}

// UpdateExtra gives the step.
func (r InducedMetric) UpdateExtra(g []*fx.Array, s State, p []*fx.Array, x Extra) ([]*fx.Array, State) {
	const op = "InducedMetric"
	own := stateOf[InducedMetricState](op, g, s, p)
	next := InducedMetricState{Step: own.Step.AddScalar(1)}
	next.Mean = r.average().observe(op, g, fx.Scalar(1.0), own.Mean)
	natural, step := g, scaled(next.Mean.Mean, next.Mean.Weight.Reciprocal())
	if r.RMS {
		var d []*fx.Array
		d, next.Second = r.Second.observe(op, g, own.Second)
		natural, step = r.Second.quotients(g, d), r.Second.quotients(step, d)
	}
	var factor *fx.Array
	factor, next.Metric = r.MetricFactor.observe(op, squares(g, natural), x, own.Metric)
	lr := r.LearningRate.at(op, own.Step)
	return r.Decay.apply(op, scaled(step, lr.Mul(factor).Neg()), p, lr), next
}

// Report gives s of the last step.
func (r InducedMetric) Report(s State) map[string]*fx.Array {
	return map[string]*fx.Array{"metric_factor": s.(InducedMetricState).Metric.Factor}
}

// ScaleByInducedMetric multiplies the updates of any rule by a MetricFactor. square
// gives g^T gamma^-1 g, a scalar, from the gradients and the rule's updates; nil
// is the sum of their products, which is right for a preconditioner, whose updates
// are gamma^-1 g. Where momentum is in the rule, or the step is that of a norm, it
// must be said what is to count: the square of the gradient's dual norm for Muon,
// say. The learning rate and weight decay come after it in a chain:
//
//	Chain(ScaleByInducedMetric(MetricFactor{Xi: 0.1}, Preconditioner, nil), Trace{Mu: 0.9}, ScaleByLearningRate(lr))
//
// It reports "metric_factor", and what the rule does.
func ScaleByInducedMetric(f MetricFactor, rule Rule, square func(g, updates []*fx.Array) *fx.Array) Rule {
	if square == nil {
		square = squares
	}
	return scaledByMetric{f, rule, square}
}

type scaledByMetric struct {
	factor MetricFactor
	rule   Rule
	square func(g, updates []*fx.Array) *fx.Array
}

// ScaledByMetricState is the state of ScaleByInducedMetric.
type ScaledByMetricState struct {
	Rule   State
	Metric MetricFactorState
}

func (r scaledByMetric) Validate() error { return errors.Join(r.factor.Validate(), Validate(r.rule)) }

func (r scaledByMetric) Bind(paths []string) Rule {
	r.rule = Bind(r.rule, paths)
	return r
}

func (r scaledByMetric) Init(p []*fx.Array) State {
	mustBeValid("ScaleByInducedMetric", r)
	return ScaledByMetricState{r.rule.Init(p), r.factor.init()}
}

func (r scaledByMetric) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	return r.UpdateExtra(g, s, p, Extra{})
}

func (r scaledByMetric) UpdateExtra(g []*fx.Array, s State, p []*fx.Array, x Extra) ([]*fx.Array, State) {
	const op = "ScaleByInducedMetric"
	own := stateOf[ScaledByMetricState](op, g, s, p)
	var next ScaledByMetricState
	var updates []*fx.Array
	updates, next.Rule = Update(r.rule, g, own.Rule, p, x)
	var factor *fx.Array
	factor, next.Metric = r.factor.observe(op, r.square(g, updates).AsType(fx.Float64), x, own.Metric)
	return scaled(updates, factor), next
}

func (r scaledByMetric) Report(s State) map[string]*fx.Array {
	own := s.(ScaledByMetricState)
	out := map[string]*fx.Array{"metric_factor": own.Metric.Factor}
	if rep, ok := r.rule.(Reporter); ok {
		for name, v := range rep.Report(own.Rule) {
			out[name] = v
		}
	}
	return out
}
