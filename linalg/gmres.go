package linalg

import "github.com/fluxion-go/fluxion/fx"

// GMRES minimises the residual of a general square system over a growing
// Krylov space, and starts again after Restart products (Saad and Schultz
// 1986; preconditioned from the right as in Saad 2003, algorithm 9.5, so that
// the residual it minimises is the true one). The basis is orthogonalised by
// classical Gram-Schmidt, done twice.
type GMRES[T any] struct {
	Tol     float64   // stop at |r| <= max(Tol |b|, AbsTol); 0 means 1e-5 in float32, 1e-10 in float64
	AbsTol  float64   // 0 by default
	MaxIter int       // products in all; 0 means ten times the number of unknowns
	Restart int       // basis vectors to keep; 0 means 30 (or the number of unknowns, if smaller)
	Precond func(T) T // an approximation of A^-1; nil is the identity
}

// gmresState is between restarts.
type gmresState struct{ x, r, norm, k, status *fx.Array }

// arnoldi is inside a cycle: the rows of v are the basis; q is the product of
// all Givens rotations, and row j of r is column j of the rotated Hessenberg
// matrix; norm is that of the residual.
type arnoldi struct{ v, q, r, norm, j, k, status *fx.Array }

// Solve is Solver's.
func (m GMRES[T]) Solve(A func(T) T, b, x0 T) (T, Report) {
	pb := newProblem("GMRES", A, b, x0, m.Tol, m.AbsTol, m.MaxIter)
	if m.Restart < 0 {
		fail(pb.op, "Restart is %d; it must not be negative", m.Restart)
	}
	size := m.Restart
	if size == 0 {
		size = 30
	}
	size = min(size, pb.n)
	M := pb.flatten(m.Precond)
	s := fx.While(
		func(s gmresState) *fx.Array { return pb.goOn(s.k, s.status, s.norm) },
		func(s gmresState) gmresState { return gmresCycle(pb, M, size, s) },
		gmresState{pb.x, pb.r, pb.r.Norm(), count(), code(Running)})
	return pb.finish(s.x, s.k, s.status, s.norm, true)
}

// gmresCycle is one cycle of at most size products.
func gmresCycle[T any](pb problem[T], M func(*fx.Array) *fx.Array, size int, s gmresState) gmresState {
	beta := s.r.Norm()
	first := s.r.Div(beta).ExpandDims(0).Pad(0, fx.Padding{After: size})
	a := fx.While(
		func(a arnoldi) *fx.Array {
			return pb.goOn(a.k, a.status, a.norm).And(a.j.Less(fx.Scalar(int32(size))))
		},
		func(a arnoldi) arnoldi { return arnoldiStep(pb, M, beta, a) },
		arnoldi{
			v: first, q: fx.Eye(pb.dtype, size+1), r: fx.Eye(pb.dtype, size+1).SliceAxis(0, 0, size),
			norm: beta, j: count(), k: s.k, status: code(Running),
		})
	// y solves R y = g, where g is the rotated right-hand side beta e1, whose
	// elements from j on the space does not reach.
	g := fx.Where(fx.Arange(fx.Int32, size+1).Less(a.j), beta.Mul(a.q.SliceAxis(1, 0, 1).Flatten()), pb.scalar(0))
	y := backSubstitute(a.r, g)
	x := s.x.Add(M(y.MatMul(a.v.SliceAxis(0, 0, size))))
	r := pb.b.Sub(pb.a(x))
	norm := r.Norm()
	// A cycle that gains nothing would repeat for ever.
	stuck := norm.GreaterEqual(s.norm).And(is(a.status, Running))
	status := pick(stuck.And(norm.Greater(pb.target)), Stagnated, a.status)
	status = pick(norm.LessEqual(pb.target), Running, status)
	status = pick(norm.IsFinite().Not(), NonFinite, status)
	return gmresState{x, r, norm, a.k, status}
}

// arnoldiStep extends the basis by one vector.
func arnoldiStep[T any](pb problem[T], M func(*fx.Array) *fx.Array, beta *fx.Array, a arnoldi) arnoldi {
	zero, one := pb.scalar(0), pb.scalar(1)
	next := a.j.AddScalar(1)
	w := pb.a(M(a.v.Take(a.j, 0)))
	before := w.Norm()
	h := a.v.MatMul(w)
	w = w.Sub(h.MatMul(a.v))
	again := a.v.MatMul(w)
	w = w.Sub(again.MatMul(a.v))
	h = h.Add(again)
	after := w.Norm()
	exhausted := after.LessEqual(before.MulScalar(eps(pb.dtype)))
	after = fx.Where(exhausted, zero, after)
	w = fx.Where(exhausted, zero, w.Div(after))

	rows := fx.Arange(fx.Int32, a.q.Dim(0))
	here, below := rows.Equal(a.j), rows.Equal(next)
	column := a.q.MatMul(h)
	rho := column.Take(a.j, 0)
	d := rho.Square().Add(after.Square()).Sqrt()
	singular := d.LessEqual(before.MulScalar(eps(pb.dtype)))
	d = fx.Where(singular, one, d)
	c, s := rho.Div(d), after.Div(d)
	qj, qn := a.q.Take(a.j, 0), a.q.Take(next, 0)
	q := fx.Where(here.ExpandDims(1), c.Mul(qj).Add(s.Mul(qn)), a.q)
	q = fx.Where(below.ExpandDims(1), c.Mul(qn).Sub(s.Mul(qj)), q)
	column = fx.Where(here, d, fx.Where(rows.Greater(a.j), zero, column))

	// A singular operator's column adds nothing: leave it out and stop.
	keep := singular.Not()
	status := pick(singular, Breakdown, pick(exhausted, Running, a.status))
	status = pick(before.IsFinite().Not(), NonFinite, status)
	norm := beta.Mul(q.Take(next, 0).Index(0)).Abs()
	norm = fx.Where(exhausted.And(keep), zero, norm)
	return arnoldi{
		v:      fx.Where(below.ExpandDims(1), w, a.v),
		q:      fx.Where(keep, q, a.q),
		r:      fx.Where(here.SliceAxis(0, 0, -1).ExpandDims(1).And(keep), column, a.r),
		norm:   fx.Where(keep, norm, a.norm),
		j:      fx.Where(keep, next, a.j),
		k:      a.k.AddScalar(1),
		status: status,
	}
}

// backSubstitute solves R y = g for an upper triangular R [m, m+1] whose
// columns are the rows of r.
func backSubstitute(r, g *fx.Array) *fx.Array {
	type row struct{ column, i *fx.Array }
	m := r.Dim(0)
	_, y := fx.Scan(func(g *fx.Array, t row) (*fx.Array, *fx.Array) {
		y := g.Take(t.i, 0).Div(t.column.Take(t.i, 0))
		return g.Sub(y.Mul(t.column)), y
	}, g, row{r, fx.Arange(fx.Int32, m)}, fx.Reversed())
	return y
}

// Adjoint is Solver's.
func (m GMRES[T]) Adjoint(A func(T) T, like T) (func(T) T, Solver[T]) {
	if m.Precond != nil {
		m.Precond = Transpose(m.Precond, like)
	}
	return Transpose(A, like), m
}
