package onnx

import (
	"slices"

	"github.com/fluxion-go/fluxion/fx"
)

// The primitives that take more than one operator: products, convolutions,
// windows, padding, gathers, loops.

// dot brings the operands to [batch, free, contracted] and [batch, contracted,
// free], multiplies, and gives the result its axes.
func (e *exporter) dot(s fx.Step) string {
	x, y := s.In[0], s.In[1]
	bx, by, cx, cy := list(s, "batch_x"), list(s, "batch_y"), list(s, "contract_x"), list(s, "contract_y")
	freeX, freeY := others(len(x.Shape), bx, cx), others(len(y.Shape), by, cy)
	dims := func(v fx.Value, axes []int) []dim {
		all := e.dimsOf(v)
		out := make([]dim, len(axes))
		for i, a := range axes {
			out[i] = all[a]
		}
		return out
	}
	flat := func(v fx.Value, batch, first, second []int) string {
		name := e.name(v)
		perm := slices.Concat(batch, first, second)
		if !ascending(perm) {
			name = e.transpose(name, perm)
		}
		if len(batch) <= 1 && len(first) == 1 && len(second) == 1 {
			return name
		}
		shape := []dim{product(dims(v, first)), product(dims(v, second))}
		if len(batch) > 0 {
			shape = slices.Insert(shape, 0, product(dims(v, batch)))
		}
		return e.reshape(name, shape)
	}
	z := e.apply("MatMul", []string{flat(x, bx, freeX, cx), flat(y, by, cy, freeY)})
	if len(bx) <= 1 && len(freeX) == 1 && len(freeY) == 1 {
		return z
	}
	return e.reshape(z, e.dimsOf(s.Out[0]))
}

// others are the axes of a rank that neither list has.
func others(rank int, a, b []int) []int {
	var out []int
	for i := range rank {
		if !slices.Contains(a, i) && !slices.Contains(b, i) {
			out = append(out, i)
		}
	}
	return out
}

func ascending(perm []int) bool { return slices.IsSorted(perm) }

var (
	toChannelsFirst = []int{0, 3, 1, 2}
	toChannelsLast  = []int{0, 2, 3, 1}
)

// conv is a convolution with the channels moved in front, where ONNX has them.
func (e *exporter) conv(s fx.Step) string {
	x, w := s.In[0], s.In[1]
	if s.Attrs["batch_groups"].(int) > 1 {
		e.fail(s, "groups of examples have no counterpart")
	}
	images := e.name(x)
	low, high := slices.Clone(list(s, "pad_low")), slices.Clone(list(s, "pad_high"))
	inside := list(s, "in_dilation")
	n := len(inside) // axes of space
	if slices.Max(inside) > 1 {
		interior := make([]int, n+2)
		for i, d := range inside {
			interior[1+i] = d - 1
		}
		images = e.spread(s, images, interior)
	}
	if slices.Min(low) < 0 || slices.Min(high) < 0 {
		cutLow, cutHigh := make([]int, n+2), make([]int, n+2)
		for i := range n {
			cutLow[1+i], cutHigh[1+i] = min(0, low[i]), min(0, high[i])
			low[i], high[i] = max(0, low[i]), max(0, high[i])
		}
		images = e.padded(images, e.value(fx.Full(x.DType, 0)), cutLow, cutHigh)
	}
	// Images [N, space..., C] to [N, C, space...], kernels [space..., I, O] to
	// [O, I, space...].
	first, last, kernel := []int{0, n + 1}, []int{0}, []int{n + 1, n}
	for i := range n {
		first, last, kernel = append(first, 1+i), append(last, 2+i), append(kernel, i)
	}
	y := e.apply("Conv", []string{e.transpose(images, first), e.transpose(e.name(w), kernel)},
		intsAttr("kernel_shape", w.Shape[:n]), intsAttr("strides", list(s, "strides")), intsAttr("dilations", list(s, "kernel_dilation")),
		intsAttr("pads", slices.Concat(low, high)), intAttr("group", int64(s.Attrs["feature_groups"].(int))))
	return e.transpose(y, append(last, 1))
}

// spread puts zeros between neighbours along axes: it gives each element an
// axis of its own, pads that, joins the two and cuts off the last zeros.
func (e *exporter) spread(s fx.Step, x string, interior []int) string {
	var apart, joined []dim
	var high, axes, limits []int
	for i, d := range e.dimsOf(s.In[0]) {
		step := interior[i] + 1
		if d.factor > 0 && step > 1 {
			e.fail(s, "zeros between the examples")
		}
		apart, high = append(apart, d, dim{1, 0}), append(high, 0, step-1)
		joined = append(joined, dim{d.n * step, d.factor})
		if step > 1 {
			axes, limits = append(axes, i), append(limits, max(0, (d.n-1)*step+1))
		}
	}
	wide := e.padded(e.reshape(x, apart), e.value(fx.Full(s.In[0].DType, 0)), make([]int, len(high)), high)
	flat := e.reshape(wide, joined)
	return e.apply("Slice", []string{flat, e.ints(make([]int, len(axes))...), e.ints(limits...), e.ints(axes...)})
}

func (e *exporter) padded(x, value string, low, high []int) string {
	return e.apply("Pad", []string{x, e.ints(slices.Concat(low, high)...), value}, textAttr("mode", "constant"))
}

// pad fills around, and between, the elements.
func (e *exporter) pad(s fx.Step) string {
	x := s.In[0]
	low, high, interior := list(s, "low"), list(s, "high"), list(s, "interior")
	name := e.name(x)
	for i := range x.Shape {
		if e.free.factor(x, i) > 0 && (low[i] != 0 || high[i] != 0) {
			e.fail(s, "padding along the examples")
		}
	}
	if slices.Max(append([]int{0}, interior...)) > 0 {
		name = e.spreadBy(s, name, interior)
	}
	return e.padded(name, e.name(s.In[1]), low, high)
}

// spreadBy is spread with the step's own value between the elements.
func (e *exporter) spreadBy(s fx.Step, x string, interior []int) string {
	// spread fills with zeros, as every use of interior padding in the library
	// does; another value would need a mask.
	if c := s.In[1]; !e.zero[c.ID] {
		e.fail(s, "padding between elements with another value than 0")
	}
	return e.spread(s, x, interior)
}

// windows checks that a window covers the two middle axes of images, and gives
// its attributes.
func (e *exporter) windows(s fx.Step) []attribute {
	size, stride, low, high := list(s, "size"), list(s, "stride"), list(s, "low"), list(s, "high")
	ok := len(size) == 4
	for _, i := range []int{0, 3} {
		ok = ok && size[i] == 1 && stride[i] == 1 && low[i] == 0 && high[i] == 0
	}
	if !ok || slices.Min(low) < 0 || slices.Min(high) < 0 {
		e.fail(s, "only windows over the height and width of images [N, H, W, C] have a counterpart")
	}
	return []attribute{intsAttr("kernel_shape", size[1:3]), intsAttr("strides", stride[1:3]),
		intsAttr("pads", []int{low[1], low[2], high[1], high[2]})}
}

func (e *exporter) windowMax(s fx.Step) string {
	attrs := e.windows(s)
	y := e.apply("MaxPool", []string{e.transpose(e.name(s.In[0]), toChannelsFirst)}, attrs...)
	return e.transpose(y, toChannelsLast)
}

// windowSum is a mean, padding counted, times the number of elements.
func (e *exporter) windowSum(s fx.Step) string {
	attrs := append(e.windows(s), intAttr("count_include_pad", 1))
	y := e.apply("AveragePool", []string{e.transpose(e.name(s.In[0]), toChannelsFirst)}, attrs...)
	size := list(s, "size")
	y = e.apply("Mul", []string{y, e.scalar(s, float64(size[1]*size[2]))})
	return e.transpose(y, toChannelsLast)
}

// gather takes rows by tuples of indices. One out of range is moved to the
// nearest end, and its row replaced by zeros unless the step clips.
func (e *exporter) gather(s fx.Step) string {
	x, indices := s.In[0], s.In[1]
	batch := s.Attrs["batch"].(int)
	last := len(indices.Shape) - 1
	k := indices.Shape[last]
	if k == 0 {
		e.fail(s, "a gather without indices")
	}
	limits := make([]int, k)
	for i := range limits {
		limits[i] = x.Shape[batch+i] - 1
		if e.free.factor(x, batch+i) > 0 {
			e.fail(s, "indices into the examples")
		}
	}
	at := e.cast(e.name(indices), fx.Int64)
	inside := e.apply("Min", []string{e.apply("Max", []string{at, e.ints(make([]int, k)...)}), e.ints(limits...)})
	rows := ""
	if k == 1 && batch == 0 {
		rows = e.apply("Gather", []string{e.name(x), e.apply("Squeeze", []string{inside, e.ints(last)})}, intAttr("axis", 0))
	} else {
		rows = e.apply("GatherND", []string{e.name(x), inside}, intAttr("batch_dims", int64(batch)))
	}
	if s.Attrs["clip"].(bool) {
		return rows
	}
	// A tuple is in range if moving it changed nothing.
	moved := e.apply("ReduceSum", []string{e.apply("Abs", []string{e.apply("Sub", []string{at, inside})}), e.ints(last)}, intAttr("keepdims", 0))
	good := e.apply("Equal", []string{moved, e.value(fx.Scalar(int64(0)))})
	if n := len(s.Out[0].Shape) - last; n > 0 {
		axes := make([]int, n)
		for i := range axes {
			axes[i] = last + i
		}
		good = e.apply("Unsqueeze", []string{good, e.ints(axes...)})
	}
	return e.apply("Where", []string{good, rows, e.scalar(s, 0)})
}

// scan is ONNX's Scan. What the body captured it sees by name.
func (e *exporter) scan(s fx.Step) {
	body := s.Attrs["body"].(*fx.Program)
	carry, xs := s.Attrs["carry"].(int), s.Attrs["xs"].(int)
	inner := *e
	inner.graph = &graph{name: e.temporary("body")}
	for _, v := range body.Inputs {
		inner.names[v.ID] = inner.unique("in")
		inner.in = append(inner.in, port{name: inner.name(v), dtype: v.DType, shape: v.Shape})
	}
	operands := e.operands(s)[:carry+xs]
	if xs == 0 { // there must be something to go along
		line := e.value(fx.Arange(fx.Int32, s.Attrs["length"].(int)))
		operands, xs = append(operands, line), 1
		inner.in = append(inner.in, port{name: inner.unique("in"), dtype: fx.Int32})
	}
	for i := range inner.in { // sizes are inferred, so that a batch stays free
		inner.in[i].shape = nil
	}
	inner.body(body)
	direction := make([]int, xs)
	outward := make([]int, len(body.Outputs)-carry)
	if s.Attrs["reverse"].(bool) {
		for i := range direction {
			direction[i] = 1
		}
		for i := range outward {
			outward[i] = 1
		}
	}
	attrs := []attribute{graphAttr("body", inner.graph), intAttr("num_scan_inputs", int64(xs)), intsAttr("scan_input_directions", direction)}
	if len(outward) > 0 {
		attrs = append(attrs, intsAttr("scan_output_directions", outward))
	}
	e.emit("Scan", operands, e.results(s), attrs...)
}

// branch is one of the two functions of a choice. All that it uses it sees by
// name.
func (e *exporter) branch(s fx.Step, which string) *graph {
	inner := *e
	inner.graph = &graph{name: e.temporary(which)}
	inner.body(s.Attrs[which].(*fx.Program))
	return inner.graph
}

// body lowers a body, and gives its results names of their own.
func (e *exporter) body(p *fx.Program) {
	e.program(p)
	for _, v := range p.Outputs {
		out := e.unique("out")
		e.emit("Identity", []string{e.name(v)}, []string{out})
		e.out = append(e.out, port{name: out, dtype: v.DType})
	}
}
