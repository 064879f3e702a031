package cpu

import (
	"math"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// panelColumns is how many right-hand sides are substituted together: rows of so
// few stay in L1.
const panelColumns = 16

// triangularSolve substitutes forwards or backwards, in float64. Right-hand sides do
// not know of each other, so that panels of them go to the threads; within one, what
// is known is taken off in order of its number, whatever the panel's width.
func triangularSolve(e *Engine, op *graph.Op, ins, outs []*graph.Buffer) {
	t := op.Attrs.(graph.TriangularAttrs)
	s := op.Ins[1].Shape
	k := len(s) - 2
	n, cols := s[k], s[k+1]
	panels := (cols + panelColumns - 1) / panelColumns
	matrix := func(b int) matrix64 {
		a := matrixAt(ins[0], n, n, b)
		if t.Transpose {
			a = a.transposed()
		}
		return a
	}
	solve := func(a matrix64, b, panel int) {
		from := panel * panelColumns
		x := newMatrix(n, min(panelColumns, cols-from))
		movePanel(x, ins[1], b*n*cols+from, cols, false)
		substitute(a, x, t)
		movePanel(x, outs[0], b*n*cols+from, cols, true)
	}
	if panels == 1 {
		e.pool.For(s[:k].Size(), 1, func(_, lo, hi int) {
			for b := lo; b < hi; b++ {
				solve(matrix(b), b, 0)
			}
		})
		return
	}
	for b := range s[:k].Size() {
		a := matrix(b)
		e.pool.For(panels, 1, func(_, lo, hi int) {
			for panel := lo; panel < hi; panel++ {
				solve(a, b, panel)
			}
		})
	}
}

// movePanel copies some columns of a matrix with rows of stride elements, the first
// of which is at a place of the buffer, to x or from it.
func movePanel(x matrix64, buffer *graph.Buffer, at, stride int, back bool) {
	if buffer.DType == graph.Float64 {
		all := graph.View[float64](buffer)
		for i := range x.m {
			if part := all[at+i*stride:][:x.n]; back {
				copy(part, x.row(i))
			} else {
				copy(x.row(i), part)
			}
		}
		return
	}
	all := graph.View[float32](buffer)
	for i := range x.m {
		part, row := all[at+i*stride:][:x.n], x.row(i)
		if back {
			for c, v := range row {
				part[c] = float32(v)
			}
		} else {
			for c, v := range part {
				row[c] = float64(v)
			}
		}
	}
}

// substitute solves a x = b in place, a being transposed already where the attributes
// say so.
func substitute(a, x matrix64, t graph.TriangularAttrs) {
	n := a.n
	backwards := t.Upper != t.Transpose
	for step := range n {
		i, from, to := step, 0, step
		if backwards {
			i = n - 1 - step
			from, to = i+1, n
		}
		known, row := a.row(i)[from:to], x.row(i)
		for c := 0; c < x.n; {
			if x.n-c >= 8 {
				takeOff8(known, x.v[from*x.n:], x.n, c, row[c:])
				c += 8
				continue
			}
			y, at := row[c], from*x.n+c
			for _, v := range known {
				y = math.FMA(-v, x.v[at], y)
				at += x.n
			}
			row[c] = y
			c++
		}
		if !t.Unit {
			d := a.at(i, i)
			for c := range row {
				row[c] /= d
			}
		}
	}
}

// takeOff8 subtracts from y, for eight columns from c on, the rows of x times the
// numbers in a, in order.
func takeOff8(a, x []float64, stride, c int, y []float64) {
	y = y[:8]
	y0, y1, y2, y3, y4, y5, y6, y7 := y[0], y[1], y[2], y[3], y[4], y[5], y[6], y[7]
	at := c
	for _, v := range a {
		v = -v
		r := x[at:][:8]
		y0 = math.FMA(v, r[0], y0)
		y1 = math.FMA(v, r[1], y1)
		y2 = math.FMA(v, r[2], y2)
		y3 = math.FMA(v, r[3], y3)
		y4 = math.FMA(v, r[4], y4)
		y5 = math.FMA(v, r[5], y5)
		y6 = math.FMA(v, r[6], y6)
		y7 = math.FMA(v, r[7], y7)
		at += stride
	}
	y[0], y[1], y[2], y[3], y[4], y[5], y[6], y[7] = y0, y1, y2, y3, y4, y5, y6, y7
}
