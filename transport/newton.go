package transport

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

var nan = math.NaN()

// SinkhornNewton is Sinkhorn-Newton-Sparse (Tang et al., ICLR 2024, algorithm
// 1): a few Sinkhorn iterations, then Newton's method on the dual function, with
// the Hessian
//
//	-eta [ diag(P1)   P        ]
//	     [ P'         diag(P'1) ]
//
// in which only the largest elements of P are kept: near the solution the plan
// is almost sparse, and a product costs as much as there are elements kept. The
// diagonal stays whole, so the matrix stays definite. The linear systems are
// solved by conjugate gradients, preconditioned with the diagonal.
type SinkhornNewton struct {
	Warmup int // Sinkhorn iterations before; 0 means 20 (the paper's N1)
	// Density is the share of P's elements that the Hessian keeps, in (0, 1]
	// (the paper's lambda); 0 means 2/n, its choice for problems with a unique
	// solution, n the smaller side; it takes 15/n where there are many. 1 keeps
	// all: Newton's method proper.
	Density float64
	// Auto doubles the density, from Density up to 30/n, whenever two steps in
	// a row do not halve the error.
	Auto bool

	Tol       float64 // stop at this marginal error; 0 means 1e-10 in float64, 1e-5 in float32
	MaxNewton int     // 0 means 50
	CGTol     float64 // relative residual of the linear systems; 0 means 1e-10
	MaxCG     int     // 0 means 500
	Record    bool    // keeps the error of the Sinkhorn iterations in the history, too
}

// densest is the end of Auto, times the smaller side.
const densest = 30

// withDefaults fills in what is 0 and checks the rest.
func (m SinkhornNewton) withDefaults(e Entropic) SinkhornNewton {
	const op = "SinkhornNewton.Solve"
	side := float64(min(e.Cost.Dim(0), e.Cost.Dim(1)))
	if m.Warmup == 0 {
		m.Warmup = 20
	}
	if m.Density == 0 {
		m.Density = min(1, 2/side)
	}
	if m.MaxNewton == 0 {
		m.MaxNewton = 50
	}
	if m.CGTol == 0 {
		m.CGTol = 1e-10
	}
	if m.MaxCG == 0 {
		m.MaxCG = 500
	}
	if !(m.Density > 0 && m.Density <= 1) {
		fail(op, "the density %v must be in (0, 1]", m.Density)
	}
	if m.Warmup < 0 || m.MaxNewton < 0 || m.MaxCG < 0 || m.Tol < 0 || m.CGTol < 0 {
		fail(op, "%d Sinkhorn iterations, %d Newton steps, %d iterations of conjugate gradients, tolerances %v and %v must not be negative",
			m.Warmup, m.MaxNewton, m.MaxCG, m.Tol, m.CGTol)
	}
	return m
}

// kept is how many elements a density keeps.
func (e Entropic) kept(density float64) int {
	size := float64(e.Cost.Size())
	return min(e.Cost.Size(), int(math.Ceil(density*size)))
}

// newton is the state of the second stage.
type newton struct {
	Z                     Potentials
	Error, Dual           *fx.Array
	Kept                  *fx.Array // int32: elements of the Hessian
	Slow                  *fx.Array // int32: steps in a row that did not halve the error
	Count, CG             *fx.Array
	Stalled               *fx.Array
	Errors, Duals         *fx.Array
	Iterations, Stretches *fx.Array
}

// Solve is Solver's. The steps' line search takes the whole step if it raises
// the dual function, else halves it (Armijo's rule with 1e-4). A step that 40
// halvings do not save ends the iteration.
func (m SinkhornNewton) Solve(e Entropic, start Potentials) (Potentials, Report) {
	e.must("SinkhornNewton.Solve")
	m = m.withDefaults(e)
	d := e.Cost.DType()
	target := fx.Full(d, tolerance(d, m.Tol))

	warm, report := Sinkhorn{Tol: m.Tol, MaxIter: m.Warmup, Record: m.Record}.Solve(e, start)
	most := e.kept(m.Density)
	if m.Auto {
		most = max(most, e.kept(densest/float64(min(e.Cost.Dim(0), e.Cost.Dim(1)))))
	}
	first := newton{Z: warm, Error: report.Error, Dual: e.Dual(warm),
		Kept: fx.Scalar(int32(e.kept(m.Density))), Slow: fx.Scalar(int32(0)), Count: fx.Scalar(int32(0)), CG: fx.Scalar(int32(0)), Stalled: fx.Scalar(false),
		Errors: fx.Full(d, nan, m.MaxNewton+1), Duals: fx.Full(d, nan, m.MaxNewton+1),
		Iterations: fx.Full(d, nan, m.MaxNewton), Stretches: fx.Full(d, nan, m.MaxNewton)}
	first.note()
	end := fx.While(
		func(s newton) *fx.Array {
			return s.Error.Greater(target).And(s.Stalled.Not()).And(s.Count.Less(fx.Scalar(int32(m.MaxNewton))))
		},
		func(s newton) newton { return m.step(e, s, most) }, first)
	report.Newton, report.CG, report.Error, report.Stalled = end.Count, end.CG, end.Error, end.Stalled
	report.History.Error, report.History.Dual = end.Errors, end.Duals
	report.History.CG, report.History.Step = end.Iterations, end.Stretches
	return end.Z, report
}

// note writes the present error and dual value into the history.
func (s *newton) note() {
	s.Errors = s.Errors.DynamicUpdateSlice(s.Error.Reshape(1), s.Count.Reshape(1))
	s.Duals = s.Duals.DynamicUpdateSlice(s.Dual.Reshape(1), s.Count.Reshape(1))
}

// step is one Newton step.
func (m SinkhornNewton) step(e Entropic, s newton, most int) newton {
	plan := e.Plan(s.Z)
	g := e.gradient(plan)
	hessian := e.sparsified(plan, s.Kept, most)
	diagonal := linalg.Scale(fx.Full(e.Cost.DType(), e.Eta), Potentials{plan.Sum(1), plan.Sum(0)})
	dz, solved := linalg.CG[Potentials]{Tol: m.CGTol, MaxIter: m.MaxCG, Precond: linalg.Jacobi(diagonal)}.
		Solve(hessian, g, Potentials{})

	alpha, ok := e.search(s, dz, linalg.Dot(g, dz))
	at := s.Count.Reshape(1)
	next := s
	next.Z = linalg.Axpy(alpha, dz, s.Z)
	plan = e.Plan(next.Z)
	next.Error, next.Dual = l1(e.gradient(plan)), e.dual(next.Z, plan)
	next.Stalled = ok.Not()
	next.CG = s.CG.Add(solved.Iterations)
	next.Iterations = s.Iterations.DynamicUpdateSlice(solved.Iterations.AsType(alpha.DType()).Reshape(1), at)
	next.Stretches = s.Stretches.DynamicUpdateSlice(alpha.Reshape(1), at)
	next.Count = s.Count.AddScalar(1)
	if m.Auto {
		slow := next.Error.Greater(s.Error.MulScalar(0.5))
		next.Slow = fx.Where(slow, s.Slow.AddScalar(1), fx.ZerosLike(s.Slow))
		again := next.Slow.GreaterEqual(fx.Scalar(int32(2)))
		next.Kept = fx.Where(again, s.Kept.MulScalar(2).Minimum(fx.Scalar(int32(most))), s.Kept)
		next.Slow = fx.Where(again, fx.ZerosLike(s.Slow), next.Slow)
	}
	next.note()
	return next
}

// sparsified is minus the Hessian as an operator, with the kept largest of at
// most `most` elements of P off the diagonal.
func (e Entropic) sparsified(plan, kept *fx.Array, most int) func(Potentials) Potentials {
	rows, columns := plan.Sum(1), plan.Sum(0)
	if most == plan.Size() {
		return func(v Potentials) Potentials {
			return Potentials{
				rows.Mul(v.X).Add(plan.MatMul(v.Y)).MulScalar(e.Eta),
				columns.Mul(v.Y).Add(v.X.MatMul(plan)).MulScalar(e.Eta),
			}
		}
	}
	n, m := e.Cost.Dim(0), e.Cost.Dim(1)
	values, place := plan.Flatten().TopK(most, 0)
	beyond := fx.Arange(fx.Int32, most).GreaterEqual(kept)
	values = fx.Where(beyond, fx.ZerosLike(values), values)
	i := place.DivScalar(float64(m))
	j := place.Sub(i.MulScalar(float64(m)))
	return func(v Potentials) Potentials {
		return Potentials{
			rows.Mul(v.X).Add(values.Mul(v.Y.Take(j, 0)).SegmentSum(i, n)).MulScalar(e.Eta),
			columns.Mul(v.Y).Add(values.Mul(v.X.Take(i, 0)).SegmentSum(j, m)).MulScalar(e.Eta),
		}
	}
}

// halvings is how often the line search tries.
const halvings = 40

// search is the length of the step along dz, in whose direction f has the slope
// given; ok is false if no length raises f.
func (e Entropic) search(s newton, dz Potentials, slope *fx.Array) (alpha, ok *fx.Array) {
	type attempt struct{ Alpha, Ok, Count *fx.Array }
	slack := s.Dual.Abs().MulScalar(1e-14)
	try := func(alpha, count *fx.Array) attempt {
		f := e.Dual(linalg.Axpy(alpha, dz, s.Z))
		least := s.Dual.Add(alpha.Mul(slope).MulScalar(1e-4)).Sub(slack)
		return attempt{alpha, f.GreaterEqual(least), count}
	}
	end := fx.While(
		func(a attempt) *fx.Array { return a.Ok.Not().And(a.Count.Less(fx.Scalar(int32(halvings)))) },
		func(a attempt) attempt { return try(a.Alpha.MulScalar(0.5), a.Count.AddScalar(1)) },
		try(fx.OnesLike(s.Dual), fx.Scalar(int32(0))))
	return fx.Where(end.Ok, end.Alpha, fx.ZerosLike(end.Alpha)), end.Ok
}
