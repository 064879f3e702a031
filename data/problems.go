package data

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Problems with a known answer: features of a known spectrum, a known rule
// that makes the targets, noise of a known size. All arrays are of the
// features' type; float64 suits experiments with solvers.

// Regression is n examples with numbers to predict.
type Regression struct {
	X *fx.Array // features, [n, dim]
	Y *fx.Array // targets, [n], or [n, outputs] where the rule has several
}

// Classification is n examples with classes to predict.
type Classification struct {
	X      *fx.Array // features, [n, dim]
	Labels *fx.Array // classes, int32 [n]
}

// LogSpaced is n numbers from 1 down to 1/condition, evenly spaced on a
// logarithmic scale: a spectrum with that condition number. It is a mistake if
// n is not positive or condition is below 1; a single number is 1.
func LogSpaced(n int, condition float64) []float64 {
	checkSizes("LogSpaced", "the number of values", n)
	if !(condition >= 1 && condition < 1e300) {
		fail("LogSpaced", "condition number %v: must be at least 1", condition)
	}
	if n == 1 {
		return []float64{1}
	}
	return fx.Linspace(fx.Float64, 0, -logarithm(condition), n).Exp().Float64s()
}

// PowerLaw is 1, 2^-exponent, 3^-exponent and so on: the spectrum of features
// with a capacity and source condition.
func PowerLaw(n int, exponent float64) []float64 {
	checkSizes("PowerLaw", "the number of values", n)
	return fx.Arange(fx.Float64, n).AddScalar(1).Log().MulScalar(-exponent).Exp().Float64s()
}

func checkSpectrum(op string, spectrum []float64) {
	if len(spectrum) == 0 {
		fail(op, "an empty spectrum")
	}
	for _, v := range spectrum {
		if !(v >= 0 && v < 1e300) {
			fail(op, "the spectrum has %v: its values must not be negative", v)
		}
	}
}

// GaussianFeatures draws n rows from the normal distribution of mean 0 whose
// covariance has the given eigenvalues, and eigenvectors at random: shape [n,
// len(spectrum)]. The rows' own second moment matrix has that spectrum only
// for large n; see [Design].
func GaussianFeatures(key *fx.Array, d fx.DType, n int, spectrum []float64) *fx.Array {
	checkSample("GaussianFeatures", key, d, n)
	checkSpectrum("GaussianFeatures", spectrum)
	keys := random.Split(key, 2)
	dim := len(spectrum)
	axes := random.Orthogonal(keys[0], d, dim, dim)
	return random.Normal(keys[1], d, n, dim).Mul(fx.New(spectrum).Sqrt().AsType(d)).MatMul(axes)
}

// Design draws a matrix [n, len(spectrum)] with X'X/n of exactly the given
// eigenvalues (up to rounding), and singular vectors at random: least squares
// on it has that spectrum as its Hessian. It is a mistake if n is below
// len(spectrum).
func Design(key *fx.Array, d fx.DType, n int, spectrum []float64) *fx.Array {
	checkSample("Design", key, d, n)
	checkSpectrum("Design", spectrum)
	dim := len(spectrum)
	if n < dim {
		fail("Design", "%d rows for a spectrum of %d eigenvalues: at least as many are needed", n, dim)
	}
	keys := random.Split(key, 2)
	scales := fx.New(spectrum).MulScalar(float64(n)).Sqrt().AsType(d)
	return random.Orthogonal(keys[0], d, n, dim).Mul(scales).MatMul(random.Orthogonal(keys[1], d, dim, dim))
}

// SparseWeights draws a vector of dim weights of which k, at random places, are
// -1 or 1, and the others 0: what the lasso and basis pursuit have to find.
func SparseWeights(key *fx.Array, d fx.DType, dim, k int) *fx.Array {
	checkSample("SparseWeights", key, d, dim)
	if k < 0 || k > dim {
		fail("SparseWeights", "%d of %d weights that are not zero", k, dim)
	}
	if k == 0 {
		return fx.Zeros(d, dim)
	}
	keys := random.Split(key, 2)
	places := random.Choice(keys[0], dim, k).ExpandDims(1)
	return fx.Zeros(d, dim).ScatterSet(places, random.Rademacher(keys[1], d, k))
}

// Targets makes a regression problem of features and a rule: what the rule
// gives for them, plus Gaussian noise of the given standard deviation. With a
// network as the rule this is the teacher of a teacher-student problem.
func Targets(key, x *fx.Array, rule func(x *fx.Array) *fx.Array, noise float64) Regression {
	checkKey("Targets", key)
	checkFeatures("Targets", x)
	checkNoise("Targets", noise)
	y := rule(x)
	if y == nil || y.NDim() < 1 || y.Dim(0) != x.Dim(0) {
		fail("Targets", "the rule does not give one target for each of the %d rows", x.Dim(0))
	}
	return Regression{x, jitterBy(key, y, noise)}
}

// Linear makes a linear regression problem: y = x w plus Gaussian noise of the
// given standard deviation, for weights of shape [dim].
func Linear(key, x, weights *fx.Array, noise float64) Regression {
	checkFeatures("Linear", x)
	checkWeights("Linear", x, weights)
	return Targets(key, x, func(x *fx.Array) *fx.Array { return x.MatMul(weights) }, noise)
}

// Logistic makes a classification problem with a known separator: class 1 with
// probability sigmoid(x w), else class 0, for weights of shape [dim]. The
// longer the weights, the less noise.
func Logistic(key, x, weights *fx.Array) Classification {
	checkKey("Logistic", key)
	checkFeatures("Logistic", x)
	checkWeights("Logistic", x, weights)
	one := random.Bernoulli(key, x.MatMul(weights).Sigmoid(), x.Dim(0))
	return Classification{x, one.AsType(fx.Int32)}
}

// Separable makes a classification problem that the weights, of shape [dim],
// solve with the given margin: class 1 where x w >= 0, else class 0, and every
// row moved along the weights, away from the boundary, by the margin. No row
// is then closer to the boundary than that.
func Separable(x, weights *fx.Array, margin float64) Classification {
	checkFeatures("Separable", x)
	checkWeights("Separable", x, weights)
	checkNoise("Separable", margin)
	unit := weights.Div(weights.Norm())
	above := x.MatMul(weights).GreaterEqual(fx.Const(0))
	side := above.AsType(x.DType()).MulScalar(2).SubScalar(1)
	return Classification{x.Add(side.ExpandDims(1).Mul(unit).MulScalar(margin)), above.AsType(fx.Int32)}
}

// Teacher is a network with one hidden layer of rectified linear units, for
// [Targets]: y = relu(x W) a.
type Teacher struct {
	W *fx.Array // [dim, hidden]
	A *fx.Array // [hidden, outputs]
}

// NewTeacher draws a teacher with weights from N(0, 1/dim) and N(0, 1/hidden),
// so that its outputs have variance about 1/2 on standard normal features.
func NewTeacher(key *fx.Array, d fx.DType, dim, hidden, outputs int) Teacher {
	checkSample("NewTeacher", key, d, 1)
	checkSizes("NewTeacher", "dimension, hidden units and outputs", dim, hidden, outputs)
	keys := random.Split(key, 2)
	return Teacher{
		random.Normal(keys[0], d, dim, hidden).DivScalar(math.Sqrt(float64(dim))),
		random.Normal(keys[1], d, hidden, outputs).DivScalar(math.Sqrt(float64(hidden))),
	}
}

// Apply gives the outputs, [n, outputs], for features [n, dim].
func (t Teacher) Apply(x *fx.Array) *fx.Array { return x.MatMul(t.W).Relu().MatMul(t.A) }

func checkFeatures(op string, x *fx.Array) {
	if x == nil || x.NDim() != 2 || !x.DType().IsFloat() {
		fail(op, "the features must be a float array of shape [n, dim]")
	}
}

func checkWeights(op string, x, w *fx.Array) {
	if w == nil || w.NDim() != 1 || w.Dim(0) != x.Dim(1) || w.DType() != x.DType() {
		fail(op, "the weights must be %v%v, for features of shape %v", x.DType(), []int{x.Dim(1)}, x.Shape())
	}
}
