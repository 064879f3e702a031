package optim

import "github.com/fluxion-go/fluxion/fx"

// Descend makes n steps on one loss, as a single fx.Scan, and returns where they
// lead. Its Info is that of the steps, each array with a leading axis of n:
// Info.Loss[k] is the loss at the parameters that step k started from.
//
// It does not stop early; [Info] tells at which step a tolerance was met. Like
// Step it evaluates nothing: compile it with fx.Jit. It panics with an *fx.Error
// if n is below 1.
func Descend[P any](o Optimizer[P], loss Loss[P], p P, s State, n int) (P, State, Info) {
	if n < 1 {
		fail("Descend", "%d steps; there must be at least one", n)
	}
	type place struct {
		P P
		S State
	}
	end, info := fx.Scan(func(at place, _ struct{}) (place, Info) {
		q, t, info := o.Step(loss, at.P, at.S)
		return place{q, t}, info
	}, place{p, s}, struct{}{}, fx.Length(n))
	return end.P, end.S, info
}
