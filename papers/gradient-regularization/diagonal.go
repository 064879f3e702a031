package gradientregularization

import (
	"context"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// recovery is a sparse regression: n rows of features N(mean, 1), targets of
// `sparse` coefficients 1/sqrt(sparse), no noise; and how a diagonal linear
// network is trained on it.
type recovery struct {
	name                string
	n, features, sparse int
	mean                float64
	alpha, rate         float64
	steps               int
	settings            []setting
}

// problem is its arrays.
type problem struct{ X, Y, Truth *fx.Array }

func (c recovery) draw(seed uint64) problem {
	key := random.FoldIn(random.New(seed), partRows)
	x := random.Normal(key, fx.Float64, c.n, c.features).AddScalar(c.mean)
	truth := make([]float64, c.features)
	for i := range c.sparse {
		truth[i] = 1
	}
	beta := fx.New(truth).DivScalar(fx.Scalar(float64(c.sparse)).Sqrt().Item())
	return problem{x, x.MatMul(beta), beta}
}

// loss is |X beta - y|^2 / 2n.
func (p problem) loss(net nn.DiagonalLinear) *fx.Array {
	return net.Apply(p.X).Sub(p.Y).Square().Mean().MulScalar(0.5)
}

// correlation is q = X'(X beta - y)/n: the gradient is (2 q Plus, -2 q Minus).
func (p problem) correlation(net nn.DiagonalLinear) *fx.Array {
	return net.Apply(p.X).Sub(p.Y).MatMul(p.X).DivScalar(float64(p.Y.Dim(0)))
}

// asked is what a compiled training takes; the scalars are float64.
type asked struct {
	Problem          problem
	Rate, Gamma, Eps *fx.Array
	Start            nn.DiagonalLinear
	Steps            *fx.Array // int32 scalar
}

// place is a training on its way. Integral is that of q q' along it, [d]: by
// theory the effective alpha is alpha exp(-4 gamma Integral).
type place struct {
	Net      nn.DiagonalLinear
	State    optim.State
	Integral *fx.Array
	Loss     *fx.Array // at the last step's start
	Step     *fx.Array // int32 scalar
}

// fitted is the loss at which a training ends.
const fitted = 1e-6

// train runs a setting until the loss is fitted or the steps are made. ahead is
// how far from the parameters, in gradients times eps, the other gradient is
// taken: 1 up, -1 down, 0 not at all.
func train(o optim.Optimizer[nn.DiagonalLinear], ahead float64, in asked) place {
	start := place{in.Start, o.Init(in.Start), fx.ZerosLike(in.Start.Plus), fx.Scalar(1.0), fx.Scalar(int32(0))}
	return fx.While(func(at place) *fx.Array {
		return at.Loss.GreaterEqual(fx.Const(fitted)).And(at.Step.Less(in.Steps))
	}, func(at place) place {
		q := in.Problem.correlation(at.Net)
		other := q
		if ahead != 0 {
			far := q.Mul(in.Eps.MulScalar(2 * ahead))
			other = in.Problem.correlation(nn.DiagonalLinear{
				Plus: at.Net.Plus.Add(far.Mul(at.Net.Plus)), Minus: at.Net.Minus.Sub(far.Mul(at.Net.Minus))})
		}
		net, state, info := o.Step(in.Problem.loss, at.Net, at.State)
		return place{net, state, at.Integral.Add(q.Mul(other).Mul(in.Rate)), info.Loss, at.Step.AddScalar(1)}
	}, start)
}

// recover trains all settings of a case for one seed.
func (e experiment) recover(ctx context.Context, env *study.Env, c recovery) error {
	p := c.draw(env.Seed)
	start := nn.NewDiagonalLinear(fx.Float64, c.features, c.alpha)
	for i := range env.Steps("diagonal networks, "+c.name, len(c.settings)) {
		s := c.settings[i]
		program, err := study.Once(env, "diagonal, "+s.method, func() (func(asked) place, error) {
			return fx.Jit(func(in asked) place { return train(e.methods.optimizer(s, in), s.ahead(), in) }), nil
		})
		if err != nil {
			return err
		}
		end := program(asked{p, fx.Scalar(c.rate), fx.Scalar(s.gamma), fx.Scalar(s.eps), start, fx.Scalar(int32(c.steps))})
		c.record(env.Record.With("case", c.name).With(s.labels()...), p, s, end)
	}
	return ctx.Err()
}

// optimizer is a setting's method.
func (l lineup) optimizer(s setting, in asked) optim.Optimizer[nn.DiagonalLinear] {
	if s.method == namePlain {
		return optim.FromRule[nn.DiagonalLinear](optim.NewSGD(always(in.Rate)))
	}
	return l.regularized(s.kind(), always(in.Rate), always(in.Gamma), always(in.Eps))
}

// ahead is the side on which a setting takes its other gradient.
func (s setting) ahead() float64 {
	switch s.method {
	case nameForward:
		return 1
	case nameBackward:
		return -1
	}
	return 0
}

// record takes down where a training led.
func (c recovery) record(r *study.Recorder, p problem, s setting, end place) {
	beta := end.Net.Coefficients()
	r.Scalar("error", beta.Sub(p.Truth).Square().Sum().MulScalar(0.5).Item())
	r.Scalar("l1", beta.Abs().Sum().Item())
	r.Scalar("loss", p.loss(end.Net).Item())
	r.Scalar("steps", end.Step.Item())
	measured := end.Net.EffectiveAlpha().Log()
	predicted := end.Integral.MulScalar(-4 * s.gamma).Add(fx.Scalar(c.alpha).Log())
	r.Scalar("alpha", measured.Mean().Exp().Item()) // the geometric mean
	r.Scalar("alpha_off", measured.Sub(predicted).Abs().Max().Item())
	if c.name == caseFine && s.method != namePlain {
		r.Series("alpha_measured", predicted.Exp().Float64s(), measured.Exp().Float64s())
	}
}
