package layerrotation

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
)

// augment moves the images of a training batch, each on its own, by up to Shift pixels
// in both directions, and turns every other one round, left to right, if Mirror is
// set. What comes from outside is 0, the mean of the pixels.
type augment struct {
	Shift  int
	Mirror bool
}

// Apply is x: images are as they are when a network is tried.
func (a augment) Apply(x *fx.Array) *fx.Array { return x }

// TrainLayer is for images [n, height, width, channels].
func (a augment) TrainLayer(x, key *fx.Array) (*fx.Array, nn.Layer) {
	keys := random.Split(key, 3)
	n, height, width := x.Dim(0), x.Dim(1), x.Dim(2)
	// places are where the lines of every image are found in the one with a border.
	places := func(key *fx.Array, lines *fx.Array) *fx.Array {
		by := random.Randint(key, fx.Int32, 0, int64(2*a.Shift+1), n)
		return lines.Add(by.ExpandDims(1))
	}
	rows := places(keys[0], fx.Arange(fx.Int32, height).ExpandDims(0))
	columns := fx.Arange(fx.Int32, width).ExpandDims(0)
	if a.Mirror {
		round := random.Bernoulli(keys[2], fx.Const(0.5), n).ExpandDims(1)
		columns = fx.Where(round, columns.Neg().AddScalar(float64(width-1)), columns)
	}
	columns = places(keys[1], columns)
	border := fx.Padding{Before: a.Shift, After: a.Shift}
	y := x.Pad(0, fx.Padding{}, border, border)
	y = y.TakeAlongAxis(rows.Reshape(n, height, 1, 1), 1)
	return y.TakeAlongAxis(columns.Reshape(n, 1, width, 1), 2), a
}

var _ nn.Trainable = augment{}
