package gradientregularization

import (
	"context"
	"fmt"

	"github.com/fluxion-go/fluxion/curvature"
	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// The grids of the networks on images. Plain momentum gets rates beyond those that
// the regularised ones have.
var (
	plainRates = []float64{0.01, 0.03, 0.1, 0.3}
	rates      = []float64{0.03, 0.1}
	gammas     = []float64{0.01, 0.05}
	epsilons   = []float64{0.01, 0.05, 0.1}
)

// The setting whose flatness is compared with plain momentum's at the same rate.
const (
	watchedRate  = 0.1
	watchedGamma = 0.05
	watchedEps   = 0.05
)

// arm is a setting at a learning rate.
type arm struct {
	setting
	rate float64
}

func (a arm) labels() []any { return append(a.setting.labels(), "rate", a.rate) }

// watched says whether an arm's flatness is measured: it takes time.
func (a arm) watched() bool {
	return a.rate == watchedRate && (a.method == namePlain || a.gamma == watchedGamma)
}

// arms are all trainings, in the order of tables.
func arms() []arm {
	var list []arm
	for _, rate := range plainRates {
		list = append(list, arm{setting{method: namePlain}, rate})
	}
	for _, rate := range rates {
		for _, gamma := range gammas {
			list = append(list, arm{setting{method: nameDouble, gamma: gamma}, rate})
			for _, eps := range epsilons {
				list = append(list, arm{setting{nameForward, gamma, eps}, rate})
			}
		}
	}
	for _, eps := range epsilons {
		list = append(list, arm{setting{nameBackward, watchedGamma, eps}, watchedRate})
	}
	return list
}

// trainer trains with one method. What a training varies comes from a table by
// its number, which is the compiled program's rate: one program serves the grid.
func trainer(env *study.Env, method string) (*classify.Trainer[nn.Sequential], error) {
	return study.Once(env, "images, "+method, func() (*classify.Trainer[nn.Sequential], error) {
		var rate, gamma, eps []float64
		for _, a := range arms() {
			rate, gamma, eps = append(rate, a.rate), append(gamma, a.gamma), append(eps, a.eps)
		}
		return classify.NewTrainer(classify.Settings[nn.Sequential]{Optimizer: func(c classify.Choice) optim.Optimizer[nn.Sequential] {
			pick := func(table []float64) optim.Schedule {
				return always(fx.New(table).Take(c.Rate.AsType(fx.Int32), 0))
			}
			base := optim.NewMomentum(pick(rate), 0.9)
			if method == namePlain {
				return optim.FromRule[nn.Sequential](base)
			}
			return regularized[nn.Sequential](base, setting{method: method}.kind(), pick(gamma), pick(eps))
		}}), nil
	})
}

// sharedImages are the same for all seeds, which differ in the networks' first
// values and in the order of the images.
func sharedImages(env *study.Env, p plan) (*classify.Sets, error) {
	return classify.Open(env, data.Options{Size: p.side, Train: p.train, Test: p.test}, p.batch)
}

// network is a perceptron of two hidden layers, or ResNet-20.
func network(p plan, sets *classify.Sets, seed uint64) nn.Sequential {
	keys := random.Split(random.FoldIn(random.New(seed), partNetwork), 3)
	if p.hidden == 0 {
		return nn.Sequential{nn.NewResNet(keys[0], sets.Train.Pixels.Dim(3), sets.Classes)}
	}
	return nn.Sequential{nn.Func(nn.Flatten), nn.NewLinear(keys[0], sets.Train.Features(), p.hidden), nn.Func(nn.Relu),
		nn.NewLinear(keys[1], p.hidden, p.hidden), nn.Func(nn.Relu), nn.NewLinear(keys[2], p.hidden, sets.Classes)}
}

// level is the training loss at which the flatness of methods is compared.
const level = 0.02

// images trains the networks of one seed.
func (e experiment) images(ctx context.Context, env *study.Env, p plan) error {
	sets, err := sharedImages(env, p)
	if err != nil {
		return err
	}
	net := network(p, sets, env.Seed)
	for i, a := range arms() {
		t, err := trainer(env, a.method)
		if err != nil {
			return err
		}
		r := env.Record.With("task", "images").With(a.labels()...)
		before, met := point{net: net}, false
		end, _, err := t.Train(env, fmt.Sprintf("%v", a.labels()), classify.Run[nn.Sequential]{
			Start: t.Start(net, float64(i)), Sets: sets, Batch: p.batch, Epochs: p.epochs, Seed: env.Seed, Rate: float64(i),
			After: func(now classify.Training[nn.Sequential], _ classify.Trace) {
				if !a.watched() || met || ctx.Err() != nil {
					return
				}
				at := point{net: now.Net}
				if at.loss, _ = t.Score(now.Net, sets.Train); at.loss <= level {
					met = true
					crossing(env, r.With("when", "level"), before, at, sets)
				}
				before = at
			},
		})
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		_, accuracy := t.Score(end.Net, sets.Test)
		r.Scalar("accuracy", accuracy)
		if a.watched() {
			loss, _ := t.Score(end.Net, sets.Train)
			f := flatness(env, end.Net, sets)
			r = r.With("when", "end")
			r.Scalar("train_loss", loss)
			r.Scalar("gradient", f.gradient)
			r.Scalar("top_eigenvalue", f.top)
		}
	}
	return nil
}

// point is a network on its way with its training loss, 0 if that is not known.
type point struct {
	net  nn.Sequential
	loss float64
}

// crossing takes down the flatness where the training loss crosses the level:
// between the epoch before and the one after, logarithms against logarithm of the
// loss.
func crossing(env *study.Env, r *study.Recorder, before, after point, sets *classify.Sets) {
	b := flatness(env, after.net, sets)
	if before.loss > 0 {
		a, log := flatness(env, before.net, sets), func(v float64) float64 { return fx.Scalar(v).Log().Item() }
		share := log(before.loss/level) / log(before.loss/after.loss)
		between := func(a, b float64) float64 {
			return fx.Scalar(log(a) + float64(share*(log(b)-log(a)))).Exp().Item()
		}
		b = flat{between(a.gradient, b.gradient), between(a.top, b.top)}
	}
	r.Scalar("gradient", b.gradient)
	r.Scalar("top_eigenvalue", b.top)
}

// flat is the gradient's norm over the training set, and the Hessian's largest
// eigenvalue.
type flat struct{ gradient, top float64 }

// The Hessian's largest eigenvalue is that of the first images, by Lanczos from a
// start that is the same for all.
const (
	eigenImages  = 250
	lanczosSteps = 15
)

// flatness measures a network.
func flatness(env *study.Env, net nn.Sequential, sets *classify.Sets) flat {
	type in struct {
		Net  nn.Sequential
		Sets classify.Images
	}
	type out struct{ Gradient, Top *fx.Array }
	measure, err := study.Once(env, "flatness", func() (func(in) out, error) {
		return fx.Jit(func(x in) out {
			mean := func(s classify.Images) optim.Loss[nn.Sequential] {
				return func(net nn.Sequential) *fx.Array { return nn.SoftmaxCrossEntropy(net.Apply(s.Pixels), s.Labels).Mean() }
			}
			g, _ := optim.Floats(fx.Grad(mean(x.Sets))(x.Net))
			some := x.Sets.Slice(0, min(eigenImages, x.Sets.N()))
			vector, unravel := linalg.Ravel(x.Net)
			start := unravel(random.Normal(random.New(partNetwork), fx.Float32, vector.Size()))
			values := fx.Eigvalsh(linalg.Lanczos(curvature.Hessian(mean(some), x.Net), start, lanczosSteps).Dense())
			return out{optim.GlobalNorm(g), values.Max().AsType(fx.Float64)}
		}), nil
	})
	if err != nil {
		panic(err) // the maker has no error
	}
	f := measure(in{net, sets.Train})
	return flat{f.Gradient.Item(), f.Top.Item()}
}
