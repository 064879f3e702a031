package curvature

import (
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/random"
)

// kron is the matrix of A (x) G on V [in, out] laid out by rows.
func kron(k Kronecker) *fx.Array {
	m, n := k.A.Dim(0), k.G.Dim(0)
	return k.A.Reshape(m, 1, m, 1).Mul(k.G.Reshape(1, n, 1, n)).Reshape(m*n, m*n)
}

// softmaxLayer is the only layer of a softmax model of some examples.
func softmaxLayer(x, v *fx.Array) (forward func([]*fx.Array) (*fx.Array, []*fx.Array)) {
	return func(taps []*fx.Array) (*fx.Array, []*fx.Array) {
		h := Homogeneous(x)
		return h.MatMul(v).Add(taps[0]), []*fx.Array{h}
	}
}

// exactFisher is the Fisher information of that model: the Gauss-Newton matrix of
// its cross-entropy with any labels.
func exactFisher(t *testing.T, x, v *fx.Array) *fx.Array {
	t.Helper()
	loss := func(y *fx.Array) *fx.Array { return y.LogSoftmax(1).SliceAxis(1, 0, 1).Mean().Neg() }
	m, err := Matrix(GaussNewton(func(v *fx.Array) *fx.Array { return Homogeneous(x).MatMul(v) }, loss, v), v, MatrixOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestKFACIsExactForOneLayer where the inputs and the scores are independent: for
// equal predictions, and for a single example.
func TestKFACIsExactForOneLayer(t *testing.T) {
	for name, c := range map[string]struct{ x, v *fx.Array }{
		"equal predictions": {data, fx.Zeros(fx.Float64, inputs+1, classes)},
		"one example":       {data.SliceAxis(0, 2, 3), normal(7, inputs+1, classes)},
	} {
		k := KFAC(softmaxLayer(c.x, c.v), SoftmaxRoots, fx.Float64, c.x.Dim(0), []int{classes})[0]
		fxtest.MustBeNear(t, name, kron(k).Flatten().Float64s(), exactFisher(t, c.x, c.v).Flatten().Float64s(), 1e-13)
	}
	// Elsewhere it is near, and has the exact factors.
	v := normal(7, inputs+1, classes)
	k := KFAC(softmaxLayer(data, v), SoftmaxRoots, fx.Float64, examples, []int{classes})[0]
	h := Homogeneous(data)
	p := h.MatMul(v).Softmax(1)
	fxtest.MustBeNear(t, "A", k.A.Flatten().Float64s(), h.T().MatMul(h).DivScalar(examples).Flatten().Float64s(), 1e-13)
	fxtest.MustBeNear(t, "G", k.G.Flatten().Float64s(), p.Mean(0).Diag(0).Sub(p.T().MatMul(p).DivScalar(examples)).Flatten().Float64s(), 1e-13)
	f := exactFisher(t, data, v)
	if off := kron(k).Sub(f).Norm().Item() / f.Norm().Item(); off < 1e-3 || off > 0.7 {
		t.Errorf("it is off by %.3g of the Fisher information", off)
	}
}

// TestKFACBlocksOfADeepNetwork: for one example each layer's factors are the
// layer's block of the Fisher information, exactly.
func TestKFACBlocksOfADeepNetwork(t *testing.T) {
	x := data.SliceAxis(0, 4, 5)
	type model struct{ V1, V2 *fx.Array }
	m := model{normal(3, inputs+1, hidden), normal(4, hidden+1, classes)}
	run := func(m model, taps []*fx.Array) (*fx.Array, []*fx.Array) {
		a := Homogeneous(x)
		b := Homogeneous(a.MatMul(m.V1).Add(taps[0]).Tanh())
		return b.MatMul(m.V2).Add(taps[1]), []*fx.Array{a, b}
	}
	factors := KFAC(func(taps []*fx.Array) (*fx.Array, []*fx.Array) { return run(m, taps) }, SoftmaxRoots, fx.Float64, 1, []int{hidden, classes})
	none := []*fx.Array{fx.Scalar(0.0), fx.Scalar(0.0)}
	logits := func(m model) *fx.Array { y, _ := run(m, none); return y }
	loss := func(y *fx.Array) *fx.Array { return y.LogSoftmax(1).SliceAxis(1, 0, 1).Sum().Neg() }
	full, err := Matrix(GaussNewton(logits, loss, m), m, MatrixOptions{})
	if err != nil {
		t.Fatal(err)
	}
	from := 0
	for l, k := range factors {
		to := from + k.A.Dim(0)*k.G.Dim(0)
		block := full.SliceAxis(0, from, to).SliceAxis(1, from, to)
		fxtest.MustBeNear(t, "block", kron(k).Flatten().Float64s(), block.Flatten().Float64s(), 1e-12)
		if from = to; l == 1 && to != full.Dim(0) {
			t.Errorf("the blocks have %d of %d rows", to, full.Dim(0))
		}
	}
}

// TestKroneckerSolves against the dense matrix.
func TestKroneckerSolves(t *testing.T) {
	k := KFAC(softmaxLayer(data, normal(7, inputs+1, classes)), SoftmaxRoots, fx.Float64, examples, []int{classes})[0]
	v := normal(11, inputs+1, classes)
	column := v.Reshape(-1, 1)
	n := column.Dim(0)
	fxtest.MustBeNear(t, "apply", k.Apply(v).Flatten().Float64s(), kron(k).MatMul(column).Flatten().Float64s(), 1e-13)
	const damping = 0.03
	damped := kron(k).Add(fx.Eye(fx.Float64, n).MulScalar(damping))
	fxtest.MustBeNear(t, "solve", k.Solve(v, damping).Flatten().Float64s(), fx.Solve(damped, column).Flatten().Float64s(), 1e-10)
	// Another way to the same: conjugate gradients on the operator.
	x, report := linalg.CG[*fx.Array]{}.Solve(linalg.Shifted(k.Apply, fx.Scalar(damping)), v, nil)
	if err := report.Err(); err != nil {
		t.Fatal(err)
	}
	fxtest.MustBeNear(t, "CG", k.Solve(v, damping).Flatten().Float64s(), x.Flatten().Float64s(), 1e-4)
	// Factored damping adds the cross terms pi sqrt(damping) I (x) G and A (x) I
	// sqrt(damping)/pi.
	pi := k.A.Trace().DivScalar(inputs + 1).Div(k.G.Trace().DivScalar(classes)).Sqrt().Item()
	a := k.A.Add(fx.Eye(fx.Float64, inputs+1).MulScalar(pi * 0.2))
	g := k.G.Add(fx.Eye(fx.Float64, classes).MulScalar(0.2 / pi))
	want := fx.Solve(kron(Kronecker{a, g}), column)
	fxtest.MustBeNear(t, "factored", k.SolveFactored(v, 0.04).Flatten().Float64s(), want.Flatten().Float64s(), 1e-10)
}

// TestSampledRootsApproach the exact ones.
func TestSampledRootsApproach(t *testing.T) {
	v := normal(7, inputs+1, classes)
	exact := KFAC(softmaxLayer(data, v), SoftmaxRoots, fx.Float64, examples, []int{classes})[0]
	sampled := SampledRoots(func(key, y *fx.Array) *fx.Array { return random.Categorical(key, y, 1) },
		func(y, labels *fx.Array) *fx.Array {
			return fx.OneHot(labels, classes, fx.Float64).Mul(y.LogSoftmax(1)).Sum(1)
		}, random.New(5), 4000)
	k := KFAC(softmaxLayer(data, v), sampled, fx.Float64, examples, []int{classes})[0]
	if off := k.G.Sub(exact.G).Abs().Max().Item(); off > 0.01 {
		t.Errorf("4000 draws are off by %g", off)
	}
	fxtest.MustBeNear(t, "A", k.A.Flatten().Float64s(), exact.A.Flatten().Float64s(), 0)
}

func TestKFACErrors(t *testing.T) {
	v := normal(7, inputs+1, classes)
	model := softmaxLayer(data, v)
	k := KFAC(model, SoftmaxRoots, fx.Float64, examples, []int{classes})[0]
	for want, f := range map[string]func(){
		"0 examples and 1 layers":           func() { KFAC(model, SoftmaxRoots, fx.Float64, 0, []int{classes}) },
		"the inputs of 1 layers":            func() { KFAC(model, SoftmaxRoots, fx.Float64, examples, []int{classes, 2}) },
		"one further leading axis":          func() { KFAC(model, func(y *fx.Array) *fx.Array { return y }, fx.Float64, examples, []int{classes}) },
		"they must be [examples, classes]":  func() { SoftmaxRoots(data.Flatten()) },
		"0 draws":                           func() { SampledRoots[*fx.Array](nil, nil, nil, 0) },
		"they must be [4, 3]":               func() { k.Solve(v.T(), 1) },
		"damping is -1; it must be finite":  func() { k.Solve(v, -1) },
		"damping is 0; it must be positive": func() { k.SolveFactored(v, 0) },
		"they must have the 8 examples along": func() {
			KFAC(func(taps []*fx.Array) (*fx.Array, []*fx.Array) {
				y, in := model(taps)
				return y.Sum(), in
			}, SoftmaxRoots, fx.Float64, examples, []int{classes})
		},
	} {
		fxtest.MustFail(t, want, f)
	}
}
