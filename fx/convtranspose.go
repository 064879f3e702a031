package fx

import "github.com/fluxion-go/fluxion/internal/graph"

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
	xn, wn := samePair(op, x, w)
	needFloat(op, xn)
	xn, single := images(op, xn)
	if len(wn.Shape) != 4 {
		graph.Fail(op, "the kernel has shape %v; it must be [height, width, channels in, channels out]", wn.Shape)
	}
	groups := max(1, o.Groups)
	if o.Groups < 0 {
		graph.Fail(op, "%d groups", o.Groups)
	}
	if c := xn.Shape[3]; c != wn.Shape[2]*groups {
		graph.Fail(op, "images of shape %v have %d channels, and a kernel of shape %v in %d groups takes %d",
			x.n.Shape, c, wn.Shape, groups, wn.Shape[2]*groups)
	}
	if wn.Shape[3]%groups != 0 {
		graph.Fail(op, "a kernel of shape %v has %d outputs, which do not divide into %d groups", wn.Shape, wn.Shape[3], groups)
	}
	strides, dilation := perAxis(op, "strides", o.Strides), perAxis(op, "dilations", o.Dilation)
	a := graph.ConvAttrs{Strides: [2]int{1, 1}, InDilation: strides, KernelDilation: dilation, FeatureGroups: groups, BatchGroups: 1}
	for i := range 2 {
		if wn.Shape[i] == 0 || xn.Shape[1+i] == 0 {
			graph.Fail(op, "images of shape %v and a kernel of shape %v: one of them is empty", x.n.Shape, wn.Shape)
		}
		window := (wn.Shape[i]-1)*dilation[i] + 1
		full := (xn.Shape[1+i]-1)*strides[i] + window
		low, high := o.taken(i, full, xn.Shape[1+i]*strides[i])
		if full-low-high < 1 {
			graph.Fail(op, "the border %+v leaves nothing of a result of %d by axis %d", o.Padding, full, i)
		}
		a.PadLow[i], a.PadHigh[i] = window-1-low, window-1-high
	}
	turned := wrap(wn).Flip(0, 1)
	return unimages(graph.Conv(xn, turned.n, a), single)
}

// taken is how many places an axis of the result loses at its ends; negative
// ones are added.
func (o ConvTransposeOptions) taken(axis, full, same int) (low, high int) {
	const op = "ConvTranspose2D"
	if o.Extra[axis] < 0 {
		graph.Fail(op, "Extra %v: they must not be negative", o.Extra)
	}
	b := o.Padding
	if b.Same {
		if b != (Border{Same: true}) || o.Extra != [2]int{} {
			graph.Fail(op, "the border %+v is Same and explicit, or has Extra %v", b, o.Extra)
		}
		low = max(0, full-same) / 2
		return low, full - same - low
	}
	low, high = b.around(op, axis, 0, 0, 1)
	return low, high - o.Extra[axis]
}
