package sinkhornnewton

import (
	"context"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/transport"
)

// overRelaxation is how many iterations the Sinkhorn iteration takes when every
// change is made larger: the tuned baseline, on one problem.
func (e experiment) overRelaxation(ctx context.Context, env *study.Env, p plan) error {
	problem := lap(0, p.points, p.lapEta)
	for _, omega := range []float64{1, 1.3, 1.6} {
		run, err := program(env, fmt.Sprintf("over-relaxed by %v", omega), transport.Sinkhorn{Tol: fine, MaxIter: p.cap, Relaxation: omega})
		if err != nil {
			return err
		}
		s := run(problem)
		r := env.Record.With("omega", omega)
		r.Scalar("relaxed_iterations", s.Report.Sinkhorn.Item())
		r.Scalar("relaxed_error", s.Report.Error.Item())
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// sparsity is the mass of the plan outside its largest elements along the
// Sinkhorn iterations, for both random problems at the same eta.
func sparsity(ctx context.Context, env *study.Env, p plan) error {
	problems := map[string]transport.Entropic{
		caseLap:    lap(env.Seed, p.points, p.lapEta),
		casePoints: clouds(env.Seed, p.points, p.lapEta),
	}
	type sight struct {
		Z       transport.Potentials
		Outside [3]*fx.Array
	}
	type question struct {
		E transport.Entropic
		Z transport.Potentials
	}
	advance, err := study.Once(env, "one iteration", func() (func(question) sight, error) {
		return fx.Jit(func(q question) sight {
			z, _ := transport.Sinkhorn{MaxIter: 1, Tol: math.SmallestNonzeroFloat64}.Solve(q.E, q.Z)
			s := sight{Z: z}
			for i, kept := range keptShown {
				s.Outside[i] = transport.Outside(q.E.Plan(z), kept*p.points)
			}
			return s
		}), nil
	})
	if err != nil {
		return err
	}
	for _, name := range []string{caseLap, casePoints} {
		e := problems[name]
		z := e.Zero()
		for t := range env.Steps("sparsity of "+name, courseLength) {
			s := advance(question{e, z})
			z = s.Z
			for i, kept := range keptShown {
				r := env.Record.With("case", name, "kept", kept)
				mass := s.Outside[i].Item()
				r.Point("outside", float64(t+1), mass)
				if t+1 == claimedWarmup {
					r.Scalar("outside", mass)
				}
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// keptShown are the numbers of elements a row whose complement is weighed.
var keptShown = []int{2, 5, 15}

const courseLength = 60

// theorem sets theorem 1 beside a problem so small that all its vertices can be
// listed: an assignment of 6 to 6, chosen for its clear winner. With Delta the smallest difference of the
// costs of two vertices (to the best one), after t Sinkhorn iterations the mass
// outside the optimal assignment is at most 6 n^2 exp(-eta Delta) + sqrt(q/t),
// where q = 2 eta (f* - f at the start), which is how fast the marginal error
// must fall (Pinsker's inequality; Dvurechensky, Gasnikov and Kroshnin 2018).
func (e experiment) theorem(env *study.Env) error {
	const n = 6
	cost, delta, err := clearest(n, 50)
	if err != nil {
		return err
	}
	// Twice what the theorem asks for.
	eta := 2 * (1 + 2*logarithm(n)) / delta
	problem := transport.Entropic{Cost: cost, Rows: even(n), Columns: even(n), Eta: eta}
	best, report := transport.SinkhornNewton{Density: 1, Tol: 1e-10, Warmup: 200}.Solve(problem, problem.Zero())
	if err := report.Err(); err != nil {
		return err
	}
	q := 2 * eta * (problem.Dual(best).Item() - problem.Dual(problem.Zero()).Item())
	r := env.Record.With("delta", delta, "eta", eta)
	r.Scalar("initial_gap", q)
	z := problem.Zero()
	for t := 1; t <= 200; t++ {
		z, _ = transport.Sinkhorn{MaxIter: 1, Tol: math.SmallestNonzeroFloat64}.Solve(problem, z)
		fx.Eval(z)
		r.Point("small_outside", float64(t), transport.Outside(problem.Plan(z), n).Item())
		r.Point("small_bound", float64(t), float64(6*n*n*fx.Scalar(-eta*delta).Exp().Item())+math.Sqrt(q/float64(t)))
	}
	return nil
}

// clearest is, of some random assignment problems, the one whose best assignment
// leads by most, for whose eta Sinkhorn's iteration is not slow.
func clearest(n, problems int) (cost *fx.Array, delta float64, err error) {
	keys := random.Split(random.FoldIn(random.New(0), partSmall), problems)
	for _, key := range keys {
		c := random.Uniform(key, fx.Float64, 0, 1, n, n)
		gap, err := vertexGap(c)
		if err != nil {
			return nil, 0, err
		}
		if gap > delta {
			cost, delta = c, gap
		}
	}
	return cost, delta, nil
}

// vertexGap is the smallest difference of the costs of an assignment and the
// best one, in plans of mass 1: that of the best assignment that avoids one of
// the best one's pairs.
func vertexGap(cost *fx.Array) (float64, error) {
	n := cost.Dim(0)
	best, least, err := linalg.Assign(cost)
	if err != nil {
		return 0, err
	}
	values, gap := cost.Float64s(), math.Inf(1)
	for i, j := range best {
		without := append([]float64{}, values...)
		without[i*n+j] = math.Inf(1)
		_, next, err := linalg.Assign(fx.New(without, n, n))
		if err != nil {
			return 0, err
		}
		gap = math.Min(gap, (next-least)/float64(n))
	}
	return gap, nil
}
