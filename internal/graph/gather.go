package graph

import (
	"fmt"
	"slices"
)

// GatherAttrs describes gather and scatter. An operand's axes are Batch batch
// axes, then K indexed axes, then the axes of a row. Indices (of any integer
// type) have the batch axes, any axes M, and a last axis of K indices. The
// result of a gather, or the updates of a scatter, have the batch axes, the
// axes M, and those of a row.
//
// An index out of range is moved to the nearest end if Clip is set. Otherwise
// a gather gives zeros for it, and a scatter leaves its update out.
type GatherAttrs struct {
	Batch int
	Clip  bool
}

// GatherP takes rows out of an array; ScatterAddP adds rows to an array, and
// ScatterSetP replaces rows of it. Updates of one row happen in the order of
// their indices, so that the last of several replacements stays.
var GatherP, ScatterAddP, ScatterSetP *Prim

func Gather(x, indices *Node, a GatherAttrs) *Node { return Apply(GatherP, a, x, indices)[0] }

func ScatterAdd(x, indices, updates *Node, a GatherAttrs) *Node {
	return Apply(ScatterAddP, a, x, indices, updates)[0]
}

func ScatterSet(x, indices, updates *Node, a GatherAttrs) *Node {
	return Apply(ScatterSetP, a, x, indices, updates)[0]
}

// gathered is the shape of a gather's result and of a scatter's updates.
func (a GatherAttrs) gathered(x, indices *Node) (Shape, error) {
	bad := func() (Shape, error) {
		return nil, fmt.Errorf("indices %v into operand %v with %d batch axes", indices.Aval(), x.Aval(), a.Batch)
	}
	last := len(indices.Shape) - 1
	if !indices.DType.IsInt() || a.Batch < 0 || last < a.Batch || len(x.Shape) < a.Batch+indices.Shape[last] ||
		!x.Shape[:a.Batch].Equal(indices.Shape[:a.Batch]) {
		return bad()
	}
	return append(slices.Clone(indices.Shape[:last]), x.Shape[a.Batch+indices.Shape[last]:]...), nil
}

func inferGather(attrs any, ins []*Node) ([]Aval, error) {
	a := attrs.(GatherAttrs)
	shape, err := a.gathered(ins[0], ins[1])
	if err != nil {
		return nil, err
	}
	if a.Clip && shape.Size() > 0 {
		k := ins[1].Shape[len(ins[1].Shape)-1]
		if ins[0].Shape[a.Batch:a.Batch+k].Size() == 0 {
			return nil, fmt.Errorf("indices %v into operand %v, which has no element along an indexed axis", ins[1].Aval(), ins[0].Aval())
		}
	}
	return []Aval{{shape, ins[0].DType}}, nil
}

func inferScatter(attrs any, ins []*Node) ([]Aval, error) {
	shape, err := attrs.(GatherAttrs).gathered(ins[0], ins[1])
	if err != nil {
		return nil, err
	}
	if u := ins[2]; !u.Shape.Equal(shape) || u.DType != ins[0].DType {
		return nil, fmt.Errorf("updates %v for operand %v and indices %v; they must be %v", u.Aval(), ins[0].Aval(), ins[1].Aval(), Aval{shape, ins[0].DType})
	}
	return []Aval{ins[0].Aval()}, nil
}

// batchGather pairs the examples of both operands; indices alone have a
// further axis of their own.
func batchGather(op *Op, size int, ins []*Node, batched []bool) ([]*Node, []bool) {
	a, x, indices := op.Attrs.(GatherAttrs), ins[0], ins[1]
	if !batched[0] {
		y := Gather(x, MoveAxis(indices, 0, a.Batch), a)
		return []*Node{MoveAxis(y, a.Batch, 0)}, []bool{true}
	}
	if !batched[1] {
		indices = AddAxis(indices, size)
	}
	return []*Node{Gather(x, indices, GatherAttrs{a.Batch + 1, a.Clip})}, []bool{true}
}

func batchScatter(op *Op, size int, ins []*Node, batched []bool) ([]*Node, []bool) {
	a := op.Attrs.(GatherAttrs)
	full := slices.Clone(ins)
	for i := range full {
		if !batched[i] {
			full[i] = AddAxis(full[i], size)
		}
	}
	return Apply(op.Prim, GatherAttrs{a.Batch + 1, a.Clip}, full...), []bool{true}
}

// jvpScatter holds for both scatters, which are linear in operand and updates.
func jvpScatter(op *Op, t []*Node) []*Node {
	return Apply(op.Prim, op.Attrs, orZero(t[0], op.Ins[0]), op.Ins[1], orZero(t[2], op.Ins[2]))
}

// stayed tells which updates of a ScatterSet were not replaced by a later one:
// each writes its number, and those that read their own number back stayed.
func stayed(op *Op) *Node {
	a, x, indices, updates := op.Attrs.(GatherAttrs), op.Ins[0], op.Ins[1], op.Ins[2]
	last := len(indices.Shape) - 1
	k := indices.Shape[last]
	m := indices.Shape[:last]
	numbers := Reshape(Iota(Int64, Shape{m.Size()}, 0), m)
	board := Full(Int64, -1, x.Shape[:a.Batch+k])
	read := Gather(ScatterSet(board, indices, numbers, a), indices, a)
	return Broadcast(bin(EqP, read, numbers), updates.Shape, span(0, last))
}

func init() {
	GatherP = &Prim{
		Name: "gather", Infer: inferGather, Batch: batchGather,
		JVP: func(op *Op, t []*Node) []*Node {
			return []*Node{Gather(t[0], op.Ins[1], op.Attrs.(GatherAttrs))}
		},
		VJP: func(op *Op, ct []*Node, _ []bool) []*Node {
			return []*Node{ScatterAdd(like(op.Ins[0], 0), op.Ins[1], ct[0], op.Attrs.(GatherAttrs)), nil}
		},
	}
	ScatterAddP = &Prim{
		Name: "scatter_add", Infer: inferScatter, Batch: batchScatter, JVP: jvpScatter,
		VJP: func(op *Op, ct []*Node, need []bool) []*Node {
			out := []*Node{ct[0], nil, nil}
			if need[2] {
				out[2] = Gather(ct[0], op.Ins[1], op.Attrs.(GatherAttrs))
			}
			return out
		},
	}
	ScatterSetP = &Prim{
		Name: "scatter_set", Infer: inferScatter, Batch: batchScatter, JVP: jvpScatter,
		VJP: func(op *Op, ct []*Node, need []bool) []*Node {
			a := op.Attrs.(GatherAttrs)
			out := make([]*Node, 3)
			if need[0] {
				out[0] = ScatterSet(ct[0], op.Ins[1], like(op.Ins[2], 0), a)
			}
			if need[2] {
				g := Gather(ct[0], op.Ins[1], a)
				out[2] = Select(stayed(op), g, like(g, 0))
			}
			return out
		},
	}
}
