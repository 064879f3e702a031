package transport

import "github.com/fluxion-go/fluxion/fx"

// Gaussian is a normal distribution, or what is known of another one up to
// second order: Mean [d] and Covariance [d, d], symmetric and positive
// semidefinite.
type Gaussian struct{ Mean, Covariance *fx.Array }

// MomentsOf are the mean and the covariance (divided by n-1) of points [n, d],
// n >= 2.
func MomentsOf(points *fx.Array) Gaussian {
	if points == nil || points.NDim() != 2 || points.Dim(0) < 2 {
		fail("MomentsOf", "points are %s; they must be [n, d] with n >= 2", kind(points))
	}
	mean := points.Mean(0)
	centred := points.Sub(mean)
	return Gaussian{mean, centred.T().MatMul(centred).DivScalar(float64(points.Dim(0) - 1))}
}

// BuresWasserstein is the squared Wasserstein distance of order 2 between two
// normal distributions (Dowson and Landau 1982), a scalar:
//
//	|m0 - m1|^2 + tr(C0) + tr(C1) - 2 tr (C0^{1/2} C1 C0^{1/2})^{1/2}
//
// Of the moments of two sets of features it is the Frechet distance by which
// generated images are judged (Heusel et al. 2017). Negative eigenvalues that
// rounding leaves count as 0. It has a derivative where both covariances are
// positive definite with distinct eigenvalues.
func BuresWasserstein(a, b Gaussian) *fx.Array {
	a.mustFit(b)
	root := psdRoot(a.Covariance)
	inner := root.MatMul(b.Covariance).MatMul(root)
	values, _ := fx.Eigh(inner.Add(inner.T()).MulScalar(0.5))
	cross := values.Relu().Sqrt().Sum()
	return a.Mean.Sub(b.Mean).Square().Sum().
		Add(a.Covariance.Trace()).Add(b.Covariance.Trace()).Sub(cross.MulScalar(2))
}

// psdRoot is the positive semidefinite square root.
func psdRoot(c *fx.Array) *fx.Array {
	values, vectors := fx.Eigh(c)
	return vectors.Mul(values.Relu().Sqrt()).MatMul(vectors.T())
}

func (a Gaussian) mustFit(b Gaussian) {
	for _, g := range []Gaussian{a, b} {
		if g.Mean == nil || g.Covariance == nil || g.Mean.NDim() != 1 || g.Covariance.NDim() != 2 ||
			g.Covariance.Dim(0) != g.Mean.Dim(0) || g.Covariance.Dim(1) != g.Mean.Dim(0) {
			fail("BuresWasserstein", "mean %s and covariance %s; they must be [d] and [d, d]", kind(g.Mean), kind(g.Covariance))
		}
	}
	if a.Mean.Dim(0) != b.Mean.Dim(0) {
		fail("BuresWasserstein", "distributions in %d and %d dimensions", a.Mean.Dim(0), b.Mean.Dim(0))
	}
}
