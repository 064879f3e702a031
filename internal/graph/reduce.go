package graph

import (
	"fmt"
	"slices"
)

// Reductions. Attrs is the sorted list of axes ([]int) that go; the result is
// defined by package cpu as one fixed order of additions for each shape.
var ReduceSumP, ReduceMaxP, ReduceMinP *Prim

// ArgMaxP and ArgMinP give the int32 index of the first largest or smallest
// element along the axis in attrs; a NaN counts as the largest and smallest.
var ArgMaxP, ArgMinP *Prim

// ReduceSum adds up along the axes; of complex numbers, both parts.
func ReduceSum(x *Node, axes []int) *Node {
	return byParts(x, func(x *Node) *Node { return reduce(ReduceSumP, x, axes) })
}
func ReduceMax(x *Node, axes []int) *Node { return reduce(ReduceMaxP, x, axes) }
func ReduceMin(x *Node, axes []int) *Node { return reduce(ReduceMinP, x, axes) }

func reduce(p *Prim, x *Node, axes []int) *Node {
	if len(axes) == 0 {
		return x
	}
	sorted := slices.Clone(axes)
	slices.Sort(sorted)
	return Apply(p, sorted, x)[0]
}

// ReduceProd multiplies along the axes by halving, so that its derivatives
// are right at zeros too.
func ReduceProd(x *Node, axes []int) *Node {
	kept := keptAxes(len(x.Shape), axes)
	perm := append(slices.Clone(kept), axes...)
	n := 1
	for _, a := range axes {
		n *= x.Shape[a]
	}
	var shape Shape
	for _, a := range kept {
		shape = append(shape, x.Shape[a])
	}
	last := len(kept)
	y := Reshape(Transpose(x, perm), append(slices.Clone(shape), n))
	if n == 0 {
		return Full(x.DType, 1, shape)
	}
	for n > 1 {
		half := n / 2
		z := Mul(SliceAxis(y, last, 0, half), SliceAxis(y, last, half, 2*half))
		if n%2 == 1 {
			z = Concatenate(last, z, SliceAxis(y, last, n-1, n))
		}
		y, n = z, n-half
	}
	return Reshape(y, shape)
}

// keptAxes lists the axes of a rank that are not in axes.
func keptAxes(rank int, axes []int) []int {
	var kept []int
	for i := range rank {
		if !slices.Contains(axes, i) {
			kept = append(kept, i)
		}
	}
	return kept
}

// spread repeats a reduction's result along the axes that went.
func spread(y *Node, shape Shape, axes []int) *Node {
	return Broadcast(y, shape, keptAxes(len(shape), axes))
}

func inferReduce(attrs any, ins []*Node) ([]Aval, error) {
	axes, x := attrs.([]int), ins[0]
	if x.DType.IsComplex() {
		return nil, fmt.Errorf("operand %v; a reduction takes real numbers", x.Aval())
	}
	for i, a := range axes {
		if a < 0 || a >= len(x.Shape) || (i > 0 && a == axes[i-1]) {
			return nil, fmt.Errorf("axes %v of operand %v", axes, x.Aval())
		}
	}
	var out Shape
	for _, a := range keptAxes(len(x.Shape), axes) {
		out = append(out, x.Shape[a])
	}
	return []Aval{{out, x.DType}}, nil
}

func batchReduce(op *Op, _ int, ins []*Node, _ []bool) ([]*Node, []bool) {
	return Apply(op.Prim, shifted(op.Attrs.([]int)), ins[0]), []bool{true}
}

func init() {
	ReduceSumP = linear("reduce_sum", inferReduce,
		func(op *Op, ct []*Node, _ []bool) []*Node {
			return []*Node{spread(ct[0], op.Ins[0].Shape, op.Attrs.([]int))}
		}, batchReduce)
	ReduceMaxP = extremum("reduce_max")
	ReduceMinP = extremum("reduce_min")
	ArgMaxP = argExtremum("argmax")
	ArgMinP = argExtremum("argmin")
}

// extremum declares a maximum or minimum; equal winners share the derivative.
func extremum(name string) *Prim {
	share := func(op *Op) *Node {
		x, axes := op.Ins[0], op.Attrs.([]int)
		hit := Convert(bin(EqP, x, spread(op.Outs[0], x.Shape, axes)), x.DType)
		return Div(hit, spread(ReduceSum(hit, axes), x.Shape, axes))
	}
	return &Prim{
		Name: name, Infer: inferReduce, Batch: batchReduce,
		JVP: func(op *Op, t []*Node) []*Node {
			return []*Node{ReduceSum(Mul(t[0], share(op)), op.Attrs.([]int))}
		},
		VJP: func(op *Op, ct []*Node, _ []bool) []*Node {
			return []*Node{Mul(spread(ct[0], op.Ins[0].Shape, op.Attrs.([]int)), share(op))}
		},
	}
}

func argExtremum(name string) *Prim {
	p := &Prim{Name: name}
	p.Infer = func(attrs any, ins []*Node) ([]Aval, error) {
		out, err := inferReduce([]int{attrs.(int)}, ins)
		if err != nil {
			return nil, err
		}
		out[0].DType = Int32
		return out, nil
	}
	p.Batch = func(op *Op, _ int, ins []*Node, _ []bool) ([]*Node, []bool) {
		return Apply(op.Prim, op.Attrs.(int)+1, ins[0]), []bool{true}
	}
	return p
}
