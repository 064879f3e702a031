package proxyprox

import (
	"context"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Part B: logistic regression whose labels are dear and whose inputs are not.
const (
	features    = 100
	labelChunks = 20 // measurements of a run

	scoreDeviation = 2
)

// teacher makes inputs and labels: x_j = scale_j times a normal number, scale_j =
// 10^U(-1.5, 0), and y = 1 with the probability of a logistic model in which all
// features count alike, whatever their scale: its weights are normal numbers over
// scale_j, and its scores have a standard deviation of about scoreDeviation.
type teacher struct{ Scale, Weights *fx.Array }

func drawTeacher(key *fx.Array) teacher {
	keys := random.Split(key, 2)
	u := random.Uniform(keys[0], fx.Float64, -1.5, 0, features)
	scale := u.MulScalar(math.Ln10).Exp()
	return teacher{scale, random.Normal(keys[1], fx.Float64, features).MulScalar(scoreDeviation / math.Sqrt(features)).Div(scale)}
}

func (t teacher) inputs(key *fx.Array, n int) *fx.Array {
	return random.Normal(key, fx.Float64, n, features).Mul(t.Scale)
}

// question is what a run is about: the teacher, the inputs without labels and those
// of the exam.
type question struct {
	Teacher          teacher
	Unlabelled, Exam *fx.Array
}

// excess is the expected loss above that of the teacher's own weights, over the
// exam's inputs and all labels.
func (q question) excess(w vector) *fx.Array {
	z, best := q.Exam.MatMul(w), q.Exam.MatMul(q.Teacher.Weights)
	y := best.Sigmoid()
	return nn.LogisticGLM.Loss(z, y).Sub(nn.LogisticGLM.Loss(best, y)).Mean()
}

// proxy is the label-free part of the loss over the inputs without labels.
func (q question) proxy(w vector) *fx.Array {
	return nn.LogisticGLM.LabelFreePart(q.Unlabelled.MatMul(w)).Mean()
}

// labelled is the loss of a fresh batch.
func (q question) labelled(key *fx.Array, batch int) optim.Loss[vector] {
	keys := random.Split(key, 2)
	x := q.Teacher.inputs(keys[0], batch)
	y := random.Bernoulli(keys[1], x.MatMul(q.Teacher.Weights).Sigmoid()).AsType(fx.Float64)
	return func(w vector) *fx.Array { return nn.LogisticGLM.Loss(x.MatMul(w), y).Mean() }
}

// learner is where a run stands.
type learner struct {
	Question  question
	W         vector
	State     optim.State
	Rate, Key *fx.Array
	Done      *fx.Array
}

// learnt is what a chunk of steps tells: the excess of the last parameters and of the
// average, and the means over its steps.
type learnt struct{ Last, Average, Inner, Proxy, Accepted *fx.Array }

// labels is part B.
func (e experiment) labels(ctx context.Context, env *study.Env, p plan) error {
	keys := random.Split(random.FoldIn(random.New(env.Seed), partTeacher), 3)
	t := drawTeacher(keys[0])
	q := question{t, t.inputs(keys[1], p.unlabelled), t.inputs(keys[2], p.exam)}
	fx.Eval(q)
	for _, g := range p.regimes {
		r := env.Record.With("part", "B", "regime", g.name)
		for _, m := range []struct {
			name  string
			rates []float64
			build func(q question, rate *fx.Array) optim.Optimizer[vector]
		}{
			{nameSGD, labelSGD, func(_ question, rate *fx.Array) optim.Optimizer[vector] {
				return optim.FromRule[vector](optim.NewSGD(always(rate)))
			}},
			{nameAdam, labelAdam, func(_ question, rate *fx.Array) optim.Optimizer[vector] {
				return optim.FromRule[vector](optim.NewAdam(always(rate)))
			}},
			{nameProx, g.etas, func(q question, eta *fx.Array) optim.Optimizer[vector] {
				o := optim.NewProxyProx(q.proxy, 1)
				o.Eta, o.Inner, o.Eps, o.MaxInner = always(eta), newtonCG(), 1e-10, 30
				return e.methods.vectors(o)
			}},
		} {
			task := env.Task(g.name+", "+m.name, len(m.rates))
			for _, rate := range m.rates {
				if err := regress(env, r.With("method", m.name, "rate", rate), q, g, m.name, m.build, rate); err != nil {
					return err
				}
				task.Add(1)
				if ctx.Err() != nil {
					return ctx.Err()
				}
			}
			task.Finish()
		}
	}
	return nil
}

// regress is one run of part B.
func regress(env *study.Env, r *study.Recorder, q question, g regime, name string, build func(question, *fx.Array) optim.Optimizer[vector], rate float64) error {
	type result struct {
		At   learner
		Told learnt
	}
	n := g.steps / labelChunks
	averaging := func(q question, rate *fx.Array) optim.Averaging[vector] {
		return optim.Averaging[vector]{Inner: build(q, rate), Uniform: true, Start: g.steps / 2}
	}
	program, err := study.Once(env, fmt.Sprintf("%s, %s", g.name, name), func() (func(learner) result, error) {
		return fx.Jit(func(at learner) result {
			end, all := fx.Scan(func(at learner, _ struct{}) (learner, learnt) {
				loss := at.Question.labelled(random.FoldIn(at.Key, at.Done), g.batch)
				var info optim.Info
				at.W, at.State, info = averaging(at.Question, at.Rate).Step(loss, at.W, at.State)
				at.Done = at.Done.AddScalar(1)
				value := func(name string) *fx.Array {
					if v, ok := info.Values[name]; ok {
						return v.AsType(fx.Float64)
					}
					return fx.Scalar(0.0)
				}
				return at, learnt{Inner: value("inner_steps"), Proxy: value("proxy_gradients"), Accepted: value("accepted")}
			}, at, struct{}{}, fx.Length(n))
			average := averaging(end.Question, end.Rate).Averaged(end.State)
			return result{end, learnt{end.Question.excess(end.W), end.Question.excess(average), all.Inner.Mean(), all.Proxy.Sum(), all.Accepted.Mean()}}
		}), nil
	})
	if err != nil {
		return err
	}
	w := fx.Zeros(fx.Float64, features)
	at := learner{q, w, averaging(q, fx.Scalar(rate)).Init(w), fx.Scalar(rate), random.FoldIn(random.New(env.Seed), partBatches), fx.Scalar(int32(0))}
	steps, last, average := []float64{0}, []float64{q.excess(w).Item()}, []float64{q.excess(w).Item()}
	inner, proxy, accepted := 0.0, 0.0, 0.0
	for range labelChunks {
		end := program(at)
		at = end.At
		steps = append(steps, at.Done.Item())
		last, average = append(last, finite(end.Told.Last.Item())), append(average, finite(end.Told.Average.Item()))
		inner, proxy, accepted = inner+end.Told.Inner.Item(), proxy+end.Told.Proxy.Item(), accepted+end.Told.Accepted.Item()
	}
	r.Series("last", steps, last)
	r.Series("average", steps, average)
	r.Scalar("excess", math.Min(last[labelChunks], average[labelChunks]))
	if name == nameProx {
		r.Scalar("inner", inner/labelChunks)
		r.Scalar("proxy_gradients", proxy)
		r.Scalar("accepted", accepted/labelChunks)
	}
	return nil
}

// finite is a number, +Inf for NaN.
func finite(v float64) float64 {
	if math.IsNaN(v) {
		return math.Inf(1)
	}
	return v
}
