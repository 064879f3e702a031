package nn

import "github.com/fluxion-go/fluxion/fx"

// Conv1D is the convolution of signals with a kernel (fx.Conv1D), plus a bias
// for each output channel.
type Conv1D struct {
	W       *fx.Array // [K, in/groups, out]
	B       *fx.Array // [out], or nil
	Options fx.ConvNDOptions
}

// NewConv1D makes a convolution with a window from in to out channels, as
// NewConv2D does.
func NewConv1D(key *fx.Array, window int, in, out int, conv fx.ConvNDOptions, opts ...LayerOptions) Conv1D {
	w, b := convArrays("NewConv1D", key, []int{window}, in, out, conv.Groups, opts)
	return Conv1D{W: w, B: b, Options: conv}
}

// Apply maps signals [N, L, in] (or [L, in]) to [N, L', out].
func (c Conv1D) Apply(x *fx.Array) *fx.Array {
	convInput("Conv1D.Apply", x, c.W, 1, c.Options.Groups)
	return plus(fx.Conv1D(x, c.W, c.Options), c.B)
}

// Conv3D is the convolution of volumes with a kernel (fx.Conv3D), plus a bias
// for each output channel.
type Conv3D struct {
	W       *fx.Array // [KD, KH, KW, in/groups, out]
	B       *fx.Array // [out], or nil
	Options fx.ConvNDOptions
}

// NewConv3D makes a convolution with a window (depth, height, width)
// from in to out channels, as NewConv2D does.
func NewConv3D(key *fx.Array, window [3]int, in, out int, conv fx.ConvNDOptions, opts ...LayerOptions) Conv3D {
	w, b := convArrays("NewConv3D", key, window[:], in, out, conv.Groups, opts)
	return Conv3D{W: w, B: b, Options: conv}
}

// Apply maps volumes [N, D, H, W, in] (or [D, H, W, in]) to [N, D', H', W', out].
func (c Conv3D) Apply(x *fx.Array) *fx.Array {
	convInput("Conv3D.Apply", x, c.W, 3, c.Options.Groups)
	return plus(fx.Conv3D(x, c.W, c.Options), c.B)
}

// ConvTranspose1D is the transposed convolution of signals with a kernel (fx.ConvTranspose1D), plus a bias
// for each output channel.
type ConvTranspose1D struct {
	W       *fx.Array // [K, in/groups, out]
	B       *fx.Array // [out], or nil
	Options fx.ConvTransposeNDOptions
}

// NewConvTranspose1D makes a transposed convolution with a window from in to out channels,
// as NewConvTranspose2D does.
func NewConvTranspose1D(key *fx.Array, window int, in, out int, conv fx.ConvTransposeNDOptions, opts ...LayerOptions) ConvTranspose1D {
	w, b := convArrays("NewConvTranspose1D", key, []int{window}, in, out, conv.Groups, opts)
	return ConvTranspose1D{W: w, B: b, Options: conv}
}

// Apply maps signals [N, L, in] (or [L, in]) to [N, L', out].
func (c ConvTranspose1D) Apply(x *fx.Array) *fx.Array {
	convInput("ConvTranspose1D.Apply", x, c.W, 1, c.Options.Groups)
	return plus(fx.ConvTranspose1D(x, c.W, c.Options), c.B)
}

// ConvTranspose3D is the transposed convolution of volumes with a kernel (fx.ConvTranspose3D), plus a bias
// for each output channel.
type ConvTranspose3D struct {
	W       *fx.Array // [KD, KH, KW, in/groups, out]
	B       *fx.Array // [out], or nil
	Options fx.ConvTransposeNDOptions
}

// NewConvTranspose3D makes a transposed convolution with a window (depth, height, width)
// from in to out channels, as NewConvTranspose2D does.
func NewConvTranspose3D(key *fx.Array, window [3]int, in, out int, conv fx.ConvTransposeNDOptions, opts ...LayerOptions) ConvTranspose3D {
	w, b := convArrays("NewConvTranspose3D", key, window[:], in, out, conv.Groups, opts)
	return ConvTranspose3D{W: w, B: b, Options: conv}
}

// Apply maps volumes [N, D, H, W, in] (or [D, H, W, in]) to [N, D', H', W', out].
func (c ConvTranspose3D) Apply(x *fx.Array) *fx.Array {
	convInput("ConvTranspose3D.Apply", x, c.W, 3, c.Options.Groups)
	return plus(fx.ConvTranspose3D(x, c.W, c.Options), c.B)
}
