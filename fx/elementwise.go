package fx

import "github.com/fluxion-go/fluxion/internal/graph"

// Operations on two arrays broadcast as in numpy: shapes are aligned at their
// last axes, and axes of size 1 (or missing ones) are stretched. The dtypes
// must be the same; a Const takes the other operand's.

// match broadcasts operands to one shape and dtype.
func match(op string, arrays ...*Array) []*graph.Node {
	ns := nodes(op, arrays)
	var strong *graph.Node
	for _, n := range ns {
		if !n.Weak {
			if strong == nil {
				strong = n
			} else if strong.DType != n.DType {
				graph.Fail(op, "operands are %v and %v; convert one with AsType", strong.Aval(), n.Aval())
			}
		}
	}
	if strong != nil {
		for i, n := range ns {
			if n.Weak {
				ns[i] = graph.ScalarNode(strong.DType, exact(op, strong.DType, n.Exact()))
			}
		}
	}
	return stretch(op, ns)
}

// stretch broadcasts nodes to one shape.
func stretch(op string, ns []*graph.Node) []*graph.Node {
	shape := broadcastShapes(op, ns)
	for i, n := range ns {
		ns[i] = broadcastTo(n, shape)
	}
	return ns
}

func broadcastShapes(op string, ns []*graph.Node) graph.Shape {
	rank := 0
	for _, n := range ns {
		rank = max(rank, len(n.Shape))
	}
	shape := make(graph.Shape, rank)
	for i := range shape {
		shape[i] = 1
		for _, n := range ns {
			j := i - rank + len(n.Shape)
			if j < 0 || n.Shape[j] == 1 {
				continue
			}
			if shape[i] != 1 && shape[i] != n.Shape[j] {
				if len(ns) == 2 {
					graph.Fail(op, "shapes %v and %v do not broadcast", ns[0].Shape, ns[1].Shape)
				}
				graph.Fail(op, "shapes %v, %v and %v do not broadcast", ns[0].Shape, ns[1].Shape, ns[2].Shape)
			}
			shape[i] = n.Shape[j]
		}
	}
	return shape
}

func broadcastTo(n *graph.Node, shape graph.Shape) *graph.Node {
	axes := make([]int, len(n.Shape))
	for i := range axes {
		axes[i] = len(shape) - len(axes) + i
	}
	return graph.Broadcast(n, shape, axes)
}

// numeric rejects bool operands.
func numeric(op string, ns []*graph.Node) []*graph.Node {
	if ns[0].DType == Bool {
		graph.Fail(op, "operands are bool; convert them with AsType")
	}
	return ns
}

func arithmetic(op string, p *graph.Prim, a, b *Array) *Array {
	return wrap(graph.Apply(p, nil, numeric(op, match(op, a, b))...)[0])
}

// Add is a + b.
func (a *Array) Add(b *Array) *Array { return arithmetic("Add", graph.AddP, a, b) }

// Sub is a - b.
func (a *Array) Sub(b *Array) *Array { return arithmetic("Sub", graph.SubP, a, b) }

// Mul is a * b, element by element.
func (a *Array) Mul(b *Array) *Array { return arithmetic("Mul", graph.MulP, a, b) }

// Div is a / b; of integers, the quotient truncated toward zero (0 if b is 0).
func (a *Array) Div(b *Array) *Array { return arithmetic("Div", graph.DivP, a, b) }

// Rem is the remainder of a / b with a's sign (C's fmod).
func (a *Array) Rem(b *Array) *Array { return ordered("Rem", graph.RemP, a, b) }

// Pow is a to the power b; of complex numbers the principal value,
// exp(b log(a)), with 0 to the power 0 being 1.
func (a *Array) Pow(b *Array) *Array { return power("Pow", a, b) }

func power(op string, a, b *Array) *Array {
	ns := match(op, a, b)
	if ns[0].DType.IsComplex() {
		return complexPow(wrap(ns[0]), wrap(ns[1]))
	}
	return floatBinary(op, graph.PowP, a, b)
}

// Atan2 is the angle of the point (b, a): the arc tangent of a/b in the right
// quadrant.
func (a *Array) Atan2(b *Array) *Array { return floatBinary("Atan2", graph.Atan2P, a, b) }

// Maximum is the larger of a and b; a NaN wins.
func (a *Array) Maximum(b *Array) *Array { return ordered("Maximum", graph.MaxP, a, b) }

// Minimum is the smaller of a and b; a NaN wins.
func (a *Array) Minimum(b *Array) *Array { return ordered("Minimum", graph.MinP, a, b) }

// ordered is arithmetic of what can be compared.
func ordered(op string, p *graph.Prim, a, b *Array) *Array {
	needOrder(op, match(op, a, b)[0])
	return arithmetic(op, p, a, b)
}

func needOrder(op string, n *graph.Node) {
	if n.DType.IsComplex() {
		graph.Fail(op, "the array is %v; complex numbers have no order", n.Aval())
	}
}

func needReal(op string, n *graph.Node) {
	if n.DType.IsComplex() {
		graph.Fail(op, "the array is %v; take its Real, Imag or Abs", n.Aval())
	}
}

// needInexact admits floats and complex numbers.
func needInexact(op string, n *graph.Node) {
	if !n.DType.Differentiable() {
		graph.Fail(op, "the array is %v; it must be of a float or complex type", n.Aval())
	}
}

func floatBinary(op string, p *graph.Prim, a, b *Array) *Array {
	ns := match(op, a, b)
	needFloat(op, ns[0])
	return wrap(graph.Apply(p, nil, ns...)[0])
}

func needFloat(op string, n *graph.Node) {
	if !n.DType.IsFloat() {
		graph.Fail(op, "the array is %v; it must be float32 or float64", n.Aval())
	}
}

// AddScalar is a + v.
func (a *Array) AddScalar(v float64) *Array { return arithmetic("AddScalar", graph.AddP, a, Const(v)) }

// SubScalar is a - v.
func (a *Array) SubScalar(v float64) *Array { return arithmetic("SubScalar", graph.SubP, a, Const(v)) }

// MulScalar is a * v.
func (a *Array) MulScalar(v float64) *Array { return arithmetic("MulScalar", graph.MulP, a, Const(v)) }

// DivScalar is a / v.
func (a *Array) DivScalar(v float64) *Array { return arithmetic("DivScalar", graph.DivP, a, Const(v)) }

// PowScalar is a to the power v; small whole powers are products.
func (a *Array) PowScalar(v float64) *Array {
	n := a.node("PowScalar")
	needInexact("PowScalar", n)
	switch v {
	case 1:
		return a
	case 2:
		return a.Square()
	case 3:
		return a.Square().Mul(a)
	case 0.5:
		return a.Sqrt()
	case -1:
		return a.Reciprocal()
	}
	return power("PowScalar", a, Const(v))
}

// compare gives a bool array.
func compare(op string, p *graph.Prim, a, b *Array) *Array {
	return wrap(graph.Apply(p, nil, match(op, a, b)...)[0])
}

// inequality is compare of what has an order.
func inequality(op string, p *graph.Prim, a, b *Array) *Array {
	needOrder(op, match(op, a, b)[0])
	return compare(op, p, a, b)
}

// Equal is true where a = b.
func (a *Array) Equal(b *Array) *Array { return compare("Equal", graph.EqP, a, b) }

// NotEqual is true where a and b differ, and where one is NaN.
func (a *Array) NotEqual(b *Array) *Array { return compare("NotEqual", graph.NeP, a, b) }

// Less is true where a < b.
func (a *Array) Less(b *Array) *Array { return inequality("Less", graph.LtP, a, b) }

// LessEqual is true where a <= b.
func (a *Array) LessEqual(b *Array) *Array { return inequality("LessEqual", graph.LeP, a, b) }

// Greater is true where a > b.
func (a *Array) Greater(b *Array) *Array { return inequality("Greater", graph.GtP, a, b) }

// GreaterEqual is true where a >= b.
func (a *Array) GreaterEqual(b *Array) *Array { return inequality("GreaterEqual", graph.GeP, a, b) }

func bits(op string, p *graph.Prim, a, b *Array) *Array {
	ns := match(op, a, b)
	needBits(op, ns[0])
	return wrap(graph.Apply(p, nil, ns...)[0])
}

func needBits(op string, n *graph.Node) {
	if n.DType.Differentiable() {
		graph.Fail(op, "the array is %v; it must be bool or an integer type", n.Aval())
	}
}

// And is the logical and of bool arrays, the bitwise and of integer ones.
func (a *Array) And(b *Array) *Array { return bits("And", graph.AndP, a, b) }

// Or is the logical or of bool arrays, the bitwise or of integer ones.
func (a *Array) Or(b *Array) *Array { return bits("Or", graph.OrP, a, b) }

// Xor is the exclusive or of bool or integer arrays.
func (a *Array) Xor(b *Array) *Array { return bits("Xor", graph.XorP, a, b) }

// ShiftLeft shifts integers to the left; a shift by the width or more gives 0.
func (a *Array) ShiftLeft(b *Array) *Array { return bits("ShiftLeft", graph.ShlP, a, b) }

// ShiftRight shifts integers to the right, keeping the sign of signed ones.
func (a *Array) ShiftRight(b *Array) *Array { return bits("ShiftRight", graph.ShrP, a, b) }

// Not is the logical complement of a bool array, the bitwise one of integers.
func (a *Array) Not() *Array {
	n := a.node("Not")
	needBits("Not", n)
	return wrap(graph.Apply(graph.NotP, nil, n)[0])
}

// Where takes a where cond is true and b elsewhere; all three broadcast.
func Where(cond, a, b *Array) *Array {
	c := cond.node("Where")
	if c.DType != Bool {
		graph.Fail("Where", "the condition is %v; it must be bool", c.Aval())
	}
	ab := match("Where", a, b)
	ns := stretch("Where", []*graph.Node{c, ab[0], ab[1]})
	return wrap(graph.Select(ns[0], ns[1], ns[2]))
}

// Clip limits a to [lo, hi]; a NaN stays.
func (a *Array) Clip(lo, hi float64) *Array {
	if lo > hi {
		graph.Fail("Clip", "the lower limit %v is above the upper limit %v", lo, hi)
	}
	return ordered("Clip", graph.MinP, ordered("Clip", graph.MaxP, a, Const(lo)), Const(hi))
}

// StopGradient is a itself, for which every derivative is zero.
func (a *Array) StopGradient() *Array {
	return wrap(graph.Apply(graph.StopGradientP, nil, a.node("StopGradient"))[0])
}

// IsFinite is true where a is neither infinite nor NaN.
func (a *Array) IsFinite() *Array { return unary("IsFinite", graph.IsFiniteP, a) }

// IsNaN is true where a is NaN.
func (a *Array) IsNaN() *Array { return compare("IsNaN", graph.NeP, a, a) }

// Neg is -a.
func (a *Array) Neg() *Array {
	return wrap(graph.Neg(numeric("Neg", []*graph.Node{a.node("Neg")})[0]))
}

// Abs is the absolute value; of a complex array, which gives a real one, with
// derivative 0 at 0.
func (a *Array) Abs() *Array {
	if a.node("Abs").DType.IsComplex() {
		return Hypot(a.Real(), a.Imag())
	}
	return wrap(graph.Abs(numeric("Abs", []*graph.Node{a.node("Abs")})[0]))
}

// Sign is -1, 0 or 1; a NaN stays. Of a complex number z it is z/|z|, and 0 at
// 0.
func (a *Array) Sign() *Array {
	if a.node("Sign").DType.IsComplex() {
		return complexSign(a)
	}
	return wrap(graph.Sign(numeric("Sign", []*graph.Node{a.node("Sign")})[0]))
}

// Square is a * a.
func (a *Array) Square() *Array { return arithmetic("Square", graph.MulP, a, a) }

// Reciprocal is 1 / a.
func (a *Array) Reciprocal() *Array {
	needInexact("Reciprocal", a.node("Reciprocal"))
	return arithmetic("Reciprocal", graph.DivP, Const(1), a)
}

func unary(op string, p *graph.Prim, a *Array) *Array {
	n := a.node(op)
	if f := complexFunctions[p]; f != nil && n.DType.IsComplex() {
		return f(a)
	}
	needFloat(op, n)
	return wrap(graph.Apply(p, nil, n)[0])
}
