package data

import "github.com/fluxion-go/fluxion/fx"

// Test functions of local optimisation, whose minimum 0 lies at the end of a
// valley. Like those of global optimisation they take points [..., dim], the
// coordinates last, to values [...].

// Rosenbrock is the sum over neighbours of 100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2
// (Rosenbrock 1960): a curved valley that is easy to find and slow to follow, to
// the minimum at (1, ..., 1). It is a mistake if points have one coordinate.
func Rosenbrock(x *fx.Array) *fx.Array {
	checkTestPoints("Rosenbrock", x, 2)
	last := x.Dim(-1) - 1
	at, next := x.SliceAxis(-1, 0, last), x.SliceAxis(-1, 1, last+1)
	return next.Sub(at.Square()).Square().MulScalar(100).Add(at.Neg().AddScalar(1).Square()).Sum(-1)
}

// Beale is the sum over k = 1, 2, 3 of (c_k - x + x y^k)^2 with c = 1.5, 2.25 and
// 2.625 (Beale 1958), for points in the plane: flat around the minimum at (3, 0.5),
// with steep walls far out.
func Beale(x *fx.Array) *fx.Array {
	first, second := plane("Beale", x)
	value := fx.ZerosLike(first)
	power := fx.OnesLike(second)
	for _, c := range []float64{1.5, 2.25, 2.625} {
		power = power.Mul(second)
		value = value.Add(first.Mul(power.SubScalar(1)).AddScalar(c).Square())
	}
	return value
}

// Himmelblau is (x^2 + y - 11)^2 + (x + y^2 - 7)^2 (Himmelblau 1972), for points in
// the plane: a bowl with four minima, of which (3, 2) is one.
func Himmelblau(x *fx.Array) *fx.Array {
	first, second := plane("Himmelblau", x)
	return first.Square().Add(second).SubScalar(11).Square().Add(second.Square().Add(first).SubScalar(7).Square())
}

// plane gives the two coordinates of points.
func plane(op string, x *fx.Array) (first, second *fx.Array) {
	checkTestPoints(op, x, 2)
	if x.Dim(-1) != 2 {
		fail(op, "points of shape %v: the last axis must hold two coordinates", x.Shape())
	}
	return x.SliceAxis(-1, 0, 1).Squeeze(-1), x.SliceAxis(-1, 1, 2).Squeeze(-1)
}
