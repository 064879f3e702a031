package graph

import "fmt"

// MaxConvAxes is the largest number of spatial axes of a convolution.
const MaxConvAxes = 3

// ConvAttrs describes a convolution (in the sense of the field: a correlation)
// of images [N, spatial axes..., C] with kernels [taps..., I, O], in one to
// three dimensions. Slices have one number for each spatial axis.
//
// The images are first stretched by InDilation-1 zeros between neighbours,
// then padded with zeros (negative padding removes); the kernel's taps are
// KernelDilation apart. With FeatureGroups groups, the C channels and the O
// outputs are cut into as many runs, and each run of outputs sees its own run
// of channels: I = C/FeatureGroups. With BatchGroups groups, the N images and
// the O outputs are cut, and each run of outputs sees its own run of images:
// the result has N/BatchGroups of them. Not both may be above 1. These are
// XLA's terms; in them a convolution's derivatives and its batching are
// convolutions again.
type ConvAttrs struct {
	Strides, PadLow, PadHigh   []int
	InDilation, KernelDilation []int
	FeatureGroups, BatchGroups int
}

var ConvP *Prim

// Conv is the convolution of x [N, spatial axes..., C] with w [taps..., I, O].
func Conv(x, w *Node, a ConvAttrs) *Node { return Apply(ConvP, a, x, w)[0] }

// dilated is the length of n elements with step-1 others between neighbours.
func dilated(n, step int) int {
	if n == 0 {
		return 0
	}
	return (n-1)*step + 1
}

// WindowCount is the number of places of a window on an axis.
func WindowCount(size, window, stride int) int {
	if size < window {
		return 0
	}
	return (size-window)/stride + 1
}

func inferConv(attrs any, ins []*Node) ([]Aval, error) {
	a, x, w := attrs.(ConvAttrs), ins[0], ins[1]
	n := len(x.Shape) - 2
	if x.DType != w.DType || !x.DType.IsFloat() || n < 1 || n > MaxConvAxes || len(w.Shape) != n+2 {
		return nil, fmt.Errorf("images %v and kernel %v", x.Aval(), w.Aval())
	}
	for _, v := range [][]int{a.Strides, a.PadLow, a.PadHigh, a.InDilation, a.KernelDilation} {
		if len(v) != n {
			return nil, fmt.Errorf("attributes %+v for images %v", a, x.Aval())
		}
	}
	f, b := a.FeatureGroups, a.BatchGroups
	if f < 1 || b < 1 || (f > 1 && b > 1) || x.Shape[n+1] != w.Shape[n]*f || w.Shape[n+1]%(f*b) != 0 || x.Shape[0]%b != 0 {
		return nil, fmt.Errorf("images %v and kernel %v with %d feature groups and %d batch groups", x.Aval(), w.Aval(), f, b)
	}
	out := x.Shape.With(0, x.Shape[0]/b).With(n+1, w.Shape[n+1])
	for i := range n {
		if a.Strides[i] < 1 || a.InDilation[i] < 1 || a.KernelDilation[i] < 1 {
			return nil, fmt.Errorf("strides %v, dilations %v and %v", a.Strides, a.InDilation, a.KernelDilation)
		}
		size := dilated(x.Shape[1+i], a.InDilation[i]) + a.PadLow[i] + a.PadHigh[i]
		out[1+i] = WindowCount(size, dilated(w.Shape[i], a.KernelDilation[i]), a.Strides[i])
	}
	return []Aval{{out, x.DType}}, nil
}

// splitAxis cuts an axis into [n, rest], mergeAxis joins an axis with the next.
func splitAxis(x *Node, axis, n int) *Node {
	s := append(Shape{}, x.Shape[:axis]...)
	return Reshape(x, append(append(s, n, x.Shape[axis]/n), x.Shape[axis+1:]...))
}

func mergeAxis(x *Node, axis int) *Node {
	s := append(Shape{}, x.Shape[:axis]...)
	return Reshape(x, append(append(s, x.Shape[axis]*x.Shape[axis+1]), x.Shape[axis+2:]...))
}

// exchange moves the groups at the front of one axis to the front of another:
// [g*a] at axis from becomes [a], and [b] at axis to becomes [g*b].
func exchange(x *Node, groups, from, to int) *Node {
	if groups == 1 {
		return x
	}
	return mergeAxis(MoveAxis(splitAxis(x, from, groups), from, to), to)
}

// convToImages is the cotangent of images of the given shape: the cotangent of
// the result, stretched by the strides, convolved with the kernel w turned around.
func convToImages(a ConvAttrs, x Shape, w, ct *Node) *Node {
	n := len(a.Strides)
	b := ConvAttrs{
		Strides: a.InDilation, InDilation: a.Strides, KernelDilation: a.KernelDilation,
		PadLow: make([]int, n), PadHigh: make([]int, n),
		FeatureGroups: max(a.FeatureGroups, a.BatchGroups), BatchGroups: 1,
	}
	for i := range n {
		in, k := dilated(x[1+i], a.InDilation[i]), dilated(w.Shape[i], a.KernelDilation[i])
		b.PadLow[i] = k - 1 - a.PadLow[i]
		b.PadHigh[i] = in + k - 1 - dilated(ct.Shape[1+i], a.Strides[i]) - b.PadLow[i]
	}
	// [taps..., I, g*O'] becomes [taps..., O', g*I].
	turned := exchange(Reverse(w, span(0, n)), b.FeatureGroups, n+1, n)
	d := Conv(ct, MoveAxis(turned, n+1, n), b)
	return exchange(d, a.BatchGroups, n+1, 0) // [N', ..., g*C] to [g*N', ..., C]
}

// batchConv batches the images alone as more images, the kernel alone as more
// outputs, and both as groups.
func batchConv(op *Op, size int, ins []*Node, batched []bool) ([]*Node, []bool) {
	a, x, w := op.Attrs.(ConvAttrs), ins[0], ins[1]
	groups := a.FeatureGroups * a.BatchGroups
	o := len(a.Strides) + 1 // the axis of channels of images and results, and of the kernel's outputs
	switch {
	case !batched[1]: // [S, g*N', ...] becomes [g*S*N', ...]
		if a.BatchGroups > 1 {
			x = mergeAxis(MoveAxis(splitAxis(x, 1, a.BatchGroups), 0, 1), 1)
		}
		y := Conv(mergeAxis(x, 0), w, a)
		return []*Node{splitAxis(y, 0, size)}, []bool{true}
	case !batched[0]: // [S, taps..., I, g*O'] becomes [taps..., I, g*S*O']
		return []*Node{apartOutputs(Conv(x, joinOutputs(w, groups), a), groups, size)}, []bool{true}
	}
	x, a = joinImages(x, size, a)
	w = mergeAxis(MoveAxis(w, 0, o), o) // [taps..., I, S*g*O']
	return []*Node{MoveAxis(splitAxis(Conv(x, w, a), o, size), o, 0)}, []bool{true}
}

// joinOutputs makes [S, ..., g*O'] to [..., g*S*O'], apartOutputs is the inverse.
func joinOutputs(x *Node, groups int) *Node {
	last := len(x.Shape) - 1
	return mergeAxis(mergeAxis(MoveAxis(splitAxis(x, last, groups), 0, last), last), last-1)
}

func apartOutputs(x *Node, groups, size int) *Node {
	last := len(x.Shape) - 1
	x = splitAxis(splitAxis(x, last, groups), last+1, size)
	return mergeAxis(MoveAxis(x, last+1, 0), last+1)
}

// joinImages makes batches of images that have an operand of their own each to
// groups.
func joinImages(x *Node, size int, a ConvAttrs) (*Node, ConvAttrs) {
	if a.FeatureGroups == 1 {
		a.BatchGroups *= size
		return mergeAxis(x, 0), a // [S*N, ..., C]
	}
	a.FeatureGroups *= size
	last := len(x.Shape) - 2
	return mergeAxis(MoveAxis(x, 0, last), last), a // [N, ..., S*C]
}

func init() {
	ConvP = &Prim{
		Name: "conv", Infer: inferConv, Batch: batchConv,
		JVP: bilinear(func(op *Op, x, w *Node) *Node { return Conv(x, w, op.Attrs.(ConvAttrs)) }),
		VJP: func(op *Op, ct []*Node, need []bool) []*Node {
			out := make([]*Node, 2)
			if need[0] {
				out[0] = convToImages(op.Attrs.(ConvAttrs), op.Ins[0].Shape, op.Ins[1], ct[0])
			}
			if need[1] {
				out[1] = convToKernel(op.Attrs.(ConvAttrs), op.Ins[0], ct[0], op.Ins[1].Shape)
			}
			return out
		},
	}
}
