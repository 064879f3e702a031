package linalg

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Tridiagonal is what Lanczos makes of a symmetric operator A: V A V' is the
// symmetric tridiagonal matrix with Alpha on its diagonal and Beta beside it.
type Tridiagonal struct {
	Alpha *fx.Array // [m]
	Beta  *fx.Array // [m]; Beta[j] couples j and j+1, and the last one leads out of the basis
	Basis *fx.Array // V [m, n]: orthonormal rows, as vectors of Ravel

	next *fx.Array // the vector after the basis
}

// Lanczos runs the given number of steps (at most as many as the tree has
// floats) on a symmetric operator, from a start that is not zero (Lanczos
// 1950; Golub and Van Loan, "Matrix Computations", 2013, section 10.3), with
// full re-orthogonalisation, done twice in every step: without it, eigenvalues
// appear several times. It keeps steps vectors.
//
// Where the Krylov space is exhausted (Beta would be 0 up to rounding), it goes
// on with a random vector orthogonal to the basis, and Beta is 0: the matrix
// then has blocks, and all its eigenvalues are still those of A.
func Lanczos[T any](A func(T) T, start T, steps int) Tridiagonal {
	v, unravel := ravel("Lanczos", start)
	checkSteps("Lanczos", steps, v.Size())
	a := flat("Lanczos", A, start, unravel)
	return lanczos(a, v, steps)
}

// Dense is the tridiagonal matrix [m, m].
func (t Tridiagonal) Dense() *fx.Array {
	beside := t.Beta.SliceAxis(0, 0, t.Beta.Dim(0)-1)
	if beside.Dim(0) == 0 {
		return t.Alpha.Diag(0)
	}
	return t.Alpha.Diag(0).Add(beside.Diag(1)).Add(beside.Diag(-1))
}

func checkSteps(op string, steps, n int) {
	if steps < 1 || steps > n {
		fail(op, "%d steps in a space of %d dimensions; there can be 1 to %d", steps, n, n)
	}
}

func lanczos(a func(*fx.Array) *fx.Array, start *fx.Array, steps int) Tridiagonal {
	v, _ := unit(start)
	d, n := v.DType(), v.Size()
	none := fx.Zeros(d, 0)
	return Tridiagonal{Alpha: none, Beta: none, Basis: fx.Zeros(d, 0, n), next: v}.extend(a, steps)
}

// freshKey is the root of the vectors that stand in for an exhausted space.
const freshKey = 0x4c616e637a6f73

// extend goes on for more steps.
func (t Tridiagonal) extend(a func(*fx.Array) *fx.Array, more int) Tridiagonal {
	type carry struct{ basis, v, scale *fx.Array }
	type coefficients struct{ alpha, beta *fx.Array }
	d, have := t.next.DType(), t.Alpha.Dim(0)
	zero := fx.Full(d, 0)
	start := carry{t.Basis.Pad(0, fx.Padding{After: more}), t.next, zero}
	index := fx.Arange(fx.Int32, have+more).SliceAxis(0, have, fx.End)
	end, c := fx.Scan(func(s carry, j *fx.Array) (carry, coefficients) {
		basis := setRow(s.basis, s.v, j)
		w := a(s.v)
		alpha := s.v.Dot(w)
		w = project(basis, w)
		w = project(basis, w)
		next, beta := unit(w)
		// The largest coefficients so far measure the operator, beside which
		// what is left of w may be nothing but rounding.
		scale := s.scale.Maximum(alpha.Abs()).Maximum(beta)
		exhausted := beta.LessEqual(scale.MulScalar(16 * eps(d)))
		next = fx.Cond(exhausted, func(v *fx.Array) *fx.Array {
			return fresh(basis, j)
		}, func(v *fx.Array) *fx.Array { return v }, next)
		return carry{basis, next, scale}, coefficients{alpha, fx.Where(exhausted, zero, beta)}
	}, start, index)
	return Tridiagonal{
		Alpha: fx.Concatenate(0, t.Alpha, c.alpha),
		Beta:  fx.Concatenate(0, t.Beta, c.beta),
		Basis: end.basis,
		next:  end.v,
	}
}

// setRow is a matrix with row j replaced.
func setRow(m, row, j *fx.Array) *fx.Array {
	return m.DynamicUpdateSlice(row.ExpandDims(0), fx.Stack(0, j, fx.ZerosLike(j)))
}

// project takes the rows of a basis, orthonormal or zero, out of w.
func project(basis, w *fx.Array) *fx.Array { return w.Sub(basis.MatMul(w).MatMul(basis)) }

// fresh is a random unit vector orthogonal to the basis; j tells calls apart.
func fresh(basis, j *fx.Array) *fx.Array {
	w := random.Normal(random.FoldIn(random.New(freshKey), j), basis.DType(), basis.Dim(1))
	w = project(basis, project(basis, w))
	w, _ = unit(w)
	w, _ = unit(project(basis, w))
	return w
}

// Orthonormalize makes the rows of a matrix [k, n], k <= n, orthonormal, each
// with those before it (Gram-Schmidt, done twice). A row that depends on those
// before it is replaced by a random one.
func Orthonormalize(rows *fx.Array) *fx.Array {
	if rows.NDim() != 2 || rows.Dim(0) > rows.Dim(1) || !rows.DType().IsFloat() {
		fail("Orthonormalize", "%v%v is no matrix of floats with at least as many columns as rows", rows.DType(), rows.Shape())
	}
	type in struct{ row, j *fx.Array }
	q, _ := fx.Scan(func(q *fx.Array, x in) (*fx.Array, struct{}) {
		before := x.row.Norm()
		w := project(q, project(q, x.row))
		w, after := unit(w)
		w, _ = unit(project(q, w))
		dependent := after.LessEqual(before.MulScalar(16 * eps(q.DType())))
		w = fx.Cond(dependent, func(w *fx.Array) *fx.Array { return fresh(q, x.j) }, func(w *fx.Array) *fx.Array { return w }, w)
		return setRow(q, w, x.j), struct{}{}
	}, fx.ZerosLike(rows), in{rows, fx.Arange(fx.Int32, rows.Dim(0))})
	return q
}
