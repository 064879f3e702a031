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

const mnistAdvice = "get train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz" +
	" from https://ossci-datasets.s3.amazonaws.com/mnist/, put them into one directory and name it with --data-dir"

// LoadMNIST reads the MNIST handwritten digits (LeCun, Cortes and Burges) from
// dir: 60,000 training and 10,000 test images of 28x28 grey pixels in ten
// classes, or as many as the files hold. The files may be compressed with gzip
// and go by their published names, with "-" or "." before "idx". A missing
// file is an error that says which names were looked for and where to get it;
// so is everything that [LoadIDX] reports.
func LoadMNIST(dir string) (train, test *Images, err error) {
	if err := checkDir("mnist", dir, mnistAdvice); err != nil {
		return nil, nil, err
	}
	if train, err = loadMNISTPart(dir, "train", "mnist training images"); err != nil {
		return nil, nil, err
	}
	if test, err = loadMNISTPart(dir, "t10k", "mnist test images"); err != nil {
		return nil, nil, err
	}
	if train.Height != test.Height || train.Width != test.Width {
		return nil, nil, fmt.Errorf("data: mnist in %s: the training images are %dx%d, the test images %dx%d", dir, train.Height, train.Width, test.Height, test.Width)
	}
	return train, test, nil
}

func loadMNISTPart(dir, part, name string) (*Images, error) {
	images, err := findMNIST(dir, part+"-images", "idx3-ubyte")
	if err != nil {
		return nil, err
	}
	labels, err := findMNIST(dir, part+"-labels", "idx1-ubyte")
	if err != nil {
		return nil, err
	}
	set, err := LoadIDX(images, labels, digitClasses)
	if err != nil {
		return nil, err
	}
	set.Name = name
	return set, nil
}

// findMNIST returns the path of the first file that exists under one of the
// names in use.
func findMNIST(dir, stem, format string) (string, error) {
	names := []string{stem + "-" + format, stem + "-" + format + ".gz", stem + "." + format, stem + "." + format + ".gz"}
	for _, name := range names {
		path := filepath.Join(dir, name)
		switch _, err := os.Stat(path); {
		case err == nil:
			return path, nil
		case !errors.Is(err, fs.ErrNotExist):
			return "", fmt.Errorf("data: mnist: %w", err)
		}
	}
	last := len(names) - 1
	return "", fmt.Errorf("data: mnist: %s has no file %s or %s; %s", dir, strings.Join(names[:last], ", "), names[last], mnistAdvice)
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
