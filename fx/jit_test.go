package fx

import (
	"math"
	"slices"
	"testing"
)

// bitsOf lists a tree's elements as bits, so that NaNs and zeros compare too.
// reals lists an array's elements, complex ones as pairs.
func reals(a *Array) []float64 {
	if !a.IsComplex() {
		return a.Float64s()
	}
	var out []float64
	for _, v := range a.Complex128s() {
		out = append(out, real(v), imag(v))
	}
	return out
}

func bitsOf(tree any) []uint64 {
	var out []uint64
	for _, a := range Leaves(tree) {
		for _, v := range reals(a) {
			if v != v {
				v = math.NaN()
			}
			out = append(out, math.Float64bits(v))
		}
	}
	return out
}

// sameAsPlain checks that f compiled gives f's bits, on a first and on a later
// call, and returns the result.
func sameAsPlain[X, Y any](t *testing.T, f func(X) Y, x X) Y {
	t.Helper()
	want := f(x)
	c := Jit(f)
	for i := range 2 {
		if got := c(x); !slices.Equal(bitsOf(got), bitsOf(want)) {
			t.Fatalf("call %d: compiled %v, plain %v", i, Leaves(got), Leaves(want))
		}
	}
	return want
}

// irregular fills an array with a fixed irregular sequence in [-1, 1).
func irregular(d DType, shape ...int) *Array {
	v := make([]float64, prod(shape))
	x := uint32(12345)
	for i := range v {
		x = x*1664525 + 1013904223
		v[i] = float64(x>>8)/(1<<23) - 1
	}
	return New(v, shape...).AsType(d)
}

func prod(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

type dense struct{ W, B *Array }

type netState struct {
	Layers []dense
	M, V   []dense
	T      *Array
}

type netStep struct {
	State netState
	X, Y  *Array
}

func netLoss(layers []dense, x, y *Array) *Array {
	for i, l := range layers {
		x = x.MatMul(l.W).Add(l.B)
		if i < len(layers)-1 {
			x = x.Relu()
		}
	}
	return x.LogSoftmax(-1).Mul(y).Sum(-1).Mean().Neg()
}

func newNet(d DType, sizes ...int) netState {
	s := netState{T: Zeros(d)}
	for i := range len(sizes) - 1 {
		s.Layers = append(s.Layers, dense{irregular(d, sizes[i], sizes[i+1]).MulScalar(0.3), Zeros(d, sizes[i+1])})
	}
	s.M, s.V = Map(ZerosLike, s.Layers), Map(ZerosLike, s.Layers)
	return s
}

// adamStep is a whole training step.
func adamStep(in netStep) (out struct {
	State netState
	Loss  *Array
}) {
	s := in.State
	loss, g := ValueAndGrad(func(l []dense) *Array { return netLoss(l, in.X, in.Y) })(s.Layers)
	t := s.T.AddScalar(1)
	m := Map2(func(m, g *Array) *Array { return m.MulScalar(0.9).Add(g.MulScalar(0.1)) }, s.M, g)
	v := Map2(func(v, g *Array) *Array { return v.MulScalar(0.999).Add(g.Square().MulScalar(0.001)) }, s.V, g)
	c1 := Const(1).Sub(Const(0.9).AsType(t.DType()).Pow(t))
	c2 := Const(1).Sub(Const(0.999).AsType(t.DType()).Pow(t))
	p := Map3(func(p, m, v *Array) *Array {
		return p.Sub(m.Div(c1).Div(v.Div(c2).Sqrt().AddScalar(1e-8)).MulScalar(0.01))
	}, s.Layers, m, v)
	out.State, out.Loss = netState{p, m, v, t}, loss
	return out
}

func TestJitTrainingStep(t *testing.T) {
	for _, d := range []DType{Float32, Float64} {
		x, y := irregular(d, 33, 20), OneHotRows(d, 33, 10)
		plain, compiled := newNet(d, 20, 31, 17, 10), newNet(d, 20, 31, 17, 10)
		step := Jit(adamStep, Donate("State"))
		for i := range 4 {
			a := adamStep(netStep{plain, x, y})
			b := step(netStep{compiled, x, y})
			if !slices.Equal(bitsOf(a), bitsOf(b)) {
				t.Fatalf("%v: step %d differs: %v, %v", d, i, a.Loss, b.Loss)
			}
			plain, compiled = a.State, b.State
		}
	}
}

// OneHotRows is a fixed pattern of labels.
func OneHotRows(d DType, n, classes int) *Array {
	v := make([]float64, n*classes)
	for i := range n {
		v[i*classes+(i*7)%classes] = 1
	}
	return New(v, n, classes).AsType(d)
}

func TestJitMatchesPlain(t *testing.T) {
	x := irregular(Float64, 5, 7)
	v := irregular(Float64, 7)
	type f = func(*Array) *Array
	recur := func(x *Array) *Array {
		c, ys := Scan(func(c, x *Array) (*Array, *Array) {
			n := x.Mul(v).Add(c).Tanh()
			return n, n.Square().Sum()
		}, Zeros(Float64, 7), x)
		return c.Sum().Add(ys.Sum())
	}
	for name, f := range map[string]f{
		"softmax":    func(x *Array) *Array { return x.Softmax(-1) },
		"norm":       func(x *Array) *Array { return x.Sub(x.MeanKeep(-1)).Div(x.VarKeep(-1).AddScalar(1e-5).Sqrt()) },
		"columns":    func(x *Array) *Array { return x.Square().Exp().Sum(0) },
		"transposed": func(x *Array) *Array { return x.T().MatMul(x).Add(x.T().MatMul(x).T()) },
		"slices":     func(x *Array) *Array { return x.SliceAxis(1, 1, 5).Mul(x.SliceAxis(1, 2, 6)).Flip(0) },
		"same":       func(x *Array) *Array { return x },
		"constant":   func(*Array) *Array { return v.Exp() },
		"outer":      func(x *Array) *Array { return x.Index(0).Outer(x.Index(1)).Sin() },
		"scan":       recur,
		"scan grad":  Grad(recur),
		"scan hess":  func(x *Array) *Array { return HVP(recur, x, x.Cos()) },
		"cond": func(x *Array) *Array {
			return Cond(x.Sum().Greater(Const(0)), func(x *Array) *Array { return x.Exp() }, func(x *Array) *Array { return x.Neg() }, x)
		},
		"while": func(x *Array) *Array {
			return While(func(x *Array) *Array { return x.Abs().Max().Less(Const(100)) }, func(x *Array) *Array { return x.MulScalar(1.5) }, x)
		},
		"checkpoint": Grad(func(x *Array) *Array { return Checkpoint(func(x *Array) *Array { return x.Sin().Exp() })(x).Sum() }),
		"vmap":       Vmap(Grad(func(r *Array) *Array { return r.Mul(v).Sum().Tanh() })),
		"hessian": func(x *Array) *Array {
			return Hessian(func(r *Array) *Array { return r.Mul(v).Exp().Sum() })(x.Index(2))
		},
	} {
		t.Run(name, func(t *testing.T) { sameAsPlain(t, f, x) })
	}
}

func TestJitDonation(t *testing.T) {
	twice := Jit(func(x *Array) *Array { return x.MulScalar(2) }, Donate(""))
	x := New([]float32{1, 2, 3})
	y := twice(x)
	if got := y.Float32s(); !slices.Equal(got, []float32{2, 4, 6}) {
		t.Fatalf("got %v", got)
	}
	defer func() {
		e, ok := recover().(*Error)
		if !ok || e.Op != "Float32s" {
			t.Fatalf("a donated array was looked at: %v", e)
		}
	}()
	x.Float32s()
}

func TestJitDonationKeepsWhatOthersHold(t *testing.T) {
	add := Jit(func(p [2]*Array) *Array { return p[0].Add(p[1]) }, Donate(""))
	x := New([]float32{1, 2, 3})
	if got := add([2]*Array{x, x}).Float32s(); !slices.Equal(got, []float32{2, 4, 6}) {
		t.Fatalf("got %v", got)
	}
	if got := x.Float32s(); !slices.Equal(got, []float32{1, 2, 3}) {
		t.Fatalf("the array changed to %v", got)
	}
}

func TestJitRetracesForStaticFields(t *testing.T) {
	type in struct {
		X *Array
		K int
	}
	calls := 0
	f := Jit(func(a in) *Array { calls++; return a.X.MulScalar(float64(a.K)) })
	x := Scalar(3.0)
	for _, k := range []int{1, 2, 1, 2} {
		if got := f(in{x, k}).Item(); got != 3*float64(k) {
			t.Errorf("K=%d: %v", k, got)
		}
	}
	if calls != 2 {
		t.Errorf("traced %d times", calls)
	}
}

// TestSelectInPlace: a select of bools or integers that takes the memory of one
// of its operands.
func TestSelectInPlace(t *testing.T) {
	type in struct{ C, X, Y *Array }
	for _, d := range []DType{Bool, Int32, Uint8} {
		for _, swap := range []bool{false, true} {
			f := func(a in) *Array {
				x := a.X.CumSum(0).AsType(d) // made in a step of its own, read by the select alone
				y := a.Y
				if swap {
					x, y = y, x
				}
				return Where(a.C, x, y).AsType(Int32).CumSum(0)
			}
			c := New([]bool{true, false, true, false})
			a := in{c, New([]int32{1, 0, 0, 0}), New([]int32{0, 1, 0, 1}).AsType(d)}
			want, got := f(a).Int32s(), Jit(f)(a).Int32s()
			if !slices.Equal(got, want) {
				t.Errorf("%v, swapped %v: compiled %v, plain %v", d, swap, got, want)
			}
		}
	}
}
