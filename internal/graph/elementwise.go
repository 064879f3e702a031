package graph

import "fmt"

// Element-wise primitives. All operands have the same shape: package fx
// broadcasts before it applies one.

// sameAval is the shape rule of operands and result of one shape and type.
func sameAval(_ any, ins []*Node) ([]Aval, error) {
	for _, n := range ins[1:] {
		if !n.Shape.Equal(ins[0].Shape) || n.DType != ins[0].DType {
			return nil, fmt.Errorf("operands %v and %v differ", ins[0].Aval(), n.Aval())
		}
	}
	return []Aval{ins[0].Aval()}, nil
}

func floatAval(attrs any, ins []*Node) ([]Aval, error) {
	if !ins[0].DType.IsFloat() {
		return nil, fmt.Errorf("operand is %v; it takes float32 or float64", ins[0].DType)
	}
	return sameAval(attrs, ins)
}

func boolAval(_ any, ins []*Node) ([]Aval, error) {
	if _, err := sameAval(nil, ins); err != nil {
		return nil, err
	}
	return []Aval{{ins[0].Shape, Bool}}, nil
}

// orderedAval and orderAval are sameAval and boolAval of all but complex
// numbers, which have no order.
func orderedAval(attrs any, ins []*Node) ([]Aval, error) {
	if ins[0].DType.IsComplex() {
		return nil, fmt.Errorf("operand is %v; complex numbers have no order", ins[0].DType)
	}
	return sameAval(attrs, ins)
}

func orderAval(attrs any, ins []*Node) ([]Aval, error) {
	if _, err := orderedAval(attrs, ins); err != nil {
		return nil, err
	}
	return boolAval(attrs, ins)
}

// batchElementwise gives every operand the new axis and applies the op.
func batchElementwise(op *Op, size int, ins []*Node, batched []bool) ([]*Node, []bool) {
	full := make([]*Node, len(ins))
	for i, n := range ins {
		full[i] = n
		if !batched[i] {
			full[i] = AddAxis(n, size)
		}
	}
	return Apply(op.Prim, op.Attrs, full...), []bool{true}
}

// derivative gives dy/dx at x, where y is the function's value there.
type derivative func(x, y *Node) *Node

// unary declares an element-wise function of one operand. A nil derivative
// means zero.
func unary(name string, infer func(any, []*Node) ([]Aval, error), d derivative) *Prim {
	p := &Prim{Name: name, Infer: infer, Batch: batchElementwise, Elementwise: true}
	if d != nil {
		chain := func(op *Op, t []*Node) []*Node {
			if t[0] == nil {
				return []*Node{nil}
			}
			return []*Node{Mul(t[0], d(op.Ins[0], op.Outs[0]))}
		}
		p.JVP = chain
		p.VJP = func(op *Op, ct []*Node, _ []bool) []*Node { return chain(op, ct) }
	}
	return p
}

// partial carries a tangent or cotangent t through one operand of z = f(x, y):
// it is t times the partial derivative.
type partial func(t, x, y, z *Node) *Node

// binary declares an element-wise function of two operands.
func binary(name string, infer func(any, []*Node) ([]Aval, error), dx, dy partial) *Prim {
	p := &Prim{Name: name, Infer: infer, Batch: batchElementwise, Elementwise: true}
	if dx == nil {
		return p
	}
	rules := [2]partial{dx, dy}
	p.JVP = func(op *Op, t []*Node) []*Node {
		var sum *Node
		for i, rule := range rules {
			if t[i] == nil || rule == nil {
				continue
			}
			c := rule(t[i], op.Ins[0], op.Ins[1], op.Outs[0])
			if sum == nil {
				sum = c
			} else {
				sum = Add(sum, c)
			}
		}
		return []*Node{sum}
	}
	p.VJP = func(op *Op, ct []*Node, need []bool) []*Node {
		out := make([]*Node, 2)
		for i, rule := range rules {
			if need[i] && rule != nil {
				out[i] = rule(ct[0], op.Ins[0], op.Ins[1], op.Outs[0])
			}
		}
		return out
	}
	return p
}

// linearUnary declares f with f(dx) as its tangent and its cotangent.
func linearUnary(name string, infer func(any, []*Node) ([]Aval, error), f func(*Node) *Node) *Prim {
	p := &Prim{Name: name, Infer: infer, Batch: batchElementwise, Elementwise: true}
	p.JVP = func(_ *Op, t []*Node) []*Node { return []*Node{f(t[0])} }
	p.VJP = func(_ *Op, ct []*Node, _ []bool) []*Node { return []*Node{f(ct[0])} }
	return p
}

// un and bin apply a primitive.
func un(p *Prim, x *Node) *Node     { return Apply(p, nil, x)[0] }
func bin(p *Prim, x, y *Node) *Node { return Apply(p, nil, x, y)[0] }

// like is the constant v with x's shape and type.
func like(x *Node, v float64) *Node { return Full(x.DType, v, x.Shape) }

// times is x*v for a constant v.
func times(x *Node, v float64) *Node { return Mul(x, like(x, v)) }

// Arithmetic.
var (
	NegP, AddP, SubP, MulP, DivP, MaxP, MinP, RemP, PowP, Atan2P *Prim
	AbsP, SignP, FloorP, CeilP, RoundP                           *Prim
)

func Neg(x *Node) *Node      { return un(NegP, x) }
func Add(x, y *Node) *Node   { return bin(AddP, x, y) }
func Sub(x, y *Node) *Node   { return bin(SubP, x, y) }
func Mul(x, y *Node) *Node   { return bin(MulP, x, y) }
func Div(x, y *Node) *Node   { return bin(DivP, x, y) }
func Max(x, y *Node) *Node   { return bin(MaxP, x, y) }
func Min(x, y *Node) *Node   { return bin(MinP, x, y) }
func Rem(x, y *Node) *Node   { return bin(RemP, x, y) }
func Pow(x, y *Node) *Node   { return bin(PowP, x, y) }
func Atan2(y, x *Node) *Node { return bin(Atan2P, y, x) }
func Abs(x *Node) *Node      { return un(AbsP, x) }
func Sign(x *Node) *Node     { return un(SignP, x) }
func Floor(x *Node) *Node    { return un(FloorP, x) }

func pass(t, _, _, _ *Node) *Node { return t }

// chosen passes t where x is chosen over y, half of it at ties, so that the
// sum of both partial derivatives is always one.
func chosen(wins *Prim, first bool) partial {
	return func(t, x, y, _ *Node) *Node {
		a, b := x, y
		if !first {
			a, b = y, x
		}
		half := Select(bin(EqP, a, b), times(t, 0.5), like(t, 0))
		return Select(bin(wins, a, b), t, half)
	}
}

func init() {
	initSelect()
	initConvert()
	NegP = linearUnary("neg", sameAval, Neg)
	AddP = binary("add", sameAval, pass, pass)
	SubP = binary("sub", sameAval, pass, func(t, _, _, _ *Node) *Node { return Neg(t) })
	MulP = binary("mul", sameAval,
		func(t, _, y, _ *Node) *Node { return Mul(t, y) },
		func(t, x, _, _ *Node) *Node { return Mul(x, t) })
	DivP = binary("div", sameAval,
		func(t, _, y, _ *Node) *Node { return Div(t, y) },
		func(t, _, y, z *Node) *Node { return Neg(Div(Mul(t, z), y)) })
	MaxP = binary("max", orderedAval, chosen(GtP, true), chosen(GtP, false))
	MinP = binary("min", orderedAval, chosen(LtP, true), chosen(LtP, false))
	RemP = binary("rem", orderedAval, pass,
		func(t, x, y, _ *Node) *Node {
			q := Div(x, y)
			return Neg(Mul(t, Mul(Sign(q), Floor(Abs(q)))))
		})
	PowP = binary("pow", floatAval,
		func(t, x, y, _ *Node) *Node { // y x^(y-1), and 0 where y is 0
			d := Mul(y, Pow(x, Sub(y, like(y, 1))))
			return Mul(t, Select(bin(EqP, y, like(y, 0)), like(y, 0), d))
		},
		func(t, x, _, z *Node) *Node { // z log x, and 0 where x is 0
			zero := bin(EqP, x, like(x, 0))
			return Mul(t, Mul(z, Log(Select(zero, like(x, 1), x))))
		})
	Atan2P = binary("atan2", floatAval,
		func(t, y, x, _ *Node) *Node { return Mul(t, Div(x, Add(Mul(x, x), Mul(y, y)))) },
		func(t, y, x, _ *Node) *Node { return Neg(Mul(t, Div(y, Add(Mul(x, x), Mul(y, y))))) })
	AbsP = unary("abs", orderedAval, func(x, _ *Node) *Node { return Sign(x) })
	SignP = unary("sign", orderedAval, nil)
	FloorP = unary("floor", orderedAval, nil)
	CeilP = unary("ceil", orderedAval, nil)
	RoundP = unary("round", orderedAval, nil)
}

// Identity passes its operand on; it marks where a transformation starts.
// StopGradientP passes the value and no derivative. BarrierP passes the value
// and keeps what is behind it from being merged with equal computations.
var (
	Identity      = linearUnary("identity", sameAval, func(x *Node) *Node { return x })
	StopGradientP = unary("stop_gradient", sameAval, nil)
	BarrierP      = func() *Prim {
		p := linearUnary("barrier", sameAval, func(x *Node) *Node { return x })
		p.Barrier = true
		return p
	}()
)

// Comparisons and logic.
var (
	EqP  = binary("eq", boolAval, nil, nil)
	NeP  = binary("ne", boolAval, nil, nil)
	LtP  = binary("lt", orderAval, nil, nil)
	LeP  = binary("le", orderAval, nil, nil)
	GtP  = binary("gt", orderAval, nil, nil)
	GeP  = binary("ge", orderAval, nil, nil)
	AndP = binary("and", bitAval, nil, nil)
	OrP  = binary("or", bitAval, nil, nil)
	XorP = binary("xor", bitAval, nil, nil)
	ShlP = binary("shl", bitAval, nil, nil) // a shift by the width or more gives 0
	ShrP = binary("shr", bitAval, nil, nil) // of a signed type, the sign is kept
	NotP = unary("not", bitAval, nil)       // of bool: 1-x; of integers: every bit
)

func bitAval(attrs any, ins []*Node) ([]Aval, error) {
	if ins[0].DType.Differentiable() {
		return nil, fmt.Errorf("operand is %v; it takes bool or integers", ins[0].DType)
	}
	return sameAval(attrs, ins)
}

// SelectP takes the second operand where the first is true, else the third.
var SelectP *Prim

func initSelect() {
	SelectP = &Prim{
		Name: "select", Elementwise: true, Batch: batchElementwise,
		Infer: func(_ any, ins []*Node) ([]Aval, error) {
			if ins[0].DType != Bool || !ins[0].Shape.Equal(ins[1].Shape) {
				return nil, fmt.Errorf("condition is %v for operands %v", ins[0].Aval(), ins[1].Aval())
			}
			return sameAval(nil, ins[1:])
		},
		JVP: func(op *Op, t []*Node) []*Node {
			return []*Node{Select(op.Ins[0], orZero(t[1], op.Outs[0]), orZero(t[2], op.Outs[0]))}
		},
		VJP: func(op *Op, ct []*Node, need []bool) []*Node {
			out := make([]*Node, 3)
			zero := like(op.Outs[0], 0)
			if need[1] {
				out[1] = Select(op.Ins[0], ct[0], zero)
			}
			if need[2] {
				out[2] = Select(op.Ins[0], zero, ct[0])
			}
			return out
		},
	}
}

func Select(cond, x, y *Node) *Node { return Apply(SelectP, nil, cond, x, y)[0] }

// orZero is t, or zeros like x where t stands for zero.
func orZero(t, x *Node) *Node {
	if t == nil {
		return like(x, 0)
	}
	return t
}

// ConvertP changes the element type: floats to integers truncate toward zero
// and saturate (NaN becomes 0), integers wrap around, and anything but 0
// becomes true. Complex numbers become complex ones only.
var ConvertP *Prim

func initConvert() {
	ConvertP = &Prim{
		Name: "convert", Elementwise: true, Batch: batchElementwise,
		Infer: func(attrs any, ins []*Node) ([]Aval, error) {
			if from, to := ins[0].DType, attrs.(DType); from.IsComplex() && !to.IsComplex() {
				return nil, fmt.Errorf("%v to %v", from, to)
			}
			return []Aval{{ins[0].Shape, attrs.(DType)}}, nil
		},
		JVP: func(op *Op, t []*Node) []*Node {
			if !op.Ins[0].DType.Differentiable() || !op.Outs[0].DType.Differentiable() {
				return []*Node{nil}
			}
			return []*Node{Convert(t[0], op.Outs[0].DType)}
		},
		VJP: func(op *Op, ct []*Node, _ []bool) []*Node {
			c := ct[0]
			if d := op.Ins[0].DType; c.DType.IsComplex() && !d.IsComplex() {
				c = Real(c)
			}
			return []*Node{Convert(c, op.Ins[0].DType)}
		},
	}
}

// Convert changes the element type; it is x itself if there is nothing to do.
func Convert(x *Node, d DType) *Node {
	if x.DType == d {
		return x
	}
	return Apply(ConvertP, d, x)[0]
}
