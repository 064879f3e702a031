package nn

import (
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
)

// TestGLM: the losses are the usual ones, the means their derivatives, and labels
// enter linearly.
func TestGLM(t *testing.T) {
	z, y := fx.New([]float64{-30, -1, 0.5, 4}), fx.New([]float64{0, 1, 1, 0})
	fxtest.MustBeNear(t, "logistic", LogisticGLM.Loss(z, y).Float64s(), SigmoidCrossEntropy(z, y).Float64s(), 1e-14)
	squares := SquaredError(z, y).MulScalar(0.5).Sub(y.Square().MulScalar(0.5))
	fxtest.MustBeNear(t, "squares", LeastSquaresGLM.Loss(z, y).Float64s(), squares.Float64s(), 1e-13)
	fxtest.MustBeNear(t, "counts", PoissonGLM.Loss(z, y).Float64s(), z.Exp().Sub(y.Mul(z)).Float64s(), 1e-14)
	fxtest.MustBeNear(t, "mean", LogisticGLM.Mean(z).Float64s(), z.Sigmoid().Float64s(), 1e-14)
	fxtest.MustBeNear(t, "mean count", PoissonGLM.Mean(z).Float64s(), z.Exp().Float64s(), 1e-12)
	for name, g := range map[string]GLM{"logistic": LogisticGLM, "squares": LeastSquaresGLM, "counts": PoissonGLM} {
		difference := func(z *fx.Array) *fx.Array { return g.Loss(z, y).Sub(g.LabelFreePart(z)).Sum() }
		fxtest.MustBeNear(t, name, fx.Grad(difference)(z).Float64s(), y.Neg().Float64s(), 1e-3)
	}
	fxtest.MustFail(t, "nn.GLM.Loss: the scores float64[4]", func() { LogisticGLM.Loss(z, fx.New([]float64{1, 0})) })
	fxtest.MustFail(t, "there is no log-partition function", func() { GLM{}.Loss(z, y) })
}
