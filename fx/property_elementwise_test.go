package fx

import (
	"math"

	"github.com/fluxion-go/fluxion/internal/graph"
	"github.com/fluxion-go/fluxion/internal/threefry"
)

// one makes a function of the operands of one that gives a single result.
func one(f func(x []*Array) *Array) func([]*Array) []*Array {
	return func(x []*Array) []*Array { return []*Array{f(x)} }
}

// applied applies a primitive, after broadcasting its operands.
func applied(p *graph.Prim, attrs any) func([]*Array) []*Array {
	return func(x []*Array) []*Array {
		return wrapAll(graph.Apply(p, attrs, stretch(p.Name, nodes(p.Name, x))...))
	}
}

// lattice makes an operand of multiples of 1/10 plus an offset and a little
// noise: two lattices of offsets that differ by 1/20 never meet.
func lattice(s graph.Shape, offset float64) operand {
	return values(s, func(u *threefry.Stream, _ int) float64 {
		return 0.1*float64(u.IntN(31)-15) + offset + float64(0.005*u.Float64())
	})
}

// quarters makes an operand of values far from all multiples of 1/2.
func quarters(s graph.Shape) operand {
	return values(s, func(u *threefry.Stream, _ int) float64 {
		return 0.5*float64(u.IntN(9)-4) + 0.25 + float64(0.1*u.Float64())
	})
}

// whole makes a float operand of few different whole numbers.
func whole(s graph.Shape) operand {
	return values(s, func(u *threefry.Stream, _ int) float64 { return float64(u.IntN(3) - 1) })
}

// special makes a float operand with infinities and NaNs.
func special(s graph.Shape) operand {
	return values(s, func(u *threefry.Stream, _ int) float64 {
		return []float64{0, math.Copysign(0, -1), 1.5, math.Inf(1), math.Inf(-1), math.NaN()}[u.IntN(6)]
	})
}

// unaryRow is a row of programs f(x) with x from a domain.
func unaryRow(p *graph.Prim, order int, domain func(graph.Shape) operand) row {
	return row{prim: p, order: order, draw: func(g *gen) program {
		return program{[]operand{domain(g.shape(0, 3))}, applied(p, nil)}
	}}
}

// binaryRow is a row of programs f(x, y) whose operands broadcast.
func binaryRow(p *graph.Prim, order int, dx, dy func(graph.Shape) operand) row {
	return row{prim: p, order: order, draw: func(g *gen) program {
		s := g.shape(0, 3)
		x, y := s, g.stretchable(s)
		if g.bool("exchange shapes") {
			x, y = y, x
		}
		return program{[]operand{dx(x), dy(y)}, applied(p, nil)}
	}}
}

func from(lo, hi float64) func(graph.Shape) operand {
	return func(s graph.Shape) operand { return within(s, lo, hi) }
}

func latticeAt(offset float64) func(graph.Shape) operand {
	return func(s graph.Shape) operand { return lattice(s, offset) }
}

var integerTypes = []DType{Int32, Uint8, Uint32, Int64}

// anyOf makes operands of whole numbers of one of the types.
func (g *gen) anyOf(types ...DType) func(graph.Shape) operand {
	d := pick(g.T, "dtype", types...)
	return func(s graph.Shape) operand {
		return func(u *threefry.Stream) *Array { return integers(s, -3, 40)(u).AsType(d) }
	}
}

// typedRow is a row of a primitive on other types than floats.
func typedRow(p *graph.Prim, name string, operands int, types ...DType) row {
	return row{prim: p, name: name, draw: func(g *gen) program {
		domain, s := g.anyOf(types...), g.shape(0, 3)
		in := []operand{domain(s), domain(g.stretchable(s))}
		return program{in[:operands], applied(p, nil)}
	}}
}

// bitRow is a row of bools and integers, integerRow one of integers alone.
func bitRow(p *graph.Prim, operands int) row {
	return typedRow(p, "", operands, append(integerTypes, Bool)...)
}

func integerRow(p *graph.Prim, operands int) row {
	return typedRow(p, p.Name+" of integers", operands, integerTypes...)
}

func elementwiseRows() []row {
	rows := []row{
		unaryRow(graph.Identity, 2, from(-1, 1)), unaryRow(graph.BarrierP, 2, from(-1, 1)), unaryRow(graph.StopGradientP, 0, from(-1, 1)),
		unaryRow(graph.NegP, 2, from(-1, 1)), unaryRow(graph.AbsP, 2, apart), unaryRow(graph.SignP, 2, apart),
		unaryRow(graph.FloorP, 2, quarters), unaryRow(graph.CeilP, 2, quarters), unaryRow(graph.RoundP, 2, quarters),
		unaryRow(graph.SqrtP, 2, from(0.3, 2)), unaryRow(graph.RsqrtP, 2, from(0.3, 2)),
		unaryRow(graph.ExpP, 2, from(-1, 1)), unaryRow(graph.Expm1P, 2, from(-1, 1)),
		unaryRow(graph.LogP, 2, from(0.3, 2)), unaryRow(graph.Log1pP, 2, from(-0.6, 1)),
		unaryRow(graph.SinP, 2, from(-3, 3)), unaryRow(graph.CosP, 2, from(-3, 3)), unaryRow(graph.TanP, 2, from(-1, 1)),
		unaryRow(graph.AsinP, 2, from(-0.8, 0.8)), unaryRow(graph.AcosP, 2, from(-0.8, 0.8)), unaryRow(graph.AtanP, 2, from(-2, 2)),
		unaryRow(graph.SinhP, 2, from(-1, 1)), unaryRow(graph.CoshP, 2, from(-1, 1)), unaryRow(graph.TanhP, 2, from(-2, 2)),
		unaryRow(graph.AsinhP, 2, from(-2, 2)), unaryRow(graph.AcoshP, 2, from(1.4, 3)), unaryRow(graph.AtanhP, 2, from(-0.8, 0.8)),
		unaryRow(graph.LogisticP, 2, from(-3, 3)),
		unaryRow(graph.ErfP, 2, from(-2, 2)), unaryRow(graph.ErfcP, 2, from(-2, 2)), unaryRow(graph.ErfInvP, 2, from(-0.8, 0.8)),
		unaryRow(graph.IsFiniteP, 0, special),

		binaryRow(graph.AddP, 2, from(-1, 1), from(-1, 1)), binaryRow(graph.SubP, 2, from(-1, 1), from(-1, 1)),
		binaryRow(graph.MulP, 2, from(-1, 1), from(-1, 1)), binaryRow(graph.DivP, 2, from(-1, 1), from(0.5, 2)),
		binaryRow(graph.MaxP, 2, latticeAt(0), latticeAt(0.05)), binaryRow(graph.MinP, 2, latticeAt(0), latticeAt(0.05)),
		binaryRow(graph.RemP, 2, quotient, from(0.9, 1.1)), binaryRow(graph.PowP, 2, from(0.3, 2), from(-2, 2)),
		binaryRow(graph.Atan2P, 2, from(0.3, 2), from(-2, 2)),
		selectRow(), convertRow(), convertFloatRow(), bitcastRow(), iotaRow(),
	}
	for _, p := range []*graph.Prim{graph.EqP, graph.NeP, graph.LtP, graph.LeP, graph.GtP, graph.GeP} {
		rows = append(rows, binaryRow(p, 0, whole, whole))
		r := binaryRow(p, 0, special, special)
		r.name = p.Name + " of infinities and NaNs"
		rows = append(rows, r)
	}
	for _, p := range []*graph.Prim{graph.AndP, graph.OrP, graph.XorP, graph.ShlP, graph.ShrP} {
		rows = append(rows, bitRow(p, 2))
	}
	for _, p := range []*graph.Prim{graph.AddP, graph.SubP, graph.MulP, graph.DivP, graph.RemP, graph.MaxP, graph.MinP} {
		rows = append(rows, integerRow(p, 2))
	}
	for _, p := range []*graph.Prim{graph.AbsP, graph.SignP, graph.NegP} {
		rows = append(rows, integerRow(p, 1))
	}
	return append(rows, bitRow(graph.NotP, 1))
}

// quotient makes numerators whose quotient with a number near 1 is far from
// every whole number.
func quotient(s graph.Shape) operand {
	return values(s, func(u *threefry.Stream, _ int) float64 {
		return float64(u.IntN(5)-2) + 0.45 + float64(0.1*u.Float64())
	})
}

func selectRow() row {
	return row{prim: graph.SelectP, order: 2, draw: func(g *gen) program {
		s := g.shape(0, 3)
		in := []operand{bools(g.stretchable(s)), within(s, -1, 1), within(g.stretchable(s), -1, 1)}
		return program{in, one(func(x []*Array) *Array { return Where(x[0], x[1], x[2]) })}
	}}
}

var allTypes = []DType{Bool, Uint8, Uint32, Int32, Int64, Float32, Float64}

// convertRow goes between any two types.
func convertRow() row {
	return row{prim: graph.ConvertP, exact32: true, draw: func(g *gen) program {
		a, b := pick(g.T, "from", allTypes...), pick(g.T, "to", allTypes...)
		s := g.shape(0, 3)
		domain := pick(g.T, "domain", []func(graph.Shape) operand{special, quarters, from(-1e10, 1e10)}...)(s)
		x := func(u *threefry.Stream) *Array { return domain(u).AsType(a) }
		return program{[]operand{x}, one(func(x []*Array) *Array { return x[0].AsType(b) })}
	}}
}

// convertFloatRow goes to float32 and back, with derivatives of that accuracy.
func convertFloatRow() row {
	return row{prim: graph.ConvertP, name: "convert to float32", order: 2, slack: 1e5, draw: func(g *gen) program {
		return program{[]operand{within(g.shape(0, 3), -1, 1)}, one(func(x []*Array) *Array {
			y := x[0].AsType(Float32)
			return y.Mul(y).AsType(Float64)
		})}
	}}
}

func bitcastRow() row {
	return row{prim: graph.BitcastP, exact32: true, draw: func(g *gen) program {
		pair := pick(g.T, "dtypes", [][2]DType{{Float64, Int64}, {Int64, Float64}, {Float32, Uint32}, {Uint32, Float32}, {Int32, Float32}}...)
		s := g.shape(0, 3)
		x := func(u *threefry.Stream) *Array { return integers(s, 0, 1e6)(u).AsType(pair[0]) }
		return program{[]operand{x}, one(func(x []*Array) *Array {
			if x[0].DType() != pair[0] { // a float that was converted
				return x[0].Bitcast(Int32)
			}
			return x[0].Bitcast(pair[1])
		})}
	}}
}

func iotaRow() row {
	return row{prim: graph.IotaP, order: 2, draw: func(g *gen) program {
		s := g.shape(1, 3)
		axis := g.axis(s)
		return program{[]operand{within(s, -1, 1)}, one(func(x []*Array) *Array {
			return x[0].Mul(wrap(graph.Iota(x[0].DType(), s, axis)))
		})}
	}}
}
