package thermodynamicngd

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Part C: a small language model that was trained on one text is tuned to another.

// tuning is how much of it a run does.
type tuning struct {
	characters             int // of either text, at most
	blocks, width, context int
	rank                   int // of the changes
	batch                  int // sequences
	before, steps, every   int // steps of the training before and of the tuning; between measurements
	arms                   []arm
}

// The data sets that choose part C: sentences is a built-in text, whose sequel is
// read backwards in the place of another text.
const (
	dataSentences   = "sentences"
	dataShakespeare = "tinyshakespeare"
)

func isText(dataName string) bool { return dataName == dataSentences || dataName == dataShakespeare }

const (
	textSeed   = 33   // of the built-in texts and of the training before
	beforeRate = 3e-3 // of Adam there
	held       = 0.1  // share of a text that the end is judged by
	heldRows   = 64   // sequences of it, at most
)

// tunings are the trainings of part C: the grids of part B, with TNGD-Adam from both
// starts.
func tunings(sgd, adam, eta []float64) []arm {
	var list []arm
	add := func(method string, rates []float64, s tngdSetting) {
		for _, rate := range rates {
			s.eta = rate
			a := arm{part: partTuning, method: method, rate: rate}
			if s.tau > 0 {
				a.tngdSetting = s
			}
			list = append(list, a)
		}
	}
	add(nameSGD, sgd, tngdSetting{})
	add(nameAdam, adam, tngdSetting{})
	add(nameTNGD, eta, tngdSetting{start: optim.StartWarm, tau: 0.5})
	add(nameTNGDAdam, adam, tngdSetting{start: optim.StartWarm, tau: 0.5})
	add(nameTNGDAdam, adam, tngdSetting{start: optim.StartGradient, tau: 2})
	return list
}

// material is what all seeds tune: a trained model, and the text that it is tuned to.
type material struct {
	base   nn.GPT
	tokens *fx.Array // of the text, for training
	exam   windows   // of its last tenth
}

// lesson is a part of a training of P: so many steps from where it stands.
type lesson[P any] struct {
	Params      P
	State       optim.State
	Tokens, Key *fx.Array
	Rate        *fx.Array
	Numbers     *fx.Array // of the steps
	Loss        *fx.Array // of each
}

// lessons compiles steps; model is the language model of parameters, build the
// optimizer of a step.
func lessons[P any](c tuning, model func(P) nn.GPT, build func(w windows, rate optim.Schedule) optim.Optimizer[P]) func(lesson[P]) lesson[P] {
	return fx.Jit(func(in lesson[P]) lesson[P] {
		type place struct {
			Params P
			State  optim.State
		}
		rate := func(*fx.Array) *fx.Array { return in.Rate }
		end, losses := fx.Scan(func(at place, number *fx.Array) (place, *fx.Array) {
			inputs, targets := data.Windows(random.FoldIn(in.Key, number), in.Tokens, c.batch, c.context)
			w := windows{inputs, targets}
			p, s, info := build(w, rate).Step(func(p P) *fx.Array { return surprise(w)(model(p).Apply(w.Inputs)) }, at.Params, at.State)
			return place{p, s}, info.Loss
		}, place{in.Params, in.State}, in.Numbers)
		in.Params, in.State, in.Loss = end.Params, end.State, losses
		return in
	})
}

// follow makes steps in parts and tells the mean loss of each; one that is lost ends.
func follow[P any](env *study.Env, name string, steps, every int, run func(lesson[P]) lesson[P], now lesson[P]) (end lesson[P], at, losses []float64) {
	for k := range env.Steps(name, steps/every) {
		now.Numbers, now.Loss = fx.Arange(fx.Int32, every).AddScalar(float64(k*every)), nil
		now = run(now)
		loss := now.Loss.AsType(fx.Float64).Mean().Item()
		if math.IsNaN(loss) {
			loss = math.Inf(1)
		}
		at, losses = append(at, float64((k+1)*every)), append(losses, loss)
		if math.IsInf(loss, 1) {
			break
		}
	}
	return now, at, losses
}

// material reads the texts and trains the model on the first.
func (c tuning) material(env *study.Env) (*material, error) {
	return study.Once(env, "material", func() (*material, error) {
		first, second := data.Sentences(textSeed, c.characters), data.Sentences(textSeed+1, c.characters)
		slices.Reverse(second.Tokens)
		if env.Data.Name != dataSentences {
			var err error
			if second, err = data.OpenText(env.Data.Name, env.Data.Dir); err != nil {
				return nil, err
			}
		}
		name, text := second.Name, second.Tokens[:min(c.characters, len(second.Tokens))]
		// One vocabulary for both.
		both := data.NewCorpus(name, first.Decode(first.Tokens)+second.Decode(text))
		train := &data.Corpus{Name: name, Vocabulary: both.Vocabulary, Tokens: both.Tokens[len(first.Tokens):]}
		train, rest, err := train.Split(1 - held)
		if err != nil {
			return nil, err
		}
		rows := min(heldRows, (len(rest.Tokens)-1)/c.context)
		if rows < 1 || len(train.Tokens) <= c.context {
			return nil, fmt.Errorf("%s: the last tenth of %d characters is too short for a sequence of %d", name, len(text), c.context)
		}
		n := rows * c.context
		m := &material{tokens: fx.New(train.Tokens), exam: windows{fx.New(rest.Tokens[:n], rows, c.context), fx.New(rest.Tokens[1:n+1], rows, c.context)}}

		key := random.FoldIn(random.New(textSeed), partTuned)
		start := nn.NewGPT(key, nn.GPTOptions{Vocabulary: len(both.Vocabulary), Context: c.context, Features: c.width, Blocks: c.blocks})
		rule := func(rate optim.Schedule) optim.Optimizer[nn.GPT] {
			return optim.FromRule[nn.GPT](optim.NewAdam(rate))
		}
		run := lessons(c, func(g nn.GPT) nn.GPT { return g }, func(_ windows, rate optim.Schedule) optim.Optimizer[nn.GPT] { return rule(rate) })
		end, _, losses := follow(env, "training before", c.before, c.every, run, lesson[nn.GPT]{Params: start, State: rule(optim.Constant(beforeRate)).Init(start),
			Tokens: fx.New(both.Tokens[:len(first.Tokens)]), Key: random.FoldIn(key, 1), Rate: fx.Scalar(beforeRate)})
		m.base = end.Params
		env.Logf("the model has a loss of %.3f on the text that it was trained on", losses[len(losses)-1])
		return m, nil
	})
}

// examined is the loss of a model on what is held out.
func (m *material) examined(g nn.GPT) float64 {
	return fx.Jit(func(g nn.GPT) *fx.Array { return surprise(m.exam)(g.Apply(m.exam.Inputs)) })(g).Item()
}

// prepare makes the material, and sees that the device is stable on it.
func (c tuning) prepare(ctx context.Context, env *study.Env) error {
	m, err := c.material(env)
	if err != nil || ctx.Err() != nil {
		return err
	}
	r := env.Record.With("part", partTuning)
	r.Scalar("untuned", m.examined(m.base))
	inputs, targets := data.Windows(random.New(textSeed), m.tokens, c.batch, c.context)
	w := windows{inputs, targets}
	p := newAdapters(random.New(textSeed), m.base, c.rank)
	r.Scalar("tuned_parameters", float64(nn.ParameterCount(p)))
	o := loaded(arm{tngdSetting: tngdSetting{tau: 0.5}}, optim.Constant(0), textFisher(m.base, w), nil)
	if err := o.Check(func(p adapters) *fx.Array { return surprise(w)(adapted(m.base, p).Apply(w.Inputs)) }, p); err != nil {
		return fmt.Errorf("the device of the first sequences: %w", err)
	}
	return nil
}

// tune makes the trainings of one seed.
func (c tuning) tune(ctx context.Context, env *study.Env) error {
	m, err := c.material(env)
	if err != nil {
		return err
	}
	start := newAdapters(random.FoldIn(random.New(env.Seed), partNetwork), m.base, c.rank)
	for _, a := range c.arms {
		program := a
		program.rate = 0 // an argument of the program
		build := func(w windows, rate optim.Schedule) optim.Optimizer[adapters] {
			if a.tau > 0 {
				return loaded(a, rate, textFisher(m.base, w), nil)
			}
			return optim.FromRule[adapters](plainRule(a.method, rate))
		}
		run, err := study.Once(env, "tuning, "+program.String(), func() (func(lesson[adapters]) lesson[adapters], error) {
			return lessons(c, func(p adapters) nn.GPT { return adapted(m.base, p) }, build), nil
		})
		if err != nil {
			return err
		}
		end, at, losses := follow(env, a.String(), c.steps, c.every, run, lesson[adapters]{Params: start, State: build(windows{}, optim.Constant(a.rate)).Init(start),
			Tokens: m.tokens, Key: random.FoldIn(random.New(env.Seed), partTuned), Rate: fx.Scalar(a.rate)})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r := env.Record.With(a.labels()...)
		r.Series("tuning_loss", at, losses)
		r.Scalar("tuning_end", losses[len(losses)-1])
		r.Scalar("tuning_held", m.examined(adapted(m.base, end.Params)))
	}
	return nil
}
