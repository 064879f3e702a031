package nn

import (
	"slices"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// DiT is a transformer on the patches of images, conditioned on a time and, if
// it knows classes, a label: the network of a diffusion or flow model (Peebles
// and Xie, "Scalable Diffusion Models with Transformers", 2023, with
// adaLN-Zero blocks). The result has the images' shape. It is 0 at first,
// because the last layer starts at 0, and each block is the identity.
type DiT struct {
	Patches   Linear // of a patch's values
	Condition Conditioning
	Blocks    []DiTBlock
	Modulate  Linear // of the condition: shift and scale before the last layer
	Output    Linear
	image     [3]int // height, width, channels
	patch     int
}

// DiTBlock is a transformer block whose normalisations have their shift and
// scale, and whose two connections have a gate, from the condition (adaLN-Zero,
// section 3.2 of the paper).
type DiTBlock struct {
	Attention MultiHeadAttention
	MLP       MLP
	Modulate  Linear // of the condition: shift, scale and gate, twice; 0 at first
}

// DiTOptions are a DiT's sizes. Zero means a small model of our own choice.
type DiTOptions struct {
	Height, Width, Channels int      // of the images; they have no default
	Patch                   int      // height and width of a patch, which divide the images; 0 means 2
	Features                int      // a multiple of 4; 0 means 128
	Heads                   int      // 0 means 4
	Blocks                  int      // 0 means 4
	Hidden                  int      // of the perceptrons; 0 means 4 times Features
	Classes                 int      // 0 means that there are no labels
	TimeFactor              float64  // multiplies times; 0 means 1, for times that count steps (1000 for times in [0, 1])
	DType                   fx.DType // 0 means Float32
}

func (o DiTOptions) withDefaults() DiTOptions {
	orDefault(&o.Patch, 2)
	orDefault(&o.Features, 128)
	orDefault(&o.Heads, 4)
	orDefault(&o.Blocks, 4)
	orDefault(&o.Hidden, 4*o.Features)
	o.TimeFactor = timeFactor("NewDiT", o.TimeFactor)
	checkSizes("NewDiT", "height, width, channels, patch, features, heads, blocks and hidden features",
		o.Height, o.Width, o.Channels, o.Patch, o.Features, o.Heads, o.Blocks, o.Hidden)
	switch {
	case o.Height%o.Patch != 0 || o.Width%o.Patch != 0:
		fail("NewDiT", "images of %d by %d do not divide into patches of %d", o.Height, o.Width, o.Patch)
	case o.Features%4 != 0 || o.Features%o.Heads != 0:
		fail("NewDiT", "%d features; they must be a multiple of 4 and divide among %d heads", o.Features, o.Heads)
	case o.Classes < 0:
		fail("NewDiT", "%d classes", o.Classes)
	}
	return o
}

// NewDiT makes a model with the paper's first values: kernels by
// GlorotUniform, those of the time's embedding normal with deviation 0.02,
// those of the modulations and of the last layer 0, and all biases 0.
func NewDiT(key *fx.Array, opts DiTOptions) DiT {
	checkKey("NewDiT", key)
	o := opts.withDefaults()
	glorot := layerOptions("NewDiT", []LayerOptions{{Kernel: GlorotUniform, DType: o.DType}}, nil)
	zero, small := glorot, glorot
	zero.Kernel, small.Kernel = Zeros, Normal(0.02)
	keys := random.Split(key, 3+o.Blocks)
	values := o.Patch * o.Patch * o.Channels
	d := DiT{
		Patches:   NewLinear(keys[0], values, o.Features, glorot),
		Condition: newConditioning(keys[1], 256, o.Features, o.Classes, o.TimeFactor, small),
		Modulate:  NewLinear(keys[2], o.Features, 2*o.Features, zero),
		Output:    NewLinear(keys[2], o.Features, values, zero),
		image:     [3]int{o.Height, o.Width, o.Channels}, patch: o.Patch,
	}
	for _, k := range keys[3:] {
		k := random.Split(k, 2)
		d.Blocks = append(d.Blocks, DiTBlock{
			Attention: NewMultiHeadAttention(k[0], o.Features, o.Heads, glorot),
			MLP:       NewMLP(k[1], []int{o.Features, o.Hidden, o.Features}, GeluTanh, glorot),
			Modulate:  NewLinear(keys[2], o.Features, 6*o.Features, zero),
		})
	}
	return d
}

// Apply maps images [N, H, W, C] (or one [H, W, C]), times [N] (or a scalar) of
// their dtype and integer labels [N] (or a scalar; nil for a model without
// classes) to [N, H, W, C].
func (d DiT) Apply(x, t, labels *fx.Array) *fx.Array {
	const op = "DiT.Apply"
	if d.patch == 0 || d.Patches.W == nil {
		fail(op, "the model has no layers; NewDiT makes one")
	}
	checkImages(op, x, d.Patches.W, 0)
	if s := x.Shape(); !slices.Equal(s[len(s)-3:], d.image[:]) {
		fail(op, "the input has shape %v; the model is for images %v", s, d.image)
	}
	c := Silu(d.Condition.apply(op, x, t, labels)).ExpandDims(-2) // [N, 1, features]
	h := d.Patches.Apply(d.cut(x))
	h = h.Add(gridPositions(x.DType(), d.image[0]/d.patch, d.image[1]/d.patch, h.Dim(-1)))
	for _, b := range d.Blocks {
		h = b.apply(h, c)
	}
	m := fx.Split(d.Modulate.Apply(c), 2, -1)
	return d.join(d.Output.Apply(modulated(h, m[0], m[1])))
}

// apply maps sequences [..., n, features] under conditions [..., 1, features].
func (b DiTBlock) apply(x, c *fx.Array) *fx.Array {
	m := fx.Split(b.Modulate.Apply(c), 6, -1)
	x = x.Add(m[2].Mul(b.Attention.Apply(modulated(x, m[0], m[1]))))
	return x.Add(m[5].Mul(b.MLP.Apply(modulated(x, m[3], m[4]))))
}

// modulated is a layer normalisation without scale and bias of its own; the
// paper's Eps is 1e-6.
func modulated(x, shift, scale *fx.Array) *fx.Array {
	y := LayerNorm{Eps: 1e-6, axes: 1}.Apply(x)
	return y.Mul(scale.AddScalar(1)).Add(shift)
}

// cut makes [..., places, values] of images: a row for each patch.
func (d DiT) cut(x *fx.Array) *fx.Array {
	h, w, c, p := d.image[0], d.image[1], d.image[2], d.patch
	s := x.Shape()
	lead := s[: len(s)-3 : len(s)-3]
	y := x.Reshape(append(lead, h/p, p, w/p, p, c)...).SwapAxes(-4, -3)
	return y.Reshape(append(lead, h/p*(w/p), p*p*c)...)
}

// join undoes cut.
func (d DiT) join(x *fx.Array) *fx.Array {
	h, w, c, p := d.image[0], d.image[1], d.image[2], d.patch
	s := x.Shape()
	lead := s[: len(s)-2 : len(s)-2]
	y := x.Reshape(append(lead, h/p, w/p, p, p, c)...).SwapAxes(-4, -3)
	return y.Reshape(append(lead, h, w, c)...)
}

// timeFactor is the default 1 of an option.
func timeFactor(op string, v float64) float64 {
	if v == 0 {
		return 1
	}
	checkScale(op, v)
	return v
}
