package data

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// cifarRecord is a record with the given labels and pixels that say where they
// are: red is the row, green the column, blue their sum.
func cifarRecord(labels ...byte) []byte {
	record := slices.Clone(labels)
	for channel := range 3 {
		for y := range 32 {
			for x := range 32 {
				record = append(record, []byte{byte(y), byte(x), byte(x + y)}[channel])
			}
		}
	}
	return record
}

func TestLoadCIFAR10(t *testing.T) {
	files := map[string][]byte{
		"data_batch_1.bin": append(cifarRecord(3), cifarRecord(9)...),
		"data_batch_2.bin": cifarRecord(0),
		"test_batch.bin":   cifarRecord(7),
	}
	train, test, err := LoadCIFAR10(write(t, files))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(train.Labels, []int32{3, 9, 0}) || !slices.Equal(test.Labels, []int32{7}) {
		t.Errorf("labels %v and %v", train.Labels, test.Labels)
	}
	if train.Name != "cifar10 training images (2 of 5 files)" || !slices.Equal(train.Shape(), []int{3, 32, 32, 3}) {
		t.Errorf("%s of shape %v", train.Name, train.Shape())
	}
	for i := range train.N() {
		for p, v := range train.Image(i) {
			y, x := p/96, p/3%32
			if want := float32([]int{y, x, x + y}[p%3]) / 255; v != want {
				t.Fatalf("image %d, row %d, column %d, channel %d is %v, want %v", i, y, x, p%3, v, want)
			}
		}
	}
	for _, set := range []*Images{train, test} {
		if err := set.Check(); err != nil {
			t.Error(err)
		}
	}
}

func TestLoadCIFAR100(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "cifar-100-binary") // as the archive unpacks
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"train.bin": cifarRecord(19, 99), "test.bin": cifarRecord(0, 1)} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fine, _, err := LoadCIFAR100(dir)
	if err != nil {
		t.Fatal(err)
	}
	coarse, _, err := LoadCIFAR100Coarse(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := fine.Classes[fine.Labels[0]]; got != "worm" || len(fine.Classes) != 100 {
		t.Errorf("fine label %s of %d", got, len(fine.Classes))
	}
	if got := coarse.Classes[coarse.Labels[0]]; got != "vehicles_2" || len(coarse.Classes) != 20 {
		t.Errorf("coarse label %s of %d", got, len(coarse.Classes))
	}
	if !slices.Equal(fine.Pixels, coarse.Pixels) {
		t.Error("the images of the two labellings differ")
	}
	for _, names := range [][]string{cifar10Classes, cifar100Fine, cifar100Coarse} {
		if sorted := slices.Clone(names); !slices.IsSorted(names) || len(slices.Compact(sorted)) != len(names) {
			t.Errorf("%v: not in alphabetical order", names)
		}
	}
}

func TestLoadCIFARErrors(t *testing.T) {
	good := map[string][]byte{"data_batch_1.bin": cifarRecord(3), "data_batch_2.bin": cifarRecord(4), "test_batch.bin": cifarRecord(7)}
	const advice = "; run fluxion data get cifar10, or get https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz, unpack it, and name the directory of its files with --data-dir"
	for _, c := range []struct {
		name, file string
		content    []byte // nil: no such file
		want       string // DIR stands for the directory
	}{
		{"gap", "data_batch_1.bin", nil,
			"data: cifar10: DIR has no file data_batch_1.bin, data_batch_3.bin, data_batch_4.bin, data_batch_5.bin" + advice},
		{"no test file", "test_batch.bin", nil,
			"data: cifar10: DIR has no file data_batch_3.bin, data_batch_4.bin, data_batch_5.bin, test_batch.bin" + advice},
		{"empty", "test_batch.bin", []byte{}, "data: DIR/test_batch.bin: byte 0: the file is empty"},
		{"cut off", "data_batch_2.bin", append(cifarRecord(1), cifarRecord(2)[:100]...),
			"data: DIR/data_batch_2.bin: byte 3173: the file ends here, within the record of 3073 bytes from byte 3073"},
		{"label", "data_batch_2.bin", append(cifarRecord(1), cifarRecord(10)...),
			"data: DIR/data_batch_2.bin: byte 3073: expected a label from 0 to 9, found 10"},
		{"archive", "data_batch_1.bin", append([]byte{0x1f, 0x8b}, cifarRecord(1)...),
			"data: DIR/data_batch_1.bin: byte 0: expected a label from 0 to 9, found 31 (a compressed archive? unpack it first)"},
		{"pickle", "data_batch_1.bin", append([]byte{0x80, 2}, cifarRecord(1)...),
			"data: DIR/data_batch_1.bin: byte 0: expected a label from 0 to 9, found 128 (the Python version of the set? the binary version is needed)"},
		{"web page", "data_batch_1.bin", append([]byte("<!DOCTYPE html>"), cifarRecord(1)...),
			"data: DIR/data_batch_1.bin: byte 0: expected a label from 0 to 9, found 60 (a web page saved in its place?)"},
	} {
		files := map[string][]byte{}
		for name, content := range good {
			files[name] = content
		}
		files[c.file] = c.content
		if c.content == nil {
			delete(files, c.file)
		}
		dir := write(t, files)
		_, _, err := LoadCIFAR10(dir)
		if want := strings.ReplaceAll(filepath.FromSlash(c.want), "DIR", dir); err == nil || filepath.FromSlash(err.Error()) != want {
			t.Errorf("%s:\nerror %v\nwant  %s", c.name, err, want)
		}
	}
	if _, _, err := LoadCIFAR10("no/such/dir"); err == nil || err.Error() != "data: cifar10: there is no directory no/such/dir"+advice {
		t.Errorf("no directory: %v", err)
	}
}

// FuzzReadCIFAR10: any input is an error that names the file, or whole records
// that can be written again.
func FuzzReadCIFAR10(f *testing.F) {
	f.Add([]byte{})
	f.Add(cifarRecord(5))
	f.Add(append(cifarRecord(5), cifarRecord(200)...))
	f.Add(cifarRecord(1)[:77])
	f.Fuzz(func(t *testing.T, file []byte) {
		set, err := ReadCIFAR10(bytes.NewReader(file), "fuzzed")
		if err != nil {
			var format *FormatError
			if !errors.As(err, &format) || !strings.HasPrefix(err.Error(), "data: fuzzed: byte ") || format.Offset > int64(len(file)) {
				t.Fatalf("error %v", err)
			}
			return
		}
		if err := set.Check(); err != nil {
			t.Fatal(err)
		}
		var again []byte
		for i, label := range set.Labels {
			again = append(again, byte(label))
			for c := range 3 {
				for p := range 1024 {
					again = append(again, byte(set.Image(i)[3*p+c]*255+0.5))
				}
			}
		}
		if !bytes.Equal(again, file) {
			t.Fatal("what was read is not what the file says")
		}
	})
}

func TestOpenCIFAR10Options(t *testing.T) {
	dir := write(t, map[string][]byte{
		"data_batch_1.bin": append(cifarRecord(3), cifarRecord(9)...),
		"test_batch.bin":   cifarRecord(7),
	})
	train, test, err := Open("cifar10", dir, Options{Train: 1, Size: 8})
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{1, 8, 8, 3}; !slices.Equal(train.Shape(), want) || !slices.Equal(test.Shape(), want) {
		t.Errorf("shapes %v and %v, want %v", train.Shape(), test.Shape(), want)
	}
	// Red is the row and green the column: 0 to 3 have the mean 1.5.
	if p := test.Image(0)[:2]; p[0] != 1.5/255 || p[1] != 1.5/255 {
		t.Errorf("the first mean of red and of green is %v", p)
	}
}
