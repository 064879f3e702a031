package optim

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
)

// ConvexAverage is the momentum of trust-region methods (Kovalev 2025, Algorithm
// 1): a weighted mean of all gradients that begins with the first,
//
//	m_0 = g_0,  m_k = (1-Alpha) m_{k-1} + Alpha g_k.
//
// Unlike [Average] it does not start at zero and needs no correction. Its state
// is a TraceState, whose Buffer is m.
type ConvexAverage struct {
	// Alpha is the weight of the new gradient, in (0, 1]; 1 is no momentum.
	Alpha float64
	// Nesterov gives (1-Alpha) m_k + Alpha g_k, in which the new gradient counts
	// twice, as the published code of Muon does (Jordan et al. 2024).
	Nesterov bool
}

func (r ConvexAverage) trace() Trace {
	return Trace{Mu: 1 - r.Alpha, Dampening: 1 - r.Alpha, StartWithGradient: true}
}

// Validate checks the settings.
func (r ConvexAverage) Validate() error {
	if !(r.Alpha > 0 && r.Alpha <= 1) {
		return fmt.Errorf("alpha is %v; it must be in (0, 1]", r.Alpha)
	}
	return nil
}

// Init starts without a gradient.
func (r ConvexAverage) Init(p []*fx.Array) State {
	mustBeValid("ConvexAverage", r)
	return r.trace().init(p)
}

// Update gives the average.
func (r ConvexAverage) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	m, next := r.trace().accumulate("ConvexAverage", g, stateOf[TraceState]("ConvexAverage", g, s, p))
	if r.Nesterov {
		m = each2(func(m, g *fx.Array) *fx.Array {
			return m.MulScalar(1 - r.Alpha).Add(g.MulScalar(r.Alpha))
		}, m, g)
	}
	return m, next
}
