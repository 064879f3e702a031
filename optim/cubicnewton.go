package optim

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// CubicNewton is Newton's method with cubic regularisation (Nesterov and Polyak,
// "Cubic Regularization of Newton Method and Its Global Performance", 2006): a step
// minimises
//
//	m(h) = f(x) + g'h + h'Hh/2 + M |h|^3/6
//
// M is doubled until f(x + h) <= m(h), and halved after every step. H may be
// indefinite: the minimum is global. It is found by the eigenvalues of H in the
// metric (n products and one decomposition a step, so that n is at most a few
// thousand) and bisection. Info.Values are those of [GradNormSmooth], with "m"
// instead of "gamma", and "lambda" = M |h|/2.
type CubicNewton[P any] struct {
	// Curvature is H; nil is the loss' Hessian.
	Curvature Curvature[P]
	// Metric measures h; the zero value is the Euclidean one.
	Metric Metric
	// M is the first M.
	M float64
	// MaxTrials is the largest number of trials of a step.
	MaxTrials int
	// Tol is the dual norm of the gradient up to which no step is made.
	Tol float64
}

// NewCubicNewton makes the method with the exact Hessian and M from 1; 40 trials as
// GradNormSmooth has.
func NewCubicNewton[P any]() CubicNewton[P] { return CubicNewton[P]{M: 1, MaxTrials: 40} }

// Validate checks the settings.
func (o CubicNewton[P]) Validate() error {
	return errors.Join(checkPositive("the first M", o.M), checkTrials(o.MaxTrials), checkSize("the tolerance", o.Tol))
}

// Init starts with the first M.
func (o CubicNewton[P]) Init(p P) State {
	mustBeValid("CubicNewton", o)
	return startOf("CubicNewton", o.Metric, p, o.M)
}

// Step makes one iterate.
func (o CubicNewton[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	own := adaptive("CubicNewton", s)
	v := newVectors(loss, p)
	o.Metric.fits("CubicNewton", v.from.P)
	x, size := v.from.P, o.Metric.DualNorm(v.from.Gradient)
	h := linalg.Dense(v.operator(o.Curvature), x)
	if !o.Metric.euclidean() {
		h = o.Metric.Whiten(o.Metric.Whiten(h).T())
	}
	values, vectors := fx.Eigh(h)
	model := cubicModel{asFloat64(values), asFloat64(o.Metric.Whiten(v.from.Gradient).MatMul(vectors))}

	t := trials{Factor: 2, Most: o.MaxTrials}.search(v.from, own.Parameter, size.Greater(fx.Const(o.Tol)), func(m *fx.Array) attempt {
		y, below := model.minimum(m)
		step := o.Metric.Unwhiten(vectors.MatMul(y.AsType(x.DType())))
		next := At(v.loss, x.Add(step))
		change := asFloat64(next.Loss).Sub(asFloat64(v.from.Loss))
		return attempt{next, change.LessEqual(below), none()}
	})

	after := fx.Where(t.Accepted, t.Parameter.MulScalar(0.5), t.Parameter.MulScalar(2))
	after = fx.Where(t.Trials.Equal(none()), t.Parameter, after).Clip(1e-100, 1e100)
	info := traced(o.Metric, v.from, t, 1+x.Dim(0))
	info["m"], info["lambda"] = t.Parameter, t.Parameter.Mul(info["step_norm"]).MulScalar(0.5)
	return v.unravel(t.Point.P), AdaptiveState{after}, Info{Loss: v.from.Loss, Values: info}
}

// cubicModel is the model in coordinates of the eigenvectors: eigenvalues in
// ascending order and the gradient's coordinates, float64 [n].
type cubicModel struct{ values, gradient *fx.Array }

// bisections halve an interval that holds tau until nothing is left of it.
const bisections = 100

// minimum is the step's coordinates y and the model's change there. For the right
// tau = M |y|/2 they are -c_i/(lambda_i + tau), and |y| falls with tau.
func (c cubicModel) minimum(m *fx.Array) (y, change *fx.Array) {
	n := c.values.Dim(0)
	at := func(tau *fx.Array) *fx.Array {
		damped := c.values.Add(tau)
		// Where both are 0 there is nothing to do along that direction.
		idle := c.gradient.Equal(fx.Const(0))
		return fx.Where(idle, fx.ZerosLike(damped), c.gradient.Div(damped).Neg())
	}
	low := c.values.Index(0).Neg().Maximum(fx.Const(0))
	high := low.Add(m.Mul(c.gradient.Norm()).MulScalar(0.5).Sqrt())
	type interval struct{ Low, High *fx.Array }
	end, _ := fx.Scan(func(i interval, _ struct{}) (interval, struct{}) {
		middle := i.Low.Add(i.High).MulScalar(0.5)
		long := at(middle).Norm().Greater(middle.MulScalar(2).Div(m))
		return interval{fx.Where(long, middle, i.Low), fx.Where(long, i.High, middle)}, struct{}{}
	}, interval{low, high}, struct{}{}, fx.Length(bisections))
	tau := end.High
	y = at(tau)
	// The hard case: the gradient has no part along the lowest eigenvector, and
	// tau is at its bound. The rest of the length goes there.
	short := tau.MulScalar(2).Div(m).Square().Sub(y.Square().Sum())
	hard := end.Low.Equal(low).And(c.values.Index(0).Less(fx.Const(0)))
	extra := fx.Where(hard, short.Maximum(fx.Const(0)).Sqrt(), fx.Scalar(0.0))
	first := fx.OneHot(fx.Scalar(int32(0)), n, fx.Float64)
	y = y.Add(first.Mul(extra))
	r := y.Norm()
	change = c.gradient.Mul(y).Add(c.values.Mul(y.Square()).MulScalar(0.5)).Sum().Add(m.Mul(r).Mul(r).Mul(r).DivScalar(6))
	return y, change
}
