package ode

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

// device is a process of five oscillators with eigenvalues from 0.4 up, of which
// two directions have a curvature beyond the damping.
func device(kappa0 float64) (*fx.Array, OrnsteinUhlenbeckLaw) {
	w := random.Normal(random.New(1), fx.Float64, 2, 5)
	a := w.T().MatMul(w).Add(fx.Eye(fx.Float64, 5).MulScalar(0.4))
	return a, OrnsteinUhlenbeckLaw{linalg.GramSpectral(w, fx.Scalar(0.4)), random.Normal(random.New(2), fx.Float64, 5), kappa0}
}

// TestLaw: mean and covariance by the exponential of the matrix.
func TestLaw(t *testing.T) {
	a, law := device(0.3)
	v0 := random.Normal(random.New(3), fx.Float64, 5)
	inverse := fx.Inverse(a)
	solution := inverse.MatMul(law.B)
	for _, at := range []float64{0, 0.3, 2, 40} {
		decay := fx.Expm(a.MulScalar(-at))
		fxtest.MustBeNear(t, "mean", law.Mean(v0, at).Float64s(), solution.Add(decay.MatMul(v0.Sub(solution))).Float64s(), 1e-12)
		want := inverse.Sub(inverse.MatMul(decay).MatMul(decay)).MulScalar(0.3)
		fxtest.MustBeNear(t, "covariance", law.Covariance(at).Flatten().Float64s(), want.Flatten().Float64s(), 1e-12)
	}
	fxtest.MustBeNear(t, "mean at the end", law.Mean(v0, math.Inf(1)).Float64s(), solution.Float64s(), 1e-12)
	fxtest.MustBeNear(t, "covariance at the end", law.Covariance(math.Inf(1)).Flatten().Float64s(), inverse.MulScalar(0.3).Flatten().Float64s(), 1e-12)
	fxtest.MustBeNear(t, "at the start", law.Sample(v0, 0, random.New(1)).Float64s(), v0.Float64s(), 0)
}

// moments are mean and covariance of readouts [k, n].
func moments(r *fx.Array) (mean, covariance *fx.Array) {
	mean = r.Mean(0)
	d := r.Sub(mean)
	return mean, d.T().MatMul(d).DivScalar(float64(r.Dim(0)))
}

// TestReadouts: 8000 readouts, by Euler's steps and by exact transitions, have the
// law's mean and covariance, while it is still on its way and when it has settled.
func TestReadouts(t *testing.T) {
	a, law := device(0.3)
	v0 := fx.Full(fx.Float64, 2, 5)
	process := OrnsteinUhlenbeck[*fx.Array]{linalg.Matrix(a), law.B, law.Kappa0}
	keys := random.SplitArray(random.New(4), 8000)
	for _, at := range []float64{0.5, 5} {
		for how, draw := range map[string]func(*fx.Array) *fx.Array{
			"Euler": func(key *fx.Array) *fx.Array { return process.Run(v0, Relaxation{Tau: at, Dt: 0.02}, key) },
			"exact": func(key *fx.Array) *fx.Array { return law.Sample(v0, at, key) },
		} {
			mean, covariance := moments(fx.Jit(fx.Vmap(draw))(keys))
			fxtest.MustBeNear(t, how+", mean", mean.Float64s(), law.Mean(v0, at).Float64s(), 0.05)
			fxtest.MustBeNear(t, how+", covariance", covariance.Flatten().Float64s(), law.Covariance(at).Flatten().Float64s(), 0.05)
		}
	}
}

// TestNoiseless: Euler's steps without noise are the formula's, and a time average
// is that of the flow; with noise its variance is 2 kappa0 A^-2 / Window.
func TestNoiseless(t *testing.T) {
	a, law := device(0)
	process := law.Process()
	v0 := random.Normal(random.New(3), fx.Float64, 5)
	want := v0
	for range 7 {
		want = want.Add(law.B.Sub(a.MatMul(want)).MulScalar(0.1))
	}
	r := Relaxation{Tau: 0.7, Dt: 0.1}
	if r.Steps() != 7 || (Relaxation{Tau: 0.75, Dt: 0.1}).Steps() != 8 || (Relaxation{Tau: 0.7, Dt: 0.1, Window: 0.25}).Steps() != 8 {
		t.Errorf("%d steps, want 7", r.Steps())
	}
	fxtest.MustBeNear(t, "seven steps", process.Run(v0, r, nil).Float64s(), want.Float64s(), 1e-13)
	fxtest.MustBeNear(t, "no time", process.Run(v0, Relaxation{Dt: 1}, nil).Float64s(), v0.Float64s(), 0)
	fine := process.Run(v0, Relaxation{Tau: 3, Dt: 1e-3, Window: 2}, nil)
	// The flow's integral is (v(1) - v(3)) A^-1 + 2 A^-1 b.
	integral := fx.Inverse(a).MatMul(law.Mean(v0, 1).Sub(law.Mean(v0, 3)).Add(law.B.MulScalar(2)))
	fxtest.MustBeNear(t, "average", fine.Float64s(), integral.DivScalar(2).Float64s(), 5e-3)

	_, noisy := device(0.3)
	long := Relaxation{Tau: 260, Dt: 0.05, Window: 250}
	readouts := fx.Jit(fx.Vmap(func(key *fx.Array) *fx.Array {
		return OrnsteinUhlenbeck[*fx.Array]{linalg.Matrix(a), noisy.B, 0.3}.Run(v0, long, key)
	}))(random.SplitArray(random.New(5), 400))
	_, covariance := moments(readouts)
	inverse := fx.Inverse(a)
	expected := inverse.MatMul(inverse).Trace().Item() * 2 * 0.3 / 250
	if got := covariance.Trace().Item(); math.Abs(got/expected-1) > 0.1 {
		t.Errorf("the averages have the variance %v, want %v", got, expected)
	}
}

// TestThermodynamicAlgebra: a system and an inverse, on a tree.
func TestThermodynamicAlgebra(t *testing.T) {
	type pair struct{ X, Y *fx.Array }
	a, law := device(0.01)
	like := pair{fx.Zeros(fx.Float64, 3), fx.Zeros(fx.Float64, 2)}
	_, unravel := linalg.Ravel(like)
	onTree := func(v pair) pair { x, _ := linalg.Ravel(v); return unravel(a.MatMul(x)) }
	s := Sampling{Burn: 20, Gap: 3, Dt: 0.05, Samples: 800}
	solve := func(kappa0 float64) []float64 {
		x, _ := linalg.Ravel(fx.Jit(func(key *fx.Array) pair {
			return ThermodynamicSolve(OrnsteinUhlenbeck[pair]{onTree, unravel(law.B), kappa0}, s, key)
		})(random.New(6)))
		return x.Float64s()
	}
	want := fx.Solve(a, law.B.ExpandDims(1)).Flatten().Float64s()
	fxtest.MustBeNear(t, "solution", solve(0.01), want, 0.02)
	fxtest.MustBeNear(t, "solution without noise", solve(0), want, 1e-4)
	inverse := fx.Jit(func(key *fx.Array) *fx.Array { return ThermodynamicInverse(onTree, like, s, key) })(random.New(7))
	fxtest.MustBeNear(t, "inverse", inverse.Flatten().Float64s(), fx.Inverse(a).Flatten().Float64s(), 0.4)
}

func TestDeviceMistakes(t *testing.T) {
	a, law := device(0.1)
	v, process := law.B, OrnsteinUhlenbeck[*fx.Array]{linalg.Matrix(a), law.B, 0.1}
	r := Relaxation{Tau: 1, Dt: 0.1}
	key := random.New(1)
	for want, f := range map[string]func(){
		"there is no operator A":                              func() { OrnsteinUhlenbeck[*fx.Array]{B: v}.Run(v, r, key) },
		"Kappa0 is -1; it must be a number":                   func() { OrnsteinUhlenbeck[*fx.Array]{process.A, v, -1}.Run(v, r, key) },
		"ode.OrnsteinUhlenbeck.Run: there is no key":          func() { process.Run(v, r, nil) },
		"Tau is -1; it must be a number that is not negative": func() { process.Run(v, Relaxation{Tau: -1, Dt: 1}, key) },
		"Dt is 0; it must be positive":                        func() { process.Run(v, Relaxation{Tau: 1}, key) },
		"Window is 2; it must be from 0 to Tau, 1":            func() { process.Run(v, Relaxation{Tau: 1, Dt: 1, Window: 2}, key) },
		"the time is -1":                                      func() { law.Mean(v, -1) },
		"ode.OrnsteinUhlenbeckLaw.Sample: there is no key":    func() { law.Sample(v, 1, nil) },
		"Burn is NaN":                     func() { ThermodynamicSolve(process, Sampling{Burn: math.NaN()}, key) },
		"Gap is 0":                        func() { ThermodynamicSolve(process, Sampling{}, key) },
		"there are 0 samples":             func() { ThermodynamicSolve(process, Sampling{Gap: 1, Dt: 1}, key) },
		"ode.ThermodynamicSolve: Dt is 0": func() { ThermodynamicSolve(process, Sampling{Gap: 1, Samples: 1}, key) },
	} {
		fxtest.MustFail(t, want, f)
	}
	top := fx.Eigvalsh(a).Max().Item()
	for want, err := range map[string]error{
		"":                                 process.Check(1.9/top, key),
		"are not stable: the largest":      process.Check(2.1/top, key),
		"is not positive definite":         OrnsteinUhlenbeck[*fx.Array]{linalg.Shifted(process.A, fx.Const(-0.5)), v, 0}.Check(0.01, key),
		"an eigenvalue near -":             OrnsteinUhlenbeck[*fx.Array]{linalg.Shifted(process.A, fx.Const(-50)), v, 0}.Check(0.01, key),
		"more damping makes it so":         OrnsteinUhlenbeck[*fx.Array]{linalg.Shifted(process.A, fx.Const(-0.4)), v, 0}.Check(0.01, key),
		"a product with the matrix is not": OrnsteinUhlenbeck[*fx.Array]{linalg.Shifted(process.A, fx.Const(math.NaN())), v, 0}.Check(0.01, key),
	} {
		if got := fmt.Sprint(err); !strings.Contains(got, want) || (want == "") != (err == nil) {
			t.Errorf("error %q, want %q", got, want)
		}
	}
}
