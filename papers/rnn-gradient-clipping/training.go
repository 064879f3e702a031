package rnngradientclipping

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

const (
	batchSize = 20
	block     = 100 // updates between two tests
	testSize  = 1000
	solvedAt  = 0.01 // share of failures on the test sequences
)

// arm is one of the methods that are compared.
type arm struct {
	name string
	// rule makes the update rule; the rate is an array, because trainings at
	// several rates go side by side.
	rule func(rate optim.Schedule) optim.Rule
	// omega is the regulariser; nil is none.
	omega func(u, delta, slope *fx.Array) (omega, gradient *fx.Array)
}

// lane is one training. Lanes of one arm go side by side under fx.Vmap.
type lane struct {
	Net   network
	State optim.State
	Key   *fx.Array // of its sequences
	Rate  *fx.Array // learning rate, float64
	Alpha *fx.Array // factor of the regulariser, float64
	Step  *fx.Array // updates made, int32
}

// blockResult is what a block of updates gives.
type blockResult struct {
	Lane lane
	// Loss and Norm are the means over the block of the training loss and of the
	// gradient's norm, before clipping; Largest is the largest norm.
	Loss, Norm, Largest *fx.Array
	// Failures is the share of the test sequences that fail.
	Failures *fx.Array
	// Signals is the mean of |delta_t| over test sequences, [length].
	Signals *fx.Array
	// Radius is the recurrent matrix's spectral radius, Stretch its largest
	// singular value.
	Radius, Stretch *fx.Array
}

// trainer trains an arm on a task.
type trainer struct {
	arm    arm
	start  start
	task   task
	length int
	begin  func(seeding) lane
	block  func(lane) blockResult
	look   func(lane) blockResult // tests without training
}

// seeding is what a lane begins with.
type seeding struct{ Key, Rate, Alpha *fx.Array }

func newTrainer(a arm, s start, t task, length int) *trainer {
	r := &trainer{arm: a, start: s, task: t, length: length}
	r.begin = fx.Jit(fx.Vmap(r.first))
	r.block = fx.Jit(fx.Vmap(r.updates), fx.Donate(""))
	r.look = fx.Jit(fx.Vmap(r.test))
	return r
}

func (r *trainer) rule(rate *fx.Array) optim.Rule {
	return r.arm.rule(func(*fx.Array) *fx.Array { return rate })
}

// The keys of a lane's parts.
const (
	partStart = iota
	partTraining
	partTest
)

// first makes a lane. Its network and sequences depend on the key alone, so that
// all arms and rates meet the same.
func (r *trainer) first(s seeding) lane {
	net := r.start.network(random.FoldIn(s.Key, partStart), r.task.in, units, r.task.out)
	leaves, paths := optim.Floats(net)
	state := optim.Bind(r.rule(s.Rate), paths).Init(leaves)
	return lane{net, state, random.FoldIn(s.Key, 0), s.Rate, s.Alpha, fx.Scalar(int32(0))}
}

// update makes one step.
func (r *trainer) update(l lane) (lane, *fx.Array, *fx.Array) {
	key := random.FoldIn(random.FoldIn(l.Key, partTraining), l.Step)
	x, targets := r.task.draw(key, fx.Float32, batchSize, r.length)
	loss, gradient, _, _ := r.arm.gradient(r.start, l.Net, l.Alpha, x, l.Net.Cell.Start(batchSize), func(n network, h *fx.Array) *fx.Array {
		return r.task.loss(n.Readout.Apply(last(h)), targets)
	})
	leaves, paths := optim.Floats(l.Net)
	g, _ := optim.Floats(gradient)
	updates, state := optim.Update(optim.Bind(r.rule(l.Rate), paths), g, l.State, leaves, optim.Extra{Loss: loss})
	next := l
	next.Net, next.State, next.Step = optim.ApplyUpdates(l.Net, updates), state, l.Step.AddScalar(1)
	return next, loss, optim.GlobalNorm(g)
}

// updates makes a block of steps and tests the network on fresh sequences.
func (r *trainer) updates(l lane) blockResult {
	type made struct{ Loss, Norm *fx.Array }
	l, m := fx.Scan(func(l lane, _ []*fx.Array) (lane, made) {
		next, loss, norm := r.update(l)
		return next, made{loss, norm}
	}, l, nil, fx.Length(block))
	out := r.test(l)
	out.Lane, out.Loss, out.Norm, out.Largest = l, m.Loss.Mean(), m.Norm.Mean(), m.Norm.Max()
	return out
}

// profiled is how many test sequences the error signals are taken on.
const profiled = 200

// test measures a network on sequences that it has not seen.
func (r *trainer) test(l lane) (out blockResult) {
	key := random.FoldIn(random.FoldIn(l.Key, partTest), l.Step)
	x, targets := r.task.draw(key, fx.Float32, testSize, r.length)
	h, _ := nn.Unroll(l.Net.Cell, x, l.Net.Cell.Start(testSize), false)
	wrong := r.task.wrong(l.Net.Readout.Apply(last(h)), targets)
	out.Failures = wrong.AsType(fx.Float64).Mean()
	// The sum over sequences, so that each one's signals are its own.
	few := func(a *fx.Array) *fx.Array { return a.SliceAxis(0, 0, profiled) }
	_, _, delta := nn.ErrorSignals(l.Net.Cell, few(x), l.Net.Cell.Start(profiled), func(h *fx.Array) *fx.Array {
		return r.task.loss(l.Net.Readout.Apply(last(h)), few(targets))
	})
	out.Signals = delta.AsType(fx.Float64).Square().Sum(-1).Sqrt().Mean(0)
	u := l.Net.Cell.U.AsType(fx.Float64)
	out.Radius, out.Stretch = radius(u), largestSingular(u)
	return out
}

// outcome is what a training came to.
type outcome struct {
	solved                 int // the update at which it was seen to be solved; 0 if it was not
	steps                  []float64
	losses, norms, largest []float64
	failures               []float64
	radius, stretch        []float64
	signals                map[int][]float64 // by update, [length]
}

// run trains lanes until all have solved the task or to the limit, and asks after
// each block whether to go on.
func (r *trainer) run(lanes []setting, seeds []uint64, limit int, more func() bool) []outcome {
	if len(lanes) != len(seeds) {
		panic(fmt.Sprintf("%d lanes and %d seeds", len(lanes), len(seeds)))
	}
	var keys []*fx.Array
	var rates, alphas []float64
	for i, l := range lanes {
		keys = append(keys, random.New(seeds[i]))
		rates, alphas = append(rates, l.rate), append(alphas, l.alpha)
	}
	now := r.begin(seeding{fx.Stack(0, keys...), fx.New(rates), fx.New(alphas)})
	out := make([]outcome, len(lanes))
	before := r.look(now)
	for i := range out {
		out[i].signals = map[int][]float64{0: before.Signals.Index(i).Float64s()}
	}
	for step := block; step <= limit; step += block {
		b := r.block(now)
		now = b.Lane
		fx.Eval(b)
		open := false
		for i := range out {
			out[i].take(step, b, i)
			open = open || out[i].solved == 0 && !math.IsNaN(out[i].losses[len(out[i].losses)-1])
		}
		if !more() || !open {
			break
		}
	}
	return out
}

// take reads lane i's part of a block.
func (o *outcome) take(step int, b blockResult, i int) {
	at := func(a *fx.Array) float64 { return a.Index(i).Item() }
	o.steps = append(o.steps, float64(step))
	o.losses, o.norms, o.largest = append(o.losses, at(b.Loss)), append(o.norms, at(b.Norm)), append(o.largest, at(b.Largest))
	o.failures = append(o.failures, at(b.Failures))
	o.radius, o.stretch = append(o.radius, at(b.Radius)), append(o.stretch, at(b.Stretch))
	o.signals[step] = b.Signals.Index(i).Float64s()
	if o.solved == 0 && at(b.Failures) <= solvedAt {
		o.solved = step
	}
}

// setting is what is tuned of an arm.
type setting struct{ rate, alpha float64 }
