package psgd

import (
	"context"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// The invariance: on l(A theta') with Q'_0 = Q_0 A^-T and v' = A^-1 v, PSGD makes the
// steps theta' = A^-1 theta, where A^-T is in the group: for upper triangular Q, where
// A is lower triangular. (h' = A'HA v' = A'h, so that Q'h' = Qh and Q'^-T v' = Q^-T v.)

const (
	invariantSteps = 50
	invariantSize  = 6
	invariantScale = 0.05 // of Q_0: the Hessian's norm at the start is about 400
)

// changed is a change of the parameters: A, and the v of every step, [steps, n].
type changed struct{ A, V, Start, Key *fx.Array }

// paths are the iterates as they are and, brought back by A, those in the other
// parameters: [steps, n].
type paths struct{ Plain, Back *fx.Array }

// invariance runs PSGD on Rosenbrock's function of six variables twice.
func (e experiment) invariance(_ context.Context, env *study.Env, _ plan) error {
	program, err := study.Once(env, "invariance", func() (func(changed) paths, error) {
		return fx.Jit(func(in changed) paths {
			inverse := fx.Inverse(in.A)
			follow := func(loss optim.Loss[*fx.Array], x, v, q *fx.Array) *fx.Array {
				type place struct {
					X *fx.Array
					S optim.State
				}
				o := optim.NewPSGD[*fx.Array](e.methods.newton, optim.Constant(0.1), in.Key)
				o.InitScale = 1 // any: Q is set below, for a scale of the first pair's would depend on the parameters
				s := o.Init(x).(optim.PSGDState)
				s.Precond.Blocks[0] = fx.Map(func(*fx.Array) *fx.Array { return q }, s.Precond.Blocks[0]) // Q is all there is
				_, xs := fx.Scan(func(at place, v *fx.Array) (place, *fx.Array) {
					o := o
					o.Probes = func(_, _ *fx.Array) *fx.Array { return v }
					x, s, _ := o.Step(loss, at.X, at.S)
					return place{x, s}, x
				}, place{x, s}, v)
				return xs
			}
			first := fx.Eye(fx.Float64, invariantSize).MulScalar(invariantScale)
			there := func(x *fx.Array) *fx.Array { return data.Rosenbrock(in.A.MatMul(x)) }
			return paths{
				follow(data.Rosenbrock, in.Start, in.V, first),
				follow(there, inverse.MatMul(in.Start), in.V.MatMul(inverse.T()), first.MatMul(inverse.T())).MatMul(in.A.T()),
			}
		}), nil
	})
	if err != nil {
		return err
	}
	keys := random.Split(random.FoldIn(random.New(env.Seed), partInvariance), 4)
	n := invariantSize
	a := random.Normal(keys[0], fx.Float64, n, n).Tril(-1).MulScalar(0.5).
		Add(random.Uniform(keys[1], fx.Float64, 0.5, 2, n).Diag(0))
	out := program(changed{a, random.Normal(keys[2], fx.Float64, invariantSteps, n), fx.Full(fx.Float64, -0.5, n), keys[3]})
	apart := out.Plain.Sub(out.Back).Abs().Max(1)
	moved := out.Plain.AddScalar(0.5).Abs().Max(1)
	env.Record.Scalar("drift", finiteOr(apart.Max().Item()))
	env.Record.Scalar("moved", finiteOr(moved.Max().Item()))
	return nil
}
