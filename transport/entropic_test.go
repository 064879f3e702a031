package transport_test

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/transport"
)

// problem has random costs in [0, 1) and random masses, or equal ones.
func problem(seed uint64, n, m int, eta float64, equal bool) transport.Entropic {
	keys := random.Split(random.New(seed), 3)
	mass := func(key *fx.Array, n int) *fx.Array {
		if equal {
			return fx.Full(fx.Float64, 1/float64(n), n)
		}
		w := random.Uniform(key, fx.Float64, 0.5, 1.5, n)
		return w.Div(w.Sum())
	}
	return transport.Entropic{Cost: random.Uniform(keys[0], fx.Float64, 0, 1, n, m), Rows: mass(keys[1], n), Columns: mass(keys[2], m), Eta: eta}
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %v, want %v within %v", what, got, want, tolerance)
	}
}

// All solvers reach the same plan, which has the sums asked for; their value is
// the primal one.
func TestSolversAgree(t *testing.T) {
	for _, e := range []transport.Entropic{problem(1, 12, 9, 20, false), problem(2, 10, 10, 30, true)} {
		if err := e.Validate(); err != nil {
			t.Fatal(err)
		}
		var first *fx.Array
		for name, s := range map[string]transport.Solver{
			"Sinkhorn":          transport.Sinkhorn{Tol: 1e-13},
			"over-relaxed":      transport.Sinkhorn{Tol: 1e-13, Relaxation: 1.3},
			"Newton":            transport.SinkhornNewton{Tol: 1e-13, Density: 1},
			"sparse Newton":     transport.SinkhornNewton{Tol: 1e-13, Density: 0.5},
			"adaptive density":  transport.SinkhornNewton{Tol: 1e-13, Auto: true},
			"Newton, compiled":  compiled{transport.SinkhornNewton{Tol: 1e-13, Density: 0.6}},
			"Newton, no warmth": transport.SinkhornNewton{Tol: 1e-13, Density: 1, Warmup: 1},
		} {
			z, report := s.Solve(e, e.Zero())
			if err := report.Err(); err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			plan := e.Plan(z)
			near(t, name+": marginal error", e.MarginalError(plan).Item(), 0, 2e-13)
			entropy := plan.Mul(plan.Log()).Sum().DivScalar(e.Eta)
			near(t, name+": value", e.Dual(z).Item(), e.Cost.Mul(plan).Sum().Add(entropy).Item(), 1e-12)
			if first == nil {
				first = plan
			}
			near(t, name+": distance of plans", plan.Sub(first).Abs().Max().Item(), 0, 1e-11)
		}
	}
}

// compiled solves inside fx.Jit.
type compiled struct{ transport.Solver }

func (c compiled) Solve(e transport.Entropic, start transport.Potentials) (transport.Potentials, transport.Report) {
	type result struct {
		Z transport.Potentials
		R transport.Report
	}
	r := fx.Jit(func(e transport.Entropic) result {
		z, report := c.Solver.Solve(e, start)
		return result{z, report}
	})(e)
	return r.Z, r.R
}

// A step of Newton's method: the gradient is f's derivative, the dual function
// only rises, and the errors are those of the history.
func TestNewtonHistory(t *testing.T) {
	e := problem(3, 20, 20, 300, true)
	z, report := transport.SinkhornNewton{Density: 0.75, Tol: 1e-12, Record: true}.Solve(e, e.Zero())
	if err := report.Err(); err != nil {
		t.Fatal(err)
	}
	steps := int(report.Newton.Item())
	errs, duals := report.History.Error.Float64s(), report.History.Dual.Float64s()
	near(t, "last error", errs[steps], report.Error.Item(), 0)
	if steps+1 < len(errs) && !math.IsNaN(errs[steps+1]) {
		t.Error("the history goes on after the last step")
	}
	for i := range steps {
		if duals[i+1] < duals[i]-1e-13 {
			t.Errorf("step %d lowers the dual function from %v to %v", i, duals[i], duals[i+1])
		}
	}
	warm := report.History.Sinkhorn.Float64s()
	if len(warm) != 20 || math.IsNaN(warm[19]) || warm[19] > warm[0] {
		t.Errorf("errors of the Sinkhorn iterations %v", warm)
	}
	gradient := fx.Grad(e.Dual)(transport.Potentials{X: z.X.AddScalar(0.01), Y: z.Y})
	own := e.Gradient(transport.Potentials{X: z.X.AddScalar(0.01), Y: z.Y})
	near(t, "gradient in x", gradient.X.Sub(own.X).Abs().Max().Item(), 0, 1e-12)
	near(t, "gradient in y", gradient.Y.Sub(own.Y).Abs().Max().Item(), 0, 1e-12)
}

// With a weak entropy the plan is near the optimal assignment.
func TestWeakEntropyIsAssignment(t *testing.T) {
	e := problem(4, 8, 8, 200, true)
	z, report := transport.SinkhornNewton{Density: 1, Tol: 1e-11, MaxCG: 5000}.Solve(e, e.Zero())
	if err := report.Err(); err != nil {
		t.Fatal(err)
	}
	want := assignmentCost(t, e.Cost)
	near(t, "cost", e.Cost.Mul(e.Plan(z)).Sum().Item(), want, 5e-3)
}

// Derivatives of value and plan agree with finite differences.
func TestDerivatives(t *testing.T) {
	e := problem(5, 5, 4, 20, false)
	s := transport.SinkhornNewton{Density: 1, Tol: 1e-14, CGTol: 1e-13}
	value := func(e transport.Entropic) *fx.Array { v, _ := transport.Value(e, s); return v }
	weights := random.Normal(random.New(6), fx.Float64, 5, 4)
	planned := func(e transport.Entropic) *fx.Array {
		p, _ := transport.Plan(e, s)
		return p.Mul(weights).Sum()
	}
	keys := random.Split(random.New(7), 3)
	// A direction that keeps the masses equal.
	level := func(x *fx.Array) *fx.Array { return x.Sub(x.Mean()) }
	d := transport.Entropic{Cost: random.Normal(keys[0], fx.Float64, 5, 4), Rows: level(random.Normal(keys[1], fx.Float64, 5)).MulScalar(0.1),
		Columns: level(random.Normal(keys[2], fx.Float64, 4)).MulScalar(0.1), Eta: e.Eta}
	moved := func(h float64) transport.Entropic {
		return transport.Entropic{Cost: e.Cost.Add(d.Cost.MulScalar(h)), Rows: e.Rows.Add(d.Rows.MulScalar(h)), Columns: e.Columns.Add(d.Columns.MulScalar(h)), Eta: e.Eta}
	}
	for name, f := range map[string]func(transport.Entropic) *fx.Array{"value": value, "plan": planned} {
		const h = 1e-5
		want := (f(moved(h)).Item() - f(moved(-h)).Item()) / (2 * h)
		_, forward := fx.JVP(f, e, d)
		near(t, name+" by JVP", forward.Item(), want, 1e-7*(1+math.Abs(want)))
		g := fx.Grad(f)(e)
		back := g.Cost.Mul(d.Cost).Sum().Add(g.Rows.Dot(d.Rows)).Add(g.Columns.Dot(d.Columns)).Item()
		near(t, name+" by Grad", back, want, 1e-7*(1+math.Abs(want)))
	}
	// The value's gradient in the cost is the plan; its second derivative is the plan's first.
	plan, _ := transport.Plan(e, s)
	near(t, "gradient of the value", fx.Grad(value)(e).Cost.Sub(plan).Abs().Max().Item(), 0, 1e-10)
	_, second := fx.JVP(func(e transport.Entropic) *fx.Array { return fx.Grad(value)(e).Cost.Mul(weights).Sum() }, e, d)
	_, first := fx.JVP(planned, e, d)
	near(t, "second derivative of the value", second.Item(), first.Item(), 1e-7)
}

// Rounding gives the sums exactly and moves little.
func TestRound(t *testing.T) {
	e := problem(8, 7, 11, 30, false)
	z, report := transport.Sinkhorn{MaxIter: 3}.Solve(e, e.Zero())
	rough := e.Plan(z)
	if report.Err() == nil {
		t.Error("three iterations are enough")
	}
	plan := e.Round(rough)
	near(t, "marginal error", e.MarginalError(plan).Item(), 0, 1e-15)
	if plan.Min().Item() < 0 {
		t.Error("the plan has negative elements")
	}
	if moved, bound := plan.Sub(rough).Abs().Sum().Item(), 2*e.MarginalError(rough).Item(); moved > bound {
		t.Errorf("rounding moves %v, at most %v", moved, bound)
	}
	near(t, "a plan with the sums", e.Round(plan).Sub(plan).Abs().Max().Item(), 0, 1e-16)
}

func TestOutside(t *testing.T) {
	p := fx.New([]float64{0.1, 0.4, 0.2, 0.3}, 2, 2)
	for k, want := range []float64{1, 0.6, 0.3, 0.1, 0} {
		near(t, "mass outside", transport.Outside(p, k).Item(), want, 1e-15)
	}
}

// Mistakes in the data are errors, and a solution that is not reached says so.
func TestEntropicMistakes(t *testing.T) {
	good := problem(1, 3, 3, 10, true)
	with := func(change func(*transport.Entropic)) error {
		e := good
		change(&e)
		return e.Validate()
	}
	_, few := transport.Sinkhorn{MaxIter: 2, Tol: 1e-14}.Solve(good, good.Zero())
	hard := problem(9, 60, 60, 3000, true)
	_, stuck := transport.SinkhornNewton{Density: 1.0 / 60, Warmup: 2, MaxNewton: 3}.Solve(hard, hard.Zero())
	for want, err := range map[string]error{
		"transport: eta is 0; it must be positive and finite": with(func(e *transport.Entropic) { e.Eta = 0 }),
		"transport: a problem without cost, rows or columns":  with(func(e *transport.Entropic) { e.Rows = nil }),
		"transport: cost [3 3], rows [2] and columns [3]; they must be [n, m], [n] and [m]": with(func(e *transport.Entropic) {
			e.Rows = fx.Ones(fx.Float64, 2)
		}),
		"transport: cost float64, rows float32 and columns float64; they must be of one float type": with(func(e *transport.Entropic) {
			e.Rows = e.Rows.AsType(fx.Float32)
		}),
		"transport: costs that are not finite": with(func(e *transport.Entropic) { e.Cost = e.Cost.DivScalar(0) }),
		"transport: the mass of row 1 is -1; it must be positive and finite": with(func(e *transport.Entropic) {
			e.Rows = fx.New([]float64{1, -1, 1})
		}),
		"transport: the mass of row 0 is NaN; it must be positive and finite": with(func(e *transport.Entropic) {
			e.Rows = fx.New([]float64{math.NaN(), 1, 1})
		}),
		"transport: column 2 has no mass: leave it out, or raise all masses by a small number": with(func(e *transport.Entropic) {
			e.Columns = fx.New([]float64{0.5, 0.5, 0})
		}),
		"transport: the rows have mass 1 in all and the columns 3; they must be the same": with(func(e *transport.Entropic) {
			e.Rows, e.Columns = fx.New([]float64{0.5, 0.25, 0.25}), fx.Ones(fx.Float64, 3)
		}),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	for _, r := range []transport.Report{few, stuck} {
		if r.Err() == nil {
			t.Errorf("no error at a marginal error of %v", r.Error.Item())
		}
	}
	fxtest.MustFail(t, "the density 2 must be in (0, 1]", func() { transport.SinkhornNewton{Density: 2}.Solve(good, good.Zero()) })
	fxtest.MustFail(t, "relaxation 2", func() { transport.Sinkhorn{Relaxation: 2}.Solve(good, good.Zero()) })
	fxtest.MustFail(t, "the solver is nil", func() { transport.Solved(good, nil) })
	fxtest.MustFail(t, "the plan is float64 [2 3]", func() { good.Round(fx.Zeros(fx.Float64, 2, 3)) })
	fxtest.MustFail(t, "the 5 largest elements of float64 [2 2]", func() { transport.Outside(fx.Zeros(fx.Float64, 2, 2), 5) })
}
