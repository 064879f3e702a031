package data

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	cifarSide   = 32
	cifarPixels = cifarSide * cifarSide
	cifarImage  = 3 * cifarPixels // bytes of an image
)

// cifarLayout is how a record of a CIFAR file begins: label bytes, one of
// which counts.
type cifarLayout struct {
	name    string
	folder  string   // that the published archive makes
	train   []string // the training files, in order
	test    string
	labels  []cifarLabel
	counts  int // index of the label that counts
	archive string
}

// cifarLabel is one label byte: what it says, and the names of its values.
type cifarLabel struct {
	what    string
	classes []string
}

var cifar10Layout = cifarLayout{
	name:    "cifar10",
	folder:  "cifar-10-batches-bin",
	train:   []string{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"},
	test:    "test_batch.bin",
	labels:  []cifarLabel{{"label", cifar10Classes}},
	archive: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
}

var cifar100Layout = cifarLayout{
	name:    "cifar100",
	folder:  "cifar-100-binary",
	train:   []string{"train.bin"},
	test:    "test.bin",
	labels:  []cifarLabel{{"coarse label", cifar100Coarse}, {"fine label", cifar100Fine}},
	counts:  1,
	archive: "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
}

// LoadCIFAR10 reads the CIFAR-10 photographs (Krizhevsky, "Learning multiple
// layers of features from tiny images", 2009) in their binary version from
// dir, or from the folder cifar-10-batches-bin in it: 50,000 training and
// 10,000 test images of 32x32 pixels in red, green and blue and ten classes,
// or as many as the files hold. Of the training files data_batch_1.bin to
// data_batch_5.bin the last ones may be missing. A missing file is an error
// that says where to get it, a malformed one a [*FormatError].
func LoadCIFAR10(dir string) (train, test *Images, err error) { return cifar10Layout.load(dir) }

// LoadCIFAR100 reads CIFAR-100, which is like CIFAR-10 with a hundred classes,
// from the files train.bin and test.bin in dir or in the folder
// cifar-100-binary in it. Errors are as for [LoadCIFAR10].
func LoadCIFAR100(dir string) (train, test *Images, err error) { return cifar100Layout.load(dir) }

// LoadCIFAR100Coarse is [LoadCIFAR100] with the twenty groups of five classes
// as labels.
func LoadCIFAR100Coarse(dir string) (train, test *Images, err error) {
	coarse := cifar100Layout
	coarse.name, coarse.counts = "cifar100-coarse", 0
	return coarse.load(dir)
}

func (l cifarLayout) advice() string {
	return "run fluxion data get " + strings.TrimSuffix(l.name, "-coarse") + ", or get " + l.archive + ", unpack it, and name the directory of its files with --data-dir"
}

func (l cifarLayout) load(dir string) (train, test *Images, err error) {
	advice := l.advice()
	if err := checkDir(l.name, dir, advice); err != nil {
		return nil, nil, err
	}
	if inside := filepath.Join(dir, l.folder); isDir(inside) {
		dir = inside
	}
	files, err := l.present(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("%w; %s", err, advice)
	}
	name := l.name + " training images"
	if len(files) < len(l.train) {
		name += fmt.Sprintf(" (%d of %d files)", len(files), len(l.train))
	}
	if train, err = l.read(name, dir, files); err != nil {
		return nil, nil, err
	}
	if test, err = l.read(l.name+" test images", dir, []string{l.test}); err != nil {
		return nil, nil, err
	}
	return train, test, nil
}

// present returns the training files that are there: all, or all up to one.
func (l cifarLayout) present(dir string) ([]string, error) {
	var there, missing []string
	for _, name := range append(slices.Clone(l.train), l.test) {
		switch _, err := os.Stat(filepath.Join(dir, name)); {
		case errors.Is(err, fs.ErrNotExist):
			missing = append(missing, name)
		case err != nil:
			return nil, fmt.Errorf("data: %s: %w", l.name, err)
		default:
			there = append(there, name)
		}
	}
	train := len(there) - 1
	if train < 1 || there[train] != l.test || !slices.Equal(there[:train], l.train[:train]) {
		return nil, fmt.Errorf("data: %s: %s has no file %s", l.name, dir, strings.Join(missing, ", "))
	}
	return there[:train], nil
}

func (l cifarLayout) read(name, dir string, files []string) (*Images, error) {
	set := &Images{Name: name, Height: cifarSide, Width: cifarSide, Channels: 3, Classes: l.labels[l.counts].classes}
	for _, file := range files {
		path := filepath.Join(dir, file)
		f, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("data: %w", err)
		}
		err = l.append(set, f, path)
		f.Close()
		if err != nil {
			return nil, err
		}
	}
	return set, nil
}

// ReadCIFAR10 reads one file of [LoadCIFAR10], called name in errors.
func ReadCIFAR10(r io.Reader, name string) (*Images, error) {
	set := &Images{Name: name, Height: cifarSide, Width: cifarSide, Channels: 3, Classes: cifar10Classes}
	return set, cifar10Layout.append(set, r, name)
}

// append adds the records of one file to a set.
func (l cifarLayout) append(set *Images, r io.Reader, file string) error {
	r = bufio.NewReader(r)
	record := make([]byte, len(l.labels)+cifarImage)
	for start := int64(0); ; start += int64(len(record)) {
		n, err := io.ReadFull(r, record)
		problem := func(at int, format string, args ...any) error {
			return &FormatError{File: file, Offset: start + int64(at), Problem: fmt.Sprintf(format, args...)}
		}
		switch {
		case err == io.EOF && start == 0:
			return problem(0, "the file is empty")
		case err == io.EOF:
			return nil
		case err == io.ErrUnexpectedEOF:
			return problem(n, "the file ends here, within the record of %d bytes from byte %d", len(record), start)
		case err != nil:
			return &FormatError{File: file, Offset: start + int64(n), Problem: "cannot read: " + err.Error(), Err: err}
		case len(set.Pixels)+cifarImage > maxPixels:
			return problem(0, "more than the %d images that fit into memory", maxPixels/cifarImage)
		}
		for i, label := range l.labels {
			if int(record[i]) >= len(label.classes) {
				return problem(i, "expected a %s from 0 to %d, found %d%s", label.what, len(label.classes)-1, record[i], cifarHint(start, record))
			}
		}
		set.Labels = append(set.Labels, int32(record[l.counts]))
		set.Pixels = appendCIFAR(set.Pixels, record[len(l.labels):])
	}
}

// cifarHint guesses what a file is that begins with no record.
func cifarHint(start int64, record []byte) string {
	switch {
	case start > 0:
		return ""
	case record[0] == 0x1f && record[1] == 0x8b:
		return " (a compressed archive? unpack it first)"
	case record[0] == '<':
		return " (a web page saved in its place?)"
	case record[0] == 0x80:
		return " (the Python version of the set? the binary version is needed)"
	}
	return ""
}

// appendCIFAR adds an image given in channel, row, column order in row,
// column, channel order.
func appendCIFAR(pixels []float32, image []byte) []float32 {
	for p := range cifarPixels {
		for c := range 3 {
			pixels = append(pixels, float32(image[c*cifarPixels+p])/255)
		}
	}
	return pixels
}

// isDir reports whether there is a directory at path.
func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// checkDir makes sure that there is a directory of a set's files.
func checkDir(name, dir, advice string) error {
	switch info, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("data: %s: there is no directory %s; %s", name, dir, advice)
	case err != nil:
		return fmt.Errorf("data: %s: %w", name, err)
	case !info.IsDir():
		return fmt.Errorf("data: %s: %s is a file, not the directory of the files; %s", name, dir, advice)
	}
	return nil
}
