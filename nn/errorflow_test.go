package nn_test

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
)

// TestErrorSignals compares with the recursion by hand, with a loss on all states.
func TestErrorSignals(t *testing.T) {
	const n, steps = 3, 4
	for name, c := range map[string]struct{ f, slope func(*fx.Array) *fx.Array }{
		"tanh": {nn.Tanh, nn.TanhSlope}, "sigmoid": {nn.Sigmoid, nn.SigmoidSlope},
	} {
		cell := nn.NewRNNCell(random.New(1), 2, n, c.f, doubleCell)
		x, weights := sample(2, fx.Float64, 2, steps, 2), sample(3, fx.Float64, 2, steps, n)
		start := sample(4, fx.Float64, 2, n)
		loss := func(h *fx.Array) *fx.Array { return h.Square().Mul(weights).Sum() }
		value, h, delta := nn.ErrorSignals(cell, x, start, loss)
		want, _ := nn.Unroll(cell, x, start, false)
		near(t, name+": states", h.Float64s(), want.Float64s(), 1e-15)
		near(t, name+": loss", value.Float64s(), loss(want).Float64s(), 1e-14)
		at := func(a *fx.Array, t int) *fx.Array { return a.SliceAxis(1, t, t+1).Squeeze(1) }
		signal := fx.Zeros(fx.Float64, 2, n)
		for k := steps - 1; k >= 0; k-- {
			own := at(h, k).Mul(at(weights, k)).MulScalar(2)
			signal = signal.Add(own)
			near(t, name+": signals", at(delta, k).Float64s(), signal.Float64s(), 1e-13)
			signal = signal.Mul(at(c.slope(h), k)).MatMul(cell.U.T())
		}
	}
}

// TestOmega writes the regulariser by loops, and its gradient by differences with
// the signals held.
func TestOmega(t *testing.T) {
	const n, steps, rows = 3, 4, 2
	u := sample(1, fx.Float64, n, n)
	delta, slope := sample(2, fx.Float64, rows, steps, n), sample(3, fx.Float64, rows, steps, n).Sigmoid()
	// One signal is too small to count, one very small and counts.
	scale := fx.New([]float64{1, 1e-30, 1, 1e-9, 1, 1, 1, 1}, rows, steps, 1)
	delta = delta.Mul(scale)
	for _, ratio := range []nn.SignalRatio{nn.SquaredNorms, nn.Norms} {
		v := nn.NewVanishingRegularizer()
		v.Ratio = ratio
		byHand := func(u *fx.Array) float64 {
			us, ds, fs := u.Float64s(), delta.Float64s(), slope.Float64s()
			sum, count := 0.0, 0.0
			for at := range rows * steps {
				var before, after float64
				for i := range n {
					before += ds[at*n+i] * ds[at*n+i]
					var back float64
					for j := range n {
						back += ds[at*n+j] * fs[at*n+j] * us[i*n+j]
					}
					after += back * back
				}
				if before < 1e-20 {
					continue
				}
				q := after / before
				if ratio == nn.Norms {
					q = math.Sqrt(q)
				}
				sum += (q - 1) * (q - 1)
				count++
			}
			return sum / rows / (count / rows)
		}
		omega, gradient := v.Omega(u, delta, slope)
		if want := byHand(u); math.Abs(omega.Item()-want) > 1e-12*want {
			t.Errorf("%v: Omega %v, want %v", ratio, omega, want)
		}
		for i := range n * n {
			e := fx.OneHot(fx.Scalar(int32(i)), n*n, fx.Float64).Reshape(n, n).MulScalar(1e-5)
			want := (byHand(u.Add(e)) - byHand(u.Sub(e))) / 2e-5
			if got := gradient.Flatten().Index(i).Item(); math.Abs(got-want) > 1e-7*(1+math.Abs(want)) {
				t.Errorf("%v: element %d of the gradient is %v, want %v", ratio, i, got, want)
			}
		}
		// An orthogonal matrix and slopes of 1 keep every norm.
		omega, gradient = v.Omega(random.Orthogonal(random.New(4), fx.Float64, n, n), delta, fx.OnesLike(slope))
		if omega.Item() > 1e-25 || gradient.Abs().Max().Item() > 1e-12 {
			t.Errorf("%v: an orthogonal matrix has Omega %v and gradient %v", ratio, omega, gradient)
		}
		omega, gradient = v.Omega(u, fx.ZerosLike(delta), slope)
		if omega.Item() != 0 || gradient.Abs().Max().Item() != 0 {
			t.Errorf("%v: without signals Omega is %v and its gradient %v", ratio, omega, gradient)
		}
	}
}

// TestOmegaIsImmediate: signals and slopes that depend on U are constants.
func TestOmegaIsImmediate(t *testing.T) {
	u, delta := sample(1, fx.Float64, 3, 3), sample(2, fx.Float64, 4, 3)
	v := nn.NewVanishingRegularizer()
	total := fx.Grad(func(u *fx.Array) *fx.Array {
		omega, _ := v.Omega(u, delta.Mul(u.Sum()), delta.Mul(u.Sum()).Sigmoid())
		return omega
	})(u)
	_, immediate := v.Omega(u, delta.Mul(u.Sum()), delta.Mul(u.Sum()).Sigmoid())
	near(t, "gradient", total.Float64s(), immediate.Float64s(), 1e-14)
}

func TestSparseNormal(t *testing.T) {
	w := nn.SparseNormal(0.5, 4)(random.New(1), fx.Float64, nn.Fan{}, 10, 6)
	for j := range 6 {
		if n := w.NotEqual(fx.Const(0)).AsType(fx.Int32).Sum(0).Int32s()[j]; n != 4 {
			t.Errorf("output %d has %d connections", j, n)
		}
	}
	scaled := nn.WithSpectralRadius(nn.SparseNormal(0.01, 15), 0.95)(random.New(2), fx.Float32, nn.Fan{}, 50, 50)
	if r := linalg.SpectralRadius(scaled.AsType(fx.Float64)).Item(); math.Abs(r-0.95) > 1e-6 {
		t.Errorf("radius %v", r)
	}
}
