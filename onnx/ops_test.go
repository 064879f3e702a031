package onnx_test

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/onnx"
	"github.com/fluxion-go/fluxion/random"
	"google.golang.org/protobuf/encoding/protowire"
)

// TestOperations compares one operation after the other with ONNX Runtime.
func TestOperations(t *testing.T) {
	type pair struct{ A, B *fx.Array }
	x := random.Normal(random.New(1), fx.Float32, 3, 4)
	y := random.Normal(random.New(2), fx.Float32, 3, 4)
	unit := random.Uniform(random.New(3), fx.Float32, 0.05, 0.95, 3, 4)
	ints := random.Randint(random.New(4), fx.Int32, -5, 6, 3, 4)
	image := random.Normal(random.New(5), fx.Float32, 2, 9, 8, 6)
	special := fx.New([]float32{0, 1, -2.5, 2.5, float32(math.Inf(1)), float32(math.NaN())})

	unary := func(f func(*fx.Array) *fx.Array) func(pair) *fx.Array {
		return func(p pair) *fx.Array { return f(p.A) }
	}
	var jobs []job
	for name, c := range map[string]struct {
		f func(pair) *fx.Array
		x pair
	}{
		"arithmetic": {func(p pair) *fx.Array { return p.A.Add(p.B).Mul(p.A).Sub(p.B.Neg()).Div(p.B.Abs().AddScalar(1)) }, pair{x, y}},
		"extrema":    {func(p pair) *fx.Array { return p.A.Maximum(p.B).Minimum(p.A.Neg()) }, pair{x, y}},
		"powers":     {func(p pair) *fx.Array { return p.A.Pow(p.B) }, pair{unit, y}},
		"remainder":  {func(p pair) *fx.Array { return p.A.Rem(p.B) }, pair{x, unit}},
		"roots":      {unary(func(a *fx.Array) *fx.Array { return a.Sqrt().Add(a.Rsqrt()) }), pair{unit, y}},
		"logarithms": {unary(func(a *fx.Array) *fx.Array { return a.Log().Add(a.Log1p()).Add(a.Exp()).Add(a.Expm1()) }), pair{unit, y}},
		"angles": {unary(func(a *fx.Array) *fx.Array {
			return a.Sin().Add(a.Cos()).Add(a.Tan()).Add(a.Asin()).Add(a.Acos()).Add(a.Atan())
		}), pair{unit, y}},
		"hyperbolic": {unary(func(a *fx.Array) *fx.Array {
			return a.Sinh().Add(a.Cosh()).Add(a.Tanh()).Add(a.Asinh()).Add(a.AddScalar(1).Acosh()).Add(a.Atanh())
		}), pair{unit, y}},
		"error function": {unary(func(a *fx.Array) *fx.Array { return a.Erf().Sub(a.Erfc()) }), pair{x, y}},
		"activations": {unary(func(a *fx.Array) *fx.Array {
			return a.Relu().Add(a.Gelu()).Add(a.GeluTanh()).Add(a.Silu()).Add(a.Softplus()).Add(a.Elu(1)).Add(a.LeakyRelu(0.1)).Add(a.LogSigmoid())
		}), pair{x, y}},
		"softmax": {unary(func(a *fx.Array) *fx.Array {
			return a.Softmax(1).Add(a.LogSoftmax(0)).Add(a.LogSumExp(1).ExpandDims(1))
		}), pair{x, y}},
		"rounding": {unary(func(a *fx.Array) *fx.Array { return a.Floor().Add(a.Ceil()).Add(a.Round()).Add(a.Sign()) }), pair{special, y}},
		"finite":   {unary(func(a *fx.Array) *fx.Array { return a.IsFinite().Xor(a.IsNaN()) }), pair{special, y}},
		"comparisons": {func(p pair) *fx.Array {
			return p.A.Less(p.B).And(p.A.GreaterEqual(p.A)).Or(p.B.NotEqual(p.A)).And(p.A.LessEqual(p.B).Not())
		}, pair{x, y}},
		"where":       {func(p pair) *fx.Array { return fx.Where(p.A.Greater(p.B), p.A, p.B.MulScalar(2)) }, pair{x, y}},
		"integers":    {func(p pair) *fx.Array { return p.A.Mul(p.B).Add(p.A).Sub(p.B).Maximum(p.A) }, pair{ints, ints.Flip(0)}},
		"conversions": {unary(func(a *fx.Array) *fx.Array { return a.AsType(fx.Int32).AsType(fx.Float32).Add(a) }), pair{x, y}},
		"reductions": {unary(func(a *fx.Array) *fx.Array {
			return a.Sum(0).Add(a.Mean(0)).Add(a.Max(0)).Sub(a.Min(0)).Add(a.Var(0)).Mul(a.Prod(0))
		}), pair{x, y}},
		"all axes":   {unary(func(a *fx.Array) *fx.Array { return a.Sum().Add(a.Max()) }), pair{x, y}},
		"indices":    {unary(func(a *fx.Array) *fx.Array { return a.ArgMax(1).Add(a.ArgMin(1)) }), pair{x, y}},
		"sorting":    {unary(func(a *fx.Array) *fx.Array { return a.Sort(1) }), pair{x, y}},
		"cumulative": {unary(func(a *fx.Array) *fx.Array { return a.CumSum(1).Add(a.CumSumReverse(0)) }), pair{x, y}},
		"shapes":     {unary(func(a *fx.Array) *fx.Array { return a.Reshape(2, 6).T().ExpandDims(1).BroadcastTo(6, 5, 2) }), pair{x, y}},
		"slices": {unary(func(a *fx.Array) *fx.Array {
			return a.Slice(fx.Range{From: 1, To: 3}, fx.Range{From: 0, To: 4, Step: 2}).Flip(0, 1)
		}), pair{x, y}},
		"padding": {unary(func(a *fx.Array) *fx.Array { return a.Pad(1.5, fx.Padding{Before: 2, After: -1}, fx.Padding{After: 1}) }), pair{x, y}},
		"stretching": {unary(func(a *fx.Array) *fx.Array {
			return a.Pad(0, fx.Padding{Between: 2}, fx.Padding{Before: 1, Between: 1})
		}), pair{x, y}},
		"joining":      {func(p pair) *fx.Array { return fx.Concatenate(1, p.A, p.B, p.A.Tile(1, 2)) }, pair{x, y}},
		"products":     {func(p pair) *fx.Array { return p.A.MatMul(p.B.T()).MatMul(p.A) }, pair{x, y}},
		"einsum":       {func(p pair) *fx.Array { return fx.Einsum("bhwc,bhwd->hbcd", p.A, p.B) }, pair{image, image.MulScalar(2)}},
		"outer":        {func(p pair) *fx.Array { return p.A.Flatten().Outer(p.B.Index(0)) }, pair{x, y}},
		"dot":          {func(p pair) *fx.Array { return p.A.Flatten().Dot(p.B.Flatten()) }, pair{x, y}},
		"taking":       {func(p pair) *fx.Array { return p.A.Take(p.B, 0) }, pair{x, fx.New([]int32{2, 0, 2, 1}, 2, 2)}},
		"taking apart": {func(p pair) *fx.Array { return p.A.TakeAlongAxis(p.B, 1) }, pair{x, fx.New([]int32{3, 0, 1, 1, 2, 0}, 3, 2)}},
		"gathering":    {func(p pair) *fx.Array { return p.A.Gather(p.B) }, pair{x, fx.New([]int32{2, 3, 0, 1}, 2, 2)}},
		"one hot":      {func(p pair) *fx.Array { return fx.OneHot(p.A.Abs(), 4, fx.Float32) }, pair{ints, y}},
		"triangles":    {unary(func(a *fx.Array) *fx.Array { return a.Tril(0).Sub(a.Triu(1)) }), pair{x, y}},
		"pooling": {unary(func(a *fx.Array) *fx.Array {
			p := fx.PoolOptions{Strides: [2]int{2, 2}, Padding: fx.Border{Same: true}}
			return fx.MaxPool2D(a, [2]int{3, 2}, p).Add(fx.AvgPool2D(a, [2]int{3, 2}, p))
		}), pair{image, y}},
		"convolution": {func(p pair) *fx.Array {
			return fx.Conv2D(p.A, p.B, fx.ConvOptions{Strides: [2]int{2, 1}, Dilation: [2]int{1, 2}, Groups: 2, Padding: fx.Border{Same: true}})
		}, pair{image, random.Normal(random.New(6), fx.Float32, 3, 2, 3, 4)}},
		"in one dimension": {func(p pair) *fx.Array { return fx.Conv1D(p.A, p.B) }, pair{x.Reshape(1, 4, 3), random.Normal(random.New(6), fx.Float32, 2, 3, 5)}},
		"wrapped": {unary(func(a *fx.Array) *fx.Array {
			twice := fx.Checkpoint(func(a *fx.Array) *fx.Array { return a.Add(a).StopGradient() })
			return twice(twice(a)).Mul(a)
		}), pair{x, y}},
		"gradient": {unary(func(a *fx.Array) *fx.Array {
			return fx.Grad(func(a *fx.Array) *fx.Array { return a.Tanh().MatMul(a.T()).Sum() })(a)
		}), pair{x, y}},
		"doubles": {func(p pair) *fx.Array { return p.A.MatMul(p.B.T()).Exp().Sum(0) }, pair{x.AsType(fx.Float64), y.AsType(fx.Float64)}},
	} {
		jobs = append(jobs, makeJob(t, name, 1e-5, fx.Zeros(fx.Float32), func(_ *fx.Array, p pair) *fx.Array { return c.f(p) }, c.x)...)
	}
	run(t, jobs)
}

func TestErrors(t *testing.T) {
	x := fx.Ones(fx.Float32, 4, 4)
	same := func(_, x *fx.Array) *fx.Array { return x }
	for want, c := range map[string]struct {
		f     func(p, x *fx.Array) *fx.Array
		x     *fx.Array
		batch string
	}{
		"onnx: random_bits(uint32[2]): the primitive has no counterpart in ONNX":              {func(_, x *fx.Array) *fx.Array { return random.Normal(x, fx.Float32, 3) }, random.New(1), ""},
		"onnx: cholesky(float32[4 4]): the primitive has no counterpart in ONNX":              {func(_, x *fx.Array) *fx.Array { return fx.Cholesky(x) }, x, ""},
		"onnx: and(int32[4], int32[4]): bits of int32 have no counterpart in operator set 17": {func(_, x *fx.Array) *fx.Array { return x.And(x) }, fx.Arange(fx.Int32, 4), ""},
		"onnx: batch: an input without axes has none for the examples":                        {same, fx.Scalar(float32(1)), "n"},
		"onnx: batch: the example must have at least 2 examples, as 1 may stand for anything": {same, fx.Ones(fx.Float32, 1, 3), "n"},
		"onnx: batch: with another number of examples the function does something else": {func(_, x *fx.Array) *fx.Array {
			for range x.Dim(0) {
				x = x.Sin()
			}
			return x
		}, x, "n"},
		"onnx: batch: with another number of examples the function makes [4 4] of [3 4]": {func(_, x *fx.Array) *fx.Array { return x.SliceAxis(0, 0, x.Dim(0)-1) }, x, "n"},
		"onnx: batch: with another number of examples the function makes [25] of [16]":   {func(_, x *fx.Array) *fx.Array { return x.MatMul(x.T()).Flatten() }, x, "n"},
	} {
		_, err := onnx.Export(fx.Zeros(fx.Float32), c.f, c.x, onnx.Options{Batch: c.batch})
		var typed *onnx.Error
		if !errors.As(err, &typed) || err.Error() != want {
			t.Errorf("error %v\nwant  %s", err, want)
		}
	}
	path := filepath.Join(t.TempDir(), "no", "such", "dir.onnx")
	if err := onnx.WriteFile(path, x, same, x, onnx.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

// message is a message as it was read: for each field its contents in order.
type message map[protowire.Number][][]byte

func parse(t *testing.T, b []byte) message {
	t.Helper()
	m := message{}
	for len(b) > 0 {
		field, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		size := protowire.ConsumeFieldValue(field, kind, b[n:])
		if size < 0 {
			t.Fatal(protowire.ParseError(size))
		}
		content := b[n : n+size]
		if kind == protowire.BytesType {
			content, _ = protowire.ConsumeBytes(content)
		}
		m[field] = append(m[field], content)
		b = b[n+size:]
	}
	return m
}

func texts(list [][]byte) (out []string) {
	for _, b := range list {
		out = append(out, string(b))
	}
	return out
}

// TestFile reads a file's structure: what it is called, and that every operand
// of a node was made before it.
func TestFile(t *testing.T) {
	type net struct {
		Layers []struct{ W, B *fx.Array }
		Unused *fx.Array
	}
	n := net{Layers: make([]struct{ W, B *fx.Array }, 2), Unused: fx.Ones(fx.Float32, 9)}
	for i := range n.Layers {
		n.Layers[i].W, n.Layers[i].B = fx.Full(fx.Float32, 0.5, 3, 3), fx.New([]float32{1, 2, float32(i)})
	}
	path := filepath.Join(t.TempDir(), "net.onnx")
	err := onnx.WriteFile(path, n, func(n net, x *fx.Array) *fx.Array {
		for _, l := range n.Layers {
			x = x.MatMul(l.W).Add(l.B).Relu()
		}
		return x
	}, fx.Ones(fx.Float32, 2, 3), onnx.Options{Name: "small", Doc: "two layers", Batch: "n"})
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	model := parse(t, file)
	graph := parse(t, model[7][0])
	if got := texts(slices.Concat(model[2], model[6], graph[2])); !slices.Equal(got, []string{"fluxion", "two layers", "small"}) {
		t.Errorf("producer, text and name %q", got)
	}
	known := map[string]bool{}
	var weights []string
	for _, tensor := range graph[5] {
		name := string(parse(t, tensor)[8][0])
		known[name] = true
		if strings.HasPrefix(name, "Layers") || name == "Unused" {
			weights = append(weights, name)
		}
	}
	if want := []string{"Layers[0].W", "Layers[0].B", "Layers[1].W", "Layers[1].B"}; !slices.Equal(weights, want) {
		t.Errorf("initializers %q, want %q", weights, want)
	}
	for _, in := range graph[11] {
		known[string(parse(t, in)[1][0])] = true
	}
	if !known["x"] {
		t.Error("no input x")
	}
	for _, node := range graph[1] {
		m := parse(t, node)
		for _, in := range texts(m[1]) {
			if !known[in] {
				t.Errorf("%s uses %s, which is not there yet", m[4][0], in)
			}
		}
		for _, out := range texts(m[2]) {
			if known[out] {
				t.Errorf("%s is made twice", out)
			}
			known[out] = true
		}
	}
	if out := string(parse(t, graph[12][0])[1][0]); out != "y" || !known["y"] {
		t.Errorf("the output is called %s", out)
	}
	again, err := onnx.Export(n, func(n net, x *fx.Array) *fx.Array {
		return x.MatMul(n.Layers[0].W)
	}, fx.Ones(fx.Float32, 2, 3), onnx.Options{})
	same, err2 := onnx.Export(n, func(n net, x *fx.Array) *fx.Array {
		return x.MatMul(n.Layers[0].W)
	}, fx.Ones(fx.Float32, 2, 3), onnx.Options{})
	if err != nil || err2 != nil || !slices.Equal(again, same) {
		t.Errorf("the same function gives other bytes (%v, %v)", err, err2)
	}
}
