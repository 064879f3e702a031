package nn

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// DiagonalLinear is a linear predictor with a squared parametrisation, beta =
// Plus^2 - Minus^2 elementwise: a diagonal linear network of depth 2 (Woodworth et
// al. 2020). Small starts lead gradient flow to sparse solutions, large ones to
// those of least Euclidean norm.
type DiagonalLinear struct {
	Plus, Minus *fx.Array // [d]
}

// NewDiagonalLinear starts with both factors at alpha > 0, so that beta is 0.
func NewDiagonalLinear(d fx.DType, features int, alpha float64) DiagonalLinear {
	if features < 1 || !(alpha > 0) || math.IsInf(alpha, 0) {
		fail("NewDiagonalLinear", "%d features and alpha %v; both must be positive", features, alpha)
	}
	return DiagonalLinear{fx.Full(d, alpha, features), fx.Full(d, alpha, features)}
}

// Coefficients are beta, [d].
func (n DiagonalLinear) Coefficients() *fx.Array { return n.Plus.Square().Sub(n.Minus.Square()) }

// Apply predicts [n] for features [n, d].
func (n DiagonalLinear) Apply(x *fx.Array) *fx.Array { return x.MatMul(n.Coefficients()) }

// EffectiveAlpha is sqrt(Plus Minus), [d]: gradient flow conserves it, and it is
// the start that plain gradient flow would have needed to get to the same place.
// It is NaN where a factor has changed its sign.
func (n DiagonalLinear) EffectiveAlpha() *fx.Array { return n.Plus.Mul(n.Minus).Sqrt() }
