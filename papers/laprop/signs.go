package laprop

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
)

// signMomentum is momentum of signs, written from its formula and sharing
// nothing with LaProp, so that the two can be compared bit for bit:
//
//	m_t = mu m_{t-1} + (1-mu) sign(g_t)
//	p_{t+1} = p_t - rate / (1-mu^t) m_t
type signMomentum struct{ rate, mu float64 }

// signState holds m, and 1-mu^t as the sum of the weights in it.
type signState struct {
	Mean   []*fx.Array
	Weight *fx.Array
}

// Init starts at zero.
func (r signMomentum) Init(p []*fx.Array) optim.State {
	s := signState{Weight: fx.Scalar(0.0)}
	for _, a := range p {
		s.Mean = append(s.Mean, fx.ZerosLike(a))
	}
	return s
}

// Update gives the step.
func (r signMomentum) Update(g []*fx.Array, s optim.State, _ []*fx.Array) ([]*fx.Array, optim.State) {
	own := s.(signState)
	next := signState{Weight: own.Weight.MulScalar(r.mu).AddScalar(1 - r.mu)}
	length := fx.Scalar(-r.rate).Div(next.Weight)
	steps := make([]*fx.Array, len(g))
	for i := range g {
		m := own.Mean[i].MulScalar(r.mu).Add(g[i].Sign().MulScalar(1 - r.mu))
		next.Mean = append(next.Mean, m)
		steps[i] = m.Mul(length)
	}
	return steps, next
}
