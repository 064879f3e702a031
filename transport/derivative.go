package transport

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/implicit"
	"github.com/fluxion-go/fluxion/linalg"
)

// Solved are the centred potentials of a problem, with their derivatives in
// cost and masses by the implicit function theorem: one linear system in the
// whole Hessian, whatever the solver (Newton's own operator, solved once more).
// Derivatives are as good as the solution. Changes of the masses must keep the
// two sums equal.
func Solved(e Entropic, s Solver) (Potentials, Report) {
	e.must("Solved")
	if s == nil {
		fail("Solved", "the solver is nil")
	}
	// Centring makes the solution unique and the system definite.
	root := func(z Potentials, e Entropic) Potentials {
		off := e.Gradient(z)
		tilt := z.X.Sum().Sub(z.Y.Sum())
		return Potentials{tilt.Sub(off.X), tilt.Neg().Sub(off.Y)}
	}
	solve := func(start Potentials, e Entropic) (Potentials, Report) {
		z, report := s.Solve(e, start)
		return z.Centred(), report
	}
	return implicit.Custom(root, solve, linalg.CG[Potentials]{})(e.Zero(), e)
}

// Value is the value of the problem, min <C, P> + (1/eta) sum P log P, a scalar.
// Its derivatives are, by the envelope theorem, the plan (in the cost) and the
// potentials (in the masses); second derivatives are those of Solved.
func Value(e Entropic, s Solver) (*fx.Array, Report) {
	z, report := Solved(e, s)
	return e.Dual(z), report
}

// Plan is the solution, [n, m], with its derivatives.
func Plan(e Entropic, s Solver) (*fx.Array, Report) {
	z, report := Solved(e, s)
	return e.Plan(z), report
}
