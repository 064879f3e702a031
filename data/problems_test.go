package data

import (
	"math"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

func TestSpectra(t *testing.T) {
	s := LogSpaced(5, 1e4)
	for i, v := range s {
		if want := math.Pow(10, -float64(i)); math.Abs(v/want-1) > 1e-12 {
			t.Errorf("LogSpaced: value %d is %v, want %v", i, v, want)
		}
	}
	if p := PowerLaw(3, 2); math.Abs(p[1]-0.25) > 1e-15 || math.Abs(p[2]-1.0/9) > 1e-15 || p[0] != 1 {
		t.Errorf("PowerLaw: %v", p)
	}
	x := Design(random.New(1), fx.Float64, 40, s)
	moments := x.T().MatMul(x).DivScalar(40)
	values := fx.Eigvalsh(moments).Float64s()
	slices.Sort(values)
	slices.Reverse(values)
	for i := range s {
		if math.Abs(values[i]-s[i]) > 1e-13 {
			t.Errorf("Design: eigenvalue %d is %v, want %v", i, values[i], s[i])
		}
	}
	// The covariance of a large sample: its trace, and that of its square.
	x = GaussianFeatures(random.New(2), fx.Float64, 20000, []float64{4, 1, 0.25})
	c := x.T().MatMul(x).DivScalar(20000)
	if trace, square := c.Trace().Item(), c.Square().Sum().Item(); math.Abs(trace-5.25) > 0.15 || math.Abs(square-17.0625) > 1 {
		t.Errorf("GaussianFeatures: traces %v and %v", trace, square)
	}
}

func TestLinearProblems(t *testing.T) {
	x := GaussianFeatures(random.New(1), fx.Float64, 4000, []float64{1, 1, 1, 1, 1, 1})
	w := SparseWeights(random.New(2), fx.Float64, 6, 2)
	ones := 0
	for _, v := range w.Float64s() {
		if math.Abs(v) == 1 {
			ones++
		} else if v != 0 {
			t.Errorf("weights %v", w)
		}
	}
	if ones != 2 {
		t.Errorf("weights %v", w)
	}
	if exact := Linear(random.New(3), x, w, 0); exact.Y.Sub(x.MatMul(w)).Abs().Max().Item() != 0 {
		t.Error("targets without noise are not x w")
	}
	noisy := Linear(random.New(3), x, w, 0.5)
	if got := noisy.Y.Sub(x.MatMul(w)).Std().Item(); math.Abs(got-0.5) > 0.02 {
		t.Errorf("noise of deviation %v, want 0.5", got)
	}
	teacher := NewTeacher(random.New(4), fx.Float64, 6, 5, 2)
	taught := Targets(random.New(5), x, teacher.Apply, 0)
	if !slices.Equal(taught.Y.Shape(), []int{4000, 2}) {
		t.Errorf("a teacher's targets have shape %v", taught.Y.Shape())
	}
}

// TestClassificationProblems: classes come as often as the separator says.
func TestClassificationProblems(t *testing.T) {
	x := GaussianFeatures(random.New(1), fx.Float64, 20000, []float64{1, 1})
	w := fx.New([]float64{3, -1})
	problem := Logistic(random.New(2), x, w)
	p := x.MatMul(w).Sigmoid()
	y := problem.Labels.AsType(fx.Float64)
	for _, low := range []float64{0, 0.25, 0.5, 0.75} {
		in := p.GreaterEqual(fx.Const(low)).And(p.Less(fx.Const(low + 0.25))).AsType(fx.Float64)
		n := in.Sum().Item()
		got, want := y.Mul(in).Sum().Item()/n, p.Mul(in).Sum().Item()/n
		if math.Abs(got-want) > 4*0.5/math.Sqrt(n) {
			t.Errorf("probabilities from %v: class 1 in %v, want %v", low, got, want)
		}
	}
	apart := Separable(x, w, 0.2)
	distance := apart.X.MatMul(w).Div(w.Norm())
	sign := apart.Labels.AsType(fx.Float64).MulScalar(2).SubScalar(1)
	if least := distance.Mul(sign).Min().Item(); least < 0.2-1e-12 || least > 0.21 {
		t.Errorf("the margin is %v, want 0.2", least)
	}
}

func TestProblemMistakes(t *testing.T) {
	key, d := random.New(0), fx.Float64
	x := fx.Ones(d, 3, 2)
	for want, call := range map[string]func(){
		"condition number 0.5: must be at least 1":                                 func() { LogSpaced(3, 0.5) },
		"data.Design: 2 rows for a spectrum of 3 eigenvalues":                      func() { Design(key, d, 2, []float64{1, 1, 1}) },
		"data.GaussianFeatures: an empty spectrum":                                 func() { GaussianFeatures(key, d, 2, nil) },
		"the spectrum has -1: its values must not be negative":                     func() { GaussianFeatures(key, d, 2, []float64{-1}) },
		"data.SparseWeights: 4 of 3 weights that are not zero":                     func() { SparseWeights(key, d, 3, 4) },
		"data.Linear: the weights must be float64[2], for features of shape [3 2]": func() { Linear(key, x, fx.Ones(d, 3), 0) },
		"data.Logistic: the features must be a float array of shape [n, dim]":      func() { Logistic(key, fx.Ones(d, 3), fx.Ones(d, 3)) },
		"data.Targets: noise -1: must not be negative":                             func() { Targets(key, x, func(x *fx.Array) *fx.Array { return x }, -1) },
		"data.Targets: the rule does not give one target for each of the 3 rows":   func() { Targets(key, x, func(x *fx.Array) *fx.Array { return x.Sum() }, 1) },
		"data.NewTeacher: dimension, hidden units and outputs [2 0 1]":             func() { NewTeacher(key, d, 2, 0, 1) },
		"data.Separable: noise -1":                                                 func() { Separable(x, fx.Ones(d, 2), -1) },
	} {
		mustFail(t, want, call)
	}
}
