package graph

import "math"

// The element-wise functions of one float operand, with their derivatives.
var (
	SqrtP, RsqrtP, ExpP, Expm1P, LogP, Log1pP              *Prim
	SinP, CosP, TanP, AsinP, AcosP, AtanP                  *Prim
	SinhP, CoshP, TanhP, AsinhP, AcoshP, AtanhP, LogisticP *Prim
	ErfP, ErfcP, ErfInvP, IsFiniteP                        *Prim
)

func Sqrt(x *Node) *Node     { return un(SqrtP, x) }
func Rsqrt(x *Node) *Node    { return un(RsqrtP, x) }
func Exp(x *Node) *Node      { return un(ExpP, x) }
func Log(x *Node) *Node      { return un(LogP, x) }
func Sin(x *Node) *Node      { return un(SinP, x) }
func Cos(x *Node) *Node      { return un(CosP, x) }
func Sinh(x *Node) *Node     { return un(SinhP, x) }
func Cosh(x *Node) *Node     { return un(CoshP, x) }
func Tanh(x *Node) *Node     { return un(TanhP, x) }
func Logistic(x *Node) *Node { return un(LogisticP, x) }
func ErfInv(x *Node) *Node   { return un(ErfInvP, x) }

func square(x *Node) *Node { return Mul(x, x) }

// oneMinus and onePlus are 1-x and 1+x.
func oneMinus(x *Node) *Node { return Sub(like(x, 1), x) }
func onePlus(x *Node) *Node  { return Add(like(x, 1), x) }

func recip(x *Node) *Node { return Div(like(x, 1), x) }

func init() {
	f := func(name string, d derivative) *Prim { return unary(name, floatAval, d) }
	SqrtP = f("sqrt", func(_, y *Node) *Node { return Div(like(y, 0.5), y) })
	RsqrtP = f("rsqrt", func(x, y *Node) *Node { return times(Div(y, x), -0.5) })
	ExpP = f("exp", func(_, y *Node) *Node { return y })
	Expm1P = f("expm1", func(_, y *Node) *Node { return onePlus(y) })
	LogP = f("log", func(x, _ *Node) *Node { return recip(x) })
	Log1pP = f("log1p", func(x, _ *Node) *Node { return recip(onePlus(x)) })
	SinP = f("sin", func(x, _ *Node) *Node { return Cos(x) })
	CosP = f("cos", func(x, _ *Node) *Node { return Neg(Sin(x)) })
	TanP = f("tan", func(_, y *Node) *Node { return onePlus(square(y)) })
	AsinP = f("asin", func(x, _ *Node) *Node { return Rsqrt(oneMinus(square(x))) })
	AcosP = f("acos", func(x, _ *Node) *Node { return Neg(Rsqrt(oneMinus(square(x)))) })
	AtanP = f("atan", func(x, _ *Node) *Node { return recip(onePlus(square(x))) })
	SinhP = f("sinh", func(x, _ *Node) *Node { return Cosh(x) })
	CoshP = f("cosh", func(x, _ *Node) *Node { return Sinh(x) })
	TanhP = f("tanh", func(_, y *Node) *Node { return oneMinus(square(y)) })
	AsinhP = f("asinh", func(x, _ *Node) *Node { return Rsqrt(onePlus(square(x))) })
	AcoshP = f("acosh", func(x, _ *Node) *Node { // 1/sqrt((x-1)(x+1))
		return Mul(Rsqrt(Sub(x, like(x, 1))), Rsqrt(onePlus(x)))
	})
	AtanhP = f("atanh", func(x, _ *Node) *Node { return recip(oneMinus(square(x))) })
	LogisticP = f("logistic", func(_, y *Node) *Node { return Mul(y, oneMinus(y)) })
	gauss := func(x *Node) *Node { return times(Exp(Neg(square(x))), 2/math.Sqrt(math.Pi)) }
	ErfP = f("erf", func(x, _ *Node) *Node { return gauss(x) })
	ErfcP = f("erfc", func(x, _ *Node) *Node { return Neg(gauss(x)) })
	ErfInvP = f("erfinv", func(_, y *Node) *Node { return times(Exp(square(y)), math.Sqrt(math.Pi)/2) })
	IsFiniteP = f("is_finite", nil)
	IsFiniteP.Infer = func(attrs any, ins []*Node) ([]Aval, error) {
		if _, err := floatAval(attrs, ins); err != nil {
			return nil, err
		}
		return boolAval(attrs, ins)
	}
}
