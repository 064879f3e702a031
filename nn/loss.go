package nn

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// SoftmaxCrossEntropy is -log softmax(logits)[label], for every example: logits
// [..., classes] and integer labels [...] give [...]. A label that is no class
// gives NaN. Logits may be minus infinity for classes that are ruled out.
func SoftmaxCrossEntropy(logits, labels *fx.Array) *fx.Array {
	checkLabels("SoftmaxCrossEntropy", logits, labels)
	classes := logits.Dim(-1)
	hit := fx.OneHot(labels, classes, fx.Bool)
	// Not a product with 0 and 1, which makes NaN of infinities.
	loss := fx.Where(hit, logits.LogSoftmax(-1).Neg(), fx.ZerosLike(logits)).Sum(-1)
	at := labels.AsType(fx.Int64)
	valid := at.GreaterEqual(fx.Const(0)).And(at.Less(fx.Const(float64(classes))))
	return fx.Where(valid, loss, fx.FullLike(loss, math.NaN()))
}

// SoftmaxCrossEntropyProbabilities is -sum over classes of p log softmax(logits),
// for every example: logits and p [..., classes] give [...]. Use it with soft
// labels, such as [SmoothLabels] makes.
func SoftmaxCrossEntropyProbabilities(logits, p *fx.Array) *fx.Array {
	checkPair("SoftmaxCrossEntropyProbabilities", "logits", "probabilities", logits, p)
	checkClasses("SoftmaxCrossEntropyProbabilities", logits)
	l := logits.LogSoftmax(-1)
	// A class that is ruled out by both adds 0, not 0 times infinity.
	never := p.Equal(fx.Const(0)).And(l.Equal(fx.Const(math.Inf(-1))))
	return p.Mul(fx.Where(never, fx.ZerosLike(l), l)).Sum(-1).Neg()
}

// SmoothLabels moves the part alpha of each distribution [..., classes] evenly
// to all classes: (1-alpha) p + alpha/classes (Szegedy et al., "Rethinking the
// Inception Architecture", 2016, section 7). Integer labels become
// distributions by fx.OneHot.
func SmoothLabels(p *fx.Array, alpha float64) *fx.Array {
	checkFloat("SmoothLabels", p)
	checkClasses("SmoothLabels", p)
	if !(alpha >= 0 && alpha <= 1) {
		fail("SmoothLabels", "alpha %v; it must be from 0 to 1", alpha)
	}
	return p.MulScalar(1 - alpha).AddScalar(alpha / float64(p.Dim(-1)))
}

// SigmoidCrossEntropy is -t log s - (1-t) log(1-s) with s = sigmoid(logits),
// element by element, for targets t in [0, 1] of the logits' shape. It is
// computed without overflow, and without cancellation where the loss is small.
func SigmoidCrossEntropy(logits, targets *fx.Array) *fx.Array {
	checkPair("SigmoidCrossEntropy", "logits", "targets", logits, targets)
	positive := targets.Mul(logits.Neg().Softplus())
	return positive.Add(fx.Const(1).Sub(targets).Mul(logits.Softplus()))
}

// SquaredError is (y-t)^2, element by element.
func SquaredError(y, t *fx.Array) *fx.Array {
	checkPair("SquaredError", "prediction", "target", y, t)
	return y.Sub(t).Square()
}

// AbsoluteError is |y-t|, element by element, with derivative 0 at 0.
func AbsoluteError(y, t *fx.Array) *fx.Array {
	checkPair("AbsoluteError", "prediction", "target", y, t)
	return y.Sub(t).Abs()
}

// HuberError is d^2/2 where |d| <= delta, for d = y-t, and
// delta (|d| - delta/2) beyond, element by element (Huber, "Robust Estimation
// of a Location Parameter", 1964). Delta must be positive; 1 is usual.
func HuberError(y, t *fx.Array, delta float64) *fx.Array {
	checkPair("HuberError", "prediction", "target", y, t)
	if !(delta > 0) || math.IsInf(delta, 0) {
		fail("HuberError", "delta %v; it must be positive and finite", delta)
	}
	d := y.Sub(t)
	a := d.Abs()
	return fx.Where(a.LessEqual(fx.Const(delta)), d.Square().MulScalar(0.5), a.SubScalar(delta/2).MulScalar(delta))
}

// MeanSquaredError is the mean of SquaredError over all elements.
func MeanSquaredError(y, t *fx.Array) *fx.Array {
	checkSome("MeanSquaredError", y, t)
	return SquaredError(y, t).Mean()
}

// MeanAbsoluteError is the mean of AbsoluteError over all elements.
func MeanAbsoluteError(y, t *fx.Array) *fx.Array {
	checkSome("MeanAbsoluteError", y, t)
	return AbsoluteError(y, t).Mean()
}

// Accuracy is the share of examples whose largest logit is that of the label,
// a float32 scalar: logits [..., classes], integer labels [...]. Of equal
// logits the first counts.
func Accuracy(logits, labels *fx.Array) *fx.Array {
	checkLabels("Accuracy", logits, labels)
	if labels.Size() == 0 {
		fail("Accuracy", "no labels: shape %v", labels.Shape())
	}
	hits := logits.ArgMax(-1).AsType(fx.Int64).Equal(labels.AsType(fx.Int64))
	return hits.AsType(fx.Float32).Mean()
}

func checkClasses(op string, logits *fx.Array) {
	if logits.NDim() == 0 || logits.Dim(-1) == 0 {
		fail(op, "shape %v; the last axis must hold the classes", logits.Shape())
	}
}

func checkLabels(op string, logits, labels *fx.Array) {
	checkFloat(op, logits)
	checkInteger(op, "labels", labels)
	checkClasses(op, logits)
	if s := logits.Shape(); !sameShape(s[:len(s)-1], labels.Shape()) {
		fail(op, "labels of shape %v for logits of shape %v; the labels' shape is the logits' without their last axis", labels.Shape(), s)
	}
}

// checkPair insists on equal shapes: [n, 1] against [n] would broadcast to
// [n, n], a mistake that is hard to see.
func checkPair(op, what, other string, a, b *fx.Array) {
	checkFloat(op, a)
	checkFloat(op, b)
	if a.DType() != b.DType() || !sameShape(a.Shape(), b.Shape()) {
		fail(op, "%s %s and %s %s: dtype and shape must be the same", what, describe(a), other, describe(b))
	}
}

func checkSome(op string, y, t *fx.Array) {
	checkPair(op, "prediction", "target", y, t)
	if y.Size() == 0 {
		fail(op, "the mean of no elements: shape %v", y.Shape())
	}
}
