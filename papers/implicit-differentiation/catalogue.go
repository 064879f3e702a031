package implicitdifferentiation

import (
	"context"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/implicit"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/project"
	"github.com/fluxion-go/fluxion/prox"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/transport"
)

// E6: every kind of optimality condition on a random problem, its derivative held
// against central differences and, where there is one, against the formula for the
// active set.

const (
	catalogueSize = 6
	catalogueStep = 1e-5 // of central differences
)

// entry is one condition: a solution as a function of parameters p [6], and a
// formula for its Jacobian, if one is known.
type entry struct {
	name     string
	solution func(p *fx.Array) *fx.Array
	formula  func(p *fx.Array) *fx.Array // [outputs, 6]
}

// quadratic is the smooth part of most entries: x'Qx/2 - p.x.
type quadratic struct {
	q    *fx.Array
	step float64 // 0.9 over its curvature
}

func newQuadratic(key *fx.Array) quadratic {
	a := random.Normal(key, fx.Float64, catalogueSize, catalogueSize)
	q := a.T().MatMul(a).Add(fx.Eye(fx.Float64, catalogueSize))
	return quadratic{q, 0.9 / fx.Eigvalsh(q).Max().Item()}
}

func (q quadratic) value(x, p *fx.Array) *fx.Array {
	return x.Dot(q.q.MatMul(x)).MulScalar(0.5).Sub(x.Dot(p))
}

// onFace is the Jacobian in p of the minimum of the quadratic over a face: on the
// free elements, with sum constant if summed. Its conditions are those of the
// equality-constrained program.
func (q quadratic) onFace(free *fx.Array, summed bool) *fx.Array {
	pinned := free.Neg().AddScalar(1)
	m := free.ExpandDims(1).Mul(q.q).Mul(free).Add(pinned.Diag(0))
	rhs := free.Diag(0)
	if !summed {
		return fx.Solve(m, rhs)
	}
	column := free.ExpandDims(1)
	m = fx.Concatenate(0, fx.Concatenate(1, m, column), fx.Concatenate(1, column.T(), fx.Zeros(fx.Float64, 1, 1)))
	rhs = fx.Concatenate(0, rhs, fx.Zeros(fx.Float64, 1, catalogueSize))
	return fx.Solve(m, rhs).SliceAxis(0, 0, catalogueSize)
}

const lassoWeight = 0.8

func (e experiment) entries(key *fx.Array) []entry {
	keys := random.Split(key, 4)
	q := newQuadratic(keys[0])
	start := fx.Full(fx.Float64, 1.0/catalogueSize, catalogueSize)
	stop := implicit.Stop{Tol: 1e-13, MaxIter: 200_000}
	root := func(F func(x, p *fx.Array) *fx.Array, s implicit.Solver[*fx.Array], linear linalg.Solver[*fx.Array]) func(p *fx.Array) *fx.Array {
		solve := implicit.Root(F, s, linear)
		return func(p *fx.Array) *fx.Array { x, _ := solve(start, p); return x }
	}
	fixed := func(T func(x, p *fx.Array) *fx.Array) func(p *fx.Array) *fx.Array {
		return root(implicit.Residual(T), implicit.Picard[*fx.Array]{Stop: stop}, e.linear.general)
	}
	proximal := func(prox func(x, p *fx.Array, s float64) *fx.Array) func(p *fx.Array) *fx.Array {
		return fixed(implicit.ProximalGradient(q.value, prox, q.step))
	}
	onto := func(project func(x, p *fx.Array) *fx.Array) func(p *fx.Array) *fx.Array {
		return fixed(implicit.ProjectedGradient(q.value, project, q.step))
	}
	newton := implicit.Newton[*fx.Array]{Stop: stop, Linear: linalg.LU[*fx.Array]{}}
	stationary := implicit.Stationary(q.value)
	lasso := proximal(func(x, _ *fx.Array, s float64) *fx.Array { return prox.Lasso(x, fx.Const(lassoWeight*s)) })
	simplex := onto(func(x, _ *fx.Array) *fx.Array { return project.Simplex(x, fx.Const(1)) })
	nonzero := func(x *fx.Array) *fx.Array { return x.NotEqual(fx.Const(0)).AsType(fx.Float64) }
	program := func(p *fx.Array) linalg.QP {
		return linalg.QP{H: q.q, C: p.Neg(), Eq: fx.Ones(fx.Float64, 1, catalogueSize), EqB: fx.Ones(fx.Float64, 1),
			In: fx.Eye(fx.Float64, catalogueSize).Neg(), InB: fx.Zeros(fx.Float64, catalogueSize)}
	}
	qp := implicit.QuadraticProgram(implicit.OSQP{Stop: implicit.Stop{Tol: 1e-11, MaxIter: 20_000}})
	interior := func(p *fx.Array) *fx.Array { s, _ := qp(program(p)); return s.X }
	weights := random.Normal(keys[1], fx.Float64, catalogueSize, catalogueSize).MulScalar(0.2)
	// A small problem of transport: its solution's plan.
	cost := random.Uniform(keys[2], fx.Float64, 0, 1, catalogueSize, catalogueSize)
	mass := fx.Full(fx.Float64, 1.0/catalogueSize, catalogueSize)
	problem := func(p *fx.Array) transport.Entropic {
		return transport.Entropic{Cost: cost.Add(p.Outer(p.Sin()).MulScalar(0.1)), Rows: mass, Columns: mass, Eta: 5}
	}
	plan := func(p *fx.Array) *fx.Array {
		x, _ := transport.Plan(problem(p), transport.Sinkhorn{Tol: 1e-14, MaxIter: 20_000})
		return x.Flatten()
	}
	affine := random.Normal(keys[3], fx.Float64, 2, catalogueSize)
	return []entry{
		{name: "stationary", solution: root(stationary, newton, e.linear.symmetric),
			formula: func(*fx.Array) *fx.Array { return fx.Inverse(q.q) }},
		{name: "gradient descent", solution: fixed(implicit.GradientDescent(q.value, q.step))},
		{name: "Newton", solution: fixed(implicit.NewtonStep(stationary, linalg.LU[*fx.Array]{}, 0.7))},
		{name: "KKT: quadratic program", solution: interior, formula: func(p *fx.Array) *fx.Array {
			return q.onFace(interior(p).Greater(fx.Const(1e-9)).AsType(fx.Float64), true)
		}},
		{name: "equality program", solution: func(p *fx.Array) *fx.Array {
			return implicit.EqQP(linalg.QP{H: q.q, C: p.Neg(), Eq: affine, EqB: p.SliceAxis(0, 0, 2)}).X
		}},
		{name: "cone program", solution: e.cone(q)},
		{name: "lasso", solution: lasso, formula: func(p *fx.Array) *fx.Array { return q.onFace(nonzero(lasso(p)), false) }},
		{name: "elastic net", solution: proximal(func(x, p *fx.Array, s float64) *fx.Array {
			return prox.ElasticNet(x, fx.Const(lassoWeight*s), p.Square().Sum().MulScalar(0.1*s))
		})},
		{name: "group lasso", solution: proximal(func(x, _ *fx.Array, s float64) *fx.Array {
			return prox.GroupLasso(x.Reshape(3, 2), fx.Const(s)).Flatten()
		})},
		{name: "block proximal gradient", solution: fixed(implicit.BlockProximalGradient(q.value,
			func(x, _, s *fx.Array) *fx.Array { return prox.Lasso(x, s.MulScalar(lassoWeight)) },
			func(*fx.Array) *fx.Array { return fx.Linspace(fx.Float64, 0.5, 1, catalogueSize).MulScalar(q.step) }))},
		{name: "simplex", solution: simplex, formula: func(p *fx.Array) *fx.Array { return q.onFace(nonzero(simplex(p)), true) }},
		{name: "box", solution: onto(func(x, p *fx.Array) *fx.Array { return project.Box(x, fx.Const(-0.2), p.Abs().MulScalar(0.3)) })},
		{name: "l1 ball", solution: onto(func(x, p *fx.Array) *fx.Array { return project.L1Ball(x, p.Square().Mean()) })},
		{name: "l2 ball", solution: onto(func(x, p *fx.Array) *fx.Array { return project.L2Ball(x, p.Norm().MulScalar(0.1)) })},
		{name: "half-space", solution: onto(func(x, p *fx.Array) *fx.Array { return project.HalfSpace(x, p, fx.Const(0.1)) })},
		{name: "box section", solution: onto(func(x, p *fx.Array) *fx.Array {
			return project.BoxSection(x, fx.Const(0), fx.Const(0.4), p.Square().AddScalar(0.5), fx.Const(1))
		})},
		{name: "mirror descent", solution: fixed(implicit.MirrorDescent(q.value, (*fx.Array).Log,
			func(y, _ *fx.Array) *fx.Array { return project.SimplexKL(y, fx.Const(1)) }, q.step))},
		{name: "Sinkhorn", solution: plan, formula: e.sinkhornRows(problem)},
		{name: "deep equilibrium", solution: fixed(func(x, p *fx.Array) *fx.Array { return weights.MatMul(x).Add(p).Tanh() })},
	}
}

// cone is the smallest linear function p.x over the ball |x| <= 1, as a program over
// the second-order cone: -p/|p|, plus the quadratic's minimum so that all of its
// data matter.
func (e experiment) cone(q quadratic) func(p *fx.Array) *fx.Array {
	n := catalogueSize
	F := implicit.ConeResidual(project.SecondOrderCone)
	data := func(p *fx.Array) implicit.ConeProgram {
		return implicit.ConeProgram{
			A: fx.Concatenate(0, fx.Zeros(fx.Float64, 1, n), fx.Eye(fx.Float64, n).Neg()),
			B: fx.Concatenate(0, p.Square().Sum().AddScalar(1).ExpandDims(0), fx.Zeros(fx.Float64, n)),
			C: q.q.MatMul(p)}
	}
	solve := implicit.Root(F, implicit.Newton[implicit.Conic]{Stop: implicit.Stop{Tol: 1e-13}, Linear: linalg.LU[implicit.Conic]{}},
		linalg.Solver[implicit.Conic](linalg.LU[implicit.Conic]{}))
	return func(p *fx.Array) *fx.Array {
		d := data(p)
		start := implicit.Conic{X: d.C.Neg(), Z: fx.Concatenate(0, fx.Zeros(fx.Float64, 1), d.C.MulScalar(1.5))}
		z, _ := solve(fx.StopGradient(start), d)
		return z.X
	}
}

// sinkhornRows is the Jacobian of the plan by the other way: the fixed point of the
// iteration itself, on the potentials of the rows with the last one held at its
// value, instead of the dual problem's Hessian.
func (e experiment) sinkhornRows(problem func(p *fx.Array) transport.Entropic) func(p *fx.Array) *fx.Array {
	columns := func(x *fx.Array, t transport.Entropic) *fx.Array {
		return t.Columns.Log().AddScalar(1).Sub(x.ExpandDims(1).Sub(t.Cost).MulScalar(t.Eta).LogSumExp(0)).DivScalar(t.Eta)
	}
	round := func(x, p *fx.Array) *fx.Array {
		t := problem(p)
		y := columns(x, t)
		x = t.Rows.Log().AddScalar(1).Sub(y.Sub(t.Cost).MulScalar(t.Eta).LogSumExp(1)).DivScalar(t.Eta)
		return x.Sub(x.SliceAxis(0, -1, fx.End))
	}
	solve := implicit.FixedPoint(round, implicit.Picard[*fx.Array]{Stop: implicit.Stop{Tol: 1e-14, MaxIter: 20_000}}, e.linear.general)
	plan := func(p *fx.Array) *fx.Array {
		t := problem(p)
		x, _ := solve(fx.ZerosLike(p), p)
		return t.Plan(transport.Potentials{X: x, Y: columns(x, t)}).Flatten()
	}
	return fx.JacFwd(plan)
}

// catalogue measures every entry. The errors are relative to the larger of 1 and the
// Jacobian's largest element.
func (e experiment) catalogue(ctx context.Context, env *study.Env, _ plan) error {
	key := random.FoldIn(random.New(env.Seed), partCatalogue)
	keys := random.Split(key, 2)
	list := e.entries(keys[0])
	p := random.Normal(keys[1], fx.Float64, catalogueSize).MulScalar(2)
	worst, exact := 0.0, 0.0
	for i := range env.Steps("catalogue", len(list)) {
		c := list[i]
		solve := fx.Jit(c.solution)
		columns := make([]*fx.Array, catalogueSize)
		for k := range columns {
			d := fx.Eye(fx.Float64, catalogueSize).Index(k).MulScalar(catalogueStep)
			columns[k] = solve(p.Add(d)).Sub(solve(p.Sub(d))).DivScalar(2 * catalogueStep)
		}
		numeric := fx.Stack(1, columns...)
		reverse := fx.Jit(fx.JacRev(c.solution))(p)
		r := env.Record.With("mapping", c.name)
		off := distance(reverse, numeric)
		r.Scalar("against_differences", off)
		worst = math.Max(worst, off)
		if c.formula != nil {
			off := distance(reverse, c.formula(p))
			r.Scalar("against_formula", off)
			exact = math.Max(exact, off)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	env.Record.Scalar("worst_mapping", worst)
	env.Record.Scalar("worst_formula", exact)
	return nil
}

func distance(a, b *fx.Array) float64 {
	return a.Sub(b).Abs().Max().Item() / math.Max(1, b.Abs().Max().Item())
}
