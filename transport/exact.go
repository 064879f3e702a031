package transport

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// SquaredDistances is |x_i - y_j|^2 for all pairs of points, x [n, d] and
// y [m, d]: [n, m]. The differences are squared, not multiplied out, so that
// near points keep their digits.
func SquaredDistances(x, y *fx.Array) *fx.Array {
	mustBePoints("SquaredDistances", x, y)
	return x.ExpandDims(1).Sub(y.ExpandDims(0)).Square().Sum(-1)
}

// Matching is the optimal transport between two sets of n points of equal
// weight, [n, d] each, for the cost |x_i - y_j|^p with the Euclidean norm: point
// i of x goes to point to[i] of y. cost is the mean cost of a point. It looks at
// the values. Points that are not finite are an error.
//
// An extreme optimal transport between two such sets is a permutation (Birkhoff
// 1946), which linalg.Assign finds in time O(n^3).
func Matching(x, y *fx.Array, p float64) (to []int, cost float64, err error) {
	mustBePoints("Matching", x, y)
	if x.Dim(0) != y.Dim(0) || x.Dim(0) == 0 {
		fail("Matching", "%d points and %d: there must be as many, and at least one", x.Dim(0), y.Dim(0))
	}
	if !(p > 0) || math.IsInf(p, 0) {
		fail("Matching", "the power %v must be positive and finite", p)
	}
	if x.IsFinite().All().Item() == 0 || y.IsFinite().All().Item() == 0 {
		return nil, 0, fmt.Errorf("transport: points that are not finite")
	}
	costs := SquaredDistances(x.AsType(fx.Float64), y.AsType(fx.Float64))
	if p != 2 {
		costs = costs.PowScalar(p / 2)
	}
	to, total, err := linalg.Assign(costs)
	if err != nil {
		return nil, 0, err
	}
	return to, total / float64(len(to)), nil
}

// Wasserstein is the Wasserstein distance of order p >= 1 between two sets of n
// points of equal weight, [n, d] each: the p-th root of Matching's cost.
func Wasserstein(x, y *fx.Array, p float64) (float64, error) {
	if p < 1 {
		fail("Wasserstein", "the order %v must be at least 1", p)
	}
	_, cost, err := Matching(x, y, p)
	if err != nil {
		return 0, err
	}
	if p == 2 {
		return math.Sqrt(cost), nil
	}
	return fx.Scalar(cost).PowScalar(1 / p).Item(), nil
}

func mustBePoints(op string, x, y *fx.Array) {
	if x == nil || y == nil || x.NDim() != 2 || y.NDim() != 2 || x.Dim(1) != y.Dim(1) {
		fail(op, "points are %s and %s; they must be [n, d] and [m, d]", kind(x), kind(y))
	}
}
