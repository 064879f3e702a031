package optim

import (
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/random"
)

// quadraticPair is an objective and a proxy whose Hessians differ by E.
func quadraticPair() (f, h Loss[vector], a, b, c *fx.Array) {
	const n = 4
	w := random.Normal(random.New(1), fx.Float64, n, n)
	e := random.Normal(random.New(2), fx.Float64, n, n).MulScalar(0.05)
	b = w.MatMul(w.T()).Add(fx.Eye(fx.Float64, n).MulScalar(0.5))
	a = b.Add(e).Add(e.T())
	c = random.Normal(random.New(3), fx.Float64, n)
	f = func(x vector) vector { return x.Dot(a.MatMul(x)).MulScalar(0.5).Sub(c.Dot(x)) }
	h = func(x vector) vector { return x.Dot(b.MatMul(x)).MulScalar(0.5).Add(x.Sum()) }
	return f, h, a, b, c
}

func newton() NGD[vector] {
	o := NewNGD[vector](Constant(1), nil)
	o.System, o.Damping = DenseSystem[vector]{}, 1e-12
	return o
}

// TestProxyProxFormula: with an exact inner solve the step is that of the optimality
// condition, x+ = x - (B + I/eta)^-1 g.
func TestProxyProxFormula(t *testing.T) {
	f, h, a, b, c := quadraticPair()
	const eta = 3.0
	o := NewProxyProx(h, eta)
	o.Inner, o.Eps = newton(), 1e-13
	x := random.Normal(random.New(4), fx.Float64, 4)
	shifted := b.Add(fx.Eye(fx.Float64, 4).DivScalar(eta))
	step := fx.Jit(func(x vector) struct {
		X vector
		I map[string]vector
	} {
		next, _, info := o.Step(f, x, o.Init(x))
		return struct {
			X vector
			I map[string]vector
		}{next, info.Values}
	})
	for range 100 {
		want := x.Sub(fx.Solve(shifted, a.MatMul(x).Sub(c).ExpandDims(1)).Squeeze(1))
		got := step(x)
		fxtest.MustBeNear(t, "step", got.X.Float64s(), want.Float64s(), 1e-9)
		if got.I["inner_steps"].Item() > 1 || got.I["accepted"].Item() != 1 || got.I["proxy_gradients"].Item() != 1+6*got.I["inner_steps"].Item() {
			t.Fatalf("%v", got.I)
		}
		x = got.X
	}
	// No bias: the end is the objective's minimiser, not the proxy's.
	fxtest.MustBeNear(t, "end", x.Float64s(), fx.Solve(a, c.ExpandDims(1)).Flatten().Float64s(), 1e-3)
}

// TestProxyProxInstances: without a proxy it is gradient descent with step eta, and
// with the objective itself the proximal point method.
func TestProxyProxInstances(t *testing.T) {
	f, _, a, _, c := quadraticPair()
	x := random.Normal(random.New(5), fx.Float64, 4)
	g := a.MatMul(x).Sub(c)
	for name, k := range map[string]struct {
		proxy Loss[vector]
		want  vector
	}{
		"no proxy":  {func(x vector) vector { return x.Sum().MulScalar(0) }, x.Sub(g.MulScalar(0.1))},
		"objective": {f, fx.Solve(a.Add(fx.Eye(fx.Float64, 4).MulScalar(10)), c.Add(x.MulScalar(10)).ExpandDims(1)).Squeeze(1)},
	} {
		for inner, solver := range map[string]Optimizer[vector]{"gradient": NewGradientMethod[vector](), "accelerated": NewFastGradientMethod[vector](),
			"Newton": newton(), "lbfgs": NewLBFGS[vector](), "Adam": FromRule[vector](NewAdam(Constant(3e-3)))} {
			o := NewProxyProx(k.proxy, 0.1)
			o.Inner, o.Kappa, o.Eps, o.MaxInner = solver, 0, 1e-6, 5000
			tol := 1e-6
			if inner == "Adam" {
				o.Eps, tol = 1e-2, 2e-3
			}
			next, _, info := o.Step(f, x, o.Init(x))
			fxtest.MustBeNear(t, name+", "+inner, next.Float64s(), k.want.Float64s(), tol)
			if info.Values["accepted"].Item() != 1 {
				t.Errorf("%s, %s: ratio %v after %v steps", name, inner, info.Values["ratio"], info.Values["inner_steps"])
			}
		}
	}
}

// TestProxyProxCriterion: what is accepted meets the criterion; a budget that is too
// small says so; without a criterion all steps are made.
func TestProxyProxCriterion(t *testing.T) {
	f, h, _, b, _ := quadraticPair()
	x := random.Normal(random.New(4), fx.Float64, 4)
	g, slope := fx.Grad(f)(x), fx.Grad(h)(x)
	values := func(change func(*ProxyProx[vector])) (vector, map[string]float64) {
		o := NewProxyProx(h, 5)
		o.Inner = NewGradientMethod[vector]()
		change(&o)
		next, _, info := o.Step(f, x, o.Init(x))
		out := map[string]float64{}
		for name, v := range info.Values {
			out[name] = v.Item()
		}
		return next, out
	}
	left := func(y vector) float64 {
		d := y.Sub(x)
		return g.Sub(slope).Add(b.MatMul(y).AddScalar(1)).Add(d.DivScalar(5)).Norm().Item() * 5 / d.Norm().Item()
	}
	for _, kappa := range []float64{5, 0.25, 0.01} {
		y, v := values(func(o *ProxyProx[vector]) { o.Kappa = kappa })
		if got := left(y); v["accepted"] != 1 || got > kappa || math.Abs(got/v["ratio"]-1) > 1e-9 {
			t.Errorf("kappa %v: %v, by the formula %v", kappa, v, got)
		}
	}
	if _, v := values(func(o *ProxyProx[vector]) { o.Kappa, o.MaxInner = 1e-6, 3 }); v["accepted"] != 0 || v["inner_steps"] != 3 || !(v["ratio"] > 1e-6) || !(v["update_norm"] > 0) {
		t.Errorf("three steps: %v", v)
	}
	if _, v := values(func(o *ProxyProx[vector]) {
		o.Kappa, o.MaxInner, o.Inner = 0, 7, FromRule[vector](NewSGD(Constant(0.01)))
	}); v["inner_steps"] != 7 || v["proxy_gradients"] != 8 {
		t.Errorf("no criterion: %v", v)
	}
	// A proxy that is not finite leaves the parameters where they are.
	for name, bad := range map[string]Loss[vector]{"NaN": func(x vector) vector { return x.Sum().MulScalar(math.NaN()) }, "diverging": h} {
		y, v := values(func(o *ProxyProx[vector]) {
			o.Proxy, o.Inner, o.MaxInner = bad, FromRule[vector](NewSGD(Constant(1e200))), 20
		})
		fxtest.MustBeNear(t, name, y.Float64s(), x.Float64s(), 0)
		if v["accepted"] != 0 || !math.IsNaN(v["ratio"]) || v["update_norm"] != 0 {
			t.Errorf("%s: %v", name, v)
		}
	}
	// At the minimiser there is nothing to do.
	o := NewProxyProx(h, 5)
	flat := func(x vector) vector { return x.Sum().MulScalar(0) }
	if _, _, info := o.Step(flat, x, o.Init(x)); info.Values["inner_steps"].Item() != 0 || info.Values["accepted"].Item() != 1 {
		t.Errorf("no gradient: %v", info.Values)
	}
}

func TestEstimateDelta(t *testing.T) {
	f, h, a, b, _ := quadraticPair()
	x := fx.Ones(fx.Float64, 4)
	got, report := EstimateDelta(f, h, x, random.New(1), linalg.Power{Tol: 1e-6})
	want := fx.Eigvalsh(a.Sub(b)).Abs().Max().Item()
	if math.Abs(got.Item()/want-1) > 1e-4 || report.Err() != nil {
		t.Errorf("delta %v, want %v: %v", got, want, report)
	}
}

// TestPolynomialAverage: weights in proportion to the parameters' number, for q = 1.
func TestPolynomialAverage(t *testing.T) {
	o := Averaging[vector]{Inner: FromRule[vector](NewSGD(Constant(1))), Uniform: true, Polynomial: 1}
	x := fx.New([]float64{1})
	s := o.Init(x)
	sum, weights := 1.0, 1.0
	for n := 2; n < 8; n++ {
		x, s, _ = o.Step(func(x vector) vector { return x.MulScalar(-float64(n)).Sum() }, x, s)
		sum, weights = sum+float64(n)*x.Item(), weights+float64(n)
	}
	fxtest.MustBeNear(t, "average", o.Averaged(s).Float64s(), []float64{sum / weights}, 1e-12)
	o.Uniform = false
	if err := o.Validate(); err == nil || !strings.Contains(err.Error(), "Polynomial is 1 without Uniform") {
		t.Errorf("%v", err)
	}
}

func TestProxyProxMistakes(t *testing.T) {
	_, h, _, _, _ := quadraticPair()
	change := func(f func(*ProxyProx[vector])) ProxyProx[vector] { return with(NewProxyProx(h, 1), f) }
	for want, o := range map[string]ProxyProx[vector]{
		"eta begins at 0; it must be positive":   change(func(o *ProxyProx[vector]) { o.Eta = Constant(0) }),
		"eta begins at -1":                       change(func(o *ProxyProx[vector]) { o.Eta = Constant(-1) }),
		"Kappa is -1":                            change(func(o *ProxyProx[vector]) { o.Kappa = -1 }),
		"Eps is NaN":                             change(func(o *ProxyProx[vector]) { o.Eps = math.NaN() }),
		"there is no proxy":                      change(func(o *ProxyProx[vector]) { o.Proxy = nil }),
		"the largest number of inner steps is 0": change(func(o *ProxyProx[vector]) { o.MaxInner = 0 }),
		"there is no inner optimizer":            change(func(o *ProxyProx[vector]) { o.Inner = nil }),
		"the first L is 0":                       change(func(o *ProxyProx[vector]) { o.Inner = FastGradientMethod[vector]{MaxTrials: 1} }),
		"the learning rate is nil":               change(func(o *ProxyProx[vector]) { o.Eta = nil }),
	} {
		if err := o.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	fxtest.MustFail(t, "the state is a int", func() { NewProxyProx(h, 1).Step(h, fx.Ones(fx.Float64, 4), 3) })
	fxtest.MustFail(t, "optim.ProxyProx: there is no proxy", func() { change(func(o *ProxyProx[vector]) { o.Proxy = nil }).Init(nil) })
}
