package optim

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// plain is a rule that remembers nothing.
type plain struct {
	op    string
	wrong error // what Validate says
	f     func(g, p []*fx.Array) []*fx.Array
}

func (r plain) Validate() error { return r.wrong }

func (r plain) Init([]*fx.Array) State {
	mustBeValid(r.op, r)
	return nil
}

func (r plain) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	sameLeaves(r.op, "gradient", g, p, nil)
	return r.f(g, p), s
}

// leafwise is a plain rule that treats each leaf alone.
func leafwise(op string, wrong error, f func(g *fx.Array) *fx.Array) Rule {
	return plain{op, wrong, func(g, _ []*fx.Array) []*fx.Array { return each(f, g) }}
}

// Scale multiplies by a number.
func Scale(by float64) Rule {
	var wrong error
	if math.IsNaN(by) || math.IsInf(by, 0) {
		wrong = fmt.Errorf("the scale is %v; it must be a number", by)
	}
	return leafwise("Scale", wrong, func(g *fx.Array) *fx.Array { return g.MulScalar(by) })
}

// Freeze gives updates of zero: the parameters stay as they are.
func Freeze() Rule { return leafwise("Freeze", nil, fx.ZerosLike) }

// Sign replaces every element by its sign: -1, 0 or 1; a NaN stays.
func Sign() Rule { return leafwise("Sign", nil, (*fx.Array).Sign) }

// ClipByValue limits every element to [-limit, limit].
func ClipByValue(limit float64) Rule {
	return leafwise("ClipByValue", checkPositive("the limit", limit), func(g *fx.Array) *fx.Array {
		return g.Clip(-limit, limit)
	})
}

// ClipByNorm scales down each leaf whose Euclidean norm is above the limit, to
// that norm.
func ClipByNorm(limit float64) Rule {
	return leafwise("ClipByNorm", checkPositive("the limit", limit), func(g *fx.Array) *fx.Array {
		one := []*fx.Array{g}
		return scaled(one, shrink(limit, one))[0]
	})
}

// ClipByGlobalNorm scales down all leaves by the same factor where the
// Euclidean norm of all of them together is above the limit, to that norm
// (Pascanu et al. 2013). Unlike PyTorch's it adds nothing to the norm. A norm
// that is not finite makes the updates NaN, or 0 where the gradient is finite
// and the norm infinite: see SkipNonFinite.
func ClipByGlobalNorm(limit float64) Rule {
	return plain{"ClipByGlobalNorm", checkPositive("the limit", limit), func(g, _ []*fx.Array) []*fx.Array {
		return scaled(g, shrink(limit, g))
	}}
}

// NormalizeByGlobalNorm divides all leaves by the Euclidean norm of all of them
// together; zeros stay zeros.
func NormalizeByGlobalNorm() Rule {
	return plain{"NormalizeByGlobalNorm", nil, func(g, _ []*fx.Array) []*fx.Array {
		return scaled(g, over(fx.Scalar(1.0), GlobalNorm(g)))
	}}
}

// shrink is min(1, limit/norm).
func shrink(limit float64, g []*fx.Array) *fx.Array {
	return fx.Scalar(limit).Div(GlobalNorm(g)).Minimum(fx.Const(1))
}

// Centralize subtracts from each leaf of two axes or more its mean over all
// axes but the last, which is that of the outputs (Yong et al. 2020, gradient
// centralisation).
func Centralize() Rule {
	return leafwise("Centralize", nil, func(g *fx.Array) *fx.Array {
		if g.NDim() < 2 || g.Size() == 0 {
			return g
		}
		var axes []int
		for i := range g.NDim() - 1 {
			axes = append(axes, i)
		}
		return g.Sub(g.MeanKeep(axes...))
	})
}
