package study

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

func sample(t *rapid.T, least int) Sample {
	return rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), least, 30).Draw(t, "sample")
}

func nearly(a, b float64) bool { return math.Abs(a-b) <= 1e-9*(1+math.Abs(a)+math.Abs(b)) }

func TestMomentsAgreeWithGonum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := sample(t, 2)
		mean, std := stat.MeanStdDev(s, nil)
		if !nearly(s.Mean(), mean) || !nearly(s.Std(), std) {
			t.Fatalf("mean %v, std %v; gonum has %v, %v", s.Mean(), s.Std(), mean, std)
		}
	})
}

// TestQuantiles: order statistics at their own places, monotone between, the
// same for any order of the sample.
func TestQuantiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := sample(t, 1)
		sorted := slices.Clone(s)
		slices.Sort(sorted)
		if s.Quantile(0) != sorted[0] || s.Quantile(1) != sorted[len(s)-1] || s.Min() != sorted[0] || s.Max() != sorted[len(s)-1] {
			t.Fatal("the ends are not the smallest and the largest value")
		}
		p := rapid.Float64Range(0, 1).Draw(t, "p")
		q := rapid.Float64Range(p, 1).Draw(t, "q")
		if s.Quantile(p) > s.Quantile(q) || s.Quantile(p) != sorted.Quantile(p) {
			t.Fatalf("quantiles at %v and %v: %v, %v", p, q, s.Quantile(p), s.Quantile(q))
		}
		middle := sorted[len(s)/2]
		if len(s)%2 == 0 {
			middle = sorted[len(s)/2-1]/2 + middle/2
		}
		if s.Median() != middle {
			t.Fatalf("median %v, want %v", s.Median(), middle)
		}
	})
}

func TestNonFiniteSamples(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, test := range []struct {
		s                Sample
		median, min, max float64
	}{
		{nil, nan, nan, nan},
		{Sample{1, nan, 2}, nan, nan, nan},
		{Sample{1, inf, 2}, 2, 1, inf},
		{Sample{1, inf, inf}, inf, 1, inf},
		{Sample{1, inf}, inf, 1, inf},
		{Sample{-inf, inf}, nan, -inf, inf},
		{Sample{-inf, 3}, -inf, -inf, 3},
		{Sample{inf, nan}, nan, nan, nan},
	} {
		same := func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
		if got := test.s; !same(got.Median(), test.median) || !same(got.Min(), test.min) || !same(got.Max(), test.max) {
			t.Errorf("%v: median %v, min %v, max %v", []float64(got), got.Median(), got.Min(), got.Max())
		}
	}
	s := Sample{1, nan, inf}
	if got := s.OrElse(9); !slices.Equal(got, Sample{1, 9, 9}) || len(s.Finite()) != 1 {
		t.Errorf("OrElse gives %v, Finite %v", got, s.Finite())
	}
}

func TestSignTestAgreesWithBinomial(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		less, more := rapid.IntRange(0, 40).Draw(t, "less"), rapid.IntRange(0, 40).Draw(t, "more")
		var a, b Sample
		for range less {
			a, b = append(a, 0), append(b, 1)
		}
		for range more {
			a, b = append(a, 1), append(b, 0)
		}
		a, b = append(a, 5), append(b, 5) // a tie
		want := 1.0
		if n := less + more; n > 0 {
			want = min(1, 2*distuv.Binomial{N: float64(n), P: 0.5}.CDF(float64(min(less, more))))
		}
		if got := SignTest(a, b); math.Abs(got-want) > 1e-9 || got != SignTest(b, a) {
			t.Fatalf("%d less, %d more: p = %v, want %v", less, more, got, want)
		}
	})
}

// TestWilson compares with the values of the defining equation: the ends are
// the p at which the observed share is exactly z standard errors away.
func TestWilson(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 200).Draw(t, "n")
		k := rapid.IntRange(0, n).Draw(t, "k")
		low, high := WilsonCI(k, n, 0.95)
		share := float64(k) / float64(n)
		if !(0 <= low && low <= share && share <= high && high <= 1) {
			t.Fatalf("%d of %d: %v..%v", k, n, low, high)
		}
		for _, p := range []float64{low, high} {
			if p == 0 || p == 1 {
				continue
			}
			z := math.Abs(share-p) / math.Sqrt(p*(1-p)/float64(n))
			if math.Abs(z-1.959964) > 1e-4 {
				t.Fatalf("%d of %d: the end %v is %v standard errors away", k, n, p, z)
			}
		}
	})
	if low, high := WilsonCI(0, 0, 0.95); low != 0 || high != 1 {
		t.Errorf("no trials: %v..%v", low, high)
	}
}

func TestBootstrap(t *testing.T) {
	s := Sample{3.1, 2.7, 3.4, 2.9, 3.3, 3.0, 2.6, 3.2}
	low, high := BootstrapCI(s, 0.95, Sample.Mean)
	if !(low < s.Mean() && s.Mean() < high) {
		t.Errorf("mean %v outside %v..%v", s.Mean(), low, high)
	}
	// For a mean, the interval is near mean -+ 1.96 standard errors, the standard
	// deviation taken with n in the denominator.
	half := 1.96 * s.Std() * math.Sqrt(7.0/8) / math.Sqrt(8)
	if math.Abs((high-low)/2-half) > 0.05*half {
		t.Errorf("half width %v, want about %v", (high-low)/2, half)
	}
	low2, high2 := BootstrapCI(s, 0.95, Sample.Mean)
	if low != low2 || high != high2 {
		t.Error("two calls differ")
	}
	if low, high := BootstrapCI(Sample{2}, 0.9, Sample.Median); low != 2 || high != 2 {
		t.Errorf("one value: %v..%v", low, high)
	}
	if low, _ := BootstrapCI(nil, 0.9, Sample.Median); !math.IsNaN(low) {
		t.Errorf("no values: %v", low)
	}
}

func TestBand(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	b := MakeBand(Range, []Series{
		{X: Floats{0, 1, 2, 3}, Y: Floats{1, 2, 3, 4}},
		{X: Floats{0, 1, 2, 3}, Y: Floats{3, 4, nan, inf}},
		{X: Floats{0, 1, 2}, Y: Floats{2, 9, nan}},
	})
	if !slices.Equal(b.X, []float64{0, 1, 2, 3}) || !slices.Equal(b.Median[:2], []float64{2, 4}) ||
		!math.IsNaN(b.Median[2]) || !math.IsNaN(b.Median[3]) {
		t.Errorf("x %v, median %v", b.X, b.Median)
	}
	if b.Low[0] != 1 || b.High[0] != 3 || b.DivergedAt != 2 || b.DivergedPortion != 2.0/3 {
		t.Errorf("low %v, high %v, diverged at %v (%v)", b.Low, b.High, b.DivergedAt, b.DivergedPortion)
	}
}

func TestPivot(t *testing.T) {
	r := &Results{Common: &Record{}}
	for seed := range uint64(3) {
		rec := NewRecorder()
		for _, nu := range []float64{0.999, 0.5} {
			rec.With("method", "adam", "nu", nu).Scalar("loss", nu+float64(seed))
		}
		rec.With("method", "laprop", "nu", 0.5).Scalar("loss", 7)
		r.Seeds = append(r.Seeds, SeedRecord{seed, rec.Record()})
	}
	g := r.Pivot(Sample.Median, "loss", "method", "nu")
	if !slices.Equal(g.Rows, []string{"adam", "laprop"}) || !slices.Equal(g.Cols, []string{"0.999", "0.5"}) {
		t.Fatalf("rows %v, columns %v", g.Rows, g.Cols)
	}
	if g.Values[0][0] != 1.999 || g.Values[0][1] != 1.5 || g.Values[1][1] != 7 || !math.IsNaN(g.Values[1][0]) {
		t.Errorf("values %v", g.Values)
	}
	want := "method  nu=0.999              nu=0.5\n" +
		"──────  ────────────────────  ──────────────\n" +
		"adam    1.999 (0.999..2.999)  1.5 (0.5..2.5)\n" +
		"laprop                        7 (7..7)\n"
	if got := r.PivotTable("", "loss", "method", "nu").Text(80); got != want {
		t.Errorf("table\n%s want\n%s", got, want)
	}
}

func TestBlockMeans(t *testing.T) {
	at, means := BlockMeans([]float64{1, 3, 5, 7, math.NaN()}, 2)
	if !slices.Equal(at, []float64{2, 4}) || !slices.Equal(means, []float64{2, 6}) {
		t.Errorf("blocks of 2: %v at %v, want [2 6] at [2 4]", means, at)
	}
}
