package ode

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/random"
)

// Geometric Brownian motion dy = a y dt + b y dW has the solution
// y0 exp((a - b^2/2) t + b W) in Itô's sense, y0 exp(a t + b W) in
// Stratonovich's.
const gbmA, gbmB = 0.3, 0.8

func gbmDrift(_, y vec) vec { return y.MulScalar(gbmA) }

var gbmDiffusion = Diagonal(func(_, y vec) vec { return y.MulScalar(gbmB) })

// strongError is the mean error at t = 1 over paths, on a grid of n steps that
// sum up a fine Brownian path.
func strongError(n int, m SDEMethod) float64 {
	const fine, paths = 256, 2000
	times := grid(0, 1, n)
	dw := random.Normal(random.New(3), fx.Float64, fine, paths).MulScalar(math.Sqrt(1.0 / fine))
	coarse := dw.Reshape(n, fine/n, paths).Sum(1)
	y := FinalSDE(gbmDrift, gbmDiffusion, fx.Ones(fx.Float64, paths), times, Increments(coarse), m)
	a := gbmA
	if m == EulerMaruyama {
		a -= gbmB * gbmB / 2
	}
	exact := dw.Sum(0).MulScalar(gbmB).AddScalar(a).Exp()
	return y.Sub(exact).Abs().Mean().Item()
}

func TestStrongOrders(t *testing.T) {
	for m, want := range map[SDEMethod]float64{EulerMaruyama: 0.5, StochasticHeun: 1} {
		if got := math.Log2(strongError(16, m)/strongError(128, m)) / 3; math.Abs(got-want) > 0.15 {
			t.Errorf("method %d has strong order %.2f, want %v", m, got, want)
		}
	}
}

// An Ornstein-Uhlenbeck process has a normal law with known mean and variance.
func TestOrnsteinUhlenbeck(t *testing.T) {
	const n, paths, theta, sigma = 200, 20000, 1.5, 0.7
	drift := func(_, y vec) vec { return y.MulScalar(-theta) }
	diffusion := Diagonal(func(_, y vec) vec { return fx.FullLike(y, sigma) })
	y0 := fx.Full(fx.Float64, 2, paths)
	for _, m := range []SDEMethod{EulerMaruyama, StochasticHeun} {
		y := fx.Jit(func(key *fx.Array) vec {
			return FinalSDE(drift, diffusion, y0, grid(0, 1, n), Brownian(key, y0), m)
		})(random.New(1))
		variance := sigma * sigma / (2 * theta) * (1 - math.Exp(-2*theta))
		if got, want := y.Mean().Item(), 2*math.Exp(-theta); math.Abs(got-want) > 4*math.Sqrt(variance/paths)+0.01 {
			t.Errorf("mean %v, want %v", got, want)
		}
		if got := y.Var().Item(); math.Abs(got-variance) > 0.04*variance {
			t.Errorf("variance %v, want %v", got, variance)
		}
	}
}

func TestBrownian(t *testing.T) {
	like := particle{fx.Zeros(fx.Float64, 30000), fx.Zeros(fx.Float64, 30000), fx.Scalar(int32(5))}
	noise := Brownian(random.New(2), like)
	h := fx.Scalar(-0.04)
	a, b := noise(fx.Scalar(int32(0)), h), noise(fx.Scalar(int32(1)), h)
	for what, v := range map[string]*fx.Array{"leaf": a.X, "other leaf": a.V, "other step": b.X} {
		if s := v.Std().Item(); math.Abs(s-0.2) > 0.004 {
			t.Errorf("%s has standard deviation %v", what, s)
		}
	}
	for what, v := range map[string]*fx.Array{"leaves": a.X.Mul(a.V), "steps": a.X.Mul(b.X)} {
		if c := v.Mean().Item() / 0.04; math.Abs(c) > 0.03 {
			t.Errorf("%s correlate: %v", what, c)
		}
	}
	if a.Name.Item() != 5 {
		t.Errorf("the counter is %v", a.Name)
	}
}

// Derivatives go through, and a path is a function of its key.
func TestSDEDerivativeAndPath(t *testing.T) {
	times := grid(0, 1, 8)
	y0 := fx.New([]float64{1, 2})
	run := func(b vec) vec {
		return SolveSDE(gbmDrift, Diagonal(func(_, y vec) vec { return y.Mul(b) }), y0, times, Brownian(random.New(4), y0), StochasticHeun)
	}
	b := fx.Scalar(0.5)
	path := run(b)
	if s := path.Shape(); s[0] != 9 || s[1] != 2 {
		t.Fatalf("shape %v", s)
	}
	fxtest.MustBeNear(t, "same key", run(b).Flatten().Float64s(), path.Flatten().Float64s(), 0)
	fxtest.MustBeNear(t, "last", FinalSDE(gbmDrift, gbmDiffusion, y0, times, Brownian(random.New(4), y0), EulerMaruyama).Float64s(),
		SolveSDE(gbmDrift, gbmDiffusion, y0, times, Brownian(random.New(4), y0), EulerMaruyama).Index(-1).Float64s(), 0)
	g := fx.Grad(func(b vec) vec { return run(b).Sum() })(b).Item()
	const h = 1e-6
	numeric := (run(fx.Scalar(0.5+h)).Sum().Item() - run(fx.Scalar(0.5-h)).Sum().Item()) / (2 * h)
	fxtest.MustBeNear(t, "derivative", []float64{g}, []float64{numeric}, 1e-8)
}

func TestWrongSDEs(t *testing.T) {
	y := fx.Ones(fx.Float64, 2)
	noise := Brownian(random.New(1), y)
	fxtest.MustFail(t, "there is no method 7", func() { SolveSDE(gbmDrift, gbmDiffusion, y, grid(0, 1, 2), noise, 7) })
	fxtest.MustFail(t, "is nil", func() { SolveSDE(gbmDrift, gbmDiffusion, y, grid(0, 1, 2), nil, EulerMaruyama) })
	fxtest.MustFail(t, "the drift has float64[] where the state has float64[2]", func() {
		SolveSDE(func(_, y vec) vec { return y.Sum() }, gbmDiffusion, y, grid(0, 1, 2), noise, EulerMaruyama)
	})
	fxtest.MustFail(t, "vector of floats", func() { FinalSDE(gbmDrift, gbmDiffusion, y, nil, noise, EulerMaruyama) })
}
