package compare

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// TestGaussNewton: every task has the matrix. It is symmetric and positive
// semidefinite, belongs to the task's loss (it is the Hessian where the model is linear,
// and at a minimum of squares that are zero), and is that of the minibatch given.
func TestGaussNewton(t *testing.T) {
	for _, task := range Tasks() {
		t.Run(task.Name, func(t *testing.T) {
			p, err := open(t, task, tiny[task.Name], study.DataSet{})
			if err != nil {
				t.Fatal(err)
			}
			params, batches := p.Init(random.New(0)), p.Batches(1)
			batch, other := batches(), batches()
			normal := func(seed uint64) Params {
				x, unravel := linalg.Ravel(params)
				return unravel(random.Normal(random.New(seed), x.DType(), x.Dim(0)))
			}
			product := func(p Problem, at, v Params, batch any) Params { return p.GaussNewton(at, batch)(v) }
			u, v := normal(1), normal(2)
			gu, gv := product(p, params, u, batch), product(p, params, v, batch)
			uu, uv, vu := linalg.Dot(u, gu).Item(), linalg.Dot(u, gv).Item(), linalg.Dot(v, gu).Item()
			vv := linalg.Dot(v, gv).Item()
			if scale := math.Sqrt(uu * vv); !(uu > 0 && vv > 0) || math.Abs(uv-vu) > 1e-4*scale {
				t.Errorf("u'Gu %v, v'Gv %v, u'Gv %v, v'Gu %v", uu, vv, uv, vu)
			}
			hessian := func(at, v Params) []float64 {
				_, h := fx.JVP(fx.Grad(func(q Params) *fx.Array { return p.Loss(q, batch) }), at, v)
				return raveled(h)
			}
			switch task.Name {
			case "quadratic", "logistic":
				fxtest.MustBeNear(t, "the Hessian", raveled(gu), hessian(params, u), 1e-5)
			case "rosenbrock":
				least := Params(point{fx.Ones(fx.Float64, 3)})
				fxtest.MustBeNear(t, "the Hessian", raveled(product(p, least, u, batch)), hessian(least, u), 1e-9)
			default:
				if d := distance(raveled(gu), raveled(product(p, params, u, other))); !(d > 0) {
					t.Error("another minibatch has the same matrix")
				}
			}
		})
	}
}

func raveled(p Params) []float64 {
	x, _ := linalg.Ravel(p)
	return x.AsType(fx.Float64).Float64s()
}

func distance(a, b []float64) float64 { return fx.New(a).Sub(fx.New(b)).Norm().Item() }

// TestNaturalGradients: on a network, methods of the Gauss-Newton matrix train as well
// in 45 steps as SGD does in as many, at their usual rate, which SGD chooses too.
// With the Hessian, whose negative directions grow in the device, the same method
// diverges.
func TestNaturalGradients(t *testing.T) {
	hessian := FromOptimizer("hessian", "the device with the Hessian", 0.3,
		func(_ float64, lr optim.Schedule) optim.TNGD[Params] { return optim.NewTNGD[Params](lr, nil) })
	losses := func(evaluations int, methods ...Method) map[string]float64 {
		r := do(t, Comparison{Task: MLP(), Set: map[string]string{"test": "100"}, Methods: methods,
			Seeds: []uint64{0, 1}, Rates: []float64{0.3}, Evaluations: evaluations})
		worst := map[string]float64{}
		for _, s := range r.Standings {
			for _, run := range s.Runs {
				values := run.Values["train_loss"]
				last := float64(values[len(values)-1])
				if run.Divergence == nil && !(last < float64(values[0])) {
					t.Errorf("%s, rate %v, seed %d: from %v to %v", s.Method, s.Rate, run.Seed, values[0], last)
				}
				worst[s.Method] = max(worst[s.Method], last)
			}
		}
		return worst
	}
	sgd := losses(45, MustMethod("sgd"))["sgd"]
	end := losses(45*11, MustMethod("ngd"), MustMethod("tngd"), hessian)
	t.Log(sgd, end)
	for _, name := range []string{"ngd", "tngd"} {
		if !(end[name] < 1.2*sgd) {
			t.Errorf("%s ends at %v, SGD at %v", name, end[name], sgd)
		}
	}
	if !math.IsInf(end["hessian"], 1) {
		t.Errorf("with the Hessian it ends at %v: this test shows nothing", end["hessian"])
	}
}

// TestFromCurvature: a step gets the curvature of its own minibatch, of a task that a
// user defined; a task without one is a clear error, and so is a step outside a task.
func TestFromCurvature(t *testing.T) {
	c := small()
	c.Task.Metrics = c.Task.Metrics[:1]
	c.Task.Open = func(Setup) (Problem, error) {
		// The loss is (b p - 1)^2 for minibatches b = 1, 2, ...: the damped Newton step
		// goes to the minimum 1/b but for the damping's part.
		return DefineModel(func(*fx.Array) *fx.Array { return fx.Scalar(0.0) },
			func(uint64) func() *fx.Array {
				n := 0.0
				return func() *fx.Array { n++; return fx.Scalar(n) }
			},
			func(p, b *fx.Array) *fx.Array { return p.Mul(b) },
			func(y, _ *fx.Array) *fx.Array { return y.SubScalar(1).Square() },
			func(p *fx.Array) []*fx.Array { return []*fx.Array{p} }), nil
	}
	c.Methods = []Method{FromCurvature("newton", "one's own", 1,
		func(_ float64, lr optim.Schedule, c optim.Curvature[Params]) optim.NGD[Params] {
			o := optim.NewNGD(lr, c)
			o.System, o.Damping = optim.DenseSystem[Params]{}, 1e-9
			return o
		})}
	c.Seeds, c.Rates, c.Evaluations = []uint64{0}, []float64{1}, 6 // one product and a gradient each
	r := do(t, c)
	run := r.Standings[0].Runs[0]
	values := run.Values[c.Task.Metrics[0].Name]
	if got := float64(values[len(values)-1]); run.Steps != 3 || math.Abs(got-1.0/3) > 1e-6 {
		t.Errorf("after %d steps at %v, want 1/3", run.Steps, got)
	}
	if got := MustMethod("tngd").Settings(); len(got) == 0 {
		t.Error("tngd has no settings")
	}

	c.Task.Name = "plain"
	c.Task.Open = func(Setup) (Problem, error) {
		return Define(func(*fx.Array) *fx.Array { return fx.Scalar(0.0) }, Constant(fx.Scalar(0.0)),
			func(p, _ *fx.Array) *fx.Array { return p.Square() }, func(p *fx.Array) []*fx.Array { return []*fx.Array{p} }), nil
	}
	if _, err := Do(context.Background(), c); err == nil || !strings.Contains(err.Error(), "method newton needs the Gauss-Newton matrix, which task plain does not have") {
		t.Errorf("error %v", err)
	}
	o, err := MustMethod("tngd").New(0.1, optim.Constant(0.1))
	if err != nil {
		t.Fatal(err)
	}
	p := Params(fx.Ones(fx.Float64, 2))
	s := o.Init(p)
	defer func() {
		if got, _ := recover().(string); !strings.Contains(got, "the curvature is that of a step's minibatch") {
			t.Errorf("panic %q", got)
		}
	}()
	o.StepStream(func(*fx.Array) optim.Loss[Params] {
		return func(p Params) *fx.Array { return p.(*fx.Array).Square().Sum() }
	}, p, s)
}
