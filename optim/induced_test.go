package optim

import (
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/random"
)

// induced is the trajectory of the published algorithms, written from their
// formulas for a list of gradients and losses.
func induced(variant string, lr, mu, xi, beta, b, eps, decay float64, p []float64, g [][]float64, losses []float64) []float64 {
	m, v, e := make([]float64, len(p)), make([]float64, len(p)), 0.0
	p = append([]float64(nil), p...)
	for k := range g {
		t := float64(k + 1)
		u := 0.0
		for i := range p {
			m[i] = mu*m[i] + (1-mu)*g[k][i]
			v[i] = b*v[i] + (1-b)*g[k][i]*g[k][i]
			d := 1.0
			if variant == "rms" {
				d = math.Sqrt(v[i]/(1-math.Pow(b, t))) + eps
			}
			u += xi * g[k][i] * g[k][i] / d
		}
		e = beta*e + (1-beta)*u
		hat := e / (1 - math.Pow(beta, t))
		s := 1 / (1 + hat)
		if variant == "log" {
			s = losses[k] / (losses[k]*losses[k] + hat)
		}
		for i := range p {
			d := 1.0
			if variant == "rms" {
				d = math.Sqrt(v[i]/(1-math.Pow(b, t))) + eps
			}
			p[i] -= lr*s*m[i]/((1-math.Pow(mu, t))*d) + lr*decay*p[i]
		}
	}
	return p
}

func TestInducedMetricByFormula(t *testing.T) {
	const n, steps = 5, 8
	start := random.Normal(random.New(1), fx.Float64, n).Float64s()
	var g [][]float64
	var losses []float64
	for k := range steps {
		g = append(g, random.Normal(random.New(uint64(10+k)), fx.Float64, n).MulScalar(3).Float64s())
		losses = append(losses, 0.1+float64(k*k))
	}
	for variant, make := range map[string]func(Schedule) InducedMetric{"plain": NewInducedMetric, "log": NewLogInducedMetric, "rms": NewRMSInducedMetric} {
		for _, beta := range []float64{0, 0.8} {
			r := make(Constant(0.05))
			r.Beta, r.Xi, r.Decay.Value = beta, 0.3, 0.02
			p := []*fx.Array{fx.New(start[:2]), fx.New(start[2:])} // the factor is global over leaves
			s := r.Init(p)
			for k := range steps {
				var u []*fx.Array
				u, s = r.UpdateExtra([]*fx.Array{fx.New(g[k][:2]), fx.New(g[k][2:])}, s, p, Extra{Loss: fx.Scalar(losses[k])})
				p[0], p[1] = p[0].Add(u[0]), p[1].Add(u[1])
			}
			got := append(p[0].Float64s(), p[1].Float64s()...)
			want := induced(variant, 0.05, 0.9, 0.3, beta, 0.99, 1e-8, 0.02, start, g, losses)
			for i := range want {
				if math.Abs(got[i]-want[i]) > 1e-12 {
					t.Errorf("%s, beta %v: element %d is %v, by the formula %v", variant, beta, i, got[i], want[i])
				}
			}
		}
	}
}

// TestInducedMetricIsTheInverse: the step without momentum is G^-1 g for the
// metric G = gamma + xi g g^T itself, inverted as a matrix.
func TestInducedMetricIsTheInverse(t *testing.T) {
	const n, xi = 6, 0.7
	g := random.Normal(random.New(1), fx.Float64, n)
	outer := g.ExpandDims(1).MatMul(g.ExpandDims(0)).MulScalar(xi)
	p := []*fx.Array{fx.Zeros(fx.Float64, n)}
	plain := InducedMetric{LearningRate: Constant(1), MetricFactor: MetricFactor{Xi: xi}}
	gamma := map[string]*fx.Array{"plain": fx.Eye(fx.Float64, n)}
	rules := map[string]Rule{"plain": plain}
	// With an empty past the second moment is g^2 and gamma = diag(|g| + eps).
	rms := plain
	rms.RMS, rms.Second = true, SecondMoment{Beta: 0.9, Epsilon: 0.1, Corrected: true}
	gamma["rms"], rules["rms"] = g.Abs().AddScalar(0.1).Diag(0), rms
	// A preconditioner that is no diagonal.
	half := random.Normal(random.New(2), fx.Float64, n, n)
	full := half.MatMul(half.T()).Add(fx.Eye(fx.Float64, n))
	solve := leafwise("test", nil, func(g *fx.Array) *fx.Array { return solved(full, g) })
	gamma["wrapped"], rules["wrapped"] = full, Chain(ScaleByInducedMetric(MetricFactor{Xi: xi}, solve, nil), ScaleByLearningRate(Constant(1)))
	for name, rule := range rules {
		u, s := rule.Update([]*fx.Array{g}, rule.Init(p), p)
		want := solved(gamma[name].Add(outer), g).Neg()
		if d := u[0].Sub(want).Abs().Max().Item(); d > 1e-12 {
			t.Errorf("%s: %v from G^-1 g", name, d)
		}
		factor := rule.(Reporter).Report(s)["metric_factor"].Item()
		if height := 1/factor - 1; math.Abs(height/(xi*g.Mul(solved(gamma[name], g)).Sum().Item())-1) > 1e-12 {
			t.Errorf("%s: the factor is %v", name, factor)
		}
	}
}

func solved(a, b *fx.Array) *fx.Array { return fx.Solve(a, b.ExpandDims(1)).Squeeze(1) }

// TestLogInducedMetric: the scale of the loss does not matter; a loss of 0 makes no
// step, a negative one NaN, and without Log the loss is not needed.
func TestLogInducedMetric(t *testing.T) {
	g := []*fx.Array{fx.New([]float64{3, -4})}
	step := func(c, loss float64) []float64 {
		r := NewLogInducedMetric(Constant(1))
		scaledG := []*fx.Array{g[0].MulScalar(c)}
		u, _ := r.UpdateExtra(scaledG, r.Init(g), g, Extra{Loss: fx.Scalar(loss * c)})
		return u[0].Float64s()
	}
	a, b := step(1, 2), step(1e6, 2)
	for i := range a {
		if math.Abs(a[i]/b[i]-1) > 1e-12 {
			t.Errorf("element %d: %v, and %v for a million times the loss", i, a[i], b[i])
		}
	}
	if u := step(1, 0); u[0] != 0 || u[1] != 0 {
		t.Errorf("a loss of 0 makes the step %v", u)
	}
	if u := step(1, -2); !math.IsNaN(u[0]) {
		t.Errorf("a negative loss makes the step %v", u)
	}
	r := NewInducedMetric(Constant(0.1))
	if u, _ := r.Update(g, r.Init(g), g); math.Abs(u[0].Float64s()[0]+0.1*3/(1+0.1*25)) > 1e-15 {
		t.Errorf("the first step is %v", u[0])
	}
}

// TestMetricFactorForMuon: the factor by the dual norm, around a rule with memory.
func TestMetricFactorForMuon(t *testing.T) {
	w := random.Normal(random.New(1), fx.Float64, 4, 3)
	loss := func(x *fx.Array) *fx.Array { return x.Sub(w).Square().Sum().MulScalar(0.5) }
	muon := Chain(ConvexAverage{Alpha: 0.1}, SteepestStep(MuonGeometry(0)))
	nuclear := func(g, _ []*fx.Array) *fx.Array { return SpectralNorm{}.Dual(g[0]).Square() }
	o := FromRule[*fx.Array](Chain(ScaleByInducedMetric(MetricFactor{Xi: 0.5, Beta: 0.8}, muon, nuclear), ScaleByLearningRate(Constant(0.2))))
	x := fx.ZerosLike(w)
	s := o.Init(x)
	_, _, info := Descend(o, loss, x, s, 5)
	first := 1 / (1 + 0.5*SpectralNorm{}.Dual(w).Square().Item())
	if got := info.Values["metric_factor"].Index(0).Item(); math.Abs(got-first) > 1e-12 {
		t.Errorf("the first factor is %v, want %v", got, first)
	}
	if _, ok := info.Values["zero_leaves"]; !ok {
		t.Error("what the rule reports is lost")
	}
}

func TestInducedMetricErrors(t *testing.T) {
	lr, p := Constant(0.1), []*fx.Array{fx.Zeros(fx.Float64, 3)}
	for want, f := range map[string]func(){
		"Xi is -1; it must be a number that is not negative": func() { with(NewInducedMetric(lr), func(r *InducedMetric) { r.Xi = -1 }).Init(p) },
		"Beta is 1; it must be in [0, 1)":                    func() { with(NewInducedMetric(lr), func(r *InducedMetric) { r.Beta = 1 }).Init(p) },
		"Momentum is -0.1":                                   func() { with(NewInducedMetric(lr), func(r *InducedMetric) { r.Momentum = -0.1 }).Init(p) },
		"the decay rate of the second moment is 2":           func() { with(NewRMSInducedMetric(lr), func(r *InducedMetric) { r.Second.Beta = 2 }).Init(p) },
		"the weight decay is -1":                             func() { with(NewInducedMetric(lr), func(r *InducedMetric) { r.Decay.Value = -1 }).Init(p) },
		"the loss is not known; call UpdateExtra": func() {
			r := NewLogInducedMetric(lr)
			r.Update(p, r.Init(p), p)
		},
		"the state is a <nil>":                     func() { NewInducedMetric(lr).Update(p, nil, p) },
		"1 gradients for 2 parameters":             func() { r := NewInducedMetric(lr); r.Update(p, r.Init(p), append(p, p...)) },
		"Xi is NaN":                                func() { ScaleByInducedMetric(MetricFactor{Xi: math.NaN()}, Sign(), nil).Init(p) },
		"there is no rule or optimizer: it is nil": func() { ScaleByInducedMetric(MetricFactor{}, nil, nil).Init(p) },
	} {
		if got := fxtest.Failure(t, f); !strings.Contains(got, want) {
			t.Errorf("%q does not say %q", got, want)
		}
	}
}
