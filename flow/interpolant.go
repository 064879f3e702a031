package flow

import (
	"slices"

	"github.com/fluxion-go/fluxion/fx"
)

// Interpolant is a motion from X0 to X1 (section 2.3):
//
//	X_t = alpha(t) X1 + beta(t) X0,  alpha(0) = beta(1) = 0,  alpha(1) = beta(0) = 1
//
// The velocity is fitted to its derivative in t, which forward-mode
// differentiation finds. Only Linear is sure to lower every convex cost of the
// pairs and to become straight when it is repeated; all of them transport X0 to
// X1.
type Interpolant struct {
	Name        string
	Alpha, Beta func(t *fx.Array) *fx.Array // element by element

	// Last is the last time that is trained, because some betas have no finite
	// derivative at 1. 0 means 1.
	Last float64
}

// singular is the last time where a derivative is infinite at 1: the authors
// leave out as much.
const singular = 1 - 1e-3

// Linear goes straight at constant velocity X1 - X0: rectified flow proper
// (equation 1).
func Linear() Interpolant {
	return Interpolant{Name: "linear", Alpha: same, Beta: oneMinus}
}

// VP is the motion behind the probability-flow ODE of the variance-preserving
// diffusion (Song et al. 2021) with the usual constants a = 19.9 and b = 0.1:
//
//	alpha = exp(-a (1-t)^2/4 - b (1-t)/2),  beta = sqrt(1 - alpha^2)
//
// alpha(0) is 0.0066 and not 0, so it starts at X0 only nearly.
func VP() Interpolant {
	return Interpolant{Name: "VP", Alpha: diffusionAlpha, Last: singular, Beta: func(t *fx.Array) *fx.Array {
		// 1 - alpha^2, without cancellation near t = 1.
		return diffusionLog(t).MulScalar(2).Expm1().Neg().Sqrt()
	}}
}

// SubVP is that of the sub-VP diffusion: VP's alpha with beta = 1 - alpha^2.
func SubVP() Interpolant {
	return Interpolant{Name: "sub-VP", Alpha: diffusionAlpha, Beta: func(t *fx.Array) *fx.Array {
		return diffusionLog(t).MulScalar(2).Expm1().Neg()
	}}
}

// ConstantSpeed is VP's curve gone through at constant speed of alpha:
// alpha = t, beta = sqrt(1 - t^2).
func ConstantSpeed() Interpolant {
	return Interpolant{Name: "constant speed", Alpha: same, Last: singular, Beta: func(t *fx.Array) *fx.Array {
		return oneMinus(t).Mul(t.AddScalar(1)).Sqrt()
	}}
}

func same(t *fx.Array) *fx.Array     { return t }
func oneMinus(t *fx.Array) *fx.Array { return t.Neg().AddScalar(1) }

func diffusionLog(t *fx.Array) *fx.Array {
	left := oneMinus(t)
	return left.Square().MulScalar(-19.9 / 4).Sub(left.MulScalar(0.1 / 2))
}

func diffusionAlpha(t *fx.Array) *fx.Array { return diffusionLog(t).Exp() }

// At is where the motion between x0 and x1, [n, ...], is at times t, [n] or a
// scalar, and its derivative there.
func (p Interpolant) At(t, x0, x1 *fx.Array) (x, velocity *fx.Array) {
	if p.Alpha == nil || p.Beta == nil {
		fail("Interpolant.At", "interpolant %q lacks alpha or beta", p.Name)
	}
	if !slices.Equal(x0.Shape(), x1.Shape()) {
		fail("Interpolant.At", "x0 is %v and x1 is %v; their shapes must be equal", x0.Shape(), x1.Shape())
	}
	t = spread("Interpolant.At", t, x0)
	return fx.JVP(func(t *fx.Array) *fx.Array {
		return p.Alpha(t).Mul(x1).Add(p.Beta(t).Mul(x0))
	}, t, fx.OnesLike(t))
}

// last is the last time that is trained.
func (p Interpolant) last() float64 {
	if p.Last == 0 {
		return 1
	}
	return p.Last
}

// spread gives times [n] or a scalar the rank of x, [n, ...].
func spread(op string, t, x *fx.Array) *fx.Array {
	if t.NDim() == 0 {
		return t
	}
	if t.NDim() != 1 || x.NDim() == 0 || t.Dim(0) != x.Dim(0) {
		fail(op, "times are %v for points %v; they must be a scalar or one for each point", t.Shape(), x.Shape())
	}
	shape := make([]int, x.NDim())
	for i := range shape {
		shape[i] = 1
	}
	shape[0] = t.Dim(0)
	return t.Reshape(shape...)
}
