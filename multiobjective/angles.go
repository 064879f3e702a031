package multiobjective

import (
	"errors"
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// Aggregators from eigenvectors of the Gramian.

// eigen gives G's eigenvalues above its rounding level, m eps of the largest,
// with their unit eigenvectors.
func (g gramian) eigen(eps float64) (values []float64, vectors [][]float64) {
	d, q := fx.Eigh(g.array())
	all, columns := d.Float64s(), rowsOf(q.T())
	cut := max(all[len(all)-1], 0) * float64(len(g)) * eps
	for i, v := range all {
		if v > cut {
			values, vectors = append(values, v), append(vectors, columns[i])
		}
	}
	return values, vectors
}

// spectral is f(G) x, over the eigenvalues above rounding level.
func (g gramian) spectral(eps float64, f func(float64) float64, x []float64) []float64 {
	values, vectors := g.eigen(eps)
	out := make([]float64, len(g))
	for i, q := range vectors {
		c := f(values[i]) * dot(q, x)
		for k := range out {
			out[k] += float64(c * q[k])
		}
	}
	return out
}

func inverse(v float64) float64 { return 1 / v }

// IMTLG makes the projections on all gradients equally long, with weights that
// add up to 1: w ~ G^+ sqrt(diag G) (Liu et al., "Towards Impartial Multi-task
// Learning", 2021, section 3.1). It is an error if these add up to zero.
func IMTLG() Weighting {
	return weighting{name: "IMTL-G", rule: func(g gramian, in input) ([]float64, error) {
		d := make([]float64, len(g))
		for i := range d {
			d[i] = math.Sqrt(max(0, g[i][i]))
		}
		w := g.spectral(in.eps, inverse, d)
		var sum, size float64
		for _, v := range w {
			sum, size = sum+v, size+math.Abs(v)
		}
		if size == 0 { // every gradient is zero
			return w, nil
		}
		if math.Abs(sum) < 1e-12*size {
			return nil, errors.New("the weights add up to zero and cannot be normalised")
		}
		for i := range w {
			w[i] /= sum
		}
		return w, nil
	}}
}

// AlignedMTL makes the gradients orthogonal and equally long, as near to the
// given ones as that can be, and averages them (Senushkin et al., "Independent
// Component Alignment for Multi-Task Learning", 2023): w = sqrt(lambda_min)
// G^(-1/2) 1/m, with G's smallest eigenvalue that is not zero.
func AlignedMTL() Weighting {
	return weighting{name: "Aligned-MTL", rule: func(g gramian, in input) ([]float64, error) {
		values, _ := g.eigen(in.eps)
		if len(values) == 0 {
			return make([]float64, len(g)), nil
		}
		return g.spectral(in.eps, func(v float64) float64 { return math.Sqrt(values[0] / v) }, uniform(len(g))), nil
	}}
}

// ConFIG points along the direction that forms the same angle with every
// gradient, as long as the sum of the gradients' projections on it (Liu, Chu
// and Thuerey, "ConFIG: Towards Conflict-free Training of Physics Informed
// Neural Networks", 2024, equation 3).
func ConFIG() Weighting {
	return weighting{name: "ConFIG", rule: func(g gramian, in input) ([]float64, error) {
		m := len(g)
		length := make([]float64, m) // of the gradients; a zero one has no direction
		unit, ones := make(gramian, m), make([]float64, m)
		for i := range g {
			length[i] = math.Sqrt(max(0, g[i][i]))
			unit[i] = make([]float64, m)
			if length[i] > 0 {
				ones[i] = 1
			}
		}
		for i := range g {
			for j := range g {
				if length[i] > 0 && length[j] > 0 {
					unit[i][j] = g[i][j] / length[i] / length[j]
				}
			}
		}
		a := unit.spectral(in.eps, inverse, ones) // v = sum_i a_i g_i/|g_i|
		products := unit.times(a)                 // of v with the unit gradients
		norm2 := dot(a, products)
		w := make([]float64, m)
		if norm2 <= 0 {
			return w, nil
		}
		size := dot(length, products) / norm2
		for i := range w {
			if length[i] > 0 {
				w[i] = a[i] / length[i] * size
			}
		}
		return w, nil
	}}
}
