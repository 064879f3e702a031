package flow

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
)

// Model is a velocity field with parameters: a tree whose Apply gives the
// velocity, of x's shape, at points x [n, ...] and times t, a scalar or [n].
type Model interface {
	Apply(x, t *fx.Array) *fx.Array
}

// Field is the velocity of vectors by a perceptron that sees the point and, as
// one more feature, the time.
type Field struct{ Net nn.MLP }

// NewField makes a field for vectors of d elements. hidden are the sizes of the
// hidden layers; the authors' toy network has two of 100, and tanh.
func NewField(key *fx.Array, d int, hidden []int, activation func(*fx.Array) *fx.Array, opts ...nn.LayerOptions) Field {
	sizes := append(append([]int{d + 1}, hidden...), d)
	return Field{nn.NewMLP(key, sizes, activation, opts...)}
}

// Apply is the velocity at points [n, d].
func (f Field) Apply(x, t *fx.Array) *fx.Array {
	if x.NDim() != 2 {
		fail("Field.Apply", "points are %v; they must be [n, d]", x.Shape())
	}
	column := spread("Field.Apply", t, x).AsType(x.DType()).BroadcastTo(x.Dim(0), 1)
	return f.Net.Apply(fx.Concatenate(1, x, column))
}

// ImageField is the velocity of images [n, height, width, channels] by a U-Net
// that sees the time. Its TimeFactor should be about 1000: the authors' is 999.
type ImageField struct{ Net nn.UNet }

// Apply is the velocity at images.
func (f ImageField) Apply(x, t *fx.Array) *fx.Array {
	if x.NDim() != 4 {
		fail("ImageField.Apply", "images are %v; they must be [n, height, width, channels]", x.Shape())
	}
	return f.Net.Apply(x, t.AsType(x.DType()).BroadcastTo(x.Dim(0)), nil)
}

// Func is a velocity without parameters.
type Func func(x, t *fx.Array) *fx.Array

// Apply is the function.
func (f Func) Apply(x, t *fx.Array) *fx.Array { return f(x, t) }
