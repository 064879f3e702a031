package nn

import "github.com/fluxion-go/fluxion/fx"

// ConvTranspose2D is the transposed convolution of images with a kernel
// (fx.ConvTranspose2D), plus a bias for each output channel: with strides it
// makes images larger.
type ConvTranspose2D struct {
	W       *fx.Array // [KH, KW, in/groups, out]
	B       *fx.Array // [out], or nil
	Options fx.ConvTransposeOptions
}

// NewConvTranspose2D makes a transposed convolution with a window (height,
// width) from in to out channels. fx.Border{Same: true} makes the result the
// images' size times the strides. The fan of the kernel is that of NewConv2D:
// it counts all taps, of which a place of the result meets one in so many as
// the strides' product.
func NewConvTranspose2D(key *fx.Array, window [2]int, in, out int, conv fx.ConvTransposeOptions, opts ...LayerOptions) ConvTranspose2D {
	w, b := convArrays("NewConvTranspose2D", key, window[:], in, out, conv.Groups, opts)
	return ConvTranspose2D{W: w, B: b, Options: conv}
}

// Apply maps images [N, H, W, in] (or [H, W, in]) to [N, H', W', out].
func (c ConvTranspose2D) Apply(x *fx.Array) *fx.Array {
	convInput("ConvTranspose2D.Apply", x, c.W, 2, c.Options.Groups)
	return plus(fx.ConvTranspose2D(x, c.W, c.Options), c.B)
}
