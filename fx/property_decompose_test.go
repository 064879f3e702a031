package fx

import (
	"github.com/fluxion-go/fluxion/internal/graph"
)

// matrixShape is a batch of n by n matrices, n up to 4.
func (g *gen) matrixShape() graph.Shape {
	var s graph.Shape
	if g.bool("batch") {
		s = graph.Shape{g.int("batch size", 1, 3)}
	}
	n := g.int("n", 1, 4)
	if g.big {
		n = 24
	}
	return append(s, n, n)
}

// separated makes symmetric matrices whose eigenvalues are about 1, 2, 3, ...:
// far enough apart for vectors to have derivatives.
func separated(x *Array) *Array {
	n := x.Dim(-1)
	return symmetric(x).MulScalar(0.15).Add(Eye(x.DType(), n).Mul(Arange(x.DType(), n).AddScalar(1)))
}

// decomposeRow is a row of a function of well conditioned square matrices.
func decomposeRow(p *graph.Prim, name string, f func(a *Array) []*Array) row {
	return row{prim: p, name: name, order: 2, slack: 30, draw: func(g *gen) program {
		s := g.matrixShape()
		return program{[]operand{within(s, -1, 1)}, func(x []*Array) []*Array { return f(separated(x[0])) }}
	}}
}

// tall turns [..., n, n] into [..., n+2, n] by repeating two rows, scaled.
func tall(a *Array) *Array {
	return Concatenate(-2, a, a.SliceAxis(-2, 0, 1).MulScalar(0.5), a.SliceAxis(-2, 0, 1).MulScalar(-0.25).Sin())
}

func decompositionRows() []row {
	rows := []row{
		decomposeRow(graph.CholeskyP, "", func(a *Array) []*Array { return []*Array{Cholesky(a)} }),
		decomposeRow(graph.EighP, "", func(a *Array) []*Array { w, v := Eigh(a); return []*Array{w, v} }),
		decomposeRow(graph.EigvalshP, "", func(a *Array) []*Array { return []*Array{Eigvalsh(a)} }),
		decomposeRow(graph.QRP, "", func(a *Array) []*Array { q, r := QR(a); return []*Array{q, r} }),
		decomposeRow(graph.QRP, "qr of tall matrices", func(a *Array) []*Array { q, r := QR(tall(a)); return []*Array{q, r} }),
		decomposeRow(graph.SVDP, "", func(a *Array) []*Array { u, s, v := SVD(a); return []*Array{u, s, v} }),
		decomposeRow(graph.SVDP, "svd of tall matrices", func(a *Array) []*Array { u, s, v := SVD(tall(a)); return []*Array{u, s, v} }),
		decomposeRow(graph.SVDP, "svd of wide matrices", func(a *Array) []*Array { u, s, v := SVD(tall(a).T()); return []*Array{u, s, v} }),
		decomposeRow(graph.LUP, "", func(a *Array) []*Array { _, l, u := LU(a); return []*Array{l, u} }),
		decomposeRow(graph.LUP, "solve", func(a *Array) []*Array { return []*Array{Solve(a, a.Sin().SliceAxis(-1, 0, 1))} }),
		decomposeRow(graph.LUP, "inverse", func(a *Array) []*Array { return []*Array{Inverse(a)} }),
		decomposeRow(graph.LUP, "determinant", func(a *Array) []*Array { return []*Array{Det(a.MulScalar(0.5))} }),
	}
	return append(rows, row{prim: graph.TriangularSolveP, order: 2, slack: 10, draw: func(g *gen) program {
		s := g.matrixShape()
		t := Triangle{Upper: g.bool("upper"), Transpose: g.bool("transpose"), Unit: g.bool("unit")}
		b := s.With(len(s)-1, g.int("columns", 0, 3))
		return program{[]operand{within(s, -1, 1), within(b, -1, 1)}, one(func(x []*Array) *Array {
			return SolveTriangular(separated(x[0]), x[1], t)
		})}
	}})
}
