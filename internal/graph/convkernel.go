package graph

import (
	"fmt"
	"slices"
)

// ConvKernelAttrs describes the cotangent of a convolution's kernel: the
// convolution, and the taps of its kernel.
type ConvKernelAttrs struct {
	ConvAttrs
	Taps []int
}

// ConvKernelP makes the kernel's cotangent [taps..., I, O] of the images
// [N, spatial axes..., C] and the cotangent [N/BatchGroups, places..., O] of a
// convolution's result. It is linear in both, and the third of three products of
// which each is a derivative of the others. As a convolution of its own it would
// have channels for images, and move both operands' axes.
var ConvKernelP *Prim

// convToKernel is the cotangent of a kernel of the given shape.
func convToKernel(a ConvAttrs, x, ct *Node, w Shape) *Node {
	return Apply(ConvKernelP, ConvKernelAttrs{a, slices.Clone(w[:len(a.Strides)])}, x, ct)[0]
}

func inferConvKernel(attrs any, ins []*Node) ([]Aval, error) {
	a, x, ct := attrs.(ConvKernelAttrs), ins[0], ins[1]
	n := len(a.Taps)
	if len(x.Shape) != n+2 || len(ct.Shape) != n+2 || a.FeatureGroups < 1 || x.DType != ct.DType {
		return nil, fmt.Errorf("images %v and cotangent %v for taps %v", x.Aval(), ct.Aval(), a.Taps)
	}
	w := Aval{append(slices.Clone(a.Taps), x.Shape[n+1]/a.FeatureGroups, ct.Shape[n+1]), x.DType}
	out, err := inferConv(a.ConvAttrs, []*Node{x, {Shape: w.Shape, DType: w.DType}})
	if err != nil {
		return nil, err
	}
	if !slices.Equal(out[0].Shape, ct.Shape) {
		return nil, fmt.Errorf("cotangent %v of a result %v", ct.Aval(), out[0])
	}
	return []Aval{w}, nil
}

// batchConvKernel batches the images alone as more channels, the cotangent alone
// as more outputs, and both as groups.
func batchConvKernel(op *Op, size int, ins []*Node, batched []bool) ([]*Node, []bool) {
	a, x, ct := op.Attrs.(ConvKernelAttrs), ins[0], ins[1]
	groups := a.FeatureGroups * a.BatchGroups
	n := len(a.Taps)
	gradient := func(x, ct *Node) *Node { return Apply(ConvKernelP, a, x, ct)[0] }
	switch {
	case !batched[0]:
		return []*Node{apartOutputs(gradient(x, joinOutputs(ct, groups)), groups, size)}, []bool{true}
	case !batched[1] && groups == 1: // [S, N, ..., C] becomes [N, ..., S*C]
		d := gradient(mergeAxis(MoveAxis(x, 0, n+1), n+1), ct)
		return []*Node{MoveAxis(splitAxis(d, n, size), n, 0)}, []bool{true}
	case !batched[1]:
		ct = Broadcast(ct, ct.Shape.Prepend(size), span(1, n+2))
	}
	x, a.ConvAttrs = joinImages(x, size, a.ConvAttrs)
	ct = mergeAxis(MoveAxis(ct, 0, n+1), n+1) // [N', ..., S*g*O']
	return []*Node{MoveAxis(splitAxis(gradient(x, ct), n+1, size), n+1, 0)}, []bool{true}
}

// bilinear is the derivative of an op that is linear in each of two operands.
func bilinear(f func(op *Op, x, y *Node) *Node) func(op *Op, t []*Node) []*Node {
	return func(op *Op, t []*Node) []*Node {
		switch {
		case t[0] == nil:
			return []*Node{f(op, op.Ins[0], t[1])}
		case t[1] == nil:
			return []*Node{f(op, t[0], op.Ins[1])}
		}
		return []*Node{Add(f(op, t[0], op.Ins[1]), f(op, op.Ins[0], t[1]))}
	}
}

func init() {
	ConvKernelP = &Prim{
		Name: "conv_kernel", Infer: inferConvKernel, Batch: batchConvKernel,
		JVP: bilinear(func(op *Op, x, ct *Node) *Node { return Apply(ConvKernelP, op.Attrs, x, ct)[0] }),
		VJP: func(op *Op, ct []*Node, need []bool) []*Node {
			a, out := op.Attrs.(ConvKernelAttrs), make([]*Node, 2)
			if need[0] {
				out[0] = convToImages(a.ConvAttrs, op.Ins[0].Shape, ct[0], op.Ins[1])
			}
			if need[1] {
				out[1] = Conv(op.Ins[0], ct[0], a.ConvAttrs)
			}
			return out
		},
	}
}
