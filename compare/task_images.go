package compare

import (
	"fmt"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/study"
)

// imageOptions are those of both tasks on images.
func imageOptions(batch, train, held int) []study.Option {
	return []study.Option{
		study.IntOption("batch", batch, "images in a minibatch; 0 takes all").Between(0, 1e5),
		study.IntOption("train", train, "images to train on; 0 takes all of a set in files").Between(0, 1e6),
		study.IntOption("test", 1000, "images to test on; 0 takes all of a set in files").Between(0, 1e6),
		study.IntOption("size", 0, "height and width in pixels; 0 is 14 for glyphs and the files' own size").Between(0, 256),
		heldOption(held),
	}
}

// MLP is a perceptron with one hidden layer that classifies images.
func MLP() Task {
	return Task{
		Name: "mlp", Summary: "a perceptron that classifies images",
		Options:  append(imageOptions(64, 4000, 1000), study.IntOption("hidden", 64, "units of the hidden layer").Between(1, 1e5)),
		DataSets: namesOf(data.HoldsImages), Files: imageFiles,
		Evaluations: 500, Metrics: classified,
		Open: func(s Setup) (Problem, error) {
			return classifier(s, func(key *fx.Array, height, width, channels, classes int) nn.MLP {
				return nn.NewMLP(key, []int{height * width * channels, s.Options.Int("hidden"), classes}, nn.Relu)
			}, func(m nn.MLP, x *fx.Array) *fx.Array { return m.Apply(x.Reshape(x.Dim(0), -1)) })
		},
	}
}

// ConvNet is a small convolutional network that classifies images.
func ConvNet() Task {
	return Task{
		Name: "convnet", Summary: "a small convolutional network that classifies images",
		Options: append(imageOptions(32, 2000, 500),
			study.IntOption("filters", 8, "channels of the first convolution; the second has twice as many").Between(1, 512),
			study.IntOption("hidden", 32, "units of the hidden dense layer").Between(1, 1e4)),
		DataSets: namesOf(data.HoldsImages), Files: imageFiles,
		Evaluations: 300, Metrics: classified,
		Open: func(s Setup) (Problem, error) {
			return classifier(s, func(key *fx.Array, height, width, channels, classes int) nn.ConvNet {
				f := s.Options.Int("filters")
				return nn.NewConvNet(key, height, width, channels, classes, nn.ConvNetOptions{Filters: [2]int{f, 2 * f}, Hidden: s.Options.Int("hidden")})
			}, nn.ConvNet.Apply)
		},
	}
}

// classifier is the problem of a network that gives logits for images.
func classifier[P any](s Setup, build func(key *fx.Array, height, width, channels, classes int) P, apply func(P, *fx.Array) *fx.Array) (Problem, error) {
	trainSet, testSet, err := openImages(s)
	if err != nil {
		return Problem{}, err
	}
	if trainSet.Height < 4 || trainSet.Width < 4 {
		return Problem{}, fmt.Errorf("%s: images of %dx%d: they must be 4x4 or larger", trainSet.Name, trainSet.Height, trainSet.Width)
	}
	var train, test examples
	train.X, train.Y = trainSet.Arrays()
	test.X, test.Y = testSet.Arrays()
	batches, err := train.minibatches(s.Options.Int("batch"))
	if err != nil {
		return Problem{}, err
	}
	h := hold(s.Options, train, test)
	model := func(p P, e examples) *fx.Array { return apply(p, e.X) }
	entropy := func(logits *fx.Array, e examples) *fx.Array { return nn.SoftmaxCrossEntropy(logits, e.Y).Mean() }
	return DefineModel(
		func(key *fx.Array) P {
			return build(key, trainSet.Height, trainSet.Width, trainSet.Channels, len(trainSet.Classes))
		},
		batches, model, entropy,
		func(p P) []*fx.Array {
			logits := model(p, h.test)
			return []*fx.Array{entropy(model(p, h.train), h.train), entropy(logits, h.test), nn.Accuracy(logits, h.test.Y)}
		}), nil
}

const imageFiles = "a folder of pictures, a sub-folder for each class"

// openImages reads the images and normalises them by the training set's moments.
func openImages(s Setup) (train, test *data.Images, err error) {
	size := s.Options.Int("size")
	path, folder, err := userFiles(s.Data.Name)
	switch {
	case err != nil:
		return nil, nil, err
	case path && !folder:
		return nil, nil, fmt.Errorf("%s is a file: --data takes a folder of pictures, a sub-folder for each class, or the name of a set", s.Data.Name)
	case path:
		all, err := data.LoadFolder(s.Data.Name, data.FolderOptions{Height: size, Width: size})
		if err != nil {
			return nil, nil, err
		}
		if all.N() < 5 {
			return nil, nil, fmt.Errorf("%s has %d pictures: there must be five or more", s.Data.Name, all.N())
		}
		if all, err = all.Subset(all.N(), problemSeed); err != nil { // shuffled
			return nil, nil, err
		}
		a, b := split(all.N())
		train, test = all.Select(a), all.Select(b)
		if train, err = most(train, s.Options.Int("train")); err == nil {
			test, err = most(test, s.Options.Int("test"))
		}
		if err != nil {
			return nil, nil, err
		}
	default:
		if s.Data.Name == "glyphs" && size == 0 {
			size = 14
		}
		train, test, err = data.Open(s.Data.Name, s.Data.Dir, data.Options{Size: size, Train: s.Options.Int("train"), Test: s.Options.Int("test")})
		if err != nil {
			return nil, nil, err
		}
	}
	return data.Normalise(train, test)
}

// most is the set, or so many of its images if it has more.
func most(set *data.Images, n int) (*data.Images, error) {
	if n == 0 || n >= set.N() {
		return set, nil
	}
	return set.Subset(n, problemSeed)
}
