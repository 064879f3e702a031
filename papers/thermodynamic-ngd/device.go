package thermodynamicngd

import (
	"context"
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/ode"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// Of the study of the device.
const (
	settled       = 50.0 // ten relaxation times of the damping
	readouts      = 200
	readoutKappa0 = 1e-3
)

var deviceTaus = []float64{0, 0.5, 1, 2, 5, 10, 20, settled}

// system is the linear system of one minibatch, on vectors in float64.
type system struct {
	g, solution *fx.Array
	fisher      func(*fx.Array) *fx.Array // with damping
	spectrum    linalg.Spectral
}

// deviceSystem is that of a network at its start and the first images of the set.
func deviceSystem(m net, s classify.Images) system {
	double := func(a *fx.Array) *fx.Array { return a.AsType(fx.Float64) }
	m, s = fx.Map(double, m), classify.Images{Pixels: double(s.Pixels), Labels: s.Labels}
	x, unravel := linalg.Ravel(m)
	g, _ := linalg.Ravel(fx.Grad(func(m net) *fx.Array { return crossEntropy(s)(m.Apply(s.Pixels)) })(m))
	operator := fisher(s)(m)
	rows := fx.Leaves(fisherFactors(s)(m))
	for i, a := range rows {
		rows[i] = a.Reshape(a.Dim(0), -1)
	}
	lambda := fx.Scalar(damping)
	solve, _ := optim.LowRankSystem[net]{Factors: fisherFactors(s)}.At(m, x, nil, optim.Metric{})
	solution, _ := solve(lambda, g)
	return system{g, solution,
		func(v *fx.Array) *fx.Array {
			y, _ := linalg.Ravel(operator(unravel(v)))
			return y.Add(v.MulScalar(damping))
		},
		linalg.GramSpectral(fx.Concatenate(1, rows...), lambda)}
}

func cosine(a, b *fx.Array) *fx.Array { return a.Dot(b).Div(a.Norm().Mul(b.Norm())) }

// device is part A: how the readout goes from the gradient to the natural gradient,
// and the statistics of noisy ones.
func (e experiment) device(ctx context.Context, env *study.Env, p plan, sets *classify.Sets) error {
	m, s := network(p, sets, env.Seed), sets.Train.Slice(0, p.batch)
	sys := deviceSystem(m, s)
	fx.Eval(sys.g, sys.solution, sys.spectrum)
	r := env.Record.With("part", "device")
	process := process{A: sys.fisher, B: sys.g}
	r.Scalar("largest_eigenvalue", sys.spectrum.Values.Max().Item())
	exact, _ := optim.CGSystem[net]{Tol: exactTol, MaxIter: exactProducts}.At(m, sys.g, func(v *fx.Array) *fx.Array { return sys.fisher(v).Sub(v.MulScalar(damping)) }, optim.Metric{})
	byCG, products := exact(fx.Scalar(damping), sys.g)
	r.Scalar("solvers_apart", byCG.Sub(sys.solution).Norm().Div(sys.solution.Norm()).Item())
	r.Scalar("exact_products", products.Item())
	r.Scalar("residual", sys.fisher(sys.solution).Sub(sys.g).Norm().Div(sys.g.Norm()).Item())
	if err := process.Check(dt, noiseKey(env.Seed)); err != nil {
		return fmt.Errorf("the device of the first minibatch: %w", err)
	}

	type told struct{ Solution, Gradient, Error, Moved *fx.Array }
	var toSolution, toGradient, errors []float64
	task := env.Task("device", len(deviceTaus)+2)
	for _, tau := range deviceTaus {
		t := fx.Jit(func(sys vectors) told {
			v := e.methods.relax(process, sys.G, ode.Relaxation{Tau: tau, Dt: dt}, nil)
			return told{cosine(v, sys.Solution), cosine(v, sys.G), v.Sub(sys.Solution).Norm().Div(sys.Solution.Norm()), v.Sub(sys.G).Abs().Max()}
		})(vectors{sys.g, sys.solution})
		toSolution, toGradient, errors = append(toSolution, t.Solution.Item()), append(toGradient, t.Gradient.Item()), append(errors, t.Error.Item())
		if tau == 0 {
			r.Scalar("start_moved", t.Moved.Item())
		}
		task.Add(1)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	r.Series("cosine_solution", deviceTaus, toSolution)
	r.Series("cosine_gradient", deviceTaus, toGradient)
	r.Series("error", deviceTaus, errors)

	// Noisy readouts: by Euler's steps, and by the exact law of the same device.
	law := ode.OrnsteinUhlenbeckLaw{A: sys.spectrum, B: sys.g, Kappa0: readoutKappa0}
	process.Kappa0 = readoutKappa0
	keys := random.SplitArray(random.FoldIn(random.New(env.Seed), partReadouts), readouts)
	for _, how := range []struct {
		name string
		draw func(key *fx.Array) *fx.Array
	}{
		{"Euler", func(key *fx.Array) *fx.Array {
			return e.methods.relax(process, sys.g, ode.Relaxation{Tau: settled, Dt: p.readoutDt}, key)
		}},
		{"exact", func(key *fx.Array) *fx.Array { return law.Sample(sys.g, settled, key) }},
	} {
		all := fx.Jit(fx.Vmap(how.draw))(keys)
		n := float64(sys.g.Dim(0))
		away := fx.Vmap(func(v *fx.Array) *fx.Array {
			d := v.Sub(sys.solution)
			return d.Dot(sys.fisher(d))
		})(all)
		bias := all.Mean(0).Sub(sys.solution)
		r := r.With("readout", how.name)
		// Both in units of what the theory says.
		expected := fx.Scalar(readoutKappa0 * n / readouts).Sqrt()
		r.Scalar("mean_error", bias.Dot(sys.fisher(bias)).Sqrt().Div(expected).Item())
		r.Scalar("deviation", away.Mean().Item()/(readoutKappa0*n))
		task.Add(1)
	}
	task.Finish()
	return nil
}

// vectors are arguments of a compiled program.
type vectors struct{ G, Solution *fx.Array }
