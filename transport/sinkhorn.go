package transport

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
)

// Solver finds the potentials of an entropic problem from a start. Sinkhorn and
// SinkhornNewton are Solvers; both work inside fx.Jit. What they return has no
// derivative: see Value and Plan for that.
type Solver interface {
	Solve(e Entropic, start Potentials) (Potentials, Report)
}

// Report says what a solver reached. Its arrays are scalars, except History.
type Report struct {
	Sinkhorn *fx.Array // int32: Sinkhorn iterations
	Newton   *fx.Array // int32: Newton steps
	CG       *fx.Array // int32: conjugate-gradient iterations of all of them
	Error    *fx.Array // marginal error at the result
	Target   *fx.Array // the error that was asked for
	Stalled  *fx.Array // bool: a Newton step could not raise the dual function
	History  History
}

// History is the course of a solution; entries that were not reached are NaN.
type History struct {
	Sinkhorn *fx.Array // marginal error before each Sinkhorn iteration, [n]; nil if not asked for
	Error    *fx.Array // marginal error before each Newton step and after the last, [n+1]
	Dual     *fx.Array // the dual function there, [n+1]
	CG       *fx.Array // conjugate-gradient iterations of each step, [n]
	Step     *fx.Array // length of each step, 1 if no halving was necessary, [n]
}

// Converged says whether the error asked for was reached. It looks at values.
func (r Report) Converged() bool { return r.Error.Item() <= r.Target.Item() }

// Err is nil if the solver converged, else says what it reached. It looks at
// values.
func (r Report) Err() error {
	if r.Converged() {
		return nil
	}
	why := "the largest number of iterations is reached"
	if r.Stalled.Item() != 0 {
		why = "no step along Newton's direction raises the dual function: keep more of the plan (Density), or weaken Eta"
	}
	return fmt.Errorf("transport: the marginal error is %.3g after %v Sinkhorn iterations and %v Newton steps, not %.3g: %s",
		r.Error.Item(), r.Sinkhorn.Item(), r.Newton.Item(), r.Target.Item(), why)
}

// tolerance is a solver's default: near what rounding allows.
func tolerance(d fx.DType, given float64) float64 {
	switch {
	case given > 0:
		return given
	case d == fx.Float64:
		return 1e-10
	}
	return 1e-5
}

// Sinkhorn is the iteration of Sinkhorn and Knopp (1967) on potentials, with
// logarithms of sums so that nothing under- or overflows: x is chosen such that
// the row sums are right, then y such that the column sums are. It is block
// coordinate ascent on the dual function.
type Sinkhorn struct {
	Tol     float64 // stop at this marginal error; 0 means 1e-10 in float64, 1e-5 in float32
	MaxIter int     // 0 means 10,000
	// Relaxation multiplies each change of x and y (Thibault et al. 2021,
	// "Overrelaxed Sinkhorn-Knopp"); it must be in (0, 2). 0 means 1, the plain
	// iteration, which always converges.
	Relaxation float64
	// Record keeps the error of every iteration in the history.
	Record bool
}

// sinkhorn is the state of the iteration: potentials, and the logarithms of the
// plan's row and column sums.
type sinkhorn struct {
	Z             Potentials
	Rows, Columns *fx.Array
	Count         *fx.Array
	Error         *fx.Array
	History       *fx.Array
}

// begin measures potentials.
func (e Entropic) begin(z Potentials) sinkhorn {
	s := sinkhorn{Z: z, Rows: e.logRows(z), Columns: e.logColumns(z), Count: fx.Scalar(int32(0))}
	s.Error = e.errorOf(s)
	return s
}

// logRows are the logarithms of the row sums, logColumns of the column sums.
func (e Entropic) logRows(z Potentials) *fx.Array {
	return z.Y.Sub(e.Cost).MulScalar(e.Eta).LogSumExp(1).Add(z.X.MulScalar(e.Eta)).AddScalar(-1)
}

func (e Entropic) logColumns(z Potentials) *fx.Array {
	return z.X.ExpandDims(1).Sub(e.Cost).MulScalar(e.Eta).LogSumExp(0).Add(z.Y.MulScalar(e.Eta)).AddScalar(-1)
}

func (e Entropic) errorOf(s sinkhorn) *fx.Array {
	return l1(Potentials{s.Rows.Exp().Sub(e.Rows), s.Columns.Exp().Sub(e.Columns)})
}

// step is one iteration, which goes twice over the cost. The column sums after
// a change of y are those before, multiplied.
func (e Entropic) step(s sinkhorn, relaxation float64) sinkhorn {
	s.Z.X = s.Z.X.Add(e.Rows.Log().Sub(s.Rows).MulScalar(relaxation / e.Eta))
	columns := e.logColumns(s.Z)
	change := e.Columns.Log().Sub(columns).MulScalar(relaxation)
	s.Z.Y = s.Z.Y.Add(change.DivScalar(e.Eta))
	s.Columns, s.Rows = columns.Add(change), e.logRows(s.Z)
	s.Count = s.Count.AddScalar(1)
	s.Error = e.errorOf(s)
	return s
}

// Solve is Solver's.
func (m Sinkhorn) Solve(e Entropic, start Potentials) (Potentials, Report) {
	e.must("Sinkhorn.Solve")
	relaxation := m.Relaxation
	if relaxation == 0 {
		relaxation = 1
	}
	if !(relaxation > 0 && relaxation < 2) || m.Tol < 0 || m.MaxIter < 0 {
		fail("Sinkhorn.Solve", "relaxation %v, tolerance %v, %d iterations: the relaxation must be in (0, 2), the others not negative", m.Relaxation, m.Tol, m.MaxIter)
	}
	limit := m.MaxIter
	if limit == 0 {
		limit = 10_000
	}
	d := e.Cost.DType()
	target := fx.Full(d, tolerance(d, m.Tol))
	first := e.begin(start)
	if m.Record {
		first.History = fx.Full(d, nan, limit)
	}
	end := fx.While(
		func(s sinkhorn) *fx.Array {
			return s.Error.Greater(target).And(s.Count.Less(fx.Scalar(int32(limit))))
		},
		func(s sinkhorn) sinkhorn {
			if m.Record {
				s.History = s.History.DynamicUpdateSlice(s.Error.Reshape(1), s.Count.Reshape(1))
			}
			return e.step(s, relaxation)
		}, first)
	none := fx.Scalar(int32(0))
	return end.Z, Report{Sinkhorn: end.Count, Newton: none, CG: none, Error: end.Error, Target: target,
		Stalled: fx.Scalar(false), History: History{Sinkhorn: end.History}}
}
