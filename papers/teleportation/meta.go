package teleportation

import (
	"context"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/symmetry"
)

// Part D: optimizers that learned to teleport. The tasks are regressions by three
// layers without biases, whose kernels, inputs and outputs are drawn from [0, 1].

// metaPlan is how much of part D a run does.
type metaPlan struct {
	runs          int // trainings to learn from
	width, hidden int // of the task's layers, and of the LSTMs
}

const (
	metaSteps  = 100 // of a training
	metaUnroll = 10  // between two steps of Adam
	metaTests  = 10  // trainings to judge by
)

// gdRates is the grid of gradient descent. Optimizers that learned teleports only make
// their steps with the rate that is best for it.
var gdRates = []float64{1e-7, 3e-7, 1e-6, 3e-6, 1e-5, 3e-5, 1e-4}

// metaKind is what is learned.
type metaKind struct {
	name                   string
	teleport, rate, update bool
}

func metaKinds() []metaKind {
	return []metaKind{
		{"gradient descent", false, false, false},
		{"LSTM(teleport)", true, false, false},
		{"LSTM(rate, teleport)", true, true, false},
		{"LSTM(update)", false, false, true},
		{"LSTM(update, teleport)", true, false, true},
	}
}

// metaTask is one regression.
type metaTask struct {
	X, Y  *fx.Array
	Start nn.MLP
}

func (p metaPlan) task(key *fx.Array) metaTask {
	draw := func(n int) *fx.Array {
		return random.Uniform(random.FoldIn(key, n), fx.Float32, 0, 1, p.width, p.width)
	}
	t := metaTask{X: draw(0), Y: draw(1), Start: nn.MLP{Activation: leaky}}
	for i := range 3 {
		t.Start.Layers = append(t.Start.Layers, nn.Linear{W: draw(2 + i)})
	}
	return t
}

func (t metaTask) loss(p nn.MLP) *fx.Array { return nn.SquaredError(p.Apply(t.X), t.Y).Mean() }

// weights draws what a kind learns.
func (k metaKind) weights(p metaPlan, key *fx.Array) symmetry.LearnedWeights {
	o := symmetry.NewLearnedOptions()
	o.Hidden = p.hidden
	start := p.task(key).Start
	var w symmetry.LearnedWeights
	if k.update {
		w.Updater = symmetry.NewLSTMUpdater(random.FoldIn(key, 11), start, o)
	}
	if k.teleport {
		if k.rate {
			// The paper's has 20 units of 300, and rates clamped to 1e-7 and 5e-3.
			o.Hidden, o.Rates = max(1, p.hidden/15), [2]float64{1e-7, 5e-3}
		}
		w.Teleporter = symmetry.NewLSTMTeleporter(random.FoldIn(key, 10), start, o)
	}
	return w
}

// optimizer is what learned weights make of a task; none make gradient descent.
func (t metaTask) optimizer(w symmetry.LearnedWeights, rate float64) symmetry.Learned {
	return symmetry.Learned{Weights: w, Rate: rate, Action: symmetry.BatchGL{X: t.X, Form: symmetry.FirstOrder, Undo: unleaky}}
}

// adam learns with the paper's rates, and leaves out unrolled trainings that are not
// finite.
func (k metaKind) adam() optim.Optimizer[symmetry.LearnedWeights] {
	var groups []optim.Group
	if k.teleport {
		groups = append(groups, optim.Group{Path: "Teleporter", Rule: optim.NewAdam(optim.Constant(1e-4))})
	}
	if k.update {
		groups = append(groups, optim.Group{Path: "Updater", Rule: optim.NewAdam(optim.Constant(1e-3))})
	}
	return optim.FromRule[symmetry.LearnedWeights](optim.SkipNonFinite(optim.ByPath(groups...), 1_000_000))
}

// metaState is what changes while a kind learns, and metaRun what one training of
// the learning takes.
type metaState struct {
	Weights symmetry.LearnedWeights
	State   optim.State
}

type metaRun struct {
	Now metaState
	Key *fx.Array
}

// learnProgram is one training of the learning: unrolled ten steps at a time, with a
// step of Adam on the sum of their losses after each.
func (k metaKind) learnProgram(p metaPlan, rate float64) func(metaRun) metaState {
	return fx.Jit(func(in metaRun) metaState {
		t := p.task(in.Key)
		adam := k.adam()
		type place struct {
			Meta metaState
			Net  nn.MLP
			LSTM optim.State
		}
		end, _ := fx.Scan(func(at place, _ struct{}) (place, struct{}) {
			loss, aux := optim.WithAux(func(w symmetry.LearnedWeights) (*fx.Array, symmetry.Unrolled) {
				u := t.optimizer(w, rate).Unroll(t.loss, at.Net, at.LSTM, metaUnroll)
				return u.Losses.Sum(), u
			})
			w, s, _ := adam.Step(loss, at.Meta.Weights, at.Meta.State)
			u := fx.StopGradient(aux())
			return place{metaState{w, s}, u.P, u.State}, struct{}{}
		}, place{in.Now, t.Start, t.optimizer(in.Now.Weights, rate).Init(t.Start)}, struct{}{}, fx.Length(metaSteps/metaUnroll))
		return end.Meta
	})
}

// metaTest is one training to judge by.
type metaTest struct {
	Weights symmetry.LearnedWeights
	Key     *fx.Array
}

// testProgram gives the losses at the start and after each step, [steps+1].
func testProgram(p metaPlan, rate float64) func(metaTest) *fx.Array {
	return fx.Jit(func(in metaTest) *fx.Array {
		t := p.task(in.Key)
		o := t.optimizer(in.Weights, rate)
		end, _, info := optim.Descend(o, t.loss, t.Start, o.Init(t.Start), metaSteps)
		return fx.Concatenate(0, info.Loss, t.loss(end).ExpandDims(0))
	})
}

// losses are those at the start and after each step, the mean of some trainings.
func (p metaPlan) losses(w symmetry.LearnedWeights, rate float64, key *fx.Array) []float64 {
	test, sum := testProgram(p, rate), make([]float64, metaSteps+1)
	for n := range metaTests {
		for s, l := range test(metaTest{w, random.FoldIn(key, n)}).Float64s() {
			sum[s] += l / metaTests
		}
	}
	return sum
}

// tune is the rate of the grid with which gradient descent ends lowest.
func (p metaPlan) tune(key *fx.Array) float64 {
	best, lowest := gdRates[0], math.Inf(1)
	for _, rate := range gdRates {
		if end := p.losses(symmetry.LearnedWeights{}, rate, key)[metaSteps]; end < lowest {
			best, lowest = rate, end
		}
	}
	return best
}

// metaLearn is part D for one seed.
func metaLearn(ctx context.Context, env *study.Env, p metaPlan) error {
	key := random.FoldIn(random.New(env.Seed), partMeta)
	rate := p.tune(random.FoldIn(key, 0))
	env.Record.With("part", "D").Scalar("rate", rate)
	for i, k := range metaKinds() {
		w := k.weights(p, random.FoldIn(key, 3+i))
		if k.teleport || k.update {
			learn := k.learnProgram(p, rate)
			now := metaState{w, k.adam().Init(w)}
			for n := range env.Steps("learning "+k.name, p.runs) {
				now = learn(metaRun{now, random.FoldIn(random.FoldIn(key, 1), n)})
				fx.Eval(now)
			}
			w = now.Weights
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		l := p.losses(w, rate, random.FoldIn(key, 2))
		r := env.Record.With("part", "D", "optimizer", k.name)
		r.Series("meta_loss", counted(len(l)), l)
		r.Scalar("meta_final", l[metaSteps])
	}
	return nil
}
