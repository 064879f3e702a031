package curvature

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Kronecker stands for the curvature of the weights V [in, out] of one linear
// layer, as the Kronecker product of A [in, in], the second moment of the
// layer's inputs, and G [out, out], that of the scores by its outputs (Martens
// and Grosse, "Optimizing Neural Networks with Kronecker-factored Approximate
// Curvature", 2015). Row in of V is the bias, if the inputs end with a 1: see
// Homogeneous.
type Kronecker struct{ A, G *fx.Array }

// KFAC gives the factors of every linear layer x W + b of a model,
//
//	A = E[a a'],  G = E[g g'],
//
// where a are a layer's inputs, g the derivatives of log p by its outputs, and
// the expectations are over examples, and over labels drawn from the model (Martens
// and Grosse 2015, section 3). The layer's block of the Fisher information is
// E[a a' (x) g g'], which A (x) G equals where the two factors are independent: for
// one example, or where all examples have the same g.
//
// forward runs the model with taps[l] [examples, widths[l]], zeros, added to the
// outputs of layer l, and gives the model's outputs [examples, ...] and the layers'
// inputs [examples, in]. roots gives, for the outputs, an array [draws,
// examples, ...] the sum of whose outer products over the draws is each example's
// Fisher information in the outputs: SoftmaxRoots, SampledRoots, or the derivatives
// of the loss by the outputs with a leading axis of 1, which make it empirical. d
// is the dtype of the outputs. Layers that an example uses more than once,
// such as convolutions, are not covered.
func KFAC(forward func(taps []*fx.Array) (outputs *fx.Array, inputs []*fx.Array), roots func(outputs *fx.Array) *fx.Array,
	d fx.DType, examples int, widths []int) []Kronecker {
	const op = "KFAC"
	if examples < 1 || len(widths) == 0 {
		fail(op, "%d examples and %d layers; there must be at least one of each", examples, len(widths))
	}
	taps := make([]*fx.Array, len(widths))
	for l, w := range widths {
		taps[l] = fx.Zeros(d, examples, w)
	}
	type seen struct {
		Outputs *fx.Array
		Inputs  []*fx.Array
	}
	at, pull := fx.VJP(func(taps []*fx.Array) seen {
		y, inputs := forward(taps)
		return seen{y, inputs}
	}, taps)
	if len(at.Inputs) != len(widths) {
		fail(op, "the model gives the inputs of %d layers; there are %d widths", len(at.Inputs), len(widths))
	}
	if at.Outputs.NDim() == 0 || at.Outputs.Dim(0) != examples {
		fail(op, "the outputs have shape %v; they must have the %d examples along their leading axis", at.Outputs.Shape(), examples)
	}
	r := fx.StopGradient(roots(at.Outputs))
	if r.NDim() != at.Outputs.NDim()+1 || r.Size() != r.Dim(0)*at.Outputs.Size() || r.Dim(1) != examples {
		fail(op, "the roots have shape %v for outputs of shape %v; they must have one further leading axis", r.Shape(), at.Outputs.Shape())
	}
	none := fx.Map(fx.ZerosLike, at.Inputs)
	scores := fx.Vmap(func(r *fx.Array) []*fx.Array { return pull(seen{r, none}) })(r)
	factors := make([]Kronecker, len(widths))
	for l, x := range at.Inputs {
		if x.NDim() != 2 || x.Dim(0) != examples {
			fail(op, "the inputs of layer %d have shape %v; they must be [examples, features] of %d examples", l, x.Shape(), examples)
		}
		s := scores[l].Reshape(-1, widths[l])
		factors[l] = Kronecker{
			A: x.T().MatMul(x).DivScalar(float64(examples)),
			G: s.T().MatMul(s).DivScalar(float64(examples)),
		}
	}
	return factors
}

// Homogeneous appends a 1 to every input [examples, in], for layers with a bias.
func Homogeneous(x *fx.Array) *fx.Array {
	return fx.Concatenate(1, x, fx.Ones(x.DType(), x.Dim(0), 1))
}

// SoftmaxRoots are the roots of KFAC for a softmax of logits [examples, classes],
// exactly: sqrt(p_c) (e_c - p) for every class c, whose outer products add up to
// diag(p) - p p'.
func SoftmaxRoots(logits *fx.Array) *fx.Array {
	if logits.NDim() != 2 {
		fail("SoftmaxRoots", "the logits have shape %v; they must be [examples, classes]", logits.Shape())
	}
	p := logits.Softmax(1)
	eye := fx.Eye(p.DType(), p.Dim(1)).ExpandDims(1) // [classes, 1, classes]
	return eye.Sub(p).Mul(p.T().Sqrt().ExpandDims(2))
}

// SampledRoots are the roots of KFAC for a model of which labels can be drawn:
// derivatives of the log-probabilities of labels drawn from it, as in Fisher.
func SampledRoots[L any](sample func(key, outputs *fx.Array) L, logp func(outputs *fx.Array, labels L) *fx.Array, key *fx.Array, draws int) func(outputs *fx.Array) *fx.Array {
	if draws < 1 {
		fail("SampledRoots", "%d draws; there must be at least one", draws)
	}
	return func(y *fx.Array) *fx.Array {
		return drawnScores("SampledRoots", sample, logp, y, key, draws).DivScalar(math.Sqrt(float64(draws)))
	}
}

// drawnScores are the derivatives of log-probabilities by the outputs y [N, ...],
// for labels drawn from the model: [draws, N, ...].
func drawnScores[L any](op string, sample func(key, outputs *fx.Array) L, logp func(outputs *fx.Array, labels L) *fx.Array, y, key *fx.Array, draws int) *fx.Array {
	fixed := y.StopGradient()
	_, scores := fx.Scan(func(c struct{}, key *fx.Array) (struct{}, *fx.Array) {
		labels := fx.StopGradient(sample(key, fixed))
		return c, fx.Grad(func(y *fx.Array) *fx.Array {
			l := logp(y, labels)
			if n := y.Dim(0); checkExamples(op, "logp", l) != n {
				fail(op, "logp returns %d values for %d examples", l.Dim(0), n)
			}
			return l.Sum()
		})(fixed)
	}, struct{}{}, random.SplitArray(key, draws))
	return scores
}

// Apply is the product of A (x) G with V [in, out], as a matrix: A V G.
func (k Kronecker) Apply(v *fx.Array) *fx.Array {
	k.check("Kronecker.Apply", v)
	return k.A.MatMul(v).MatMul(k.G)
}

// Solve is (A (x) G + damping I)^-1 V, by the factors' eigenvectors (George et
// al., "Fast Approximate Natural Gradient Descent in a Kronecker-factored
// Eigenbasis", 2018, section 3). damping must not be negative.
func (k Kronecker) Solve(v *fx.Array, damping float64) *fx.Array {
	const op = "Kronecker.Solve"
	k.check(op, v)
	checkDamping(op, damping)
	a, qa := fx.Eigh(k.A)
	g, qg := fx.Eigh(k.G)
	scale := a.ExpandDims(1).Mul(g).AddScalar(damping)
	return qa.MatMul(qa.T().MatMul(v).MatMul(qg).Div(scale)).MatMul(qg.T())
}

// SolveFactored is (A + pi sqrt(damping) I)^-1 V (G + sqrt(damping)/pi I)^-1, with
// pi^2 the ratio of the factors' mean eigenvalues: the damping of Martens and Grosse
// 2015, section 6.3, which needs no eigenvectors, and damps what they call the
// cross terms too. damping must be positive.
func (k Kronecker) SolveFactored(v *fx.Array, damping float64) *fx.Array {
	const op = "Kronecker.SolveFactored"
	k.check(op, v)
	checkDamping(op, damping)
	if damping == 0 {
		fail(op, "damping is 0; it must be positive")
	}
	ratio := k.A.Trace().MulScalar(float64(k.G.Dim(0))).Div(k.G.Trace().MulScalar(float64(k.A.Dim(0)))).Sqrt()
	root := math.Sqrt(damping)
	a := k.A.Add(fx.Eye(k.A.DType(), k.A.Dim(0)).Mul(ratio.MulScalar(root)))
	g := k.G.Add(fx.Eye(k.G.DType(), k.G.Dim(0)).Mul(fx.Const(root).Div(ratio)))
	return fx.Solve(g, fx.Solve(a, v).T()).T()
}

func (k Kronecker) check(op string, v *fx.Array) {
	if v == nil || v.NDim() != 2 || v.Dim(0) != k.A.Dim(0) || v.Dim(1) != k.G.Dim(0) {
		fail(op, "the weights are %v; they must be [%d, %d]", v, k.A.Dim(0), k.G.Dim(0))
	}
}

func checkDamping(op string, damping float64) {
	if !(damping >= 0) || math.IsInf(damping, 1) {
		fail(op, "damping is %v; it must be finite and not negative", damping)
	}
}
