package cpu

import (
	"slices"
	"sync"

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

// operand says where element (b, row, column) of a batch of matrices lies: the
// batch goes through axes of its own, in row-major order.
type operand struct {
	batch       []axis
	row, column int
}

// axis is one axis of a batch: how many matrices, and how far apart.
type axis struct{ n, stride int }

// at is where matrix b begins.
func (o operand) at(b int) (offset int) {
	for i := len(o.batch) - 1; i >= 0; i-- {
		a := o.batch[i]
		offset += b % a.n * a.stride
		b /= a.n
	}
	return offset
}

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

// asMatrices sees an operand as a batch of matrices, where rows and columns are
// groups of axes; if the strides do not allow it, it gives the permutation
// after which they do.
func asMatrices(shape graph.Shape, batch, rows, columns []int) (o operand, transpose []int) {
	stride := rowMajor(shape).stride
	_, r, ok1 := merge(shape, stride, rows)
	_, c, ok2 := merge(shape, stride, columns)
	// A matrix product wants one of the two side by side.
	if ok1 && ok2 && (r == 1 || c == 1 || r*c == 0) {
		for _, a := range batch {
			o.batch = append(o.batch, axis{shape[a], stride[a]})
		}
		o.row, o.column = r, c
		return o, nil
	}
	nr, nc := size(shape, rows), size(shape, columns)
	return operand{[]axis{{max(1, size(shape, batch)), nr * nc}}, nc, 1}, slices.Concat(batch, rows, columns)
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
	return map[*graph.Prim]impl{graph.DotP: func(e *Engine, op *graph.Op, ins, outs []*graph.Buffer) { e.dot(op)(ins, outs) }}
}

// dot prepares a general product.
func (e *Engine) dot(op *graph.Op) opStep {
	if op.Ins[0].DType == graph.Float32 {
		return newMultiplier(e, op, e.set.F32.Gemm, workspace32).step(op)
	}
	return newMultiplier(e, op, e.set.F64.Gemm, workspace64).step(op)
}

// multiplier is a batch of products that is run again and again.
type multiplier[T float32 | float64] struct {
	e    *Engine
	gemm func(*kernel.Gemm[T], *kernel.Workspace[T])
	ws   func(*workspace) *workOf[T]
	g    matrices
	free sync.Pool // of *multiplication[T]
}

// multiplication is one run of a multiplier. Its loop bodies are made once, so
// that a run allocates nothing.
type multiplication[T float32 | float64] struct {
	*multiplier[T]
	x, y, out              []T
	b                      int // the product of which rows or columns are made
	batches, rows, columns func(worker, lo, hi int)
}

func newMultiplier[T float32 | float64](e *Engine, op *graph.Op, gemm func(*kernel.Gemm[T], *kernel.Workspace[T]), ws func(*workspace) *workOf[T]) *multiplier[T] {
	m := &multiplier[T]{e: e, gemm: gemm, ws: ws, g: newMatrices(op)}
	m.free.New = func() any {
		u := &multiplication[T]{multiplier: m}
		u.batches = func(_, lo, hi int) {
			for b := lo; b < hi; b++ {
				u.product(b, 0, m.g.m, 0, m.g.n)
			}
		}
		u.rows = func(_, lo, hi int) { u.product(u.b, lo, hi, 0, m.g.n) }
		u.columns = func(_, lo, hi int) { u.product(u.b, 0, m.g.m, lo, hi) }
		return u
	}
	return m
}

func (m *multiplier[T]) step(op *graph.Op) opStep {
	turnX, turnY := newTurning(op.Ins[0].Shape, m.g.transposeX), newTurning(op.Ins[1].Shape, m.g.transposeY)
	return func(ins, outs []*graph.Buffer) {
		w := m.e.free.Get().(*workspace)
		x, y := turnX.of(m.e, w, 0, ins[0]), turnY.of(m.e, w, 1, ins[1])
		u := m.free.Get().(*multiplication[T])
		u.x, u.y, u.out = graph.View[T](x), graph.View[T](y), graph.View[T](outs[0])
		u.run()
		u.x, u.y, u.out = nil, nil, nil
		m.free.Put(u)
		m.e.free.Put(w)
	}
}

// product makes rows [m0,m1) and columns [n0,n1) of product b.
func (u *multiplication[T]) product(b, m0, m1, n0, n1 int) {
	w := u.e.free.Get().(*workspace)
	defer u.e.free.Put(w)
	g, ws := &u.g, u.ws(w)
	ws.gemm = kernel.Gemm[T]{
		M: m1 - m0, N: n1 - n0, K: g.k,
		A: from(u.x, g.x.at(b)+m0*g.x.row), AStrideM: g.x.row, AStrideK: g.x.column,
		B: from(u.y, g.y.at(b)+n0*g.y.column), BStrideK: g.y.row, BStrideN: g.y.column,
		C: u.out[b*g.m*g.n+m0*g.n+n0:], CStride: g.n,
	}
	u.gemm(&ws.gemm, &ws.Workspace)
	ws.gemm = kernel.Gemm[T]{} // let go of the operands
}

// run spreads a batch of products over threads: whole products if there are
// many, else blocks of the larger side of one.
func (u *multiplication[T]) run() {
	g := &u.g
	if g.batch == 0 || g.m == 0 || g.n == 0 {
		return
	}
	work := float64(g.m) * float64(g.n) * float64(max(1, g.k))
	threads := u.e.pool.threads
	switch {
	case threads == 1 || work*float64(g.batch) < 32*1024:
		u.batches(0, 0, g.batch)
	case g.batch >= threads:
		u.e.pool.For(g.batch, max(1, int(32*1024/work)), u.batches)
	default:
		// Shares of whole tiles, of columns or of rows: whichever are more even.
		rows, columns := share(g.m, threads, 8), share(g.n, threads, 16)
		side, grain, n := u.columns, columns, g.n
		if rows*g.n < g.m*columns {
			side, grain, n = u.rows, rows, g.m
		}
		for u.b = range g.batch {
			u.e.pool.For(n, grain, side)
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
