package rectifiedflow

import (
	"context"
	"fmt"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/flow"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/ode"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

const (
	// imageRate is the authors' learning rate for images times five: their
	// trainings are hundreds of times longer.
	imageRate = 1e-3
	// clipAt is the authors' limit of the gradient's norm.
	clipAt = 1
	// timeFactor is what the authors multiply times by before they embed them.
	timeFactor = 999
	// shownImages are recorded for figures.
	shownImages = 16
	// portion is how many images are moved at once.
	portion = 200
)

func (p plan) newImageField(key *fx.Array, channels int) flow.ImageField {
	return flow.ImageField{Net: nn.NewUNet(key, nn.UNetOptions{Channels: channels, Features: p.features, Multipliers: p.levels,
		Blocks: p.blocks, TimeFactor: timeFactor})}
}

// imageTrainer is the compiled training of a number of steps.
func imageTrainer(env *study.Env, p plan, steps int, times []float64) (*flow.Trainer[flow.ImageField], error) {
	key := fmt.Sprintf("image trainer, %d steps at %v", steps, times)
	return study.Once(env, key, func() (*flow.Trainer[flow.ImageField], error) {
		return flow.NewTrainer[flow.ImageField](flow.Config{
			Steps: steps, Batch: p.imageBatch, Times: times, Average: p.decay(steps),
			Rule: optim.Chain(optim.ClipByGlobalNorm(clipAt),
				optim.NewAdam(optim.Warmup(max(1, min(p.warmup, steps/4)), optim.Cosine(imageRate, 0, steps)))),
		})
	})
}

// decay is that of the parameters' average: the plan's, but in a short training
// less, so that what is left of the first values is exp(-10) or nothing.
func (p plan) decay(steps int) float64 {
	return max(0, min(p.average, 1-10/float64(steps)))
}

// imageFit trains a velocity of images, which starts as given.
func imageFit(ctx context.Context, env *study.Env, p plan, what string, steps int, times []float64, key *fx.Array, start flow.ImageField, c flow.Coupling, r *study.Recorder) (flow.ImageField, error) {
	trainer, err := imageTrainer(env, p, max(1, steps), times)
	if err != nil {
		return start, err
	}
	v, history, err := trainer.Fit(ctx, key, start, c, watch(env, what, max(1, steps)))
	if err != nil {
		return start, fmt.Errorf("%s: %w", what, err)
	}
	recordLoss(r, history)
	return v, nil
}

// sending is a velocity and the images that it is to move.
type sending struct {
	V flow.ImageField
	X *fx.Array
}

// send moves images [n, ...] by the flow, portion by portion, so that memory
// does not grow with their number.
func send(ctx context.Context, env *study.Env, v flow.ImageField, x *fx.Array, s flow.Solver) (*fx.Array, error) {
	f, err := study.Once(env, fmt.Sprintf("send %v", s), func() (func(sending) *fx.Array, error) {
		return fx.Jit(func(in sending) *fx.Array {
			end, _ := flow.Forward(in.V, in.X, s)
			return end
		}), nil
	})
	if err != nil {
		return nil, err
	}
	var parts []*fx.Array
	for begin := 0; begin < x.Dim(0); begin += portion {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		part := f(sending{v, x.SliceAxis(0, begin, min(begin+portion, x.Dim(0)))})
		fx.Eval(part)
		parts = append(parts, part)
	}
	return fx.Concatenate(0, parts...), nil
}

// generate makes images of noise: two rounds and a distillation.
func (e experiment) generate(ctx context.Context, env *study.Env, p plan) error {
	g, err := sharedGallery(env, p)
	if err != nil {
		return err
	}
	keys := random.Split(random.FoldIn(random.New(env.Seed), partImages), 8)
	noise := random.Normal(keys[0], fx.Float32, append([]int{g.test.Dim(0)}, g.shape()...)...)
	record := func(method string) *study.Recorder { return env.Record.With("task", "generation", "method", method) }
	judge := func(method string, v flow.ImageField, steps []int) error {
		for _, n := range steps {
			made, err := send(ctx, env, v, noise, flow.Euler(n))
			if err != nil {
				return err
			}
			r := record(method).With("euler", n)
			r.Scalar("frechet", g.distance(made, g.test))
			g.show(r, made)
		}
		return nil
	}

	v, err := imageFit(ctx, env, p, "generation, round 1", p.imageSteps, nil, keys[1], p.newImageField(keys[2], g.channels), flow.Noise{X1: g.train}, record("round 1"))
	if err != nil {
		return err
	}
	if err := judge("round 1", v, p.imageEuler); err != nil {
		return err
	}
	starts := random.Normal(keys[3], fx.Float32, append([]int{p.imagePairs}, g.shape()...)...)
	pairs, err := simulate(ctx, env, p, v, starts)
	if err != nil {
		return err
	}
	if v, err = imageFit(ctx, env, p, "generation, round 2", p.imageSteps/2, nil, keys[4], v, pairs, record("round 2")); err != nil {
		return err
	}
	if err := judge("round 2", v, p.imageEuler); err != nil {
		return err
	}
	if pairs, err = simulate(ctx, env, p, v, starts); err != nil {
		return err
	}
	student, err := imageFit(ctx, env, p, "distillation", p.imageSteps/4, []float64{0}, keys[5], v, pairs, record("round 2, distilled"))
	if err != nil {
		return err
	}
	return judge("round 2, distilled", student, []int{1})
}

// simulate pairs images with the ends of their paths.
func simulate(ctx context.Context, env *study.Env, p plan, v flow.ImageField, starts *fx.Array) (flow.Pairs, error) {
	task := env.Task("simulating pairs", 1)
	defer task.Finish()
	ends, err := send(ctx, env, v, starts, flow.Solver{Scheme: ode.Fixed{Method: ode.Heun}, Steps: p.pairSteps})
	return flow.Pairs{X0: starts, X1: ends}, err
}

// transfer carries images to another domain, that of images turned by a quarter
// and negated, without being told which belong together.
func (e experiment) transfer(ctx context.Context, env *study.Env, p plan) error {
	g, err := sharedGallery(env, p)
	if err != nil {
		return err
	}
	keys := random.Split(random.FoldIn(random.New(env.Seed), partTransfer), 4)
	other, target := otherDomain(g.train), otherDomain(g.test)
	record := func(method string) *study.Recorder { return env.Record.With("task", "transfer", "method", method) }
	g.show(env.Record.With("task", "transfer", "method", "source"), g.test)
	env.Record.With("task", "transfer", "method", "source", "euler", 0).Scalar("frechet", g.distance(otherDomain(g.test), g.test))

	v, err := imageFit(ctx, env, p, "transfer, round 1", p.imageSteps, nil, keys[0], p.newImageField(keys[1], g.channels), flow.Product{X0: g.train, X1: other}, record("round 1"))
	if err != nil {
		return err
	}
	judge := func(method string, v flow.ImageField) error {
		for _, n := range p.ends() {
			sent, err := send(ctx, env, v, g.test, flow.Euler(n))
			if err != nil {
				return err
			}
			r := record(method).With("euler", n)
			// The judge knows upright images; turning back is exact.
			r.Scalar("frechet", g.distance(backDomain(sent), g.test))
			r.Scalar("move", flow.Pairs{X0: g.test, X1: sent}.Cost(2).Item())
			g.show(r, sent)
		}
		return nil
	}
	if err := judge("round 1", v); err != nil {
		return err
	}
	env.Record.With("task", "transfer", "method", "independent").Scalar("move", flow.Pairs{X0: g.test, X1: target}.Shuffled(keys[2]).Cost(2).Item())
	pairs, err := simulate(ctx, env, p, v, g.train.SliceAxis(0, 0, min(p.imagePairs, g.train.Dim(0))))
	if err != nil {
		return err
	}
	if v, err = imageFit(ctx, env, p, "transfer, round 2", p.imageSteps/2, nil, keys[3], v, pairs, record("round 2")); err != nil {
		return err
	}
	return judge("round 2", v)
}

// otherDomain turns images [n, h, w, c], h = w, with values in [-1, 1], by a
// quarter and negates them; backDomain undoes it.
func otherDomain(x *fx.Array) *fx.Array { return x.Transpose(0, 2, 1, 3).Flip(2).Neg() }
func backDomain(x *fx.Array) *fx.Array  { return x.Neg().Flip(2).Transpose(0, 2, 1, 3) }

// sharedGallery is the data, and the network that judges images, of all seeds.
func sharedGallery(env *study.Env, p plan) (*gallery, error) {
	return study.Once(env, "gallery", func() (*gallery, error) {
		train, test, err := data.Open(env.Data.Name, env.Data.Dir, data.Options{Size: p.side, Train: p.train, Test: p.test})
		if err != nil {
			return nil, err
		}
		if train.Height != train.Width {
			return nil, fmt.Errorf("%s has images of %d by %d; they must be square", env.Data.Name, train.Height, train.Width)
		}
		return newGallery(train, test)
	})
}
