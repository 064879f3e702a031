package teleportation

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
	"github.com/fluxion-go/fluxion/symmetry"
)

// Names of the ways to begin a training: with teleports before its first eight steps
// and without.
const (
	namePlain      = "none"
	nameReset      = "none, state reset"
	nameEpoch      = "none, an epoch more"
	nameEqual      = "none, equal time"
	nameProjection = "projection, batch 200"
	nameExact      = "projection, batch 8"
	nameScaling    = "positive scaling"
	nameRandom     = "random element"
)

const (
	teleports  = 8
	largeBatch = 200 // of a teleport
	exactBatch = 8   // not more than a hidden layer has units
)

// variant is a way to begin.
type variant struct {
	name  string
	batch int // of a teleport; 0: it does not teleport
	// action holds the loss on the teleport's images.
	action func(x *fx.Array) symmetry.Action[nn.MLP]
	random bool // goes anywhere
	// extra is how many steps it makes before all others; an epoch has so many.
	extra func(p plan, epoch int) int
	grid  bool // at the larger learning rates too
}

func projection(x *fx.Array) symmetry.Action[nn.MLP] { return symmetry.BatchGL{X: x} }

func exactProjection(x *fx.Array) symmetry.Action[nn.MLP] {
	return symmetry.BatchGL{X: x, RequireExact: true}
}

func scaling(*fx.Array) symmetry.Action[nn.MLP] { return symmetry.PositiveScaling{} }

func variants() []variant {
	return []variant{
		{name: namePlain, grid: true},
		{name: nameReset},
		{name: nameEpoch, extra: func(_ plan, epoch int) int { return epoch }},
		{name: nameEqual, extra: func(p plan, _ int) int { return p.equal }},
		{name: nameProjection, batch: largeBatch, action: projection, grid: true},
		{name: nameExact, batch: exactBatch, action: exactProjection},
		{name: nameScaling, batch: largeBatch, action: scaling},
		{name: nameRandom, batch: largeBatch, action: projection, random: true},
	}
}

// jumping is what the compiled beginning of a training takes: lanes, the images'
// numbers for the steps, [teleports, batch], and for the teleports before them.
type jumping struct {
	Lanes    lane
	Images   classify.Images
	Steps    *fx.Array
	Teleport *fx.Array
	Key      *fx.Array
}

// jumped is where it leads; Before and After are the squared norms of the gradient
// before and after each teleport, [lanes, teleports].
type jumped struct {
	Lanes         lane
	Before, After *fx.Array
}

// jumpProgram compiles the first steps of a training with teleports before them.
func (e experiment) jumpProgram(env *study.Env, f family, v variant) (func(jumping) jumped, error) {
	return study.Once(env, "jump "+f.name+", "+v.name, func() (func(jumping) jumped, error) {
		type place struct {
			Net   nn.MLP
			State optim.State
		}
		type turn struct{ Step, Teleport, Number *fx.Array }
		type told struct{ Before, After *fx.Array }
		return fx.Jit(func(in jumping) jumped {
			return fx.Vmap(func(l lane) jumped {
				base := f.base(l.Rate)
				end, all := fx.Scan(func(at place, t turn) (place, told) {
					loss, hold := lossOn(in.Images.Take(t.Step)), in.Images.Take(t.Teleport)
					jump := e.methods.teleport(v.action(hold.Pixels), f.jump)
					if v.random {
						net, trace := jump.RandomMove(lossOn(hold), at.Net, random.FoldIn(in.Key, t.Number))
						p, s, _ := base.Step(loss, net, base.Init(net))
						return place{p, s}, told{trace.Objective.Index(0), trace.Objective.Index(-1)}
					}
					o := symmetry.WithTeleport(base, jump, symmetry.Every(1))
					o.Loss = lossOn(hold)
					p, s, info := o.Step(loss, at.Net, symmetry.TeleportingState{Step: fx.Scalar(int32(0)), Base: at.State})
					return place{p, s.(symmetry.TeleportingState).Base}, told{info.Values["objective_before"], info.Values["objective_after"]}
				}, place{l.Net, l.State}, turn{in.Steps, in.Teleport, fx.Arange(fx.Int32, in.Steps.Dim(0))})
				return jumped{lane{end.Net, end.State, l.Rate}, all.Before, all.After}
			})(in.Lanes)
		}), nil
	})
}

// resetProgram compiles the first steps of a training that only loses its state
// before each, as teleports make it.
func (f family) resetProgram(env *study.Env) (func(jumping) lane, error) {
	return study.Once(env, "reset "+f.name, func() (func(jumping) lane, error) {
		return fx.Jit(func(in jumping) lane {
			return fx.Vmap(func(l lane) lane {
				base := f.base(l.Rate)
				end, _ := fx.Scan(func(at lane, step *fx.Array) (lane, struct{}) {
					p, s, _ := base.Step(lossOn(in.Images.Take(step)), at.Net, base.Init(at.Net))
					return lane{p, s, at.Rate}, struct{}{}
				}, l, in.Steps)
				return end
			})(in.Lanes)
		}), nil
	})
}
