package study

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// The sums below run in the order of the seeds and not through gonum/stat,
// whose vectorised sums depend on the processor in the last bit.

// Median is the middle value, or the mean of the two middle ones. It is NaN if
// any value is, and for an empty sample; see Sample.Finite and Sample.OrElse.
func (s Sample) Median() float64 { return s.Quantile(0.5) }

// Quantile is the p-quantile, 0 <= p <= 1, with linear interpolation between
// the order statistics (definition 7 of Hyndman and Fan, 1996). It is NaN if
// any value is, and for an empty sample.
func (s Sample) Quantile(p float64) float64 {
	if !(p >= 0 && p <= 1) {
		panic(fmt.Sprintf("study: quantile at p = %v, which is not in [0, 1]", p))
	}
	if len(s) == 0 || slices.ContainsFunc(s, math.IsNaN) {
		return math.NaN()
	}
	sorted := slices.Clone(s)
	slices.Sort(sorted)
	at := float64(p * float64(len(s)-1))
	i := int(at)
	low, high := sorted[i], sorted[min(i+1, len(s)-1)]
	fraction := at - float64(i)
	switch {
	case fraction == 0 || low == high:
		return low
	case fraction == 0.5 && finite(low) && finite(high):
		return low/2 + high/2
	case math.IsInf(high, 1) && math.IsInf(low, -1):
		return math.NaN()
	case !finite(low):
		return low
	}
	return low + float64(fraction*(high-low))
}

// Min is the smallest value, NaN if any value is.
func (s Sample) Min() float64 { return s.fold(math.Min) }

// Max is the largest value, NaN if any value is.
func (s Sample) Max() float64 { return s.fold(math.Max) }

func (s Sample) fold(f func(a, b float64) float64) float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	v := s[0]
	for _, x := range s[1:] {
		v = f(v, x)
		if math.IsNaN(x) {
			return x // math.Max(+Inf, NaN) is +Inf
		}
	}
	return v
}

// Mean is the arithmetic mean, NaN for an empty sample.
func (s Sample) Mean() float64 {
	sum := 0.0
	for _, x := range s {
		sum += x
	}
	return sum / float64(len(s))
}

// Std is the sample standard deviation, with n-1 in the denominator. It is NaN
// for fewer than two values.
func (s Sample) Std() float64 {
	if len(s) < 2 {
		return math.NaN()
	}
	mean, sum := s.Mean(), 0.0
	for _, x := range s {
		sum += float64((x - mean) * (x - mean))
	}
	return math.Sqrt(sum / float64(len(s)-1))
}

// Finite returns the finite values.
func (s Sample) Finite() Sample {
	var out Sample
	for _, x := range s {
		if finite(x) {
			out = append(out, x)
		}
	}
	return out
}

// OrElse replaces every non-finite value, for statistics in which a diverged
// run counts as the worst one.
func (s Sample) OrElse(v float64) Sample {
	out := slices.Clone(s)
	for i, x := range out {
		if !finite(x) {
			out[i] = v
		}
	}
	return out
}

// Count says how many values meet a condition.
func (s Sample) Count(condition func(float64) bool) int {
	n := 0
	for _, x := range s {
		if condition(x) {
			n++
		}
	}
	return n
}

// Over divides seed by seed: a paired comparison of two samples.
func (s Sample) Over(other Sample) Sample {
	return s.pair(other, func(a, b float64) float64 { return a / b })
}

// Minus subtracts seed by seed.
func (s Sample) Minus(other Sample) Sample {
	return s.pair(other, func(a, b float64) float64 { return a - b })
}

// Abs takes absolute values.
func (s Sample) Abs() Sample {
	return s.pair(s, func(a, _ float64) float64 { return math.Abs(a) })
}

func (s Sample) pair(other Sample, f func(a, b float64) float64) Sample {
	if len(s) != len(other) {
		panic(fmt.Sprintf("study: a sample of %d paired with one of %d", len(s), len(other)))
	}
	out := make(Sample, len(s))
	for i := range s {
		out[i] = f(s[i], other[i])
	}
	return out
}

// Summary writes "median (min..max)" for a table.
func (s Sample) Summary() string {
	if len(s) == 1 {
		return FormatNumber(s[0])
	}
	return fmt.Sprintf("%s (%s..%s)", FormatNumber(s.Median()), FormatNumber(s.Min()), FormatNumber(s.Max()))
}

// SignTest is the two-sided paired sign test: the probability, if a and b were
// exchangeable, of a split at least as uneven as the one seen. Ties are left
// out; without any untied pair the result is 1.
func SignTest(a, b Sample) float64 {
	less, more := 0, 0
	for _, d := range a.Minus(b) {
		switch {
		case d < 0:
			less++
		case d > 0:
			more++
		}
	}
	n := less + more
	tail := new(big.Int)
	for k := 0; k <= min(less, more); k++ {
		tail.Add(tail, new(big.Int).Binomial(int64(n), int64(k)))
	}
	tail.Lsh(tail, 1)
	p, _ := new(big.Rat).SetFrac(tail, new(big.Int).Lsh(big.NewInt(1), uint(n))).Float64()
	return min(1, p)
}

// bootstrapDraws is the number of resamples: with 10,000 the ends of a 95%
// interval are stable to about the fourth digit (Efron and Tibshirani, 1993,
// recommend at least 1,000).
const bootstrapDraws = 10_000

// BootstrapCI is the percentile bootstrap confidence interval of a statistic.
// The resamples come from a generator with a fixed seed, so the same sample
// always has the same interval. It is NaN for an empty sample and where the
// statistic is.
func BootstrapCI(s Sample, confidence float64, statistic func(Sample) float64) (low, high float64) {
	checkConfidence(confidence)
	if len(s) == 0 {
		return math.NaN(), math.NaN()
	}
	source := rand.NewPCG(0x666c7578696f6e, uint64(len(s)))
	draws, resample := make(Sample, bootstrapDraws), make(Sample, len(s))
	for i := range draws {
		for k := range resample {
			index, _ := bits.Mul64(source.Uint64(), uint64(len(s))) // uniform up to 2^-64 len(s)
			resample[k] = s[index]
		}
		draws[i] = statistic(resample)
	}
	return draws.Quantile((1 - confidence) / 2), draws.Quantile((1 + confidence) / 2)
}

// WilsonCI is the Wilson score interval for the probability of a success that
// was seen k times in n trials (Wilson, 1927). Without trials it is [0, 1].
func WilsonCI(k, n int, confidence float64) (low, high float64) {
	checkConfidence(confidence)
	if k < 0 || k > n {
		panic(fmt.Sprintf("study: %d successes in %d trials", k, n))
	}
	if n == 0 {
		return 0, 1
	}
	z := distuv.UnitNormal.Quantile((1 + confidence) / 2)
	z2, trials, p := float64(z*z), float64(n), float64(k)/float64(n)
	centre := p + z2/(2*trials)
	half := float64(z * math.Sqrt(float64(p*(1-p))/trials+z2/float64(4*trials*trials)))
	low, high = (centre-half)/(1+z2/trials), (centre+half)/(1+z2/trials)
	if k == 0 {
		low = 0
	}
	if k == n {
		high = 1
	}
	return low, high
}

func checkConfidence(c float64) {
	if !(c > 0 && c < 1) {
		panic(fmt.Sprintf("study: confidence %v is not between 0 and 1", c))
	}
}

// BlockMeans is the mean of each block of n values and the number of values up to
// its end: a learning curve with a point for every n steps. A shorter last block
// is left out.
func BlockMeans(values []float64, n int) (at, means []float64) {
	if n < 1 {
		panic(fmt.Sprintf("study: means of blocks of %d values", n))
	}
	for i := n; i <= len(values); i += n {
		at, means = append(at, float64(i)), append(means, Sample(values[i-n:i]).Mean())
	}
	return at, means
}
