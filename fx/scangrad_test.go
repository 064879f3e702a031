package fx

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// steps is [n, 4, 3] numbers, for n steps of a batch of 4.
func stepsOf(n int) *Array {
	r := rand.New(rand.NewPCG(1, 2))
	x := make([]float64, n*4*3)
	for i := range x {
		x[i] = r.Float64() - 0.5
	}
	return New(x, n, 4, 3)
}

// gated is a recurrence with a gate, as a function of its weights: [3, 6].
func gated(xs *Array) func(w *Array) *Array {
	return func(w *Array) *Array {
		h, ys := Scan(func(h, drive *Array) (*Array, *Array) {
			gates := Split(drive.Add(h.MatMul(w)), 2, -1)
			h = gates[0].Sigmoid().Mul(gates[1].Tanh()).Add(h)
			return h, h
		}, Zeros(Float64, 4, 3), xs.MatMul(w))
		return h.Square().Sum().Add(ys.Sum())
	}
}

// TestScanGradLikeUnrolled: the loop's way back gives what the steps written out
// give, whatever it takes out of the loop.
func TestScanGradLikeUnrolled(t *testing.T) {
	xs := stepsOf(5)
	w := xs.Reshape(5*4*3).SliceAxis(0, 3, 21).Reshape(3, 6)
	square := xs.Reshape(5*4*3).SliceAxis(0, 8, 17).Reshape(3, 3)
	at := func(i int) *Array { return xs.Index(i) }
	for _, c := range []struct {
		name         string
		w            *Array
		scan, unroll func(w *Array) *Array
	}{
		{"a gate", w, gated(xs), func(w *Array) *Array {
			h, sum := Zeros(Float64, 4, 3), Scalar(0.0)
			for i := range 5 {
				gates := Split(at(i).MatMul(w).Add(h.MatMul(w)), 2, -1)
				h = gates[0].Sigmoid().Mul(gates[1].Tanh()).Add(h)
				sum = sum.Add(h.Sum())
			}
			return h.Square().Sum().Add(sum)
		}},
		// The product is the cotangent of weights, and part of a carry's.
		{"a carry beside the weights", square, func(w *Array) *Array {
			c, ys := Scan(func(c, x *Array) (*Array, *Array) { return c.MulScalar(0.5), x.MatMul(c.Add(w)).Sin() }, w, xs)
			return ys.Sum().Add(c.Sum())
		}, func(w *Array) *Array {
			c, sum := w, Scalar(0.0)
			for i := range 5 {
				sum = sum.Add(at(i).MatMul(c.Add(w)).Sin().Sum())
				c = c.MulScalar(0.5)
			}
			return sum.Add(c.Sum())
		}},
		// Two weights whose cotangents are one product, of inputs alone.
		{"weights used together", square, func(w *Array) *Array {
			_, ys := Scan(func(c, x *Array) (*Array, *Array) {
				return c, x.MatMul(w.Add(w.Transpose())).Mul(x)
			}, Scalar(0.0), xs)
			return ys.Sum()
		}, func(w *Array) *Array {
			sum := Scalar(0.0)
			for i := range 5 {
				sum = sum.Add(at(i).MatMul(w.Add(w.Transpose())).Mul(at(i)).Sum())
			}
			return sum
		}},
		// Two weights whose cotangents are the same product of what is stacked anyway.
		{"one product for two", w, func(w *Array) *Array {
			parts := Split(w, 2, -1)
			u, v := parts[0].Sin(), parts[1].Cos()
			_, ys := Scan(func(h, x *Array) (*Array, *Array) {
				h = x.Add(h.MatMul(u)).Add(h.MatMul(v))
				return h, h
			}, Zeros(Float64, 4, 3), xs.MatMul(u))
			return ys.Square().Sum()
		}, func(w *Array) *Array {
			parts := Split(w, 2, -1)
			u, v := parts[0].Sin(), parts[1].Cos()
			h, sum := Zeros(Float64, 4, 3), Scalar(0.0)
			for i := range 5 {
				h = at(i).MatMul(u).Add(h.MatMul(u)).Add(h.MatMul(v))
				sum = sum.Add(h.Square().Sum())
			}
			return sum
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := Grad(c.unroll)(c.w)
			for name, got := range map[string]*Array{"plain": Grad(c.scan)(c.w), "compiled": Jit(Grad(c.scan))(c.w)} {
				if d := got.Sub(want).Abs().Max().Item(); d > 1e-12 {
					t.Errorf("%s: off by %g", name, d)
				}
			}
		})
	}
}

// TestScanGradCost: the weights' cotangent is one product over all steps, and a step
// saves no more than its gates and its state, and gets nothing that it does not
// read.
func TestScanGradCost(t *testing.T) {
	const n, array = 50, 50 * 4 * 3 * 8
	xs := stepsOf(n)
	w := Zeros(Float64, 3, 6)
	f := Grad(gated(xs))
	products := map[string]int{}
	for _, s := range ProfileOf(f, w, 1).Steps {
		if strings.HasPrefix(s.Name, "dot ") {
			products[s.Name] += s.Calls
		}
	}
	inside, outside := 0, 0
	for _, calls := range products {
		if calls == n {
			inside++
		} else {
			outside += calls
		}
	}
	// Of the drive, and of its and the states' part in the gradient.
	if inside != 2 || outside != 3 {
		t.Errorf("products: %v; two in each step and three over all steps are enough", products)
	}
	// The states, two gates, the outputs' cotangents, and the drives, whose memory
	// their cotangents take and which are twice as wide; and a little for a step.
	if got := MemoryOf(f, w).Temporaries; got > 6*array+array/2 {
		t.Errorf("%d bytes for temporaries, that is %.1f arrays", got, float64(got)/array)
	}
}

// TestSlicesGrad: the cotangents of an array's slices come back in one piece.
func TestSlicesGrad(t *testing.T) {
	x := New([]float64{1, 2, 3, 4, 5, 6}, 6)
	part := func(x *Array, from, to int) *Array { return x.SliceAxis(0, from, to).Square().Sum() }
	for _, c := range []struct {
		name  string
		f     func(x *Array) *Array
		want  []float64
		joins bool
	}{
		{"all of it", func(x *Array) *Array { return part(x, 2, 4).Add(part(x, 0, 2)).Add(part(x, 4, 6)) }, []float64{2, 4, 6, 8, 10, 12}, true},
		{"with gaps", func(x *Array) *Array { return part(x, 4, 5).Add(part(x, 1, 2)) }, []float64{0, 4, 0, 0, 10, 0}, true},
		{"overlapping", func(x *Array) *Array { return part(x, 0, 3).Add(part(x, 2, 4)) }, []float64{2, 4, 12, 8, 0, 0}, false},
		{"beside another use", func(x *Array) *Array { return part(x, 0, 3).Add(part(x, 3, 6)).Add(x.Sum()) }, []float64{3, 5, 7, 9, 11, 13}, true},
		{"one slice", func(x *Array) *Array { return part(x, 1, 3) }, []float64{0, 4, 6, 0, 0, 0}, false},
	} {
		for _, g := range []*Array{Grad(c.f)(x), Jit(Grad(c.f))(x)} {
			if d := g.Sub(New(c.want, 6)).Abs().Max().Item(); d != 0 {
				t.Errorf("%s: gradient %v, want %v", c.name, g, c.want)
			}
		}
		joined := false
		for _, s := range ProfileOf(Grad(c.f), x, 1).Steps {
			joined = joined || strings.HasPrefix(s.Name, "concatenate")
		}
		if joined != c.joins {
			t.Errorf("%s: joined is %v, want %v", c.name, joined, c.joins)
		}
	}
	// Slices along two axes are padded and added.
	m := New([]float64{1, 2, 3, 4}, 2, 2)
	g := Grad(func(m *Array) *Array {
		return m.SliceAxis(0, 0, 1).Sum().Add(m.SliceAxis(1, 1, 2).Square().Sum())
	})(m)
	if d := g.Sub(New([]float64{1, 5, 0, 8}, 2, 2)).Abs().Max().Item(); d != 0 {
		t.Errorf("two axes: %v", g)
	}
}
