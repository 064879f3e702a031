package fx

import (
	"strings"
	"testing"
)

// chain is the mean square of a chain of layers, as a function of their kernels.
func chain(x *Array) func([]*Array) *Array {
	return func(kernels []*Array) *Array {
		for _, w := range kernels {
			x = x.MatMul(w).Relu()
		}
		return x.Square().Mean()
	}
}

// layers is what the functions of the tests take: kernels [8, 8] with tangents,
// and a batch [32, 8] of 1024 bytes.
type layers struct {
	X    *Array
	W, D []*Array
}

func newLayers(depth int) layers {
	l := layers{X: Zeros(Float32, 32, 8)}
	for range depth {
		l.W, l.D = append(l.W, Zeros(Float32, 8, 8)), append(l.D, Zeros(Float32, 8, 8))
	}
	return l
}

// TestMemoryOfModes: a reverse pass keeps something of every layer; a forward
// pass, with or without tangents, does not.
func TestMemoryOfModes(t *testing.T) {
	const layer = 32 * 8 * 4
	forward := func(l layers) *Array { return chain(l.X)(l.W) }
	tangent := func(l layers) []*Array {
		y, d := JVP(chain(l.X), l.W, l.D)
		return []*Array{y, d}
	}
	reverse := func(l layers) []*Array { return Grad(chain(l.X))(l.W) }
	for _, depth := range []int{2, 4, 32} {
		l := newLayers(depth)
		if got := MemoryOf(forward, l).Temporaries; got > 2*layer+64 {
			t.Errorf("depth %d: the function takes %d bytes; two layers have %d", depth, got, 2*layer)
		}
		if got := MemoryOf(tangent, l).Temporaries; got > 5*layer+128 {
			t.Errorf("depth %d: forward mode takes %d bytes; two layers with tangents and a mask have no more than %d", depth, got, 5*layer)
		}
		if got := MemoryOf(reverse, l).Temporaries; got < depth*layer {
			t.Errorf("depth %d: reverse mode takes %d bytes, less than its layers' %d", depth, got, depth*layer)
		}
	}
}

func TestMemoryOf(t *testing.T) {
	x := Zeros(Float32, 16, 64)
	captured := Zeros(Float32, 64, 64)
	sum := func(x *Array) *Array { return x.MatMul(captured).Sum() }
	step := func(x *Array) *Array { return x.MulScalar(2) }
	loop := func(x *Array) *Array {
		y, _ := Scan(func(c *Array, _ struct{}) (*Array, struct{}) { return c.MatMul(captured), struct{}{} }, x, struct{}{}, Length(3))
		return y
	}
	const size = 16 * 64 * 4
	for _, c := range []struct {
		name string
		got  Memory
		want Memory
		peak int
	}{
		{"product and sum", MemoryOf(sum, x), Memory{Arguments: size, Results: 4, Temporaries: size, Constants: 64 * 64 * 4}, 2*size + 4 + 64*64*4},
		{"element-wise", MemoryOf(step, x), Memory{Arguments: size, Results: size, Constants: 4}, 2*size + 4},
		{"donated", MemoryOf(step, x, Donate("")), Memory{Arguments: size, Results: size, Donated: size, Constants: 4}, size + 4},
		{"loop", MemoryOf(loop, x), Memory{Arguments: size, Results: size, Temporaries: 2 * size, Constants: 64 * 64 * 4}, 4*size + 64*64*4},
	} {
		if c.got != c.want || c.got.Peak() != c.peak {
			t.Errorf("%s: %+v, peak %d; want %+v, %d", c.name, c.got, c.got.Peak(), c.want, c.peak)
		}
	}
}

// TestMemoryOfErrors: there must be values to compile for.
func TestMemoryOfErrors(t *testing.T) {
	for _, c := range []struct {
		name, want string
		run        func(x *Array) *Array
	}{
		{"argument under Jit", "MemoryOf: argument the tree is under a transformation", func(x *Array) *Array {
			MemoryOf((*Array).Exp, x)
			return x
		}},
		{"captured under Jit", "MemoryOf: the function uses arrays that are under a transformation", func(x *Array) *Array {
			MemoryOf(func(y *Array) *Array { return y.Add(x) }, Scalar(1.0))
			return x
		}},
	} {
		func() {
			defer func() {
				e, ok := recover().(*Error)
				if !ok || !strings.Contains(e.Error(), c.want) {
					t.Errorf("%s: %v, want %q", c.name, e, c.want)
				}
			}()
			Jit(c.run)(Scalar(1.0))
		}()
	}
}

// TestOrderKeepsDonation: what is updated in place stays so, although the
// greedy order of the steps would take other memory.
func TestOrderKeepsDonation(t *testing.T) {
	step := func(l layers) layers {
		g := Grad(chain(l.X))(l.W)
		for i := range l.W {
			l.W[i] = l.W[i].Sub(g[i])
		}
		return l
	}
	l := newLayers(4)
	copyOf := func(l layers) layers { l.W = append([]*Array{}, l.W...); return step(l) }
	if got, want := MemoryOf(copyOf, l, Donate("W")).Donated, 4*8*8*4; got != want {
		t.Errorf("%d bytes are donated, want %d", got, want)
	}
}
