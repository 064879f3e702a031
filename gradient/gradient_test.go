package gradient

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// params have leaves of both float types and of another, d = 12 in all.
type params struct {
	A *fx.Array // float64 [2, 3]
	N *fx.Array // int32
	B *fx.Array // float32 [5]
	C *fx.Array // float64
}

const dims = 12

func newParams() params {
	keys := random.Split(random.New(3), 3)
	return params{random.Normal(keys[0], fx.Float64, 2, 3), fx.Scalar(int32(2)), random.Normal(keys[1], fx.Float32, 5), random.Normal(keys[2], fx.Float64)}
}

// smooth is a function of params that is not quadratic.
func smooth(p params) *fx.Array {
	a := p.A.Sin().Mul(p.A).Sum().Mul(p.N.AsType(fx.Float64))
	b := p.B.AsType(fx.Float64).Exp().Sum().Mul(p.C.Cos())
	return a.Add(b).Add(p.C.Square())
}

// flat lists all float elements of a tree.
func flat(tree any) []float64 {
	leaves, _ := optim.Floats(tree)
	var all []float64
	for _, a := range leaves {
		all = append(all, a.Float64s()...)
	}
	return all
}

func distance(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	return math.Sqrt(sum)
}

func norm(a []float64) float64 { return distance(a, make([]float64, len(a))) }

// settings are all that Directions can be, save for what Forward refuses.
var settings = []Directions{
	{}, {Count: 1, Law: Rademacher}, {Law: Uniform}, {Count: 4}, {Count: 3, Law: Rademacher}, {Count: 2, Law: Uniform},
	{Arrangement: Orthogonal}, {Count: 5, Arrangement: Orthogonal}, {Count: dims, Arrangement: Orthogonal},
}

// TestForwardIsSlopesTimesDirections compares with the definition: slopes from
// the true gradient, summed up one by one.
func TestForwardIsSlopesTimesDirections(t *testing.T) {
	p, key := newParams(), random.New(7)
	g := flat(fx.Grad(smooth)(p))
	for _, d := range settings {
		for _, batched := range []bool{false, true} {
			got := Forward[params]{d, batched}.Estimate(key, smooth, p)
			if v := got.Value.Item(); v != smooth(p).Item() {
				t.Errorf("%+v: value %v, want %v", d, v, smooth(p).Item())
			}
			leaves, _ := optim.Floats(p)
			seeds := d.seeds("", key, leaves)
			want := make([]float64, dims)
			for k := range d.count() {
				s := fx.Map(func(a *fx.Array) *fx.Array { return a.Index(k) }, seeds)
				v := flat(direction(d.Law, s, p))
				c := 0.0
				for i := range v {
					c += v[i] * g[i]
				}
				if math.Abs(c-got.Slopes.Index(k).Item()) > 1e-6 {
					t.Errorf("%+v, batched %v: slope %d is %v, want %v", d, batched, k, got.Slopes.Index(k), c)
				}
				for i := range v {
					want[i] += c * v[i] / float64(d.count())
				}
			}
			if e := distance(flat(got.Grad), want); e > 1e-5*norm(want) {
				t.Errorf("%+v, batched %v: the estimate is off by %v", d, batched, e)
			}
			if got.Grad.N.DType() != fx.Int32 || got.Grad.N.Item() != 0 || got.Slopes.Dim(0) != d.count() {
				t.Errorf("%+v: gradient %v of an int32, %d slopes", d, got.Grad.N, got.Slopes.Dim(0))
			}
		}
	}
}

// TestCompiledIsPlain: an estimate is the same bits under Jit.
func TestCompiledIsPlain(t *testing.T) {
	type in struct {
		Key *fx.Array
		P   params
	}
	for _, d := range settings {
		for _, batched := range []bool{false, true} {
			estimate := func(x in) Estimate[params] { return Forward[params]{d, batched}.Estimate(x.Key, smooth, x.P) }
			x := in{random.New(1), newParams()}
			plain, compiled := estimate(x), fx.Jit(estimate)(x)
			if distance(flat(plain), flat(compiled)) != 0 {
				t.Errorf("%+v, batched %v: compiled, the estimate is another", d, batched)
			}
		}
	}
}

// TestAllOrthogonalDirectionsAreExact: K = d orthogonal directions.
func TestAllOrthogonalDirectionsAreExact(t *testing.T) {
	p := newParams()
	want := flat(fx.Grad(smooth)(p))
	got := flat(Forward[params]{Directions: Directions{Count: dims, Arrangement: Orthogonal}}.Estimate(random.New(5), smooth, p).Grad)
	if e := distance(got, want); e > 1e-6*norm(want) {
		t.Errorf("off by %v", e)
	}
}

// TestLaws: components have mean 0 and variance 1, no correlation, and the
// fourth moment that the variance is computed from; leaves and directions
// differ.
func TestLaws(t *testing.T) {
	const n = 40_000
	p := []*fx.Array{fx.Zeros(fx.Float64, n), fx.Zeros(fx.Float64, n)}
	for _, l := range []Law{Normal, Rademacher, Uniform} {
		seeds := Directions{Count: 2}.seeds("", random.New(11), p)
		v := direction(l, seeds.first(), p)
		w := direction(l, fx.Map(func(a *fx.Array) *fx.Array { return a.Index(1) }, seeds), p)
		moment := func(a, b *fx.Array) float64 { return a.Mul(b).Mean().Item() }
		one := fx.Const(1)
		for _, c := range []struct {
			what      string
			got, want float64
		}{
			{"mean", moment(v[0], one), 0}, {"variance", moment(v[0], v[0]), 1}, {"fourth moment", moment(v[0].Square(), v[0].Square()), l.fourth()},
			{"product of two leaves", moment(v[0], v[1]), 0}, {"product of two directions", moment(v[0], w[0]), 0},
		} {
			if math.Abs(c.got-c.want) > 6*math.Sqrt(96.0/n) {
				t.Errorf("%v: %s %v, want %v", l, c.what, c.got, c.want)
			}
		}
	}
}

// TestVariance: measured, bias and variance are what the theory says. The
// standard error of the variance over n draws is at most about 3 sqrt(1/n).
func TestVariance(t *testing.T) {
	p, draws := newParams(), 2500
	for _, d := range settings {
		s := fx.Jit(func(key *fx.Array) Statistics[params] {
			return Measure(Forward[params]{Directions: d}, key, smooth, p, draws)
		})(random.New(2))
		want := d.Variance(dims)
		if got := s.Variance.Item(); math.Abs(got-want) > 0.15*want+1e-9 {
			t.Errorf("%+v: relative variance %v, want %v", d, got, want)
		}
		if got, limit := s.Bias.Item(), 1.5*math.Sqrt(want/float64(draws)); got > limit+1e-6 {
			t.Errorf("%+v: bias %v, more than %v", d, got, limit)
		}
		if distance(flat(s.Gradient), flat(fx.Grad(smooth)(p))) != 0 {
			t.Errorf("%+v: the true gradient is not that of reverse mode", d)
		}
		c := s.Cosines.Float64s()
		square := 0.0
		for _, v := range c {
			square += v * v / float64(draws)
		}
		// Of one direction of any law that is symmetric in all components, the mean
		// square of the cosine is 1/d.
		if d.count() == 1 && math.Abs(square-1.0/dims) > 0.15/dims {
			t.Errorf("%+v: mean square cosine %v, want %v", d, square, 1.0/dims)
		}
	}
	if got := (Directions{Count: 4, Arrangement: Antithetic}).Variance(10); got != 5.5 {
		t.Errorf("variance of two antithetic pairs %v, want 11/2", got)
	}
}

// TestQuadraticDescent: E|p|^2 after a step of size η on |p|²/2 is 1 - 2η +
// η²(d+2) of what it was.
func TestQuadraticDescent(t *testing.T) {
	const d, eta, draws = 10, 0.1, 10_000
	half := func(p *fx.Array) *fx.Array { return p.Square().Sum().MulScalar(0.5) }
	p := fx.Ones(fx.Float64, d)
	after := fx.Vmap(func(key *fx.Array) *fx.Array {
		g := Forward[*fx.Array]{}.Estimate(key, half, p).Grad
		return p.Sub(g.MulScalar(eta)).Square().Sum()
	})(random.SplitArray(random.New(0), draws))
	got, want := after.Mean().Item()/d, 1-2*eta+eta*eta*(d+2)
	if math.Abs(got-want) > 0.02 {
		t.Errorf("factor %v, want %v", got, want)
	}
}

// TestDifference: for a small step the estimate is that of Forward along the
// same directions, with an error of order h, of order h² for pairs.
func TestDifference(t *testing.T) {
	p, key := newParams(), random.New(9)
	for _, d := range settings {
		want := flat(Forward[params]{Directions: d}.Estimate(key, smooth, p).Grad)
		for _, batched := range []bool{false, true} {
			got := Difference[params]{d, 1e-4, batched}.Estimate(key, smooth, p)
			if e := distance(flat(got.Grad), want); e > 0.02*norm(want) || e == 0 {
				t.Errorf("%+v, batched %v: off by %v of %v", d, batched, e, norm(want))
			}
			if got.Value.Item() != smooth(p).Item() {
				t.Errorf("%+v: value %v, want %v", d, got.Value, smooth(p))
			}
		}
	}
	// Only float64 leaves, so that the step is not rounded.
	f := func(p *fx.Array) *fx.Array { return p.Exp().Sum() }
	x := random.Normal(random.New(1), fx.Float64, 6)
	off := func(d Directions, h float64) float64 {
		exact := d
		if d.Arrangement == Antithetic {
			exact = Directions{Count: d.Count / 2}
		}
		return distance(flat(Difference[*fx.Array]{Directions: d, Step: h}.Estimate(key, f, x).Grad), flat(Forward[*fx.Array]{Directions: exact}.Estimate(key, f, x).Grad))
	}
	for _, c := range []struct {
		d     Directions
		order float64
	}{{Directions{}, 1}, {Directions{Count: 2, Arrangement: Antithetic}, 2}, {Directions{Count: 6, Arrangement: Antithetic}, 2}} {
		order := math.Log10(off(c.d, 1e-2) / off(c.d, 1e-3))
		if math.Abs(order-c.order) > 0.15 {
			t.Errorf("%+v: the error is of order %v in h, want %v", c.d, order, c.order)
		}
	}
}

// TestMemory: neither the depth of a network nor the number of directions, one
// after the other, changes what layers take. A batch takes more with each.
func TestMemory(t *testing.T) {
	type in struct {
		Key, X *fx.Array
		Net    nn.MLP
	}
	const width, rows = 16, 256
	const layer = width * rows * 4
	memory := func(depth int, e Estimator[nn.MLP]) int {
		sizes := make([]int, depth+1)
		for i := range sizes {
			sizes[i] = width
		}
		x := in{random.New(1), fx.Zeros(fx.Float32, rows, width), nn.NewMLP(random.New(0), sizes, nn.Tanh)}
		return fx.MemoryOf(func(x in) nn.MLP {
			return e.Estimate(x.Key, func(net nn.MLP) *fx.Array { return net.Apply(x.X).Square().Mean() }, x.Net).Grad
		}, x).Temporaries
	}
	kernel := 4 * width * (width + 1) // bytes of a layer's parameters and direction
	one := memory(4, Forward[nn.MLP]{})
	if deep := memory(32, Forward[nn.MLP]{}); deep > one+2*32*kernel {
		t.Errorf("depth 4 takes %d bytes and depth 32 %d; a layer's values have %d", one, deep, layer)
	}
	few, many := memory(4, Forward[nn.MLP]{Directions: Directions{Count: 2}}), memory(4, Forward[nn.MLP]{Directions: Directions{Count: 64}})
	if many > few+64*16 || few > 3*one {
		t.Errorf("one direction takes %d bytes, 2 one after the other %d, and 64 %d", one, few, many)
	}
	if batch := memory(4, Forward[nn.MLP]{Directions: Directions{Count: 16}, Batched: true}); batch < one+16*layer {
		t.Errorf("one direction takes %d bytes and 16 at once %d", one, batch)
	}
}

func TestErrors(t *testing.T) {
	p, key := newParams(), random.New(0)
	estimate := func(e Estimator[params]) func() { return func() { e.Estimate(key, smooth, p) } }
	with := func(d Directions) func() { return estimate(Forward[params]{Directions: d}) }
	for _, c := range []struct {
		name, want string
		run        func()
	}{
		{"negative count", "gradient.Forward: -1 directions; there must be at least one", with(Directions{Count: -1})},
		{"unknown law", "gradient.Forward: no law of directions has the number 3", with(Directions{Law: 3})},
		{"unknown arrangement", "gradient.Forward: no arrangement of directions has the number -1", with(Directions{Arrangement: -1})},
		{"antithetic", "gradient.Forward: antithetic directions: the slope c is exact, so c v is the same for v and for -v", with(Directions{Count: 2, Arrangement: Antithetic})},
		{"odd pairs", "gradient.Difference: 3 antithetic directions; they come in pairs", estimate(Difference[params]{Directions: Directions{Count: 3, Arrangement: Antithetic}})},
		{"orthogonal signs", "gradient.Forward: orthogonal directions of the Rademacher law; there are only normal ones", with(Directions{Law: Rademacher, Arrangement: Orthogonal})},
		{"too many orthogonal", "gradient.Forward: 13 orthogonal directions in 12 dimensions", with(Directions{Count: 13, Arrangement: Orthogonal})},
		{"negative step", "gradient.Difference: the step -1; it must be positive", estimate(Difference[params]{Step: -1})},
		{"step NaN", "gradient.Difference: the step NaN; it must be positive", estimate(Difference[params]{Step: math.NaN()})},
		{"no scalar", "gradient.Forward: the function returns float64[2 3]; it must return a float scalar", func() {
			Forward[params]{}.Estimate(key, func(p params) *fx.Array { return p.A }, p)
		}},
		{"an integer", "gradient.Difference: the function returns int32[]; it must return a float scalar", func() {
			Difference[params]{}.Estimate(key, func(p params) *fx.Array { return p.N }, p)
		}},
		{"nothing", "gradient.Forward: the function returns nothing", func() {
			Forward[params]{}.Estimate(key, func(params) *fx.Array { return nil }, p)
		}},
		{"no function", "gradient.Forward: the function is nil", func() { Forward[params]{}.Estimate(key, nil, p) }},
		{"no floats", "gradient.Forward: the parameters have no float leaves", func() {
			Forward[*fx.Array]{}.Estimate(key, func(*fx.Array) *fx.Array { return fx.Scalar(1.0) }, fx.Scalar(int32(1)))
		}},
		{"no draws", "gradient.Measure: 0 draws; there must be at least one", func() { Measure(Forward[params]{}, key, smooth, p, 0) }},
		{"no estimator", "gradient.Surrogate: the estimator is nil", func() { Surrogate(nil, key, smooth) }},
		{"optimizer without an estimator", "gradient.Estimated: there is no rule or optimizer: it is nil", func() {
			Estimated(sgd(1), nil, key).Init(p)
		}},
		{"optimizer without a key", "gradient.Estimated: there is no key for the directions", func() {
			Estimated(sgd(1), Forward[params]{}, nil).Init(p)
		}},
		{"wrong optimizer inside", "gradient.Estimated: the learning rate", func() { Estimated(sgd(-1), Forward[params]{}, key).Init(p) }},
		{"state of another", "gradient.Estimated: the state is a optim.StepState and must be a gradient.State", func() {
			Estimated(sgd(1), Forward[params]{}, key).Step(smooth, p, sgd(1).Init(p))
		}},
		{"too many for the theory", "gradient.Directions.Variance: 3 orthogonal directions in 2 dimensions", func() {
			Directions{Count: 3, Arrangement: Orthogonal}.Variance(2)
		}},
	} {
		t.Run(c.name, func(t *testing.T) { fxtest.MustFail(t, c.want, c.run) })
	}
}
