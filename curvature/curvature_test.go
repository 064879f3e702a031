package curvature

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/random"
)

func normal(seed uint64, shape ...int) *fx.Array {
	r := rand.New(rand.NewPCG(seed, 3))
	n := 1
	for _, d := range shape {
		n *= d
	}
	v := make([]float64, n)
	for i := range v {
		v[i] = r.NormFloat64()
	}
	return fx.New(v, shape...)
}

// net is a small classifier, with a leaf that is not a float.
type net struct {
	W1, B1, W2 *fx.Array
	Steps      *fx.Array
}

const inputs, hidden, classes, examples = 3, 4, 3, 8

func newNet(seed uint64) net {
	return net{normal(seed, inputs, hidden), normal(seed+1, hidden), normal(seed+2, hidden, classes), fx.Scalar(int32(5))}
}

var (
	data   = normal(100, examples, inputs)
	labels = fx.New([]int32{0, 1, 2, 0, 1, 2, 2, 1})
)

func logits(p net) *fx.Array { return data.MatMul(p.W1).Add(p.B1).Tanh().MatMul(p.W2) }

// crossEntropies is the loss of each example.
func crossEntropies(y *fx.Array) *fx.Array {
	return fx.OneHot(labels, classes, fx.Float64).Mul(y.LogSoftmax(1)).Sum(1).Neg()
}

func crossEntropy(y *fx.Array) *fx.Array { return crossEntropies(y).Mean() }

func loss(p net) *fx.Array { return crossEntropy(logits(p)) }

// onVectors is a function of the network as one of the vector of its floats.
func onVectors[Y any](p net, f func(net) Y) (*fx.Array, func(*fx.Array) Y) {
	v, unravel := linalg.Ravel(p)
	return v, func(v *fx.Array) Y { return f(unravel(v)) }
}

func matrixOf(t *testing.T, A func(net) net, p net) *fx.Array {
	t.Helper()
	m, err := Matrix(A, p, MatrixOptions{Block: 7})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestHessian(t *testing.T) {
	p := newNet(1)
	v, f := onVectors(p, loss)
	want := fx.Hessian(f)(v)
	fxtest.MustBeNear(t, "matrix", matrixOf(t, Hessian(loss, p), p).Flatten().Float64s(), want.Flatten().Float64s(), 1e-12)
	d := newNet(20)
	got, _ := linalg.Ravel(fx.Jit(func(p net) net { return Hessian(loss, p)(d) })(p))
	dv, _ := linalg.Ravel(d)
	fxtest.MustBeNear(t, "compiled product", got.Float64s(), want.MatMul(dv).Float64s(), 1e-12)
}

func TestGaussNewton(t *testing.T) {
	p := newNet(2)
	v, f := onVectors(p, logits)
	j := fx.JacRev(f)(v).Reshape(examples*classes, -1)
	a := fx.Hessian(func(y *fx.Array) *fx.Array { return crossEntropy(y.Reshape(examples, classes)) })(logits(p).Flatten())
	want := j.T().MatMul(a).MatMul(j)
	g := matrixOf(t, GaussNewton(logits, crossEntropy, p), p)
	fxtest.MustBeNear(t, "J'AJ", g.Flatten().Float64s(), want.Flatten().Float64s(), 1e-12)

	parts, err := Decompose(logits, crossEntropy, p, MatrixOptions{})
	if err != nil {
		t.Fatal(err)
	}
	fxtest.MustBeNear(t, "H = G + R", parts.G.Add(parts.R).Flatten().Float64s(), parts.H.Flatten().Float64s(), 1e-14)
	if parts.R.Norm().Item() < 1e-3 {
		t.Error("R is zero: the test proves nothing")
	}
	// Positive semidefinite, of rank at most N (k - 1).
	values, _ := fx.Eigh(g)
	if low := values.Min().Item(); low < -1e-12 {
		t.Errorf("eigenvalue %g", low)
	}
	// A model that is linear in its parameters has R = 0.
	linear := func(w *fx.Array) *fx.Array { return data.MatMul(w) }
	w := normal(9, inputs, classes)
	parts, err = Decompose(linear, crossEntropy, w, MatrixOptions{})
	if err != nil {
		t.Fatal(err)
	}
	fxtest.MustBeNear(t, "linear model", parts.R.Flatten().Float64s(), make([]float64, 81), 1e-13)
}

// Two examples with three classes leave rank 4 at most.
func TestGaussNewtonRank(t *testing.T) {
	p := newNet(3)
	few := func(p net) *fx.Array { return logits(p).SliceAxis(0, 0, 2) }
	ce := func(y *fx.Array) *fx.Array {
		return fx.OneHot(labels.SliceAxis(0, 0, 2), classes, fx.Float64).Mul(y.LogSoftmax(1)).Sum().Neg()
	}
	values, _ := fx.Eigh(matrixOf(t, GaussNewton(few, ce, p), p))
	v := values.Float64s()
	slices.Reverse(v)
	if v[3] < 1e-6 || math.Abs(v[4]) > 1e-12*v[0] {
		t.Errorf("eigenvalues %v", v)
	}
}

func TestEmpiricalFisher(t *testing.T) {
	p := newNet(4)
	losses := func(p net) *fx.Array { return crossEntropies(logits(p)) }
	v, f := onVectors(p, losses)
	j := fx.JacRev(f)(v)
	want := j.T().MatMul(j).DivScalar(examples)
	fxtest.MustBeNear(t, "mean of g g'", matrixOf(t, EmpiricalFisher(losses, p), p).Flatten().Float64s(), want.Flatten().Float64s(), 1e-13)

	_, unravel := linalg.Ravel(p)
	gradients := fx.Vmap(func(row *fx.Array) net { return unravel(row) })(j)
	fxtest.MustBeNear(t, "GradientMoment", matrixOf(t, GradientMoment(gradients), p).Flatten().Float64s(), want.Flatten().Float64s(), 1e-13)
}

// The true Fisher information of a softmax model is its Gauss-Newton matrix;
// the estimate from drawn labels is unbiased.
func TestFisher(t *testing.T) {
	p := newNet(5)
	sample := func(key, y *fx.Array) *fx.Array { return random.Categorical(key, y, 1) }
	logp := func(y, labels *fx.Array) *fx.Array {
		return fx.OneHot(labels, classes, fx.Float64).Mul(y.LogSoftmax(1)).Sum(1)
	}
	want := matrixOf(t, GaussNewton(logits, crossEntropy, p), p)
	errorWith := func(draws int) float64 {
		got := matrixOf(t, Fisher(logits, sample, logp, p, random.New(1), draws), p)
		values, _ := fx.Eigh(got)
		if values.Min().Item() < -1e-12 {
			t.Errorf("not semidefinite: %v", values)
		}
		return got.Sub(want).Norm().Item() / want.Norm().Item()
	}
	few, many := errorWith(20), errorWith(2000)
	if many > 0.03 || math.Abs(math.Log10(few/many)-1) > 0.5 {
		t.Errorf("relative errors %g with 20 draws, %g with 2000", few, many)
	}
}

func TestDiagonals(t *testing.T) {
	p := newNet(6)
	h := Hessian(loss, p)
	want := matrixOf(t, h, p).Diagonal(0)
	d, err := ExactDiagonal(h, p, MatrixOptions{Block: 5})
	if err != nil {
		t.Fatal(err)
	}
	got, _ := linalg.Ravel(d)
	fxtest.MustBeNear(t, "exact", got.Float64s(), want.Float64s(), 1e-13)
	if d.Steps.Item() != 5 {
		t.Errorf("the counter is %v", d.Steps)
	}
	mean, stderr := linalg.Diagonal(h, p, random.New(2), 400)
	m, _ := linalg.Ravel(mean)
	s, _ := linalg.Ravel(stderr)
	if z := m.Sub(want).Abs().Div(s.AddScalar(1e-12)).Max().Item(); z > 5 {
		t.Errorf("Hutchinson's estimate is off by %v standard errors", z)
	}
}

func TestSpectra(t *testing.T) {
	p := newNet(7)
	h := Hessian(loss, p)
	m := matrixOf(t, h, p)
	values, vectors := fx.Eigh(m)
	n := values.Size()
	all := values.Float64s()
	for which, want := range map[linalg.End][]float64{
		linalg.Largest: {all[n-1], all[n-2]}, linalg.Smallest: {all[0], all[1]},
	} {
		top, err := linalg.TopEigen(h, p, 2, random.New(3), linalg.EigenOptions{Which: which})
		if err != nil || top.Err() != nil {
			t.Fatal(err, top.Err())
		}
		fxtest.MustBeNear(t, "TopEigen", top.Values, want, 1e-8)
		if which == linalg.Largest {
			exact := vectors.T().SliceAxis(0, n-2, n)
			if o := Overlap(top.Vectors, exact); math.Abs(o-1) > 1e-8 {
				t.Errorf("overlap with the exact space is %v", o)
			}
			g, _ := linalg.Ravel(fx.Grad(loss)(p))
			within := exact.MatMul(g).Square().Sum().Item() / g.Square().Sum().Item()
			fxtest.MustBeNear(t, "Fraction", []float64{Fraction(top.Vectors, g)}, []float64{within}, 1e-8)
		}
	}
	q := linalg.LanczosQuadrature(h, p, random.New(4), 300, n)
	e := q.Trace((*fx.Array).Square)
	if want := m.Square().Sum().Item(); math.Abs(e.Mean.Item()-want) > 4*e.StdErr.Item() {
		t.Errorf("trace of the square is %v +- %v, want %v", e.Mean.Item(), e.StdErr.Item(), want)
	}
}

func TestOutliers(t *testing.T) {
	for _, c := range []struct {
		values []float64
		most   int
		count  int
		ratio  float64
	}{
		{[]float64{9, 8, 7, 0.5, 0.4, 0.01}, 4, 3, 14},
		{[]float64{9, 8, 7, 0.5, 0.4, 0.001}, 0, 5, 400},
		{[]float64{9, 1, -1, -2}, 0, 1, 9},
		{[]float64{9, 8, 7, 0.5}, 1, 1, 9. / 8},
	} {
		count, ratio := Outliers(c.values, c.most)
		if count != c.count || math.Abs(ratio-c.ratio) > 1e-12*c.ratio {
			t.Errorf("%v: %d, %v", c.values, count, ratio)
		}
	}
	if n, r := Outliers([]float64{1, 0, 0}, 0); n != 0 || !math.IsNaN(r) {
		t.Errorf("one positive value: %d, %v", n, r)
	}
	if b := BulkFraction([]float64{100, 5, 0.5, 0, -0.3, -3}, 0.01); b != 0.5 {
		t.Errorf("bulk %v", b)
	}
	fxtest.MustFail(t, "descending", func() { Outliers([]float64{1, 2}, 0) })
	fxtest.MustFail(t, "no eigenvalues", func() { BulkFraction(nil, 0.1) })
}

func TestOverlapAndFraction(t *testing.T) {
	a := fx.Eye(fx.Float64, 6).SliceAxis(0, 0, 2)
	b := fx.Eye(fx.Float64, 6).SliceAxis(0, 1, 3)
	if o := Overlap(a, a); o != 1 {
		t.Errorf("with itself %v", o)
	}
	if o := Overlap(a, b); o != 0.5 {
		t.Errorf("with one shared direction %v", o)
	}
	if f := Fraction(a, fx.New([]float64{3, 0, 4, 0, 0, 0})); math.Abs(f-9.0/25) > 1e-15 {
		t.Errorf("fraction %v", f)
	}
	if f := Fraction(a, fx.Zeros(fx.Float64, 6)); !math.IsNaN(f) {
		t.Errorf("fraction of nothing %v", f)
	}
	fxtest.MustFail(t, "not orthonormal", func() { Overlap(a, b.MulScalar(2)) })
	fxtest.MustFail(t, "they must be equal", func() { Overlap(a, fx.Eye(fx.Float64, 6)) })
	fxtest.MustFail(t, "the vector is", func() { Fraction(a, fx.Ones(fx.Float64, 5)) })
}

func TestWhatIsRefused(t *testing.T) {
	p := newNet(8)
	if _, err := Matrix(Hessian(loss, p), p, MatrixOptions{Limit: 10}); err == nil || !strings.Contains(err.Error(), "28 parameters are more than the limit of 10; for larger problems linalg.TopEigen") {
		t.Error(err)
	}
	if _, err := ExactDiagonal(Hessian(loss, p), p, MatrixOptions{Limit: 10}); err == nil {
		t.Error("no error for the diagonal")
	}
	skew := func(v *fx.Array) *fx.Array { return v.CumSum(0) }
	if _, err := Matrix(skew, fx.Ones(fx.Float64, 4), MatrixOptions{}); err == nil || !strings.Contains(err.Error(), "not symmetric") {
		t.Error(err)
	}
	if _, err := Matrix(func(v *fx.Array) *fx.Array { return v.MulScalar(math.NaN()) }, fx.Ones(fx.Float64, 4), MatrixOptions{}); err == nil || !strings.Contains(err.Error(), "not finite") {
		t.Error(err)
	}
	fxtest.MustFail(t, "must return a float scalar", func() { Hessian(logits, p) })
	fxtest.MustFail(t, "one for each example", func() { EmpiricalFisher(loss, p) })
	fxtest.MustFail(t, "maps 4 floats to 8", func() {
		Matrix(func(v *fx.Array) *fx.Array { return fx.Concatenate(0, v, v) }, fx.Ones(fx.Float64, 4), MatrixOptions{})
	})
	fxtest.MustFail(t, "0 draws", func() { Fisher[net, *fx.Array](logits, nil, nil, p, random.New(1), 0) })
	fxtest.MustFail(t, "Block -1", func() { Matrix(Hessian(loss, p), p, MatrixOptions{Block: -1}) })
	fxtest.MustFail(t, "there are no gradients", func() { GradientMoment(fx.Ones(fx.Int32, 3)) })
	fxtest.MustFail(t, "where 3 examples", func() { GradientMoment([]*fx.Array{fx.Ones(fx.Float64, 3, 2), fx.Ones(fx.Float64, 2, 2)}) })
}
