package psgd

import (
	"context"
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Part B: Rosenbrock's valley from (-1.2, 1).

const (
	valleyGoal  = 1e-8
	valleySteps = 600  // of PSGD
	plainSteps  = 5000 // of the baselines
	valleyClip  = 0.5
)

var (
	valleyFitSteps = []float64{0.1, 0.3}
	valleyRates    = []float64{0.2, 0.5}

	// The grids of the baselines. Gradient descent leaves the valley at 0.003.
	descentRates = []float64{0.0005, 0.001, 0.0015, 0.002, 0.0025}
	adamRates    = []float64{0.003, 0.01, 0.03, 0.1, 0.3}
)

const (
	nameDescent = "gradient descent"
	nameAdam    = "Adam"
	namePSGD    = "PSGD"
)

// valley is where a descent begins.
func valley() *fx.Array { return fx.New([]float64{-1.2, 1}) }

// valleyTried are settings of PSGD that are tried side by side, [k] each.
type valleyTried struct{ Fit, Rate, Key *fx.Array }

// fixed is a schedule of a traced number.
func fixed(v *fx.Array) optim.Schedule { return func(*fx.Array) *fx.Array { return v } }

// reached is the first step before which the loss is below the goal; +Inf if there
// is none.
func reached(loss []float64, goal float64) float64 {
	if k := slices.IndexFunc(loss, func(v float64) bool { return v < goal }); k >= 0 {
		return float64(k)
	}
	return math.Inf(1)
}

// rosenbrock is part B for one seed.
func (e experiment) rosenbrock(_ context.Context, env *study.Env, _ plan) error {
	program, err := study.Once(env, "valley", func() (func(valleyTried) *fx.Array, error) {
		return fx.Jit(fx.Vmap(func(t valleyTried) *fx.Array {
			o := optim.NewPSGD[*fx.Array](e.methods.newton, fixed(t.Rate), t.Key)
			o.PrecondStep, o.ClipNorm = fixed(t.Fit), valleyClip
			_, _, info := optim.Descend(o, data.Rosenbrock, valley(), o.Init(valley()), valleySteps+1)
			return info.Loss
		})), nil
	})
	if err != nil {
		return err
	}
	var fits, rates []float64
	for _, fit := range valleyFitSteps {
		for _, rate := range valleyRates {
			fits, rates = append(fits, fit), append(rates, rate)
		}
	}
	key := random.FoldIn(random.New(env.Seed), partValley)
	loss := program(valleyTried{fx.New(fits), fx.New(rates), random.SplitArray(key, len(fits))})
	for i := range fits {
		recordValley(env.Record.With("method", namePSGD, "fit", fits[i], "rate", rates[i]), loss.Index(i).Float64s())
	}
	return nil
}

// recordValley takes down a descent.
func recordValley(r *study.Recorder, loss []float64) {
	r.Scalar("valley_steps", reached(loss, valleyGoal))
	r.Scalar("valley_loss", finiteOr(loss[len(loss)-1]))
	for k := 0; k < len(loss); k += 1 + k/50 {
		r.Point("valley", float64(k), finiteOr(loss[k]))
	}
}

// plainValley runs the baselines of part B, which have no chance in them.
func plainValley(env *study.Env) {
	run := func(name string, rates []float64, make func(optim.Schedule) optim.Rule) {
		losses := fx.Jit(fx.Vmap(func(rate *fx.Array) *fx.Array {
			o := optim.FromRule[*fx.Array](make(fixed(rate)))
			_, _, info := optim.Descend(o, data.Rosenbrock, valley(), o.Init(valley()), plainSteps+1)
			return info.Loss
		}))(fx.New(rates))
		for i, rate := range rates {
			recordValley(env.Record.With("method", name, "rate", rate), losses.Index(i).Float64s())
		}
	}
	run(nameDescent, descentRates, func(lr optim.Schedule) optim.Rule { return optim.NewSGD(lr) })
	run(nameAdam, adamRates, func(lr optim.Schedule) optim.Rule { return optim.NewAdam(lr) })
}
