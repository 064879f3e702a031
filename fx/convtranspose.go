package fx

import (
	"slices"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// ConvTransposeOptions are the options of a transposed convolution; pairs are
// height, then width. They are those of the convolution that it transposes.
type ConvTransposeOptions struct {
	Strides [2]int // places of the result from one place of the images to the next; 0 means 1
	// Padding takes rows and columns off the result. Same makes its size that of
	// the images times the strides.
	Padding  Border
	Dilation [2]int // distance between the kernel's taps; 0 means 1
	Groups   int    // runs of channels that do not mix; 0 means 1
	// Extra adds rows at the bottom and columns at the right, because several
	// sizes shrink to one under a stride (PyTorch's output_padding).
	Extra [2]int
}

// ConvTranspose2D spreads each place of images [N, H, W, C] (or of one image
// [H, W, C]) over a window, by a kernel [KH, KW, C/Groups, O]:
//
//	y[n, p*s+i*d-pad, q*s+j*d-pad, o] = sum of x[n,p,q,c] w[i,j,c,o]
//
// over all p, q, i, j and c that meet there. It is what takes the gradient of
// a Conv2D's result to its images, if the kernel's channels change places. The
// result [N, OH, OW, O] has OH = (H-1) s + (KH-1) d + 1 - pad, with pad the
// rows taken off at top and bottom, plus Extra.
func ConvTranspose2D(x, w *Array, opts ...ConvTransposeOptions) *Array {
	const op = "ConvTranspose2D"
	o := oneOption(op, opts)
	if b := o.Padding; b.Same && (b != (Border{Same: true}) || o.Extra != [2]int{}) {
		graph.Fail(op, "the border %+v is Same and explicit, or has Extra %v", b, o.Extra)
	}
	return convolution{op: op, axes: 2, strides: o.Strides[:], dilation: o.Dilation[:], extra: o.Extra[:], groups: o.Groups, edge: o.Padding.edge(op)}.transposed(x, w)
}

// ConvTransposeNDOptions are the options of a transposed convolution in one or
// three dimensions: ConvTransposeOptions with one number for each spatial axis,
// or nil.
type ConvTransposeNDOptions struct {
	Strides  []int
	Padding  Edge
	Dilation []int
	Groups   int
	Extra    []int
}

// ConvTranspose1D is ConvTranspose2D in one dimension: signals [N, L, C] (or
// [L, C]) and a kernel [K, C/Groups, O] give [N, OL, O].
func ConvTranspose1D(x, w *Array, opts ...ConvTransposeNDOptions) *Array {
	return convTransposeND("ConvTranspose1D", 1, x, w, opts)
}

// ConvTranspose3D is ConvTranspose2D in three dimensions: volumes
// [N, D, H, W, C] (or [D, H, W, C]) and a kernel [KD, KH, KW, C/Groups, O] give
// [N, OD, OH, OW, O].
func ConvTranspose3D(x, w *Array, opts ...ConvTransposeNDOptions) *Array {
	return convTransposeND("ConvTranspose3D", 3, x, w, opts)
}

func convTransposeND(op string, axes int, x, w *Array, opts []ConvTransposeNDOptions) *Array {
	o := oneOption(op, opts)
	if o.Padding.Same && o.Extra != nil {
		graph.Fail(op, "the border %+v is Same and has Extra %v", o.Padding, o.Extra)
	}
	if o.Extra == nil {
		o.Extra = make([]int, axes)
	}
	if len(o.Extra) != axes {
		graph.Fail(op, "Extra %v: there must be one for each of %d axes", o.Extra, axes)
	}
	return convolution{op: op, axes: axes, strides: o.Strides, dilation: o.Dilation, extra: o.Extra, groups: o.Groups, edge: o.Padding.edge(op, axes)}.transposed(x, w)
}

// transposed stretches the images by the strides and convolves them with the
// kernel turned around.
func (c convolution) transposed(x, w *Array) *Array {
	xn, wn, single := c.operands(x, w)
	a := c.attrs(slices.Repeat([]int{1}, c.axes), c.strides)
	var spatial []int
	for i := range c.axes {
		spatial = append(spatial, i)
		if c.extra[i] < 0 {
			graph.Fail(c.op, "Extra %v: they must not be negative", c.extra)
		}
		if wn.Shape[i] == 0 || xn.Shape[1+i] == 0 {
			graph.Fail(c.op, "images of shape %v and a kernel of shape %v: one of them is empty", x.n.Shape, wn.Shape)
		}
		window := (wn.Shape[i]-1)*c.dilation[i] + 1
		full := (xn.Shape[1+i]-1)*c.strides[i] + window
		low, high := c.taken(i, full, xn.Shape[1+i]*c.strides[i])
		if full-low-high < 1 {
			graph.Fail(c.op, "the border %+v leaves nothing of a result of %d by axis %d", c.edge.text, full, i)
		}
		a.PadLow[i], a.PadHigh[i] = window-1-low, window-1-high
	}
	return unimages(graph.Conv(xn, graph.Reverse(wn, spatial), a), single)
}

// taken is how many places an axis of the result loses at its ends; negative
// ones are added.
func (c *convolution) taken(axis, full, same int) (low, high int) {
	if c.edge.same {
		low = max(0, full-same) / 2
		return low, full - same - low
	}
	return c.edge.low[axis], c.edge.high[axis] - c.extra[axis]
}
