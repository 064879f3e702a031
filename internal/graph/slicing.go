package graph

import (
	"fmt"
	"slices"
)

func initSlice() {
	SliceP = linear("slice",
		func(attrs any, ins []*Node) ([]Aval, error) {
			a, x := attrs.(SliceAttrs), ins[0]
			if len(a.Start) != len(x.Shape) || len(a.Limit) != len(x.Shape) || len(a.Step) != len(x.Shape) {
				return nil, fmt.Errorf("%d ranges for operand %v", len(a.Start), x.Aval())
			}
			out := make(Shape, len(x.Shape))
			for i, n := range x.Shape {
				if a.Start[i] < 0 || a.Limit[i] > n || a.Start[i] > a.Limit[i] || a.Step[i] < 1 {
					return nil, fmt.Errorf("range %d:%d:%d of axis %d of %v", a.Start[i], a.Limit[i], a.Step[i], i, x.Aval())
				}
				out[i] = SliceLen(a.Start[i], a.Limit[i], a.Step[i])
			}
			return []Aval{{out, x.DType}}, nil
		},
		func(op *Op, ct []*Node, _ []bool) []*Node {
			a, x := op.Attrs.(SliceAttrs), op.Ins[0]
			high, interior := make([]int, len(x.Shape)), make([]int, len(x.Shape))
			for i, n := range x.Shape {
				interior[i] = a.Step[i] - 1
				used := 0
				if m := op.Outs[0].Shape[i]; m > 0 {
					used = (m-1)*a.Step[i] + 1
				}
				high[i] = n - a.Start[i] - used
			}
			return []*Node{Pad(ct[0], ScalarNode(x.DType, 0), a.Start, high, interior)}
		},
		func(op *Op, size int, ins []*Node, _ []bool) ([]*Node, []bool) {
			a := op.Attrs.(SliceAttrs)
			return []*Node{Slice(ins[0], slices.Insert(slices.Clone(a.Start), 0, 0),
				slices.Insert(slices.Clone(a.Limit), 0, size), slices.Insert(slices.Clone(a.Step), 0, 1))}, []bool{true}
		})
	PadP = &Prim{Name: "pad", Infer: inferPad, VJP: padVJP, Batch: padBatch,
		JVP: func(op *Op, t []*Node) []*Node {
			a := op.Attrs.(PadAttrs)
			return []*Node{Pad(orZero(t[0], op.Ins[0]), orZero(t[1], op.Ins[1]), a.Low, a.High, a.Interior)}
		}}
}

// PadLen is the size of a padded axis.
func PadLen(n, low, high, interior int) int {
	if n > 0 {
		n += (n - 1) * interior
	}
	return n + low + high
}

func inferPad(attrs any, ins []*Node) ([]Aval, error) {
	a, x := attrs.(PadAttrs), ins[0]
	if len(a.Low) != len(x.Shape) || len(a.High) != len(x.Shape) || len(a.Interior) != len(x.Shape) {
		return nil, fmt.Errorf("%d ranges for operand %v", len(a.Low), x.Aval())
	}
	if ins[1].DType != x.DType || len(ins[1].Shape) != 0 {
		return nil, fmt.Errorf("value is %v for operand %v", ins[1].Aval(), x.Aval())
	}
	out := make(Shape, len(x.Shape))
	for i, n := range x.Shape {
		out[i] = PadLen(n, a.Low[i], a.High[i], a.Interior[i])
		if out[i] < 0 || a.Interior[i] < 0 {
			return nil, fmt.Errorf("padding %d, %d (between: %d) of axis %d of %v", a.Low[i], a.High[i], a.Interior[i], i, x.Aval())
		}
	}
	return []Aval{{out, x.DType}}, nil
}

// padVJP takes the operand's elements back out of ct; what is left belongs to
// the padding value.
func padVJP(op *Op, ct []*Node, need []bool) []*Node {
	a, x := op.Attrs.(PadAttrs), op.Ins[0]
	rank := len(x.Shape)
	low, high, zero := make([]int, rank), make([]int, rank), make([]int, rank)
	start, limit, step := make([]int, rank), make([]int, rank), make([]int, rank)
	for i, n := range x.Shape {
		low[i], high[i] = -a.Low[i], -a.High[i]
		limit[i] = PadLen(n, 0, 0, a.Interior[i])
		step[i] = a.Interior[i] + 1
	}
	out := make([]*Node, 2)
	inner := Slice(Pad(ct[0], ScalarNode(x.DType, 0), low, high, zero), start, limit, step)
	if need[0] {
		out[0] = inner
	}
	if need[1] {
		out[1] = Sub(ReduceSum(ct[0], allAxes(op.Outs[0])), ReduceSum(inner, allAxes(inner)))
	}
	return out
}

func padBatch(op *Op, size int, ins []*Node, batched []bool) ([]*Node, []bool) {
	a := op.Attrs.(PadAttrs)
	x := ins[0]
	if !batched[0] {
		x = AddAxis(x, size)
	}
	first := func(s []int) []int { return slices.Insert(slices.Clone(s), 0, 0) }
	low, high, interior := first(a.Low), first(a.High), first(a.Interior)
	if !batched[1] {
		return []*Node{Pad(x, ins[1], low, high, interior)}, []bool{true}
	}
	// Each example has its own value: pad a mask likewise, and choose by it.
	padded := Pad(x, ScalarNode(x.DType, 0), low, high, interior)
	mask := Pad(Full(Bool, 1, x.Shape), ScalarNode(Bool, 0), low, high, interior)
	return []*Node{Select(mask, padded, Broadcast(ins[1], padded.Shape, []int{0}))}, []bool{true}
}

func initConcatenate() {
	ConcatenateP = &Prim{
		Name: "concatenate",
		Infer: func(attrs any, ins []*Node) ([]Aval, error) {
			axis := attrs.(int)
			if len(ins) == 0 || axis < 0 || axis >= len(ins[0].Shape) {
				return nil, fmt.Errorf("axis %d of %d operands", axis, len(ins))
			}
			n := 0
			for _, x := range ins {
				if len(x.Shape) != len(ins[0].Shape) || x.DType != ins[0].DType ||
					!x.Shape.With(axis, 0).Equal(ins[0].Shape.With(axis, 0)) {
					return nil, fmt.Errorf("operands %v and %v along axis %d", ins[0].Aval(), x.Aval(), axis)
				}
				n += x.Shape[axis]
			}
			return []Aval{{ins[0].Shape.With(axis, n), ins[0].DType}}, nil
		},
		JVP: func(op *Op, t []*Node) []*Node {
			parts := make([]*Node, len(t))
			for i := range t {
				parts[i] = orZero(t[i], op.Ins[i])
			}
			return []*Node{Concatenate(op.Attrs.(int), parts...)}
		},
		VJP: func(op *Op, ct []*Node, need []bool) []*Node {
			axis, from := op.Attrs.(int), 0
			out := make([]*Node, len(op.Ins))
			for i, x := range op.Ins {
				if need[i] {
					out[i] = SliceAxis(ct[0], axis, from, from+x.Shape[axis])
				}
				from += x.Shape[axis]
			}
			return out
		},
		Batch: func(op *Op, size int, ins []*Node, batched []bool) ([]*Node, []bool) {
			full := slices.Clone(ins)
			for i := range full {
				if !batched[i] {
					full[i] = AddAxis(full[i], size)
				}
			}
			return []*Node{Concatenate(op.Attrs.(int)+1, full...)}, []bool{true}
		},
	}
}

func allAxes(x *Node) []int {
	axes := make([]int, len(x.Shape))
	for i := range axes {
		axes[i] = i
	}
	return axes
}
