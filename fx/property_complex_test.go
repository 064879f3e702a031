package fx

import (
	"github.com/fluxion-go/fluxion/internal/graph"
	"github.com/fluxion-go/fluxion/internal/threefry"
)

// complexWithin makes a complex128 operand whose parts are between lo and hi.
func complexWithin(s graph.Shape, lo, hi float64) operand {
	part := within(s, lo, hi)
	return func(u *threefry.Stream) *Array { return Complex(part(u), part(u)) }
}

func complexFrom(lo, hi float64) func(graph.Shape) operand {
	return func(s graph.Shape) operand { return complexWithin(s, lo, hi) }
}

// gaussian makes a complex operand of few different whole numbers.
func gaussian(s graph.Shape) operand {
	return func(u *threefry.Stream) *Array { return Complex(whole(s)(u), whole(s)(u)) }
}

// complexRow is a row of programs on complex operands of shapes that broadcast.
func complexRow(p *graph.Prim, name string, order int, f func(x []*Array) *Array, domains ...func(graph.Shape) operand) row {
	return row{prim: p, name: "complex " + name, order: order, draw: func(g *gen) program {
		s := g.shape(0, 3)
		in := make([]operand, len(domains))
		for i, d := range domains {
			t := s
			if i > 0 {
				t = g.stretchable(s)
			}
			in[i] = d(t)
		}
		return program{in, one(f)}
	}}
}

func complexRows() []row {
	small, positive := complexFrom(-1, 1), complexFrom(0.3, 1.5)
	unary := func(p *graph.Prim, name string, domain func(graph.Shape) operand, f func(*Array) *Array) row {
		return complexRow(p, name, 2, func(x []*Array) *Array { return f(x[0]) }, domain)
	}
	binary := func(p *graph.Prim, name string, order int, dx, dy func(graph.Shape) operand, f func(a, b *Array) *Array) row {
		return complexRow(p, name, order, func(x []*Array) *Array { return f(x[0], x[1]) }, dx, dy)
	}
	return []row{
		{prim: graph.ComplexP, order: 2, draw: func(g *gen) program {
			s := g.shape(0, 3)
			return program{[]operand{within(s, -1, 1), within(g.stretchable(s), -1, 1)}, one(func(x []*Array) *Array { return Complex(x[0], x[1]).Square() })}
		}},
		unary(graph.RealP, "real part", small, func(z *Array) *Array { return z.Square().Real() }),
		unary(graph.ImagP, "imaginary part", small, func(z *Array) *Array { return z.Square().Imag() }),
		unary(graph.ComplexP, "conjugate", small, func(z *Array) *Array { return z.Conj().Mul(z.Square()) }),
		unary(graph.NegP, "neg", small, (*Array).Neg),
		binary(graph.AddP, "add", 2, small, small, (*Array).Add),
		binary(graph.SubP, "sub", 2, small, small, (*Array).Sub),
		binary(graph.MulP, "mul", 2, small, small, (*Array).Mul),
		binary(graph.DivP, "div", 2, small, positive, (*Array).Div),
		binary(graph.EqP, "eq", 0, gaussian, gaussian, (*Array).Equal),
		binary(graph.NeP, "ne", 0, gaussian, gaussian, (*Array).NotEqual),
		complexRow(graph.SelectP, "select", 2, func(x []*Array) *Array { return Where(x[0].Greater(Const(0)), x[1], x[2]) }, apart, small, small),
		complexRow(graph.ConvertP, "from real", 2, func(x []*Array) *Array { return x[0].AsType(Complex64).AsType(Complex128).Square() }, from(-1, 1)).with(func(r *row) { r.slack = 1e5 }),
		unary(graph.CustomJVPP, "abs", positive, (*Array).Abs),
		unary(graph.Atan2P, "angle", positive, (*Array).Angle),
		unary(graph.CustomJVPP, "exp", small, (*Array).Exp),
		unary(graph.CustomJVPP, "expm1", small, (*Array).Expm1),
		unary(graph.CustomJVPP, "log", positive, (*Array).Log),
		unary(graph.CustomJVPP, "log1p", positive, (*Array).Log1p),
		unary(graph.CustomJVPP, "sqrt", positive, (*Array).Sqrt),
		unary(graph.CustomJVPP, "sin", small, (*Array).Sin),
		unary(graph.CustomJVPP, "cosh", small, (*Array).Cosh),
		unary(graph.CustomJVPP, "tanh", small, (*Array).Tanh),
		binary(graph.CustomJVPP, "pow", 2, positive, small, (*Array).Pow),
		complexMoves(graph.BroadcastP, "moves", func(z *Array) *Array { return z.T().ExpandDims(-1).BroadcastTo(2, 3, 2).Flip(0).Slice(Range{To: 1}) }),
		complexMoves(graph.PadP, "pad and concatenate", func(z *Array) *Array {
			return Concatenate(1, z.Pad(0.5, Padding{Before: 1, Between: 1}), z.Pad(0, Padding{After: 3})).Reshape(-1)
		}),
		complexMoves(graph.ReduceSumP, "reductions", func(z *Array) *Array { return z.Square().Mean(1).Add(z.Prod(1)).CumSum(0) }),
		complexMoves(graph.ReduceSumP, "variance", func(z *Array) *Array { return z.Var(1).Add(z.Norm(0, 1)) }),
		complexMoves(graph.ScatterAddP, "gather and scatter", func(z *Array) *Array {
			at := New([]int32{0, 1, 1, 5}, 4, 1)
			return z.ScatterAdd(at, z.Gather(at).Square()).At(at).Mul(z.SliceAxis(0, 1, 2)).ScatterSet(New([]int32{1}, 1, 1), z.SliceAxis(0, 0, 1))
		}),
		{prim: graph.DotP, name: "complex matmul", order: 2, draw: func(g *gen) program {
			n, m, k := g.dim(), g.dim(), g.dim()
			return program{[]operand{complexWithin(graph.Shape{n, k}, -1, 1), complexWithin(graph.Shape{2, k, m}, -1, 1)},
				one(func(x []*Array) *Array { return x[0].MatMul(x[1]) })}
		}},
	}
}

// complexMoves is a row of programs on a matrix of three rows.
func complexMoves(p *graph.Prim, name string, f func(*Array) *Array) row {
	return row{prim: p, name: "complex " + name, order: 2, draw: func(g *gen) program {
		return program{[]operand{complexWithin(graph.Shape{3, 2}, -1, 1)}, one(func(x []*Array) *Array { return f(x[0]) })}
	}}
}

// with is the row changed.
func (r row) with(f func(*row)) row {
	f(&r)
	return r
}
