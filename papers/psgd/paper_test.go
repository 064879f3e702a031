package psgd

import (
	"context"
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim/liegroup"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
)

// small runs the experiment without figures, which take longer than the experiment.
func small(t *testing.T, e experiment, scale study.Scale, seeds []uint64, threads int, set map[string]string) *study.Outcome {
	t.Helper()
	p := e.paper()
	p.Figures = nil
	return studytest.Run(t, study.Request{Paper: p, Scale: scale, Seeds: seeds, Set: set, Threads: threads})
}

// wrongFamily is Triangular with another update.
type wrongFamily struct {
	liegroup.Triangular
	update func(q, v, h *fx.Array, f liegroup.Fit) *fx.Array
}

// wrongFactor is its Q.
type wrongFactor struct {
	Q     *fx.Array
	Wrong wrongFamily
}

func (f wrongFamily) Start(block, _ *fx.Array) liegroup.Factor {
	return wrongFactor{fx.Eye(block.DType(), block.Dim(0)), f}
}

func (q wrongFactor) right() liegroup.TriangularFactor { return liegroup.TriangularFactor{Q: q.Q} }

func (q wrongFactor) Scale(by *fx.Array) liegroup.Factor { return wrongFactor{q.Q.Mul(by), q.Wrong} }

func (q wrongFactor) Update(v, h *fx.Array, f liegroup.Fit) liegroup.Factor {
	return wrongFactor{q.Wrong.update(q.Q, v, h, f), q.Wrong}
}

func (q wrongFactor) Apply(g *fx.Array) *fx.Array { return q.right().Apply(g) }

func (q wrongFactor) Dense() *fx.Array { return q.right().Dense() }

// updateWith is the update of Triangular for a given b.
func updateWith(b func(q, v *fx.Array) *fx.Array) func(q, v, h *fx.Array, f liegroup.Fit) *fx.Array {
	return func(q, v, h *fx.Array, f liegroup.Fit) *fx.Array {
		a, b := q.MatMul(h), b(q, v)
		gradient := a.Outer(a).Sub(b.Outer(b)).Triu(0).MatMul(q)
		return q.Sub(gradient.Mul(f.Step.Div(a.Square().Sum().Add(b.Square().Sum()))))
	}
}

// TestBrokenMethodsFail puts wrong families in the place of the right ones. Every
// mistake must cost the claims that speak of it; the right ones cost none.
func TestBrokenMethodsFail(t *testing.T) {
	solve := func(transpose bool) func(q, v *fx.Array) *fx.Array {
		return func(q, v *fx.Array) *fx.Array {
			return fx.SolveTriangular(q, v.ExpandDims(1), fx.Triangle{Upper: true, Transpose: transpose}).Squeeze(1)
		}
	}
	for _, c := range []struct {
		name   string
		update func(q, v, h *fx.Array, f liegroup.Fit) *fx.Array
		fails  []string
	}{
		{"nothing", nil, nil},
		// Not wrong, but slower: the plain upper triangle.
		{"a plain triangle", updateWith(solve(true)), nil},
		{"the solve is not transposed", updateWith(solve(false)), []string{"5"}},
		{"nothing is solved", updateWith(func(_, v *fx.Array) *fx.Array { return v }), []string{"1a", "3", "5"}},
		{"Q is never updated", func(q, _, _ *fx.Array, _ liegroup.Fit) *fx.Array { return q }, []string{"1a", "3"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := experiment{published, plans}
			e.plans.Quick.xor = nil
			if c.update != nil {
				e.methods.newton = wrongFamily{update: c.update}
			}
			studytest.MustLose(t, small(t, e, study.Quick, []uint64{1000}, 1, map[string]string{"pairs": "3000"}), c.fails...)
		})
	}
}

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
}

// TestSameBits: threads and the seeds that run beside do not matter.
func TestSameBits(t *testing.T) {
	e, set := experiment{published, plans}, map[string]string{"pairs": "100", "epochs": "1", "xor-length": "10", "xor-steps": "3"}
	e.plans.Quick.trainImages, e.plans.Default.trainImages, e.plans.Default.testImages = 300, 300, 100
	one := small(t, e, study.Quick, []uint64{0, 1}, 1, set)
	studytest.MustHaveSameBits(t, one, small(t, e, study.Quick, []uint64{0, 1}, 2, set))
	set["epochs"] = "0"
	alone := small(t, e, study.Quick, []uint64{1}, 2, set)
	for _, labels := range [][]any{{"xor_loss", "method", nameKron}, {"error", "matrix", matrixSPD}} {
		name := labels[0].(string)
		if a, b := alone.Results.First().Scalar(name, labels[1:]...), one.Results.Seeds[1].Record.Scalar(name, labels[1:]...); a != b {
			t.Errorf("%v: seed 1 has %v alone and %v beside seed 0", labels, a, b)
		}
	}
}

// TestMatrices: the Hessians are what they are said to be.
func TestMatrices(t *testing.T) {
	h, inverse := matrices(random.New(3))
	for i, name := range matrixNames {
		a, b := h.Index(i), inverse.Index(i)
		if d := a.Sub(a.T()).Abs().Max().Item(); d > 1e-12 {
			t.Errorf("%s: not symmetric by %v", name, d)
		}
		// (|H|^-1)^2 H^2 = I.
		if d := b.MatMul(b).MatMul(a.MatMul(a)).Sub(fx.Eye(fx.Float64, fitSize)).Abs().Max().Item(); !(d < 1e-9) {
			t.Errorf("%s: the inverse is off by %v", name, d)
		}
		negative := 0
		for _, v := range fx.Eigvalsh(a).Float64s() {
			if v < 0 {
				negative++
			}
		}
		if want := map[string]int{matrixIndefinite: 5}[name]; negative != want {
			t.Errorf("%s: %d negative eigenvalues, want %d", name, negative, want)
		}
	}
	if v := fx.Eigvalsh(h.Index(0)); math.Abs(v.Min().Item()-0.1) > 1e-12 || math.Abs(v.Max().Item()-10) > 1e-12 {
		t.Errorf("eigenvalues %v", v)
	}
}

// TestBaselines: BFGS finds the inverse of a positive definite Hessian and loses an
// indefinite one; the closed form comes near both.
func TestBaselines(t *testing.T) {
	h, inverse := matrices(random.New(3))
	v := random.Normal(random.New(4), fx.Float64, 1000, fitSize)
	in := fitting{pairs{v, fx.ZerosLike(v)}, matrix{h, inverse}, fx.Scalar(cleanStep), random.New(5)}
	last := func(m measured) []float64 { return m.Error.SliceAxis(1, -1, fx.End).Flatten().Float64s() }
	bfgs := fitBFGS()(in)
	if e, definite := last(bfgs), bfgs.Definite.Bools(); !(e[0] < 0.01) || !definite[0] || definite[1] {
		t.Errorf("BFGS has errors %v, positive definite %v", e, definite)
	}
	for i, e := range last(fitClosed()(in)) {
		if !(e < 0.15) {
			t.Errorf("the closed form has an error of %v on %s", e, matrixNames[i])
		}
	}
}

// TestNetworks: matrices with a row for the bias are the layers of package nn.
func TestNetworks(t *testing.T) {
	net := newRecurrentNet(random.New(1))
	net.Recurrent = net.Recurrent.Add(random.Normal(random.New(2), fx.Float32, net.Recurrent.Shape()...).MulScalar(0.1))
	x := random.Normal(random.New(3), fx.Float32, 5, 7, xorIn)
	cell := nn.RNNCell{W: net.Recurrent.SliceAxis(0, 0, xorIn), U: net.Recurrent.SliceAxis(0, xorIn, xorIn+xorHidden),
		B: net.Recurrent.Index(xorIn + xorHidden), Activation: nn.Tanh}
	h, _ := nn.Unroll(cell, x, cell.Start(5), false)
	readout := nn.Linear{W: net.Readout.SliceAxis(0, 0, xorHidden), B: net.Readout.Index(xorHidden)}
	want := readout.Apply(h.SliceAxis(1, -1, fx.End).Squeeze(1)).Squeeze(1)
	if d := net.logits(x).Sub(want).Abs().Max().Item(); !(d < 1e-5) {
		t.Errorf("logits differ by %v", d)
	}
	p := newPerceptron(random.New(1), 6, 4, 3)
	p.Hidden = p.Hidden.AddScalar(0.1)
	y := random.Normal(random.New(4), fx.Float32, 8, 6)
	hidden := nn.Relu(nn.Linear{W: p.Hidden.SliceAxis(0, 0, 6), B: p.Hidden.Index(6)}.Apply(y))
	if d := p.Apply(y).Sub((nn.Linear{W: p.Readout.SliceAxis(0, 0, 4), B: p.Readout.Index(4)}).Apply(hidden)).Abs().Max().Item(); !(d < 1e-5) {
		t.Errorf("the perceptron differs by %v", d)
	}
}

// TestExclusiveOr: methods meet the same minibatches and first weights, and training
// ends when the task is solved.
func TestExclusiveOr(t *testing.T) {
	env, err := study.NewEnv(context.Background(), Paper(), study.Quick, 1001, nil)
	if err != nil {
		t.Fatal(err)
	}
	adam := experiment{published, plans}.xorArms()[nameAdam]
	rates := []float64{0, 0.003} // 0 for the losses of a network at rest
	if err := adam.run(context.Background(), env, xorPart{length: judgedLength, limit: 600}, rates); err != nil {
		t.Fatal(err)
	}
	r := env.Record.Record()
	if v := r.Scalar("xor_steps", "rate", 0.003); !(v > 50 && v < 600) {
		t.Errorf("Adam at 0.003 is done after %v steps", v)
	}
	if v := r.Scalar("xor_steps", "rate", 0.0); !math.IsInf(v, 1) {
		t.Errorf("a network at rest is done after %v steps", v)
	}
	if a, b := r.Curve("xor", "rate", 0.0), r.Curve("xor", "rate", 0.003); len(a.Y) != 30 || len(b.Y) >= 30 || a.Y[0] == b.Y[0] {
		t.Errorf("curves of %d and %d points", len(a.Y), len(b.Y))
	}
}

// TestFewSeedsDecideNothing: claims about five seeds stay open with one, also those
// that one seed would meet.
func TestFewSeedsDecideNothing(t *testing.T) {
	e := experiment{published, plans}
	e.plans.Default.xor, e.plans.Default.epochs, e.plans.Default.pairs = nil, 0, 2000
	o := small(t, e, study.Default, []uint64{1000}, 1, nil)
	want := map[string]study.Status{"1a": study.NotReproduced, "1b": study.NotReproduced, "2": study.NotReproduced,
		"3": study.Inconclusive, "4": study.Inconclusive, "4b": study.NotJudged, "5": study.Reproduced}
	for _, v := range o.Verdicts {
		if v.Status != want[v.Claim] && v.Status != study.Inconclusive {
			t.Errorf("claim %s: %s, want %s", v.Claim, v.Status, want[v.Claim])
		}
	}
}
