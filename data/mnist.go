package data

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// digitClasses names the classes of the digit sets.
var digitClasses = []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}

// idxSet is MNIST or one of its relatives, which come in the same files.
type idxSet struct {
	name    string
	classes []string
	base    string // where the files are
}

var (
	mnistSet   = idxSet{"mnist", digitClasses, "https://ossci-datasets.s3.amazonaws.com/mnist/"}
	fashionSet = idxSet{"fashion-mnist", []string{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"},
		"https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"}
	kmnistSet = idxSet{"kmnist", []string{"o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"}, "https://codh.rois.ac.jp/kmnist/dataset/kmnist/"}
)

func (s idxSet) advice() string {
	return "run fluxion data get " + s.name + ", or get train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz" +
		" from " + s.base + ", put them into one directory and name it with --data-dir"
}

// LoadMNIST reads the MNIST handwritten digits (LeCun, Cortes and Burges) from
// dir: 60,000 training and 10,000 test images of 28x28 grey pixels in ten
// classes, or as many as the files hold. The files may be compressed with gzip
// and go by their published names, with "-" or "." before "idx". A missing
// file is an error that says which names were looked for and where to get it;
// so is everything that [LoadIDX] reports.
func LoadMNIST(dir string) (train, test *Images, err error) { return mnistSet.load(dir) }

// LoadFashionMNIST reads Fashion-MNIST (Xiao, Rasul and Vollgraf,
// arXiv:1708.07747), ten kinds of clothes, in files of the names and the format
// that [LoadMNIST] reads.
func LoadFashionMNIST(dir string) (train, test *Images, err error) { return fashionSet.load(dir) }

// LoadKMNIST reads Kuzushiji-MNIST (Clanuwat et al., arXiv:1812.01718), ten
// cursive Japanese characters, in files of the names and the format that
// [LoadMNIST] reads.
func LoadKMNIST(dir string) (train, test *Images, err error) { return kmnistSet.load(dir) }

func (s idxSet) load(dir string) (train, test *Images, err error) {
	if err := checkDir(s.name, dir, s.advice()); err != nil {
		return nil, nil, err
	}
	if train, err = s.part(dir, "train", "training images"); err != nil {
		return nil, nil, err
	}
	if test, err = s.part(dir, "t10k", "test images"); err != nil {
		return nil, nil, err
	}
	if train.Height != test.Height || train.Width != test.Width {
		return nil, nil, fmt.Errorf("data: %s in %s: the training images are %dx%d, the test images %dx%d", s.name, dir, train.Height, train.Width, test.Height, test.Width)
	}
	return train, test, nil
}

func (s idxSet) part(dir, part, what string) (*Images, error) {
	images, err := s.find(dir, part+"-images", "idx3-ubyte")
	if err != nil {
		return nil, err
	}
	labels, err := s.find(dir, part+"-labels", "idx1-ubyte")
	if err != nil {
		return nil, err
	}
	set, err := LoadIDX(images, labels, s.classes)
	if err != nil {
		return nil, err
	}
	set.Name = s.name + " " + what
	return set, nil
}

// find returns the path of the first file that exists under one of the names
// in use.
func (s idxSet) find(dir, stem, format string) (string, error) {
	names := []string{stem + "-" + format, stem + "-" + format + ".gz", stem + "." + format, stem + "." + format + ".gz"}
	for _, name := range names {
		path := filepath.Join(dir, name)
		switch _, err := os.Stat(path); {
		case err == nil:
			return path, nil
		case !errors.Is(err, fs.ErrNotExist):
			return "", fmt.Errorf("data: %s: %w", s.name, err)
		}
	}
	last := len(names) - 1
	return "", fmt.Errorf("data: %s: %s has no file %s or %s; %s", s.name, dir, strings.Join(names[:last], ", "), names[last], s.advice())
}

// LoadIDX reads a set of grey images and their labels from two IDX files of
// unsigned bytes, of shapes [N, Height, Width] and [N]; pixels 0 to 255 become
// 0 to 1. A malformed file is a [*FormatError], and so is a label without a
// class and a number of labels that differs from the number of images.
func LoadIDX(imagesPath, labelsPath string, classes []string) (*Images, error) {
	images, err := ReadIDXFile(imagesPath, 3)
	if err != nil {
		return nil, err
	}
	labels, err := ReadIDXFile(labelsPath, 1)
	if err != nil {
		return nil, err
	}
	if images.Shape[0] != labels.Shape[0] {
		return nil, &FormatError{File: labelsPath, Offset: 4, Unpacked: labels.Unpacked,
			Problem: fmt.Sprintf("expected %s, one for each image of %s, found %d", plural(images.Shape[0], "label"), imagesPath, labels.Shape[0])}
	}
	set := &Images{
		Name:   filepath.Base(imagesPath),
		Height: images.Shape[1], Width: images.Shape[2], Channels: 1,
		Pixels:  make([]float32, len(images.Data)),
		Labels:  make([]int32, len(labels.Data)),
		Classes: classes,
	}
	for i, v := range images.Data {
		set.Pixels[i] = float32(v) / 255
	}
	for i, label := range labels.Data {
		if int(label) >= len(classes) {
			return nil, &FormatError{File: labelsPath, Offset: int64(8 + i), Unpacked: labels.Unpacked,
				Problem: fmt.Sprintf("expected a label from 0 to %d, found %d", len(classes)-1, label)}
		}
		set.Labels[i] = int32(label)
	}
	return set, nil
}
