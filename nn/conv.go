package nn

import "github.com/fluxion-go/fluxion/fx"

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
	o := layerOptions("NewConv2D", opts, LeCunTruncated)
	checkKey("NewConv2D", key)
	checkSizes("NewConv2D", "window", window[:]...)
	checkSizes("NewConv2D", "channels", in, out)
	groups := max(1, conv.Groups)
	if conv.Groups < 0 || in%groups != 0 || out%groups != 0 {
		fail("NewConv2D", "%d and %d channels do not divide into %d groups", in, out, conv.Groups)
	}
	w, b := o.kernelAndBias("NewConv2D", key, window[0], window[1], in/groups, out)
	return Conv2D{W: w, B: b, Options: conv}
}

// Apply maps images [N, H, W, in] (or [H, W, in]) to [N, H', W', out].
func (c Conv2D) Apply(x *fx.Array) *fx.Array {
	if c.W == nil {
		fail("Conv2D.Apply", "the layer has no kernel; NewConv2D makes one")
	}
	checkImages("Conv2D.Apply", x, c.W, c.W.Dim(2)*max(1, c.Options.Groups))
	y := fx.Conv2D(x, c.W, c.Options)
	if c.B != nil {
		y = y.Add(c.B)
	}
	return y
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
