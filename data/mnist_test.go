package data

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mnistFiles is a tiny set in the published files.
func mnistFiles() map[string][]byte {
	return map[string][]byte{
		"train-images-idx3-ubyte":    encodeIDX([]int{2, 2, 2}, []byte{0, 51, 102, 153, 204, 255, 0, 0}),
		"train-labels-idx1-ubyte.gz": pack(encodeIDX([]int{2}, []byte{7, 9})),
		"t10k-images.idx3-ubyte":     encodeIDX([]int{1, 2, 2}, []byte{255, 0, 0, 255}),
		"t10k-labels-idx1-ubyte":     encodeIDX([]int{1}, []byte{0}),
	}
}

func write(t *testing.T, files map[string][]byte) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoadMNIST(t *testing.T) {
	train, test, err := LoadMNIST(write(t, mnistFiles()))
	if err != nil {
		t.Fatal(err)
	}
	if want := []float32{0, 0.2, 0.4, 0.6, 0.8, 1, 0, 0}; !slices.Equal(train.Pixels, want) {
		t.Errorf("training pixels %v, want %v", train.Pixels, want)
	}
	if want := []int32{7, 9}; !slices.Equal(train.Labels, want) {
		t.Errorf("training labels %v, want %v", train.Labels, want)
	}
	if want := []int{1, 2, 2, 1}; !slices.Equal(test.Shape(), want) {
		t.Errorf("test shape %v, want %v", test.Shape(), want)
	}
	for _, set := range []*Images{train, test} {
		if err := set.Check(); err != nil {
			t.Error(err)
		}
	}
}

func TestLoadMNISTErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(map[string][]byte)
		want   string // DIR stands for the directory
	}{
		{"missing", func(f map[string][]byte) { delete(f, "t10k-labels-idx1-ubyte") },
			"data: mnist: DIR has no file t10k-labels-idx1-ubyte, t10k-labels-idx1-ubyte.gz, t10k-labels.idx1-ubyte or t10k-labels.idx1-ubyte.gz; " + mnistSet.advice()},
		{"empty directory", func(f map[string][]byte) { clear(f) },
			"data: mnist: DIR has no file train-images-idx3-ubyte, train-images-idx3-ubyte.gz, train-images.idx3-ubyte or train-images.idx3-ubyte.gz; " + mnistSet.advice()},
		{"count", func(f map[string][]byte) { f["t10k-labels-idx1-ubyte"] = encodeIDX([]int{2}, []byte{0, 1}) },
			"data: DIR/t10k-labels-idx1-ubyte: byte 4: expected 1 label, one for each image of DIR/t10k-images.idx3-ubyte, found 2"},
		{"label", func(f map[string][]byte) {
			f["train-labels-idx1-ubyte.gz"] = pack(encodeIDX([]int{2}, []byte{7, 10}))
		},
			"data: DIR/train-labels-idx1-ubyte.gz: byte 9 after decompression: expected a label from 0 to 9, found 10"},
		{"swapped", func(f map[string][]byte) { f["train-images-idx3-ubyte"] = f["t10k-labels-idx1-ubyte"] },
			"data: DIR/train-images-idx3-ubyte: byte 3: expected 3 dimensions, found 1 (a file of labels?)"},
		{"size", func(f map[string][]byte) { f["t10k-images.idx3-ubyte"] = encodeIDX([]int{1, 2, 1}, []byte{1, 2}) },
			"data: mnist in DIR: the training images are 2x2, the test images 2x1"},
	} {
		files := mnistFiles()
		c.change(files)
		dir := write(t, files)
		_, _, err := LoadMNIST(dir)
		if want := strings.ReplaceAll(filepath.FromSlash(c.want), "DIR", dir); err == nil || filepath.FromSlash(err.Error()) != want {
			t.Errorf("%s:\nerror %v\nwant  %s", c.name, err, want)
		}
	}
}

func TestLoadMNISTOnADirectoryNamedAsAFile(t *testing.T) {
	files := mnistFiles()
	delete(files, "train-images-idx3-ubyte")
	dir := write(t, files)
	if err := os.Mkdir(filepath.Join(dir, "train-images-idx3-ubyte"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, _, err := LoadMNIST(dir); err == nil || !strings.Contains(err.Error(), "train-images-idx3-ubyte") {
		t.Errorf("error %v, want one that names the file", err)
	}
}

func TestOpenMNISTOptions(t *testing.T) {
	dir := write(t, mnistFiles())
	train, test, err := Open("mnist", dir, Options{Train: 1, Size: 1})
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{1, 1, 1, 1}; !slices.Equal(train.Shape(), want) || !slices.Equal(test.Shape(), want) {
		t.Errorf("shapes %v and %v, want %v", train.Shape(), test.Shape(), want)
	}
	if test.Pixels[0] != 0.5 {
		t.Errorf("the mean of 1, 0, 0, 1 is %v", test.Pixels[0])
	}
	for want, opts := range map[string]Options{
		"data: mnist training images: cannot take 3 of 2 images":                               {Train: 3},
		"data: mnist test images: cannot take 2 of 1 images":                                   {Test: 2},
		"data: mnist training images: images of 2x2 cannot be shrunk to 4x4 by a whole factor": {Size: 4},
	} {
		if _, _, err := Open("mnist", dir, opts); err == nil || err.Error() != want {
			t.Errorf("%+v: error %v, want %s", opts, err, want)
		}
	}
}

// TestRealMNIST reads a real copy, whole or cut, from the directory mnist* in
// FLUXION_DATA.
func TestRealMNIST(t *testing.T) {
	root := os.Getenv("FLUXION_DATA")
	if root == "" {
		t.Skip("FLUXION_DATA names no directory of data sets")
	}
	dirs, err := filepath.Glob(filepath.Join(root, "mnist*"))
	if err != nil || len(dirs) == 0 {
		t.Skipf("no directory mnist* in %s", root)
	}
	for _, dir := range dirs {
		train, test, err := LoadMNIST(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, set := range []*Images{train, test} {
			if err := set.Check(); err != nil {
				t.Error(err)
			}
			if set.Height != 28 || set.Width != 28 {
				t.Errorf("%s: %dx%d", set.Name, set.Height, set.Width)
			}
		}
		// The published training set has mean 0.1307 and deviation 0.3081.
		m, err := train.Moments()
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(m.Mean[0]-0.1307) > 0.005 || math.Abs(m.Std[0]-0.3081) > 0.005 {
			t.Errorf("%s: mean %v, deviation %v; want about 0.1307 and 0.3081", dir, m.Mean[0], m.Std[0])
		}
		t.Logf("%s: %d and %d images, mean %.4f, deviation %.4f", dir, train.N(), test.N(), m.Mean[0], m.Std[0])
	}
}
