package liegroup

import "github.com/fluxion-go/fluxion/fx"

// triu01 is the upper triangle with its part above the diagonal twice. For a small
// symmetric A the triangular factor R of I + A = OR, O orthogonal, is I + triu01(A):
// a step along it changes P as a step along A in the full group would. Projecting
// to the plain upper triangle is slower, and not wrong.
func triu01(a *fx.Array) *fx.Array { return a.Triu(0).Add(a.Triu(1)) }

// spectralBound is a lower bound of the spectral norm of a square matrix: with x its
// largest column (or row), |A'(Ax/|Ax|)|. By the authors' measurements the norm is
// at most sqrt(2) times it.
func spectralBound(a *fx.Array) *fx.Array {
	columns, rows := a.Square().Sum(0), a.Square().Sum(1)
	largest := func(a, squares *fx.Array) *fx.Array { // a' along its own largest row
		x := a.MatMul(a.Take(squares.ArgMax(0), 0))
		size := x.Norm()
		y := a.T().MatMul(x.Div(size)).Norm()
		return fx.Where(size.Greater(fx.Const(0)), y, fx.ZerosLike(y))
	}
	return fx.Where(columns.Max().Greater(rows.Max()), largest(a.T(), columns), largest(a, rows))
}
