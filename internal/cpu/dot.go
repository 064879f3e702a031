package cpu

import (
	"slices"

	"github.com/fluxion-go/fluxion/internal/cpu/kernel"
	"github.com/fluxion-go/fluxion/internal/graph"
)

// matrices is a general product as a batch of matrix products.
type matrices struct {
	batch, m, n, k int
	x, y           operand
	transposeX     []int // how to make x a batch of strided matrices; nil if it is one
	transposeY     []int
}

// operand says where element (b, row, column) of a batch of matrices lies.
type operand struct{ batch, row, column int }

// merge sees a group of axes as one, if their strides allow it.
func merge(shape graph.Shape, stride, axes []int) (size, step int, ok bool) {
	size, step = 1, 0
	for i := len(axes) - 1; i >= 0; i-- {
		n, s := shape[axes[i]], stride[axes[i]]
		if n == 1 {
			continue
		}
		if size == 1 {
			step = s
		} else if s != step*size {
			return 0, 0, false
		}
		size *= n
	}
	return size, step, true
}

// asMatrices sees an operand as [batch, rows, columns], where each is a group
// of axes; if the strides do not allow it, it gives the permutation after
// which they do.
func asMatrices(shape graph.Shape, batch, rows, columns []int) (o operand, transpose []int) {
	stride := rowMajor(shape).stride
	_, b, ok1 := merge(shape, stride, batch)
	_, r, ok2 := merge(shape, stride, rows)
	_, c, ok3 := merge(shape, stride, columns)
	if ok1 && ok2 && ok3 {
		return operand{b, r, c}, nil
	}
	perm := slices.Concat(batch, rows, columns)
	nr, nc := size(shape, rows), size(shape, columns)
	return operand{nr * nc, nc, 1}, perm
}

func size(shape graph.Shape, axes []int) int {
	n := 1
	for _, a := range axes {
		n *= shape[a]
	}
	return n
}

func newMatrices(op *graph.Op) matrices {
	a, x, y := op.Attrs.(graph.DotAttrs), op.Ins[0].Shape, op.Ins[1].Shape
	fx, fy := a.FreeX(len(x)), a.FreeY(len(y))
	g := matrices{batch: size(x, a.BatchX), m: size(x, fx), n: size(y, fy), k: size(x, a.ContractX)}
	g.x, g.transposeX = asMatrices(x, a.BatchX, fx, a.ContractX)
	g.y, g.transposeY = asMatrices(y, a.BatchY, a.ContractY, fy)
	return g
}

func dotImpls() map[*graph.Prim]impl {
	return map[*graph.Prim]impl{graph.DotP: func(e *Engine, op *graph.Op, ins, outs []*graph.Buffer) {
		g := newMatrices(op)
		x := e.transposed(ins[0], op.Ins[0].Shape, g.transposeX)
		y := e.transposed(ins[1], op.Ins[1].Shape, g.transposeY)
		if op.Ins[0].DType == graph.Float32 {
			multiply(e, e.set.F32.Gemm, workspace32, g, graph.View[float32](x), graph.View[float32](y), graph.View[float32](outs[0]))
		} else {
			multiply(e, e.set.F64.Gemm, workspace64, g, graph.View[float64](x), graph.View[float64](y), graph.View[float64](outs[0]))
		}
	}}
}

func workspace32(w *workspace) *kernel.Workspace[float32] { return &w.f32 }
func workspace64(w *workspace) *kernel.Workspace[float64] { return &w.f64 }

// multiply spreads a batch of products over threads: whole products if there
// are many, else blocks of the larger side of one.
func multiply[T kernel.Float](e *Engine, gemm func(*kernel.Gemm[T], *kernel.Workspace[T]), ws func(*workspace) *kernel.Workspace[T], g matrices, x, y, out []T) {
	if g.batch == 0 || g.m == 0 || g.n == 0 {
		return
	}
	one := func(b, m0, m1, n0, n1 int) {
		w := e.free.Get().(*workspace)
		defer e.free.Put(w)
		gemm(&kernel.Gemm[T]{
			M: m1 - m0, N: n1 - n0, K: g.k,
			A: from(x, b*g.x.batch+m0*g.x.row), AStrideM: g.x.row, AStrideK: g.x.column,
			B: from(y, b*g.y.batch+n0*g.y.column), BStrideK: g.y.row, BStrideN: g.y.column,
			C: out[b*g.m*g.n+m0*g.n+n0:], CStride: g.n,
		}, ws(w))
	}
	work := float64(g.m) * float64(g.n) * float64(max(1, g.k))
	threads := e.pool.threads
	switch {
	case threads == 1 || work*float64(g.batch) < 32*1024:
		for b := range g.batch {
			one(b, 0, g.m, 0, g.n)
		}
	case g.batch >= threads:
		e.pool.For(g.batch, max(1, int(32*1024/work)), func(_, lo, hi int) {
			for b := lo; b < hi; b++ {
				one(b, 0, g.m, 0, g.n)
			}
		})
	default:
		for b := range g.batch {
			if g.n >= g.m {
				e.pool.For(g.n, share(g.n, threads, 48), func(_, lo, hi int) { one(b, 0, g.m, lo, hi) })
			} else {
				e.pool.For(g.m, share(g.m, threads, 24), func(_, lo, hi int) { one(b, lo, hi, 0, g.n) })
			}
		}
	}
}

// share is an even share of n for each thread, rounded up to a multiple.
func share(n, threads, multiple int) int {
	s := (n + threads - 1) / threads
	return (s + multiple - 1) / multiple * multiple
}

// from is the rest of x, which may be empty where nothing is read.
func from[T any](x []T, at int) []T { return x[min(at, len(x)):] }
