package ode

import "github.com/fluxion-go/fluxion/fx"

// Method is an explicit Runge-Kutta method (Butcher's tableau; Hairer, Nørsett
// and Wanner, "Solving Ordinary Differential Equations I", 1993, section II.1):
//
//	k_i = f(t + C_i h, y + h sum over j < i of A_ij k_j),  y' = y + h sum of B_i k_i
type Method struct {
	Name  string
	Order int
	A     [][]float64
	B, C  []float64
}

// The methods. Heun is the trapezoidal one of order 2 (Heun 1900), Midpoint is
// Runge's (1895), RK4 is Kutta's (1901).
var (
	Euler    = Method{"Euler", 1, [][]float64{{}}, []float64{1}, []float64{0}}
	Midpoint = Method{"midpoint", 2, [][]float64{{}, {1. / 2}}, []float64{0, 1}, []float64{0, 1. / 2}}
	Heun     = Method{"Heun", 2, [][]float64{{}, {1}}, []float64{1. / 2, 1. / 2}, []float64{0, 1}}
	RK4      = Method{"RK4", 4, [][]float64{{}, {1. / 2}, {0, 1. / 2}, {0, 0, 1}}, []float64{1. / 6, 1. / 3, 1. / 3, 1. / 6}, []float64{0, 1. / 2, 1. / 2, 1}}
)

// Step takes one step of length h from (t, y); h and t are scalars.
func Step[S any](m Method, f func(t *fx.Array, y S) S, t, h *fx.Array, y S) S {
	return advance(y, h, m.B, stages(m, f, t, h, y, nil))
}

// stages evaluates f as often as the method says; k holds the values known already.
func stages[S any](m Method, f func(t *fx.Array, y S) S, t, h *fx.Array, y S, k []S) []S {
	for i := len(k); i < len(m.B); i++ {
		at := t
		if m.C[i] != 0 {
			at = t.Add(h.MulScalar(m.C[i]))
		}
		next := f(at, advance(y, h, m.A[i], k))
		checkField(m.Name, "the field's value", next, y)
		k = append(k, next)
	}
	return k
}

// check rejects a tableau that is not an explicit method.
func (m Method) check(op string) {
	ok := len(m.B) > 0 && len(m.A) == len(m.B) && len(m.C) == len(m.B)
	for i := 0; ok && i < len(m.A); i++ {
		ok = len(m.A[i]) <= i
	}
	if !ok {
		fail(op, "the method %q is no explicit tableau: %d rows, %d weights, %d nodes", m.Name, len(m.A), len(m.B), len(m.C))
	}
}
