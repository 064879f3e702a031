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

// TestDampedSystems: they agree with the matrix.
func TestDampedSystems(t *testing.T) {
	const n = 5
	key := random.New(7)
	factors := random.Normal(key, fx.Float64, 2, n)
	diagonal := random.Uniform(random.New(8), fx.Float64, 0, 2, n)
	m := random.Normal(random.New(9), fx.Float64, n, n)
	metric, err := NewMetric(m.MatMul(m.T()).Add(fx.Eye(fx.Float64, n)))
	if err != nil {
		t.Fatal(err)
	}
	g, p := random.Normal(random.New(10), fx.Float64, n), fx.Zeros(fx.Float64, n)
	gram := factors.T().MatMul(factors)
	give := func(a *fx.Array) func(*fx.Array) *fx.Array { return func(*fx.Array) *fx.Array { return a } }
	for name, c := range map[string]struct {
		system DampedSystem[*fx.Array]
		metric Metric
		h      *fx.Array
	}{
		"dense":             {DenseSystem[*fx.Array]{}, metric, gram},
		"dense, Euclidean":  {DenseSystem[*fx.Array]{}, Metric{}, gram},
		"cg":                {CGSystem[*fx.Array]{Tol: 1e-12}, metric, gram},
		"cg, Euclidean":     {CGSystem[*fx.Array]{Tol: 1e-12}, Metric{}, gram},
		"low rank":          {LowRankSystem[*fx.Array]{Factors: give(factors)}, metric, gram},
		"low rank, I":       {LowRankSystem[*fx.Array]{Factors: give(factors)}, Metric{}, gram},
		"diagonal and rank": {LowRankSystem[*fx.Array]{Factors: give(factors), Diagonal: give(diagonal)}, Metric{}, gram.Add(diagonal.Diag(0))},
		"none":              {NoCurvature[*fx.Array]{}, metric, fx.Zeros(fx.Float64, n, n)},
	} {
		solve, _ := c.system.At(p, p, linalg.Matrix(c.h), c.metric)
		for _, lambda := range []float64{0.01, 1, 30} {
			b := c.metric.B
			if b == nil {
				b = fx.Eye(fx.Float64, n)
			}
			d, _ := solve(fx.Scalar(lambda), g)
			wrong := c.h.MatMul(d).Add(b.MatMul(d).MulScalar(lambda)).Sub(g)
			if w := wrong.Abs().Max().Item(); !(w < 1e-9) {
				t.Errorf("%s, lambda %v: the residual is %v", name, lambda, w)
			}
		}
	}
}

// TestMetric: norms by their definitions, and the errors of what is no metric.
func TestMetric(t *testing.T) {
	b := fx.New([]float64{4, 1, 1, 3}, 2, 2)
	m, err := NewMetric(b)
	if err != nil {
		t.Fatal(err)
	}
	v := fx.New([]float64{1, -2})
	if got, want := m.Norm(v).Item(), math.Sqrt(4+2*1*-2+3*4); math.Abs(got-want) > 1e-14 {
		t.Errorf("norm %v, want %v", got, want)
	}
	near(t, m.DualNorm(v), v.Dot(fx.Inverse(b).MatMul(v)).Sqrt())
	near(t, m.Mul(m.Solve(v)), v)
	near(t, m.Norm(m.Unwhiten(v)), v.Norm())
	near(t, Metric{}.Norm(v).Add(Metric{}.DualNorm(v)), v.Norm().MulScalar(2))
	for want, b := range map[string]*fx.Array{
		"not nil":               nil,
		"not float64[2]":        v,
		"not int32[1 1]":        fx.New([]int32{1}, 1, 1),
		"not symmetric":         fx.New([]float64{1, 2, 0, 1}, 2, 2),
		"not positive definite": fx.New([]float64{1, 2, 2, 1}, 2, 2),
	} {
		if _, err := NewMetric(b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v, want %q", b, err, want)
		}
	}
	o := NewGradNormSmooth[*fx.Array]()
	o.Metric = m
	fxtest.MustFail(t, "the metric is float64[2 2]; 3 parameters of float64", func() { o.Init(fx.Zeros(fx.Float64, 3)) })
}

func TestNewtonSettings(t *testing.T) {
	type any1 = *fx.Array
	factors := func(p any1) any1 { return p.ExpandDims(0) }
	own := func(p any1) func(any1) any1 { return func(v any1) any1 { return v } }
	for want, o := range map[string]Validator{
		"the first gamma is 0; it must be positive":                   with(NewGradNormSmooth[any1](), func(o *GradNormSmooth[any1]) { o.Gamma = 0 }),
		"the least gamma is -1; it must be positive":                  with(NewGradNormSmooth[any1](), func(o *GradNormSmooth[any1]) { o.GammaMin = -1 }),
		"the largest number of trials is 0; it must be positive":      with(NewGradNormSmooth[any1](), func(o *GradNormSmooth[any1]) { o.MaxTrials = 0 }),
		"the tolerance is NaN":                                        with(NewGradNormSmooth[any1](), func(o *GradNormSmooth[any1]) { o.Tol = math.NaN() }),
		"there is no damped system":                                   GradNormSmooth[any1]{},
		"the curvature has no factors":                                with(NewGradNormSmooth[any1](), func(o *GradNormSmooth[any1]) { o.System = LowRankSystem[any1]{} }),
		"the tolerance of the solver is -1":                           with(NewGradNormSmooth[any1](), func(o *GradNormSmooth[any1]) { o.System = CGSystem[any1]{Tol: -1} }),
		"the largest number of iterations is -1":                      with(NewGradNormSmooth[any1](), func(o *GradNormSmooth[any1]) { o.System = CGSystem[any1]{MaxIter: -1} }),
		"has a curvature of its own; the field Curvature must be nil": with(NewGradNormSmooth[any1](), func(o *GradNormSmooth[any1]) { o.System, o.Curvature = LowRankSystem[any1]{Factors: factors}, own }),
		"the power Alpha is 0.5; it must be in [2/3, 1]":              with(NewSuperUniversalNewton[any1](), func(o *SuperUniversalNewton[any1]) { o.Alpha = 0.5 }),
		"the first M is -2":                                           with(NewCubicNewton[any1](), func(o *CubicNewton[any1]) { o.M = -2 }),
		"there is no line search":                                     GradientMethod[any1]{First: 1, Grow: 2},
		"the first length is 0":                                       with(NewGradientMethod[any1](), func(o *GradientMethod[any1]) { o.First = 0 }),
		"the first L is 0":                                            with(NewFastGradientMethod[any1](), func(o *FastGradientMethod[any1]) { o.L = 0 }),
	} {
		if err := o.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	x := fx.Zeros(fx.Float64, 3)
	for want, f := range map[string]func(){
		"the state is a int and must be a optim.AdaptiveState": func() { NewCubicNewton[any1]().Step(hollow, x, 3) },
		"the state is a <nil> and must be a optim.FastGradientState": func() {
			NewFastGradientMethod[any1]().Step(hollow, x, nil)
		},
		"holds no float arrays": func() { NewGradNormSmooth[any1]().Init(fx.Scalar(int32(1))) },
		"the factors have 4 elements each for 3 parameters": func() {
			LowRankSystem[any1]{Factors: func(any1) any1 { return fx.Ones(fx.Float64, 2, 4) }}.At(x, x, nil, Metric{})
		},
		"a diagonal goes with the Euclidean metric only": func() {
			m, err := NewMetric(fx.Eye(fx.Float64, 3))
			if err != nil {
				panic(fmt.Sprint(err))
			}
			LowRankSystem[any1]{Factors: factors, Diagonal: func(p any1) any1 { return p }}.At(x, x, nil, m)
		},
	} {
		fxtest.MustFail(t, want, f)
	}
}
