package sinkhornnewton

import (
	"fmt"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/transport"
)

// The problems, as tables name them.
const (
	caseLap     = "lap"      // the assignment problem with random costs
	casePoints  = "points"   // two clouds of points in the square
	caseImageL2 = "glyph-l2" // two images, squared Euclidean distance of pixels
	caseImageL1 = "glyph-l1" // the same, sum of the coordinates' distances
)

var allCases = []string{caseLap, casePoints, caseImageL2, caseImageL1}

// problem is the seed's problem of the given name.
func problem(env *study.Env, p plan, name string, seed uint64) (transport.Entropic, error) {
	switch name {
	case caseLap:
		return lap(seed, p.points, p.lapEta), nil
	case casePoints:
		return clouds(seed, p.points, p.cloudEta), nil
	}
	images, err := sharedImages(env, p)
	if err != nil {
		return transport.Entropic{}, err
	}
	return imagePair(images, seed, name == caseImageL1, p.lapEta), nil
}

func even(n int) *fx.Array { return fx.Full(fx.Float64, 1/float64(n), n) }

// lap has independent costs, uniform in [0, 1).
func lap(seed uint64, n int, eta float64) transport.Entropic {
	key := random.FoldIn(random.New(seed), partLap)
	return transport.Entropic{Cost: random.Uniform(key, fx.Float64, 0, 1, n, n), Rows: even(n), Columns: even(n), Eta: eta}
}

// clouds has the squared distances of points in the unit square, divided by the
// largest. The points are in order of their first coordinate, for the figure.
func clouds(seed uint64, n int, eta float64) transport.Entropic {
	keys := random.Split(random.FoldIn(random.New(seed), partPoints), 2)
	cloud := func(key *fx.Array) *fx.Array {
		x := random.Uniform(key, fx.Float64, 0, 1, n, 2)
		return x.Take(x.SliceAxis(1, 0, 1).Flatten().ArgSort(0), 0)
	}
	return transport.Entropic{Cost: scaled(transport.SquaredDistances(cloud(keys[0]), cloud(keys[1]))), Rows: even(n), Columns: even(n), Eta: eta}
}

func scaled(cost *fx.Array) *fx.Array { return cost.Div(cost.Max()) }

// floor is what every pixel has besides its own value, because no mass may be 0.
const floor = 1e-6

// imagePair carries one image's ink to another's, pixel by pixel.
func imagePair(images *data.Images, seed uint64, l1 bool, eta float64) transport.Entropic {
	pick := random.Choice(random.FoldIn(random.New(seed), partImages), images.N(), 2).Int32s()
	mass := func(i int32) *fx.Array {
		pixels := fx.New(images.Image(int(i))).AsType(fx.Float64).AddScalar(floor)
		return pixels.Div(pixels.Sum())
	}
	n := images.Height * images.Width
	place := fx.Arange(fx.Int32, n)
	row := place.DivScalar(float64(images.Width))
	column := place.Sub(row.MulScalar(float64(images.Width)))
	grid := fx.Stack(1, row, column).AsType(fx.Float64)
	cost := transport.SquaredDistances(grid, grid)
	if l1 {
		cost = grid.ExpandDims(1).Sub(grid).Abs().Sum(-1)
	}
	return transport.Entropic{Cost: scaled(cost), Rows: mass(pick[0]), Columns: mass(pick[1]), Eta: eta}
}

// imageCount is how many images pairs are drawn from.
const imageCount = 200

func sharedImages(env *study.Env, p plan) (*data.Images, error) {
	return study.Once(env, "images", func() (*data.Images, error) {
		train, _, err := data.Open(env.Data.Name, env.Data.Dir, data.Options{Size: p.side, Train: imageCount, Test: 1})
		if err != nil {
			return nil, err
		}
		if train.Channels != 1 {
			return nil, fmt.Errorf("%s has images of %d channels; the masses are those of grey images", env.Data.Name, train.Channels)
		}
		return train, nil
	})
}
