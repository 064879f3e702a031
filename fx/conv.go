package fx

import (
	"slices"
	"strings"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// ConvOptions are the options of a convolution of images; pairs are height,
// then width.
type ConvOptions struct {
	Strides  [2]int // places the window moves at a time; 0 means 1
	Padding  Border
	Dilation [2]int // distance between the kernel's taps; 0 means 1
	Groups   int    // runs of channels that do not mix; 0 means 1
}

// Conv2D convolves images [N, H, W, C] (or one image [H, W, C]) with a kernel
// [KH, KW, C/Groups, O]: the result is [N, OH, OW, O], and
//
//	y[n,p,q,o] = sum over i, j, c of x[n, p*s+i*d-pad, q*s+j*d-pad, c] w[i,j,c,o]
//
// for strides s and dilations d, where x is 0 outside the image. The kernel is
// not turned around (the field's convolution is a correlation). With groups,
// the channels C and O are cut into Groups runs, and each run of outputs sees
// its own run of channels; Groups = C is a depthwise convolution.
func Conv2D(x, w *Array, opts ...ConvOptions) *Array {
	const op = "Conv2D"
	o := oneOption(op, opts)
	return convolution{op: op, axes: 2, strides: o.Strides[:], dilation: o.Dilation[:], groups: o.Groups, edge: o.Padding.edge(op)}.of(x, w)
}

// ConvNDOptions are the options of a convolution in one or three dimensions.
// Slices have one number for each spatial axis, or are nil.
type ConvNDOptions struct {
	Strides  []int // places the window moves at a time; 0 or nil means 1
	Padding  Edge
	Dilation []int // distance between the kernel's taps; 0 or nil means 1
	Groups   int   // runs of channels that do not mix; 0 means 1
}

// Conv1D is Conv2D in one dimension: signals [N, L, C] (or [L, C]) and a kernel
// [K, C/Groups, O] give [N, OL, O].
func Conv1D(x, w *Array, opts ...ConvNDOptions) *Array { return convND("Conv1D", 1, x, w, opts) }

// Conv3D is Conv2D in three dimensions: volumes [N, D, H, W, C] (or
// [D, H, W, C]) and a kernel [KD, KH, KW, C/Groups, O] give [N, OD, OH, OW, O].
func Conv3D(x, w *Array, opts ...ConvNDOptions) *Array { return convND("Conv3D", 3, x, w, opts) }

func convND(op string, axes int, x, w *Array, opts []ConvNDOptions) *Array {
	o := oneOption(op, opts)
	return convolution{op: op, axes: axes, strides: o.Strides, dilation: o.Dilation, groups: o.Groups, edge: o.Padding.edge(op, axes)}.of(x, w)
}

// convolution is a convolution's description, transposed or not, in any number
// of dimensions.
type convolution struct {
	op                       string // as the caller wrote it
	axes                     int    // spatial axes
	strides, dilation, extra []int
	groups                   int
	edge                     edge
}

// axisNames are the names of one, two and three spatial axes.
var axisNames = [][]string{{"length"}, {"height", "width"}, {"depth", "height", "width"}}

// operands checks images, kernel and options.
func (c *convolution) operands(x, w *Array) (xn, wn *graph.Node, single bool) {
	xn, wn = samePair(c.op, x, w)
	needFloat(c.op, xn)
	xn, single = imagesOf(c.op, xn, c.axes)
	names := strings.Join(axisNames[c.axes-1], ", ")
	if len(wn.Shape) != c.axes+2 {
		graph.Fail(c.op, "the kernel has shape %v; it must be [%s, channels in, channels out]", wn.Shape, names)
	}
	if c.groups < 0 {
		graph.Fail(c.op, "%d groups", c.groups)
	}
	c.groups = max(1, c.groups)
	c.strides = perAxis(c.op, "strides", c.strides, c.axes)
	c.dilation = perAxis(c.op, "dilations", c.dilation, c.axes)
	if n, i := xn.Shape[c.axes+1], wn.Shape[c.axes]; n != i*c.groups {
		graph.Fail(c.op, "images of shape %v have %d channels, and a kernel of shape %v in %d groups takes %d", x.n.Shape, n, wn.Shape, c.groups, i*c.groups)
	}
	if o := wn.Shape[c.axes+1]; o%c.groups != 0 {
		graph.Fail(c.op, "a kernel of shape %v has %d outputs, which do not divide into %d groups", wn.Shape, o, c.groups)
	}
	return xn, wn, single
}

// attrs are those of a convolution without padding yet.
func (c *convolution) attrs(strides, stretch []int) graph.ConvAttrs {
	return graph.ConvAttrs{
		Strides: strides, InDilation: stretch, KernelDilation: c.dilation, FeatureGroups: c.groups, BatchGroups: 1,
		PadLow: make([]int, c.axes), PadHigh: make([]int, c.axes),
	}
}

func (c convolution) of(x, w *Array) *Array {
	xn, wn, single := c.operands(x, w)
	a := c.attrs(c.strides, slices.Repeat([]int{1}, c.axes))
	for i := range c.axes {
		if wn.Shape[i] == 0 {
			graph.Fail(c.op, "the kernel has shape %v: it has no taps", wn.Shape)
		}
		window := (wn.Shape[i]-1)*c.dilation[i] + 1
		a.PadLow[i], a.PadHigh[i] = c.edge.around(i, xn.Shape[1+i], window, c.strides[i])
		fits(c.op, axisNames[c.axes-1][i], xn.Shape[1+i]+a.PadLow[i]+a.PadHigh[i], window)
	}
	return unimages(graph.Conv(xn, wn, a), single)
}

// perAxis is one number for each axis, 1 where it is zero or missing.
func perAxis(op, what string, v []int, axes int) []int {
	if v == nil {
		v = make([]int, axes)
	}
	if len(v) != axes {
		graph.Fail(op, "%s %v: there must be one for each of %d axes", what, v, axes)
	}
	out := make([]int, axes)
	for i := range v {
		if v[i] < 0 {
			graph.Fail(op, "%s %v: they must be positive", what, v)
		}
		out[i] = max(1, v[i])
	}
	return out
}

func oneOption[T any](op string, opts []T) (o T) {
	if len(opts) > 1 {
		graph.Fail(op, "%d sets of options; it takes one", len(opts))
	}
	if len(opts) == 1 {
		o = opts[0]
	}
	return o
}

// imagesOf adds the axis of images to a single one.
func imagesOf(op string, x *graph.Node, axes int) (n *graph.Node, single bool) {
	switch len(x.Shape) {
	case axes + 2:
		return x, false
	case axes + 1:
		return graph.Reshape(x, x.Shape.Prepend(1)), true
	}
	names := strings.Join(axisNames[axes-1], ", ")
	graph.Fail(op, "the images have shape %v; they must be [images, %s, channels] or [%s, channels]", x.Shape, names, names)
	return nil, false
}

func unimages(y *graph.Node, single bool) *Array {
	if single {
		y = graph.Reshape(y, y.Shape[1:])
	}
	return wrap(y)
}

// fits checks that a window has at least one place.
func fits(op, axis string, size, window int) {
	if window > size {
		graph.Fail(op, "a window of %d does not fit the images' %s, which is %d with padding", window, axis, size)
	}
}
