package implicitdifferentiation

import (
	"context"
	"time"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/implicit"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// E3: ten images, one of each class, such that a softmax regression that has seen
// only them does well on thousands (dataset distillation: Wang et al. 2018).

const (
	distilClasses = 10
	distilL2      = 1e-3
	distilSteps   = 60  // iterations of the inner problem
	trainedSteps  = 600 // and of the regressions whose accuracy is measured
	distilTest    = 1000
	// Both ways start from noise of size distilStart and learn (Adam) at distilRate:
	// the best of the sizes 0.1 and 0.01 with the rates 0.003, 0.01, 0.03 and 0.1, and
	// of 0.01 with 0.001, for either way, by the outer loss after 100 steps of pilot
	// seed 1000.
	distilStart = 0.01
	distilRate  = 0.003
	// timedBlock is how many outer steps are timed together, the two ways in turn.
	timedBlock = 10
)

// dataSet is images [n, pixels] in [0, 1] with labels [n].
type dataSet struct{ X, Labels *fx.Array }

type digitSets struct {
	train, test dataSet
	images      *data.Images
}

func digits(env *study.Env, p plan) (*digitSets, error) {
	return study.Once(env, "digits", func() (*digitSets, error) {
		train, test, err := data.Open(env.Data.Name, env.Data.Dir, data.Options{Size: p.side, Train: p.train, Test: distilTest})
		if err != nil {
			return nil, err
		}
		array := func(s *data.Images) dataSet {
			x, labels := s.Arrays()
			return dataSet{x.Reshape(s.N(), -1).AsType(fx.Float64), labels}
		}
		return &digitSets{array(train), array(test), train}, nil
	})
}

// regularised is the inner loss of weights [pixels, 10] on ten images [10, pixels],
// image i being of class i.
func regularised(w, images *fx.Array) *fx.Array {
	labels := fx.Arange(fx.Int32, distilClasses)
	loss := nn.SoftmaxCrossEntropy(images.MatMul(w), labels).Mean()
	return loss.Add(w.Square().Sum().MulScalar(distilL2 / 2))
}

// fitted runs n steps of Nesterov's method on the inner loss from zero, with a step
// of one over a bound of the curvature, half the largest eigenvalue of the images'
// Gramian over their number, and the momentum k/(k+3).
func fitted(n int) func(_, images *fx.Array) (*fx.Array, struct{}) {
	return func(_, images *fx.Array) (*fx.Array, struct{}) {
		fixed := fx.StopGradient(images)
		top := fx.Eigvalsh(fixed.MatMul(fixed.T())).Max()
		step := top.MulScalar(0.5 / distilClasses).AddScalar(distilL2).Reciprocal()
		gradient := implicit.Stationary(regularised)
		zero := fx.Zeros(fx.Float64, images.Dim(1), distilClasses)
		type state struct{ W, Before *fx.Array }
		s, _ := fx.Scan(func(s state, k *fx.Array) (state, struct{}) {
			y := s.W.Add(k.Div(k.AddScalar(3)).Mul(s.W.Sub(s.Before)))
			return state{y.Sub(step.Mul(gradient(y, images))), s.W}, struct{}{}
		}, state{zero, zero}, fx.Arange(fx.Float64, n))
		return s.W, struct{}{}
	}
}

// outerLoss is the mean loss of weights on the large set.
func outerLoss(w *fx.Array, d dataSet) *fx.Array {
	return nn.SoftmaxCrossEntropy(d.X.MatMul(w), d.Labels).Mean()
}

// distilState is between outer steps.
type distilState struct {
	Images *fx.Array
	Opt    optim.State
	Loss   *fx.Array
}

// distilArgs are what an outer step reads: the large set comes in, and not out again.
type distilArgs struct {
	State distilState
	Set   dataSet
}

// distiller is one outer step, compiled.
func (e experiment) distiller(way string) (optim.Optimizer[*fx.Array], func(distilArgs) distilState) {
	run := fitted(distilSteps)
	if way == nameImplicit {
		run = implicit.Custom(implicit.Stationary(regularised), run, e.linear.rough())
	}
	adam := optim.FromRule[*fx.Array](optim.NewAdam(optim.Constant(distilRate)))
	return adam, fx.Jit(func(a distilArgs) distilState {
		loss := func(images *fx.Array) *fx.Array {
			w, _ := run(nil, images)
			return outerLoss(w, a.Set)
		}
		images, opt, info := adam.Step(loss, a.State.Images, a.State.Opt)
		return distilState{images, opt, info.Loss}
	})
}

// rough is the symmetric solver to the precision that outer steps deserve: in a pilot
// a tolerance of 0.1 left the outer loss a little higher.
func (l lineup) rough() linalg.Solver[*fx.Array] {
	if m, ok := l.symmetric.(linalg.CG[*fx.Array]); ok && m.MaxIter == 0 {
		m.Tol, m.MaxIter = roughTol, 100
		return m
	}
	return l.symmetric
}

const roughTol = 1e-2

// accuracy is that on the test images of a regression trained on ten images.
func accuracy(images *fx.Array, test dataSet) float64 {
	w, _ := fitted(trainedSteps)(nil, images)
	return nn.Accuracy(test.X.MatMul(w), test.Labels).Item()
}

func (e experiment) distil(ctx context.Context, env *study.Env, p plan) error {
	if p.outer == 0 {
		return nil
	}
	sets, err := digits(env, p)
	if err != nil {
		return err
	}
	key := random.FoldIn(random.New(env.Seed), partDistil)
	keys := random.Split(key, 2)
	start := random.Normal(keys[0], fx.Float64, distilClasses, sets.train.X.Dim(1)).MulScalar(distilStart)
	type program struct {
		adam optim.Optimizer[*fx.Array]
		step func(distilArgs) distilState
	}
	ways := []string{nameImplicit, nameUnrolled}
	states := map[string]distilState{}
	steps := map[string]func(distilArgs) distilState{}
	for _, way := range ways {
		run, err := study.Once(env, "distil "+way, func() (program, error) {
			adam, step := e.distiller(way)
			return program{adam, step}, nil
		})
		if err != nil {
			return err
		}
		states[way] = distilState{start, run.adam.Init(start), fx.Scalar(0.0)}
		steps[way] = run.step
		fx.Eval(run.step(distilArgs{states[way], sets.train})) // compiles
	}
	task := env.Task("distillation", 2*p.outer)
	defer task.Finish()
	seconds := map[string][]float64{}
	for at := 0; at < p.outer; at += timedBlock {
		n := min(timedBlock, p.outer-at)
		for _, way := range ways {
			s, began := states[way], time.Now()
			losses := make([]*fx.Array, n)
			for i := range n {
				s = steps[way](distilArgs{s, sets.train})
				losses[i] = s.Loss
			}
			fx.Eval(s)
			seconds[way] = append(seconds[way], time.Since(began).Seconds()/float64(n))
			for i, l := range losses {
				env.Record.With("way", way).Point("outer_loss", float64(at+i), l.Item())
			}
			states[way] = s
			task.Add(n)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	for _, way := range ways {
		r := env.Record.With("way", way)
		w, _ := fitted(distilSteps)(nil, states[way].Images)
		r.Scalar("final_outer_loss", outerLoss(w, sets.train).Item())
		r.Scalar("accuracy", accuracy(states[way].Images, sets.test))
		r.Timing("distil_seconds", study.Sample(seconds[way]).Median())
	}
	chosen := onePerClass(sets.train, keys[1])
	env.Record.With("way", "real").Scalar("accuracy", accuracy(chosen, sets.test))
	env.Record.Images("distilled", p.side, p.side, 1, pictures(states[nameImplicit].Images)...)
	env.Record.Images("real", p.side, p.side, 1, pictures(chosen)...)
	return nil
}

// onePerClass draws one image of every class.
func onePerClass(d dataSet, key *fx.Array) *fx.Array {
	order := random.Permutation(key, d.Labels.Size()).Int32s()
	labels := d.Labels.Int32s()
	rows := make([]*fx.Array, distilClasses)
	for _, i := range order {
		if l := labels[i]; rows[l] == nil {
			rows[l] = d.X.Index(int(i))
		}
	}
	return fx.Stack(0, rows...)
}

// pictures stretches each image to [0, 1].
func pictures(images *fx.Array) [][]float32 {
	low, high := images.MinKeep(1), images.MaxKeep(1)
	flat := images.Sub(low).Div(high.Sub(low).Maximum(fx.FullLike(low, 1e-9))).AsType(fx.Float32)
	out := make([][]float32, images.Dim(0))
	for i := range out {
		out[i] = flat.Index(i).Float32s()
	}
	return out
}
