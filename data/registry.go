package data

import (
	"fmt"
	"strings"

	"github.com/fluxion-go/fluxion/internal/nearest"
)

// Options choose from a data set. The zero value means the set's own values.
type Options struct {
	// Train and Test are numbers of images. Zero: 4000 and 2000 glyphs, and
	// all images of a set in files, from which otherwise that many are drawn.
	Train, Test int
	// Size is the height and width in pixels. Zero: 28 for glyphs, and the
	// files' own size, which otherwise must be a multiple of Size: images are
	// shrunk by averaging.
	Size int
	// Seed chooses the glyphs, or the images drawn from files.
	Seed uint64
}

// Source describes a data set that is known by name.
type Source struct {
	Name string
	// Summary is one line about it.
	Summary string
	// Holds is what the set consists of.
	Holds Content
	// Files tells that it is read from files, and so needs a directory; Advice
	// says how to get them.
	Files  bool
	Advice string
	// Downloads are the files and where they come from.
	Downloads []Download

	images func(dir string, opts Options) (train, test *Images, err error)
	check  func(dir string) (found string, err error)
}

// Content is what a data set consists of, and so what opens it.
type Content string

// The contents: images ([Open]), a text ([OpenText]), and rows of features
// ([OpenSparse]).
const (
	HoldsImages Content = "images"
	HoldsText   Content = "text"
	HoldsRows   Content = "rows"
)

var sources = makeSources()

func makeSources() []Source {
	list := []Source{{
		Name:    "glyphs",
		Summary: "procedural handwritten-looking digits, ten classes, any size; built in",
		Holds:   HoldsImages,
		images:  openGlyphs,
	}}
	files := func(name, summary, advice string, downloads []Download, load func(dir string) (train, test *Images, err error)) {
		list = append(list, Source{
			Name: name, Summary: summary, Holds: HoldsImages, Files: true, Advice: advice, Downloads: downloads,
			images: func(dir string, opts Options) (*Images, *Images, error) { return chooseBoth(dir, opts, load) },
			check: func(dir string) (string, error) {
				train, test, err := load(dir)
				if err != nil {
					return "", err
				}
				return fmt.Sprintf("%d training and %d test images of %dx%d", train.N(), test.N(), train.Height, train.Width), nil
			},
		})
	}
	files("mnist", "MNIST handwritten digits, ten classes, 28x28 grey", mnistSet.advice(), mnistDownloads, LoadMNIST)
	files("fashion-mnist", "Fashion-MNIST clothes, ten classes, 28x28 grey", fashionSet.advice(), fashionDownloads, LoadFashionMNIST)
	files("kmnist", "Kuzushiji-MNIST cursive Japanese characters, ten classes, 28x28 grey", kmnistSet.advice(), kmnistDownloads, LoadKMNIST)
	files("cifar10", "CIFAR-10 photographs, ten classes, 32x32 colour", cifar10Layout.advice(),
		cifar10Layout.files(170052171, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", "c32a1d4ab5d03f1284b67883e8d87530"), LoadCIFAR10)
	files("cifar100", "CIFAR-100 photographs, a hundred classes, 32x32 colour", cifar100Layout.advice(),
		cifar100Layout.files(168513733, "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec", "03b5dce01913d631647c71ecec9e9cb8"), LoadCIFAR100)
	list = append(list, Source{
		Name: "tinyshakespeare", Summary: "40,000 lines of Shakespeare's plays, 1.1 million characters", Holds: HoldsText, Files: true,
		Advice:    "run fluxion data get tinyshakespeare, or get " + shakespeareDownloads[0].URLs[0] + " and name its directory with --data-dir",
		Downloads: shakespeareDownloads,
		check: func(dir string) (string, error) {
			corpus, err := loadCorpus("tinyshakespeare", dir)
			if err != nil {
				return "", err
			}
			return fmt.Sprintf("%d characters, %d different ones", len(corpus.Tokens), len(corpus.Vocabulary)), nil
		},
	})
	for _, s := range libsvmSets {
		list = append(list, Source{
			Name: s.name, Summary: fmt.Sprintf("%s, %d features, two classes (LIBSVM)", s.what, s.cols), Holds: HoldsRows, Files: true,
			Advice:    "run fluxion data get " + s.name + ", or get " + s.files()[0].URLs[0] + " and name its directory with --data-dir",
			Downloads: s.files(), check: s.check,
		})
	}
	return list
}

// Sources returns the data sets that have a name, in the order to list them.
func Sources() []Source { return append([]Source(nil), sources...) }

// Open returns the training and the test set of the images called name, read
// from directory dir if they are in files: "" means the directory that
// [DefaultDir] names, where fluxion data get puts them. Built-in sets want dir
// to be "". Errors say what to do: the nearest names for an unknown one, where
// to get files that are missing.
func Open(name, dir string, opts Options) (train, test *Images, err error) {
	source, err := findSource(name)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case opts.Train < 0 || opts.Test < 0 || opts.Size < 0:
		return nil, nil, fmt.Errorf("data: %s: %d training images, %d test images, size %d: must not be negative", name, opts.Train, opts.Test, opts.Size)
	case source.Holds != HoldsImages:
		return nil, nil, fmt.Errorf("data: %s is a set of %s, not of images", name, source.Holds)
	}
	if dir, err = source.place(dir); err != nil {
		return nil, nil, err
	}
	return source.images(dir, opts)
}

// FindSource returns the data set called name; the error for an unknown one
// suggests the nearest.
func FindSource(name string) (Source, error) { return findSource(name) }

func findSource(name string) (Source, error) {
	names := make([]string, len(sources))
	for i, s := range sources {
		if s.Name == name {
			return s, nil
		}
		names[i] = s.Name
	}
	return Source{}, fmt.Errorf("data: no data set is called %q%s; there are %s", name, nearest.DidYouMean(name, names), strings.Join(names, ", "))
}

func openGlyphs(_ string, opts Options) (train, test *Images, err error) {
	orElse := func(n, otherwise int) int {
		if n == 0 {
			return otherwise
		}
		return n
	}
	return GlyphSets(orElse(opts.Train, 4000), orElse(opts.Test, 2000), orElse(opts.Size, 28), opts.Seed)
}

func chooseBoth(dir string, opts Options, load func(dir string) (train, test *Images, err error)) (train, test *Images, err error) {
	if train, test, err = load(dir); err != nil {
		return nil, nil, err
	}
	if train, err = choose(train, opts.Train, opts.Size, opts.Seed); err != nil {
		return nil, nil, err
	}
	if test, err = choose(test, opts.Test, opts.Size, opts.Seed); err != nil {
		return nil, nil, err
	}
	return train, test, nil
}

// choose draws n images of a set and shrinks them to size; zero leaves either
// as it is.
func choose(set *Images, n, size int, seed uint64) (*Images, error) {
	var err error
	if n != 0 {
		if set, err = set.Subset(n, seed); err != nil {
			return nil, err
		}
	}
	if size == 0 || (size == set.Height && size == set.Width) {
		return set, nil
	}
	if set.Height != set.Width || set.Height%size != 0 {
		return nil, fmt.Errorf("data: %s: images of %dx%d cannot be shrunk to %dx%d by a whole factor", set.Name, set.Height, set.Width, size, size)
	}
	return set.Shrink(set.Height / size)
}
