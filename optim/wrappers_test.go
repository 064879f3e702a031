package optim

import (
	"math"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
)

// updates applies a rule once to gradients of these leaves, in float64.
func updates(r Rule, p []*fx.Array, g ...[]float64) [][]float64 {
	grads := make([]*fx.Array, len(g))
	for i := range g {
		grads[i] = fx.New(g[i], p[i].Shape()...)
	}
	u, _ := r.Update(grads, r.Init(p), p)
	out := make([][]float64, len(u))
	for i := range u {
		out[i] = u[i].Float64s()
	}
	return out
}

func equal(a, b [][]float64) bool {
	return slices.EqualFunc(a, b, func(x, y []float64) bool {
		return slices.EqualFunc(x, y, func(v, w float64) bool { return v == w || v != v && w != w })
	})
}

func TestPlainRules(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	p := []*fx.Array{fx.New([]float64{1, -2, 4, 8}, 2, 2), fx.New([]float64{16})}
	g := [][]float64{{3, 4, 0, 0}, {-12}}
	for name, c := range map[string]struct {
		rule Rule
		g    [][]float64
		want [][]float64
	}{
		"scale":                   {Scale(-0.5), g, [][]float64{{-1.5, -2, 0, 0}, {6}}},
		"freeze":                  {Freeze(), g, [][]float64{{0, 0, 0, 0}, {0}}},
		"sign":                    {Sign(), g, [][]float64{{1, 1, 0, 0}, {-1}}},
		"empty chain":             {Chain(), g, g},
		"chain":                   {Chain(Scale(2), ClipByValue(7), Scale(-1)), g, [][]float64{{-6, -7, 0, 0}, {7}}},
		"value":                   {ClipByValue(3.5), g, [][]float64{{3, 3.5, 0, 0}, {-3.5}}},
		"norm":                    {ClipByNorm(2.5), g, [][]float64{{1.5, 2, 0, 0}, {-2.5}}},
		"norm, one leaf below":    {ClipByNorm(6), g, [][]float64{{3, 4, 0, 0}, {-6}}},
		"global norm":             {ClipByGlobalNorm(6.5), g, [][]float64{{1.5, 2, 0, 0}, {-6}}},
		"global norm, below":      {ClipByGlobalNorm(13), g, g},
		"global norm, zero":       {ClipByGlobalNorm(1), [][]float64{{0, 0, 0, 0}, {0}}, [][]float64{{0, 0, 0, 0}, {0}}},
		"global norm, NaN":        {ClipByGlobalNorm(1), [][]float64{{nan, 1, 1, 1}, {1}}, [][]float64{{nan, nan, nan, nan}, {nan}}},
		"global norm, Inf":        {ClipByGlobalNorm(1), [][]float64{{inf, 1, 1, 1}, {1}}, [][]float64{{nan, 0, 0, 0}, {0}}},
		"unit norm":               {NormalizeByGlobalNorm(), g, [][]float64{{3 * (1 / 13.), 4 * (1 / 13.), 0, 0}, {-12 * (1 / 13.)}}},
		"unit norm, zero":         {NormalizeByGlobalNorm(), [][]float64{{0, 0, 0, 0}, {0}}, [][]float64{{0, 0, 0, 0}, {0}}},
		"weights":                 {AddDecayedWeights(0.5, nil), g, [][]float64{{3.5, 3, 2, 4}, {-4}}},
		"weights of matrices":     {Bind(AddDecayedWeights(0.5, Matrices), []string{"W", "B"}), g, [][]float64{{3.5, 3, 2, 4}, {-12}}},
		"weights by path":         {Bind(AddDecayedWeights(0.5, func(path string, _ *fx.Array) bool { return path == "B" }), []string{"W", "B"}), g, [][]float64{{3, 4, 0, 0}, {-4}}},
		"centralise":              {Centralize(), g, [][]float64{{1.5, 2, -1.5, -2}, {-12}}},
		"zero NaNs":               {ZeroNaNs(), [][]float64{{nan, 1, inf, nan}, {nan}}, [][]float64{{0, 1, inf, 0}, {0}}},
		"schedule":                {ScaleBySchedule(Linear(2, 0, 1)), g, [][]float64{{6, 8, 0, 0}, {-24}}},
		"learning rate":           {ScaleByLearningRate(Constant(2)), g, [][]float64{{-6, -8, 0, 0}, {24}}},
		"sign SGD":                {NewSignSGD(Constant(2)), g, [][]float64{{-2, -2, 0, 0}, {2}}},
		"signum":                  {NewSignum(Constant(2), 0.9), g, [][]float64{{-2, -2, 0, 0}, {2}}},
		"skip nothing":            {SkipNonFinite(Scale(2), 0), g, [][]float64{{6, 8, 0, 0}, {-24}}},
		"skip NaN":                {SkipNonFinite(Scale(2), 0), [][]float64{{1, 1, 1, 1}, {nan}}, [][]float64{{0, 0, 0, 0}, {0}}},
		"skip Inf":                {SkipNonFinite(Scale(2), 0), [][]float64{{1, -inf, 1, 1}, {1}}, [][]float64{{0, 0, 0, 0}, {0}}},
		"decay alone, zero rate":  {with(NewLaProp(Constant(0)), func(l *LaProp) { l.Decay.Value = 0.5 }), g, [][]float64{{-0.5, 1, -2, -4}, {-8}}},
		"decay times rate, zero":  {with(NewAdamW(Constant(0)), func(a *Adam) { a.Decay.Value = 0.5 }), g, [][]float64{{0, 0, 0, 0}, {0}}},
		"epsilon 0, zero leaf":    {with(NewAdam(Constant(1)), func(a *Adam) { a.Epsilon = 0 }), [][]float64{{0, 0, 0, 0}, {5}}, [][]float64{{0, 0, 0, 0}, {-1}}},
		"LaProp without rate yet": {with(NewLaProp(Constant(0)), func(l *LaProp) { l.LRInBuffer = true }), g, [][]float64{{0, 0, 0, 0}, {0}}},
	} {
		if got := updates(c.rule, p, c.g...); !equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// Clipping to a norm gives that norm, whatever the gradient.
func TestGlobalNorm(t *testing.T) {
	for _, g := range gradients(30) {
		leaves := []*fx.Array{fx.New(g[:2]).AsType(fx.Float32), fx.Scalar(g[2])}
		if n := GlobalNorm(leaves).Item(); math.Abs(n-math.Sqrt(g[0]*g[0]+g[1]*g[1]+g[2]*g[2])) > 1e-6*n {
			t.Errorf("norm of %v is %v", g, n)
		}
		r := ClipByGlobalNorm(0.01)
		u, _ := r.Update(leaves, r.Init(leaves), leaves)
		if n := GlobalNorm(u).Item(); math.Abs(n-0.01) > 1e-8 {
			t.Errorf("clipped norm of %v is %v", g, n)
		}
		if u[0].DType() != fx.Float32 || u[1].DType() != fx.Float64 {
			t.Errorf("clipping changes the dtypes: %v, %v", u[0].DType(), u[1].DType())
		}
	}
}

type mixed struct {
	W     *fx.Array
	Inner struct{ B, Count *fx.Array }
	Name  string
}

func newMixed() mixed {
	m := mixed{W: fx.New([]float32{1, 2, 3, 4}, 2, 2), Name: "mixed"}
	m.Inner.B, m.Inner.Count = fx.New([]float64{5}), fx.New([]int32{7})
	return m
}

func mixedLoss(m mixed) *fx.Array {
	return m.W.Square().Sum().AsType(fx.Float64).Add(m.Inner.B.Sum().MulScalar(3))
}

func TestFromRule(t *testing.T) {
	m := newMixed()
	opt := FromRule[mixed](NewSGD(Constant(0.25)))
	next, _, info := opt.Step(mixedLoss, m, opt.Init(m))
	if got := next.W.Float32s(); !slices.Equal(got, []float32{0.5, 1, 1.5, 2}) {
		t.Errorf("W is %v", got)
	}
	if next.Inner.B.Item() != 4.25 || next.Inner.Count != m.Inner.Count || next.Name != "mixed" {
		t.Errorf("the rest is %v", next)
	}
	if info.Loss.Item() != 45 {
		t.Errorf("loss %v", info.Loss)
	}
	norm := math.Sqrt(4*30 + 9)
	if g, u := info.Values["grad_norm"].Item(), info.Values["update_norm"].Item(); math.Abs(g-norm) > 1e-12 || math.Abs(u-norm/4) > 1e-12 {
		t.Errorf("norms %v and %v, want %v and a quarter", g, u, norm)
	}
}

func TestByPath(t *testing.T) {
	m := newMixed()
	opt := FromRule[mixed](ByPath(
		Group{"", NewSGD(Constant(0.25))},
		Group{"Inner", Chain(ZeroNaNs(), AddDecayedWeights(2, func(path string, _ *fx.Array) bool { return path == "Inner.B" }), NewSGD(Constant(0.5)))},
	))
	next, s, info := opt.Step(mixedLoss, m, opt.Init(m))
	if next.W.Float64s()[3] != 2 || next.Inner.B.Item() != 5-0.5*(3+10) {
		t.Errorf("got %v and %v", next.W, next.Inner.B)
	}
	if v := info.Values["Inner/zeroed_nans"]; v == nil || v.Item() != 0 {
		t.Errorf("the group reports %v", v)
	}
	if next, _, _ = opt.Step(mixedLoss, next, s); next.W.Float64s()[3] != 1 {
		t.Errorf("second step gives %v", next.W)
	}
	frozen := FromRule[mixed](ByPath(Group{"W", Freeze()}, Group{"Inner.B", NewSGD(Constant(1))}))
	if next, _, _ := frozen.Step(mixedLoss, m, frozen.Init(m)); !slices.Equal(next.W.Float32s(), m.W.Float32s()) || next.Inner.B.Item() != 2 {
		t.Errorf("frozen: %v", next)
	}
}

func TestSkipNonFinite(t *testing.T) {
	nan := math.NaN()
	r := SkipNonFinite(NewMomentum(Constant(1), 0.5), 2)
	p := []*fx.Array{fx.Scalar(0.0)}
	s := r.Init(p)
	steps := []struct{ g, update, skipped, inRow float64 }{
		{1, -1, 0, 0}, {nan, 0, 1, 1}, {2, -2.5, 1, 0}, {nan, 0, 2, 1}, {math.Inf(1), 0, 3, 2}, {1, -2.25, 3, 0},
		{nan, 0, 4, 1}, {nan, 0, 5, 2}, {nan, nan, 5, 3},
	}
	for i, c := range steps {
		var u []*fx.Array
		u, s = r.Update([]*fx.Array{fx.Scalar(c.g)}, s, p)
		report := r.(Reporter).Report(s)
		got := []float64{u[0].Item(), report["skipped"].Item(), report["skipped_in_a_row"].Item()}
		if !equal([][]float64{got}, [][]float64{{c.update, c.skipped, c.inRow}}) {
			t.Errorf("step %d gives %v, want %v", i, got, c)
		}
	}
}

func TestZeroNaNsCounts(t *testing.T) {
	r := Chain(ZeroNaNs(), NewSGD(Constant(1)))
	p := []*fx.Array{fx.Zeros(fx.Float32, 3)}
	s := r.Init(p)
	for range 2 {
		_, s = r.Update([]*fx.Array{fx.New([]float32{1, float32(math.NaN()), float32(math.NaN())})}, s, p)
	}
	if n := r.(Reporter).Report(s)["zeroed_nans"].Item(); n != 4 {
		t.Errorf("counted %v", n)
	}
}

func TestAveraging(t *testing.T) {
	loss := func(p *fx.Array) *fx.Array { return p.Square().Sum() }
	inner := FromRule[*fx.Array](NewSGD(Constant(0.25))) // halves p
	for name, c := range map[string]struct {
		opt  Averaging[*fx.Array]
		want []float64 // after each step from 16: 8, 4, 2, 1
	}{
		"exponential":       {NewAveraging(inner, 0.5), []float64{12, 8, 5, 3}},
		"exponential later": {Averaging[*fx.Array]{Inner: inner, Decay: 0.5, Start: 2}, []float64{8, 4, 3, 2}},
		"uniform":           {Averaging[*fx.Array]{Inner: inner, Uniform: true}, []float64{12, 28.0 / 3, 7.5, 6.2}},
		"uniform tail":      {Averaging[*fx.Array]{Inner: inner, Uniform: true, Start: 2}, []float64{8, 4, 3, 7.0 / 3}},
	} {
		p := fx.Scalar(16.0)
		s := c.opt.Init(p)
		for i, want := range c.want {
			p, s, _ = c.opt.Step(loss, p, s)
			if got := c.opt.Averaged(s).Item(); math.Abs(got-want) > 1e-14 || p.Item() != 16/math.Pow(2, float64(i+1)) {
				t.Errorf("%s: average %v after step %d, want %v", name, got, i+1, want)
			}
		}
	}
}

// Losses with a side result: the first call's is returned.
func TestWithAux(t *testing.T) {
	calls := 0
	loss, aux := WithAux(func(p *fx.Array) (*fx.Array, *fx.Array) {
		calls++
		return p.Square().Sum(), p.AddScalar(float64(calls))
	})
	opt := FromRule[*fx.Array](NewSGD(Constant(0.5)))
	p := fx.Scalar(3.0)
	opt.Step(loss, p, opt.Init(p))
	loss(fx.Scalar(100.0))
	if v := aux().Item(); v != 4 {
		t.Errorf("side result %v, want 4", v)
	}
}

// TestShrinkNonFinite: where the norm is not finite or too large, the chosen
// parameters shrink and the others stay.
func TestShrinkNonFinite(t *testing.T) {
	r := Bind(ShrinkNonFinite(10, 0.25, func(path string, _ *fx.Array) bool { return path == "W" }), []string{"W", "B"})
	p := []*fx.Array{fx.New([]float64{4, -8}), fx.New([]float64{1})}
	s := r.Init(p)
	for i, c := range []struct {
		g, want [][]float64
		shrunk  float64
	}{
		{[][]float64{{6, 0}, {8}}, [][]float64{{6, 0}, {8}}, 0},
		{[][]float64{{6, 1}, {8}}, [][]float64{{1, -2}, {0}}, 1},
		{[][]float64{{0, 0}, {math.NaN()}}, [][]float64{{1, -2}, {0}}, 2},
		{[][]float64{{math.Inf(-1), 0}, {0}}, [][]float64{{1, -2}, {0}}, 3},
	} {
		var u []*fx.Array
		u, s = r.Update([]*fx.Array{fx.New(c.g[0]), fx.New(c.g[1])}, s, p)
		if got := [][]float64{u[0].Float64s(), u[1].Float64s()}; !equal(got, c.want) || r.(Reporter).Report(s)["shrunk"].Item() != c.shrunk {
			t.Errorf("case %d: %v, %v", i, got, r.(Reporter).Report(s))
		}
	}
}
