package oasis

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// multiple is what the loss is multiplied by to see that nothing changes. A power
// of two changes no rounding, so that the iterates must agree to the last bit;
// 1000, which the specification of the experiment has, changes all of it, and
// shows how much the path amplifies.
const (
	multiple = 1024
	rounded  = 1000
)

// units takes what the invariance of OASIS is measured on.
type units struct {
	Question question
	Scales   *fx.Array // of the features
	Key      *fx.Array
}

// drift are the largest differences of iterates at any iteration, as parts of
// their largest element: float64 scalars.
type drift struct{ Multiple, Rounded, Units *fx.Array }

// path is the iterates, [n, d].
func path(o optim.Optimizer[*fx.Array], loss optim.Loss[*fx.Array], w *fx.Array, n int) *fx.Array {
	type place struct {
		W *fx.Array
		S optim.State
	}
	_, ws := fx.Scan(func(at place, _ struct{}) (place, *fx.Array) {
		w, s, _ := o.Step(loss, at.W, at.S)
		return place{w, s}, w
	}, place{w, o.Init(w)}, struct{}{}, fx.Length(n))
	return ws
}

// apart is the largest difference of two paths.
func apart(a, b *fx.Array) *fx.Array {
	return a.Sub(b).Abs().Max(1).Div(a.Abs().Max(1)).Max()
}

// invariance compares OASIS on a loss with OASIS on a multiple of it (and of
// alpha; D_0 is measured and follows), and OASIS on features with OASIS on the
// same features in other units, where the diagonal is exact, nothing is
// penalised and alpha is next to nothing.
func (e experiment) invariance(env *study.Env, p plan, q question, scales *fx.Array) error {
	program, err := study.Once(env, "invariance", func() (func(units) drift, error) {
		return fx.Jit(func(in units) drift {
			loss, w := logistic(in.Question.Rows, in.Question.Lambda), fx.Zeros(fx.Float64, in.Question.Rows.features())
			times := func(by float64) *fx.Array {
				s := usual
				s.alpha *= by
				return path(e.methods.oasis(s, in.Key), func(w *fx.Array) *fx.Array { return loss(w).MulScalar(by) }, w, p.iterations)
			}
			one := times(1)

			plain := in.Question
			plain.Lambda = fx.Scalar(0.0)
			bare := plain
			bare.Rows.Dense = bare.Rows.Dense.Div(in.Scales)
			run := func(q question) *fx.Array {
				s := setting{beta2: usual.beta2, alpha: 1e-30, fullBatch: true, exact: func(_ optim.Loss[*fx.Array], w *fx.Array) *fx.Array {
					return exactDiagonal(q, w)
				}}
				return path(e.methods.oasis(s, in.Key), logistic(q.Rows, q.Lambda), w, p.iterations)
			}
			return drift{apart(one, times(multiple)), apart(one, times(rounded)), apart(run(bare), run(plain).Mul(in.Scales))}
		}), nil
	})
	if err != nil {
		return err
	}
	d := program(units{q, scales, random.FoldIn(random.New(env.Seed), partProbes)})
	env.Record.Scalar("drift_multiple", d.Multiple.Item())
	env.Record.Scalar("drift_rounded", d.Rounded.Item())
	env.Record.Scalar("drift_units", d.Units.Item())
	return nil
}
