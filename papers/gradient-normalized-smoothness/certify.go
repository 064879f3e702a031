package gradientnormalizedsmoothness

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
)

// claimed are steps and the gamma that the method reports for each: points before
// and after them, [steps, d], gamma [steps].
type claimed struct {
	Instance             instance
	Before, After, Gamma *fx.Array
}

// promises are what the paper promises of each step, [steps].
type promises struct {
	// Descent is the decrease over gamma |g+|*^2 / (8 |g|*); it must be 1 or more.
	Descent *fx.Array
	// Reach is |x+ - x| / gamma; it must not exceed 1 where H is semidefinite.
	Reach *fx.Array
}

// certify computes the promises anew from the loss and the metric's matrix, and
// shares nothing with the method.
func certify(p problem) func(claimed) promises {
	return fx.Jit(func(c claimed) promises {
		loss := func(x *fx.Array) *fx.Array { return p.loss(c.Instance, x) }
		b := c.Instance.Metric.B
		dual := func(g *fx.Array) *fx.Array {
			if b == nil {
				return g.Norm()
			}
			return g.Dot(fx.Solve(b, g.ExpandDims(1)).Squeeze(1)).Sqrt()
		}
		long := func(h *fx.Array) *fx.Array {
			if b == nil {
				return h.Norm()
			}
			return h.Dot(b.MatMul(h)).Sqrt()
		}
		type step struct{ Before, After, Gamma *fx.Array }
		_, out := fx.Scan(func(none struct{}, s step) (struct{}, promises) {
			before, after := optim.At(loss, s.Before), optim.At(loss, s.After)
			promised := dual(after.Gradient).Square().Mul(s.Gamma).Div(dual(before.Gradient).MulScalar(8))
			return none, promises{before.Loss.Sub(after.Loss).Div(promised), long(s.After.Sub(s.Before)).Div(s.Gamma)}
		}, struct{}{}, step{c.Before, c.After, c.Gamma})
		return out
	})
}
