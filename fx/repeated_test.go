package fx

import (
	"math"
	"slices"
	"testing"
)

// network is tanh layers without biases.
func network(w [3]*Array, x *Array) *Array {
	for _, m := range w[:2] {
		x = x.MatMul(m).Tanh()
	}
	return x.MatMul(w[2])
}

func networkWeights() [3]*Array {
	return [3]*Array{wave(3, 7), wave(7, 7), wave(7, 1)}
}

// wave is a matrix of various numbers.
func wave(n, m int) *Array {
	return Arange(Float64, n*m).MulScalar(0.7).Sin().Reshape(n, m)
}

// derivativeAlong is f's derivative along an axis of its input, at every row.
func derivativeAlong(f func(*Array) *Array, axis int) func(*Array) *Array {
	return func(x *Array) *Array {
		_, d := JVP(f, x, OneHot(Full(Int32, float64(axis), x.Dim(0)), x.Dim(1), x.DType()))
		return d
	}
}

// residual is that of a differential equation, as one writes it down: the
// network stands in it five times.
func residual(x *Array) func(w [3]*Array) *Array {
	return func(w [3]*Array) *Array {
		u := func(x *Array) *Array { return network(w, x) }
		ux := derivativeAlong(u, 0)
		return derivativeAlong(u, 1)(x).Add(u(x).Mul(ux(x))).Sub(derivativeAlong(ux, 0)(x)).Square().Mean()
	}
}

// TestRepeatedWorkIsPulledBackOnce holds that what a function computes several
// times is differentiated once: layer by layer the residual needs the function,
// two first derivatives and one second, and as much twice on the way back.
func TestRepeatedWorkIsPulledBackOnce(t *testing.T) {
	x, w := wave(11, 3), networkWeights()
	products := CostOf(Grad(residual(x)), w).Products
	rows := 2 * 11.0                   // products of one row and their sums
	want := rows * 3 * (7*7*4 + 7*1*4) // the layers behind the first: forward, weights, back
	want += rows * (3*7*3 + 3*7*3)     // the first: its tangents' second is zero, and nobody asks for x's cotangent
	if products > want {
		t.Errorf("%v products, at most %v are needed", products, want)
	}
	// The same function written with one call costs the same.
	once := CostOf(Grad(func(w [3]*Array) *Array { return network(w, x).Square().Sum() }), w).Products
	twice := CostOf(Grad(func(w [3]*Array) *Array { return network(w, x).Mul(network(w, x)).Sum() }), w).Products
	if once != twice {
		t.Errorf("a network that is called twice takes %v products, once %v", twice, once)
	}
}

// TestRepeatedWork compares such a gradient with finite differences, and the
// compiled one with the plain one bit for bit.
func TestRepeatedWork(t *testing.T) {
	x, w := wave(11, 3), networkWeights()
	f := residual(x)
	g := Grad(f)(w)
	const h = 1e-6
	for i := range w {
		moved := func(s float64) float64 {
			v := w
			v[i] = v[i].AddScalar(s)
			return f(v).Item()
		}
		got, want := g[i].Sum().Item(), (moved(h)-moved(-h))/(2*h)
		if math.Abs(got-want) > 1e-7*(1+math.Abs(want)) {
			t.Errorf("layer %d: the derivative along ones is %v, by differences %v", i, got, want)
		}
	}
	compiled := Jit(Grad(f))(w)
	for i := range w {
		if a, b := compiled[i].Float64s(), g[i].Float64s(); !slices.Equal(a, b) {
			t.Errorf("layer %d: compiled %v, plain %v", i, a, b)
		}
	}
}

// TestBarriersKeepWorkApart holds that Checkpoint still computes twice.
func TestBarriersKeepWorkApart(t *testing.T) {
	x, w := wave(11, 3), networkWeights()
	loss := func(w [3]*Array) *Array { return network(w, x).Square().Sum() }
	cost := func(f func([3]*Array) *Array) float64 {
		return CostOf(func(w [3]*Array) []*Array {
			l, g := ValueAndGrad(f)(w)
			return append(g[:], l)
		}, w).Products
	}
	plain, again := cost(loss), cost(Checkpoint(loss))
	if again <= plain {
		t.Errorf("%v products with Checkpoint, %v without", again, plain)
	}
}
