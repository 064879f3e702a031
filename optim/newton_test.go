package optim

import (
	"math"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/random"
)

// soft is log-sum-exp of a matrix' products plus a small quadratic: convex, with
// its minimum inside.
type soft struct {
	A      *fx.Array
	Metric Metric
}

const softSize = 6

func newSoft(t *testing.T) soft {
	t.Helper()
	a := random.Normal(random.New(4), fx.Float64, 9, softSize)
	m, err := NewMetric(a.T().MatMul(a))
	if err != nil {
		t.Fatal(err)
	}
	return soft{a, m}
}

func (s soft) loss(x *fx.Array) *fx.Array {
	return s.A.MatMul(x).LogSumExp().Add(x.Square().Sum().MulScalar(0.05)).Add(x.Index(0).MulScalar(0.3))
}

func softStart() *fx.Array { return fx.New([]float64{2, -1, 3, 0.5, -2, 1}) }

func dense(v *fx.Array) [][]float64 {
	flat, n := v.Float64s(), v.Dim(1)
	var rows [][]float64
	for i := range v.Dim(0) {
		rows = append(rows, flat[i*n:(i+1)*n])
	}
	return rows
}

// solveGauss solves a x = b by Gaussian elimination with pivoting.
func solveGauss(a [][]float64, b []float64) []float64 {
	n := len(b)
	m := make([][]float64, n)
	for i := range m {
		m[i] = append(slices.Clone(a[i]), b[i])
	}
	for k := range n {
		best := k
		for i := k; i < n; i++ {
			if math.Abs(m[i][k]) > math.Abs(m[best][k]) {
				best = i
			}
		}
		m[k], m[best] = m[best], m[k]
		for i := k + 1; i < n; i++ {
			f := m[i][k] / m[k][k]
			for j := k; j <= n; j++ {
				m[i][j] -= f * m[k][j]
			}
		}
	}
	x := make([]float64, n)
	for i := n - 1; i >= 0; i-- {
		x[i] = m[i][n]
		for j := i + 1; j < n; j++ {
			x[i] -= m[i][j] * x[j]
		}
		x[i] /= m[i][i]
	}
	return x
}

func inner(a, b []float64) (s float64) {
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}

// TestGradNormSmoothByFormula follows the method written for slices of numbers.
func TestGradNormSmoothByFormula(t *testing.T) {
	s := newSoft(t)
	for _, metric := range []Metric{{}, s.Metric} {
		o := NewGradNormSmooth[*fx.Array]()
		o.Metric, o.Gamma = metric, 8
		b := dense(fx.Eye(fx.Float64, softSize))
		if metric.B != nil {
			b = dense(metric.B)
		}
		grad := func(x []float64) []float64 { return fx.Grad(s.loss)(fx.New(x)).Float64s() }
		value := func(x []float64) float64 { return s.loss(fx.New(x)).Item() }
		x, gamma, halved := softStart().Float64s(), 8.0, 0
		descend(o, s.loss, softStart(), 6, func(k int, d descent[*fx.Array]) {
			g, h := grad(x), dense(fx.Hessian(s.loss)(fx.New(x)))
			size := math.Sqrt(inner(g, solveGauss(b, g)))
			for trials := 1; ; trials++ {
				lambda := size / gamma
				system := make([][]float64, len(x))
				for i := range system {
					system[i] = make([]float64, len(x))
					for j := range x {
						system[i][j] = h[i][j] + lambda*b[i][j]
					}
				}
				step := solveGauss(system, g)
				next := make([]float64, len(x))
				for i := range x {
					next[i] = x[i] - step[i]
				}
				g2 := grad(next)
				if value(x)-value(next) >= inner(g2, solveGauss(b, g2))/(8*lambda) {
					for name, want := range map[string]float64{"gamma": gamma, "trials": float64(trials), "grad_norm": size, "lambda": lambda,
						"evaluations": float64(trials) + 1 + softSize, "next_loss": value(next), "success": 1} {
						if got := d.Values[name].Item(); !(math.Abs(got-want) <= 1e-10*math.Abs(want)) {
							t.Errorf("step %d: %s is %v, want %v", k, name, got, want)
						}
					}
					x = next
					gamma *= 2
					break
				}
				gamma /= 2
				halved++
			}
			if w := worst([][]float64{d.P.Float64s()}, [][]float64{x}); !(w < 1e-9) {
				t.Fatalf("step %d: at %v, want %v", k, d.P, x)
			}
		})
		if metric.B == nil && halved == 0 {
			t.Error("no trial was rejected: the test shows less than it should")
		}
	}
}

// TestCertificate: no accepted step is longer than gamma, and each descends by what
// the paper's inequality (iii) says.
func TestCertificate(t *testing.T) {
	s := newSoft(t)
	for _, o := range []GradNormSmooth[*fx.Array]{
		{System: DenseSystem[*fx.Array]{}}, {System: NoCurvature[*fx.Array]{}}, {System: CGSystem[*fx.Array]{}},
	} {
		o.Metric, o.Gamma, o.GammaMin, o.MaxTrials = s.Metric, 1, 1e-9, 40
		x := softStart()
		descend(o, s.loss, x, 12, func(k int, d descent[*fx.Array]) {
			if d.Values["success"].Item() != 1 {
				return // at the limit of rounding
			}
			gamma, lambda := d.Values["gamma"].Item(), d.Values["lambda"].Item()
			if length := s.Metric.Norm(d.P.Sub(x)).Item(); length > gamma*(1+1e-12) {
				t.Errorf("%T, step %d: length %v, gamma %v", o.System, k, length, gamma)
			}
			after := s.Metric.DualNorm(fx.Grad(s.loss)(d.P)).Item()
			if fall := s.loss(x).Sub(s.loss(d.P)).Item(); fall < after*after/(8*lambda)*(1-1e-6) {
				t.Errorf("%T, step %d: the loss falls by %v, less than %v", o.System, k, fall, after*after/(8*lambda))
			}
			x = d.P
		})
	}
}

// TestCubicModel: the minimum of the model beats what a search nearby finds, for
// indefinite matrices and in the hard case too.
func TestCubicModel(t *testing.T) {
	for _, c := range []struct{ values, gradient []float64 }{
		{[]float64{0.5, 1, 4}, []float64{1, -2, 0.3}},
		{[]float64{-2, 0.1, 3}, []float64{0.2, 1, -1}},
		{[]float64{-2, 0.1, 3}, []float64{0, 1, -1}},
		{[]float64{-1, -1, 1}, []float64{0, 0, 1e-3}},
		{[]float64{0, 0, 1}, []float64{0, 0.5, 0}},
	} {
		for _, m := range []float64{0.1, 1, 20} {
			model := func(y []float64) float64 {
				v := 0.0
				for i := range y {
					v += c.gradient[i]*y[i] + c.values[i]*y[i]*y[i]/2
				}
				return v + m*math.Pow(inner(y, y), 1.5)/6
			}
			y, change := cubicModel{fx.New(c.values), fx.New(c.gradient)}.minimum(fx.Scalar(m))
			best := model(y.Float64s())
			if math.Abs(change.Item()-best) > 1e-9*math.Abs(best) {
				t.Errorf("%v, M %v: the change is %v, not %v", c, m, change.Item(), best)
			}
			z := random.Normal(random.New(11), fx.Float64, 4000, 3).Float64s()
			size := math.Sqrt(inner(y.Float64s(), y.Float64s()))
			for i := 0; i < len(z); i += 3 {
				for _, scale := range []float64{1e-4, 0.1, 1} {
					other := y.Float64s()
					for k := range other {
						other[k] += scale * size * z[i+k]
					}
					if model(other) < best-1e-9*math.Abs(best) {
						t.Fatalf("%v, M %v: %v has %v, below %v at %v", c, m, other, model(other), best, y)
					}
				}
			}
		}
	}
}

// newtons are the methods with the loss of newSoft's metric.
func newtons(s soft) map[string]Optimizer[*fx.Array] {
	gns, super, cubic := NewGradNormSmooth[*fx.Array](), NewSuperUniversalNewton[*fx.Array](), NewCubicNewton[*fx.Array]()
	gradient, fast := NewGradientMethod[*fx.Array](), NewFastGradientMethod[*fx.Array]()
	gns.Metric, super.Metric, cubic.Metric, gradient.Metric, fast.Metric = s.Metric, s.Metric, s.Metric, s.Metric, s.Metric
	return map[string]Optimizer[*fx.Array]{"gns": gns, "super": super, "cubic": cubic, "gradient": gradient, "fast": fast}
}

// TestNewtonsConverge: all reach the minimum, the Newton methods within a few steps;
// compiled steps have plain ones' bits, and many problems go side by side.
func TestNewtonsConverge(t *testing.T) {
	s := newSoft(t)
	for name, o := range newtons(s) {
		// Where the loss does not change any more, nothing can be accepted.
		steps, limit := 15, 1e-7
		if name == "gradient" || name == "fast" {
			steps, limit = 120, 1e-4
		}
		x, state := softStart(), o.Init(softStart())
		descend(o, s.loss, softStart(), steps, func(k int, d descent[*fx.Array]) {
			if k < 3 {
				var info Info
				x, state, info = o.Step(s.loss, x, state)
				fx.Eval(x, state)
				if !slices.Equal(x.Float64s(), d.P.Float64s()) || info.Loss.Item() != d.Loss.Item() {
					t.Errorf("%s, step %d: plain %v, compiled %v", name, k, x, d.P)
				}
			}
			if k == steps-1 {
				if g := fx.Grad(s.loss)(d.P).Norm().Item(); !(g < limit) {
					t.Errorf("%s: the gradient is %v after %d steps", name, g, steps)
				}
			}
		})
		starts := random.Normal(random.New(3), fx.Float64, 3, softSize)
		solve := func(x *fx.Array) *fx.Array {
			end, _, _ := Descend(o, s.loss, x, o.Init(x), 4)
			return end
		}
		together := fx.Jit(fx.Vmap(solve))(starts)
		for i := range 3 {
			if w := worst([][]float64{together.Index(i).Float64s()}, [][]float64{solve(starts.Index(i)).Float64s()}); !(w < 1e-9) {
				t.Errorf("%s: start %d differs by %v side by side", name, i, w)
			}
		}
	}
}

// TestNewtonsOnTrees: trees of float32 with other leaves, a curvature of the
// caller's own, and a saddle.
func TestNewtonsOnTrees(t *testing.T) {
	type mixed struct{ A, B, Count *fx.Array }
	loss := func(p mixed) *fx.Array {
		return p.A.SubScalar(1).Square().Sum().Mul(p.B.Square().AddScalar(1)).Add(p.B.Square())
	}
	gns, super, cubic := NewGradNormSmooth[mixed](), NewSuperUniversalNewton[mixed](), NewCubicNewton[mixed]()
	own := gns
	own.Curvature = func(p mixed) func(mixed) mixed {
		return func(v mixed) mixed { return linalg.Scale(fx.Const(2), v) }
	}
	free := gns
	free.System = CGSystem[mixed]{}
	for name, o := range map[string]Optimizer[mixed]{"gns": gns, "own": own, "free": free, "super": super, "cubic": cubic,
		"gradient": NewGradientMethod[mixed](), "fast": NewFastGradientMethod[mixed]()} {
		p := mixed{fx.New([]float32{3, -2}), fx.Scalar(float32(0.5)), fx.Scalar(int32(7))}
		end := fx.Jit(func(p mixed) mixed {
			end, _, _ := Descend(o, loss, p, o.Init(p), 25)
			return end
		})(p)
		if l := loss(end).Item(); !(l < 1e-2) || end.Count.Item() != 7 {
			t.Errorf("%s: ends at %v with loss %v", name, end, l)
		}
	}
	// Off a saddle's stable line all descend; cubic Newton leaves the saddle itself.
	saddle := func(x *fx.Array) *fx.Array {
		u, v := x.Index(0), x.Index(1)
		return u.Square().Sub(v.Square()).Add(v.Square().Square().MulScalar(0.25))
	}
	c := NewCubicNewton[*fx.Array]()
	for _, start := range [][]float64{{1, 0}, {0.3, 1e-3}} {
		end := fx.Jit(func(x *fx.Array) *fx.Array {
			end, _, _ := Descend(c, saddle, x, c.Init(x), 25)
			return end
		})(fx.New(start))
		if l := saddle(end).Item(); math.Abs(l+1) > 1e-9 {
			t.Errorf("from %v cubic Newton ends at %v with %v, want -1", start, end, l)
		}
	}
}

// TestNoStep: at a stationary point, below the tolerance and where nothing is
// finite p stays, and no trial makes a NaN of it.
func TestNoStep(t *testing.T) {
	s := newSoft(t)
	parabola := func(x *fx.Array) *fx.Array { return x.Square().Sum() }
	for name, o := range newtons(s) {
		x := fx.Zeros(fx.Float64, softSize)
		next, _, info := o.Step(parabola, x, o.Init(x))
		if next.Norm().Item() != 0 || info.Values["success"].Item() != 0 {
			t.Errorf("%s moves from a stationary point: %v, %v", name, next, info.Values)
		}
		start := softStart()
		next, state, info := o.Step(func(x *fx.Array) *fx.Array { return s.loss(x).Log().Neg().Log() }, start, o.Init(start))
		if !slices.Equal(next.Float64s(), start.Float64s()) || info.Values["success"].Item() != 0 {
			t.Errorf("%s moves along NaN: %v", name, next)
		}
		for _, a := range fx.Leaves(state) {
			if !a.IsFinite().All().Bools()[0] {
				t.Errorf("%s: the state is %v", name, a)
			}
		}
	}
	o := NewGradNormSmooth[*fx.Array]()
	o.Tol = 100
	next, state, info := o.Step(s.loss, softStart(), o.Init(softStart()))
	if !slices.Equal(next.Float64s(), softStart().Float64s()) || info.Values["trials"].Item() != 0 || state.(AdaptiveState).Parameter.Item() != 1 {
		t.Errorf("below the tolerance: %v, %v, %v", next, state, info.Values)
	}
	// A curvature that is negative and huge: every trial fails.
	o.Tol, o.Curvature = 0, func(p *fx.Array) func(*fx.Array) *fx.Array {
		return func(v *fx.Array) *fx.Array { return v.MulScalar(-1e30) }
	}
	next, _, info = o.Step(s.loss, softStart(), o.Init(softStart()))
	if !slices.Equal(next.Float64s(), softStart().Float64s()) || info.Values["trials"].Item() != 40 {
		t.Errorf("with an indefinite curvature: %v, %v", next, info.Values)
	}
}

// TestEstimateGamma: exact for a parabola without curvature, where it is |f'|/L, and
// near the bound of a cubic with its Hessian.
func TestEstimateGamma(t *testing.T) {
	e := NewGammaEstimate()
	e.Radii = 1201
	zero := func(p *fx.Array) func(*fx.Array) *fx.Array { return fx.ZerosLike }
	p := fx.New([]float64{3, -4})
	got := EstimateGamma(func(x *fx.Array) *fx.Array { return x.Square().Sum().MulScalar(5) }, zero, p, Metric{}, random.New(1), e).Item()
	if math.Abs(got-5) > 1e-6 {
		t.Errorf("|f'|/L is 5, the estimate %v", got)
	}
	// f = x^3/6: |f'(x+h) - f'(x) - f''(x) h| = h^2/2, so gamma^2 = 2 |f'|.
	cubic := func(x *fx.Array) *fx.Array { return x.Mul(x).Mul(x).Sum().DivScalar(6) }
	got = EstimateGamma(cubic, nil, fx.New([]float64{8}), Metric{}, random.New(1), e).Item()
	if want := 8.0; math.Abs(got-want) > 0.2 {
		t.Errorf("sqrt(2 |f'|/L) is %v, the estimate %v", want, got)
	}
	// With the exact Hessian of a parabola no radius is too large.
	got = EstimateGamma(func(x *fx.Array) *fx.Array { return x.Square().Sum() }, nil, p, Metric{}, random.New(1), NewGammaEstimate()).Item()
	if math.Abs(got-1e6) > 1 {
		t.Errorf("a parabola with its Hessian: %v, want the largest radius", got)
	}
	e.Radii = 1
	fxtest.MustFail(t, "there must be two radii or more", func() { EstimateGamma(cubic, nil, p, Metric{}, random.New(1), e) })
}
