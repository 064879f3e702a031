package graph

// ScatterMulP multiplies rows of an array by updates; ScatterMinP and
// ScatterMaxP keep the smaller or larger of each element and its updates. They
// take the operands of ScatterAddP, in the same order.
var ScatterMulP, ScatterMinP, ScatterMaxP *Prim

func scatter(p *Prim, x, indices, updates *Node, a GatherAttrs) *Node {
	return Apply(p, a, x, indices, updates)[0]
}

// others gives, for every update of a ScatterMul, the product of all other
// updates of the same element: the product of all divided by it, where none is
// zero; where just one is, that one's is the product of the rest.
func others(op *Op) *Node {
	a, x, indices, u := op.Attrs.(GatherAttrs), op.Ins[0], op.Ins[1], op.Ins[2]
	zero := bin(EqP, u, like(u, 0))
	safe := Select(zero, like(u, 1), u)
	product := Gather(scatter(ScatterMulP, like(x, 1), indices, safe, a), indices, a)
	count := ScatterAdd(Full(Int32, 0, x.Shape), indices, Convert(zero, Int32), a)
	zeros := Gather(count, indices, a)
	rest := Select(bin(EqP, zeros, like(zeros, 1)), product, like(u, 0))
	none := Select(bin(EqP, zeros, like(zeros, 0)), Div(product, safe), like(u, 0))
	return Select(zero, rest, none)
}

func init() {
	ScatterMulP = &Prim{Name: "scatter_mul", Infer: inferScatter, Batch: batchScatter}
	factor := func(op *Op) *Node { // of every element
		return scatter(ScatterMulP, like(op.Ins[0], 1), op.Ins[1], op.Ins[2], op.Attrs.(GatherAttrs))
	}
	ScatterMulP.JVP = func(op *Op, t []*Node) []*Node {
		var sum *Node
		if t[0] != nil {
			sum = Mul(t[0], factor(op))
		}
		if t[2] != nil {
			d := Mul(op.Ins[0], ScatterAdd(like(op.Ins[0], 0), op.Ins[1], Mul(t[2], others(op)), op.Attrs.(GatherAttrs)))
			if sum == nil {
				sum = d
			} else {
				sum = Add(sum, d)
			}
		}
		return []*Node{sum}
	}
	ScatterMulP.VJP = func(op *Op, ct []*Node, need []bool) []*Node {
		out := make([]*Node, 3)
		if need[0] {
			out[0] = Mul(ct[0], factor(op))
		}
		if need[2] {
			out[2] = Mul(Gather(Mul(ct[0], op.Ins[0]), op.Ins[1], op.Attrs.(GatherAttrs)), others(op))
		}
		return out
	}
	ScatterMinP = scatterExtremum("scatter_min")
	ScatterMaxP = scatterExtremum("scatter_max")
}

// scatterExtremum declares a minimum or maximum; an element and updates that are
// equal winners share the derivative.
func scatterExtremum(name string) *Prim {
	// winners are 1 where an element or an update is what the result is.
	winners := func(op *Op) (element, update, count *Node) {
		a, x, indices, u, y := op.Attrs.(GatherAttrs), op.Ins[0], op.Ins[1], op.Ins[2], op.Outs[0]
		element = Convert(bin(EqP, x, y), x.DType)
		update = Convert(bin(EqP, u, Gather(y, indices, a)), x.DType)
		return element, update, ScatterAdd(element, indices, update, a)
	}
	return &Prim{
		Name: name, Batch: batchScatter,
		Infer: func(attrs any, ins []*Node) ([]Aval, error) {
			if _, err := orderedAval(nil, ins[:1]); err != nil {
				return nil, err
			}
			return inferScatter(attrs, ins)
		},
		JVP: func(op *Op, t []*Node) []*Node {
			element, update, count := winners(op)
			dx, du := Mul(orZero(t[0], op.Ins[0]), element), Mul(orZero(t[2], op.Ins[2]), update)
			return []*Node{Div(ScatterAdd(dx, op.Ins[1], du, op.Attrs.(GatherAttrs)), count)}
		},
		VJP: func(op *Op, ct []*Node, need []bool) []*Node {
			element, update, count := winners(op)
			share := Div(ct[0], count)
			out := make([]*Node, 3)
			if need[0] {
				out[0] = Mul(share, element)
			}
			if need[2] {
				out[2] = Mul(Gather(share, op.Ins[1], op.Attrs.(GatherAttrs)), update)
			}
			return out
		},
	}
}
