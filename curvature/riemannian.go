package curvature

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// Potential is a strictly convex function h on an open set whose Hessian is a
// metric there, of Legendre type: its gradient grows without bound towards the
// border, so that the flow of [HessianRiemannian] stays inside.
type Potential interface {
	// Inverse makes the operator of the inverse Hessian of h at x [n].
	Inverse(x *fx.Array) func(v *fx.Array) *fx.Array
}

// Entropy is h = sum of x log x on the positive orthant: the inverse Hessian is
// diag(x).
type Entropy struct{}

// Inverse multiplies by x.
func (Entropy) Inverse(x *fx.Array) func(*fx.Array) *fx.Array {
	return func(v *fx.Array) *fx.Array { return v.Mul(x) }
}

// LogBarrier is h = -sum of log x on the positive orthant: the inverse Hessian is
// diag(x²).
type LogBarrier struct{}

// Inverse multiplies by x².
func (LogBarrier) Inverse(x *fx.Array) func(*fx.Array) *fx.Array {
	return func(v *fx.Array) *fx.Array { return v.Mul(x.Square()) }
}

// PotentialFunc is a potential given as a function of x [n] with a float scalar
// as its value. Its Hessian is made and factorised at every point, which takes
// n³ operations.
type PotentialFunc func(x *fx.Array) *fx.Array

// Inverse solves with the Hessian.
func (h PotentialFunc) Inverse(x *fx.Array) func(*fx.Array) *fx.Array {
	a := fx.Hessian(h)(x)
	return func(v *fx.Array) *fx.Array { return solve(a, v) }
}

// HessianRiemannian is the preconditioner of Hessian-Riemannian gradient descent
// (Alvarez, Bolte and Brahic 2004): the inverse T of the Hessian A of a potential,
// composed with the projection onto the directions in which B x stays the same,
//
//	T = A⁻¹ - A⁻¹B'(B A⁻¹ B')⁻¹ B A⁻¹.
//
// With the entropy on the simplex, B = (1 ... 1), that is diag(x) - xx'. At is what
// optim.AEPG takes as Precondition, for an array [n]. Steps along T∇L keep B x up
// to rounding. The flow stays inside the potential's domain; a step of finite
// length may leave it.
type HessianRiemannian struct {
	Potential Potential
	B         *fx.Array // [m, n], of full rank; nil is none
}

// NewHessianRiemannian makes the preconditioner. It is an error if the rows of
// the constraints B [m, n] depend on each other; B may be nil.
func NewHessianRiemannian(h Potential, b *fx.Array) (HessianRiemannian, error) {
	if h == nil {
		return HessianRiemannian{}, fmt.Errorf("curvature: HessianRiemannian: there is no potential")
	}
	if b != nil {
		if b.NDim() != 2 || !b.DType().IsFloat() {
			return HessianRiemannian{}, fmt.Errorf("curvature: HessianRiemannian: the constraints are %v%v; they must be a float matrix [m, n]", b.DType(), b.Shape())
		}
		if _, rank := linalg.LstSq(b, fx.Zeros(b.DType(), b.Dim(0)), 0); int(rank.Item()) < b.Dim(0) {
			return HessianRiemannian{}, fmt.Errorf("curvature: HessianRiemannian: the %d constraints have rank %d; B A⁻¹ B' is singular", b.Dim(0), int(rank.Item()))
		}
	}
	return HessianRiemannian{h, b}, nil
}

// OnSimplex is the preconditioner of the entropy for points of the simplex [n],
// whose sum stays the same.
func OnSimplex(d fx.DType, n int) HessianRiemannian {
	return HessianRiemannian{Entropy{}, fx.Ones(d, 1, n)}
}

// At makes the operator at a point x [n].
func (h HessianRiemannian) At(x *fx.Array) func(*fx.Array) *fx.Array {
	const op = "HessianRiemannian"
	if h.Potential == nil {
		fail(op, "there is no potential")
	}
	if x == nil || x.NDim() != 1 || !x.DType().IsFloat() {
		fail(op, "the point is %v; it must be a float array of shape [n]", x)
	}
	inverse := h.Potential.Inverse(x)
	if h.B == nil {
		return inverse
	}
	if h.B.Dim(1) != x.Dim(0) {
		fail(op, "the constraints are %v for %d variables", h.B.Shape(), x.Dim(0))
	}
	spread := fx.Vmap(inverse)(h.B) // B A⁻¹, row by row, A being symmetric
	gram := spread.MatMul(h.B.T())
	return func(v *fx.Array) *fx.Array {
		u := inverse(v)
		return u.Sub(spread.T().MatMul(solve(gram, h.B.MatMul(u))))
	}
}

// solve solves a system with one right-hand side [n].
func solve(a, v *fx.Array) *fx.Array { return fx.Solve(a, v.ExpandDims(1)).Squeeze(1) }
