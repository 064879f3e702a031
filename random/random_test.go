package random_test

import (
	"math"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/internal/threefry"
	"github.com/fluxion-go/fluxion/random"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

// TestKeysAreBlocks computes keys from the generator itself, as documented.
func TestKeysAreBlocks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		data := rapid.Int64().Draw(t, "data")
		k0, k1 := threefry.Block(uint32(seed>>32), uint32(seed), 0x73656564, 0)
		key := random.New(seed)
		if got := key.Uint32s(); got[0] != k0 || got[1] != k1 {
			t.Fatalf("New: %08x, want %08x %08x", got, k0, k1)
		}
		for i, child := range random.Split(key, 4) {
			a, b := threefry.Block(k0^0x73706c74, k1, 0, uint32(i))
			if got := child.Uint32s(); got[0] != a || got[1] != b {
				t.Fatalf("Split: key %d is %08x, want %08x %08x", i, got, a, b)
			}
		}
		a, b := threefry.Block(k0^0x666f6c64, k1, 0, 0)
		a, b = threefry.Block(a^uint32(uint64(data)>>32), b^uint32(data), 0, 0)
		if got := random.FoldIn(key, data).Uint32s(); got[0] != a || got[1] != b {
			t.Fatalf("FoldIn: %08x, want %08x %08x", got, a, b)
		}
	})
}

func TestFoldInTakesAnyInteger(t *testing.T) {
	key := random.New(1)
	want := hex(random.FoldIn(key, 5))
	for _, got := range []*fx.Array{
		random.FoldIn(key, int32(5)), random.FoldIn(key, int64(5)), random.FoldIn(key, uint32(5)),
		random.FoldIn(key, fx.Scalar(int32(5))), random.FoldIn(key, fx.Scalar(uint8(5))), random.FoldIn(key, fx.Scalar(uint32(5))),
	} {
		if hex(got) != want {
			t.Errorf("got %s, want %s", hex(got), want)
		}
	}
	if hex(random.FoldIn(key, -1)) == hex(random.FoldIn(key, uint32(math.MaxUint32))) {
		t.Error("-1 and 2^32-1 fold in alike")
	}
	if hex(random.FoldIn(key, -1)) != hex(random.FoldIn(key, fx.Scalar(int32(-1)))) {
		t.Error("-1 as int and as int32 fold in differently")
	}
}

// TestUniformBits computes floats from bits in plain Go.
func TestUniformBits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := random.New(rapid.Uint64().Draw(t, "seed"))
		n := rapid.IntRange(0, 9).Draw(t, "n")
		words := random.Bits(key, max(2*n, 1)).Uint32s()
		for i, u := range random.Uniform(key, fx.Float32, 0, 1, n).Float32s() {
			if want := float32(words[i]>>8) / (1 << 24); u != want {
				t.Fatalf("float32 %d: %v, want %v", i, u, want)
			}
		}
		for i, u := range random.Uniform(key, fx.Float64, 0, 1, n).Float64s() {
			bits := uint64(words[2*i])<<32 | uint64(words[2*i+1])
			if want := float64(bits>>11) / (1 << 53); u != want {
				t.Fatalf("float64 %d: %v, want %v", i, u, want)
			}
		}
		for i, v := range random.Randint(key, fx.Int64, -7, 1<<31-7, n).Int64s() {
			if want := int64(words[2*i]>>1) - 7; v != want {
				t.Fatalf("integer %d: %v, want %v", i, v, want)
			}
		}
	})
}

// TestUniformStaysBelow draws from intervals of few floats, where rounding
// reaches the upper end.
func TestUniformStaysBelow(t *testing.T) {
	for _, c := range []struct{ lo, hi float64 }{{1, 1 + 1.0/(1<<22)}, {1 << 24, 1<<24 + 4}, {-3, 5}, {-1e-3, 1e30}, {-1e38, 2e38}} {
		for _, d := range []fx.DType{fx.Float32, fx.Float64} {
			for _, v := range random.Uniform(random.New(3), d, c.lo, c.hi, 2000).Float64s() {
				if lo := float64(float32(c.lo)); !(v >= min(lo, c.lo) && v < c.hi) {
					t.Fatalf("%v [%v, %v): %v", d, c.lo, c.hi, v)
				}
			}
		}
	}
}

// TestContinuous compares samples with the exact distributions: Kolmogorov and
// Smirnov's statistic, mean and variance.
func TestContinuous(t *testing.T) {
	type dist interface {
		CDF(float64) float64
		Mean() float64
		Variance() float64
	}
	const n = 40000
	for _, d := range []fx.DType{fx.Float32, fx.Float64} {
		for name, c := range map[string]struct {
			draw func(key *fx.Array) *fx.Array
			want dist
		}{
			"uniform":     {func(k *fx.Array) *fx.Array { return random.Uniform(k, d, -3, 5, n) }, distuv.Uniform{Min: -3, Max: 5}},
			"normal":      {func(k *fx.Array) *fx.Array { return random.Normal(k, d, n) }, distuv.UnitNormal},
			"truncated":   {func(k *fx.Array) *fx.Array { return random.TruncatedNormal(k, d, -1, 2, n) }, truncated{-1, 2}},
			"tail":        {func(k *fx.Array) *fx.Array { return random.TruncatedNormal(k, d, 2, math.Inf(1), n) }, truncated{2, math.Inf(1)}},
			"exponential": {func(k *fx.Array) *fx.Array { return random.Exponential(k, d, n) }, distuv.Exponential{Rate: 1}},
			"gumbel":      {func(k *fx.Array) *fx.Array { return random.Gumbel(k, d, n) }, distuv.GumbelRight{Mu: 0, Beta: 1}},
		} {
			for seed := range uint64(3) {
				x := c.draw(random.New(seed)).Float64s()
				slices.Sort(x)
				var ks, sum, squares float64
				for i, v := range x {
					p := c.want.CDF(v)
					ks = max(ks, p-float64(i)/n, float64(i+1)/n-p)
					sum += v
				}
				mean := sum / n
				for _, v := range x {
					squares += float64((v - mean) * (v - mean))
				}
				// sqrt(n) D exceeds 2.2 once in 8000 samples.
				if s := ks * math.Sqrt(n); s > 2.2 {
					t.Errorf("%v %s, seed %d: Kolmogorov-Smirnov statistic %.2f", d, name, seed, s)
				}
				if z := (mean - c.want.Mean()) / math.Sqrt(c.want.Variance()/n); math.Abs(z) > 4 {
					t.Errorf("%v %s, seed %d: mean %.4f is %.1f deviations from %.4f", d, name, seed, mean, z, c.want.Mean())
				}
				// The fourth moments of all of these are below 10 variances squared.
				if r := squares / n / c.want.Variance(); math.Abs(r-1) > 4*math.Sqrt(9.0/n) {
					t.Errorf("%v %s, seed %d: variance is %.4f of the exact one", d, name, seed, r)
				}
			}
		}
	}
}

// truncated is the normal distribution on [lo, hi].
type truncated struct{ lo, hi float64 }

func (d truncated) mass() float64 { return distuv.UnitNormal.CDF(d.hi) - distuv.UnitNormal.CDF(d.lo) }

func (d truncated) CDF(x float64) float64 {
	return (distuv.UnitNormal.CDF(x) - distuv.UnitNormal.CDF(d.lo)) / d.mass()
}

func (d truncated) Mean() float64 {
	return (distuv.UnitNormal.Prob(d.lo) - distuv.UnitNormal.Prob(d.hi)) / d.mass()
}

func (d truncated) Variance() float64 {
	edge := func(x float64) float64 {
		if math.IsInf(x, 0) {
			return 0
		}
		return x * distuv.UnitNormal.Prob(x)
	}
	m := d.Mean()
	return 1 + (edge(d.lo)-edge(d.hi))/d.mass() - m*m
}

// TestRanges checks the documented extremes on many draws.
func TestRanges(t *testing.T) {
	key := random.New(8)
	const n = 300000
	for _, c := range []struct {
		name     string
		a        *fx.Array
		min, max float64
	}{
		{"normal32", random.Normal(key, fx.Float32, n), -5.30, 5.30},
		{"normal64", random.Normal(key, fx.Float64, n), -8.21, 8.21},
		{"largest normal32", fx.Scalar(float32(1 - 1.0/(1<<23))).ErfInv().MulScalar(math.Sqrt2), 5.28, 5.30},
		{"largest normal64", fx.Scalar(1 - 1.0/(1<<52)).ErfInv().MulScalar(math.Sqrt2), 8.20, 8.21},
		{"truncated32", random.TruncatedNormal(key, fx.Float32, -0.5, 0.5, n), -0.5, 0.5},
		{"truncated64", random.TruncatedNormal(key, fx.Float64, -2, 0, n), -2, 0},
		{"exponential32", random.Exponential(key, fx.Float32, n), math.SmallestNonzeroFloat64, 16.7},
		{"exponential64", random.Exponential(key, fx.Float64, n), math.SmallestNonzeroFloat64, 36.8},
		{"gumbel32", random.Gumbel(key, fx.Float32, n), -2.9, 23},
		{"gumbel64", random.Gumbel(key, fx.Float64, n), -3.7, 37},
		{"randint", random.Randint(key, fx.Int32, math.MinInt32, math.MinInt32+3, n), math.MinInt32, math.MinInt32 + 2},
	} {
		for _, v := range c.a.Float64s() {
			if !(v >= c.min && v <= c.max) {
				t.Fatalf("%s: %v is outside [%v, %v]", c.name, v, c.min, c.max)
			}
		}
	}
}

// chiSquared is the probability of counts at least as far from n p as these.
func chiSquared(counts []int, p []float64) float64 {
	n := 0
	for _, c := range counts {
		n += c
	}
	var x float64
	cells := -1
	for i, c := range counts {
		if e := p[i] * float64(n); e > 0 {
			x += float64((float64(c)-e)*(float64(c)-e)) / e
			cells++
		} else if c > 0 {
			return 0
		}
	}
	return distuv.ChiSquared{K: float64(cells)}.Survival(x)
}

func count(values []float64, cells int) []int {
	out := make([]int, cells)
	for _, v := range values {
		out[int(v)]++
	}
	return out
}

func even(n int) []float64 {
	p := make([]float64, n)
	for i := range p {
		p[i] = 1 / float64(n)
	}
	return p
}

func TestDiscrete(t *testing.T) {
	const n = 60000
	p := []float64{0.5, 0, 0.2, 0.05, 0.25}
	logits := make([]float32, len(p))
	for i := range p {
		logits[i] = float32(math.Log(p[i]))
	}
	all := fx.New(logits).BroadcastTo(n, len(p))
	six := map[[3]float64]int{{0, 1, 2}: 0, {0, 2, 1}: 1, {1, 0, 2}: 2, {1, 2, 0}: 3, {2, 0, 1}: 4, {2, 1, 0}: 5}
	orders := func(k *fx.Array) []float64 {
		v := fx.Vmap(func(k *fx.Array) *fx.Array { return random.Permutation(k, 3) })(random.SplitArray(k, n/6)).Float64s()
		out := make([]float64, n/6)
		for i := range out {
			out[i] = float64(six[[3]float64(v[3*i:3*i+3])])
		}
		return out
	}
	for seed := range uint64(3) {
		key := random.New(seed)
		for _, c := range []struct {
			name   string
			values []float64
			p      []float64
		}{
			{"categorical", random.Categorical(key, all, -1).Float64s(), p},
			{"categorical, leading axis", random.Categorical(key, all.T(), 0).Float64s(), p},
			{"randint", random.Randint(key, fx.Int32, 0, 37, n).Float64s(), even(37)},
			{"randint shifted", random.Randint(key, fx.Int64, -5, 3, n).AddScalar(5).Float64s(), even(8)},
			{"bernoulli", random.Bernoulli(key, fx.Const(0.3), n).Float64s(), []float64{0.7, 0.3}},
			{"bernoulli float64", random.Bernoulli(key, fx.Scalar(0.01), n).Float64s(), []float64{0.99, 0.01}},
			{"rademacher", random.Rademacher(key, fx.Float32, n).AddScalar(1).DivScalar(2).Float64s(), even(2)},
			{"permutation", orders(key), even(6)},
			{"choice", random.Choice(key, 1000, 1000).MulScalar(1).Float64s()[:500], nil},
		} {
			if c.p == nil { // different indices
				seen := map[float64]bool{}
				for _, v := range c.values {
					if seen[v] || v < 0 || v >= 1000 {
						t.Fatalf("%s: %v twice or out of range", c.name, v)
					}
					seen[v] = true
				}
				continue
			}
			if prob := chiSquared(count(c.values, len(c.p)), c.p); prob < 1e-4 {
				t.Errorf("%s, seed %d: chi-squared has probability %.2g", c.name, seed, prob)
			}
		}
	}
}

func TestBernoulliEnds(t *testing.T) {
	p := fx.New([]float32{0, 1, -3, 7, float32(math.NaN())})
	got := random.Bernoulli(random.New(0), p, 4000, 5)
	for i, want := range []bool{false, true, false, true, false} {
		for _, v := range got.SliceAxis(1, i, i+1).Bools() {
			if v != want {
				t.Fatalf("p = %v drew %v", p.Float32s()[i], v)
			}
		}
	}
	if s := random.Bernoulli(random.New(0), p).Shape(); !slices.Equal(s, []int{5}) {
		t.Errorf("shape %v without one given", s)
	}
}

// TestLargestWord uses a key whose word 3075 has all bits set, the one that
// rounding and saturation could lead out of range.
func TestLargestWord(t *testing.T) {
	key, at := fx.New([]uint32{313679, 0}), 3075
	if w := random.Bits(key, at+1).Uint32s()[at]; w != math.MaxUint32 {
		t.Fatalf("word %d is %08x", at, w)
	}
	if !random.Bernoulli(key, fx.Const(1), at+1).Bools()[at] {
		t.Error("probability 1 drew false")
	}
	if random.Bernoulli(key, fx.Const(1-1.0/(1<<24)), at+1).Bools()[at] {
		t.Error("the largest word drew true with a probability below 1")
	}
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"uniform", random.Uniform(key, fx.Float32, 0, 1, at+1).Float64s()[at], 1 - 1.0/(1<<24)},
		{"uniform [-1, 1)", random.Uniform(key, fx.Float32, -1, 1, at+1).Float64s()[at], 1 - 1.0/(1<<23)},
		{"exponential", random.Exponential(key, fx.Float32, at+1).Float64s()[at], 24 * math.Ln2},
		{"gumbel", random.Gumbel(key, fx.Float32, at+1).Float64s()[at], -math.Log(24 * math.Ln2)},
		{"normal", random.Normal(key, fx.Float32, at+1).Float64s()[at], distuv.UnitNormal.Quantile(1 - 1.0/(1<<24))},
	} {
		if math.Abs(c.got-c.want) > 1e-6*math.Abs(c.want) {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
}

// TestCategoricalImpossible puts minus infinity where nothing may be drawn.
func TestCategoricalImpossible(t *testing.T) {
	inf := float32(math.Inf(-1))
	logits := fx.New([]float32{inf, 0, inf}).BroadcastTo(1000, 3)
	for _, v := range random.Categorical(random.New(0), logits, 1).Int32s() {
		if v != 1 {
			t.Fatalf("drew %d", v)
		}
	}
}
