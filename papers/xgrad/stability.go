package xgrad

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
)

// Part B: momentum on parabolas. All curvatures go side by side, as elements of
// one array.

const (
	parabolas     = 3000
	parabolaSteps = 3000
	lowest        = 0.02  // lr h of the flattest
	spacing       = 1.002 // from one to the next
)

// limit is the largest lr h at which momentum with s updates ahead is stable on
// a parabola of curvature h. With k = lr h the step is
//
//	u_t = (mu - s k) u_{t-1} + h theta_{t-1},  theta_t = theta_{t-1} - lr u_t,
//
// whose polynomial z^2 - (1 + mu - s k - k) z + (mu - s k) has both roots inside
// the unit circle iff |mu - s k| < 1 and k < 2(1+mu)/(1+2s). The second is the
// tighter one.
func limit(mu float64, s int) float64 {
	ahead := float64(s)
	k := 2 * (1 + mu) / (1 + float64(2*ahead))
	if s > 0 {
		k = math.Min(k, (1+mu)/ahead)
	}
	return k
}

// stability records, for each momentum and number of updates ahead, the largest
// lr h from which the method comes to rest, and below which it always does.
func (e experiment) stability(r *study.Recorder, p plan) {
	curvatures := make([]float64, parabolas)
	curvatures[0] = lowest
	for i := 1; i < parabolas; i++ {
		curvatures[i] = curvatures[i-1] * spacing
	}
	for _, mu := range p.mus {
		for _, s := range p.ahead {
			end := e.roll(fx.New(curvatures), mu, s)
			stable := 0.0
			for i, x := range end {
				if !(math.Abs(x) < 1) {
					break
				}
				stable = curvatures[i]
			}
			r.With("mu", mu, "s", s).Scalar("stable", stable)
			r.With("mu", mu, "s", s).Scalar("limit", limit(mu, s))
		}
	}
}

// roll makes steps of rate 1 from 1 on parabolas h theta^2 / 2. Each has a state
// of its own: one that runs away takes no prediction from the others.
func (e experiment) roll(h *fx.Array, mu float64, s int) []float64 {
	o := e.methods.point(optim.NewMomentum(optim.Constant(1), mu), s)
	type rolling struct {
		P *fx.Array
		S optim.State
	}
	one := func(h *fx.Array) *fx.Array {
		loss := func(p *fx.Array) *fx.Array { return p.Square().Mul(h).MulScalar(0.5) }
		start := fx.OnesLike(h)
		end, _ := fx.Scan(func(now rolling, _ []*fx.Array) (rolling, []*fx.Array) {
			p, s, _ := o.Step(loss, now.P, now.S)
			return rolling{p, s}, nil
		}, rolling{start, o.Init(start)}, nil, fx.Length(parabolaSteps))
		return end.P
	}
	return fx.Jit(fx.Vmap(one))(h).Float64s()
}
