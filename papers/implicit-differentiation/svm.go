package implicitdifferentiation

import (
	"context"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/implicit"
	"github.com/fluxion-go/fluxion/project"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// E2: the weight of a multiclass support vector machine (Crammer and Singer 2001),
// tuned through its dual problem: over x [m, k] with every row on the simplex,
//
//	f(x) = theta/2 |W|^2 + <x, Y>,   W = X'(Y - x)/theta,
//
// for examples X [m, p] with labels Y [m, k]. Everything here minimises theta f,
// which has the same minimum, and a gradient whose Lipschitz constant is the largest
// eigenvalue of XX', whatever theta is; the features are scaled so that it is 1.

const svmClasses = 5

// dual is a problem: what its solution depends on.
type dual struct{ X, Y, Theta *fx.Array }

// machine is a problem with the logarithm of theta, and the examples by which it is
// judged.
type machine struct {
	X, Y, ValX, ValY *fx.Array
	Lambda           *fx.Array // theta = exp(lambda), in units of the largest eigenvalue of XX'
}

// newMachine draws classes whose means differ in a tenth of the features, at least
// five.
func newMachine(key *fx.Array, train, features int, lambda float64) machine {
	keys := random.Split(key, 4)
	validation := max(20, train*2/7)
	informative := max(5, features/10)
	means := random.Normal(keys[0], fx.Float64, svmClasses, informative).MulScalar(0.8).Pad(0, fx.Padding{}, fx.Padding{After: features - informative})
	labels := random.Randint(keys[1], fx.Int32, 0, svmClasses, train+validation)
	y := fx.OneHot(labels, svmClasses, fx.Float64)
	x := y.MatMul(means).Add(random.Normal(keys[2], fx.Float64, train+validation, features))
	first := x.SliceAxis(0, 0, train)
	gram := first.T().MatMul(first)
	if train < features {
		gram = first.MatMul(first.T())
	}
	// A few more products than the eigenvalue needs, so that a step of 1 is safe.
	x = x.Div(largest(gram).MulScalar(1.001).Sqrt())
	return machine{x.SliceAxis(0, 0, train), y.SliceAxis(0, 0, train), x.SliceAxis(0, train, fx.End), y.SliceAxis(0, train, fx.End), fx.Scalar(lambda)}
}

// largest is the largest eigenvalue of a symmetric matrix, by 200 products.
func largest(a *fx.Array) *fx.Array {
	v, _ := fx.Scan(func(v *fx.Array, _ struct{}) (*fx.Array, struct{}) {
		w := a.MatMul(v)
		return w.Div(w.Norm()), struct{}{}
	}, fx.Ones(fx.Float64, a.Dim(0)), struct{}{}, fx.Length(200))
	return a.MatMul(v).Norm().Div(v.Norm())
}

func (d dual) start() *fx.Array { return fx.Full(fx.Float64, 1.0/svmClasses, d.Y.Shape()...) }

func dualObjective(x *fx.Array, d dual) *fx.Array {
	w := d.X.T().MatMul(d.Y.Sub(x))
	return w.Square().Sum().MulScalar(0.5).Add(d.Theta.Mul(x.Dot(d.Y)))
}

// The fixed points.
const (
	nameProjected = "projected gradient"
	nameMirror    = "mirror descent"
	nameBlocks    = "block coordinate descent"
)

// mirrorStep may be longer than 1: on the simplex the entropy is curved at least 1,
// and far more near its faces.
const mirrorStep = 8

func simplex(x *fx.Array, _ dual) *fx.Array { return project.Simplex(x, fx.Const(1)) }

// logarithm is the gradient of the negative entropy, with a derivative of zero where
// an element is zero: there it stays.
func logarithm(x *fx.Array) *fx.Array {
	return x.Maximum(fx.FullLike(x, 1e-300)).Log()
}

func fixedPoints() map[string]func(x *fx.Array, d dual) *fx.Array {
	return map[string]func(x *fx.Array, d dual) *fx.Array{
		nameProjected: implicit.ProjectedGradient(dualObjective, simplex, 1),
		nameMirror: implicit.MirrorDescent(dualObjective, logarithm,
			func(y *fx.Array, _ dual) *fx.Array { return project.SimplexKL(y, fx.Const(1)) }, mirrorStep),
	}
}

// rows is the block coordinate descent: the state is theta W = X'(Y - x), and a
// row's gradient is theta Y_j - (theta W)'x_j.
func rows() implicit.Blocks[*fx.Array, dual] {
	return implicit.Blocks[*fx.Array, dual]{
		State: func(x *fx.Array, d dual) *fx.Array { return d.X.T().MatMul(d.Y.Sub(x)) },
		Grad: func(w, _, j *fx.Array, d dual) *fx.Array {
			return d.Theta.Mul(d.Y.Take(j, 0)).Sub(d.X.Take(j, 0).MatMul(w))
		},
		Move:  func(w, change, j *fx.Array, d dual) *fx.Array { return w.Sub(d.X.Take(j, 0).Outer(change)) },
		Prox:  func(xj *fx.Array, _ dual, _ *fx.Array) *fx.Array { return project.Simplex(xj, fx.Const(1)) },
		Steps: func(d dual) *fx.Array { return d.X.Square().Sum(1).Reciprocal() },
	}
}

// solve is any method for the dual problem.
type solve func(x0 *fx.Array, d dual) (*fx.Array, implicit.Report)

// solvers are the three methods, to the precision given.
func solvers(tol float64) map[string]solve {
	maps := fixedPoints()
	stop := implicit.Stop{Tol: tol, MaxIter: 400_000}
	// The steps of mirror descent shrink long before it arrives.
	fine := implicit.Stop{Tol: tol / 1000, MaxIter: stop.MaxIter}
	iterate := func(s implicit.Solver[*fx.Array], T func(x *fx.Array, d dual) *fx.Array) solve {
		F := implicit.Residual(T)
		return func(x0 *fx.Array, d dual) (*fx.Array, implicit.Report) {
			return s.Solve(func(x *fx.Array) *fx.Array { return F(x, d) }, x0)
		}
	}
	return map[string]solve{
		nameProjected: iterate(implicit.Nesterov[*fx.Array]{Stop: stop}, maps[nameProjected]),
		nameMirror:    iterate(implicit.Picard[*fx.Array]{Stop: fine}, maps[nameMirror]),
		nameBlocks:    implicit.BlockCoordinateDescent(rows(), stop),
	}
}

// The names in the order of tables.
func solverNames() []string     { return []string{nameMirror, nameProjected, nameBlocks} }
func fixedPointNames() []string { return []string{nameProjected, nameMirror} }

// problem is the machine's training problem.
func (m machine) problem() dual { return dual{m.X, m.Y, m.Lambda.Exp()} }

// validation is the mean squared error of the scores on the validation set.
func (m machine) validation(x *fx.Array) *fx.Array {
	d := m.problem()
	w := m.X.T().MatMul(m.Y.Sub(x)).Div(d.Theta)
	return m.ValX.MatMul(w).Sub(m.ValY).Square().Sum(1).Mean().MulScalar(0.5)
}

// judged is the value of a weight, with its derivative and the residuals of both
// fixed points at the solution.
type judged struct {
	Loss, Gradient, Projected, Iterations *fx.Array
}

// tuner judges a weight by a solver and the implicit derivative of a fixed point.
func (e experiment) tuner(s solve, fixed string) func(m machine) judged {
	maps := fixedPoints()
	optimal := implicit.Custom(implicit.Residual(maps[fixed]), s, e.linear.general)
	residual := implicit.Residual(maps[nameProjected])
	return fx.Jit(func(m machine) judged {
		type aux struct{ Projected, Iterations *fx.Array }
		loss, a, g := fx.ValueAndGradAux(func(lambda *fx.Array) (*fx.Array, aux) {
			m := m
			m.Lambda = lambda
			d := m.problem()
			x, report := optimal(d.start(), d)
			return m.validation(x), aux{residual(x, d).Norm(), report.Iterations}
		})(m.Lambda)
		return judged{loss, g, a.Projected, a.Iterations}
	})
}

// solvedTo is the tolerance of the solvers whose gradients are compared: residuals
// are relative to |x|, which is about the square root of the number of examples.
const solvedTo = 2e-11

// agreement compares the gradients that every solver gives with every fixed point.
func (e experiment) agreement(ctx context.Context, env *study.Env, p plan) error {
	m := newMachine(random.FoldIn(random.New(env.Seed), partSVM), p.svmTrain, p.svmFeatures, p.svmLambda)
	var all []float64
	worst := 0.0
	methods := solvers(solvedTo)
	for i := range env.Steps("gradients of the SVM", len(solverNames())*len(fixedPointNames())) {
		name, fixed := solverNames()[i/2], fixedPointNames()[i%2]
		run, err := study.Once(env, "tuner "+name+" "+fixed, func() (func(machine) judged, error) {
			return e.tuner(methods[name], fixed), nil
		})
		if err != nil {
			return err
		}
		j := run(m)
		r := env.Record.With("solver", name, "fixed_point", fixed)
		r.Scalar("gradient", j.Gradient.Item())
		r.Scalar("residual", j.Projected.Item())
		r.Scalar("iterations", j.Iterations.Item())
		all = append(all, j.Gradient.Item())
		worst = max(worst, j.Projected.Item())
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	env.Record.Scalar("disagreement", spread(all))
	env.Record.Scalar("worst_residual", worst)
	return nil
}

// spread is the largest difference relative to the largest magnitude.
func spread(v []float64) float64 {
	s := study.Sample(v)
	return (s.Max() - s.Min()) / s.Abs().Max()
}
