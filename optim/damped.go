package optim

import (
	"errors"
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// DampedSystem solves the systems of a regularised Newton step,
//
//	(H + lambda B) d = g,
//
// for one curvature H and metric B and several lambda > 0: [DenseSystem],
// [CGSystem], [LowRankSystem], [NoCurvature]. A system that is not positive
// definite gives NaN, or a direction that its user must test.
type DampedSystem[P any] interface {
	Validator
	// At prepares the systems at p, x being its vector and h the operator of H on
	// vectors. The solver takes lambda, a float64 scalar, and the vector g, and
	// also gives the number of products with h that it took, an int32 scalar;
	// prepared is how many the preparation took.
	At(p P, x *fx.Array, h func(*fx.Array) *fx.Array, m Metric) (solve func(lambda, g *fx.Array) (d, products *fx.Array), prepared int)
}

// DenseSystem forms H, by n products, and factorises H + lambda B by Cholesky for
// each lambda: for up to a few thousand parameters.
type DenseSystem[P any] struct{}

// Validate implements Validator.
func (DenseSystem[P]) Validate() error { return nil }

// At implements DampedSystem.
func (DenseSystem[P]) At(_ P, x *fx.Array, h func(*fx.Array) *fx.Array, m Metric) (func(lambda, g *fx.Array) (d, products *fx.Array), int) {
	matrix := linalg.Dense(h, x)
	b := m.B
	if m.euclidean() {
		b = fx.Eye(x.DType(), x.Dim(0))
	}
	return func(lambda, g *fx.Array) (d, products *fx.Array) {
		l := fx.Cholesky(matrix.Add(scaledBy(lambda, b)))
		y := fx.SolveTriangular(l, g.ExpandDims(1), fx.Triangle{})
		return fx.SolveTriangular(l, y, fx.Triangle{Transpose: true}).Squeeze(1), none()
	}, x.Dim(0)
}

// CGSystem solves by conjugate gradients, preconditioned by B, from products with
// H alone: for any number of parameters. Where H + lambda B has a direction of
// negative curvature it gives the iterate before that direction, which may be
// zero.
type CGSystem[P any] struct {
	Tol     float64 // relative to g; 0 means linalg's default
	MaxIter int     // 0 means linalg's default
}

// Validate implements Validator.
func (s CGSystem[P]) Validate() error {
	var err error
	if s.MaxIter < 0 {
		err = fmt.Errorf("the largest number of iterations is %d; it must not be negative", s.MaxIter)
	}
	return errors.Join(checkSize("the tolerance of the solver", s.Tol), err)
}

// At implements DampedSystem.
func (s CGSystem[P]) At(_ P, _ *fx.Array, h func(*fx.Array) *fx.Array, m Metric) (func(lambda, g *fx.Array) (d, products *fx.Array), int) {
	cg := linalg.CG[*fx.Array]{Tol: s.Tol, MaxIter: s.MaxIter}
	if !m.euclidean() {
		cg.Precond = m.Solve
	}
	return func(lambda, g *fx.Array) (d, products *fx.Array) {
		d, report := cg.Solve(func(v *fx.Array) *fx.Array { return h(v).Add(scaledBy(lambda, m.Mul(v))) }, g, nil)
		return d, report.Iterations.AddScalar(1) // and one for the residual
	}, 0
}

// LowRankSystem is for a curvature that is given by its factors,
//
//	H = diag(D) + sum_i v_i v_i',
//
// so that a system costs a few products of vectors (Sherman, Morrison and
// Woodbury). A field Curvature beside it must be nil.
type LowRankSystem[P any] struct {
	// Factors gives the v_i at p: a tree like p whose float leaves have a further
	// leading axis of their number, the same for all.
	Factors func(p P) P
	// Diagonal gives D at p, a tree like p, not negative; nil is 0. With a
	// diagonal the metric must be Euclidean.
	Diagonal func(p P) P
}

// Validate implements Validator.
func (s LowRankSystem[P]) Validate() error {
	if s.Factors == nil {
		return errors.New("the curvature has no factors")
	}
	return nil
}

// At implements DampedSystem.
func (s LowRankSystem[P]) At(p P, x *fx.Array, _ func(*fx.Array) *fx.Array, m Metric) (func(lambda, g *fx.Array) (d, products *fx.Array), int) {
	v := factorRows("LowRankSystem", s.Factors(p), x.Dim(0)).T() // columns [n, rank]
	base := func(lambda, b *fx.Array) *fx.Array { return scaledBy(lambda.Reciprocal(), b) }
	prepared := m.Solve
	if s.Diagonal != nil {
		if !m.euclidean() {
			fail("LowRankSystem", "a diagonal goes with the Euclidean metric only")
		}
		d, _ := linalg.Ravel(s.Diagonal(p))
		if d.Dim(0) != x.Dim(0) {
			fail("LowRankSystem", "the diagonal has %d elements for %d parameters", d.Dim(0), x.Dim(0))
		}
		base = func(lambda, b *fx.Array) *fx.Array {
			inverse := d.Add(lambda.AsType(d.DType())).Reciprocal()
			if b.NDim() == 2 {
				inverse = inverse.ExpandDims(1)
			}
			return b.Mul(inverse)
		}
	}
	// What does not depend on lambda stands outside the solver: a loop around it
	// then has it computed once.
	w := prepared(v)
	one := fx.Eye(x.DType(), v.Dim(1))
	return func(lambda, g *fx.Array) (d, products *fx.Array) {
		y, u := base(lambda, w), base(lambda, prepared(g))
		l := fx.Cholesky(one.Add(v.T().MatMul(y)))
		c := fx.SolveTriangular(l, v.T().MatMul(u).ExpandDims(1), fx.Triangle{})
		c = fx.SolveTriangular(l, c, fx.Triangle{Transpose: true}).Squeeze(1)
		return u.Sub(y.MatMul(c)), none()
	}, 0
}

// NoCurvature is H = 0: the step is along the gradient in the metric, d = B^-1 g /
// lambda. A field Curvature beside it must be nil.
type NoCurvature[P any] struct{}

// Validate implements Validator.
func (NoCurvature[P]) Validate() error { return nil }

// At implements DampedSystem.
func (NoCurvature[P]) At(_ P, _ *fx.Array, _ func(*fx.Array) *fx.Array, m Metric) (func(lambda, g *fx.Array) (d, products *fx.Array), int) {
	return func(lambda, g *fx.Array) (d, products *fx.Array) {
		return scaledBy(lambda.Reciprocal(), m.Solve(g)), none()
	}, 0
}

// checkSystem says what is wrong with a damped system and the curvature beside it.
func checkSystem[P any](s DampedSystem[P], c Curvature[P]) error {
	if s == nil {
		return errors.New("there is no damped system")
	}
	if c != nil {
		switch s.(type) {
		case LowRankSystem[P], NoCurvature[P]:
			return fmt.Errorf("the system %T has a curvature of its own; the field Curvature must be nil", s)
		}
	}
	return s.Validate()
}

func none() *fx.Array { return fx.Scalar(int32(0)) }
