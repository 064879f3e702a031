package nn_test

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
)

// logProbabilities is log softmax of one row, by its formula.
func logProbabilities(row []float64) []float64 {
	var sum float64
	for _, v := range row {
		sum += math.Exp(v)
	}
	out := make([]float64, len(row))
	for i, v := range row {
		out[i] = v - math.Log(sum)
	}
	return out
}

func TestSoftmaxCrossEntropy(t *testing.T) {
	rows := [][]float64{{1, 2, 3}, {-1, 0.5, 0}, {2, 2, 2}, {0, -4, 1}}
	labels := []int32{2, 0, 1, 1}
	var all, want []float64
	for i, r := range rows {
		all = append(all, r...)
		want = append(want, -logProbabilities(r)[labels[i]])
	}
	logits := fx.New(all, 2, 2, 3)
	loss := nn.SoftmaxCrossEntropy(logits, fx.New(labels, 2, 2))
	shapeIs(t, "loss", loss, 2, 2)
	near(t, "loss", loss.Float64s(), want, 1e-15)
	near(t, "three equal logits", want[2:3], []float64{math.Log(3)}, 1e-15)
	hard := fx.OneHot(fx.New(labels, 2, 2), 3, fx.Float64)
	near(t, "with probabilities", nn.SoftmaxCrossEntropyProbabilities(logits, hard).Float64s(), want, 1e-15)

	f := func(x *fx.Array) *fx.Array { return nn.SoftmaxCrossEntropy(x, fx.New(labels, 2, 2)).Sum() }
	checkGradient(t, "gradient", f, logits)
	// softmax - one-hot.
	near(t, "gradient", fx.Grad(f)(logits).Float64s(), logits.Softmax(-1).Sub(hard).Float64s(), 1e-15)

	one := nn.SoftmaxCrossEntropy(fx.New(rows[1]), fx.Scalar(labels[1]))
	shapeIs(t, "one example", one)
	near(t, "one example", one.Float64s(), want[1:2], 1e-15)
}

func TestCrossEntropyExtremes(t *testing.T) {
	inf := math.Inf(1)
	logits := fx.New([]float64{1e4, 0, -1e4, -inf, 0, 0}, 2, 3)
	loss := nn.SoftmaxCrossEntropy(logits, fx.New([]int32{1, 2}))
	near(t, "loss", loss.Float64s(), []float64{1e4, math.Ln2}, 1e-15)
	g := fx.Grad(func(x *fx.Array) *fx.Array { return nn.SoftmaxCrossEntropy(x, fx.New([]int32{1, 2})).Sum() })(logits)
	near(t, "gradient", g.Float64s(), []float64{1, -1, 0, 0, 0.5, -0.5}, 1e-15)
	p := fx.New([]float64{0, 1, 0, 0, 0.5, 0.5}, 2, 3)
	soft := func(x *fx.Array) *fx.Array { return nn.SoftmaxCrossEntropyProbabilities(x, p) }
	near(t, "soft loss", soft(logits).Float64s(), []float64{1e4, math.Ln2}, 1e-15)
	g = fx.Grad(func(x *fx.Array) *fx.Array { return soft(x).Sum() })(logits)
	near(t, "soft gradient", g.Float64s(), []float64{1, -1, 0, 0, 0, 0}, 1e-15)
	impossible := nn.SoftmaxCrossEntropy(fx.New([]float64{-inf, 0}), fx.Scalar(int32(0))).Item()
	if !math.IsInf(impossible, 1) {
		t.Errorf("a label that is ruled out costs %v", impossible)
	}
	for _, label := range []int32{-1, 3, 1 << 30} {
		if v := nn.SoftmaxCrossEntropy(fx.Zeros(fx.Float32, 3), fx.Scalar(label)).Item(); !math.IsNaN(v) {
			t.Errorf("label %d of 3 classes costs %v, want NaN", label, v)
		}
	}
}

func TestSmoothLabels(t *testing.T) {
	p := nn.SmoothLabels(fx.OneHot(fx.New([]int32{1, 3}), 4, fx.Float64), 0.2)
	near(t, "distribution", p.Float64s(), []float64{0.05, 0.85, 0.05, 0.05, 0.05, 0.05, 0.05, 0.85}, 1e-15)
	row := []float64{1, -2, 0.5, 3}
	l := logProbabilities(row)
	want := -(0.85*l[1] + 0.05*(l[0]+l[2]+l[3]))
	near(t, "loss", nn.SoftmaxCrossEntropyProbabilities(fx.New(row), p.Index(0)).Float64s(), []float64{want}, 1e-15)
	sameBits(t, "alpha 0", nn.SmoothLabels(p, 0), p)
	near(t, "alpha 1", nn.SmoothLabels(p, 1).Float64s(), []float64{.25, .25, .25, .25, .25, .25, .25, .25}, 1e-15)
	checkGradient(t, "gradient", func(c [2]*fx.Array) *fx.Array {
		return nn.SoftmaxCrossEntropyProbabilities(c[0], c[1]).Sum()
	}, [2]*fx.Array{sample(1, fx.Float64, 2, 4), p})
}

func TestSigmoidCrossEntropy(t *testing.T) {
	x := []float64{-3, -0.5, 0, 0.7, 4}
	target := []float64{0, 1, 0.5, 0.25, 1}
	want := make([]float64, len(x))
	for i := range x {
		s := 1 / (1 + math.Exp(-x[i]))
		want[i] = -target[i]*math.Log(s) - (1-target[i])*math.Log(1-s)
	}
	near(t, "loss", nn.SigmoidCrossEntropy(fx.New(x), fx.New(target)).Float64s(), want, 1e-14)
	checkGradient(t, "gradient", func(c [2]*fx.Array) *fx.Array {
		return nn.SigmoidCrossEntropy(c[0], c[1]).Sum()
	}, [2]*fx.Array{fx.New(x), fx.New(target)})
	// Small losses keep their digits, in float32 too; large ones do not overflow.
	far := nn.SigmoidCrossEntropy(fx.New([]float32{30, -30, 1e4, -1e4}), fx.New([]float32{1, 0, 0, 1}))
	near(t, "far out", far.Float64s(), []float64{9.3576e-14, 9.3576e-14, 1e4, 1e4}, 1e-6)
	if v := far.Float64s()[0]; math.Abs(v/9.357622968839299e-14-1) > 1e-6 {
		t.Errorf("exp(-30) is %v", v)
	}
}

func TestRegressionErrors(t *testing.T) {
	y, target := fx.New([]float64{1, -2, 0.5, 4}), fx.New([]float64{0, 1, 1, 4})
	near(t, "squared", nn.SquaredError(y, target).Float64s(), []float64{1, 9, 0.25, 0}, 0)
	near(t, "absolute", nn.AbsoluteError(y, target).Float64s(), []float64{1, 3, 0.5, 0}, 0)
	near(t, "mean squared", nn.MeanSquaredError(y, target).Float64s(), []float64{10.25 / 4}, 1e-15)
	near(t, "mean absolute", nn.MeanAbsoluteError(y, target).Float64s(), []float64{4.5 / 4}, 1e-15)
	// delta 2: 1/2, 2 (3 - 1), 1/8, 0.
	near(t, "Huber", nn.HuberError(y, target, 2).Float64s(), []float64{0.5, 4, 0.125, 0}, 1e-15)
	near(t, "Huber at delta", nn.HuberError(y, target, 1).Float64s(), []float64{0.5, 2.5, 0.125, 0}, 1e-15)
	g := fx.Grad(func(y *fx.Array) *fx.Array { return nn.HuberError(y, target, 1).Sum() })(y)
	near(t, "Huber's slope", g.Float64s(), []float64{1, -1, -0.5, 0}, 1e-15)
	g = fx.Grad(func(y *fx.Array) *fx.Array { return nn.AbsoluteError(y, target).Sum() })(y)
	near(t, "slope of the absolute error", g.Float64s(), []float64{1, -1, -1, 0}, 0)
	for name, f := range map[string]func(a, b *fx.Array) *fx.Array{
		"squared": nn.MeanSquaredError, "absolute": nn.MeanAbsoluteError,
		"Huber": func(a, b *fx.Array) *fx.Array { return nn.HuberError(a, b, 0.7).Sum() },
	} {
		checkGradient(t, name, func(c [2]*fx.Array) *fx.Array { return f(c[0], c[1]) },
			[2]*fx.Array{sample(1, fx.Float64, 3, 2), sample(2, fx.Float64, 3, 2)})
	}
}

func TestAccuracy(t *testing.T) {
	logits := fx.New([]float32{1, 2, 0, 5, 5, 1, 0, 0, 3, -1, -2, -3}, 4, 3)
	for _, c := range []struct {
		labels []int32
		want   float64
	}{{[]int32{1, 0, 2, 0}, 1}, {[]int32{1, 1, 2, 0}, 0.75}, {[]int32{0, 1, 1, 9}, 0}} {
		a := nn.Accuracy(logits, fx.New(c.labels))
		if a.DType() != fx.Float32 || a.Item() != c.want {
			t.Errorf("labels %v: %v, want %v", c.labels, a, c.want)
		}
	}
}

// TestLossesCompiledAndMapped: the same bits under Jit, and example by example.
func TestLossesCompiledAndMapped(t *testing.T) {
	labels := fx.New([]int32{3, 0, 2, 4, 1})
	type pair struct{ X, T *fx.Array }
	logits := sample(1, fx.Float32, 5, 6)
	p := sample(2, fx.Float32, 5, 6).Softmax(-1)
	for name, c := range map[string]struct {
		f func(pair) *fx.Array
		t *fx.Array
	}{
		"labels":        {func(c pair) *fx.Array { return nn.SoftmaxCrossEntropy(c.X, c.T) }, labels},
		"probabilities": {func(c pair) *fx.Array { return nn.SoftmaxCrossEntropyProbabilities(c.X, c.T) }, p},
		"smooth":        {func(c pair) *fx.Array { return nn.SmoothLabels(c.T, 0.1) }, p},
		"sigmoid":       {func(c pair) *fx.Array { return nn.SigmoidCrossEntropy(c.X, c.T) }, p},
		"squared":       {func(c pair) *fx.Array { return nn.SquaredError(c.X, c.T) }, p},
		"absolute":      {func(c pair) *fx.Array { return nn.AbsoluteError(c.X, c.T) }, p},
		"huber":         {func(c pair) *fx.Array { return nn.HuberError(c.X, c.T, 0.5) }, p},
	} {
		want := c.f(pair{logits, c.t})
		sameBits(t, name+", compiled", fx.Jit(c.f)(pair{logits, c.t}), want)
		sameBits(t, name+", mapped", fx.Vmap(c.f)(pair{logits, c.t}), want)
	}
}
