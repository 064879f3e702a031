package nn

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Dropout sets values to 0 with probability Rate, each on its own, and divides
// the others by 1-Rate, so that the mean stays (Srivastava et al. 2014, in the
// "inverted" form). It does so in training only.
type Dropout struct{ Rate float64 }

// Apply is x: nothing is dropped at inference.
func (d Dropout) Apply(x *fx.Array) *fx.Array {
	d.check("Dropout.Apply", x)
	return x
}

// Train drops by the key.
func (d Dropout) Train(x, key *fx.Array) *fx.Array {
	d.check("Dropout.Train", x)
	if d.Rate == 0 {
		return x
	}
	checkKey("Dropout.Train", key)
	keep := random.Bernoulli(key, fx.Const(1-d.Rate), orScalar(x.Shape())...)
	return fx.Where(keep.Reshape(x.Shape()...), x.MulScalar(1/(1-d.Rate)), fx.ZerosLike(x))
}

// orScalar is a shape of one element for a scalar's, which Bernoulli takes to
// mean the probability's own.
func orScalar(shape []int) []int {
	if len(shape) == 0 {
		return []int{1}
	}
	return shape
}

func (d Dropout) check(op string, x *fx.Array) {
	checkInput(op, x, nil)
	if !(d.Rate >= 0 && d.Rate < 1) {
		fail(op, "Rate %v; it must be at least 0 and below 1", d.Rate)
	}
}

// TrainLayer is Train as a [Trainable].
func (d Dropout) TrainLayer(x, key *fx.Array) (*fx.Array, Layer) { return d.Train(x, key), d }

// A Trainable is a layer that does something else in training than at
// inference, or that changes by it. A layer that needs no key ignores it.
type Trainable interface {
	Layer
	TrainLayer(x, key *fx.Array) (y *fx.Array, next Layer)
}

var (
	_ Trainable = BatchNorm{}
	_ Trainable = Dropout{}
	_ Trainable = Sequential{}
)

// Func is a function as a layer without arrays: an activation, GlobalAvgPool,
// Flatten.
type Func func(*fx.Array) *fx.Array

// Apply is the function.
func (f Func) Apply(x *fx.Array) *fx.Array {
	if f == nil {
		fail("Func.Apply", "the function is nil")
	}
	return f(x)
}

// Sequential is layers one after the other, itself a layer.
type Sequential []Layer

// Apply runs all layers, as at inference.
func (s Sequential) Apply(x *fx.Array) *fx.Array {
	for i, l := range s {
		s.check("Sequential.Apply", i)
		x = l.Apply(x)
	}
	return x
}

// Train runs all layers as in training: a Trainable gets the key folded with
// its place. It gives the layers as they are afterwards.
func (s Sequential) Train(x, key *fx.Array) (y *fx.Array, next Sequential) {
	checkKey("Sequential.Train", key)
	next = make(Sequential, len(s))
	for i, l := range s {
		s.check("Sequential.Train", i)
		next[i] = l
		if t, ok := l.(Trainable); ok {
			x, next[i] = t.TrainLayer(x, random.FoldIn(key, i))
		} else {
			x = l.Apply(x)
		}
	}
	return x, next
}

func (s Sequential) check(op string, i int) {
	if s[i] == nil {
		fail(op, "layer %d is nil", i)
	}
}

// TrainLayer is Train as a [Trainable].
func (s Sequential) TrainLayer(x, key *fx.Array) (*fx.Array, Layer) {
	y, next := s.Train(x, key)
	return y, next
}

// ParameterCount is the number of elements of all arrays of a model.
func ParameterCount(model any) int {
	n := 0
	for _, a := range fx.Leaves(model) {
		n += a.Size()
	}
	return n
}
