package landscape

import (
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"gonum.org/v1/gonum/mat"
)

// classifier is a small network with random data.
func classifier(n, d, h, k int) (Objective[nn.MLP], nn.MLP) {
	keys := random.Split(random.New(7), 3)
	x := random.Normal(keys[0], fx.Float64, n, d)
	y := random.Randint(keys[1], fx.Int32, 0, int64(k), n)
	net := nn.NewMLP(keys[2], []int{d, h, k}, nn.Tanh, nn.LayerOptions{DType: fx.Float64})
	return Objective[nn.MLP]{
		Outputs: func(m nn.MLP) *fx.Array { return m.Apply(x) },
		Losses:  func(f *fx.Array) *fx.Array { return nn.SoftmaxCrossEntropy(f, y) },
	}, net
}

func largestDifference(a, b *fx.Array) float64 { return a.Sub(b).Abs().Max().Item() }

func TestHessianAgreesWithJacobianOfGradient(t *testing.T) {
	o, net := classifier(9, 3, 4, 3)
	w, unravel := linalg.Ravel(net)
	want := fx.Hessian(func(w *fx.Array) *fx.Array { return o.Loss(unravel(w)) })(w)
	for _, block := range []int{1, 7, w.Size(), 1000} {
		got, err := NewCurvature(o, Exact{Block: block}).Hessian(net)
		if err != nil {
			t.Fatal(err)
		}
		if d := largestDifference(got, want); d > 1e-13 {
			t.Errorf("block %d: differs by %g", block, d)
		}
	}
}

// TestGaussNewtonFromItsDefinition compares with 1/N sum J_i' A_i J_i, computed
// with explicit Jacobians and diag(p) - pp'.
func TestGaussNewtonFromItsDefinition(t *testing.T) {
	const n, k = 6, 3
	o, net := classifier(n, 3, 4, k)
	w, unravel := linalg.Ravel(net)
	j := fx.JacRev(func(w *fx.Array) *fx.Array { return o.Outputs(unravel(w)) })(w) // [n, k, M]
	p := o.Outputs(net).Softmax(-1)
	a := p.Diag(0).Sub(p.ExpandDims(2).Mul(p.ExpandDims(1)))
	want := fx.Einsum("nam,nab,nbl->ml", j, a, j).DivScalar(n)
	d, err := NewCurvature(o, Exact{}).Decompose(net)
	if err != nil {
		t.Fatal(err)
	}
	if e := largestDifference(d.G, want); e > 1e-13 {
		t.Errorf("G differs from its definition by %g", e)
	}
	if e := largestDifference(d.H, d.G.Add(d.R)); e > 1e-15 {
		t.Errorf("H differs from G + R by %g", e)
	}
	if d.Asymmetry > 1e-10 {
		t.Errorf("the Hessian is asymmetric by %g", d.Asymmetry)
	}
	if share := d.RemainderShare(); !(share > 0.01 && share < 1) {
		t.Errorf("the remainder is %g of the Hessian", share)
	}
	s, err := NewSpectrum(d.G)
	if err != nil {
		t.Fatal(err)
	}
	if last := s[len(s)-1]; last < -1e-14 {
		t.Errorf("G has eigenvalue %g", last)
	}
	if r := s.Rank(1e-10); r > n*(k-1) {
		t.Errorf("G has rank %d, above N(k-1) = %d", r, n*(k-1))
	}
}

// TestRemainderVanishes: for a linear model, and where the loss is flat in the
// outputs, the Hessian is its Gauss-Newton part.
func TestRemainderVanishes(t *testing.T) {
	x := random.Normal(random.New(1), fx.Float64, 5, 3)
	layer := nn.NewLinear(random.New(2), 3, 1, nn.LayerOptions{DType: fx.Float64})
	o := Objective[nn.Linear]{
		Outputs: func(l nn.Linear) *fx.Array { return l.Apply(x) },
		Losses:  func(f *fx.Array) *fx.Array { return f.Square().Sum(1) },
	}
	d, err := NewCurvature(o, Exact{}).Decompose(layer)
	if err != nil {
		t.Fatal(err)
	}
	if share := d.RemainderShare(); share > 1e-15 {
		t.Errorf("a linear model has a remainder of %g", share)
	}
}

func TestSpectrumAgreesWithGonum(t *testing.T) {
	o, net := classifier(9, 3, 4, 3)
	h, err := NewCurvature(o, Exact{}).Hessian(net)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSpectrum(h)
	if err != nil {
		t.Fatal(err)
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(mat.NewSymDense(h.Dim(0), h.Float64s()), false) {
		t.Fatal("gonum did not converge")
	}
	want := eigen.Values(nil)
	for i := range s {
		if d := math.Abs(s[i] - want[len(want)-1-i]); d > 1e-13 {
			t.Fatalf("eigenvalue %d is %g, gonum has %g", i, s[i], want[len(want)-1-i])
		}
	}
	if d := math.Abs(s.Trace() - h.Trace().Item()); d > 1e-13 {
		t.Errorf("trace differs by %g", d)
	}
	if d := math.Abs(s.Frobenius() - frobenius(h)); d > 1e-13 {
		t.Errorf("norm differs by %g", d)
	}
}

func TestCounts(t *testing.T) {
	for _, c := range []struct {
		s                  Spectrum
		ratio, share, rank int
		bulk, negative     float64
	}{
		{Spectrum{10, 8, 1, 0.5, -1}, 2, 2, 5, 0, 0.1},
		{Spectrum{10, 0.06, 0.05, 0, -0.04}, 1, 1, 4, 0.8, 0.004},
		{Spectrum{10, 9, -1}, 1, 2, 3, 0, 0.1},
		{Spectrum{10, -1, -2}, 0, 1, 3, 0, 0.2},
		{Spectrum{4}, 0, 1, 1, 0, 0},
		{Spectrum{8, 4, 2, 1}, 1, 3, 4, 0, 0}, // equal ratios: the first
		{Spectrum{5, 4, 3, 1e-20}, 2, 3, 3, 0.25, 0},
	} {
		// The last spectrum's largest ratio is the third, which top excludes.
		top := 25
		if c.s[len(c.s)-1] == 1e-20 {
			top = 2
		}
		if got := c.s.Outliers(LargestRatio(top)); got != c.ratio {
			t.Errorf("%v: LargestRatio counts %d, want %d", c.s, got, c.ratio)
		}
		if got := c.s.Outliers(AboveShare(0.2)); got != c.share {
			t.Errorf("%v: AboveShare counts %d, want %d", c.s, got, c.share)
		}
		if got := c.s.Rank(1e-10); got != c.rank {
			t.Errorf("%v: rank %d, want %d", c.s, got, c.rank)
		}
		if got := c.s.BulkFraction(0.01); got != c.bulk {
			t.Errorf("%v: bulk %v, want %v", c.s, got, c.bulk)
		}
		if got := c.s.NegativeShare(); got != c.negative {
			t.Errorf("%v: negative share %v, want %v", c.s, got, c.negative)
		}
	}
	s := Spectrum{6, 2}
	if s.Ratio(1) != 3 || !math.IsNaN(s.Ratio(0)) || !math.IsNaN(s.Ratio(2)) {
		t.Errorf("ratios %v, %v, %v", s.Ratio(1), s.Ratio(0), s.Ratio(2))
	}
}

// TestOutliersDoNotDependOnScale is why the rule is a ratio.
func TestOutliersDoNotDependOnScale(t *testing.T) {
	s := Spectrum{10, 8, 7, 1, 0.9, 0.5, -0.1}
	for _, by := range []float64{1e-8, 1, 1e8} {
		scaled := make(Spectrum, len(s))
		for i := range s {
			scaled[i] = s[i] * by
		}
		if got := scaled.Outliers(LargestRatio(25)); got != 3 {
			t.Errorf("scaled by %g: %d outliers", by, got)
		}
	}
}

func TestLineAndBarrier(t *testing.T) {
	// (x^2-1)^2 has a hill of height 1 between its minima.
	well := func(x *fx.Array) *fx.Array { return x.Square().SubScalar(1).Square() }
	line := LineScan(well, fx.Scalar(-1.0), fx.Scalar(1.0), 25)
	if len(line.S) != 25 || line.S[12] != 0.5 || line.Loss[12] != 1 || line.Loss[0] != 0 {
		t.Errorf("the line is %v %v", line.S, line.Loss)
	}
	if b := line.Barrier(); b != 1 {
		t.Errorf("barrier %v, want 1", b)
	}
	// A convex function has none, an affine one exactly none.
	if b := Barrier((*fx.Array).Square, fx.Scalar(-3.0), fx.Scalar(2.0), 9); b != 0 {
		t.Errorf("a convex function has barrier %v", b)
	}
	if b := Barrier((*fx.Array).Log, fx.Scalar(-1.0), fx.Scalar(1.0), 5); !math.IsNaN(b) {
		t.Errorf("barrier over NaN is %v", b)
	}
}

func TestErrors(t *testing.T) {
	o, net := classifier(5, 3, 2, 3)
	if _, err := NewCurvature(o, Exact{MaxParameters: 10}).Hessian(net); err == nil || !strings.Contains(err.Error(), "linalg.TopEigen") {
		t.Errorf("too many parameters: %v", err)
	}
	bad := o
	bad.Losses = func(f *fx.Array) *fx.Array { return nn.SoftmaxCrossEntropy(f, fx.New([]int32{0, 1, 2, 3, 1})) }
	if _, err := NewCurvature(bad, Exact{}).Decompose(net); err == nil || !strings.Contains(err.Error(), "every label a class") {
		t.Errorf("label out of range: %v", err)
	}
	if _, err := NewSpectrum(fx.Full(fx.Float64, math.NaN(), 2, 2)); err == nil {
		t.Error("a matrix of NaN has a spectrum")
	}
	one, two := fx.Zeros(fx.Float64, 3), fx.Zeros(fx.Float64, 2)
	sum := func(a *fx.Array) *fx.Array { return a.Sum() }
	summed := Objective[nn.MLP]{o.Outputs, func(f *fx.Array) *fx.Array { return f.Sum() }}
	for name, c := range map[string]struct {
		want string
		do   func()
	}{
		"scalar losses":    {"one loss for each example", func() { NewCurvature(summed, Exact{}).Hessian(net) }},
		"no outputs":       {"needs both", func() { NewCurvature(Objective[nn.MLP]{Losses: o.Losses}, Exact{}) }},
		"negative block":   {"must not be negative", func() { NewCurvature(o, Exact{Block: -1}) }},
		"other shapes":     {"at one end", func() { LineScan(sum, one, two, 5) }},
		"other dtypes":     {"at one end", func() { LineScan(sum, one, one.AsType(fx.Float32), 5) }},
		"one point":        {"at least its two ends", func() { LineScan(sum, one, one, 1) }},
		"loss is a vector": {"must be a scalar", func() { LineScan((*fx.Array).Neg, one, one, 2) }},
		"other structure": {"trees of one structure", func() {
			LineScan(func(l []*fx.Array) *fx.Array { return l[0].Sum() }, []*fx.Array{one}, []*fx.Array{one, one}, 2)
		}},
		"top 0":   {"at least 1", func() { LargestRatio(0) }},
		"share 1": {"between 0 and 1", func() { AboveShare(1) }},
	} {
		func() {
			defer func() {
				e, ok := recover().(*fx.Error)
				if !ok || !strings.Contains(e.Error(), c.want) {
					t.Errorf("%s: got %v, want %q", name, e, c.want)
				}
			}()
			c.do()
			t.Errorf("%s: no error", name)
		}()
	}
}
