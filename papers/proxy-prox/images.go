package proxyprox

import (
	"context"
	"fmt"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// domains are the images of part C as rows of pixels, coloured: those of the proxy as
// they are, those of the objective turned and on coloured grounds.
type domains struct {
	Proxy, Objective, Test classify.Images
	classes                int
}

// angle of the objective's images, in degrees, and their colours.
const angle = 30

var colours = []data.Colour{{1, 0.3, 0.3}, {0.3, 1, 0.3}, {0.4, 0.4, 1}, {1, 1, 0.3}}

// sharedDomains are the same for all seeds.
func sharedDomains(env *study.Env, p imagePlan) (*domains, error) {
	return study.Once(env, fmt.Sprintf("domains %+v", p), func() (*domains, error) {
		train, test, err := data.Open(env.Data.Name, env.Data.Dir, data.Options{Size: p.side, Train: p.proxy + p.objective, Test: p.test})
		if err != nil {
			return nil, err
		}
		if train.N() < p.proxy+p.objective {
			return nil, fmt.Errorf("%s has %d training images; there must be %d for the proxy and %d for the objective", env.Data.Name, train.N(), p.proxy, p.objective)
		}
		shift := data.Compose("turned and coloured", data.Rotate(angle), data.ColourAtRandom("coloured", colours...))
		dressed, err := shift.Apply(train, partImages)
		if err != nil {
			return nil, err
		}
		exam, err := shift.Apply(test, partImages+1)
		if err != nil {
			return nil, err
		}
		rows := func(s *data.Images) classify.Images {
			pixels, labels := s.Arrays()
			return classify.Images{Pixels: pixels, Labels: labels}.Flat()
		}
		clean, dressedRows := rows(train.RGB()), rows(dressed)
		d := &domains{clean.Slice(0, p.proxy), dressedRows.Slice(p.proxy, p.proxy+p.objective), rows(exam), len(train.Classes)}
		fx.Eval(d.Proxy, d.Objective, d.Test)
		return d, nil
	})
}

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

// teach makes steps from a network, and gives the network and the loss on the test
// images of the objective along the way.
func (e experiment) teach(env *study.Env, p imagePlan, d *domains, t teaching, from nn.MLP, steps int, rate, second float64) (nn.MLP, []float64, error) {
	program, err := study.Once(env, "images, "+t.name, func() (func(student) student, error) {
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
			}, at, struct{}{}, fx.Length(p.every))
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
	for range steps / p.every {
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
	trained, alone, err := e.teach(env, p, d, teaching{"proxy", onProxy, byRule(plainAdam)}, start, p.pretrain, 1e-3, 0)
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
				_, losses, err := e.teach(env, p, d, m.teaching, m.from, p.gradients, rate, second)
				if err != nil {
					return err
				}
				r := env.Record.With("part", "C", "method", m.name, "by", m.kind, "rate", rate, "inner_rate", second)
				gradients := make([]float64, len(losses))
				for i := range gradients {
					gradients[i] = float64(i * p.every)
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
