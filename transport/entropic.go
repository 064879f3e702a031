package transport

import (
	"fmt"
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
)

// Entropic is the transport problem with an entropy that makes it smooth
// (Cuturi 2013): over plans P >= 0 with row sums r and column sums c,
//
//	min <C, P> + (1/eta) sum of P_ij log P_ij
//
// A large eta is a weak entropy. The solution is P_ij = exp(eta (x_i + y_j -
// C_ij) - 1) for the potentials x and y that maximise the concave dual function
//
//	f(x, y) = -(1/eta) sum of P_ij + r.x + c.y
//
// (Tang et al., "Accelerating Sinkhorn Algorithm with Sparse Newton
// Iterations", ICLR 2024, section 2), which are unique up to a constant moved
// from x to y. Nothing here forms exp(-eta C), which underflows.
type Entropic struct {
	Cost    *fx.Array // C [n, m]
	Rows    *fx.Array // r [n], positive
	Columns *fx.Array // c [m], positive, with the same sum
	Eta     float64   // in units of 1/cost
}

// Potentials are dual variables: X [n] and Y [m], in units of the cost.
type Potentials struct{ X, Y *fx.Array }

// massTolerance is how much the two sums may differ, relatively.
const massTolerance = 1e-8

// Validate checks shapes, and that all values can be those of a problem. It
// looks at the values.
func (e Entropic) Validate() error {
	if !(e.Eta > 0) || math.IsInf(e.Eta, 0) {
		return fmt.Errorf("transport: eta is %v; it must be positive and finite", e.Eta)
	}
	if err := e.shapes(); err != nil {
		return err
	}
	if e.Cost.IsFinite().All().Item() == 0 {
		return fmt.Errorf("transport: costs that are not finite")
	}
	sums := [2]float64{}
	for k, side := range []struct {
		name string
		mass *fx.Array
	}{{"row", e.Rows}, {"column", e.Columns}} {
		for i, v := range side.mass.AsType(fx.Float64).Float64s() {
			switch {
			case math.IsNaN(v) || math.IsInf(v, 0) || v < 0:
				return fmt.Errorf("transport: the mass of %s %d is %v; it must be positive and finite", side.name, i, v)
			case v == 0:
				return fmt.Errorf("transport: %s %d has no mass: leave it out, or raise all masses by a small number", side.name, i)
			}
			sums[k] += v
		}
	}
	if math.Abs(sums[0]-sums[1]) > massTolerance*sums[0] {
		return fmt.Errorf("transport: the rows have mass %v in all and the columns %v; they must be the same", sums[0], sums[1])
	}
	return nil
}

// shapes checks shapes and dtypes.
func (e Entropic) shapes() error {
	switch {
	case e.Cost == nil || e.Rows == nil || e.Columns == nil:
		return fmt.Errorf("transport: a problem without cost, rows or columns")
	case e.Cost.NDim() != 2 || !slices.Equal(e.Rows.Shape(), e.Cost.Shape()[:1]) || !slices.Equal(e.Columns.Shape(), e.Cost.Shape()[1:]) || e.Cost.Size() == 0:
		return fmt.Errorf("transport: cost %v, rows %v and columns %v; they must be [n, m], [n] and [m]", e.Cost.Shape(), e.Rows.Shape(), e.Columns.Shape())
	case !e.Cost.DType().IsFloat() || e.Rows.DType() != e.Cost.DType() || e.Columns.DType() != e.Cost.DType():
		return fmt.Errorf("transport: cost %v, rows %v and columns %v; they must be of one float type", e.Cost.DType(), e.Rows.DType(), e.Columns.DType())
	}
	return nil
}

// must is for operations that may be traced: shapes only.
func (e Entropic) must(op string) {
	if err := e.shapes(); err != nil {
		fail(op, "%v", err)
	}
	if !(e.Eta > 0) || math.IsInf(e.Eta, 0) {
		fail(op, "eta is %v; it must be positive and finite", e.Eta)
	}
}

// Zero are the potentials to begin with.
func (e Entropic) Zero() Potentials {
	return Potentials{fx.ZerosLike(e.Rows), fx.ZerosLike(e.Columns)}
}

// exponent is eta (x_i + y_j - C_ij).
func (e Entropic) exponent(z Potentials) *fx.Array {
	return z.X.ExpandDims(1).Add(z.Y).Sub(e.Cost).MulScalar(e.Eta)
}

// Plan is P [n, m] of potentials.
func (e Entropic) Plan(z Potentials) *fx.Array {
	e.must("Entropic.Plan")
	return e.exponent(z).AddScalar(-1).Exp()
}

// Dual is f of potentials, a scalar. At its maximum it is the value of the
// problem.
func (e Entropic) Dual(z Potentials) *fx.Array {
	e.must("Entropic.Dual")
	return e.dual(z, e.Plan(z))
}

func (e Entropic) dual(z Potentials, plan *fx.Array) *fx.Array {
	return e.Rows.Dot(z.X).Add(e.Columns.Dot(z.Y)).Sub(plan.Sum().DivScalar(e.Eta))
}

// Gradient is f's: r - P1 and c - P'1.
func (e Entropic) Gradient(z Potentials) Potentials {
	e.must("Entropic.Gradient")
	return e.gradient(e.Plan(z))
}

func (e Entropic) gradient(plan *fx.Array) Potentials {
	return Potentials{e.Rows.Sub(plan.Sum(1)), e.Columns.Sub(plan.Sum(0))}
}

// MarginalError is how far a plan is from the row and column sums, a scalar:
// |P1 - r|_1 + |P'1 - c|_1.
func (e Entropic) MarginalError(plan *fx.Array) *fx.Array {
	e.must("Entropic.MarginalError")
	return l1(e.gradient(plan))
}

func l1(z Potentials) *fx.Array { return z.X.Abs().Sum().Add(z.Y.Abs().Sum()) }

// Centred are the same potentials with sum x = sum y: of all that give one
// plan, those of least norm.
func (z Potentials) Centred() Potentials {
	n := float64(z.X.Size() + z.Y.Size())
	shift := z.Y.Sum().Sub(z.X.Sum()).DivScalar(n)
	return Potentials{z.X.Add(shift), z.Y.Sub(shift)}
}

// Round makes a plan that has the sums exactly, up to rounding, of one that
// nearly has: rows and columns that are too heavy are scaled down, and what is
// missing is spread in proportion (Altschuler, Weed and Rigollet 2017,
// algorithm 2). The plan changes by at most twice its marginal error in sum.
func (e Entropic) Round(plan *fx.Array) *fx.Array {
	e.must("Entropic.Round")
	if plan == nil || !slices.Equal(plan.Shape(), e.Cost.Shape()) {
		fail("Entropic.Round", "the plan is %s for costs %v", kind(plan), e.Cost.Shape())
	}
	one := fx.OnesLike(e.Rows)
	p := plan.Mul(one.Minimum(e.Rows.Div(plan.Sum(1))).ExpandDims(1))
	p = p.Mul(fx.OnesLike(e.Columns).Minimum(e.Columns.Div(p.Sum(0))))
	missing := e.gradient(p)
	mass := missing.X.Sum()
	spread := missing.X.ExpandDims(1).Mul(missing.Y).Div(mass)
	return p.Add(fx.Where(mass.Greater(fx.ZerosLike(mass)), spread, fx.ZerosLike(spread)))
}

// Outside is the mass of a plan outside its k largest elements, a scalar: how
// far it is from a sparse one (Tang et al., definition 1).
func Outside(plan *fx.Array, k int) *fx.Array {
	if plan == nil || plan.NDim() != 2 || k < 0 || k > plan.Size() {
		fail("Outside", "the %d largest elements of %s", k, kind(plan))
	}
	if k == plan.Size() {
		return fx.Zeros(plan.DType())
	}
	return plan.Flatten().Sort(0).SliceAxis(0, 0, plan.Size()-k).Sum()
}
