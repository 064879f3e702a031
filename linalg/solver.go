package linalg

import (
	"github.com/fluxion-go/fluxion/fx"
)

// Solver is a method for square linear systems of trees: CG, MINRES, GMRES,
// BiCGStab, LSMR and NormalCG by iteration, LU, QR and Cholesky directly.
type Solver[T any] interface {
	// Solve solves A x = b from x0, which may be a tree without arrays (nil,
	// for one array): the iteration then starts at zero. Neither is changed by
	// differentiation: see the function Solve for that.
	Solve(A func(T) T, b, x0 T) (T, Report)

	// Adjoint gives the operator A' and a solver for it, for trees like `like`.
	// Solvers of symmetric systems give A itself.
	Adjoint(A func(T) T, like T) (func(T) T, Solver[T])
}

// problem is a system as vectors.
type problem[T any] struct {
	op      string
	a       func(*fx.Array) *fx.Array
	b, x    *fx.Array // right-hand side and start
	r       *fx.Array // residual at the start
	n       int
	dtype   fx.DType
	like    T
	unravel func(*fx.Array) T
	target  *fx.Array // the residual norm to reach
	maxIter *fx.Array
}

// newProblem lays out a system. tol, absTol and maxIter are the caller's, zero
// for the defaults.
func newProblem[T any](op string, A func(T) T, b, x0 T, tol, absTol float64, maxIter int) problem[T] {
	p := problem[T]{op: op, like: b}
	if A == nil {
		fail(op, "the operator is nil")
	}
	p.b, p.unravel = ravel(op, b)
	p.n, p.dtype = p.b.Size(), p.b.DType()
	p.a = flat(op, A, b, p.unravel)
	p.x, p.r = fx.ZerosLike(p.b), p.b
	if len(fx.Leaves(x0)) > 0 {
		sameFloats(op, "the start", x0, b)
		// The solution for a zero right-hand side is zero, whatever the start:
		// a tolerance relative to it could never be met otherwise.
		trivial := p.b.Norm().Equal(p.scalar(0))
		x, _ := ravel(op, x0)
		p.x = fx.Where(trivial, p.x, x)
		p.r = fx.Where(trivial, p.b, p.b.Sub(p.a(p.x)))
	}
	p.target = p.b.Norm().MulScalar(relTol(op, p.dtype, tol)).Maximum(fx.Full(p.dtype, nonNegative(op, "AbsTol", absTol)))
	p.maxIter = fx.Scalar(int32(iterations(op, maxIter, 10*p.n)))
	return p
}

// relTol is the relative tolerance: 1e-5 in float32 and 1e-10 in float64 by
// default.
func relTol(op string, d fx.DType, tol float64) float64 {
	if tol == 0 {
		if d == fx.Float64 {
			return 1e-10
		}
		return 1e-5
	}
	return nonNegative(op, "Tol", tol)
}

func nonNegative(op, name string, v float64) float64 {
	if !(v >= 0) {
		fail(op, "%s is %v; it must not be negative", name, v)
	}
	return v
}

func iterations(op string, given, otherwise int) int {
	if given < 0 {
		fail(op, "MaxIter is %d; it must not be negative", given)
	}
	if given == 0 {
		given = otherwise
	}
	return min(given, 1<<30)
}

// scalar is a constant of the problem's dtype.
func (p problem[T]) scalar(v float64) *fx.Array { return fx.Full(p.dtype, v) }

// flatten makes a preconditioner on vectors of one on trees; nil is the
// identity.
func (p problem[T]) flatten(M func(T) T) func(*fx.Array) *fx.Array {
	if M == nil {
		return func(r *fx.Array) *fx.Array { return r }
	}
	return flat(p.op+"'s preconditioner", M, p.like, p.unravel)
}

// goOn is whether an iteration with these state variables has another step.
func (p problem[T]) goOn(k, status, norm *fx.Array) *fx.Array {
	return k.Less(p.maxIter).And(is(status, Running)).And(norm.Greater(p.target))
}

// finish makes the report. norm is what the recurrence takes for the norm of
// the residual; inTrueNorm says whether it means the Euclidean one, and is then
// held against the true residual.
func (p problem[T]) finish(x, k, status, norm *fx.Array, inTrueNorm bool) (T, Report) {
	residual := p.b.Sub(p.a(x)).Norm()
	done := norm.LessEqual(p.target)
	status = fx.Where(is(status, Running), pick(done, Converged, code(MaxIterations)), status)
	if inTrueNorm {
		// The recurrence may be a little ahead of the truth; ten times is not a little.
		behind := is(status, Converged).And(residual.Greater(p.target.MulScalar(10).Add(p.scalar(tiny(p.dtype)))))
		status = pick(behind, Stagnated, status)
		done = residual.LessEqual(p.target)
		status = pick(done, Converged, status)
	}
	status = pick(residual.IsFinite().Not(), NonFinite, status)
	return p.unravel(x), Report{Method: p.op, Iterations: k, Residual: residual, Target: p.target, Code: status}
}

// tiny is the smallest normal number.
func tiny(d fx.DType) float64 {
	if d == fx.Float64 {
		return 0x1p-1022
	}
	return 0x1p-126
}

// eps is the distance from 1 to the next float.
func eps(d fx.DType) float64 {
	if d == fx.Float64 {
		return 0x1p-52
	}
	return 0x1p-23
}

func count() *fx.Array { return fx.Scalar(int32(0)) }
