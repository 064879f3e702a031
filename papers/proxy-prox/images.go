package proxyprox

import (
	"context"
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// student is where a training stands.
type student struct {
	Net               nn.MLP
	State             optim.State
	Rate, Second, Key *fx.Array
	Done              *fx.Array
	Proxy, Objective  classify.Images
}

// lesson is a step's minibatches.
type lesson struct{ proxy, objective classify.Images }

func meanLoss(s classify.Images) optim.Loss[nn.MLP] {
	return func(m nn.MLP) *fx.Array { return nn.SoftmaxCrossEntropy(m.Apply(s.Pixels), s.Labels).Mean() }
}

// course of part C: how a step is made, and of what it is the gradient.
type teaching struct {
	name  string
	loss  func(lesson) optim.Loss[nn.MLP]
	build func(l lesson, rate, second *fx.Array) optim.Optimizer[nn.MLP]
}

func onObjective(l lesson) optim.Loss[nn.MLP] { return meanLoss(l.objective) }
func onProxy(l lesson) optim.Loss[nn.MLP]     { return meanLoss(l.proxy) }
func onBoth(l lesson) optim.Loss[nn.MLP] {
	f, h := meanLoss(l.objective), meanLoss(l.proxy)
	return func(m nn.MLP) *fx.Array { return f(m).Add(h(m)).MulScalar(0.5) }
}

func byRule(rule func(lr optim.Schedule) optim.Rule) func(lesson, *fx.Array, *fx.Array) optim.Optimizer[nn.MLP] {
	return func(_ lesson, rate, _ *fx.Array) optim.Optimizer[nn.MLP] {
		return optim.FromRule[nn.MLP](rule(always(rate)))
	}
}

func plainSGD(lr optim.Schedule) optim.Rule  { return optim.NewSGD(lr) }
func plainAdam(lr optim.Schedule) optim.Rule { return optim.NewAdam(lr) }

// prox takes the objective's minibatch for the gradient, and the proxy's for the
// correction and all inner steps alike.
func (e experiment) prox(inner int) func(l lesson, eta, rate *fx.Array) optim.Optimizer[nn.MLP] {
	return func(l lesson, eta, rate *fx.Array) optim.Optimizer[nn.MLP] {
		return e.methods.networks(optim.ProxyProx[nn.MLP]{Proxy: meanLoss(l.proxy), Eta: always(eta),
			Inner: optim.FromRule[nn.MLP](optim.NewAdam(always(rate))), MaxInner: inner})
	}
}

// interval is the largest divisor of a number of steps up to a limit: how many are
// made between measurements.
func interval(steps, most int) int {
	for n := most; n > 1; n-- {
		if steps%n == 0 {
			return n
		}
	}
	return 1
}

// teach makes steps from a network, and gives the network and the loss on the test
// images of the objective along the way.
func (e experiment) teach(ctx context.Context, env *study.Env, p imagePlan, d *domains, t teaching, from nn.MLP, steps int, rate, second float64) (nn.MLP, []float64, error) {
	every := interval(steps, p.every)
	program, err := study.Once(env, fmt.Sprintf("images, %s, %d", t.name, every), func() (func(student) student, error) {
		return fx.Jit(func(at student) student {
			end, _ := fx.Scan(func(at student, _ struct{}) (student, struct{}) {
				keys := random.Split(random.FoldIn(at.Key, at.Done), 2)
				some := func(key *fx.Array, s classify.Images, n int) classify.Images {
					return s.Take(random.Randint(key, fx.Int32, 0, int64(s.N()), n))
				}
				l := lesson{some(keys[0], at.Proxy, p.proxyBatch), some(keys[1], at.Objective, p.batch)}
				at.Net, at.State, _ = t.build(l, at.Rate, at.Second).Step(t.loss(l), at.Net, at.State)
				at.Done = at.Done.AddScalar(1)
				return at, struct{}{}
			}, at, struct{}{}, fx.Length(every))
			return end
		}), nil
	})
	if err != nil {
		return from, nil, err
	}
	exam, err := study.Once(env, "exam", func() (func(student) *fx.Array, error) {
		return fx.Jit(func(at student) *fx.Array { return meanLoss(at.Objective)(at.Net) }), nil
	})
	if err != nil {
		return from, nil, err
	}
	optimizer := t.build(lesson{d.Proxy.Slice(0, p.proxyBatch), d.Objective.Slice(0, p.batch)}, fx.Scalar(rate), fx.Scalar(second))
	at := student{from, optimizer.Init(from), fx.Scalar(rate), fx.Scalar(second), random.FoldIn(random.New(env.Seed), partImages), fx.Scalar(int32(0)), d.Proxy, d.Objective}
	test := func(m nn.MLP) float64 { return finite(exam(student{Net: m, Objective: d.Test}).Item()) }
	losses := []float64{test(from)}
	for range steps / every {
		if ctx.Err() != nil {
			return at.Net, losses, ctx.Err()
		}
		at = program(at)
		losses = append(losses, test(at.Net))
	}
	return at.Net, losses, nil
}

// images is part C.
func (e experiment) images(ctx context.Context, env *study.Env, all plan) error {
	if all.images == nil {
		return nil
	}
	p := *all.images
	d, err := sharedDomains(env, p)
	if err != nil {
		return err
	}
	start := nn.NewMLP(random.FoldIn(random.New(env.Seed), partNetwork), []int{d.Proxy.Features(), p.hidden, d.classes}, nn.Relu)
	trained, alone, err := e.teach(ctx, env, p, d, teaching{"proxy", onProxy, byRule(plainAdam)}, start, p.pretrain, 1e-3, 0)
	if err != nil {
		return err
	}
	env.Record.With("part", "C", "method", nameProxy).Scalar("loss", alone[len(alone)-1])

	adam, sgd := byRule(plainAdam), byRule(plainSGD)
	for _, m := range []struct {
		name, kind string
		teaching   teaching
		from       nn.MLP
		rates      []float64
		second     []float64
	}{
		{nameSGD, "SGD", teaching{"SGD", onObjective, sgd}, start, imageSGD, []float64{0}},
		{nameAdam, "Adam", teaching{"Adam", onObjective, adam}, start, imageAdam, []float64{0}},
		{nameTuned, "SGD", teaching{"SGD", onObjective, sgd}, trained, imageSGD, []float64{0}},
		{nameTuned, "Adam", teaching{"Adam", onObjective, adam}, trained, imageAdam, []float64{0}},
		{nameJoint, "Adam", teaching{"joint", onBoth, adam}, start, imageAdam, []float64{0}},
		{nameProx, "Adam", teaching{"prox", onObjective, e.prox(p.inner)}, start, imageEtas, imageInner},
		{nameWarmed, "Adam", teaching{"prox", onObjective, e.prox(p.inner)}, trained, imageEtas, imageInner[:1]},
	} {
		task := env.Task("images, "+m.name, len(m.rates)*len(m.second))
		for _, rate := range m.rates {
			for _, second := range m.second {
				_, losses, err := e.teach(ctx, env, p, d, m.teaching, m.from, p.gradients, rate, second)
				if err != nil {
					return err
				}
				r := env.Record.With("part", "C", "method", m.name, "by", m.kind, "rate", rate, "inner_rate", second)
				gradients := make([]float64, len(losses))
				for i := range gradients {
					gradients[i] = float64(i * interval(p.gradients, p.every))
				}
				r.Series("course", gradients, losses)
				r.Scalar("loss", losses[len(losses)-1])
				task.Add(1)
				if ctx.Err() != nil {
					return ctx.Err()
				}
			}
		}
		task.Finish()
	}
	return nil
}
