package linalg

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Quadrature stands for the spectrum of a symmetric operator of N dimensions:
// for each random probe z, nodes theta and weights w with
//
//	z'f(A)z / z'z = sum over i of w_i f(theta_i)
//
// exact for polynomials f of degree up to 2 steps - 1 (Golub and Welsch 1969).
// The mean over probes estimates tr f(A) / N.
type Quadrature struct {
	Nodes, Weights *fx.Array // [probes, steps], nodes ascending
	N              int
}

// LanczosQuadrature makes the quadrature of a symmetric operator on trees like
// `like`, by Lanczos with random signs as starts: stochastic Lanczos quadrature
// (Bai, Fahey and Golub 1996; Ubaru, Chen and Saad, "Fast Estimation of
// tr(f(A)) via Stochastic Lanczos Quadrature", 2017, algorithm 1). It takes
// probes times steps products, one probe after the other, and keeps steps
// vectors. With as many steps as dimensions each probe's quadrature is exact.
func LanczosQuadrature[T any](A func(T) T, like T, key *fx.Array, probes, steps int) Quadrature {
	const op = "LanczosQuadrature"
	checkProbes(op, probes)
	x, unravel := ravel(op, like)
	checkSteps(op, steps, x.Size())
	a := flat(op, A, like, unravel)
	type rule struct{ nodes, weights *fx.Array }
	_, q := fx.Scan(func(c struct{}, key *fx.Array) (struct{}, rule) {
		t := lanczos(a, rademacher(key, x.DType(), x.Size()), steps)
		nodes, vectors := fx.Eigh(t.Dense())
		return c, rule{nodes, vectors.Index(0).Square()}
	}, struct{}{}, random.SplitArray(key, probes))
	return Quadrature{q.nodes, q.weights, x.Size()}
}

// Trace estimates tr f(A), for an element-wise f.
func (q Quadrature) Trace(f func(*fx.Array) *fx.Array) Estimate {
	// A node without weight counts for nothing, even where f is infinite.
	terms := fx.Where(q.Weights.Equal(fx.ZerosLike(q.Weights)), q.Weights, f(q.Nodes).Mul(q.Weights))
	return estimate(terms.Sum(1).MulScalar(float64(q.N)))
}

// LogDet estimates log det A of a positive definite A; it is NaN if a node is
// negative.
func (q Quadrature) LogDet() Estimate { return q.Trace((*fx.Array).Log) }

// Density is the spectral density at the points of a grid [g]: the mean over
// probes of the weights, each spread by a Gaussian of standard deviation sigma
// around its node. Its integral over the line is 1.
func (q Quadrature) Density(grid *fx.Array, sigma float64) *fx.Array {
	if !(sigma > 0) {
		fail("Density", "sigma is %v; it must be positive", sigma)
	}
	z := grid.ExpandDims(1).Sub(q.Nodes.Flatten()).DivScalar(sigma)
	peaks := z.Square().MulScalar(-0.5).Exp().MatMul(q.Weights.Flatten())
	return peaks.DivScalar(sigma * math.Sqrt(2*math.Pi) * float64(q.Nodes.Dim(0)))
}
