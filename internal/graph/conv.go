package graph

import "fmt"

// ConvAttrs describes a two-dimensional convolution (in the sense of the
// field: a correlation) of images [N, H, W, C] with kernels
// [KH, KW, I, O]. Arrays of two are height, then width.
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
	Strides, PadLow, PadHigh   [2]int
	InDilation, KernelDilation [2]int
	FeatureGroups, BatchGroups int
}

var ConvP *Prim

// Conv is the convolution of x [N, H, W, C] with w [KH, KW, I, O].
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
	if x.DType != w.DType || !x.DType.IsFloat() || len(x.Shape) != 4 || len(w.Shape) != 4 {
		return nil, fmt.Errorf("images %v and kernel %v", x.Aval(), w.Aval())
	}
	f, b := a.FeatureGroups, a.BatchGroups
	if f < 1 || b < 1 || (f > 1 && b > 1) || x.Shape[3] != w.Shape[2]*f || w.Shape[3]%(f*b) != 0 || x.Shape[0]%b != 0 {
		return nil, fmt.Errorf("images %v and kernel %v with %d feature groups and %d batch groups", x.Aval(), w.Aval(), f, b)
	}
	out := Shape{x.Shape[0] / b, 0, 0, w.Shape[3]}
	for i := range 2 {
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

// convToImages is the cotangent of the images: the cotangent of the result,
// stretched by the strides, convolved with the kernel turned around.
func convToImages(op *Op, ct *Node) *Node {
	a, x, w := op.Attrs.(ConvAttrs), op.Ins[0], op.Ins[1]
	b := ConvAttrs{
		Strides: a.InDilation, InDilation: a.Strides, KernelDilation: a.KernelDilation,
		FeatureGroups: max(a.FeatureGroups, a.BatchGroups), BatchGroups: 1,
	}
	for i := range 2 {
		in, k := dilated(x.Shape[1+i], a.InDilation[i]), dilated(w.Shape[i], a.KernelDilation[i])
		b.PadLow[i] = k - 1 - a.PadLow[i]
		b.PadHigh[i] = in + k - 1 - dilated(op.Outs[0].Shape[1+i], a.Strides[i]) - b.PadLow[i]
	}
	// [KH, KW, I, g*O'] becomes [KH, KW, O', g*I].
	turned := Reverse(w, []int{0, 1})
	turned = Transpose(exchange(turned, b.FeatureGroups, 3, 2), []int{0, 1, 3, 2})
	d := Conv(ct, turned, b)
	return exchange(d, a.BatchGroups, 3, 0) // [N', H, W, g*C] to [g*N', H, W, C]
}

// convToKernel is the cotangent of the kernel: a convolution of the images,
// channels taken as images and images as channels, with the cotangent of the
// result as the kernel.
func convToKernel(op *Op, ct *Node) *Node {
	a, x, w := op.Attrs.(ConvAttrs), op.Ins[0], op.Ins[1]
	b := ConvAttrs{
		Strides: a.KernelDilation, InDilation: a.InDilation, KernelDilation: a.Strides,
		FeatureGroups: a.BatchGroups, BatchGroups: a.FeatureGroups, PadLow: a.PadLow,
	}
	for i := range 2 {
		in, k := dilated(x.Shape[1+i], a.InDilation[i]), dilated(w.Shape[i], a.KernelDilation[i])
		b.PadHigh[i] = dilated(op.Outs[0].Shape[1+i], a.Strides[i]) - in + k - a.PadLow[i] - 1
	}
	images := Transpose(x, []int{3, 1, 2, 0}) // [g*I, H, W, N]
	kernel := Transpose(ct, []int{1, 2, 0, 3})
	return Transpose(Conv(images, kernel, b), []int{1, 2, 0, 3})
}

// batchConv batches the images alone as more images, the kernel alone as more
// outputs, and both as groups.
func batchConv(op *Op, size int, ins []*Node, batched []bool) ([]*Node, []bool) {
	a, x, w := op.Attrs.(ConvAttrs), ins[0], ins[1]
	groups := a.FeatureGroups * a.BatchGroups
	switch {
	case !batched[1]: // [S, g*N', ...] becomes [g*S*N', ...]
		if a.BatchGroups > 1 {
			x = mergeAxis(MoveAxis(splitAxis(x, 1, a.BatchGroups), 0, 1), 1)
		}
		y := Conv(mergeAxis(x, 0), w, a)
		return []*Node{splitAxis(y, 0, size)}, []bool{true}
	case !batched[0]: // [S, KH, KW, I, g*O'] becomes [KH, KW, I, g*S*O']
		w = mergeAxis(MoveAxis(splitAxis(w, 4, groups), 0, 4), 4)
		y := splitAxis(splitAxis(Conv(x, mergeAxis(w, 3), a), 3, groups), 4, size)
		return []*Node{mergeAxis(MoveAxis(y, 4, 0), 4)}, []bool{true}
	}
	w = mergeAxis(MoveAxis(w, 0, 3), 3) // [KH, KW, I, S*g*O']
	if a.FeatureGroups > 1 {
		a.FeatureGroups *= size
		x = mergeAxis(MoveAxis(x, 0, 3), 3) // [N, H, W, S*C]
	} else {
		a.BatchGroups *= size
		x = mergeAxis(x, 0) // [S*N, H, W, C]
	}
	return []*Node{MoveAxis(splitAxis(Conv(x, w, a), 3, size), 3, 0)}, []bool{true}
}

func init() {
	ConvP = &Prim{
		Name: "conv", Infer: inferConv, Batch: batchConv,
		JVP: func(op *Op, t []*Node) []*Node {
			a := op.Attrs.(ConvAttrs)
			var parts []*Node
			if t[0] != nil {
				parts = append(parts, Conv(t[0], op.Ins[1], a))
			}
			if t[1] != nil {
				parts = append(parts, Conv(op.Ins[0], t[1], a))
			}
			if len(parts) == 2 {
				return []*Node{Add(parts[0], parts[1])}
			}
			return parts
		},
		VJP: func(op *Op, ct []*Node, need []bool) []*Node {
			out := make([]*Node, 2)
			if need[0] {
				out[0] = convToImages(op, ct[0])
			}
			if need[1] {
				out[1] = convToKernel(op, ct[0])
			}
			return out
		},
	}
}
