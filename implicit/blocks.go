package implicit

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// BlockProximalGradient is the proximal gradient map with a step for each block,
// the blocks being the rows of the leading axis of x [blocks, ...]:
//
//	x_j  to  prox(x_j - s_j grad_j f(x, p), p, s_j)
//
// Its fixed points are those of block coordinate descent, whatever the steps
// (Blondel et al. 2022, appendix C). steps gives s [blocks], all positive; it may
// depend on p, and has no derivative, because the fixed points do not depend on it.
func BlockProximalGradient[P any](f func(x *fx.Array, p P) *fx.Array, prox func(xj *fx.Array, p P, step *fx.Array) *fx.Array,
	steps func(p P) *fx.Array) func(x *fx.Array, p P) *fx.Array {
	if f == nil || prox == nil || steps == nil {
		fail("BlockProximalGradient", "a function is nil")
	}
	type block struct{ X, Grad, Step *fx.Array }
	grad := Stationary(f)
	return func(x *fx.Array, p P) *fx.Array {
		s := checkSteps("BlockProximalGradient", x, fx.StopGradient(steps(p)))
		return fx.Vmap(func(b block) *fx.Array {
			return prox(b.X.Sub(b.Step.Mul(b.Grad)), p, b.Step)
		})(block{x, grad(x, p), s})
	}
}

func checkSteps(op string, x, steps *fx.Array) *fx.Array {
	if x.NDim() == 0 || steps.NDim() != 1 || steps.Dim(0) != x.Dim(0) {
		fail(op, "%v steps for blocks of %v: there must be one for each element of the leading axis", steps.Shape(), x.Shape())
	}
	return steps
}

// Blocks is the problem min f(x, p) + sum of g_j(x_j, p) over the rows of x, for
// an f that is computed from a state that one row changes cheaply (a product A x,
// say): what BlockCoordinateDescent needs.
type Blocks[S, P any] struct {
	State func(x *fx.Array, p P) S                          // of all rows
	Grad  func(s S, xj, j *fx.Array, p P) *fx.Array         // of f in row j, an int32 scalar
	Move  func(s S, d, j *fx.Array, p P) S                  // the state once row j has changed by d
	Prox  func(xj *fx.Array, p P, step *fx.Array) *fx.Array // of step g_j
	Steps func(p P) *fx.Array                               // [blocks]; 1 over a bound of f's curvature in the row
}

// BlockCoordinateDescent gives the method that takes a proximal gradient step in
// one row after the other (Tseng 2001; the block coordinate descent of Blondel et
// al. 2022, section 4.1). An iteration is a sweep over all rows; it stops when a
// sweep changes x by at most Tol |x| + AbsTol, and the report's Residual is that
// change. Use it as Custom's solver, with the residual of BlockProximalGradient
// or of any other map with the same fixed points.
func BlockCoordinateDescent[S, P any](b Blocks[S, P], stop Stop) func(x0 *fx.Array, p P) (*fx.Array, Report) {
	const op = "BlockCoordinateDescent"
	if b.State == nil || b.Grad == nil || b.Move == nil || b.Prox == nil || b.Steps == nil {
		fail(op, "a function is nil")
	}
	type state struct {
		X *fx.Array
		S S
	}
	type sweep struct {
		state
		Change, K *fx.Array
	}
	return func(x0 *fx.Array, p P) (*fx.Array, Report) {
		steps := checkSteps(op, x0, b.Steps(p))
		pb := newProblem(op, func(x *fx.Array) *fx.Array { return x }, x0, stop, 1000)
		end := fx.While(
			func(s sweep) *fx.Array {
				return s.K.Less(fx.Scalar(int32(pb.stop.MaxIter))).And(s.Change.Greater(pb.target(s.X.Flatten())))
			},
			func(s sweep) sweep {
				next, _ := fx.Scan(func(s state, j *fx.Array) (state, struct{}) {
					xj, step := s.X.Take(j, 0), steps.Take(j, 0)
					y := b.Prox(xj.Sub(step.Mul(b.Grad(s.S, xj, j, p))), p, step)
					at := j.ExpandDims(0)
					return state{s.X.ScatterSet(at, y), b.Move(s.S, y.Sub(xj), j, p)}, struct{}{}
				}, s.state, fx.Arange(fx.Int32, x0.Dim(0)))
				return sweep{next, linalg.Norm(next.X.Sub(s.X)), s.K.AddScalar(1)}
			},
			sweep{state{x0, b.State(x0, p)}, fx.Full(pb.d, inf), fx.Scalar(int32(0))})
		_, report := pb.finish(end.X.Flatten(), end.Change.ExpandDims(0), end.K, statusStuck)
		return end.X, report
	}
}
