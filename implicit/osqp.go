package implicit

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// OSQP solves convex quadratic programs by the alternating direction method of
// multipliers (Stellato et al., "OSQP: An Operator Splitting Solver for Quadratic
// Programs", 2020, algorithm 1), then polishes: of the constraints found active it
// makes equalities, solves those (section 4), and keeps the result if it is better.
// It takes any positive semidefinite H. Every 50 iterations the penalty is adapted
// (section 5.2) and the matrix factorised anew.
type OSQP struct {
	Stop               // on the norm of primal and dual residual together, by that of the solution; MaxIter 0 means 4000
	Rho        float64 // penalty at the start; 0 means 0.1
	Sigma      float64 // regularisation of H; 0 means 1e-6
	Relaxation float64 // in (0, 2); 0 means 1.6
}

// The published algorithm's constants.
const (
	osqpRound    = 50  // iterations with one factorisation
	osqpEquality = 1e3 // an equality's penalty over an inequality's
)

// osqp is the state: x, z = A x and multipliers y, with the residual.
type osqp struct{ x, z, y, rho, gap, k *fx.Array }

// program is a QP with all constraints in one, Eq's rows first: l <= A x <= u.
type program struct {
	h, c, a, l, u, weight *fx.Array
	n, eq                 int
}

// Solve solves p from the solution or guess x0, whose multipliers are not read. It
// is traced and has no derivative: see QuadraticProgram. The report's Residual is
// the norm of primal and dual residual together.
func (m OSQP) Solve(x0 Primal[*fx.Array], p linalg.QP) (Primal[*fx.Array], Report) {
	n, eq, in := checkQP("OSQP", p)
	if !(m.Rho >= 0 && m.Sigma >= 0 && m.Relaxation >= 0 && m.Relaxation < 2) {
		fail("OSQP", "Rho is %v, Sigma %v and Relaxation %v; they must not be negative, the last one below 2", m.Rho, m.Sigma, m.Relaxation)
	}
	if m.Rho == 0 {
		m.Rho = 0.1
	}
	if m.Sigma == 0 {
		m.Sigma = 1e-6
	}
	if m.Relaxation == 0 {
		m.Relaxation = 1.6
	}
	pb := newProblem("OSQP", func(x *fx.Array) *fx.Array { return x }, x0.X, m.Stop, 4000)
	if eq+in == 0 {
		s := EqQP(p)
		_, report := pb.finish(s.X, p.H.MatMul(s.X).Add(p.C), fx.Scalar(int32(0)), statusStuck)
		return s, report
	}
	q := stacked(p, n, eq, in)
	s := osqp{x: x0.X, z: q.a.MatMul(x0.X), y: fx.ZerosLike(q.u), rho: pb.scalar(m.Rho), gap: pb.scalar(inf), k: fx.Scalar(int32(0))}
	s = fx.While(
		func(s osqp) *fx.Array {
			return s.k.Less(fx.Scalar(int32(pb.stop.MaxIter))).And(s.gap.Greater(pb.target(s.x)))
		},
		func(s osqp) osqp { return m.round(q, s) }, s)
	s = q.polish(s)
	_, report := pb.finish(s.x, s.gap.ExpandDims(0), s.k, statusStuck)
	r := Primal[*fx.Array]{X: s.x}
	if eq > 0 {
		r.Nu = s.y.SliceAxis(0, 0, eq)
	}
	if in > 0 {
		r.La = s.y.SliceAxis(0, eq, fx.End)
	}
	return r, report
}

func stacked(p linalg.QP, n, eq, in int) program {
	d := p.H.DType()
	var a, l, u, w []*fx.Array
	if eq > 0 {
		a, l, u, w = append(a, p.Eq), append(l, p.EqB), append(u, p.EqB), append(w, fx.Full(d, osqpEquality, eq))
	}
	if in > 0 {
		a, l, u, w = append(a, p.In), append(l, fx.Full(d, -inf, in)), append(u, p.InB), append(w, fx.Ones(d, in))
	}
	join := func(parts []*fx.Array) *fx.Array { return fx.Concatenate(0, parts...) }
	return program{p.H, p.C, join(a), join(l), join(u), join(w), n, eq}
}

// round is osqpRound iterations, and a new penalty.
func (m OSQP) round(q program, s osqp) osqp {
	rho := q.weight.Mul(s.rho)
	sigma := fx.FullLike(s.rho, m.Sigma)
	at := q.a.T()
	k := q.h.Add(fx.Eye(q.h.DType(), q.n).Mul(sigma)).Add(at.MatMul(rho.ExpandDims(1).Mul(q.a)))
	inverse := fx.Inverse(k)
	alpha := m.Relaxation
	s, _ = fx.Scan(func(s osqp, _ struct{}) (osqp, struct{}) {
		x := inverse.MatMul(sigma.Mul(s.x).Sub(q.c).Add(at.MatMul(rho.Mul(s.z).Sub(s.y))))
		z := q.a.MatMul(x).MulScalar(alpha).Add(s.z.MulScalar(1 - alpha))
		next := z.Add(s.y.Div(rho)).Maximum(q.l).Minimum(q.u)
		s.y = s.y.Add(rho.Mul(z.Sub(next)))
		s.x, s.z = x.MulScalar(alpha).Add(s.x.MulScalar(1-alpha)), next
		return s, struct{}{}
	}, s, struct{}{}, fx.Length(osqpRound))
	ax, hx, ay := q.a.MatMul(s.x), q.h.MatMul(s.x), at.MatMul(s.y)
	primal, dual := ax.Sub(s.z).Abs().Max(), hx.Add(q.c).Add(ay).Abs().Max()
	tiny := fx.FullLike(s.rho, 1e-30)
	relative := primal.Div(ax.Abs().Max().Maximum(s.z.Abs().Max()).Add(tiny)).Add(tiny).
		Div(dual.Div(hx.Abs().Max().Maximum(ay.Abs().Max()).Maximum(q.c.Abs().Max()).Add(tiny)).Add(tiny))
	s.rho = s.rho.Mul(relative.Sqrt().Clip(0.1, 10)).Clip(1e-6, 1e6)
	s.gap = q.gap(s.x, s.y)
	s.k = s.k.AddScalar(osqpRound)
	return s
}

// gap is the norm of all conditions: stationarity, feasibility, and that a
// multiplier is positive only where its constraint is active.
func (q program) gap(x, y *fx.Array) *fx.Array {
	dual := q.h.MatMul(x).Add(q.c).Add(q.a.T().MatMul(y))
	// y is complementary to u - A x, and free for an equality.
	slack := q.u.Sub(q.a.MatMul(x))
	primal := fx.Where(q.l.Equal(q.u), slack, slack.Minimum(y))
	return fx.Concatenate(0, dual, primal).Norm()
}

// polish solves with the active constraints as equalities.
func (q program) polish(s osqp) osqp {
	slack := q.u.Sub(q.a.MatMul(s.x))
	active := q.l.Equal(q.u).Or(s.y.Greater(slack)).AsType(q.h.DType())
	lower := active.ExpandDims(1).Mul(q.a)
	// The multipliers of the others are zero.
	corner := active.Neg().AddScalar(1).Diag(0)
	x, y := bordered(q.h, q.a, lower, corner, q.c.Neg(), active.Mul(q.u), q.n)
	gap := q.gap(x, y)
	better := gap.LessEqual(s.gap)
	s.x, s.y, s.gap = fx.Where(better, x, s.x), fx.Where(better, y, s.y), fx.Where(better, gap, s.gap)
	return s
}
