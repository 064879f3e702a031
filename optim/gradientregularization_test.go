package optim

import (
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
)

// regularized is one step of gradient descent at rate 1 with gamma: what is taken
// away is G + gamma R.
func regularized(o GradientRegularization[twoLeaves], loss Loss[twoLeaves], at []float64) []float64 {
	p := twoLeavesOf(at, fx.Float64)
	q, _, _ := o.Step(loss, p, o.Init(p))
	out := make([]float64, 3)
	for i, v := range q.values() {
		out[i] = at[i] - v
	}
	return out
}

func regularizer(kind Differencing, gamma, eps float64) GradientRegularization[twoLeaves] {
	o := WithGradientRegularization[twoLeaves](NewSGD(Constant(1)), gamma, eps)
	o.Kind = kind
	return o
}

var kinds = []Differencing{ForwardDifference, BackwardDifference, CentralDifference, DoubleBackpropagation}

// penalty is half the squared norm of crossed's gradient, in plain numbers.
func penalty(w []float64) float64 {
	g, _ := crossedBy(w)
	return (g[0]*g[0] + g[1]*g[1] + g[2]*g[2]) / 2
}

// TestDoubleBackpropagation: it is the gradient of L + gamma/2 |grad L|^2, by
// differences of plain numbers.
func TestDoubleBackpropagation(t *testing.T) {
	const gamma, h = 0.01, 1e-6
	at := []float64{0.3, -0.2, 0.5}
	got := regularized(regularizer(DoubleBackpropagation, gamma, 1), crossed, at)
	g, _ := crossedBy(at)
	for i := range at {
		up, down := append([]float64(nil), at...), append([]float64(nil), at...)
		up[i], down[i] = up[i]+h, down[i]-h
		want := g[i] + gamma*(penalty(up)-penalty(down))/(2*h)
		if math.Abs(got[i]-want) > 1e-5*math.Abs(want) {
			t.Errorf("element %d: %v, want %v", i, got[i], want)
		}
	}
}

// TestDifferences: the finite differences are of first order (central: second)
// in eps, on the expected sides, and exact on a quadratic.
func TestDifferences(t *testing.T) {
	const gamma = 0.01
	at := []float64{0.3, 0.9, 0.1}
	off := func(kind Differencing, eps float64) float64 {
		exact := regularized(regularizer(DoubleBackpropagation, gamma, eps), crossed, at)
		got := regularized(regularizer(kind, gamma, eps), crossed, at)
		sum := 0.0
		for i := range got {
			sum += (got[i] - exact[i]) * (got[i] - exact[i])
		}
		return math.Sqrt(sum)
	}
	for kind, want := range map[Differencing]float64{ForwardDifference: 2, BackwardDifference: 2, CentralDifference: 4} {
		if ratio := off(kind, 1e-3) / off(kind, 5e-4); math.Abs(ratio-want) > 0.1 {
			t.Errorf("%v: the error falls by %v when eps halves, want %v", kind, ratio, want)
		}
	}
	quadratic := func(p twoLeaves) *fx.Array {
		return p.A.Square().Mul(fx.New([]float64{1, 100})).Sum().Add(p.A.Sum().Sub(p.B.Sum()).Square())
	}
	want := regularized(regularizer(DoubleBackpropagation, gamma, 1), quadratic, at)
	for _, kind := range kinds[:3] {
		if w := worst([][]float64{regularized(regularizer(kind, gamma, 0.5), quadratic, at)}, [][]float64{want}); !(w < 1e-10) {
			t.Errorf("%v on a quadratic is off by %v", kind, w)
		}
	}
}

// TestRelatives: with gamma = eps the forward difference is the gradient at the
// ascended point, and SAM the same with a normalised step.
func TestRelatives(t *testing.T) {
	const eps = 0.02
	at := []float64{0.3, 0.9, 0.1}
	g, _ := crossedBy(at)
	for _, normalize := range []bool{false, true} {
		by := eps
		if normalize {
			by /= math.Sqrt(g[0]*g[0] + g[1]*g[1] + g[2]*g[2])
		}
		there := make([]float64, 3)
		for i := range at {
			there[i] = at[i] + by*g[i]
		}
		want, _ := crossedBy(there)
		o := regularizer(ForwardDifference, eps, eps)
		o.Normalize = normalize
		if normalize {
			// gamma_t = eps_t = rho/|G|.
			o.Gamma = Constant(by)
		}
		if w := worst([][]float64{regularized(o, crossed, at)}, [][]float64{want}); !(w < 1e-12) {
			t.Errorf("normalised %v: off by %v from the gradient away", normalize, w)
		}
		s := WithSAM[twoLeaves](NewSGD(Constant(1)), eps)
		s.Plain = !normalize
		p := twoLeavesOf(at, fx.Float64)
		q, _, info := s.Step(crossed, p, s.Init(p))
		for i, v := range q.values() {
			if math.Abs(at[i]-v-want[i]) > 1e-12 {
				t.Errorf("SAM, normalised %v: %v, want %v", normalize, at[i]-v, want[i])
			}
		}
		if l := crossed(p).Item(); info.Loss.Item() != l {
			t.Errorf("Info.Loss is %v, want %v", info.Loss, l)
		}
	}
}

// TestFlooding: below the level it goes up; a step down and one up are the
// backward difference.
func TestFlooding(t *testing.T) {
	const lr = 0.002
	at := []float64{0.3, 0.9, 0.1}
	p := twoLeavesOf(at, fx.Float64)
	l := crossed(p).Item()
	o := WithFlooding(FromRule[twoLeaves](NewSGD(Constant(lr))), l-1e-9)
	s := o.Init(p)
	down, s, info := o.Step(crossed, p, s)
	if info.Loss.Item() != l || !(crossed(down).Item() < l) {
		t.Errorf("Info.Loss is %v and then the loss %v; it was %v", info.Loss, crossed(down), l)
	}
	up, _, _ := o.Step(crossed, down, s)
	b := regularized(regularizer(BackwardDifference, 1, lr), crossed, at)
	g, _ := crossedBy(at)
	for i, v := range up.values() {
		if want := -lr * lr * (b[i] - g[i]); math.Abs(v-at[i]-want) > 1e-14 {
			t.Errorf("element %d moves by %v, want %v", i, v-at[i], want)
		}
	}
}

// TestRegularizationAtRest: where the gradient is 0 nothing moves and nothing is
// NaN; no strength is the base rule.
func TestRegularizationAtRest(t *testing.T) {
	for _, kind := range kinds {
		for _, normalize := range []bool{false, true} {
			o := regularizer(kind, 0.5, 0.1)
			o.Normalize = normalize
			p := twoLeavesOf([]float64{0, 0, 0}, fx.Float64)
			q, _, info := o.Step(func(p twoLeaves) *fx.Array { return p.A.Square().Sum().Add(p.B.Square().Sum()) }, p, o.Init(p))
			for _, v := range append(q.values(), info.Values["penalty_norm"].Item(), info.Values["relative_eps"].Item()) {
				if v != 0 {
					t.Errorf("%v, normalised %v: %v at the minimum", kind, normalize, v)
				}
			}
		}
		at := []float64{0.3, -0.2, 0.5}
		g, _ := crossedBy(at)
		if w := worst([][]float64{regularized(regularizer(kind, 0, 0.1), crossed, at)}, [][]float64{g}); !(w < 1e-13) {
			t.Errorf("%v: gamma 0 is off by %v", kind, w)
		}
	}
}

// TestRegularizationPasses: the loss is called at p first; each difference costs
// the gradients that it should.
func TestRegularizationPasses(t *testing.T) {
	for kind, want := range map[Differencing]int{ForwardDifference: 2, BackwardDifference: 2, CentralDifference: 3, DoubleBackpropagation: 1} {
		var at []float64
		o := regularizer(kind, 0.5, 0.1)
		p := twoLeavesOf([]float64{1, 2, 3}, fx.Float64)
		o.Step(func(p twoLeaves) *fx.Array {
			at = append(at, p.A.Float64s()[0])
			return crossed(p)
		}, p, o.Init(p))
		if len(at) != want || at[0] != 1 {
			t.Errorf("%v calls the loss at %v; want %d calls, the first at 1", kind, at, want)
		}
	}
}

func TestRegularizationCompiled(t *testing.T) {
	targets := [][]float64{{1, 2, 3}, {0, 2, 3}, {1, 2, 5}, {1, 0, 3}}
	base := NewMomentum(Constant(0.01), 0.9)
	optimizers := map[string]Optimizer[twoLeaves]{
		"SAM": WithSAM[twoLeaves](base, 0.05), "flooding": WithFlooding(FromRule[twoLeaves](base), 5),
	}
	for _, kind := range kinds {
		o := WithGradientRegularization[twoLeaves](base, 0.02, 0.05)
		o.Kind = kind
		optimizers[kind.String()] = o
	}
	for name, o := range optimizers {
		for _, d := range []fx.DType{fx.Float32, fx.Float64} {
			plain := predicted(t, o, d, start, []float64{1, 10, 3}, targets, false)
			compiled := predicted(t, o, d, start, []float64{1, 10, 3}, targets, true)
			if !sameBits(plain, compiled) {
				t.Errorf("%s, %v: compiled differs from plain by %g", name, d, worst(plain, compiled))
			}
		}
	}
}

func TestRegularizationSettings(t *testing.T) {
	base := NewSGD(Constant(0.1))
	regularized := func(change func(*GradientRegularization[*fx.Array])) Optimizer[*fx.Array] {
		return with(WithGradientRegularization[*fx.Array](base, 0.1, 0.1), change)
	}
	for want, o := range map[string]Optimizer[*fx.Array]{
		"gamma is -1; it must be a number that is not negative": WithGradientRegularization[*fx.Array](base, -1, 0.1),
		"eps is 0; it must be positive":                         WithGradientRegularization[*fx.Array](base, 0.1, 0),
		"there is no rule or optimizer: it is nil":              WithGradientRegularization[*fx.Array](nil, 0.1, 0.1),
		"gamma is nil":                        regularized(func(o *GradientRegularization[*fx.Array]) { o.Gamma = nil }),
		"eps is nil":                          regularized(func(o *GradientRegularization[*fx.Array]) { o.Eps = nil }),
		"the kind Differencing(7) is unknown": regularized(func(o *GradientRegularization[*fx.Array]) { o.Kind = 7 }),
		"rho is -1; it must be positive":      WithSAM[*fx.Array](base, -1),
		"the level of the loss is NaN":        WithFlooding(FromRule[*fx.Array](base), math.NaN()),
		"there is no rule or optimizer":       WithFlooding[*fx.Array](nil, 1),
	} {
		if err := Validate(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Validate says %v, want %q", err, want)
		}
		if msg := fxtest.Failure(t, func() { o.Init(fx.Scalar(1.0)) }); !strings.Contains(msg, want) {
			t.Errorf("Init says %q, want %q", msg, want)
		}
	}
	if err := Validate(regularized(func(o *GradientRegularization[*fx.Array]) { o.Kind, o.Eps = DoubleBackpropagation, nil })); err != nil {
		t.Errorf("double backpropagation needs no eps: %v", err)
	}
	p, loss := fx.Scalar(1.0), func(p *fx.Array) *fx.Array { return p }
	for _, o := range []Optimizer[*fx.Array]{WithGradientRegularization[*fx.Array](base, 0.1, 0.1), WithSAM[*fx.Array](base, 0.1)} {
		if msg := fxtest.Failure(t, func() { o.Step(loss, p, StepState{}) }); !strings.Contains(msg, "the state is a optim.StepState and must be a optim.GradientRegularizationState") {
			t.Errorf("a wrong state: %q", msg)
		}
	}
}

func TestCheckDeterministic(t *testing.T) {
	p := fx.Scalar(2.0)
	if err := CheckDeterministic(func(p *fx.Array) *fx.Array { return p.Square() }, p); err != nil {
		t.Error(err)
	}
	calls := 0.0
	err := CheckDeterministic(func(p *fx.Array) *fx.Array {
		calls++
		return p.MulScalar(calls)
	}, p)
	if err == nil || !strings.Contains(err.Error(), "is 2 and then 4") {
		t.Errorf("a loss that changes: %v", err)
	}
}
