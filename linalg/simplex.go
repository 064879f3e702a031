package linalg

import "github.com/fluxion-go/fluxion/fx"

// ProjectSimplex is the nearest point, for each vector along the last axis, of
// the simplex of vectors that are not negative and add up to total (Held, Wolfe
// and Crowder 1974; Duchi et al. 2008, figure 1). It is traced, and
// differentiable almost everywhere.
func ProjectSimplex(x *fx.Array, total float64) *fx.Array {
	if x == nil || x.NDim() == 0 || x.Dim(-1) == 0 || !x.DType().IsFloat() {
		fail("ProjectSimplex", "%v has no vectors of floats along its last axis", x)
	}
	if !(total > 0) {
		fail("ProjectSimplex", "the total is %v; it must be positive", total)
	}
	u := x.Sort(-1).Flip(-1)
	excess := u.CumSum(-1).SubScalar(total)
	k := fx.Arange(x.DType(), x.Dim(-1)).AddScalar(1)
	support := u.Mul(k).Greater(excess).AsType(fx.Int32).SumKeep(-1)
	theta := excess.TakeAlongAxis(support.SubScalar(1).Maximum(fx.Scalar(int32(0))), -1).Div(support.AsType(x.DType()))
	return x.Sub(theta).Relu()
}
