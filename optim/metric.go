package optim

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
)

// Metric is a way to measure steps and gradients of n parameters, laid out by
// linalg.Ravel, by a symmetric positive definite matrix B:
//
//	|h| = (h'Bh)^(1/2)   and for gradients   |g|* = (g'B^-1 g)^(1/2)
//
// The zero value is the Euclidean metric, B = I, for any n. A Metric is a tree,
// so that it can be an argument of a compiled function.
type Metric struct {
	B      *fx.Array // [n, n]
	Factor *fx.Array // its lower Cholesky factor
}

// NewMetric makes the metric of a computed matrix. One that is not square,
// symmetric (up to rounding) and positive definite is an error.
func NewMetric(b *fx.Array) (Metric, error) {
	if b == nil || b.NDim() != 2 || b.Dim(0) != b.Dim(1) || b.Dim(0) == 0 || !isFloat(b) {
		return Metric{}, fmt.Errorf("optim: a metric needs a square float matrix, not %v", describe(b))
	}
	if a := b.Sub(b.T()).Abs().Max().Item(); !(a <= 1e-6*b.Abs().Max().Item()) {
		return Metric{}, fmt.Errorf("optim: the metric is not symmetric: two elements differ by %v", a)
	}
	m := Metric{B: b, Factor: fx.Cholesky(b)}
	if !m.Factor.IsFinite().All().Bools()[0] {
		return Metric{}, fmt.Errorf("optim: the metric is not positive definite")
	}
	return m, nil
}

func describe(a *fx.Array) string {
	if a == nil {
		return "nil"
	}
	return fmt.Sprintf("%v%v", a.DType(), a.Shape())
}

func (m Metric) euclidean() bool { return m.B == nil }

// fits checks the metric against vectors of a step.
func (m Metric) fits(op string, v *fx.Array) {
	if !m.euclidean() && (m.Factor == nil || m.B.Dim(0) != v.Dim(0) || m.B.DType() != v.DType()) {
		fail(op, "the metric is %s; %d parameters of %v need one of NewMetric with that size and type", describe(m.B), v.Dim(0), v.DType())
	}
}

// Mul is B v.
func (m Metric) Mul(v *fx.Array) *fx.Array {
	if m.euclidean() {
		return v
	}
	return m.B.MatMul(v)
}

// Whiten is L^-1 v, for B = L L': the dual norm of v is Whiten's Euclidean norm.
// v is a vector [n] or a matrix [n, k] of columns.
func (m Metric) Whiten(v *fx.Array) *fx.Array { return m.triangular(v, fx.Triangle{}) }

// Unwhiten is L'^-1 v; the norm of the result is the Euclidean norm of v.
func (m Metric) Unwhiten(v *fx.Array) *fx.Array { return m.triangular(v, fx.Triangle{Transpose: true}) }

func (m Metric) triangular(v *fx.Array, t fx.Triangle) *fx.Array {
	switch {
	case m.euclidean():
		return v
	case v.NDim() == 1:
		return fx.SolveTriangular(m.Factor, v.ExpandDims(1), t).Squeeze(1)
	}
	return fx.SolveTriangular(m.Factor, v, t)
}

// Solve is B^-1 v, for a vector or a matrix of columns.
func (m Metric) Solve(v *fx.Array) *fx.Array { return m.Unwhiten(m.Whiten(v)) }

// Norm is |h| of a vector, a float64 scalar.
func (m Metric) Norm(h *fx.Array) *fx.Array {
	if m.euclidean() {
		return asFloat64(h).Norm()
	}
	return asFloat64(h.Dot(m.Mul(h))).Maximum(fx.Const(0)).Sqrt()
}

// DualNorm is |g|* of a vector, a float64 scalar.
func (m Metric) DualNorm(g *fx.Array) *fx.Array { return asFloat64(m.Whiten(g)).Norm() }
