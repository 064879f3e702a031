package compile

import (
	"slices"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// simplify gives a simpler node with the same bits as op on ins, or nil.
func (o *optimizer) simplify(op *graph.Op, ins []*graph.Node) *graph.Node {
	out := op.Outs[0]
	switch op.Prim {
	case graph.MulP:
		if out.DType.IsComplex() { // the zeros of 1+0i are multiplied with, too
			break
		}
		if is(ins[1], 1) {
			return ins[0]
		}
		if is(ins[0], 1) {
			return ins[1]
		}
	case graph.DivP:
		if is(ins[1], 1) && !out.DType.IsComplex() {
			return ins[0]
		}
	case graph.SubP:
		if is(ins[1], 0) { // x - (+0) is x, for -0 too
			return ins[0]
		}
	case graph.NegP, graph.NotP:
		if inner := operandOf(ins[0], op.Prim); inner != nil {
			return inner
		}
	case graph.SelectP:
		if ins[1] == ins[2] {
			return ins[1]
		}
	case graph.ConvertP:
		if ins[0].DType == out.DType {
			return ins[0]
		}
	case graph.ReshapeP:
		x := ins[0]
		if inner := operandOf(x, graph.ReshapeP); inner != nil {
			x = inner
		}
		if x.Shape.Equal(out.Shape) {
			return x
		}
		if b := x.Op(); b != nil && b.Prim == graph.BroadcastP && b.Ins[0].Shape.Size() == 1 {
			return o.broadcast(o.scalar(b.Ins[0]), out.Shape, nil)
		}
		if x != ins[0] {
			return o.apply(graph.ReshapeP, op.Attrs, []*graph.Node{x})[0]
		}
	case graph.TransposeP:
		return o.transpose(op.Attrs.([]int), ins[0])
	case graph.BroadcastP:
		a := op.Attrs.(graph.BroadcastAttrs)
		if ins[0].Shape.Equal(a.Shape) {
			return ins[0]
		}
		if b := ins[0].Op(); b != nil && b.Prim == graph.BroadcastP {
			inner := b.Attrs.(graph.BroadcastAttrs)
			axes := make([]int, len(inner.Axes))
			for i, ax := range inner.Axes {
				axes[i] = a.Axes[ax]
			}
			return o.broadcast(b.Ins[0], a.Shape, axes)
		}
		if r := operandOf(ins[0], graph.ReshapeP); r != nil {
			if axes, ok := withoutOnes(r.Shape, ins[0].Shape, a.Axes); ok {
				return o.broadcast(r, a.Shape, axes)
			}
		}
	case graph.SliceP:
		if out.Shape.Equal(ins[0].Shape) {
			return ins[0]
		}
	case graph.DotP:
		return o.dot(op, ins)
	}
	if op.Prim.Elementwise && !op.Prim.Barrier {
		return o.sinkBroadcast(op, ins)
	}
	return nil
}

// operandOf is x's operand if x is made by p.
func operandOf(x *graph.Node, p *graph.Prim) *graph.Node {
	if op := x.Op(); op != nil && op.Prim == p {
		return op.Ins[0]
	}
	return nil
}

// is reports whether every element of x is the constant v (not -0 for 0).
func is(x *graph.Node, v float64) bool {
	if inner := operandOf(x, graph.BroadcastP); inner != nil {
		x = inner
	}
	if x.Op() != nil || x.Value() == nil || x.Value().Len != 1 {
		return false
	}
	want := graph.ScalarNode(x.DType, v).Value()
	return slices.Equal(want.Bytes(), x.Value().Bytes())
}

func (o *optimizer) broadcast(x *graph.Node, shape graph.Shape, axes []int) *graph.Node {
	if x.Shape.Equal(shape) {
		return x
	}
	return o.apply(graph.BroadcastP, graph.BroadcastAttrs{Shape: shape, Axes: axes}, []*graph.Node{x})[0]
}

// scalar is a rank-0 view of an array of one element.
func (o *optimizer) scalar(x *graph.Node) *graph.Node {
	if len(x.Shape) == 0 {
		return x
	}
	return o.apply(graph.ReshapeP, graph.Shape{}, []*graph.Node{x})[0]
}

// transpose merges with a transposition inside, and becomes a reshape where
// only axes of size 1 move.
func (o *optimizer) transpose(perm []int, x *graph.Node) *graph.Node {
	changed := false
	if op := x.Op(); op != nil && op.Prim == graph.TransposeP {
		inner := op.Attrs.([]int)
		merged := make([]int, len(perm))
		for i, p := range perm {
			merged[i] = inner[p]
		}
		perm, x, changed = merged, op.Ins[0], true
	}
	shape := make(graph.Shape, len(perm))
	last, still := -1, true
	for i, p := range perm {
		shape[i] = x.Shape[p]
		if x.Shape[p] != 1 {
			still = still && p > last
			last = p
		}
	}
	switch {
	case still && shape.Equal(x.Shape):
		return x
	case still:
		return o.apply(graph.ReshapeP, shape, []*graph.Node{x})[0]
	case changed:
		return o.apply(graph.TransposeP, perm, []*graph.Node{x})[0]
	}
	return nil
}

// withoutOnes drops axes of size 1 from a broadcast's operand: from is its
// shape before a reshape that added such axes to give to.
func withoutOnes(from, to graph.Shape, axes []int) ([]int, bool) {
	var kept []int
	i := 0
	for j, d := range to {
		switch {
		case i < len(from) && from[i] == d:
			kept = append(kept, axes[j])
			i++
		case d != 1:
			return nil, false
		}
	}
	return kept, i == len(from)
}

// sinkBroadcast applies an element-wise op before the broadcast that all its
// operands share, on fewer elements.
func (o *optimizer) sinkBroadcast(op *graph.Op, ins []*graph.Node) *graph.Node {
	var first *graph.Op
	small := make([]*graph.Node, len(ins))
	for i, x := range ins {
		b := x.Op()
		if b == nil || b.Prim != graph.BroadcastP {
			return nil
		}
		a := b.Attrs.(graph.BroadcastAttrs)
		if first == nil {
			first = b
		} else if f := first.Attrs.(graph.BroadcastAttrs); !slices.Equal(f.Axes, a.Axes) || !first.Ins[0].Shape.Equal(b.Ins[0].Shape) {
			return nil
		}
		small[i] = b.Ins[0]
	}
	if first == nil {
		return nil
	}
	a := first.Attrs.(graph.BroadcastAttrs)
	return o.broadcast(o.apply(op.Prim, op.Attrs, small)[0], a.Shape, a.Axes)
}

// dot reads a transposed operand as it lies, if the order of the result's axes
// allows it.
func (o *optimizer) dot(op *graph.Op, ins []*graph.Node) *graph.Node {
	a := op.Attrs.(graph.DotAttrs)
	x, y := ins[0], ins[1]
	if t := x.Op(); t != nil && t.Prim == graph.TransposeP {
		perm := t.Attrs.([]int)
		b := a
		b.BatchX, b.ContractX = through(a.BatchX, perm), through(a.ContractX, perm)
		if slices.Equal(b.FreeX(len(perm)), through(a.FreeX(len(perm)), perm)) {
			a, x = b, t.Ins[0]
		}
	}
	if t := y.Op(); t != nil && t.Prim == graph.TransposeP {
		perm := t.Attrs.([]int)
		b := a
		b.BatchY, b.ContractY = through(a.BatchY, perm), through(a.ContractY, perm)
		if slices.Equal(b.FreeY(len(perm)), through(a.FreeY(len(perm)), perm)) {
			a, y = b, t.Ins[0]
		}
	}
	if x == ins[0] && y == ins[1] {
		return nil
	}
	return o.apply(graph.DotP, a, []*graph.Node{x, y})[0]
}

// through says where axes of a transposed array were before.
func through(axes, perm []int) []int {
	out := make([]int, len(axes))
	for i, ax := range axes {
		out[i] = perm[ax]
	}
	return out
}
