package implicit

import (
	"slices"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// Solver finds a root of F from a start: Newton, LevenbergMarquardt, FIRE, Picard,
// Nesterov, Anderson, Broyden. It works on trees, inside fx.Jit and fx.Vmap.
type Solver[X any] interface {
	Solve(F func(X) X, x0 X) (X, Report)
}

// Stop says when a solver stops.
type Stop struct {
	Tol     float64 // at |F(x)| <= Tol |x| + AbsTol; 0 means 1e-5 in float32, 1e-10 in float64
	AbsTol  float64 // 0 means Tol
	MaxIter int     // 0 means 1000 (Newton: 50)
}

// problem is F on vectors.
type problem[X any] struct {
	op      string
	f       func(*fx.Array) *fx.Array
	x0, f0  *fx.Array
	unravel func(*fx.Array) X
	stop    Stop
	d       fx.DType
}

func newProblem[X any](op string, F func(X) X, x0 X, stop Stop, maxIter int) problem[X] {
	if F == nil {
		fail(op, "the function is nil")
	}
	v, unravel := linalg.Ravel(x0)
	d := v.DType()
	if !(stop.Tol >= 0 && stop.AbsTol >= 0) || stop.MaxIter < 0 {
		fail(op, "Tol is %v, AbsTol %v and MaxIter %d; they must not be negative", stop.Tol, stop.AbsTol, stop.MaxIter)
	}
	if stop.Tol == 0 {
		stop.Tol = 1e-5
		if d == fx.Float64 {
			stop.Tol = 1e-10
		}
	}
	if stop.AbsTol == 0 {
		stop.AbsTol = stop.Tol
	}
	if stop.MaxIter == 0 {
		stop.MaxIter = maxIter
	}
	f := func(v *fx.Array) *fx.Array {
		x := unravel(v)
		y := F(x)
		checkLike(op, y, x)
		w, _ := linalg.Ravel(y)
		return w
	}
	return problem[X]{op, f, v, f(v), unravel, stop, d}
}

// checkLike rejects a value of F that is not like its argument.
func checkLike(op string, y, x any) {
	a, b := fx.Leaves(y), fx.Leaves(x)
	if len(a) != len(b) {
		fail(op, "the function's value has %d arrays for an argument of %d", len(a), len(b))
	}
	for i := range a {
		if !slices.Equal(a[i].Shape(), b[i].Shape()) || a[i].DType() != b[i].DType() {
			fail(op, "the function's value has %v%v where its argument has %v%v", a[i].DType(), a[i].Shape(), b[i].DType(), b[i].Shape())
		}
	}
}

func (p problem[X]) scalar(v float64) *fx.Array { return fx.Full(p.d, v) }

// target is the norm of F to reach at x.
func (p problem[X]) target(x *fx.Array) *fx.Array {
	return x.Norm().MulScalar(p.stop.Tol).AddScalar(p.stop.AbsTol)
}

// goOn is whether another iteration is due. A norm that is NaN ends it.
func (p problem[X]) goOn(k, x, f *fx.Array) *fx.Array {
	return k.Less(fx.Scalar(int32(p.stop.MaxIter))).And(f.Norm().Greater(p.target(x)))
}

func status(s linalg.Status) *fx.Array { return fx.Scalar(int32(s)) }

// finish reports on x; otherwise is the status if it is no root and iterations
// are left.
func (p problem[X]) finish(x, f, k *fx.Array, otherwise linalg.Status) (X, Report) {
	norm, target := f.Norm(), p.target(x)
	code := fx.Where(k.Less(fx.Scalar(int32(p.stop.MaxIter))), status(otherwise), status(linalg.MaxIterations))
	code = fx.Where(norm.LessEqual(target), status(linalg.Converged), code)
	code = fx.Where(norm.IsFinite(), code, status(linalg.NonFinite))
	return p.unravel(x), Report{Method: p.op, Iterations: k, Residual: norm, Target: target, Code: code}
}

// setRow is a matrix with row j replaced.
func setRow(m, row, j *fx.Array) *fx.Array {
	return m.DynamicUpdateSlice(row.ExpandDims(0), fx.Stack(0, j, fx.ZerosLike(j)))
}
