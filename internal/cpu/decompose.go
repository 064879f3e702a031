package cpu

import (
	"math"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// Matrix decompositions in plain Go and float64 (float32 operands are widened
// and the results rounded), one matrix of the batch at a time, so that the
// result is the same everywhere. Matrices are row-major slices.

func decomposeImpls() map[*graph.Prim]impl {
	return map[*graph.Prim]impl{
		graph.CholeskyP:        decomposition(func(a matrix64, out []matrix64) { cholesky(a, out[0]) }),
		graph.QRP:              decomposition(func(a matrix64, out []matrix64) { qr(a, out[0], out[1]) }),
		graph.EighP:            decomposition(func(a matrix64, out []matrix64) { eigh(a, out[0].v, out[1]) }),
		graph.EigvalshP:        decomposition(func(a matrix64, out []matrix64) { eigvalsh(a, out[0].v) }),
		graph.SVDP:             decomposition(func(a matrix64, out []matrix64) { svd(a, out[0], out[1].v, out[2]) }),
		graph.LUP:              decomposition(func(a matrix64, out []matrix64) { lu(a, out[0], out[1].v) }),
		graph.TriangularSolveP: triangularSolve,
	}
}

// matrix64 is a row-major matrix.
type matrix64 struct {
	m, n int
	v    []float64
}

func newMatrix(m, n int) matrix64          { return matrix64{m, n, make([]float64, m*n)} }
func (a matrix64) row(i int) []float64     { return a.v[i*a.n : (i+1)*a.n] }
func (a matrix64) at(i, j int) float64     { return a.v[i*a.n+j] }
func (a matrix64) set(i, j int, v float64) { a.v[i*a.n+j] = v }
func (a matrix64) clone() matrix64         { return matrix64{a.m, a.n, append([]float64(nil), a.v...)} }
func (a matrix64) fill(v float64)          { fill(a.v, v) }

func (a matrix64) transposed() matrix64 {
	const side = 16 // of a square whose rows stay in L1, here and there
	t := newMatrix(a.n, a.m)
	for i0 := 0; i0 < a.m; i0 += side {
		for j0 := 0; j0 < a.n; j0 += side {
			for i := i0; i < min(i0+side, a.m); i++ {
				for j := j0; j < min(j0+side, a.n); j++ {
					t.set(j, i, a.at(i, j))
				}
			}
		}
	}
	return t
}

// decomposition runs f on every matrix of a batch.
func decomposition(f func(a matrix64, out []matrix64)) impl {
	return func(e *Engine, op *graph.Op, ins, outs []*graph.Buffer) {
		s := op.Ins[0].Shape
		k := len(s) - 2
		batch := s[:k].Size()
		e.pool.For(batch, 1, func(_, lo, hi int) {
			for b := lo; b < hi; b++ {
				a := matrixAt(ins[0], s[k], s[k+1], b)
				results := make([]matrix64, len(outs))
				for i, o := range op.Outs {
					t := o.Shape[k:]
					cols := 1
					if len(t) == 2 {
						cols = t[1]
					}
					results[i] = newMatrix(t[0], cols)
				}
				f(a, results)
				for i := range outs {
					putMatrix(outs[i], results[i], b)
				}
			}
		})
	}
}

func matrixAt(x *graph.Buffer, m, n, b int) matrix64 {
	a := newMatrix(m, n)
	if x.DType == graph.Float64 {
		copy(a.v, graph.View[float64](x)[b*m*n:])
		return a
	}
	for i, v := range graph.View[float32](x)[b*m*n : (b+1)*m*n] {
		a.v[i] = float64(v)
	}
	return a
}

func putMatrix(x *graph.Buffer, a matrix64, b int) {
	at := b * len(a.v)
	switch x.DType {
	case graph.Float64:
		copy(graph.View[float64](x)[at:], a.v)
	case graph.Float32:
		out := graph.View[float32](x)[at:]
		for i, v := range a.v {
			out[i] = float32(v)
		}
	default:
		out := graph.View[int32](x)[at:]
		for i, v := range a.v {
			out[i] = int32(v)
		}
	}
}

// dot64 is the inner product, added in order by fused multiply-add.
func dot64(x, y []float64) float64 {
	s := 0.0
	for i, v := range x {
		s = math.FMA(v, y[i], s)
	}
	return s
}

// axpy64 adds c*x to y.
func axpy64(c float64, x, y []float64) {
	for i, v := range x {
		y[i] = math.FMA(c, v, y[i])
	}
}

// cholesky writes L with A = L L^T, row by row; NaN from the first pivot on
// that is not positive. It reads the lower triangle.
func cholesky(a, l matrix64) {
	for i := range a.n {
		for j := 0; j <= i; j++ {
			s := a.at(i, j) - dot64(l.row(i)[:j], l.row(j)[:j])
			switch {
			case i != j:
				l.set(i, j, s/l.at(j, j))
			case s > 0:
				l.set(i, i, math.Sqrt(s))
			default:
				for r := i; r < a.n; r++ {
					fill(l.row(r)[:r+1], math.NaN())
				}
				return
			}
		}
	}
}

// lu factors with partial pivoting: the largest pivot, the first of equals.
// f holds L below its diagonal of ones, and U; row i of P A is row perm[i] of A.
func lu(a, f matrix64, perm []float64) {
	copy(f.v, a.v)
	n := a.n
	for i := range perm {
		perm[i] = float64(i)
	}
	for k := range n {
		p := k
		for i := k + 1; i < n; i++ {
			if math.Abs(f.at(i, k)) > math.Abs(f.at(p, k)) {
				p = i
			}
		}
		if p != k {
			rk, rp := f.row(k), f.row(p)
			for j := range rk {
				rk[j], rp[j] = rp[j], rk[j]
			}
			perm[k], perm[p] = perm[p], perm[k]
		}
		for i := k + 1; i < n; i++ {
			if f.at(i, k) == 0 {
				continue
			}
			c := f.at(i, k) / f.at(k, k)
			f.set(i, k, c)
			axpy64(-c, f.row(k)[k+1:], f.row(i)[k+1:])
		}
	}
}

// qr is the reduced factorisation by Householder reflections, with signs such
// that R's diagonal is not negative, which makes it unique for full rank.
func qr(a, q, r matrix64) {
	w := a.transposed() // rows of w are columns of a
	m, n := a.m, a.n
	k := min(m, n)
	var vs [][]float64
	for j := range k {
		x := w.row(j)[j:]
		v := append([]float64(nil), x...)
		norm := math.Sqrt(dot64(x, x))
		if norm > 0 {
			v[0] += math.Copysign(norm, x[0])
		}
		vv := dot64(v, v)
		if vv > 0 {
			for c := j; c < n; c++ {
				y := w.row(c)[j:]
				axpy64(-2*dot64(v, y)/vv, v, y)
			}
		}
		vs = append(vs, v)
	}
	for i := range k {
		for j := i; j < n; j++ {
			r.set(i, j, w.at(j, i))
		}
	}
	// Q's columns: the reflections applied to unit vectors, last one first.
	for c := range k {
		y := make([]float64, m)
		y[c] = 1
		for j := k - 1; j >= 0; j-- {
			if vv := dot64(vs[j], vs[j]); vv > 0 {
				axpy64(-2*dot64(vs[j], y[j:])/vv, vs[j], y[j:])
			}
		}
		for i := range m {
			q.set(i, c, y[i])
		}
	}
	for i := range k {
		if r.at(i, i) < 0 {
			for j := i; j < n; j++ {
				r.set(i, j, -r.at(i, j))
			}
			for j := range m {
				q.set(j, i, -q.at(j, i))
			}
		}
	}
}
