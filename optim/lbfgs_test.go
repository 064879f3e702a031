package optim

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/random"
)

// rosenbrock is the sum over neighbours of 100 (x[i+1]-x[i]^2)^2 + (1-x[i])^2.
func rosenbrock(x *fx.Array) *fx.Array {
	n := x.Dim(0)
	a, b := x.SliceAxis(0, 0, n-1), x.SliceAxis(0, 1, n)
	valley := b.Sub(a.Square())
	return valley.Square().MulScalar(100).Add(fx.Const(1).Sub(a).Square()).Sum()
}

func rosenbrockStart(d fx.DType, n int) *fx.Array {
	v := make([]float64, n)
	for i := range v {
		v[i] = []float64{-1.2, 1}[i%2]
	}
	return fx.New(v).AsType(d)
}

type descent[P any] struct {
	P      P
	S      State
	Loss   *fx.Array
	Values map[string]*fx.Array
}

// descend makes steps, compiled, and shows each to watch.
func descend[P any](o Optimizer[P], loss Loss[P], p P, steps int, watch func(i int, d descent[P])) {
	step := fx.Jit(func(d descent[P]) descent[P] {
		p, s, info := o.Step(loss, d.P, d.S)
		return descent[P]{p, s, info.Loss, info.Values}
	})
	now := descent[P]{P: p, S: o.Init(p)}
	for i := range steps {
		now = step(now)
		watch(i, now)
	}
}

// TestLBFGSIsPyTorchs follows torch.optim.LBFGS with line_search_fn
// "strong_wolfe", evaluations counted.
func TestLBFGSIsPyTorchs(t *testing.T) {
	raw, err := os.ReadFile("testdata/pytorch.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		LBFGS []struct {
			History, N int
			Steps      [][]float64
		}
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.LBFGS) == 0 {
		t.Fatal("no runs")
	}
	for _, run := range file.LBFGS {
		o := NewLBFGS[*fx.Array]()
		o.History = run.History
		descend(o, rosenbrock, rosenbrockStart(fx.Float64, run.N), len(run.Steps), func(i int, d descent[*fx.Array]) {
			want := run.Steps[i]
			got := append(d.P.Float64s(), d.Values["evaluations"].Item())
			// Differences of rounding grow with the curvature of the valley.
			if w := worst([][]float64{got}, [][]float64{want}); !(w < 1e-8) {
				t.Fatalf("history %d, n %d, step %d: off by %g: %v, want %v", run.History, run.N, i, w, got, want)
			}
		})
	}
}

// TestLBFGSOnRosenbrock reaches the minimum to 1e-10, and knows when a search
// brings nothing more.
func TestLBFGSOnRosenbrock(t *testing.T) {
	for _, n := range []int{2, 10, 30} {
		last := math.Inf(1)
		descend(NewLBFGS[*fx.Array](), rosenbrock, rosenbrockStart(fx.Float64, n), 30+6*n, func(i int, d descent[*fx.Array]) {
			if loss := d.Loss.Item(); loss > last {
				t.Errorf("n %d: the loss rises from %g to %g", n, last, loss)
			}
			last = d.Loss.Item()
			if i == 29+6*n {
				if d.P.SubScalar(1).Abs().Max().Item() > 1e-10 {
					t.Errorf("n %d: ends at loss %g, %v", n, last, d.P)
				}
			}
		})
	}
}

// TestQuadraticTermination: with exact line searches BFGS finds the minimum of a
// quadratic of n variables in n steps, as long as all pairs are kept (Nocedal and
// Wright, theorem 6.4).
func TestQuadraticTermination(t *testing.T) {
	const n = 7
	m := random.Normal(random.New(1), fx.Float64, n, n)
	h := m.MatMul(m.T()).Add(fx.Eye(fx.Float64, n))
	target := random.Normal(random.New(2), fx.Float64, n)
	loss := func(p *fx.Array) *fx.Array {
		e := p.Sub(target)
		return e.Dot(h.MatMul(e)).MulScalar(0.5)
	}
	o := NewLBFGS[*fx.Array]()
	exact := NewStrongWolfe[*fx.Array]()
	exact.C1, exact.C2, exact.MaxEvaluations, exact.Tolerance = 1e-12, 1e-10, 60, 0
	o.Search = exact
	var errors []float64
	descend(o, loss, fx.Zeros(fx.Float64, n), n, func(i int, d descent[*fx.Array]) {
		errors = append(errors, d.P.Sub(target).Abs().Max().Item())
	})
	if errors[n-1] > 1e-7 || errors[n-3] < 1e-4 {
		t.Errorf("errors %v; the minimum must come at step %d, not before", errors, n)
	}
}

// TestLBFGSKinds: trees with leaves that are not floats, float32, compiled
// against plain, and many problems side by side.
func TestLBFGSKinds(t *testing.T) {
	o := NewLBFGS[point]()
	p, q := startPoint(), startPoint()
	s := o.Init(p)
	step := fx.Jit(func(r run) run {
		p, s, _ := o.Step(bowl, r.P, r.S)
		return run{p, s}
	})
	compiled := run{q, o.Init(q)}
	for range 6 {
		p, s, _ = o.Step(bowl, p, s)
		fx.Eval(p, s)
		compiled = step(compiled)
	}
	for i, a := range fx.Leaves(run{p, s}) {
		if !slices.Equal(a.Float64s(), fx.Leaves(compiled)[i].Float64s()) {
			t.Errorf("leaf %d: plain %v, compiled %v", i, a, fx.Leaves(compiled)[i])
		}
	}
	if w := p.A.SubScalar(1).Abs().Max().Item(); w > 0.1 {
		t.Errorf("ends at %v", p)
	}
	many := NewLBFGS[*fx.Array]()
	starts := random.Normal(random.New(3), fx.Float64, 4, 2)
	solve := func(x *fx.Array) *fx.Array {
		s := many.Init(x)
		for range 8 {
			x, s, _ = many.Step(rosenbrock, x, s)
		}
		return x
	}
	together := fx.Jit(fx.Vmap(solve))(starts)
	for i := range 4 {
		alone := solve(starts.Index(i))
		if w := worst([][]float64{together.Index(i).Float64s()}, [][]float64{alone.Float64s()}); !(w < 1e-9) {
			t.Errorf("start %d: %v together, %v alone", i, together.Index(i), alone)
		}
	}
	type withCount struct{ X, Count *fx.Array }
	m := withCount{fx.New([]float64{3, 4}), fx.Scalar(int32(7))}
	mixed := NewLBFGS[withCount]()
	next, _, _ := mixed.Step(func(m withCount) *fx.Array { return m.X.Square().Sum() }, m, mixed.Init(m))
	if next.Count.Item() != 7 || next.X.Float64s()[0] >= 3 {
		t.Errorf("mixed: %v", next)
	}
}

// TestLBFGSWithoutProgress: at the minimum nothing moves, and a failed search
// clears the memory.
func TestLBFGSWithoutProgress(t *testing.T) {
	o := NewLBFGS[*fx.Array]()
	loss := func(p *fx.Array) *fx.Array { return p.Square().Sum() }
	p := fx.Zeros(fx.Float64, 3)
	next, s, info := o.Step(loss, p, o.Init(p))
	if linalg.Norm(next).Item() != 0 || info.Values["success"].Item() != 0 || info.Values["evaluations"].Item() != 1 {
		t.Errorf("at the minimum: %v, %v", next, info.Values)
	}
	if own := s.(LBFGSState[*fx.Array]); own.Fresh.Bools()[0] != true {
		t.Error("the memory is not empty")
	}
}
