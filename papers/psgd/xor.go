package psgd

import (
	"context"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/optim/liegroup"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Part C: the delayed exclusive or, by a plain recurrent network.

const (
	judgedLength = 16 // of the sequences that claim 4 speaks of
	longLength   = 30 // that claim 4b speaks of
	xorBatch     = 128
	xorGoal      = 0.1 // of a minibatch's loss, in nats
	xorBlock     = 50  // steps of one call of the compiled program
	xorClip      = 1.0
)

// xorArm is a method of part C.
type xorArm struct {
	name string
	// cost is that of a step, in gradients: a product with the Hessian counts 2.
	cost float64
	make func(rate, key *fx.Array) optim.Optimizer[recurrentNet]
}

const nameSGD = "SGD"

func (e experiment) xorArms() map[string]xorArm {
	psgd := func(name string, f liegroup.Family) xorArm {
		return xorArm{name, 3, func(rate, key *fx.Array) optim.Optimizer[recurrentNet] {
			o := optim.NewPSGD[recurrentNet](f, fixed(rate), key)
			o.ClipNorm = xorClip
			return o
		}}
	}
	plain := func(name string, rule func(optim.Schedule) optim.Rule) xorArm {
		return xorArm{name, 1, func(rate, _ *fx.Array) optim.Optimizer[recurrentNet] {
			return optim.FromRule[recurrentNet](rule(fixed(rate)))
		}}
	}
	return map[string]xorArm{
		nameKron: psgd(nameKron, e.methods.kron),
		nameLRA:  psgd(nameLRA, e.methods.lowRank(trainRank)),
		nameSGD:  plain(nameSGD, func(lr optim.Schedule) optim.Rule { return optim.NewSGD(lr) }),
		nameAdam: plain(nameAdam, func(lr optim.Schedule) optim.Rule { return optim.NewAdam(lr) }),
	}
}

// xorPart is sequences of one length, and the methods with the rates that they are
// tried at, side by side.
type xorPart struct {
	length, limit int // limit: the most steps
	arms          []xorTried
}

type xorTried struct {
	name  string
	rates []float64
}

// xorLane is a training.
type xorLane struct {
	Net   recurrentNet
	State optim.State
	Rate  *fx.Array
}

// xorSeeding is what a lane begins with.
type xorSeeding struct{ Rate, Net, Probes *fx.Array }

// xorBlocked is a block of steps: the lanes after it, and the loss before each step.
type xorBlocked struct {
	Lane xorLane
	Loss *fx.Array
}

// xorTrainer is an arm's compiled programs.
type xorTrainer struct {
	begin func(xorSeeding) xorLane
	block func(xorTurn) xorBlocked
}

// xorTurn is a block to be made: lanes, and the keys of the minibatches, which are
// the same for all of them.
type xorTurn struct {
	Lanes xorLane
	Keys  *fx.Array
}

func newXORTrainer(a xorArm, length int) *xorTrainer {
	return &xorTrainer{
		begin: fx.Jit(fx.Vmap(func(s xorSeeding) xorLane {
			net := newRecurrentNet(s.Net)
			return xorLane{net, a.make(s.Rate, s.Probes).Init(net), s.Rate}
		})),
		block: fx.Jit(func(turn xorTurn) xorBlocked {
			return fx.Vmap(func(l xorLane) xorBlocked {
				end, losses := fx.Scan(func(l xorLane, key *fx.Array) (xorLane, *fx.Array) {
					x, labels := data.DelayedXOR(key, fx.Float32, xorBatch, length)
					loss := func(n recurrentNet) *fx.Array {
						return nn.SigmoidCrossEntropy(n.logits(x), labels.AsType(fx.Float32)).Mean()
					}
					net, state, info := a.make(l.Rate, random.New(0)).Step(loss, l.Net, l.State)
					return xorLane{net, state, l.Rate}, info.Loss.AsType(fx.Float64)
				}, l, turn.Keys)
				return xorBlocked{end, losses}
			})(turn.Lanes)
		}, fx.Donate("Lanes")),
	}
}

// xor is part C for one seed.
func (e experiment) xor(ctx context.Context, env *study.Env, p plan) error {
	arms := e.xorArms()
	for _, part := range p.xor {
		for _, t := range part.arms {
			if err := arms[t.name].run(ctx, env, part, t.rates); err != nil {
				return err
			}
		}
	}
	return nil
}

// run trains side by side at several rates until all have solved the task, or to the
// limit.
func (a xorArm) run(ctx context.Context, env *study.Env, p xorPart, rates []float64) error {
	keys := random.Split(random.FoldIn(random.New(env.Seed), partXOR), 3)
	name := fmt.Sprintf("exclusive or, length %d, %s", p.length, a.name)
	t, err := study.Once(env, name, func() (*xorTrainer, error) { return newXORTrainer(a, p.length), nil })
	if err != nil {
		return err
	}
	lanes := len(rates)
	same := func(key *fx.Array) *fx.Array { return key.ExpandDims(0).Repeat(lanes, 0) }
	now := t.begin(xorSeeding{fx.New(rates), same(keys[0]), same(keys[1])})
	losses := make([][]float64, lanes)
	solved := make([]float64, lanes)
	for i := range solved {
		solved[i] = math.Inf(1)
	}
	task := env.Task(name, (p.limit+xorBlock-1)/xorBlock)
	for done := 0; done < p.limit; done += xorBlock {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		batches := random.SplitArray(random.FoldIn(keys[2], done), xorBlock).SliceAxis(0, 0, min(xorBlock, p.limit-done))
		b := t.block(xorTurn{now, batches})
		now = b.Lane
		fx.Eval(b)
		open := false
		for i := range losses {
			new := b.Loss.Index(i).Float64s()
			if k := reached(new, xorGoal); math.IsInf(solved[i], 1) {
				solved[i] = float64(done) + k
			}
			losses[i] = append(losses[i], new...)
			open = open || math.IsInf(solved[i], 1) && !math.IsNaN(new[len(new)-1])
		}
		task.Add(1)
		if !open {
			break
		}
	}
	task.Finish()
	for i, rate := range rates {
		r := env.Record.With("method", a.name, "rate", rate, "length", p.length)
		r.Scalar("xor_steps", solved[i])
		r.Scalar("xor_cost", a.cost*solved[i])
		cut := losses[i]
		if !math.IsInf(solved[i], 1) {
			cut = cut[:int(solved[i])+1]
		}
		r.Scalar("xor_loss", finiteOr(cut[len(cut)-1]))
		at, means := study.BlockMeans(cut, 20)
		r.Series("xor", at, means)
	}
	return nil
}
