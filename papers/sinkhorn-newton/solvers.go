package sinkhornnewton

import (
	"fmt"
	"time"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/transport"
)

const (
	// finest is the marginal error that runs aim at; fine is the one that they
	// are compared at.
	finest, fine = 1e-12, 1e-11
	// The claims' setting: 15 elements a row, 20 Sinkhorn iterations before.
	claimedKept, claimedWarmup = 15, 20
)

// Names of the solvers.
const (
	nameSinkhorn = "Sinkhorn"
	nameSparse   = "SNS"
	nameDense    = "dense Newton"
	nameAuto     = "SNS, adaptive"
)

// lineup holds the solvers that are compared. A test puts broken ones in their
// place and sees that the claims notice.
type lineup struct {
	sparse func(density float64, warmup int, tol float64) transport.Solver
}

var published = lineup{sparse: func(density float64, warmup int, tol float64) transport.Solver {
	return transport.SinkhornNewton{Density: density, Warmup: warmup, Tol: tol, Record: true}
}}

// method is a solver as tables name it.
type method struct {
	name   string
	kept   int // elements a row of the sparse Hessian, 0 for others
	warmup int // Sinkhorn iterations before Newton's
	solver transport.Solver
}

func (m method) labels() []any { return []any{"method", m.name, "kept", m.kept, "warmup", m.warmup} }

// sparse is Sinkhorn-Newton-Sparse with so many elements a row.
func (e experiment) sparse(kept, warmup, rows int, tol float64) method {
	return method{nameSparse, kept, warmup, e.solvers.sparse(float64(kept)/float64(rows), warmup, tol)}
}

// methods are the solvers for one problem, the claims' setting first.
func (e experiment) methods(p plan, name string, rows int) []method {
	list := []method{
		e.sparse(claimedKept, claimedWarmup, rows, finest),
		{nameSinkhorn, 0, 0, transport.Sinkhorn{Tol: finest, MaxIter: p.cap, Record: true}},
	}
	if !p.grid {
		return list
	}
	warmups := []int{20, 100}
	if name == caseImageL1 {
		warmups = append(warmups, 300) // the solution is not unique: the paper takes 700 at n = 784
	}
	for _, kept := range []int{2, 5, 15} {
		for _, warmup := range warmups {
			if kept != claimedKept || warmup != claimedWarmup {
				list = append(list, e.sparse(kept, warmup, rows, finest))
			}
		}
	}
	return append(list,
		method{nameAuto, 0, claimedWarmup, transport.SinkhornNewton{Auto: true, Warmup: claimedWarmup, Tol: finest, Record: true}},
		method{nameDense, 0, claimedWarmup, transport.SinkhornNewton{Density: 1, Warmup: claimedWarmup, Tol: finest, Record: true}})
}

// solution is what a compiled solver gives.
type solution struct {
	Z      transport.Potentials
	Report transport.Report
}

// program is a solver, compiled for problems of one size: it serves all seeds.
func program(env *study.Env, name string, s transport.Solver) (func(transport.Entropic) solution, error) {
	return study.Once(env, name, func() (func(transport.Entropic) solution, error) {
		return fx.Jit(func(e transport.Entropic) solution {
			z, report := s.Solve(e, e.Zero())
			return solution{z, report}
		}), nil
	})
}

// seconds is how long a compiled solver takes for a problem.
func seconds(run func(transport.Entropic) solution, e transport.Entropic) float64 {
	begin := time.Now()
	fx.Eval(run(e))
	return time.Since(begin).Seconds()
}

func (m method) String() string {
	return fmt.Sprintf("%s, %d kept, %d before", m.name, m.kept, m.warmup)
}
