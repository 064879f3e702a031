package optim

import (
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/random"
)

// crossed is a convex function of two leaves of very different curvature; its
// Hessian is not diagonal.
func crossed(p twoLeaves) *fx.Array {
	c := fx.New([]float64{1, 100})
	b := p.B.Sum()
	return p.A.SubScalar(1).Square().Mul(c).Sum().MulScalar(0.5).Add(b.Square().MulScalar(5)).Add(p.A.Sum().Sub(b).Square().MulScalar(0.5)).
		Add(p.A.Square().Square().Sum().MulScalar(0.1))
}

// crossedBy is its gradient and its Hessian's diagonal, in plain numbers.
func crossedBy(w []float64) (g, h []float64) {
	cross := w[0] + w[1] - w[2]
	g = []float64{w[0] - 1 + cross + 0.4*w[0]*w[0]*w[0], 100*(w[1]-1) + cross + 0.4*w[1]*w[1]*w[1], 10*w[2] - cross}
	h = []float64{2 + 1.2*w[0]*w[0], 101 + 1.2*w[1]*w[1], 11}
	return g, h
}

func exactDiagonal(loss Loss[twoLeaves], p twoLeaves) twoLeaves {
	_, h := crossedBy(p.values())
	return twoLeavesOf(h, fx.Float64)
}

// tracedDiagonal is the same for compiled programs.
func tracedDiagonal(loss Loss[twoLeaves], p twoLeaves) twoLeaves {
	h := func(a, c *fx.Array) *fx.Array { return a.Square().MulScalar(1.2).Add(c) }
	return twoLeaves{h(p.A, fx.New([]float64{2, 101})), fx.Full(fx.Float64, 11, 1)}
}

// TestOASISIsAlgorithm1 follows the algorithm box, written in plain numbers with
// the exact diagonal.
func TestOASISIsAlgorithm1(t *testing.T) {
	const beta2, alpha, eta0 = 0.9, 3.0, 0.01
	for _, full := range []bool{false, true} {
		o := NewOASIS[twoLeaves](nil)
		o.Beta2, o.Alpha, o.Eta0, o.Diagonal, o.FullBatch = beta2, alpha, eta0, exactDiagonal, full
		p := twoLeavesOf(start, fx.Float64)
		s := o.Init(p)
		w := append([]float64(nil), start...)
		var d, last, lastG []float64
		eta, theta := eta0, math.Inf(1)
		for k := range 25 {
			g, h := crossedBy(w)
			if k == 0 {
				d = h
			}
			moved, changed := 0.0, 0.0
			hat := make([]float64, 3)
			for i := range w {
				if k > 0 {
					d[i] = beta2*d[i] + (1-beta2)*h[i]
				}
				hat[i] = math.Max(math.Abs(d[i]), alpha)
				if k > 0 {
					moved += hat[i] * (w[i] - last[i]) * (w[i] - last[i])
					changed += (g[i] - lastG[i]) * (g[i] - lastG[i]) / hat[i]
				}
			}
			if k > 0 {
				next := math.Min(math.Sqrt(1+theta)*eta, math.Sqrt(moved)/(2*math.Sqrt(changed)))
				theta, eta = next/eta, next
			}
			last, lastG = append([]float64(nil), w...), g
			for i := range w {
				w[i] -= eta * g[i] / hat[i]
			}
			var info Info
			p, s, info = o.Step(crossed, p, s)
			fx.Eval(p, s)
			for i, v := range p.values() {
				if math.Abs(v-w[i]) > 1e-11 {
					t.Fatalf("full batch %v, step %d: %v, want %v", full, k, p.values(), w)
				}
			}
			if got := info.Values["eta"].Item(); math.Abs(got-eta) > 1e-10*eta {
				t.Fatalf("step %d: eta %v, want %v", k, got, eta)
			}
			if got := info.Values["clipped"].Item(); got != 1.0/3 && d[0] < alpha {
				t.Errorf("step %d: %v of the diagonal is clipped, want a third", k, got)
			}
		}
	}
}

// TestOASISUnits: a multiple of the loss, with alpha, makes the same steps; so
// do parameters in other units, where the diagonal is exact.
func TestOASISUnits(t *testing.T) {
	follow := func(o OASIS[twoLeaves], loss Loss[twoLeaves], p twoLeaves) []float64 {
		end, _, _ := Descend(o, loss, p, o.Init(p), 30)
		return end.values()
	}
	o := NewOASIS[twoLeaves](random.New(1))
	p := twoLeavesOf(start, fx.Float64)
	want := follow(o, crossed, p)
	times := o
	times.Alpha *= 1000
	got := follow(times, func(p twoLeaves) *fx.Array { return crossed(p).MulScalar(1000) }, p)
	if w := worst([][]float64{got}, [][]float64{want}); !(w < 1e-9) {
		t.Errorf("1000 times the loss: %v, want %v", got, want)
	}

	units := twoLeavesOf([]float64{100, 1e-3, 7}, fx.Float64)
	o.Diagonal, o.Alpha = tracedDiagonal, 1e-12
	want = follow(o, crossed, p)
	scaled := o
	scaled.Diagonal = func(_ Loss[twoLeaves], q twoLeaves) twoLeaves {
		h := tracedDiagonal(nil, fx.Map2((*fx.Array).Mul, q, units))
		return fx.Map2(func(h, u *fx.Array) *fx.Array { return h.Mul(u.Square()) }, h, units)
	}
	got = follow(scaled, func(q twoLeaves) *fx.Array { return crossed(fx.Map2((*fx.Array).Mul, q, units)) }, fx.Map2((*fx.Array).Div, p, units))
	for i, v := range got {
		got[i] = v * units.values()[i]
	}
	if w := worst([][]float64{got}, [][]float64{want}); !(w < 1e-9) {
		t.Errorf("other units: %v, want %v", got, want)
	}
}

// TestOASISDiagonal: the estimate of a diagonal Hessian is exact; its average
// and warm-up are those of the formulas; one that is not finite is left out.
func TestOASISDiagonal(t *testing.T) {
	bend := fx.New([]float64{3, -2, 0.5})
	parabola := func(p *fx.Array) *fx.Array { return p.Square().Mul(bend).Sum().MulScalar(0.5) }
	o := NewOASIS[*fx.Array](random.New(3))
	o.Eta0, o.StartSamples, o.HessianEvery = 1e-6, 5, 2
	p := fx.New([]float64{1, 1, 1})
	s := o.Init(p)
	bad := func(p *fx.Array) *fx.Array { return parabola(p).Mul(fx.Scalar(math.NaN())) }
	for k, loss := range []Loss[*fx.Array]{parabola, bad, parabola, bad} {
		_, s, _ = o.Step(loss, p, s)
		for i, v := range s.(OASISState).D[0].Float64s() {
			if math.Abs(v-bend.Float64s()[i]) > 1e-12 {
				t.Errorf("step %d: the diagonal is %v, want %v", k, s.(OASISState).D[0].Float64s(), bend)
			}
		}
	}
	// The bad losses stood at steps where no sample was due.
	if n := s.(OASISState).Rejected.Item(); n != 0 {
		t.Errorf("%v samples are rejected, want none", n)
	}
	if _, s, _ = o.Step(bad, p, s); s.(OASISState).Rejected.Item() != 1 || s.(OASISState).D[0].Float64s()[0] != 3 {
		t.Errorf("a sample that is NaN: %v rejected, diagonal %v", s.(OASISState).Rejected, s.(OASISState).D[0])
	}

	// Four steps of warm-up: D is the plain mean, nothing moves.
	o.HessianEvery, o.StartSamples, o.WarmupSteps, o.Beta2 = 1, 1, 4, 0.5
	s = o.Init(p)
	sum := 0.0
	for k := range 4 {
		factor := float64(k + 1)
		sum += factor
		var q *fx.Array
		var info Info
		q, s, info = o.Step(func(p *fx.Array) *fx.Array { return parabola(p).MulScalar(factor) }, p, s)
		if d := s.(OASISState).D[0].Float64s()[0]; math.Abs(d-3*sum/factor) > 1e-12 || q.Float64s()[0] != 1 || info.Values["update_norm"].Item() != 0 {
			t.Errorf("warm-up step %d: diagonal %v, want %v; parameters %v", k, d, 3*sum/factor, q)
		}
	}
	q, s, info := o.Step(parabola, p, s)
	if d := s.(OASISState).D[0].Float64s()[0]; math.Abs(d-(0.5*7.5+0.5*3)) > 1e-12 || info.Values["eta"].Item() != 1e-6 || !(q.Float64s()[0] < 1) {
		t.Errorf("after the warm-up: diagonal %v, eta %v, parameters %v", d, info.Values["eta"], q)
	}
}

// TestOASISSameBatch: the change of the gradient is that of one minibatch. With
// losses that differ by a slope, the gradients of two batches differ everywhere;
// the curvature, and so the step size, does not.
func TestOASISSameBatch(t *testing.T) {
	o := NewOASIS[*fx.Array](random.New(3))
	o.Alpha = 1
	p := fx.New([]float64{1, -1})
	s := o.Init(p)
	for k := range 6 {
		slope := fx.New([]float64{float64(k%2)*200 - 100, 50})
		var info Info
		p, s, info = o.Step(func(p *fx.Array) *fx.Array { return p.Square().Sum().MulScalar(2).Add(p.Mul(slope).Sum()) }, p, s)
		// With H = 4 and D = 4 the quotient is |dw| sqrt(4) / (2 * 4 |dw| / sqrt(4)).
		if eta := info.Values["eta"].Item(); k > 0 && math.Abs(eta-0.5) > 1e-12 {
			t.Errorf("step %d: eta %v, want 1/2", k, eta)
		}
	}
}

// TestAdaptiveStep: the two branches, and what tells nothing.
func TestAdaptiveStep(t *testing.T) {
	a := AdaptiveStep{Eta0: 0.5}
	next := func(s AdaptiveStepState, moved, changed float64) (eta, theta float64) {
		n := a.Next(s, fx.Scalar(moved), fx.Scalar(changed))
		return n.Eta.Item(), n.Theta.Item()
	}
	at := func(eta, theta float64) AdaptiveStepState {
		return AdaptiveStepState{fx.Scalar(eta), fx.Scalar(theta)}
	}
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		eta, theta, moved, changed, want, ratio float64
	}{
		{0.5, inf, 8, 2, 2, 4},                           // no limit at first
		{0.5, 3, 8, 2, 1, 2},                             // growth by sqrt(4)
		{0.5, 3, 1, 2, 0.25, 0.5},                        // the local curvature
		{0.5, 3, 1, 0, 1, 2},                             // no change: growth
		{0.5, inf, 1, 0, 0.5, inf},                       // and no limit
		{0.5, 3, 0, 0, 0.5, 3},                           // nothing moved
		{0.5, 3, nan, 1, 0.5, 3},                         // not a number
		{0.5, 3, 1, nan, 0.5, 3},                         //
		{0.5, 3, 1, inf, 0.5, 3},                         // the quotient is 0
		{0.5, 3, 1e-320, 1e300, 0.5, 3},                  //
		{0.5, 0, 8, 2, 0.5, 1},                           //
		{1e-3, 1, 1e9, 1, 1e-3 * math.Sqrt2, math.Sqrt2}, // growth
	} {
		if eta, theta := next(at(c.eta, c.theta), c.moved, c.changed); math.Abs(eta-c.want) > 1e-15 || !(theta == c.ratio || math.Abs(theta-c.ratio) < 1e-12) {
			t.Errorf("eta %v, theta %v, moved %v, changed %v: %v and %v, want %v and %v", c.eta, c.theta, c.moved, c.changed, eta, theta, c.want, c.ratio)
		}
	}
}

// TestStandstill: at the minimum nothing moves and nothing becomes NaN.
func TestStandstill(t *testing.T) {
	bottom := func(p *fx.Array) *fx.Array { return p.Square().Sum() }
	for name, o := range map[string]Optimizer[*fx.Array]{
		"OASIS": NewOASIS[*fx.Array](random.New(0)), "AdGD": NewAdGD[*fx.Array](),
		"AdaHessian": NewAdaHessian[*fx.Array](Constant(0.1), random.New(0)),
	} {
		p := fx.Zeros(fx.Float64, 3)
		end, _, info := Descend(o, bottom, p, o.Init(p), 4)
		for _, v := range append(end.Float64s(), info.Values["grad_norm"].Float64s()...) {
			if v != 0 {
				t.Errorf("%s: %v at the minimum", name, v)
			}
		}
		if eta, ok := info.Values["eta"]; ok && eta.Float64s()[3] != 1e-3 {
			t.Errorf("%s: eta %v", name, eta)
		}
	}
}

// TestOASISIsAdGD: with a diagonal of ones it is AdGD.
func TestOASISIsAdGD(t *testing.T) {
	p := twoLeavesOf(start, fx.Float64)
	o := NewOASIS[twoLeaves](nil)
	o.Diagonal = func(_ Loss[twoLeaves], p twoLeaves) twoLeaves { return fx.Map(fx.OnesLike, p) }
	for _, full := range []bool{false, true} {
		g := NewAdGD[twoLeaves]()
		g.FullBatch = full
		a, _, _ := Descend(Optimizer[twoLeaves](o), crossed, p, o.Init(p), 40)
		b, _, info := Descend(Optimizer[twoLeaves](g), crossed, p, g.Init(p), 40)
		if w := worst([][]float64{a.values()}, [][]float64{b.values()}); !(w < 1e-12) {
			t.Errorf("%v and %v", a.values(), b.values())
		}
		if loss := info.Loss.Float64s(); !(loss[39] < loss[0]) {
			t.Errorf("the loss goes from %v to %v", loss[0], loss[39])
		}
	}
}

// TestOASISFixedRate: with a rate of 1, D exact and a quadratic without cross
// terms, one step is Newton's; decay and momentum do what they say.
func TestOASISFixedRate(t *testing.T) {
	bend := fx.New([]float64{3, 20})
	parabola := func(p *fx.Array) *fx.Array { return p.SubScalar(2).Square().Mul(bend).Sum().MulScalar(0.5) }
	o := NewOASIS[*fx.Array](random.New(3))
	o.LearningRate = Constant(1)
	p := fx.New([]float64{-1, 5})
	if q, _, _ := o.Step(parabola, p, o.Init(p)); math.Abs(q.Float64s()[0]-2)+math.Abs(q.Float64s()[1]-2) > 1e-12 {
		t.Errorf("a Newton step leads to %v, want 2", q)
	}
	o.LearningRate, o.Beta1, o.Decay.Value = Constant(0.5), 0.9, 0.1
	q, s, _ := o.Step(parabola, p, o.Init(p))
	first := 0.5 * 0.1 * -3.0 // m_1 = 0.1 g_1, g/D = w - 2
	want := -1 - first - 0.5*0.1*-1
	if math.Abs(q.Float64s()[0]-want) > 1e-12 {
		t.Errorf("a step with momentum and decay leads to %v, want %v", q, want)
	}
	q2, _, _ := o.Step(parabola, q, s)
	m := 0.9*0.1*-3 + 0.1*(want-2)
	if next := want - 0.5*m - 0.5*0.1*want; math.Abs(q2.Float64s()[0]-next) > 1e-12 {
		t.Errorf("the second step leads to %v, want %v", q2, next)
	}
}

// TestAdaHessian: with a diagonal Hessian the samples are exact, so that it is
// the formula in plain numbers; windows are averaged.
func TestAdaHessian(t *testing.T) {
	bend := []float64{3, -20}
	saddle := func(p *fx.Array) *fx.Array { return p.Square().Mul(fx.New(bend)).Sum().MulScalar(0.5) }
	o := NewAdaHessian[*fx.Array](Constant(0.1), random.New(2))
	o.Beta2, o.Decay.Value = 0.9, 0.5
	p := fx.New([]float64{1, 2})
	s := o.Init(p)
	w, m := []float64{1, 2}, []float64{0, 0}
	for k := range 10 {
		for i := range w {
			m[i] = 0.9*m[i] + 0.1*bend[i]*w[i]
			w[i] -= 0.1*m[i]/(1-math.Pow(0.9, float64(k+1)))/(math.Abs(bend[i])+1e-4) + 0.1*0.5*w[i]
		}
		p, s, _ = o.Step(saddle, p, s)
		for i, v := range p.Float64s() {
			if math.Abs(v-w[i]) > 1e-11 {
				t.Fatalf("step %d: %v, want %v", k, p, w)
			}
		}
	}
	d := fx.New([]float64{1, 2, -3, 6, 5, 10}, 3, 1, 2)
	for i, v := range overWindow(d).Float64s() {
		if want := []float64{3, 6}[i%2]; v != want {
			t.Errorf("the window's mean is %v, want %v", v, want)
		}
	}
}

// TestSecondOrderCompiled: compiled and plain have the same bits, in both dtypes.
func TestSecondOrderCompiled(t *testing.T) {
	every := NewOASIS[twoLeaves](random.New(5))
	every.HessianEvery, every.StartSamples, every.Beta1, every.WarmupSteps = 3, 4, 0.9, 2
	targets := [][]float64{{1, 2, 3}, {1, 2, 3}, {0, 2, 3}, {1, 2, 5}, {1, 0, 3}, {0, 0, 0}, {1, 1, 1}}
	for name, o := range map[string]Optimizer[twoLeaves]{
		"OASIS": NewOASIS[twoLeaves](random.New(5)), "OASIS, now and then": every, "AdGD": NewAdGD[twoLeaves](),
		"AdaHessian": NewAdaHessian[twoLeaves](Constant(0.1), random.New(5)),
	} {
		for _, d := range []fx.DType{fx.Float32, fx.Float64} {
			plain := predicted(t, o, d, start, []float64{1, 10, 3}, targets, false)
			compiled := predicted(t, o, d, start, []float64{1, 10, 3}, targets, true)
			if !sameBits(plain, compiled) {
				t.Errorf("%s, %v: compiled differs from plain by %g", name, d, worst(plain, compiled))
			}
		}
	}
}

func TestSecondOrderSettings(t *testing.T) {
	key := random.New(0)
	oasis := func(change func(*OASIS[*fx.Array])) Optimizer[*fx.Array] {
		return with(NewOASIS[*fx.Array](key), change)
	}
	for want, o := range map[string]Optimizer[*fx.Array]{
		"Alpha is 0; it must be positive":                             oasis(func(o *OASIS[*fx.Array]) { o.Alpha = 0 }),
		"Beta2 is 1; it must be in [0, 1)":                            oasis(func(o *OASIS[*fx.Array]) { o.Beta2 = 1 }),
		"Beta1 is -1; it must be in [0, 1)":                           oasis(func(o *OASIS[*fx.Array]) { o.Beta1 = -1 }),
		"the first step size is 0; it must be positive":               oasis(func(o *OASIS[*fx.Array]) { o.Eta0 = 0 }),
		"the learning rate is -1":                                     oasis(func(o *OASIS[*fx.Array]) { o.LearningRate = Constant(-1) }),
		"the mean of 0 samples; there must be at least one":           oasis(func(o *OASIS[*fx.Array]) { o.StartSamples = 0 }),
		"before the first move is -1":                                 oasis(func(o *OASIS[*fx.Array]) { o.WarmupSteps = -1 }),
		"sampled every 0 steps; that must be at least 1":              oasis(func(o *OASIS[*fx.Array]) { o.HessianEvery = 0 }),
		"there is no key for the random probes; random.New makes one": oasis(func(o *OASIS[*fx.Array]) { o.Key = nil }),
		"the weight decay is -1":                                      oasis(func(o *OASIS[*fx.Array]) { o.Decay.Value = -1 }),
		"the first step size is -1; it must be positive":              AdGD[*fx.Array]{AdaptiveStep: AdaptiveStep{-1}},
		"the learning rate is nil":                                    NewAdaHessian[*fx.Array](nil, key),
		"there is no key":                                             NewAdaHessian[*fx.Array](Constant(1), nil),
		"Epsilon is -1":                                               with(NewAdaHessian[*fx.Array](Constant(1), key), func(o *AdaHessian[*fx.Array]) { o.Epsilon = -1 }),
	} {
		if err := Validate(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Validate says %v, want %q", err, want)
		}
		if msg := fxtest.Failure(t, func() { o.Init(fx.Scalar(1.0)) }); !strings.Contains(msg, want) {
			t.Errorf("Init says %q, want %q", msg, want)
		}
	}
	p := fx.New([]float64{1})
	loss := func(p *fx.Array) *fx.Array { return p.Sum() }
	for want, o := range map[string]Optimizer[*fx.Array]{
		"optim.OASIS: the state is a optim.StepState and must be a optim.OASISState":           NewOASIS[*fx.Array](key),
		"optim.AdGD: the state is a optim.StepState and must be a optim.AdGDState":             NewAdGD[*fx.Array](),
		"optim.AdaHessian: the state is a optim.StepState and must be a optim.AdaHessianState": NewAdaHessian[*fx.Array](Constant(1), key),
	} {
		if msg := fxtest.Failure(t, func() { o.Step(loss, p, StepState{}) }); !strings.Contains(msg, want) {
			t.Errorf("a wrong state: %q, want %q", msg, want)
		}
	}
	o := NewOASIS[*fx.Array](key)
	if msg := fxtest.Failure(t, func() { o.Step(loss, p, o.Init(fx.New([]float64{1, 2}))) }); !strings.Contains(msg, "state buffer") {
		t.Errorf("the state of other parameters: %q", msg)
	}
}
