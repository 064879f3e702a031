package optim

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
)

// gradients makes a fixed sequence of n gradients of 3 elements, of which the
// last is zero at times, and the scale of the second changes a thousandfold.
func gradients(n int) [][]float64 {
	x := uint64(0x9e3779b97f4a7c15)
	next := func() float64 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		return float64(x>>11)/(1<<52) - 1
	}
	out := make([][]float64, n)
	for t := range out {
		g := []float64{next() + 0.3, next(), next()}
		if t%20 < 5 {
			g[1] *= 1000
		}
		if t%7 == 3 || t < 2 {
			g[2] = 0
		}
		out[t] = g
	}
	return out
}

var start = []float64{1, -2, 0.5}

// formula is an optimizer for one scalar parameter, in float64: it gives the
// new parameter.
type formula func(t int, p, g float64) float64

// reference runs a formula for each element.
func reference(start []float64, gs [][]float64, make func() formula) [][]float64 {
	fs := []formula{make(), make(), make()}
	p := slices.Clone(start)
	out := [][]float64{}
	for t, g := range gs {
		for i := range p {
			p[i] = fs[i](t+1, p[i], g[i])
		}
		out = append(out, slices.Clone(p))
	}
	return out
}

type ruleStep struct {
	P, G []*fx.Array
	S    State
}

// trajectory runs a rule on the gradients, with parameters in two leaves of
// unlike shapes.
func trajectory(t *testing.T, r Rule, d fx.DType, gs [][]float64, compiled bool) [][]float64 {
	t.Helper()
	return trajectoryFrom(t, start, r, d, gs, compiled)
}

func trajectoryFrom(t *testing.T, start []float64, r Rule, d fx.DType, gs [][]float64, compiled bool) [][]float64 {
	t.Helper()
	leaves := func(v []float64) []*fx.Array {
		return []*fx.Array{fx.New(v[:2], 2, 1).AsType(d), fx.Scalar(v[2]).AsType(d)}
	}
	step := func(in ruleStep) ruleStep {
		u, s := r.Update(in.G, in.S, in.P)
		return ruleStep{P: ApplyUpdates(in.P, u), S: s}
	}
	if compiled {
		step = fx.Jit(step, fx.Donate("P"), fx.Donate("S"))
	}
	now := ruleStep{P: leaves(start)}
	r = Bind(r, []string{"W", "B"})
	now.S = r.Init(now.P)
	var out [][]float64
	for _, g := range gs {
		now.G = leaves(g)
		now = step(now)
		fx.Eval(now)
		out = append(out, append(now.P[0].Float64s(), now.P[1].Float64s()...))
	}
	return out
}

// worst is the largest difference of two trajectories relative to the larger of
// 1 and the value.
func worst(a, b [][]float64) float64 {
	w := 0.0
	for t := range a {
		for i := range a[t] {
			if a[t][i] == b[t][i] {
				continue
			}
			d := math.Abs(a[t][i]-b[t][i]) / max(1, math.Abs(b[t][i]))
			if !(d <= w) {
				w = d
			}
		}
	}
	return w
}

func sameBits(a, b [][]float64) bool {
	return slices.EqualFunc(a, b, func(x, y []float64) bool {
		return slices.EqualFunc(x, y, func(v, w float64) bool { return math.Float64bits(v) == math.Float64bits(w) })
	})
}

const refSteps = 120

// rates is the schedule of the reference runs: it falls, and ends at 0.
func rates(t int) float64 { return 0.01 * (1 - float64(min(t-1, refSteps-1))/(refSteps-1)) }

func falling() Schedule { return Linear(0.01, 0, refSteps-1) }

// published are the rules with the formulas of their papers, for step t = 1, 2, ...
func published() map[string]struct {
	rule Rule
	make func() formula
} {
	type pair = struct {
		rule Rule
		make func() formula
	}
	out := map[string]pair{}
	constant, lr := Constant(0.01), func(int) float64 { return 0.01 }

	out["sgd"] = pair{NewSGD(falling()), func() formula {
		return func(t int, p, g float64) float64 { return p - rates(t)*g }
	}}
	out["momentum, PyTorch"] = pair{NewMomentum(falling(), 0.9), func() formula {
		b := 0.0
		return func(t int, p, g float64) float64 {
			b = 0.9*b + g
			return p - rates(t)*b
		}
	}}
	classical := NewMomentum(falling(), 0.9)
	classical.RateInside = true
	out["momentum, classical"] = pair{classical, func() formula {
		v := 0.0
		return func(t int, p, g float64) float64 {
			v = 0.9*v - rates(t)*g
			return p + v
		}
	}}
	damped := NewMomentum(constant, 0.9)
	damped.Dampening = 0.9
	damped.StartWithGradient = false
	out["momentum, dampened"] = pair{damped, func() formula {
		m := 0.0
		return func(t int, p, g float64) float64 {
			m = 0.9*m + (1-0.9)*g
			return p - lr(t)*m
		}
	}}
	out["Nesterov"] = pair{NewNesterov(falling(), 0.9), func() formula {
		b := 0.0
		return func(t int, p, g float64) float64 {
			b = 0.9*b + g
			return p - rates(t)*(g+0.9*b)
		}
	}}
	for _, b := range [][2]float64{{0.9, 0.999}, {0.9, 0.5}, {0, 0.9}, {0.99, 0.1}, {0.5, 0}} {
		mu, nu := b[0], b[1]
		adam := NewAdam(falling())
		adam.Beta1, adam.Beta2 = mu, nu
		out[fmt.Sprint("Adam ", b)] = pair{adam, func() formula {
			m, n := 0.0, 0.0
			return func(t int, p, g float64) float64 {
				m = mu*m + (1-mu)*g
				n = nu*n + (1-nu)*g*g
				if m == 0 {
					return p
				}
				mh, nh := m/(1-math.Pow(mu, float64(t))), n/(1-math.Pow(nu, float64(t)))
				return p - rates(t)*mh/(math.Sqrt(nh)+1e-8)
			}
		}}
		laprop := NewLaProp(falling())
		laprop.Beta1, laprop.Beta2 = mu, nu
		out[fmt.Sprint("LaProp ", b)] = pair{laprop, func() formula {
			m, n := 0.0, 0.0
			return func(t int, p, g float64) float64 {
				n = nu*n + (1-nu)*g*g
				nh := n / (1 - math.Pow(nu, float64(t)))
				m = mu*m + (1-mu)*g/(math.Sqrt(nh)+1e-15)
				return p - rates(t)/(1-math.Pow(mu, float64(t)))*m
			}
		}}
	}
	lion := NewLion(falling())
	lion.Decay.Value = 0.1
	out["Lion"] = pair{lion, func() formula {
		m := 0.0
		return func(t int, p, g float64) float64 {
			u := 0.9*m + (1-0.9)*g
			m = 0.99*m + (1-0.99)*g
			if u != 0 {
				u = math.Copysign(1, u)
			}
			return p - rates(t)*(u+0.1*p)
		}
	}}
	adan := NewAdan(falling())
	adan.Decay = 0.1
	out["Adan"] = pair{adan, func() formula {
		m, v, n, before := 0.0, 0.0, 0.0, 0.0
		return func(t int, p, g float64) float64 {
			d := g - before
			if t == 1 {
				d = 0
			}
			before = g
			m = 0.98*m + (1-0.98)*g
			v = 0.92*v + (1-0.92)*d
			n = 0.99*n + (1-0.99)*(g+0.92*d)*(g+0.92*d)
			corrected := func(x, beta float64) float64 { return x / (1 - math.Pow(beta, float64(t))) }
			u := (corrected(m, 0.98) + 0.92*corrected(v, 0.92)) / (math.Sqrt(corrected(n, 0.99)) + 1e-8)
			return (p - rates(t)*u) / (1 + 0.1*rates(t))
		}
	}}
	belief := NewAdaBelief(falling())
	belief.Beta2 = 0.9
	m3 := NewAdaM3(falling())
	m3.Beta2, m3.Epsilon = 0.9, 1e-8
	for name, r := range map[string]Rule{"AdaBelief": belief, "AdaM3": m3} {
		out[name] = pair{r, func() formula {
			m, n := 0.0, 0.0
			return func(t int, p, g float64) float64 {
				m = 0.9*m + (1-0.9)*g
				d, inside, outside := g-m, 1e-16, 1e-16
				if name == "AdaM3" {
					d, inside, outside = m, 1e-8, 0
				}
				n = 0.9*n + (1-0.9)*d*d + inside
				c := 1 - math.Pow(0.9, float64(t)) // of both averages
				return p - rates(t)*(m/c)/(math.Sqrt(n/c)+outside)
			}
		}}
	}
	return out
}

func TestPublishedFormulas(t *testing.T) {
	gs := gradients(refSteps)
	for name, c := range published() {
		t.Run(name, func(t *testing.T) {
			want := reference(start, gs, c.make)
			got := trajectory(t, c.rule, fx.Float64, gs, false)
			if w := worst(got, want); !(w < 1e-11) {
				t.Errorf("float64 is off by %g", w)
			}
			for _, d := range []fx.DType{fx.Float32, fx.Float64} {
				plain, compiled := trajectory(t, c.rule, d, gs[:40], false), trajectory(t, c.rule, d, gs[:40], true)
				if !sameBits(plain, compiled) {
					t.Errorf("%v: compiled differs from plain by %g", d, worst(plain, compiled))
				}
			}
		})
	}
}
