package optim

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/random"
)

type vector = *fx.Array

// rowsAt are the factors of a curvature that changes with p.
func rowsAt(p vector) vector {
	return fx.New([]float64{1, 2, 0, 0.5, -1, 1}, 2, 3).Mul(p.Sin().AddScalar(1.5))
}

func curvatureAt(p vector) func(vector) vector {
	w := rowsAt(p)
	return func(x vector) vector { return w.MatMul(x).MatMul(w) }
}

// waved is a loss whose gradient is not linear.
func waved(p vector) vector {
	return p.Square().Mul(fx.New([]float64{1, 3, 0.5})).Sum().Add(p.Index(0).Mul(p.Index(2)).Sin())
}

// follow makes steps from (1, -2, 0.5), compiled.
func follow(t *testing.T, o Optimizer[vector], steps int) (end []float64, info Info) {
	t.Helper()
	type at struct {
		P vector
		S State
		I map[string]vector
	}
	step := fx.Jit(func(a at) at {
		p, s, info := o.Step(waved, a.P, a.S)
		return at{p, s, info.Values}
	})
	p := fx.New(start)
	a := at{p, o.Init(p), nil}
	for range steps {
		a = step(at{a.P, a.S, nil})
	}
	return a.P.Float64s(), Info{Values: a.I}
}

func tngd(change func(*TNGD[vector])) TNGD[vector] {
	o := NewTNGD(Constant(0.1), curvatureAt)
	if change != nil {
		change(&o)
	}
	return o
}

// TestTNGDFormula: three starts, a delay and a lag against Euler's steps written
// out.
func TestTNGDFormula(t *testing.T) {
	const lambda, lr = 0.2, 0.1
	grad := func(p []float64) []float64 {
		c := math.Cos(p[0] * p[2])
		return []float64{2*p[0] + p[2]*c, 6 * p[1], p[2] + p[0]*c}
	}
	product := func(at, x []float64) []float64 {
		w := rowsAt(fx.New(at)).Float64s()
		out := []float64{lambda * x[0], lambda * x[1], lambda * x[2]}
		for r := range 2 {
			row := w[3*r : 3*r+3]
			c := row[0]*x[0] + row[1]*x[1] + row[2]*x[2]
			for i := range out {
				out[i] += c * row[i]
			}
		}
		return out
	}
	reference := func(o TNGD[vector], steps int) []float64 {
		p, v := append([]float64(nil), start...), []float64{0, 0, 0}
		var places, readouts [][]float64
		for k := range steps {
			places = append(places, append([]float64(nil), p...))
			g, held := grad(p), places[max(0, k-o.Delay)]
			switch o.Start {
			case StartGradient:
				v = append([]float64(nil), g...)
			case StartZero:
				v = []float64{0, 0, 0}
			}
			for range 10 {
				f := product(held, v)
				for i := range v {
					v[i] -= 0.05 * (f[i] - g[i])
				}
			}
			readouts = append(readouts, append([]float64(nil), v...))
			if k >= o.Lag {
				for i := range p {
					p[i] -= lr * readouts[k-o.Lag][i]
				}
			}
		}
		return p
	}
	for name, change := range map[string]func(*TNGD[vector]){
		"warm":     nil,
		"gradient": func(o *TNGD[vector]) { o.Start = StartGradient },
		"zero":     func(o *TNGD[vector]) { o.Start = StartZero },
		"lag":      func(o *TNGD[vector]) { o.Lag = 2 },
		"factors":  func(o *TNGD[vector]) { o.Curvature, o.Factors = nil, rowsAt },
		"delay":    func(o *TNGD[vector]) { o.Curvature, o.Factors, o.Delay = nil, rowsAt, 3 },
	} {
		o := tngd(change)
		got, info := follow(t, o, 12)
		fxtest.MustBeNear(t, name, got, reference(o, 12), 1e-12)
		if n := info.Values["evaluations"].Item(); n != 11 {
			t.Errorf("%s: %v evaluations", name, n)
		}
	}
}

// TestTNGDLimits: at no time it is gradient descent, or Adam if that is what it feeds,
// after a long time natural gradient descent, whatever rule it feeds; with the Hessian it is Newton's method.
func TestTNGDLimits(t *testing.T) {
	plain, _ := follow(t, FromRule[vector](NewSGD(Constant(0.1))), 5)
	none, _ := follow(t, tngd(func(o *TNGD[vector]) { o.Tau, o.Start = 0, StartGradient }), 5)
	fxtest.MustBeNear(t, "no time", none, plain, 0)
	adam, _ := follow(t, FromRule[vector](NewAdam(Constant(0.1))), 5)
	none, _ = follow(t, tngd(func(o *TNGD[vector]) { o.Rule, o.Tau, o.Start = NewAdam(Constant(0.1)), 0, StartGradient }), 5)
	fxtest.MustBeNear(t, "TNGD-Adam without time", none, adam, 0)
	for name, rule := range map[string]Rule{"SGD": NewSGD(Constant(0.1)), "Adam": NewAdam(Constant(0.1))} {
		ngd := NewNGD(Constant(0.1), curvatureAt)
		ngd.Rule, ngd.System = rule, DenseSystem[vector]{}
		want, _ := follow(t, ngd, 5)
		for _, s := range []DeviceStart{StartGradient, StartWarm, StartZero} {
			got, _ := follow(t, tngd(func(o *TNGD[vector]) { o.Rule, o.Tau, o.Dt, o.Start = rule, 150, 0.03, s }), 5)
			fxtest.MustBeNear(t, name+" after a long time", got, want, 1e-9)
		}
		ngd.System = CGSystem[vector]{Tol: 1e-12}
		cg, info := follow(t, ngd, 5)
		fxtest.MustBeNear(t, name+", conjugate gradients", cg, want, 1e-9)
		if n := info.Values["evaluations"].Item(); n < 3 || n > 6 {
			t.Errorf("%v evaluations", n)
		}
		ngd.Curvature, ngd.System = nil, LowRankSystem[vector]{Factors: rowsAt}
		woodbury, _ := follow(t, ngd, 5)
		fxtest.MustBeNear(t, name+", Woodbury", woodbury, want, 1e-12)
	}
	h := NewNGD[vector](Constant(0.5), nil)
	h.System = DenseSystem[vector]{}
	want, _ := follow(t, h, 3)
	got, _ := follow(t, tngd(func(o *TNGD[vector]) { o.Curvature, o.Rule, o.Tau = nil, NewSGD(Constant(0.5)), 60 }), 3)
	fxtest.MustBeNear(t, "Hessian", got, want, 1e-6)
}

// TestTNGDExact: the exact law is what Euler's steps come to.
func TestTNGDExact(t *testing.T) {
	load := func(o *TNGD[vector]) { o.Curvature, o.Factors = nil, rowsAt }
	fine, _ := follow(t, tngd(func(o *TNGD[vector]) { load(o); o.Dt = 1e-4 }), 4)
	exact, info := follow(t, tngd(func(o *TNGD[vector]) { load(o); o.Exact = true }), 4)
	fxtest.MustBeNear(t, "exact", exact, fine, 1e-3)
	if n := info.Values["products"].Item(); n != 0 {
		t.Errorf("%v products", n)
	}
	// One step with noise: the readouts' mean and covariance.
	p := fx.New(start)
	a := linalg.Dense(linalg.Shifted(curvatureAt(p), fx.Const(0.2)), p)
	for _, isExact := range []bool{true, false} {
		steps := fx.Jit(fx.Vmap(func(key vector) vector {
			o := tngd(func(o *TNGD[vector]) {
				load(o)
				o.Rule, o.Tau, o.Dt, o.Exact, o.Kappa0, o.Key = NewSGD(Constant(1)), 30, 0.02, isExact, 0.01, random.New(0)
			})
			s := o.Init(p).(TNGDState)
			s.Key = key
			q, _, _ := o.Step(waved, p, s)
			return p.Sub(q)
		}))(random.SplitArray(random.New(1), 500))
		d := steps.Sub(steps.Mean(0))
		inverse := fx.Inverse(a)
		fxtest.MustBeNear(t, "mean", steps.Mean(0).Float64s(), inverse.MatMul(fx.Grad(waved)(p)).Float64s(), 0.03)
		fxtest.MustBeNear(t, "covariance", d.T().MatMul(d).DivScalar(500).Flatten().Float64s(), inverse.MulScalar(0.01).Flatten().Float64s(), 0.01)
	}
}

// TestTNGDDevice: resolution and tolerance of what is loaded; a window.
func TestTNGDDevice(t *testing.T) {
	got := quantized(fx.New([]float64{1, -0.26, 0.12, 0}), 3).Float64s() // in thirds
	fxtest.MustBeNear(t, "three bits", got, []float64{1, -1.0 / 3, 0, 0}, 1e-15)
	fxtest.MustBeNear(t, "nothing to round", quantized(fx.Zeros(fx.Float64, 2), 4).Float64s(), []float64{0, 0}, 0)

	load := func(o *TNGD[vector]) { o.Curvature, o.Factors = nil, rowsAt }
	ideal, _ := follow(t, tngd(load), 10)
	apart := func(change func(*TNGD[vector])) float64 {
		p, _ := follow(t, tngd(func(o *TNGD[vector]) { load(o); change(o) }), 10)
		return fx.New(p).Sub(fx.New(ideal)).Norm().Item()
	}
	if fine, coarse := apart(func(o *TNGD[vector]) { o.Bits = 16 }), apart(func(o *TNGD[vector]) { o.Bits = 4 }); !(fine < 1e-3 && coarse > 1e-2) {
		t.Errorf("16 bits are off by %v, 4 bits by %v", fine, coarse)
	}
	noisy := func(by float64) float64 {
		return apart(func(o *TNGD[vector]) { o.ComponentNoise, o.Key = by, random.New(3) })
	}
	if small, large := noisy(1e-6), noisy(0.1); !(small > 0 && small < 1e-5 && large > 1e-3) {
		t.Errorf("components off by 1e-6 move the end by %v, by 0.1 by %v", small, large)
	}
	if d := apart(func(o *TNGD[vector]) { o.Kappa0, o.Key = 1e-8, random.New(3) }); !(d > 0 && d < 1e-3) {
		t.Errorf("noise moves the end by %v", d)
	}
	if d := apart(func(o *TNGD[vector]) { o.Window = 0.25 }); !(d > 1e-3) {
		t.Errorf("a window moves the end by %v", d)
	}
}

func TestTNGDMistakes(t *testing.T) {
	rows := func(o *TNGD[vector]) { o.Curvature, o.Factors = nil, rowsAt }
	for want, o := range map[string]Validator{
		"it is nil":            tngd(func(o *TNGD[vector]) { o.Rule = nil }),
		"the damping is -1":    tngd(func(o *TNGD[vector]) { o.Damping = -1 }),
		"Tau is -1":            tngd(func(o *TNGD[vector]) { o.Tau = -1 }),
		"Dt is 0":              tngd(func(o *TNGD[vector]) { o.Dt = 0 }),
		"Kappa0 is NaN":        tngd(func(o *TNGD[vector]) { o.Kappa0 = math.NaN() }),
		"are both given":       tngd(func(o *TNGD[vector]) { o.Factors = rowsAt }),
		"no start with the":    tngd(func(o *TNGD[vector]) { o.Start = 7 }),
		"Delay is -1":          tngd(func(o *TNGD[vector]) { o.Delay = -1 }),
		"Bits is 1":            tngd(func(o *TNGD[vector]) { o.Bits = 1 }),
		"law is that of one":   tngd(func(o *TNGD[vector]) { rows(o); o.Exact, o.Window = true, 0.1 }),
		"needs a positive one": tngd(func(o *TNGD[vector]) { rows(o); o.Exact, o.Damping = true, 0 }),
		"need Factors":         tngd(func(o *TNGD[vector]) { o.Delay = 1 }),
		"no key for the noise": tngd(func(o *TNGD[vector]) { o.Kappa0 = 1 }),
		"the damping is 0; it": with(NewNGD(Constant(1), curvatureAt), func(o *NGD[vector]) { o.Damping = 0 }),
		"no damped system":     with(NewNGD(Constant(1), curvatureAt), func(o *NGD[vector]) { o.System = nil }),
	} {
		if err := o.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	p := fx.New(start)
	for want, f := range map[string]func(){
		"optim.TNGD: Dt is 0": func() { tngd(func(o *TNGD[vector]) { o.Dt = 0 }).Init(p) },
		"the state is a int":  func() { tngd(nil).Step(waved, p, 3) },
		"2 factors for 3 parameters: the device has no equilibrium": func() {
			o := tngd(func(o *TNGD[vector]) { rows(o); o.Damping = 0 })
			o.Step(waved, p, o.Init(p))
		},
	} {
		fxtest.MustFail(t, want, f)
	}
	for want, o := range map[string]TNGD[vector]{
		"<nil>":                    tngd(nil),
		"are not stable":           tngd(func(o *TNGD[vector]) { rows(o); o.Dt = 1 }),
		"is not positive definite": tngd(func(o *TNGD[vector]) { o.Damping = 0 }),
		"Tau is -1":                tngd(func(o *TNGD[vector]) { o.Tau = -1 }),
		"an eigenvalue near -": tngd(func(o *TNGD[vector]) {
			o.Curvature = func(vector) func(vector) vector { return func(x vector) vector { return x.MulScalar(-3) } }
		}),
	} {
		if err := fmt.Sprint(o.Check(waved, p)); !strings.Contains(err, want) {
			t.Errorf("error %q, want %q", err, want)
		}
	}
}
