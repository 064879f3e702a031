package implicit

import (
	"github.com/fluxion-go/fluxion/fx"
)

// Primal is a primal solution with its multipliers.
type Primal[X any] struct {
	X  X
	Nu *fx.Array // of the equalities; nil if there are none
	La *fx.Array // of the inequalities, not negative; nil if there are none
}

// KKT is the residual of the conditions of Karush, Kuhn and Tucker for
//
//	minimise f(x, p)  subject to  g(x, p) <= 0,  h(x, p) = 0,
//
// which are: stationarity of f + La'g + Nu'h in x, La g = 0, and h = 0. g or h
// may be nil. Where an inequality holds with equality and has the multiplier 0,
// the Jacobian is singular: there is no derivative.
func KKT[X, P any](f, g, h func(x X, p P) *fx.Array) func(s Primal[X], p P) Primal[X] {
	return func(s Primal[X], p P) Primal[X] {
		if (g == nil) != (s.La == nil) || (h == nil) != (s.Nu == nil) {
			fail("KKT", "multipliers are needed for those constraints that exist, and only for those")
		}
		lagrangian := func(x X) *fx.Array {
			l := f(x, p)
			if g != nil {
				l = l.Add(g(x, p).Mul(s.La).Sum())
			}
			if h != nil {
				l = l.Add(h(x, p).Mul(s.Nu).Sum())
			}
			return l
		}
		r := Primal[X]{X: fx.Grad(lagrangian)(s.X)}
		if g != nil {
			r.La = s.La.Mul(g(s.X, p))
		}
		if h != nil {
			r.Nu = h(s.X, p)
		}
		return r
	}
}

// Complementarity says how far a solution is from one without a derivative: the
// smallest, over the inequalities g(x, p) <= 0, of the larger of multiplier and
// slack. Where it is 0 a constraint holds with equality and has no multiplier, and
// the Jacobian of KKT's conditions is singular.
func Complementarity[X, P any](g func(x X, p P) *fx.Array, s Primal[X], p P) *fx.Array {
	if g == nil || s.La == nil {
		fail("Complementarity", "there are no inequalities, or no multipliers")
	}
	return s.La.Maximum(g(s.X, p).Neg()).Min()
}
