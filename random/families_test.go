package random_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
	"gonum.org/v1/gonum/stat/distuv"
)

// distance is sqrt(n) times Kolmogorov and Smirnov's statistic.
func distance(x []float64, cdf func(float64) float64) float64 {
	slices.Sort(x)
	n, ks := float64(len(x)), 0.0
	for i, v := range x {
		p := cdf(v)
		ks = max(ks, p-float64(i)/n, float64(i+1)/n-p)
	}
	return ks * math.Sqrt(n)
}

// TestFamilies compares samples with the exact distributions.
func TestFamilies(t *testing.T) {
	const n = 20000
	type row struct {
		draw func(k *fx.Array) *fx.Array
		cdf  func(float64) float64
	}
	for _, d := range []fx.DType{fx.Float32, fx.Float64} {
		rows := map[string]row{
			"laplace":  {func(k *fx.Array) *fx.Array { return random.Laplace(k, d, n) }, distuv.Laplace{Mu: 0, Scale: 1}.CDF},
			"logistic": {func(k *fx.Array) *fx.Array { return random.Logistic(k, d, n) }, distuv.Logistic{Mu: 0, S: 1}.CDF},
		}
		for _, a := range []float64{0.2, 0.9, 1, 2.5, 40, 1e4} {
			a := fx.Scalar(a).AsType(d).Item()
			rows[fmt.Sprint("gamma ", a)] = row{func(k *fx.Array) *fx.Array { return random.Gamma(k, fx.Full(d, a), n) },
				distuv.Gamma{Alpha: a, Beta: 1}.CDF}
		}
		for _, ab := range [][2]float64{{0.5, 0.5}, {2, 0.75}, {3, 8}} {
			rows[fmt.Sprint("beta ", ab)] = row{func(k *fx.Array) *fx.Array {
				return random.Beta(k, fx.Full(d, ab[0]), fx.Full(d, ab[1]), n)
			}, distuv.Beta{Alpha: ab[0], Beta: ab[1]}.CDF}
			// A category of a Dirichlet variable has a beta distribution.
			rows[fmt.Sprint("dirichlet ", ab)] = row{func(k *fx.Array) *fx.Array {
				c := fx.New([]float64{ab[1] / 4, ab[0], ab[1] * 3 / 4}).AsType(d)
				return random.Dirichlet(k, c, n).SliceAxis(1, 1, 2).Flatten()
			}, distuv.Beta{Alpha: ab[0], Beta: ab[1]}.CDF}
		}
		for name, r := range rows {
			x := r.draw(random.New(17))
			if x.DType() != d {
				t.Errorf("%v %s: the result is %v", d, name, x.DType())
			}
			if s := distance(x.Float64s(), r.cdf); !(s < 2.2) { // once in 8000 samples
				t.Errorf("%v %s: Kolmogorov-Smirnov statistic %.2f", d, name, s)
			}
		}
	}
}

func TestGammaParameters(t *testing.T) {
	a := fx.New([]float64{0, -1, math.NaN(), math.Inf(1), 1e-300, 1e300, 3})
	x := random.Gamma(random.New(0), a).Float64s()
	for i := range 4 {
		if !math.IsNaN(x[i]) {
			t.Errorf("concentration %v gives %v", a.Float64s()[i], x[i])
		}
	}
	if x[4] != 0 || !(math.Abs(x[5]/1e300-1) < 1e-12) || !(x[6] > 0) {
		t.Errorf("concentrations 1e-300, 1e300, 3 give %v", x[4:])
	}
	// Each concentration has its own distribution: the means differ.
	many := random.Gamma(random.New(1), fx.New([]float64{0.5, 20}), 4000, 2).Mean(0).Float64s()
	if math.Abs(many[0]-0.5) > 0.05 || math.Abs(many[1]-20) > 0.3 {
		t.Errorf("means %v, want 0.5 and 20", many)
	}
	p := random.Dirichlet(random.New(2), fx.Full(fx.Float32, 1e-6, 5), 100)
	for _, s := range p.Sum(-1).Float64s() {
		if math.Abs(s-1) > 1e-6 {
			t.Fatalf("tiny concentrations: the probabilities add up to %v", s)
		}
	}
	for i, m := range random.Dirichlet(random.New(3), fx.New([]float64{1, 2, 5}), 4000).Mean(0).Float64s() {
		if want := []float64{1, 2, 5}[i] / 8; math.Abs(m-want) > 0.015 {
			t.Errorf("mean of category %d is %v, want %v", i, m, want)
		}
	}
	g := fx.Grad(func(a *fx.Array) *fx.Array { return random.Gamma(random.New(0), a, 3).Sum() })(fx.Scalar(2.0))
	if g.Item() != 0 {
		t.Errorf("derivative %v; a draw counts as constant", g)
	}
}

// TestMultivariateNormal checks mean and covariance, and that a whitened
// sample is standard normal.
func TestMultivariateNormal(t *testing.T) {
	mean := fx.New([]float64{3, -1, 0})
	l := fx.New([]float64{1, 0, 0, 0.8, 0.5, 0, -2, 1, 3}, 3, 3)
	cov := l.MatMul(l.T())
	const n = 20000
	x := random.MultivariateNormal(random.New(4), mean, cov, 2, n/2)
	if fmt.Sprint(x.Shape()) != fmt.Sprint([]int{2, n / 2, 3}) {
		t.Fatalf("shape %v", x.Shape())
	}
	white := fx.SolveTriangular(l, x.Reshape(n, 3).Sub(mean).T(), fx.Triangle{})
	for i := range 3 {
		if s := distance(white.Index(i).Float64s(), distuv.UnitNormal.CDF); !(s < 2.2) {
			t.Errorf("component %d: Kolmogorov-Smirnov statistic %.2f", i, s)
		}
	}
	for i, v := range white.MatMul(white.T()).DivScalar(n).Sub(fx.Eye(fx.Float64, 3)).Float64s() {
		if math.Abs(v) > 4*math.Sqrt(2.0/n) {
			t.Errorf("whitened covariance is off by %v at %d", v, i)
		}
	}
	// d/dmean of the sum is the number of draws.
	g := fx.Grad(func(m *fx.Array) *fx.Array { return random.MultivariateNormal(random.New(0), m, cov, 5).Sum() })(mean)
	for _, v := range g.Float64s() {
		if v != 5 {
			t.Errorf("derivative by the mean: %v", g)
		}
	}
	if v := random.MultivariateNormal(random.New(0), mean, cov.Neg()).Float64s(); !math.IsNaN(v[2]) {
		t.Errorf("a negative covariance gives %v", v)
	}
}

func TestOrthogonal(t *testing.T) {
	for _, s := range [][2]int{{4, 4}, {7, 3}, {2, 6}, {1, 1}} {
		q := random.Orthogonal(random.New(1), fx.Float64, s[0], s[1])
		gram := q.T().MatMul(q)
		if s[0] < s[1] {
			gram = q.MatMul(q.T())
		}
		if e := gram.Sub(fx.Eye(fx.Float64, min(s[0], s[1]))).Abs().Max().Item(); e > 1e-14 {
			t.Errorf("%v: off orthogonal by %g", s, e)
		}
	}
	// Haar: the trace of a 3 by 3 matrix has mean 0 and variance 1, and the
	// first row is uniform on the sphere, so that each coordinate is uniform.
	const n = 4000
	q := fx.Vmap(func(k *fx.Array) *fx.Array { return random.Orthogonal(k, fx.Float64, 3, 3) })(random.SplitArray(random.New(2), n))
	trace := fx.Einsum("nii->n", q)
	if m, v := trace.Mean().Item(), trace.Var().Item(); math.Abs(m) > 4/math.Sqrt(n) || math.Abs(v-1) > 0.15 {
		t.Errorf("trace: mean %.3f, variance %.3f", m, v)
	}
	for j := range 3 {
		x := q.SliceAxis(1, 0, 1).SliceAxis(2, j, j+1).Flatten().Float64s()
		if s := distance(x, distuv.Uniform{Min: -1, Max: 1}.CDF); !(s < 2.2) {
			t.Errorf("coordinate %d: Kolmogorov-Smirnov statistic %.2f", j, s)
		}
	}
}
