package graph

import (
	"fmt"
	"slices"
)

// DotAttrs pairs the axes of two operands: batch axes go through in parallel,
// contracted axes are summed over. The result's axes are the batch axes, then
// the free axes of the first operand, then those of the second.
type DotAttrs struct {
	BatchX, BatchY       []int
	ContractX, ContractY []int
}

var DotP *Prim

// Dot is the general product of two arrays of one float or complex type.
func Dot(x, y *Node, a DotAttrs) *Node {
	dot := func(x, y *Node) *Node { return Apply(DotP, a, x, y)[0] }
	if x.DType.IsComplex() && x.DType == y.DType {
		return byProducts(x, y, dot)
	}
	return dot(x, y)
}

// FreeX and FreeY are the axes that are neither batch nor contracted.
func (a DotAttrs) FreeX(rank int) []int {
	return keptAxes(rank, append(slices.Clone(a.BatchX), a.ContractX...))
}
func (a DotAttrs) FreeY(rank int) []int {
	return keptAxes(rank, append(slices.Clone(a.BatchY), a.ContractY...))
}

func inferDot(attrs any, ins []*Node) ([]Aval, error) {
	a, x, y := attrs.(DotAttrs), ins[0], ins[1]
	if x.DType != y.DType || !x.DType.IsFloat() {
		return nil, fmt.Errorf("operands %v and %v", x.Aval(), y.Aval())
	}
	if len(a.BatchX) != len(a.BatchY) || len(a.ContractX) != len(a.ContractY) {
		return nil, fmt.Errorf("unpaired axes %+v", a)
	}
	px, py := append(slices.Clone(a.BatchX), a.ContractX...), append(slices.Clone(a.BatchY), a.ContractY...)
	for i := range px {
		if px[i] < 0 || px[i] >= len(x.Shape) || py[i] < 0 || py[i] >= len(y.Shape) ||
			slices.Contains(px[:i], px[i]) || slices.Contains(py[:i], py[i]) || x.Shape[px[i]] != y.Shape[py[i]] {
			return nil, fmt.Errorf("operands %v and %v do not pair along axes %v and %v", x.Aval(), y.Aval(), px, py)
		}
	}
	var out Shape
	for _, i := range a.BatchX {
		out = append(out, x.Shape[i])
	}
	for _, i := range a.FreeX(len(x.Shape)) {
		out = append(out, x.Shape[i])
	}
	for _, i := range a.FreeY(len(y.Shape)) {
		out = append(out, y.Shape[i])
	}
	return []Aval{{out, x.DType}}, nil
}

func span(from, n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = from + i
	}
	return out
}

// dotVJP multiplies ct with the other operand along that one's free axes and
// puts the axes back where the operand has them.
func dotVJP(op *Op, ct []*Node, need []bool) []*Node {
	a, x, y := op.Attrs.(DotAttrs), op.Ins[0], op.Ins[1]
	fx, fy := a.FreeX(len(x.Shape)), a.FreeY(len(y.Shape))
	nb, nx, ny := len(a.BatchX), len(fx), len(fy)
	out := make([]*Node, 2)
	if need[0] {
		// axes of d: batch, free x, contracted in y's order of axes
		d := Dot(ct[0], y, DotAttrs{BatchX: span(0, nb), BatchY: a.BatchY, ContractX: span(nb+nx, ny), ContractY: fy})
		out[0] = unpermute(d, a.BatchX, fx, sortedBy(a.ContractX, a.ContractY))
	}
	if need[1] {
		// The free axes of x are contracted; writing x first gives axes
		// batch, contracted, free y: the order in which weights are stored.
		d := Dot(x, ct[0], DotAttrs{BatchX: a.BatchX, BatchY: span(0, nb), ContractX: fx, ContractY: span(nb, nx)})
		out[1] = unpermute(d, a.BatchY, sortedBy(a.ContractY, a.ContractX), fy)
	}
	return out
}

// sortedBy lists axes in the order that sorts keys.
func sortedBy(axes, keys []int) []int {
	order := span(0, len(keys))
	slices.SortFunc(order, func(i, j int) int { return keys[i] - keys[j] })
	out := make([]int, len(axes))
	for i, j := range order {
		out[i] = axes[j]
	}
	return out
}

// unpermute moves d's axes, listed by their place in the result, home.
func unpermute(d *Node, places ...[]int) *Node {
	return Transpose(d, InversePerm(slices.Concat(places...)))
}

func batchDot(op *Op, _ int, ins []*Node, batched []bool) ([]*Node, []bool) {
	a := op.Attrs.(DotAttrs)
	b := DotAttrs{BatchX: a.BatchX, BatchY: a.BatchY, ContractX: a.ContractX, ContractY: a.ContractY}
	if batched[0] {
		b.BatchX, b.ContractX = shifted(a.BatchX), shifted(a.ContractX)
	}
	if batched[1] {
		b.BatchY, b.ContractY = shifted(a.BatchY), shifted(a.ContractY)
	}
	at := len(a.BatchX) // where the new axis lands
	switch {
	case batched[0] && batched[1]:
		b.BatchX, b.BatchY = append([]int{0}, b.BatchX...), append([]int{0}, b.BatchY...)
		at = 0
	case batched[1]:
		at += len(a.FreeX(len(op.Ins[0].Shape)))
	}
	return []*Node{MoveAxis(Dot(ins[0], ins[1], b), at, 0)}, []bool{true}
}

func init() {
	DotP = &Prim{
		Name: "dot", Infer: inferDot, VJP: dotVJP, Batch: batchDot,
		JVP: bilinear(func(op *Op, x, y *Node) *Node { return Dot(x, y, op.Attrs.(DotAttrs)) }),
	}
}
