package fx

import (
	"slices"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// Program is what a function does, as a list of steps that each apply one
// primitive: a view of the graph for whoever writes it down in another form,
// such as package onnx. It is read-only.
type Program struct {
	// Inputs are the leaves of the traced argument, in the order of Leaves;
	// for the body of a loop, what Step.Attrs says of it.
	Inputs []Value
	// Outputs are the leaves of the result.
	Outputs []Value
	// Constants are the values that steps use and no step makes.
	Constants []Constant
	// Steps are in an order in which they can be run.
	Steps []Step
}

// Value is something a program computes or is given. Values with the same ID
// are the same value, across a program and the bodies within it.
type Value struct {
	ID    int
	Shape []int
	DType DType
}

// Constant is a value that is known.
type Constant struct {
	Value
	Array *Array
}

// Step is one application of a primitive.
type Step struct {
	// Op is the primitive's name: "add", "dot", "conv" and so on, as
	// internal/graph has them.
	Op string
	// Attrs are the primitive's parameters by name, of type int, bool, []int,
	// DType or *Program (the body of a loop or a branch, which uses values
	// from around it by their IDs). A primitive whose parameters are not
	// public has the one attribute "opaque".
	Attrs   map[string]any
	In, Out []Value
}

// Trace runs f on placeholders of x's shapes and returns what it did. The
// functions that Checkpoint and custom derivative rules wrap stand in line,
// and marks without effect on values (StopGradient) are left out.
func Trace[X, Y any](f func(X) Y, x X) *Program {
	leaves := nodes("Trace", Leaves(x))
	scope := &graph.Scope{Name: "Trace", Abstract: true}
	params := make([]*graph.Node, len(leaves))
	for i, n := range leaves {
		params[i] = graph.Placeholder(n.Aval(), scope)
	}
	outs := nodes("Trace", Leaves(f(unflatten(x, wrapAll(params)))))
	fn, captured := graph.CloseAll(params, outs)
	for _, n := range captured {
		if n.Abstract() != nil {
			graph.Fail("Trace", "the function uses a %v of %s, whose value is not known here", n.Aval(), n.Abstract().Name)
		}
	}
	w := &programWriter{ids: map[*graph.Node]int{}, next: new(int)}
	w.constants(captured)
	w.p.Inputs = w.values(fn.Params)
	w.steps(fn.Ops)
	w.p.Outputs = w.values(fn.Outs)
	return &w.p
}

// programWriter numbers nodes. A body shares the numbers of what is around it.
type programWriter struct {
	p    Program
	ids  map[*graph.Node]int
	next *int
}

func (w *programWriter) value(n *graph.Node) Value {
	id, ok := w.ids[n]
	if !ok {
		id = *w.next
		*w.next++
		w.ids[n] = id
	}
	return Value{id, append([]int{}, n.Shape...), n.DType}
}

func (w *programWriter) values(list []*graph.Node) []Value {
	out := make([]Value, len(list))
	for i, n := range list {
		out[i] = w.value(n)
	}
	return out
}

func (w *programWriter) constants(list []*graph.Node) {
	evaluate("Trace", list)
	for _, n := range list {
		w.p.Constants = append(w.p.Constants, Constant{w.value(n), wrap(n)})
	}
}

func (w *programWriter) steps(ops []*graph.Op) {
	for _, op := range ops {
		w.literals(op.Ins)
		switch attrs := op.Attrs.(type) {
		case graph.CallAttrs:
			w.inline(attrs.Body, op)
			continue
		}
		if op.Prim == graph.Identity || op.Prim == graph.StopGradientP || op.Prim == graph.BarrierP {
			w.ids[op.Outs[0]] = w.value(op.Ins[0]).ID
			continue
		}
		w.p.Steps = append(w.p.Steps, Step{op.Prim.Name, w.attributes(op), w.values(op.Ins), w.values(op.Outs)})
	}
}

// literals declares the small constants that stand inside a body.
func (w *programWriter) literals(ins []*graph.Node) {
	for _, n := range ins {
		if _, known := w.ids[n]; !known && n.Literal() {
			w.constants([]*graph.Node{n})
		}
	}
}

// inline writes a closed function's steps in place of its call. A function
// that is called twice has its nodes numbered anew each time.
func (w *programWriter) inline(body *graph.Func, op *graph.Op) {
	for _, inner := range body.Ops {
		for _, n := range inner.Outs {
			delete(w.ids, n)
		}
	}
	for i, p := range body.Params {
		w.ids[p] = w.value(op.Ins[i]).ID
	}
	w.steps(body.Ops)
	w.literals(body.Outs)
	for i, o := range op.Outs {
		w.ids[o] = w.value(body.Outs[i]).ID
	}
}

// body is the program of a loop's body; its captured parameters, from the
// given one on, are the values around it.
func (w *programWriter) body(fn *graph.Func, captured int, outside []*graph.Node) *Program {
	inner := &programWriter{ids: w.ids, next: w.next}
	for _, op := range fn.Ops {
		for _, n := range op.Outs {
			delete(inner.ids, n)
		}
	}
	for i, n := range outside {
		inner.ids[fn.Params[captured+i]] = w.value(n).ID
	}
	inner.p.Inputs = inner.values(fn.Params[:captured])
	inner.steps(fn.Ops)
	inner.literals(fn.Outs)
	inner.p.Outputs = inner.values(fn.Outs)
	return &inner.p
}

// attributes makes a primitive's parameters public.
func (w *programWriter) attributes(op *graph.Op) map[string]any {
	ints := func(s []int) []int { return slices.Clone(s) }
	switch a := op.Attrs.(type) {
	case nil:
		return nil
	case graph.Shape:
		return map[string]any{"shape": ints(a)}
	case int:
		return map[string]any{"axis": a}
	case []int:
		return map[string]any{"axes": ints(a)}
	case graph.DType:
		return map[string]any{"dtype": a}
	case graph.BroadcastAttrs:
		return map[string]any{"shape": ints(a.Shape), "axes": ints(a.Axes)}
	case graph.SliceAttrs:
		return map[string]any{"start": ints(a.Start), "limit": ints(a.Limit), "step": ints(a.Step)}
	case graph.PadAttrs:
		return map[string]any{"low": ints(a.Low), "high": ints(a.High), "interior": ints(a.Interior)}
	case graph.IotaAttrs:
		return map[string]any{"shape": ints(a.Shape), "dtype": a.DType, "axis": a.Axis}
	case graph.DotAttrs:
		return map[string]any{"batch_x": ints(a.BatchX), "batch_y": ints(a.BatchY), "contract_x": ints(a.ContractX), "contract_y": ints(a.ContractY)}
	case graph.ConvAttrs:
		return convAttributes(a)
	case graph.ConvKernelAttrs:
		m := convAttributes(a.ConvAttrs)
		m["taps"] = ints(a.Taps)
		return m
	case graph.WindowAttrs:
		return map[string]any{"size": ints(a.Size), "stride": ints(a.Stride), "low": ints(a.Low), "high": ints(a.High)}
	case graph.GatherAttrs:
		return map[string]any{"batch": a.Batch, "clip": a.Clip}
	case graph.CumulativeAttrs:
		return map[string]any{"axis": a.Axis, "reverse": a.Reverse}
	case graph.ArgSortAttrs:
		return map[string]any{"axis": a.Axis, "k": a.K, "descending": a.Descending}
	case graph.ScanAttrs:
		captured := a.Carry + a.XS
		return map[string]any{"carry": a.Carry, "xs": a.XS, "length": a.Length, "reverse": a.Reverse,
			"body": w.body(a.Body, captured, op.Ins[captured:])}
	case graph.CondAttrs:
		fns, args := a.Branches(op.Ins)
		return map[string]any{"then": w.body(fns[0], 0, args[0]), "else": w.body(fns[1], 0, args[1])}
	}
	return map[string]any{"opaque": true}
}

func convAttributes(a graph.ConvAttrs) map[string]any {
	ints := func(s []int) []int { return slices.Clone(s) }
	return map[string]any{"strides": ints(a.Strides), "pad_low": ints(a.PadLow), "pad_high": ints(a.PadHigh), "in_dilation": ints(a.InDilation),
		"kernel_dilation": ints(a.KernelDilation), "feature_groups": a.FeatureGroups, "batch_groups": a.BatchGroups}
}
