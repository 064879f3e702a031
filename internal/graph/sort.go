package graph

import "fmt"

// ArgSortAttrs asks for the order of the elements along an axis: the indices
// of the first K. Equal elements keep their order, and NaNs come last in
// either direction.
type ArgSortAttrs struct {
	Axis, K    int
	Descending bool
}

// ArgSortP gives int32 indices. Sorting and choosing the largest are gathers
// by them, from which their derivatives follow.
var ArgSortP = &Prim{
	Name: "argsort",
	Infer: func(attrs any, ins []*Node) ([]Aval, error) {
		a, x := attrs.(ArgSortAttrs), ins[0]
		if a.Axis < 0 || x.DType.IsComplex() || a.Axis >= len(x.Shape) || a.K < 0 || a.K > x.Shape[a.Axis] || x.Shape[a.Axis] > 1<<31-1 {
			return nil, fmt.Errorf("first %d along axis %d of %v", a.K, a.Axis, x.Aval())
		}
		return []Aval{{x.Shape.With(a.Axis, a.K), Int32}}, nil
	},
	Batch: func(op *Op, _ int, ins []*Node, _ []bool) ([]*Node, []bool) {
		a := op.Attrs.(ArgSortAttrs)
		a.Axis++
		return Apply(op.Prim, a, ins[0]), []bool{true}
	},
}

func ArgSort(x *Node, a ArgSortAttrs) *Node { return Apply(ArgSortP, a, x)[0] }
