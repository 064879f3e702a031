package curvature

import (
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
)

// TestGaussNewtonFactors: the sum of the factors' outer products is the matrix of
// the products, for softmax and for squared errors, and roots are roots.
func TestGaussNewtonFactors(t *testing.T) {
	type net struct{ A, B *fx.Array }
	p := net{normal(1, 3, 4), normal(2, 4)}
	x, labels := normal(3, 5, 3), fx.New([]int32{0, 3, 1, 1, 2})
	model := func(p net, x *fx.Array) *fx.Array { return x.MatMul(p.A).Tanh().Mul(p.B) }
	for name, c := range map[string]struct {
		root func(*fx.Array) *fx.Array
		loss func(*fx.Array) *fx.Array
	}{
		"softmax": {SoftmaxRoot, func(y *fx.Array) *fx.Array { return nn.SoftmaxCrossEntropy(y, labels).Mean() }},
		"squared": {SquaredErrorRoot, func(y *fx.Array) *fx.Array { return y.Square().Sum().DivScalar(2 * 5) }},
	} {
		f := fx.Jit(func(p net) net { return GaussNewtonFactors(model, c.root, p, x) })(p)
		if s := f.A.Shape(); len(s) != 3 || s[0] != 20 || s[1] != 3 || s[2] != 4 {
			t.Fatalf("%s: factors %v", name, s)
		}
		w := fx.Concatenate(1, f.A.Reshape(20, 12), f.B)
		want := linalg.Dense(GaussNewton(func(p net) *fx.Array { return model(p, x) }, c.loss, p), p)
		fxtest.MustBeNear(t, name, w.T().MatMul(w).Flatten().Float64s(), want.Flatten().Float64s(), 1e-13)
	}
	y := normal(4, 6)
	l, q := SoftmaxRoot(y), y.Softmax(0)
	fxtest.MustBeNear(t, "root", l.MatMul(l.T()).Flatten().Float64s(), q.Diag(0).Sub(q.Outer(q)).Flatten().Float64s(), 1e-15)
	fxtest.MustFail(t, "must be a vector of floats", func() { GaussNewtonFactors(func(p net, _ *fx.Array) *fx.Array { return p.A }, SoftmaxRoot, p, x) })
	fxtest.MustFail(t, "the root has shape [2 2] for an output of 4 elements", func() {
		GaussNewtonFactors(model, func(*fx.Array) *fx.Array { return fx.Eye(fx.Float64, 2) }, p, x)
	})
	fxtest.MustFail(t, "have no leading axis", func() { GaussNewtonFactors(model, SoftmaxRoot, p, fx.Scalar(1.0)) })
}
