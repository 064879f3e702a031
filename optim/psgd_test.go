package optim

import (
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/optim/liegroup"
	"github.com/fluxion-go/fluxion/random"
)

// crossedProduct is the Hessian of crossed times v, in plain numbers.
func crossedProduct(w, v []float64) []float64 {
	_, d := crossedBy(w)
	u := []float64{1, 1, -1}
	uv := v[0] + v[1] - v[2]
	h := make([]float64, 3)
	for i := range h {
		h[i] = (d[i]-1)*v[i] + u[i]*uv
	}
	return h
}

// xmatNumbers is XMat for three parameters, in plain numbers: P's elements are
// p_i^2 + r_{2-i}^2 on the diagonal.
type xmatNumbers struct{ p, r [3]float64 }

func (q *xmatNumbers) update(v, h []float64, step float64) {
	var a, b [3]float64
	size := 0.0
	for i := range a {
		j := 2 - i
		a[i] = q.p[i]*h[i] + q.r[i]*h[j]
		b[i] = (q.p[j]*v[i] - q.r[j]*v[j]) / (q.p[i]*q.p[j] - q.r[i]*q.r[j])
		size = max(size, a[i]*a[i]+b[i]*b[i])
	}
	p, r := q.p, q.r
	for i := range a {
		j := 2 - i
		diagonal, across := a[i]*a[i]-b[i]*b[i], a[i]*a[j]-b[i]*b[j]
		if i == 1 {
			across = 0
		}
		q.p[i] -= step / size * (diagonal*p[i] + across*r[j])
		q.r[i] -= step / size * (diagonal*r[i] + across*p[j])
	}
}

func (q *xmatNumbers) apply(g []float64) []float64 {
	out := make([]float64, 3)
	for i := range out {
		j := 2 - i
		out[i] = (q.p[i]*q.p[i]+q.r[j]*q.r[j])*g[i] + (q.p[i]*q.r[i]+q.p[j]*q.r[j])*g[j]
	}
	return out
}

// listedProbes gives probe after probe of a list; for steps that are not compiled.
func listedProbes(list [][]float64) func(*fx.Array, twoLeaves) twoLeaves {
	i := -1
	return func(*fx.Array, twoLeaves) twoLeaves {
		i++
		return twoLeavesOf(list[i], fx.Float64)
	}
}

func TestPSGDIsTheFormula(t *testing.T) {
	const lr, step, beta, clip = 0.3, 0.1, 0.6, 0.4
	probes := gradients(30)
	for _, p := range probes {
		p[1] = math.Max(-1, math.Min(1, p[1])) // gradients have large ones there
	}
	for _, exact := range []bool{true, false} {
		o := NewPSGD[twoLeaves](liegroup.XMat{}, Constant(lr), random.New(1))
		o.Momentum, o.ClipNorm, o.ExactHVP, o.Probes = beta, clip, exact, listedProbes(probes)
		p := twoLeavesOf(start, fx.Float64)
		s := o.Init(p)
		w, m := append([]float64(nil), start...), make([]float64, 3)
		var q xmatNumbers
		tolerance, clips := 1e-11, 0.0
		if !exact {
			tolerance = 1e-6
		}
		for k, v := range probes {
			g, _ := crossedBy(w)
			h := crossedProduct(w, v)
			if k == 0 {
				scale := math.Pow((v[0]*v[0]+v[1]*v[1]+v[2]*v[2])/(h[0]*h[0]+h[1]*h[1]+h[2]*h[2]), 0.25)
				q.p = [3]float64{scale, scale, scale}
			}
			q.update(v, h, step)
			for i := range m {
				m[i] = beta*m[i] + (1-beta)*g[i]
			}
			d := q.apply(m)
			size := math.Sqrt(d[0]*d[0] + d[1]*d[1] + d[2]*d[2])
			for i := range w {
				w[i] -= lr * math.Min(1, clip/size) * d[i]
			}
			var info Info
			p, s, info = o.Step(crossed, p, s)
			fx.Eval(p, s)
			fxtest.MustBeNear(t, "parameters", p.values(), w, tolerance)
			fxtest.MustBeNear(t, "|Pm|", []float64{info.Values["precond_norm"].Item()}, []float64{size}, tolerance)
			clips += info.Values["clipped"].Item()
			if n := info.Values["fits"].Item(); n != float64(k+1) {
				t.Errorf("%v fits after step %d", n, k)
			}
			if t.Failed() {
				t.Fatalf("exact %v, step %d", exact, k)
			}
		}
		if clips == 0 || clips == 30 {
			t.Errorf("%v of 30 steps are clipped; both cases should occur", clips)
		}
	}
}

// dish is a quadratic of two matrices, and an integer that stays.
type dish struct {
	A, B *fx.Array
	N    *fx.Array
}

func (b dish) loss() *fx.Array {
	scale := fx.New([]float64{1, 30}, 2, 1).AsType(b.A.DType())
	return b.A.SubScalar(1).Square().Mul(scale).Sum().Add(b.B.Square().Sum().MulScalar(0.1)).MulScalar(0.5)
}

func newDish(d fx.DType) dish {
	return dish{fx.Zeros(d, 2, 3), fx.Ones(d, 3, 1), fx.Scalar(int32(7))}
}

// TestPSGDFamilies: with every family, kind and way to get products the loss of an
// ill-conditioned quadratic falls; compiled and plain steps have the same bits, as
// have trees with an integer.
func TestPSGDFamilies(t *testing.T) {
	for name, family := range map[string]liegroup.Family{"triangular": liegroup.Triangular{}, "general": liegroup.General{}, "xmat": liegroup.XMat{},
		"low rank": liegroup.LowRank{Rank: 3}, "kronecker": liegroup.NewKronecker()} {
		for _, d := range []fx.DType{fx.Float32, fx.Float64} {
			for _, c := range []struct {
				kind  PSGDKind
				exact bool
				prob  float64
				most  float64
			}{{PSGDNewton, true, 1, 1e-2}, {PSGDNewton, false, 1, 1e-2}, {PSGDNewton, true, 0.5, 1e-2}, {PSGDWhitening, true, 1, 1}} {
				o := NewPSGD[dish](family, Constant(0.2), random.New(3))
				o.Kind, o.ExactHVP, o.UpdateProb = c.kind, c.exact, c.prob
				p := newDish(d)
				first := p.loss().Item()
				run := func(p dish) dish {
					end, _, _ := Descend(o, dish.loss, p, o.Init(p), 150)
					return end
				}
				end := fx.Jit(run)(p)
				if got := end.loss().Item() / first; !(got < c.most) || end.N.Item() != 7 {
					t.Errorf("%s, %v, %v: %v of the loss is left, N is %v", name, d, c, got, end.N.Item())
				}
				plain, state := p, o.Init(p)
				compiled, cstate := p, o.Init(p)
				type at struct {
					P dish
					S State
				}
				step := fx.Jit(func(x at) at {
					p, s, _ := o.Step(dish.loss, x.P, x.S)
					return at{p, s}
				})
				for range 2 {
					plain, state, _ = o.Step(dish.loss, plain, state)
					fx.Eval(plain, state)
					x := step(at{compiled, cstate})
					compiled, cstate = x.P, x.S
				}
				for i, a := range fx.Leaves(at{plain, state}) {
					if !a.Equal(fx.Leaves(at{compiled, cstate})[i]).All().Bools()[0] {
						t.Errorf("%s, %v, %v: array %d differs if compiled", name, d, c, i)
					}
				}
			}
		}
	}
}

func TestPSGDUpdateProbability(t *testing.T) {
	for prob, bounds := range map[float64][2]float64{0: {1, 1}, 0.2: {25, 55}, 1: {200, 200}} {
		o := NewPSGD[dish](liegroup.XMat{}, Constant(0.1), random.New(5))
		o.UpdateProb = prob
		p := newDish(fx.Float64)
		fits := fx.Jit(func(p dish) *fx.Array {
			_, _, info := Descend(o, dish.loss, p, o.Init(p), 200)
			return info.Values["fits"].AsType(fx.Float64)
		})(p).Float64s()
		if n := fits[len(fits)-1]; fits[0] != 1 || n < bounds[0] || n > bounds[1] {
			t.Errorf("probability %v: %v fits in 200 steps, the first step made %v", prob, n, fits[0])
		}
	}
}

// TestPSGDPairsLeftOut: a probe that is not finite leaves Q as it is, and the step
// goes on with it.
func TestPSGDPairsLeftOut(t *testing.T) {
	nan := []float64{math.NaN(), 1, 1}
	zero := []float64{0, 0, 0}
	good := []float64{1, -1, 1}
	o := NewPSGD[twoLeaves](liegroup.XMat{}, Constant(0.01), random.New(1))
	o.Probes = listedProbes([][]float64{nan, zero, good, nan})
	p := twoLeavesOf(start, fx.Float64)
	s := o.Init(p)
	for k, want := range []float64{1, 2, 2, 3} {
		before := p.values()
		g, _ := crossedBy(before)
		var info Info
		p, s, info = o.Step(crossed, p, s)
		fx.Eval(p, s)
		if n := info.Values["skipped"].Item(); n != want {
			t.Errorf("step %d: %v pairs are left out, want %v", k, n, want)
		}
		if k < 2 { // Q is I until there is a scale
			for i, v := range p.values() {
				if w := before[i] - 0.01*g[i]; math.Abs(v-w) > 1e-13 {
					t.Errorf("step %d: %v, want %v", k, v, w)
				}
			}
		}
		if !p.A.IsFinite().All().Bools()[0] {
			t.Fatalf("step %d: the parameters are %v", k, p.values())
		}
	}
	// A loss that is linear has h = 0.
	flat := NewPSGD[*fx.Array](liegroup.LowRank{Rank: 1}, Constant(0.1), random.New(1))
	x := fx.New([]float64{1, 2})
	end, state, _ := flat.Step(func(x *fx.Array) *fx.Array { return x.Sum() }, x, flat.Init(x))
	if !end.IsFinite().All().Bools()[0] || state.(PSGDState).Precond.Skipped.Item() != 1 {
		t.Errorf("a linear loss leads to %v", end)
	}
}

func TestPSGDSettings(t *testing.T) {
	good := NewPSGD[*fx.Array](liegroup.XMat{}, Constant(0.1), random.New(1))
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for want, change := range map[string]func(*PSGD[*fx.Array]){
		"there is no family":                             func(o *PSGD[*fx.Array]) { o.Family = nil },
		"the rank is -2; it must be positive":            func(o *PSGD[*fx.Array]) { o.Family = liegroup.LowRank{Rank: -2} },
		"the learning rate is nil":                       func(o *PSGD[*fx.Array]) { o.LearningRate = nil },
		"PrecondStep is nil":                             func(o *PSGD[*fx.Array]) { o.PrecondStep = nil },
		"PrecondStep is 0 at step 0; it must be in (0":   func(o *PSGD[*fx.Array]) { o.PrecondStep = Constant(0) },
		"PrecondStep is 1.5 at step 0; it must be in (0": func(o *PSGD[*fx.Array]) { o.PrecondStep = Constant(1.5) },
		"there is no PSGDKind(9)":                        func(o *PSGD[*fx.Array]) { o.Kind = 9 },
		"there is no Normalizer(9)":                      func(o *PSGD[*fx.Array]) { o.Normalizer = 9 },
		"Momentum is 1; it must be in [0, 1)":            func(o *PSGD[*fx.Array]) { o.Momentum = 1 },
		"ClipNorm is -1":                                 func(o *PSGD[*fx.Array]) { o.ClipNorm = -1 },
		"InitScale is NaN":                               func(o *PSGD[*fx.Array]) { o.InitScale = math.NaN() },
		"UpdateProb is 1.1; it must be in [0, 1]":        func(o *PSGD[*fx.Array]) { o.UpdateProb = 1.1 },
		"there is no key":                                func(o *PSGD[*fx.Array]) { o.Key = nil },
		"Probes are for PSGDNewton": func(o *PSGD[*fx.Array]) {
			o.Kind, o.Probes = PSGDWhitening, func(_, p *fx.Array) *fx.Array { return p }
		},
	} {
		o := with(good, change)
		if err := o.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		fxtest.MustFail(t, want, func() { o.Init(fx.Zeros(fx.Float64, 3)) })
	}
	x := fx.Zeros(fx.Float64, 3)
	loss := func(x *fx.Array) *fx.Array { return x.Square().Sum() }
	fxtest.MustFail(t, "the state is a", func() { good.Step(loss, x, 7) })
	fxtest.MustFail(t, "no float parameters", func() { good.Init(fx.Zeros(fx.Int32, 3)) })
	kron := with(good, func(o *PSGD[*fx.Array]) { o.Family = liegroup.NewKronecker() })
	fxtest.MustFail(t, "a leaf has shape [3]; all must be matrices", func() { kron.Init(x) })
	wrong := with(good, func(o *PSGD[*fx.Array]) {
		o.Probes = func(_, _ *fx.Array) *fx.Array { return fx.Zeros(fx.Float64, 4) }
	})
	fxtest.MustFail(t, "probe 0 is float64[4]", func() { wrong.Step(loss, x, wrong.Init(x)) })
	if s := PSGDNewton.String() + PSGDWhitening.String(); s != "PSGDNewtonPSGDWhitening" {
		t.Error(s)
	}
	// InitScale is Q's.
	scaled := with(good, func(o *PSGD[*fx.Array]) { o.InitScale = 3 })
	if v := scaled.Init(x).(PSGDState).Precond.Dense().Index(0, 0).Item(); v != 9 {
		t.Errorf("P begins with %v, want 9", v)
	}
}
