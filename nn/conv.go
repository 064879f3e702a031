package nn

import (
	"slices"
	"strings"

	"github.com/fluxion-go/fluxion/fx"
)

// Conv2D is the convolution of images with a kernel (fx.Conv2D), plus a bias
// for each output channel.
type Conv2D struct {
	W       *fx.Array // [KH, KW, in/groups, out]
	B       *fx.Array // [out], or nil
	Options fx.ConvOptions
}

// NewConv2D makes a convolution with a window (height, width) from in to out
// channels. The zero ConvOptions move it by 1, without padding;
// fx.Border{Same: true} keeps the images' size.
func NewConv2D(key *fx.Array, window [2]int, in, out int, conv fx.ConvOptions, opts ...LayerOptions) Conv2D {
	w, b := convArrays("NewConv2D", key, window[:], in, out, conv.Groups, opts)
	return Conv2D{W: w, B: b, Options: conv}
}

// convArrays draws a convolution's kernel and bias.
func convArrays(op string, key *fx.Array, window []int, in, out, groups int, opts []LayerOptions) (w, b *fx.Array) {
	o := layerOptions(op, opts, LeCunTruncated)
	checkKey(op, key)
	checkSizes(op, "window", window...)
	checkSizes(op, "channels", in, out)
	if g := max(1, groups); groups < 0 || in%g != 0 || out%g != 0 {
		fail(op, "%d and %d channels do not divide into %d groups", in, out, groups)
	}
	return o.kernelAndBias(op, key, append(slices.Clone(window), in/max(1, groups), out)...)
}

// convInput checks what a convolution is applied to.
func convInput(op string, x, w *fx.Array, axes, groups int) {
	if w == nil {
		layer, _, _ := strings.Cut(op, ".")
		fail(op, "the layer has no kernel; New%s makes one", layer)
	}
	checkPlaces(op, x, w, axes, w.Dim(-2)*max(1, groups))
}

// plus adds a bias, if there is one.
func plus(y, b *fx.Array) *fx.Array {
	if b == nil {
		return y
	}
	return y.Add(b)
}

// Apply maps images [N, H, W, in] (or [H, W, in]) to [N, H', W', out].
func (c Conv2D) Apply(x *fx.Array) *fx.Array {
	convInput("Conv2D.Apply", x, c.W, 2, c.Options.Groups)
	return plus(fx.Conv2D(x, c.W, c.Options), c.B)
}

// MaxPool2D takes the largest value of each window, for each channel.
type MaxPool2D struct {
	Window  [2]int // height, width
	Options fx.PoolOptions
}

// Apply maps images [N, H, W, C] (or [H, W, C]) to [N, H', W', C].
func (p MaxPool2D) Apply(x *fx.Array) *fx.Array {
	checkImages("MaxPool2D.Apply", x, nil, 0)
	checkSizes("MaxPool2D.Apply", "window", p.Window[:]...)
	return fx.MaxPool2D(x, p.Window, p.Options)
}

// AvgPool2D takes the mean of each window, for each channel.
type AvgPool2D struct {
	Window  [2]int // height, width
	Options fx.PoolOptions
}

// Apply maps images [N, H, W, C] (or [H, W, C]) to [N, H', W', C].
func (p AvgPool2D) Apply(x *fx.Array) *fx.Array {
	checkImages("AvgPool2D.Apply", x, nil, 0)
	checkSizes("AvgPool2D.Apply", "window", p.Window[:]...)
	return fx.AvgPool2D(x, p.Window, p.Options)
}

// GlobalAvgPool is the mean over an image's places, for each channel: images
// [N, H, W, C] (or [H, W, C]) give [N, C] (or [C]).
func GlobalAvgPool(x *fx.Array) *fx.Array {
	checkImages("GlobalAvgPool", x, nil, 0)
	return x.Mean(-3, -2)
}

// Flatten makes a vector of each image: [N, H, W, C] (or [H, W, C]) give
// [N, H*W*C] (or [H*W*C]), the channels next to each other.
func Flatten(x *fx.Array) *fx.Array {
	checkImages("Flatten", x, nil, 0)
	s := x.Shape()
	n := len(s)
	return x.Reshape(append(s[:n-3:n-3], s[n-3]*s[n-2]*s[n-1])...)
}
