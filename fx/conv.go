package fx

import "github.com/fluxion-go/fluxion/internal/graph"

// Border is what surrounds images under a window. The zero value is no padding
// (the window stays inside: "valid"). Same pads with zeros so that the result
// has ceil(size/stride) places along each axis, the odd row or column at the
// bottom or right; else the numbers say how many rows and columns to add.
type Border struct {
	Same                     bool
	Top, Bottom, Left, Right int
}

// around resolves the padding of one axis.
func (b Border) around(op string, axis, size, window, stride int) (low, high int) {
	if b.Same {
		if b != (Border{Same: true}) {
			graph.Fail(op, "the border %+v is both Same and explicit", b)
		}
		places := (size + stride - 1) / stride
		total := max(0, (places-1)*stride+window-size)
		return total / 2, total - total/2
	}
	low, high = b.Top, b.Bottom
	if axis == 1 {
		low, high = b.Left, b.Right
	}
	if low < 0 || high < 0 {
		graph.Fail(op, "the border %+v has a negative width", b)
	}
	return low, high
}

// perAxis is the default 1 where a pair of numbers is zero.
func perAxis(op, what string, v [2]int) [2]int {
	for i := range v {
		if v[i] < 0 {
			graph.Fail(op, "%s %v: they must be positive", what, v)
		}
		v[i] = max(1, v[i])
	}
	return v
}

// ConvOptions are the options of a convolution; pairs are height, then width.
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
	o := oneOption("Conv2D", opts)
	xn, wn := samePair("Conv2D", x, w)
	needFloat("Conv2D", xn)
	xn, single := images("Conv2D", xn)
	if len(wn.Shape) != 4 {
		graph.Fail("Conv2D", "the kernel has shape %v; it must be [height, width, channels in, channels out]", wn.Shape)
	}
	if o.Groups < 0 {
		graph.Fail("Conv2D", "%d groups", o.Groups)
	}
	a := graph.ConvAttrs{
		Strides: perAxis("Conv2D", "strides", o.Strides), KernelDilation: perAxis("Conv2D", "dilations", o.Dilation),
		InDilation: [2]int{1, 1}, FeatureGroups: max(1, o.Groups), BatchGroups: 1,
	}
	if c := xn.Shape[3]; c != wn.Shape[2]*a.FeatureGroups {
		graph.Fail("Conv2D", "images of shape %v have %d channels, and a kernel of shape %v in %d groups takes %d",
			x.n.Shape, c, wn.Shape, a.FeatureGroups, wn.Shape[2]*a.FeatureGroups)
	}
	if wn.Shape[3]%a.FeatureGroups != 0 {
		graph.Fail("Conv2D", "a kernel of shape %v has %d outputs, which do not divide into %d groups", wn.Shape, wn.Shape[3], a.FeatureGroups)
	}
	for i := range 2 {
		if wn.Shape[i] == 0 {
			graph.Fail("Conv2D", "the kernel has shape %v: it has no taps", wn.Shape)
		}
		window := (wn.Shape[i]-1)*a.KernelDilation[i] + 1
		a.PadLow[i], a.PadHigh[i] = o.Padding.around("Conv2D", i, xn.Shape[1+i], window, a.Strides[i])
		fits("Conv2D", i, xn.Shape[1+i]+a.PadLow[i]+a.PadHigh[i], window)
	}
	return unimages(graph.Conv(xn, wn, a), single)
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

// images adds the axis of images to a single one.
func images(op string, x *graph.Node) (n *graph.Node, single bool) {
	switch len(x.Shape) {
	case 4:
		return x, false
	case 3:
		return graph.Reshape(x, x.Shape.Prepend(1)), true
	}
	graph.Fail(op, "the images have shape %v; they must be [images, height, width, channels] or [height, width, channels]", x.Shape)
	return nil, false
}

func unimages(y *graph.Node, single bool) *Array {
	if single {
		y = graph.Reshape(y, y.Shape[1:])
	}
	return wrap(y)
}

// fits checks that a window has at least one place.
func fits(op string, axis, size, window int) {
	if window > size {
		graph.Fail(op, "a window of %d does not fit the images' %s, which is %d with padding", window, [2]string{"height", "width"}[axis], size)
	}
}
