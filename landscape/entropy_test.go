package landscape

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/random"
)

func parabola(lambda float64) func(*fx.Array) *fx.Array {
	return func(x *fx.Array) *fx.Array { return x.Square().MulScalar(lambda / 2) }
}

// TestLocalEntropyOfParabolas: smoothing turns a curvature lambda into
// lambda gamma/(lambda+gamma); the integral is a Gaussian's.
func TestLocalEntropyOfParabolas(t *testing.T) {
	x := []float64{-1.5, 0, 1e-6, 0.7, 2}
	for _, lambda := range []float64{-0.3, 0, 0.5, 20} {
		for _, gamma := range []float64{0.5, 5, 100} {
			e := LocalEntropy1D(parabola(lambda), x, gamma, Interval{-40, 40, 20_001})
			h := lambda * gamma / (lambda + gamma)
			var f, grad []float64
			for _, v := range x {
				f = append(f, math.Log(2*math.Pi/(lambda+gamma))/2-h*v*v/2)
				grad = append(grad, h*v)
			}
			fxtest.MustBeNear(t, "F", e.F, f, 1e-11)
			fxtest.MustBeNear(t, "gradient of -F", e.Grad, grad, 1e-11)
		}
	}
	// The gradient is that of -F, for a function that is no parabola.
	wavy := func(x *fx.Array) *fx.Array { return x.Square().Add(x.MulScalar(3).Sin()) }
	const h = 1e-5
	e := LocalEntropy1D(wavy, []float64{0.4 - h, 0.4, 0.4 + h}, 2, Interval{-15, 15, 5001})
	if got := -(e.F[2] - e.F[0]) / (2 * h); math.Abs(got-e.Grad[1]) > 1e-8 {
		t.Errorf("gradient %v, by differences %v", e.Grad[1], got)
	}
	if at := LocalEntropy1D(parabola(1), []float64{-1, 0.1, 0.5}, 1, Interval{-12, 12, 2001}).Lowest(); at != 0.1 {
		t.Errorf("the lowest place is %v", at)
	}
}

// TestLocalEntropyGrad: a walk estimates the gradient, the better the longer it is.
func TestLocalEntropyGrad(t *testing.T) {
	type tree struct {
		A, B *fx.Array
		N    *fx.Array
	}
	// 400 walks at a time: the mean of their errors is that of one.
	p := tree{fx.Full(fx.Float64, 2, 400), fx.Scalar(-1.0), fx.Scalar(int32(3))}
	loss := func(p tree) *fx.Array { return p.A.Square().Sum().Add(p.B.Square()).MulScalar(1.5) } // curvature 3
	const gamma, want = 1.0, 3.0 / 4 * 2
	last := math.Inf(1)
	for _, steps := range []int{20, 200, 2000} {
		g := LocalEntropyGrad(loss, p, gamma, Sampler{Steps: steps, Burn: 20, Rate: 0.1, Key: random.New(1)})
		rms := math.Sqrt(g.A.SubScalar(want).Square().Mean().Item())
		if !(rms < 0.5*last) {
			t.Errorf("%d steps: error %v, before %v", steps, rms, last)
		}
		last = rms
		if g.N.Item() != 0 {
			t.Error("a count has a gradient")
		}
	}
	if last > 0.05 {
		t.Errorf("error %v after 2000 steps", last)
	}
}

// TestNoiseSensitivity: of a parabola of curvature h around its minimum it is
// h part^2 |w|^2/2 over all kernels.
func TestNoiseSensitivity(t *testing.T) {
	type tree struct{ W, B *fx.Array }
	p := tree{random.Normal(random.New(1), fx.Float64, 5, 8), random.Normal(random.New(2), fx.Float64, 8)}
	loss := func(q tree) *fx.Array {
		return q.W.Sub(p.W).Square().Sum().MulScalar(1.5).Add(q.B.Sub(p.B).Square().Sum().MulScalar(100)).AddScalar(7)
	}
	got := NoiseSensitivity(loss, p, 0.05, 3, random.New(3)).Item()
	if want := 1.5 * 0.05 * 0.05 * p.W.Square().Sum().Item(); math.Abs(got/want-1) > 1e-9 {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestEntropyErrors(t *testing.T) {
	one := []float64{0}
	good := Interval{-20, 20, 2001}
	walk := Sampler{Steps: 10, Rate: 0.1, Key: random.New(1)}
	change := func(f func(*Sampler)) Sampler {
		s := walk
		f(&s)
		return s
	}
	sum := func(x *fx.Array) *fx.Array { return x.Square().Sum() }
	for want, f := range map[string]func(){
		"landscape.LocalEntropy1D: gamma is 0; it must be positive":          func() { LocalEntropy1D(parabola(1), one, 0, good) },
		"the interval is from 1 to -1":                                       func() { LocalEntropy1D(parabola(1), one, 1, Interval{1, -1, 10}) },
		"2 points; there must be at least 3":                                 func() { LocalEntropy1D(parabola(1), one, 1, Interval{-1, 1, 2}) },
		"there are no places":                                                func() { LocalEntropy1D(parabola(1), nil, 1, good) },
		"f maps [2001] to []; it must be elementwise":                        func() { LocalEntropy1D(sum, one, 1, good) },
		"from -1 to 1 is 0.37 of its peak: the interval is too short":        func() { LocalEntropy1D(parabola(1), one, 1, Interval{-1, 1, 100}) },
		"landscape.LocalEntropyGrad: gamma is -1; it must be positive":       func() { LocalEntropyGrad(sum, fx.Ones(fx.Float64, 2), -1, walk) },
		"0 steps after 0":                                                    func() { LocalEntropyGrad(sum, fx.Ones(fx.Float64, 2), 1, change(func(s *Sampler) { s.Steps = 0 })) },
		"the rate is 0.1; it must be positive, and times gamma (20) below 2": func() { LocalEntropyGrad(sum, fx.Ones(fx.Float64, 2), 20, walk) },
		"there is no key to draw the walk with":                              func() { LocalEntropyGrad(sum, fx.Ones(fx.Float64, 2), 1, change(func(s *Sampler) { s.Key = nil })) },
		"noise of 0 of the norm":                                             func() { NoiseSensitivity(sum, fx.Ones(fx.Float64, 2, 2), 0, 1, random.New(1)) },
		"0 draws":                                                            func() { NoiseSensitivity(sum, fx.Ones(fx.Float64, 2, 2), 1, 0, random.New(1)) },
	} {
		fxtest.MustFail(t, want, f)
	}
}
