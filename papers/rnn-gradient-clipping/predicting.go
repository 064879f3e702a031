package rnngradientclipping

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

// reader is a training on a sequel.
type reader struct {
	Net   network
	State optim.State
	H     *fx.Array // states at the end of the last batch, [batch, units]
	Key   *fx.Array // of its batches
	Rate  *fx.Array // learning rate, float64
	Alpha *fx.Array // factor of the regulariser, float64
	Step  *fx.Array // updates made, int32
}

// readerBlock is what a block of updates gives: the mean loss and the largest norm
// of the gradient in it, and the cost on what is held out, in nats.
type readerBlock struct {
	Reader                          reader
	Loss, Largest, Validation, Test *fx.Array
}

// predictor trains an arm on a sequel.
type predictor struct {
	arm    arm
	start  start
	sequel sequel
	block  func(reader) readerBlock
}

func newPredictor(a arm, q sequel) *predictor {
	p := &predictor{arm: a, start: startNamed(q.size.start), sequel: q}
	p.block = fx.Jit(p.updates, fx.Donate(""))
	return p
}

func (p *predictor) rule(rate *fx.Array) optim.Rule {
	return p.arm.rule(func(*fx.Array) *fx.Array { return rate })
}

// begin makes a training. Its network and batches depend on the seed alone.
func (p *predictor) begin(seed uint64, s setting) reader {
	key := random.New(seed)
	net := p.start.network(random.FoldIn(key, partStart), p.sequel.in, p.sequel.size.units, p.sequel.out)
	rate := fx.Scalar(s.rate)
	leaves, paths := optim.Floats(net)
	return reader{net, optim.Bind(p.rule(rate), paths).Init(leaves), net.Cell.Start(batchSize),
		random.FoldIn(key, partTraining), rate, fx.Scalar(s.alpha), fx.Scalar(int32(0))}
}

// update makes one step.
func (p *predictor) update(r reader) (next reader, loss, norm *fx.Array) {
	b := p.sequel.draw(random.FoldIn(r.Key, r.Step), r.Step)
	from := fx.Where(b.Fresh, fx.ZerosLike(r.H), r.H)
	loss, gradient, _, h := p.arm.gradient(p.start, r.Net, r.Alpha, b.X, from, func(n network, h *fx.Array) *fx.Array {
		return p.sequel.mean(n.Readout.Apply(h), b)
	})
	leaves, paths := optim.Floats(r.Net)
	g, _ := optim.Floats(gradient)
	updates, state := optim.Update(optim.Bind(p.rule(r.Rate), paths), g, r.State, leaves, optim.Extra{Loss: loss})
	next = r
	next.Net, next.State, next.H, next.Step = optim.ApplyUpdates(r.Net, updates), state, last(h), r.Step.AddScalar(1)
	return next, loss, optim.GlobalNorm(g)
}

// updates makes a block of steps and tries the network on what is held out.
func (p *predictor) updates(r reader) readerBlock {
	type made struct{ Loss, Norm *fx.Array }
	r, m := fx.Scan(func(r reader, _ []*fx.Array) (reader, made) {
		next, loss, norm := p.update(r)
		return next, made{loss, norm}
	}, r, nil, fx.Length(block))
	exam := func(b batch) *fx.Array {
		h, _ := nn.Unroll(r.Net.Cell, b.X, r.Net.Cell.Start(b.X.Dim(0)), false)
		return p.sequel.mean(r.Net.Readout.Apply(h), b)
	}
	return readerBlock{r, m.Loss.Mean(), m.Norm.Max(), exam(p.sequel.validation), exam(p.sequel.test)}
}

// reading is what a training came to. Test is the cost where that of validation
// was least; both are NaN if they never were finite.
type reading struct {
	validation, test             float64
	steps, loss, largest, course []float64
}

// run trains. Where the cost of validation has risen in a block, the rate is
// halved, as the paper does.
func (p *predictor) run(env *study.Env, name string, seed uint64, s setting) reading {
	out := reading{validation: math.NaN(), test: math.NaN()}
	now := p.begin(seed, s)
	before := math.Inf(1)
	for i := range env.Steps(name, p.sequel.size.limit/block) {
		b := p.block(now)
		now = b.Reader
		held := b.Validation.Item() * p.sequel.perNat
		if held > before {
			now.Rate = now.Rate.MulScalar(0.5)
		}
		before = held
		if !(held >= out.validation) && !math.IsNaN(held) {
			out.validation, out.test = held, b.Test.Item()*p.sequel.perNat
		}
		out.steps = append(out.steps, float64((i+1)*block))
		out.loss, out.course = append(out.loss, b.Loss.Item()*p.sequel.perNat), append(out.course, held)
		out.largest = append(out.largest, b.Largest.Item())
		if math.IsNaN(held) {
			break
		}
	}
	return out
}

// sequels are those of the plan, opened once.
func (p plan) sequels(env *study.Env) ([]sequel, error) {
	return study.Once(env, "sequels", func() ([]sequel, error) {
		var list []sequel
		if p.characters.limit > 0 {
			for _, ahead := range horizons {
				q, err := openCharacters(env, p.characters, ahead)
				if err != nil {
					return nil, err
				}
				list = append(list, q)
			}
		}
		if p.music.limit > 0 {
			q, err := openMusic(env, p.music)
			if err != nil {
				return nil, err
			}
			list = append(list, q)
		}
		return list, nil
	})
}

func (e experiment) predictor(env *study.Env, q sequel, name string) (*predictor, error) {
	return study.Once(env, q.name+", "+name, func() (*predictor, error) { return newPredictor(e.methods.arm(name), q), nil })
}

// tunePredictions chooses the settings of every arm on every sequel by the cost of
// validation on a seed apart.
func (e experiment) tunePredictions(ctx context.Context, env *study.Env, p plan) error {
	sequels, err := p.sequels(env)
	if err != nil {
		return err
	}
	for _, q := range sequels {
		for _, m := range q.marks {
			env.Record.With("sequel", q.name, "mark", m.what).Scalar("mark", m.value)
		}
		for _, name := range everyArm {
			trainer, err := e.predictor(env, q, name)
			if err != nil {
				return err
			}
			best, chosen := math.Inf(1), setting{}
			r := env.Record.With("sequel", q.name, "arm", name)
			for _, s := range predictionGrid(name) {
				out := trainer.run(env, fmt.Sprintf("tuning, %s, %s, rate %v", q.name, name, s.rate), firstTuningSeed, s)
				if ctx.Err() != nil {
					return ctx.Err()
				}
				r.With("at", fmt.Sprintf("%v/%v", s.rate, s.alpha)).Scalar("tuning_cost", out.validation)
				if out.validation < best || chosen == (setting{}) {
					best, chosen = out.validation, s
				}
			}
			r.Scalar("sequel_rate", chosen.rate)
			r.Scalar("sequel_alpha", chosen.alpha)
		}
	}
	return nil
}

// predict trains every arm on every sequel for one seed.
func (e experiment) predict(ctx context.Context, env *study.Env, p plan) error {
	sequels, err := p.sequels(env)
	if err != nil {
		return err
	}
	for _, q := range sequels {
		for _, name := range everyArm {
			trainer, err := e.predictor(env, q, name)
			if err != nil {
				return err
			}
			labels := []any{"sequel", q.name, "arm", name}
			out := trainer.run(env, q.name+", "+name, env.Seed, setting{env.Common.Scalar("sequel_rate", labels...), env.Common.Scalar("sequel_alpha", labels...)})
			if ctx.Err() != nil {
				return ctx.Err()
			}
			r := env.Record.With(labels...)
			r.Scalar("cost", out.test)
			r.Scalar("cost_validation", out.validation)
			r.Series("cost_course", out.steps, out.course)
			r.Series("cost_loss", out.steps, out.loss)
			r.Series("cost_norm", out.steps, out.largest)
		}
	}
	return nil
}
