package nn

import (
	"slices"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// ConvNet is a small convolutional network for small images, in the manner of
// LeNet-5 (LeCun, Bottou, Bengio and Haffner 1998): twice a convolution, the
// activation and a max-pooling, then a dense layer and the activation, and a
// dense layer for the classes.
type ConvNet struct {
	Conv       [2]Conv2D
	Dense      []Linear // the hidden layer, if there is one, and the classes'
	Activation func(*fx.Array) *fx.Array
	image      [3]int // height, width, channels
}

// ConvNetOptions are a ConvNet's sizes. The zero value is the default, our own
// choice: about 100 000 parameters for images of 28 by 28.
type ConvNetOptions struct {
	Filters    [2]int                    // channels of the convolutions; 0 means 16 and 32
	Window     int                       // height and width of their windows; 0 means 3
	Hidden     int                       // features of the hidden dense layer; 0 means 64, -1 none
	Activation func(*fx.Array) *fx.Array // Relu if nil
	LayerOptions
}

// NewConvNet makes a network for images [height, width, channels] and a number
// of classes. Convolutions keep the images' size, and each pooling halves it
// (rounding down), so that images must be 4 by 4 or larger.
func NewConvNet(key *fx.Array, height, width, channels, classes int, opts ...ConvNetOptions) ConvNet {
	var o ConvNetOptions
	if len(opts) > 1 {
		fail("NewConvNet", "%d sets of options; it takes one", len(opts))
	}
	if len(opts) == 1 {
		o = opts[0]
	}
	o = o.withDefaults()
	checkKey("NewConvNet", key)
	checkSizes("NewConvNet", "channels and classes", channels, classes)
	if height < 4 || width < 4 {
		fail("NewConvNet", "images of %d by %d; they must be 4 by 4 or larger", height, width)
	}
	keys := random.Split(key, 4)
	window := [2]int{o.Window, o.Window}
	same := fx.ConvOptions{Padding: fx.Border{Same: true}}
	net := ConvNet{Activation: o.Activation, image: [3]int{height, width, channels}}
	net.Conv[0] = NewConv2D(keys[0], window, channels, o.Filters[0], same, o.LayerOptions)
	net.Conv[1] = NewConv2D(keys[1], window, o.Filters[0], o.Filters[1], same, o.LayerOptions)
	features := (height / 4) * (width / 4) * o.Filters[1]
	if o.Hidden > 0 {
		net.Dense = append(net.Dense, NewLinear(keys[2], features, o.Hidden, o.LayerOptions))
		features = o.Hidden
	}
	net.Dense = append(net.Dense, NewLinear(keys[3], features, classes, o.LayerOptions))
	return net
}

func (o ConvNetOptions) withDefaults() ConvNetOptions {
	for i, n := range [2]int{16, 32} {
		if o.Filters[i] == 0 {
			o.Filters[i] = n
		}
	}
	if o.Window == 0 {
		o.Window = 3
	}
	if o.Hidden == 0 {
		o.Hidden = 64
	}
	if o.Activation == nil {
		o.Activation = Relu
	}
	checkSizes("NewConvNet", "filters and window", o.Filters[0], o.Filters[1], o.Window)
	if o.Hidden < -1 {
		fail("NewConvNet", "%d hidden features; -1 is none", o.Hidden)
	}
	return o
}

// Apply maps images [N, H, W, C] (or one image [H, W, C]) to [N, classes] (or
// [classes]): the logits.
func (c ConvNet) Apply(x *fx.Array) *fx.Array {
	features := c.features("ConvNet.Apply", x)
	return c.Dense[len(c.Dense)-1].Apply(features)
}

// Features is what the last layer sees, [N, features] or [features]: a
// description of the images, by which sets of them can be compared.
func (c ConvNet) Features(x *fx.Array) *fx.Array { return c.features("ConvNet.Features", x) }

func (c ConvNet) features(op string, x *fx.Array) *fx.Array {
	if len(c.Dense) == 0 || c.Activation == nil {
		fail(op, "the network has no dense layer or no activation; NewConvNet makes one")
	}
	checkImages(op, x, c.Conv[0].W, 0)
	if s := x.Shape(); !slices.Equal(s[len(s)-3:], c.image[:]) {
		fail(op, "the input has shape %v; the network is for images %v", s, c.image)
	}
	for _, conv := range c.Conv {
		x = fx.MaxPool2D(c.Activation(conv.Apply(x)), [2]int{2, 2})
	}
	x = Flatten(x)
	for _, l := range c.Dense[:len(c.Dense)-1] {
		x = c.Activation(l.Apply(x))
	}
	return x
}
