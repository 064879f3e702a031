package linalg

import (
	"fmt"
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Quadrature stands for the spectrum of a symmetric operator of n dimensions:
// for each random probe z, nodes theta and weights w with
//
//	z'f(A)z / z'z = sum over i of w_i f(theta_i)
//
// exact for polynomials f of degree up to 2 steps - 1 (Golub and Welsch 1969).
// The mean over probes estimates tr f(A) / n.
type Quadrature struct {
	Nodes, Weights [][]float64 // [probes][steps], nodes ascending
	N              int
}

// LanczosQuadrature makes the quadrature of a symmetric operator on trees like
// `like`, on the host, by Lanczos with random signs as starts: stochastic Lanczos
// quadrature (Bai, Fahey and Golub 1996; Ubaru, Chen and Saad, "Fast Estimation
// of tr(f(A)) via Stochastic Lanczos Quadrature", 2017, algorithm 1). It takes
// probes times steps products and keeps steps vectors. With as many steps as
// dimensions each probe's quadrature is exact.
func LanczosQuadrature[T any](A func(T) T, like T, key *fx.Array, probes, steps int) (Quadrature, error) {
	const op = "LanczosQuadrature"
	checkProbes(op, probes)
	x, unravel := ravel(op, like)
	checkSteps(op, steps, x.Size())
	a := flat(op, A, like, unravel)
	type coefficients struct{ Alpha, Beta *fx.Array }
	one := fx.Jit(func(key *fx.Array) coefficients {
		t := lanczos(a, rademacher(key, x.DType(), x.Size()), steps)
		return coefficients{t.Alpha, t.Beta}
	})
	q := Quadrature{N: x.Size()}
	for i, key := range random.Split(key, probes) {
		c := one(key)
		d, e := c.Alpha.Float64s(), c.Beta.Float64s()
		z := make([][]float64, steps)
		for j := range z {
			z[j] = []float64{0}
		}
		z[0][0] = 1
		if err := tridiagonalQL(d, e, z); err != nil {
			return Quadrature{}, fmt.Errorf("LanczosQuadrature: probe %d: %w", i, err)
		}
		w := make([]float64, steps)
		for j := range w {
			w[j] = float64(z[j][0] * z[j][0])
		}
		q.Nodes, q.Weights = append(q.Nodes, d), append(q.Weights, w)
	}
	return q, nil
}

// Trace estimates tr f(A), for an element-wise f, with its standard error over
// probes (0 for a single one, where it is unknown).
func (q Quadrature) Trace(f func(*fx.Array) *fx.Array) (mean, stderr float64) {
	nodes, weights := fx.New(slices.Concat(q.Nodes...)), fx.New(slices.Concat(q.Weights...))
	values := f(nodes)
	// A node without weight counts for nothing, even where f is infinite.
	terms := fx.Where(weights.Equal(fx.Const(0)), weights, values.Mul(weights))
	e := estimate(terms.Reshape(len(q.Nodes), -1).Sum(1).MulScalar(float64(q.N)))
	return e.Mean.Item(), e.StdErr.Item()
}

// LogDet estimates log det A of a positive definite A. A node that is not
// positive is an error.
func (q Quadrature) LogDet() (mean, stderr float64, err error) {
	for i, nodes := range q.Nodes {
		for j, t := range nodes {
			if t <= 0 && q.Weights[i][j] > 0 {
				return 0, 0, fmt.Errorf("linalg: LogDet: the operator has the Ritz value %.3g; it must be positive definite", t)
			}
		}
	}
	mean, stderr = q.Trace((*fx.Array).Log)
	return mean, stderr, nil
}

// Range is the smallest and the largest node, which lie inside the spectrum.
func (q Quadrature) Range() (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, nodes := range q.Nodes {
		lo, hi = min(lo, nodes[0]), max(hi, nodes[len(nodes)-1])
	}
	return lo, hi
}

// Density is the spectral density at the points of a grid: the mean over
// probes of the weights, each spread by a Gaussian of standard deviation sigma
// around its node. Its integral over the line is 1.
func (q Quadrature) Density(grid []float64, sigma float64) []float64 {
	if !(sigma > 0) {
		fail("Density", "sigma is %v; it must be positive", sigma)
	}
	nodes, weights := fx.New(slices.Concat(q.Nodes...)), fx.New(slices.Concat(q.Weights...))
	z := fx.New(grid).ExpandDims(1).Sub(nodes).DivScalar(sigma)
	peaks := z.Square().MulScalar(-0.5).Exp().MatMul(weights)
	scale := sigma * math.Sqrt(2*math.Pi) * float64(len(q.Nodes))
	return peaks.DivScalar(scale).Float64s()
}
