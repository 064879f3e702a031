package gravity

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

func optionsOf(env *study.Env) options {
	o := options{timeDecay: env.Options.Float("time-decay")}
	if env.Options.String("first-t") == "1" {
		o.startStep = 1
	}
	return o
}

// train is one training. All seeds share the compiled program.
func (e experiment) train(env *study.Env, p plan, t task, a arm, seed uint64, keep bool) (outcome, error) {
	d, err := sharedImages(env, p, t)
	if err != nil {
		return outcome{}, err
	}
	name := fmt.Sprintf("%s, %s, rate %v", t.name, a.method, a.rate)
	o := optionsOf(env)
	program, err := study.Once(env, name, func() (*trainer, error) {
		return newTrainer(e.methods.rule(a, o, random.New(0)), e.methods.squash), nil
	})
	if err != nil {
		return outcome{}, err
	}
	return train(env, program, d, name, e.start(t, d, a, o, seed), seed, t.epochs, keep)
}

// trainAll makes a task's trainings for one seed.
func (e experiment) trainAll(ctx context.Context, env *study.Env, p plan, t task) error {
	var control outcome
	for _, a := range t.trials(env) {
		o, err := e.train(env, p, t, a, env.Seed, t.follow)
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r := env.Record.With("task", t.name, "method", a.method, "rate", a.rate)
		o.record(r)
		switch {
		case a.method == nameControl:
			control = o
		case t.follow && control.way != nil && a.rate == gravityRate:
			r.Series("distance", count(len(o.way)), distances(o.way, control.way))
		}
	}
	return nil
}

// lastEpochs are those over which the spread of the validation accuracy is
// taken.
const lastEpochs = 10

// record takes down what a training came to.
func (o outcome) record(r *study.Recorder) {
	validation := study.Sample(o.validation)
	r.Scalar("train_loss", o.trainLoss)
	r.Scalar("train_accuracy", o.trainAccuracy)
	r.Scalar("best", validation.Max())
	r.Scalar("final", o.validation[len(o.validation)-1])
	if len(o.validation) >= lastEpochs {
		r.Scalar("wobble", validation[len(validation)-lastEpochs:].Std())
	}
	r.Scalar("steep_share", float64(study.Sample(o.steepest).Count(func(v float64) bool { return !(v <= 1) }))/float64(len(o.steepest)))
	r.Scalar("bound", o.bound)
	r.Scalar("change", o.change)
	epochs := count(len(o.loss) + 1)[1:]
	r.Series("loss", epochs, o.loss)
	r.Series("validation", epochs, o.validation)
	o.recordSteepest(r, epochs)
}

// recordSteepest takes down max|g|: median and largest of each epoch, and how
// often it was how large, in bins of a quarter of a power of ten.
func (o outcome) recordSteepest(r *study.Recorder, epochs []float64) {
	per := len(o.steepest) / len(epochs)
	var median, largest []float64
	for i := range epochs {
		part := study.Sample(o.steepest[i*per : (i+1)*per])
		median, largest = append(median, part.Median()), append(largest, part.Max())
	}
	r.Series("steepest_median", epochs, median)
	r.Series("steepest_largest", epochs, largest)
	shares := make([]float64, len(steepBins))
	for _, v := range o.steepest {
		shares[bin(v)] += 1 / float64(len(o.steepest))
	}
	r.Series("steepest_share", steepBins, shares)
}

// steepBins are the lower ends of the bins of max|g|; the first takes all below,
// the last all above.
var steepBins = []float64{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2}

func bin(v float64) int {
	for i := len(steepBins) - 1; i > 0; i-- {
		if !(v < steepBins[i]) {
			return i
		}
	}
	return 0
}

// distances are |a - b| / |b - b_0| along two ways, over all parameters; at the
// start, where both are 0, it is 0.
func distances(a, b []nn.Sequential) []float64 {
	apart := func(x, y nn.Sequential) float64 {
		u, _ := optim.Floats(x)
		v, _ := optim.Floats(y)
		var d []*fx.Array
		for i := range u {
			d = append(d, u[i].Sub(v[i]))
		}
		return optim.GlobalNorm(d).Item()
	}
	var out []float64
	for i := range min(len(a), len(b)) {
		if i == 0 {
			out = append(out, 0)
			continue
		}
		out = append(out, apart(a[i], b[i])/apart(b[i], b[0]))
	}
	return out
}

// count is 0, 1, ..., n-1.
func count(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(i)
	}
	return out
}

// tuningSeed and those after it are the seeds of the trainings that choose the
// learning rates. They are never judged unless a user asks for them.
const tuningSeed = 1_000_000

// tune chooses, for every method that the perceptron tunes, the rate of its grid
// with the highest best validation accuracy, mean over the tuning seeds. All
// methods have the same number of rates and of trainings.
func (e experiment) tune(ctx context.Context, env *study.Env, p plan) error {
	for _, t := range p.tasks {
		if !t.sweep {
			continue
		}
		for _, method := range t.tuned {
			env.Plan(len(grids[method]) * p.tuningSeeds * t.epochs)
		}
		for _, method := range t.tuned {
			best, highest := grids[method][0], math.Inf(-1)
			r := env.Record.With("method", method)
			for _, rate := range grids[method] {
				var reached study.Sample
				for i := range p.tuningSeeds {
					o, err := e.train(env, p, t, arm{method, rate}, tuningSeed+uint64(i), false)
					if err != nil {
						return err
					}
					if ctx.Err() != nil {
						return ctx.Err()
					}
					reached = append(reached, study.Sample(o.validation).Max())
				}
				r.With("at", rate).Scalar("tuning_accuracy", reached.Mean())
				if reached.Mean() > highest {
					best, highest = rate, reached.Mean()
				}
			}
			r.Scalar("rate", best)
		}
	}
	return nil
}

// averagingSteps are the steps over which the averaging is measured.
const averagingSteps = 201

// averaging records b_t as the method itself shows it: after one small gradient
// and zeros, v_t / v_{t-1} is b_t.
func (e experiment) averaging(env *study.Env) {
	rule := e.methods.gravity(setting{rate: optim.Constant(gravityRate), startStep: optionsOf(env).startStep})
	p := []*fx.Array{fx.Zeros(fx.Float64, 1)}
	gradients := make([]float64, averagingSteps)
	gradients[0] = 1e-3
	_, updates := fx.Scan(func(s optim.State, g *fx.Array) (optim.State, *fx.Array) {
		u, next := rule.Update([]*fx.Array{g}, s, p)
		return next, u[0]
	}, rule.Init(p), fx.New(gradients, averagingSteps, 1))
	u := updates.Float64s()
	var steps, rates []float64
	for t := 1; t < len(u); t++ {
		steps, rates = append(steps, float64(t)), append(rates, u[t]/u[t-1])
	}
	env.Record.Series("decay_rate", steps, rates)
}
