package hessianspectrum

import (
	"fmt"
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/curvature"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/study"
)

// spectrum is the eigenvalues of a symmetric matrix, the largest first.
type spectrum []float64

func newSpectrum(a *fx.Array) (spectrum, error) {
	s := spectrum(fx.Eigvalsh(a).Float64s())
	if math.IsNaN(s[0]) {
		return nil, fmt.Errorf("the eigenvalues of a matrix of shape %v were not found", a.Shape())
	}
	slices.Reverse(s)
	return s, nil
}

// above counts the eigenvalues above a share of the largest.
func (s spectrum) above(share float64) int {
	n := 0
	for n < len(s) && s[n] > float64(share*s[0]) {
		n++
	}
	return n
}

// rank counts the eigenvalues above a share of the largest, in absolute value.
func (s spectrum) rank(share float64) int {
	return study.Sample(s).Count(func(v float64) bool { return math.Abs(v) > float64(share*s[0]) })
}

// negative is the most negative eigenvalue as a share of the largest.
func (s spectrum) negative() float64 { return max(0, -s[len(s)-1]) / s[0] }

// bulkBelow is the share of the largest eigenvalue below which one counts as
// bulk.
const bulkBelow = 0.01

// record takes down a spectrum, what is counted in it, and how far the Hessian
// is from its Gauss-Newton part.
func (e experiment) record(r *study.Recorder, d curvature.Parts, loss float64) error {
	s, err := newSpectrum(e.seen(d))
	if err != nil {
		return err
	}
	n, gap := e.count(s)
	r.Scalar("parameters", float64(len(s)))
	r.Scalar("loss", loss)
	r.Scalar("outliers", float64(n))
	r.Scalar("gap", gap)
	r.Scalar("above5", float64(s.above(0.05)))
	r.Scalar("above10", float64(s.above(0.10)))
	r.Scalar("largest", s[0])
	r.Scalar("bulk", curvature.BulkFraction(s, bulkBelow))
	r.Scalar("negative", s.negative())
	r.Scalar("trace", e.seen(d).Trace().Item())
	r.Scalar("frobenius", e.seen(d).Norm().Item())
	r.Scalar("remainder", e.seen(d).Sub(d.G).Norm().Item()/e.seen(d).Norm().Item())
	place, values := s.thin()
	r.Series("spectrum", place, values)
	return nil
}

// thin keeps the ends of a spectrum and every few eigenvalues between, with
// their places counted from 1.
func (s spectrum) thin() (place, values []float64) {
	const ends, between = 40, 100
	every := max(1, len(s)/between)
	for i, v := range s {
		if i < ends || i >= len(s)-ends || i%every == 0 {
			place, values = append(place, float64(i+1)), append(values, v)
		}
	}
	return place, values
}
