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

// Source describes a data set that [Open] knows.
type Source struct {
	Name string
	// Summary is one line about it.
	Summary string
	// Files tells that it is read from files, and so needs a directory; Advice
	// says how to get them.
	Files  bool
	Advice string

	open func(dir string, opts Options) (train, test *Images, err error)
}

var sources = []Source{
	{
		Name:    "glyphs",
		Summary: "procedural handwritten-looking digits, ten classes, any size; built in",
		open:    openGlyphs,
	},
	{
		Name:    "mnist",
		Summary: "MNIST handwritten digits, ten classes, 28x28 grey",
		Files:   true,
		Advice:  mnistAdvice,
		open:    openFiles(LoadMNIST),
	},
	{
		Name:    "cifar10",
		Summary: "CIFAR-10 photographs, ten classes, 32x32 in colour",
		Files:   true,
		Advice:  cifar10Layout.advice(),
		open:    openFiles(LoadCIFAR10),
	},
}

// Sources returns the data sets that [Open] knows, in the order to list them.
func Sources() []Source { return append([]Source(nil), sources...) }

// Open returns the training and the test set of the data set called name, read
// from directory dir if it is one in files; built-in sets want dir to be "".
// Errors say what to do: the nearest names for an unknown one, where to get
// files that are missing.
func Open(name, dir string, opts Options) (train, test *Images, err error) {
	source, err := findSource(name)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case opts.Train < 0 || opts.Test < 0 || opts.Size < 0:
		return nil, nil, fmt.Errorf("data: %s: %d training images, %d test images, size %d: must not be negative", name, opts.Train, opts.Test, opts.Size)
	case source.Files && dir == "":
		return nil, nil, fmt.Errorf("data: %s is read from files and no directory is given: %s", name, source.Advice)
	case !source.Files && dir != "":
		return nil, nil, fmt.Errorf("data: %s is built in and reads no files, but the data directory %s is given: name the data set that is there, or leave out --data-dir", name, dir)
	}
	return source.open(dir, opts)
}

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

// openFiles makes the opener of a set that load reads from a directory.
func openFiles(load func(dir string) (train, test *Images, err error)) func(string, Options) (train, test *Images, err error) {
	return func(dir string, opts Options) (train, test *Images, err error) {
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
