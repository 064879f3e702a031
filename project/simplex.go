package project

import "github.com/fluxion-go/fluxion/fx"

// Simplex is the nearest point of the simplex of vectors that are not negative
// and add up to total > 0 (Held, Wolfe and Crowder 1974; Duchi et al. 2008,
// figure 1). A total that is not positive gives NaN.
func Simplex(x, total *fx.Array) *fx.Array {
	vectors("Simplex", x)
	t := column("Simplex", "the total", total, x)
	y := onSimplex(x, t)
	return fx.Where(t.Greater(fx.Const(0)), y, fx.FullLike(y, nan))
}

// onSimplex is Simplex with the total broadcast along the vectors' axis.
func onSimplex(x, total *fx.Array) *fx.Array {
	u := x.Sort(-1).Flip(-1)
	excess := u.CumSum(-1).Sub(total)
	k := fx.Arange(x.DType(), x.Dim(-1)).AddScalar(1)
	support := u.Mul(k).Greater(excess).AsType(fx.Int32).SumKeep(-1)
	theta := excess.TakeAlongAxis(support.SubScalar(1).Maximum(fx.Scalar(int32(0))), -1).Div(support.AsType(x.DType()))
	return x.Sub(theta).Relu()
}

// SimplexKL is the point of the simplex with the given total that is nearest to
// exp(y) in the divergence of Kullback and Leibler: total times the softmax of y.
// It is the Bregman projection of mirror descent with the negative entropy, whose
// gradient is the logarithm up to a constant.
func SimplexKL(y, total *fx.Array) *fx.Array {
	vectors("SimplexKL", y)
	return y.Softmax(-1).Mul(column("SimplexKL", "the total", total, y))
}

// L1Ball is the nearest point with the sum of magnitudes at most the radius > 0:
// the point itself, or one of the simplex with the signs put back (Duchi et al.
// 2008, section 4).
func L1Ball(x, radius *fx.Array) *fx.Array {
	vectors("L1Ball", x)
	r := column("L1Ball", "the radius", radius, x)
	size := x.Abs()
	inside := size.SumKeep(-1).LessEqual(r)
	return fx.Where(inside, x, onSimplex(size, r).Mul(x.Sign()))
}
