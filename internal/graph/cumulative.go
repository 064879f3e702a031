package graph

import "fmt"

// CumulativeAttrs runs along an axis, backwards if Reverse is set.
type CumulativeAttrs struct {
	Axis    int
	Reverse bool
}

// CumSumP gives, at each place along the axis, the sum of the elements up to
// and with that place. Each sum is the one before it plus one element.
var CumSumP *Prim

func CumSum(x *Node, a CumulativeAttrs) *Node {
	return byParts(x, func(x *Node) *Node { return Apply(CumSumP, a, x)[0] })
}

func inferCumulative(attrs any, ins []*Node) ([]Aval, error) {
	if a := attrs.(CumulativeAttrs); a.Axis < 0 || a.Axis >= len(ins[0].Shape) || ins[0].DType == Bool || ins[0].DType.IsComplex() {
		return nil, fmt.Errorf("axis %d of %v", a.Axis, ins[0].Aval())
	}
	return []Aval{ins[0].Aval()}, nil
}

func init() {
	CumSumP = linear("cumsum", inferCumulative,
		func(op *Op, ct []*Node, _ []bool) []*Node {
			a := op.Attrs.(CumulativeAttrs)
			a.Reverse = !a.Reverse
			return []*Node{CumSum(ct[0], a)}
		},
		func(op *Op, _ int, ins []*Node, _ []bool) ([]*Node, []bool) {
			a := op.Attrs.(CumulativeAttrs)
			a.Axis++
			return []*Node{CumSum(ins[0], a)}, []bool{true}
		})
}
