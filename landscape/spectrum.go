package landscape

import (
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
)

// Spectrum is the eigenvalues of a symmetric matrix, the largest first.
type Spectrum []float64

// NewSpectrum computes all eigenvalues of a symmetric matrix [M, M] (see
// fx.Eigvalsh), in about M^3 operations. An element that is not finite is an
// error.
func NewSpectrum(a *fx.Array) (Spectrum, error) {
	s := Spectrum(fx.Eigvalsh(a).Float64s())
	if len(s) == 0 || math.IsNaN(s[0]) {
		return nil, fmt.Errorf("landscape: the matrix of shape %v is empty or not finite: it has no spectrum", a.Shape())
	}
	slices.Reverse(s)
	return s, nil
}

// An OutlierRule says how many of the largest eigenvalues stand apart from the
// bulk.
type OutlierRule func(Spectrum) int

// LargestRatio cuts where the ratio of an eigenvalue to the next is largest,
// among the first top eigenvalues and as long as the next is positive. The rule
// does not change when the loss is scaled, as a fixed threshold does. Where no
// eigenvalue but the first is positive there are no outliers.
func LargestRatio(top int) OutlierRule {
	if top < 1 {
		fail("LargestRatio", "top is %d; it must be at least 1", top)
	}
	return func(s Spectrum) int {
		count, largest := 0, 0.0
		for j := 1; j <= top && j < len(s) && s[j] > 0; j++ {
			if r := s.Ratio(j); r > largest {
				count, largest = j, r
			}
		}
		return count
	}
}

// AboveShare counts the eigenvalues above a share of the largest.
func AboveShare(share float64) OutlierRule {
	if !(share > 0 && share < 1) {
		fail("AboveShare", "the share is %v; it must be between 0 and 1", share)
	}
	return func(s Spectrum) int {
		n := 0
		for n < len(s) && s[n] > float64(share*s[0]) {
			n++
		}
		return n
	}
}

// Outliers counts the outliers by a rule.
func (s Spectrum) Outliers(rule OutlierRule) int { return rule(s) }

// Ratio is the j-th eigenvalue, counted from 1, divided by the next; NaN if
// there are none.
func (s Spectrum) Ratio(j int) float64 {
	if j < 1 || j >= len(s) {
		return math.NaN()
	}
	return s[j-1] / s[j]
}

// BulkFraction is the part of the eigenvalues that are, in absolute value,
// below a share of the largest.
func (s Spectrum) BulkFraction(share float64) float64 {
	n := 0
	for _, v := range s {
		if math.Abs(v) < float64(share*s[0]) {
			n++
		}
	}
	return float64(n) / float64(len(s))
}

// NegativeShare is the size of the most negative eigenvalue as a share of the
// largest; 0 if none is negative.
func (s Spectrum) NegativeShare() float64 { return max(0, -s[len(s)-1]) / s[0] }

// Rank counts the eigenvalues above a share tol of the largest, in absolute
// value.
func (s Spectrum) Rank(tol float64) int {
	n, largest := 0, max(math.Abs(s[0]), math.Abs(s[len(s)-1]))
	for _, v := range s {
		if math.Abs(v) > float64(tol*largest) {
			n++
		}
	}
	return n
}

// Trace is the sum of the eigenvalues.
func (s Spectrum) Trace() float64 {
	return sumOf(slices.Values(s), func(v float64) float64 { return v })
}

// Frobenius is the Frobenius norm of the matrix, from its eigenvalues.
func (s Spectrum) Frobenius() float64 {
	return math.Sqrt(sumOf(slices.Values(s), func(v float64) float64 { return v * v }))
}

// sumOf adds f of every value, in order.
func sumOf(values iter.Seq[float64], f func(float64) float64) float64 {
	sum := 0.0
	for v := range values {
		sum += float64(f(v))
	}
	return sum
}
