package nn

import "github.com/fluxion-go/fluxion/fx"

// GLM is a generalised linear model with its natural link: the loss of a score z for
// a label y is
//
//	A(z) - y z
//
// elementwise, the negative log-likelihood up to what does not depend on z. Only the
// second term knows the label, and it is linear in the parameters if z is. Mean is A'.
type GLM struct {
	// LogPartition is A, convex.
	LogPartition func(z *fx.Array) *fx.Array
}

// The usual models: of real numbers (half the squared error, less y^2/2), of labels 0
// and 1 (the cross-entropy of the logistic function), and of counts.
var (
	LeastSquaresGLM = GLM{func(z *fx.Array) *fx.Array { return z.Square().MulScalar(0.5) }}
	LogisticGLM     = GLM{Softplus}
	PoissonGLM      = GLM{(*fx.Array).Exp}
)

// Loss is A(z) - y z for scores and labels of one shape and dtype.
func (g GLM) Loss(z, y *fx.Array) *fx.Array {
	checkPair("GLM.Loss", "the scores", "labels", z, y)
	return g.LabelFreePart(z).Sub(y.Mul(z))
}

// LabelFreePart is A(z): what of the loss is known without labels, all of its
// curvature. Its mean over inputs without labels is a proxy of the loss whose
// difference from it is nearly linear (see optim.ProxyProx).
func (g GLM) LabelFreePart(z *fx.Array) *fx.Array {
	if g.LogPartition == nil {
		fail("GLM", "there is no log-partition function")
	}
	return g.LogPartition(z)
}

// Mean is the expected label of a score, A'(z).
func (g GLM) Mean(z *fx.Array) *fx.Array {
	return fx.Grad(func(z *fx.Array) *fx.Array { return g.LabelFreePart(z).Sum() })(z)
}
