package gradient

import (
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

func sgd(rate float64) optim.Optimizer[params] {
	return optim.FromRule[params](optim.NewSGD(optim.Constant(rate)))
}

// TestSurrogate: value and derivatives of a surrogate loss, plain and compiled.
func TestSurrogate(t *testing.T) {
	p, key := newParams(), random.New(4)
	for _, e := range []Estimator[params]{Forward[params]{}, Forward[params]{Directions: Directions{Count: 3}, Batched: true}, Difference[params]{}} {
		loss := Surrogate(e, key, smooth)
		want := e.Estimate(key, smooth, p)
		for _, both := range []func(params) (*fx.Array, params){fx.ValueAndGrad(loss), func(p params) (*fx.Array, params) {
			type out struct {
				Y *fx.Array
				G params
			}
			o := fx.Jit(func(p params) out {
				y, g := fx.ValueAndGrad(loss)(p)
				return out{y, g}
			})(p)
			return o.Y, o.G
		}} {
			y, g := both(p)
			if y.Item() != smooth(p).Item() || loss(p).Item() != y.Item() {
				t.Errorf("%T: value %v and %v, want %v", e, y, loss(p), smooth(p))
			}
			if distance(flat(g), flat(want.Grad)) != 0 {
				t.Errorf("%T: the gradient is not the estimate", e)
			}
		}
	}
	// The second derivative along u of the estimate v <v, grad> is v <v, H u>.
	u := newParams()
	got := flat(fx.HVP(Surrogate(Forward[params]{}, key, smooth), p, u))
	along := func(p params) *fx.Array {
		sum := fx.Scalar(0.0)
		for _, pair := range pairs(fx.Grad(smooth)(p), u) {
			sum = sum.Add(pair[0].AsType(fx.Float64).Mul(pair[1].AsType(fx.Float64)).Sum())
		}
		return sum
	}
	want := flat(Forward[params]{}.Estimate(key, along, p).Grad)
	if d := distance(got, want); d > 1e-5*norm(want) {
		t.Errorf("second derivative off by %v of %v", d, norm(want))
	}
}

// pairs are the float leaves of two trees, side by side.
func pairs(a, b params) [][2]*fx.Array {
	left, _ := optim.Floats(a)
	right, _ := optim.Floats(b)
	var both [][2]*fx.Array
	for i := range left {
		both = append(both, [2]*fx.Array{left[i], right[i]})
	}
	return both
}

// TestEstimatedSGD follows the formula: p - rate g, with a new key every step,
// inside Jit and Scan.
func TestEstimatedSGD(t *testing.T) {
	const steps, rate = 3, 1e-2
	opt := Estimated(sgd(rate), Forward[params]{Directions: Directions{Law: Rademacher}}, random.New(8))
	type run struct {
		P     params
		State optim.State
	}
	all := fx.Jit(func(r run) run {
		end, _ := fx.Scan(func(r run, _ struct{}) (run, *fx.Array) {
			p, s, info := opt.Step(smooth, r.P, r.State)
			return run{p, s}, info.Loss
		}, r, struct{}{}, fx.Length(steps))
		return end
	})
	p := newParams()
	got := all(run{p, opt.Init(p)}).P
	key := random.New(8)
	var last []float64
	for range steps {
		keys := random.Split(key, 2)
		key = keys[1]
		g := Forward[params]{Directions: Directions{Law: Rademacher}}.Estimate(keys[0], smooth, p).Grad
		if last != nil && distance(flat(g), last) < 1e-3 {
			t.Error("two steps have the same estimate")
		}
		last = flat(g)
		p = fx.Map2(func(a, g *fx.Array) *fx.Array {
			if !a.DType().IsFloat() {
				return a
			}
			return a.Sub(g.MulScalar(rate))
		}, p, g)
	}
	if d := distance(flat(got), flat(p)); d > 1e-6 {
		t.Errorf("after %d steps %v from the formula", steps, d)
	}
	if n := got.N.Item(); n != 2 {
		t.Errorf("the int32 leaf is %v, want 2", n)
	}
}

// TestAnyOptimizer: an optimizer with momentum and state of its own descends;
// it is told the value of f.
func TestAnyOptimizer(t *testing.T) {
	f := func(p params) *fx.Array { return p.A.Square().Sum().Add(p.C.Square()) }
	opt := Estimated(optim.FromRule[params](optim.NewAdam(optim.Constant(0.03))), Forward[params]{}, random.New(6))
	p := newParams()
	state := opt.Init(p)
	start := f(p).Item()
	for range 300 {
		before := f(p)
		var info optim.Info
		p, state, info = opt.Step(f, p, state)
		fx.Eval(p, state)
		if info.Loss.Item() != before.Item() {
			t.Fatalf("the step tells a loss of %v, want %v", info.Loss, before)
		}
	}
	if end := f(p).Item(); end > 0.01*start {
		t.Errorf("the loss goes from %v to %v only", start, end)
	}
}

// TestSideResult: a loss with a side result keeps optim.WithAux's promise.
func TestSideResult(t *testing.T) {
	opt := Estimated(sgd(0.1), Forward[params]{Directions: Directions{Count: 3}}, random.New(6))
	side := func(p params) *fx.Array {
		loss, aux := optim.WithAux(func(p params) (*fx.Array, *fx.Array) { return smooth(p), p.C.MulScalar(3) })
		opt.Step(loss, p, opt.Init(p))
		return aux()
	}
	p := newParams()
	if got, want := fx.Jit(side)(p).Item(), 3*p.C.Item(); got != want || side(p).Item() != want {
		t.Errorf("side result %v compiled and %v plain, want %v", got, side(p), want)
	}
	for _, e := range []Estimator[params]{Forward[params]{Directions: Directions{Count: 3}}, Forward[params]{Directions: Directions{Count: 3}, Batched: true},
		Difference[params]{Directions: Directions{Count: 3}}} {
		loss, aux := optim.WithAux(func(p params) (*fx.Array, *fx.Array) { return smooth(p), p.C.MulScalar(3) })
		e.Estimate(random.New(0), loss, p)
		if got, want := aux().Item(), 3*p.C.Item(); got != want {
			t.Errorf("%T: side result %v, want %v", e, got, want)
		}
	}
}
