package classify

import (
	"fmt"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/study"
)

// Images is a labelled set: Pixels [n, height, width, channels] or, after Flat,
// [n, features], float32; Labels [n], int32 from 0. Examples of other kinds fit too,
// with labels [n, ...] where one has several: for a language model, Pixels and Labels
// are the tokens of n texts and those that follow them, [n, length].
type Images struct{ Pixels, Labels *fx.Array }

// N is the number of images.
func (s Images) N() int { return s.Labels.Dim(0) }

// Features is the number of values of an image.
func (s Images) Features() int { return s.Pixels.Size() / s.Pixels.Dim(0) }

// Slice is the images from number `from` to before number `to`.
func (s Images) Slice(from, to int) Images {
	return Images{s.Pixels.SliceAxis(0, from, to), s.Labels.SliceAxis(0, from, to)}
}

// Take is the images with the given numbers, an int array [k].
func (s Images) Take(numbers *fx.Array) Images {
	return Images{s.Pixels.Take(numbers, 0), s.Labels.Take(numbers, 0)}
}

// Flat is the same images as rows of features.
func (s Images) Flat() Images { return Images{s.Pixels.Reshape(s.Pixels.Dim(0), -1), s.Labels} }

// Sets are the images to train on and those to test with.
type Sets struct {
	Train, Test Images
	Classes     int
}

// Flat is the same sets with images as rows of features.
func (s *Sets) Flat() *Sets { return &Sets{s.Train.Flat(), s.Test.Flat(), s.Classes} }

// Open reads the run's data set once for all seeds, which differ in first values
// and in the order of the images alone. The pixels get mean 0 and variance 1 over
// the training set, for each channel. It is an error if the training set has
// fewer images than a batch.
func Open(env *study.Env, o data.Options, batch int) (*Sets, error) {
	return open(env, "normalised images", o, batch, data.Normalise)
}

// OpenPlain is Open with pixels as the data set has them, from 0 to 1.
func OpenPlain(env *study.Env, o data.Options, batch int) (*Sets, error) {
	return open(env, "images", o, batch, func(train, test *data.Images) (*data.Images, *data.Images, error) { return train, test, nil })
}

// OpenPrepared is OpenPlain with what prepare makes of the two sets, such as wrong
// labels. The name is that of the preparation, unique in the experiment.
func OpenPrepared(env *study.Env, name string, o data.Options, batch int, prepare func(train, test *data.Images) (*data.Images, *data.Images, error)) (*Sets, error) {
	return open(env, "images, "+name, o, batch, prepare)
}

func open(env *study.Env, name string, o data.Options, batch int, prepare func(train, test *data.Images) (*data.Images, *data.Images, error)) (*Sets, error) {
	return study.Once(env, fmt.Sprintf("%s %+v", name, o), func() (*Sets, error) {
		train, test, err := data.Open(env.Data.Name, env.Data.Dir, o)
		if err != nil {
			return nil, err
		}
		if train.N() < batch {
			return nil, fmt.Errorf("%s has %d training images; a batch alone has %d", env.Data.Name, train.N(), batch)
		}
		if train, test, err = prepare(train, test); err != nil {
			return nil, err
		}
		s := &Sets{Classes: len(train.Classes)}
		s.Train.Pixels, s.Train.Labels = train.Arrays()
		s.Test.Pixels, s.Test.Labels = test.Arrays()
		return s, nil
	})
}
