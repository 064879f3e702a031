package data

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// Test functions of global optimisation. Each takes points [..., dim], the
// coordinates last, to values [...], so that one call evaluates a whole swarm,
// and has its global minimum 0 at the origin among many local ones.

// Rastrigin is the sum over the coordinates of x² + 10 (1 - cos 2πx) (Rastrigin
// 1974, in any dimension as Mühlenbein et al. 1991): a bowl under a wave, with a
// local minimum near every point of whole numbers. The usual window is
// [-5.12, 5.12].
func Rastrigin(x *fx.Array) *fx.Array {
	checkTestPoints("Rastrigin", x, 1)
	return x.Square().Add(ripples(x, 2*math.Pi).MulScalar(10)).Sum(-1)
}

// Ackley is 20 (1 - exp(-0.2 |x|/√dim)) + e - exp(mean of cos 2πx) (Ackley 1987):
// an almost flat plain of small holes around a deep funnel. It has a kink at the
// origin, where its derivative here is 0. The usual window is [-32.8, 32.8].
func Ackley(x *fx.Array) *fx.Array {
	checkTestPoints("Ackley", x, 1)
	funnel := x.Norm(-1).MulScalar(-0.2 / math.Sqrt(float64(x.Dim(-1)))).Exp()
	holes := x.MulScalar(2 * math.Pi).Cos().Mean(-1).Exp()
	return funnel.Neg().AddScalar(1).MulScalar(20).Add(holes.Neg().AddScalar(math.E))
}

// RippledCanyon is the size of the ripples of GrandCanyon3 in the figures of
// Riedl et al. 2023; GentleCanyon is that of its smoother sister.
const RippledCanyon, GentleCanyon = 1.1625, 0.25

// GrandCanyon3 is the function in the plane on which Riedl, Klock, Geldhauser
// and Fornasier ("Gradient is All You Need?", 2023; their code calls it
// GrandCanyon3 and GrandCanyon3noisy) follow consensus-based optimisation. A deep
// curved valley leads from the upper right to the minimum at the origin, with
// ripples of the given size on its floor and a ridge across. With
// a = x₂ - ((x₁-1)(x₁-4)²/8 + 2) and b = -x₁ - 1.6 x₂ it is
//
//	25 (1 - exp(-1.4 a² exp(-0.002 x₁⁴))) + 0.4 x₁² + 0.2 x₂²
//	  + ripple Σ (1 - cos 0.75πx) + 4 exp(1 - 2a⁴) max((1 - exp(-9b²)) sign b, 0)
//
// The usual window is [-2, 8]. It is a mistake if ripple is negative or if points
// have not two coordinates.
func GrandCanyon3(ripple float64) func(x *fx.Array) *fx.Array {
	if !(ripple >= 0) || math.IsInf(ripple, 1) {
		fail("GrandCanyon3", "ripples of size %v: must be a number that is not negative", ripple)
	}
	return func(x *fx.Array) *fx.Array {
		x1, x2 := plane("GrandCanyon3", x)
		floor := x1.SubScalar(1).Mul(x1.SubScalar(4).Square()).DivScalar(8).AddScalar(2)
		a, b := x2.Sub(floor), x1.Neg().Sub(x2.MulScalar(1.6))
		width := x1.Square().Square().MulScalar(-0.002).Exp()
		walls := a.Square().MulScalar(-1.4).Mul(width).Exp().Neg().AddScalar(1).MulScalar(25)
		bowl := x1.Square().MulScalar(0.4).Add(x2.Square().MulScalar(0.2))
		ridge := a.Square().Square().MulScalar(-2).AddScalar(1).Exp().
			Mul(b.Square().MulScalar(-9).Expm1().Neg().Mul(b.Sign()).Relu()).MulScalar(4)
		return walls.Add(bowl).Add(ripples(x, 0.75*math.Pi).Sum(-1).MulScalar(ripple)).Add(ridge)
	}
}

// ripples is 1 - cos(frequency x).
func ripples(x *fx.Array, frequency float64) *fx.Array {
	return x.MulScalar(frequency).Cos().Neg().AddScalar(1)
}

// checkTestPoints rejects what is no float array of points.
func checkTestPoints(op string, x *fx.Array, least int) {
	if x == nil || x.NDim() < 1 || !x.DType().IsFloat() || x.Dim(-1) < least {
		fail(op, "the points must be a float array of shape [..., dim], dim at least %d", least)
	}
}
