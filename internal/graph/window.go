package graph

import (
	"fmt"
	"math"
	"slices"
)

// WindowAttrs moves a window over an array: one entry for each axis. The array
// is padded by Low and High places, which count as 0 in sums and do not count
// in maxima.
type WindowAttrs struct{ Size, Stride, Low, High []int }

// Lead is the number of leading axes along which the window is one element:
// those that only hold examples.
func (a WindowAttrs) Lead() int {
	for i := range a.Size {
		if a.Size[i] != 1 || a.Stride[i] != 1 || a.Low[i] != 0 || a.High[i] != 0 {
			return i
		}
	}
	return len(a.Size)
}

// WindowSumP adds up each window, in row-major order, WindowMaxP takes its
// largest element (a NaN wins; -Inf if it lies in the padding altogether).
// WindowArgMaxP says where the first largest element of each window is: the
// int32 index, in row-major order, among the elements that share the window's
// leading (Lead) indices; -1 for a window in the padding.
var WindowSumP, WindowMaxP, WindowArgMaxP *Prim

func WindowSum(x *Node, a WindowAttrs) *Node { return Apply(WindowSumP, a, x)[0] }
func WindowMax(x *Node, a WindowAttrs) *Node { return Apply(WindowMaxP, a, x)[0] }

func inferWindow(attrs any, ins []*Node) ([]Aval, error) {
	a, x := attrs.(WindowAttrs), ins[0]
	if _, err := floatAval(nil, ins); err != nil {
		return nil, err
	}
	rank := len(x.Shape)
	if len(a.Size) != rank || len(a.Stride) != rank || len(a.Low) != rank || len(a.High) != rank {
		return nil, fmt.Errorf("window %+v for operand %v", a, x.Aval())
	}
	out := make(Shape, rank)
	for i, n := range x.Shape {
		if a.Size[i] < 1 || a.Stride[i] < 1 {
			return nil, fmt.Errorf("window %+v for operand %v", a, x.Aval())
		}
		out[i] = WindowCount(n+a.Low[i]+a.High[i], a.Size[i], a.Stride[i])
	}
	return []Aval{{out, x.DType}}, nil
}

func inferWindowArgMax(attrs any, ins []*Node) ([]Aval, error) {
	out, err := inferWindow(attrs, ins)
	if err != nil {
		return nil, err
	}
	if n := ins[0].Shape[attrs.(WindowAttrs).Lead():].Size(); n > math.MaxInt32 {
		return nil, fmt.Errorf("%d elements are too many for int32 indices", n)
	}
	return []Aval{{out[0].Shape, Int32}}, nil
}

func batchWindow(op *Op, _ int, ins []*Node, _ []bool) ([]*Node, []bool) {
	a := op.Attrs.(WindowAttrs)
	first := func(s []int, v int) []int { return slices.Insert(slices.Clone(s), 0, v) }
	b := WindowAttrs{first(a.Size, 1), first(a.Stride, 1), first(a.Low, 0), first(a.High, 0)}
	return Apply(op.Prim, b, ins[0]), []bool{true}
}

// unwindow gives each element the sum of the cotangents of the windows that
// cover it: again a sum over windows, of cotangents spread by the strides.
func unwindow(op *Op, ct []*Node, _ []bool) []*Node {
	a, x := op.Attrs.(WindowAttrs), op.Ins[0]
	rank := len(x.Shape)
	low, high, interior, none := make([]int, rank), make([]int, rank), make([]int, rank), make([]int, rank)
	for i, n := range x.Shape {
		low[i], interior[i] = a.Size[i]-1-a.Low[i], a.Stride[i]-1
		high[i] = n + a.Size[i] - 1 - dilated(ct[0].Shape[i], a.Stride[i]) - low[i]
	}
	ones := slices.Repeat([]int{1}, rank)
	spread := Pad(ct[0], ScalarNode(x.DType, 0), low, high, interior)
	return []*Node{WindowSum(spread, WindowAttrs{a.Size, ones, none, none})}
}

// winners are the index tuples of the largest elements, into x seen as
// [leading axes..., all others].
func winners(op *Op) (indices *Node, g GatherAttrs, flat Shape) {
	a, x := op.Attrs.(WindowAttrs), op.Ins[0]
	at := Apply(WindowArgMaxP, a, x)[0]
	lead := a.Lead()
	flat = append(slices.Clone(x.Shape[:lead]), x.Shape[lead:].Size())
	return Reshape(at, append(slices.Clone(at.Shape), 1)), GatherAttrs{Batch: lead}, flat
}

func init() {
	WindowSumP = linear("window_sum", inferWindow, unwindow, batchWindow)
	WindowMaxP = &Prim{
		Name: "window_max", Infer: inferWindow, Batch: batchWindow,
		JVP: func(op *Op, t []*Node) []*Node {
			indices, g, flat := winners(op)
			return []*Node{Gather(Reshape(t[0], flat), indices, g)}
		},
		VJP: func(op *Op, ct []*Node, _ []bool) []*Node {
			indices, g, flat := winners(op)
			d := ScatterAdd(Full(ct[0].DType, 0, flat), indices, ct[0], g)
			return []*Node{Reshape(d, op.Ins[0].Shape)}
		},
	}
	WindowArgMaxP = &Prim{Name: "window_argmax", Infer: inferWindowArgMax, Batch: batchWindow}
}
