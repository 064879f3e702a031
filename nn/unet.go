package nn

import (
	"slices"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// UNet maps images to images of the same size, conditioned on a time and, if it
// knows classes, a label: the network of a diffusion or flow model (Ronneberger,
// Fischer and Brox 2015, in the form of Ho, Jain and Abbeel, "Denoising
// Diffusion Probabilistic Models", 2020, appendix B). On the way down, each
// level runs its residual blocks and halves the images; on the way up, each
// level runs one block more, and every block also sees what its counterpart on
// the way down gave. The result is 0 at first, because the last layer starts
// at 0.
type UNet struct {
	Condition Conditioning
	First     Conv2D
	Down      []UNetLevel
	Middle    [2]TimeBlock
	Attention UNetAttention // between the middle blocks
	Up        []UNetLevel   // from the smallest images to the largest
	Norm      GroupNorm
	Last      Conv2D
}

// UNetLevel is the blocks for one size of images, the attention after each of
// them (none, or as many), and the convolution that changes the size, which
// the last level has not.
type UNetLevel struct {
	Blocks    []TimeBlock
	Attention []UNetAttention
	Resize    *Conv2D
}

// TimeBlock is a residual block that takes a vector of conditions c:
//
//	h = Conv1(silu(Norm1(x))) + Time(silu(c))
//	y = Shortcut(x) + Conv2(silu(Norm2(h)))
type TimeBlock struct {
	Norm1, Norm2 GroupNorm
	Conv1, Conv2 Conv2D
	Time         Linear
	Shortcut     *Linear // of the channels; nil where their number stays
}

// UNetAttention lets all places of an image attend to each other, after a
// normalisation, and adds the result to the image.
type UNetAttention struct {
	Norm      GroupNorm
	Attention MultiHeadAttention
}

// UNetOptions are a UNet's sizes. Zero means a small network of our own choice.
type UNetOptions struct {
	Channels    int      // of the images; it has no default
	Features    int      // channels of the first level; 0 means 32
	Multipliers []int    // of Features, for each level; nil means 1, 2, 2
	Blocks      int      // residual blocks of a level; 0 means 2
	Groups      int      // of the normalisations; 0 means 8
	Attend      []bool   // which levels have attention; nil is none (the middle always has it)
	Heads       int      // 0 means 4
	Classes     int      // 0 means that there are no labels
	TimeFactor  float64  // multiplies times; 0 means 1, for times that count steps (1000 for times in [0, 1])
	DType       fx.DType // 0 means Float32
}

func (o UNetOptions) withDefaults() UNetOptions {
	const op = "NewUNet"
	orDefault(&o.Features, 32)
	orDefault(&o.Blocks, 2)
	orDefault(&o.Groups, 8)
	orDefault(&o.Heads, 4)
	if o.Multipliers == nil {
		o.Multipliers = []int{1, 2, 2}
	}
	if o.Attend == nil {
		o.Attend = make([]bool, len(o.Multipliers))
	}
	o.TimeFactor = timeFactor(op, o.TimeFactor)
	checkSizes(op, "channels, features, blocks, groups and heads", o.Channels, o.Features, o.Blocks, o.Groups, o.Heads)
	checkSizes(op, "multipliers", o.Multipliers...)
	switch {
	case len(o.Multipliers) == 0:
		fail(op, "there are no levels: the multipliers are empty")
	case len(o.Attend) != len(o.Multipliers):
		fail(op, "%d levels, and Attend for %d", len(o.Multipliers), len(o.Attend))
	case o.Features%o.Groups != 0 || o.Features%o.Heads != 0 || o.Features%2 != 0:
		fail(op, "%d features; they must be even and divide into %d groups and %d heads", o.Features, o.Groups, o.Heads)
	case o.Classes < 0:
		fail(op, "%d classes", o.Classes)
	}
	return o
}

// NewUNet makes a network. The last convolution of each block and of the
// network, and the output of each attention, start at 0 (as in the code of
// Dhariwal and Nichol, "Diffusion Models Beat GANs", 2021), the other kernels
// as LeCunTruncated.
func NewUNet(key *fx.Array, opts UNetOptions) UNet {
	checkKey("NewUNet", key)
	o := opts.withDefaults()
	layer := layerOptions("NewUNet", []LayerOptions{{DType: o.DType}}, LeCunTruncated)
	b := unetBuilder{o: o, layer: layer, key: key, size: 4 * o.Features}
	width := o.Features
	u := UNet{
		Condition: newConditioning(b.next(), o.Features, b.size, o.Classes, o.TimeFactor, layer),
		First:     b.conv(o.Channels, width, 1, LeCunTruncated),
	}
	seen := []int{width} // channels of what the way up sees again
	for i, m := range o.Multipliers {
		var l UNetLevel
		for range o.Blocks {
			l.add(&b, width, m*o.Features, o.Attend[i])
			width = m * o.Features
			seen = append(seen, width)
		}
		if i < len(o.Multipliers)-1 {
			c := b.conv(width, width, 2, LeCunTruncated)
			l.Resize = &c
			seen = append(seen, width)
		}
		u.Down = append(u.Down, l)
	}
	u.Middle[0], u.Attention, u.Middle[1] = b.block(width, width), b.attention(width), b.block(width, width)
	for i, m := range slices.Backward(o.Multipliers) {
		var l UNetLevel
		for range o.Blocks + 1 {
			last := len(seen) - 1
			l.add(&b, width+seen[last], m*o.Features, o.Attend[i])
			width, seen = m*o.Features, seen[:last]
		}
		if i > 0 {
			c := b.conv(width, width, 1, LeCunTruncated)
			l.Resize = &c
		}
		u.Up = append(u.Up, l)
	}
	u.Norm, u.Last = b.norm(width), b.conv(width, o.Channels, 1, Zeros)
	return u
}

// unetBuilder makes the layers, each with a key of its own.
type unetBuilder struct {
	o     UNetOptions
	layer LayerOptions
	key   *fx.Array
	count int
	size  int // of the vectors of conditions
}

func (b *unetBuilder) next() *fx.Array {
	b.count++
	return random.FoldIn(b.key, b.count)
}

func (b *unetBuilder) norm(channels int) GroupNorm {
	return NewGroupNorm(b.layer.DType, b.o.Groups, channels)
}

func (b *unetBuilder) conv(in, out, stride int, kernel Initializer) Conv2D {
	o := b.layer
	o.Kernel = kernel
	return NewConv2D(b.next(), [2]int{3, 3}, in, out, fx.ConvOptions{Strides: [2]int{stride, stride}, Padding: fx.Border{Same: true}}, o)
}

func (b *unetBuilder) block(in, out int) TimeBlock {
	t := TimeBlock{
		Norm1: b.norm(in), Norm2: b.norm(out),
		Conv1: b.conv(in, out, 1, LeCunTruncated), Conv2: b.conv(out, out, 1, Zeros),
		Time: NewLinear(b.next(), b.size, out, b.layer),
	}
	if in != out {
		s := NewLinear(b.next(), in, out, b.layer)
		t.Shortcut = &s
	}
	return t
}

func (b *unetBuilder) attention(channels int) UNetAttention {
	a := UNetAttention{Norm: b.norm(channels), Attention: NewMultiHeadAttention(b.next(), channels, b.o.Heads, b.layer)}
	a.Attention.Output.W = fx.ZerosLike(a.Attention.Output.W)
	return a
}

func (l *UNetLevel) add(b *unetBuilder, in, out int, attend bool) {
	l.Blocks = append(l.Blocks, b.block(in, out))
	if attend {
		l.Attention = append(l.Attention, b.attention(out))
	}
}

// run is block i of a level, with its attention.
func (l UNetLevel) run(i int, x, c *fx.Array) *fx.Array {
	x = l.Blocks[i].Apply(x, c)
	if len(l.Attention) > 0 {
		x = l.Attention[i].Apply(x)
	}
	return x
}

// Apply maps images [N, H, W, channels] (or one [H, W, channels]) and vectors
// of conditions [N, size] (or [size]) to images.
func (b TimeBlock) Apply(x, c *fx.Array) *fx.Array {
	h := b.Conv1.Apply(Silu(b.Norm1.Apply(x)))
	h = h.Add(b.Time.Apply(Silu(c)).ExpandDims(-2).ExpandDims(-2))
	h = b.Conv2.Apply(Silu(b.Norm2.Apply(h)))
	if b.Shortcut != nil {
		x = b.Shortcut.Apply(x)
	}
	return x.Add(h)
}

// Apply maps images [N, H, W, channels] (or one [H, W, channels]) to the same
// shape.
func (a UNetAttention) Apply(x *fx.Array) *fx.Array {
	s := x.Shape()
	n := len(s)
	places := a.Norm.Apply(x).Reshape(append(s[:n-3:n-3], s[n-3]*s[n-2], s[n-1])...)
	return x.Add(a.Attention.Apply(places).Reshape(s...))
}

// Apply maps images [N, H, W, C] (or one [H, W, C]), times [N] (or a scalar) of
// their dtype and integer labels [N] (or a scalar; nil for a network without
// classes) to [N, H, W, C]. Height and width must be so often divisible by 2 as
// there are levels after the first.
func (u UNet) Apply(x, t, labels *fx.Array) *fx.Array {
	const op = "UNet.Apply"
	if u.First.W == nil || len(u.Down) == 0 {
		fail(op, "the network has no layers; NewUNet makes one")
	}
	checkImages(op, x, u.First.W, u.First.W.Dim(2))
	if by := 1 << (len(u.Down) - 1); x.Dim(-3)%by != 0 || x.Dim(-2)%by != 0 || x.Dim(-3) == 0 || x.Dim(-2) == 0 {
		fail(op, "images of shape %v; height and width must be multiples of %d", x.Shape(), by)
	}
	c := u.Condition.apply(op, x, t, labels)
	x = u.First.Apply(x)
	seen := []*fx.Array{x}
	for _, l := range u.Down {
		for i := range l.Blocks {
			x = l.run(i, x, c)
			seen = append(seen, x)
		}
		if l.Resize != nil {
			x = l.Resize.Apply(x)
			seen = append(seen, x)
		}
	}
	x = u.Middle[1].Apply(u.Attention.Apply(u.Middle[0].Apply(x, c)), c)
	for _, l := range u.Up {
		for i := range l.Blocks {
			last := len(seen) - 1
			x = l.run(i, fx.Concatenate(-1, x, seen[last]), c)
			seen = seen[:last]
		}
		if l.Resize != nil {
			x = l.Resize.Apply(doubled(x))
		}
	}
	return u.Last.Apply(Silu(u.Norm.Apply(x)))
}

// doubled repeats every row and column of images.
func doubled(x *fx.Array) *fx.Array { return x.Repeat(2, -3).Repeat(2, -2) }
