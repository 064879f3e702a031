package npy

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"pgregory.net/rapid"
)

// file puts a header's dictionary and elements into the format by hand.
func file(dictionary string, elements ...byte) []byte {
	out := append([]byte("\x93NUMPY\x01\x00"), byte(len(dictionary)), byte(len(dictionary)>>8))
	return append(append(out, dictionary...), elements...)
}

// pad makes a dictionary as long as NumPy 1.24 writes it, and its newline.
func pad(dictionary string) string {
	return dictionary + strings.Repeat(" ", 117-len(dictionary)) + "\n"
}

// The files that NumPy 1.24 makes of known arrays.
var (
	six = []byte{0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0}

	fromNumPy = []struct {
		name    string
		content []byte
		dtype   fx.DType
		shape   []int
		values  []float64
	}{
		{"C order", file(pad("{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }"), six...), fx.Int32, []int{2, 3}, []float64{0, 1, 2, 3, 4, 5}},
		{"Fortran order", file(pad("{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3), }"), six...), fx.Int32, []int{2, 3}, []float64{0, 2, 4, 1, 3, 5}},
		{"scalar", file(pad("{'descr': '<f8', 'fortran_order': False, 'shape': (), }"), 0, 0, 0, 0, 0, 0, 4, 0x40), fx.Float64, nil, []float64{2.5}},
		{"big-endian", file(pad("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }"), 0x40, 0x20, 0, 0), fx.Float32, []int{1}, []float64{2.5}},
		{"bools", file(pad("{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }"), 1, 0), fx.Bool, []int{2}, []float64{1, 0}},
		{"empty", file(pad("{'descr': '|u1', 'fortran_order': False, 'shape': (3, 0), }")), fx.Uint8, []int{3, 0}, nil},
		{"Python 2", file(`{"shape": (2L,), "fortran_order":False,"descr":"<i8"}`, 7, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255), fx.Int64, []int{2}, []float64{7, -1}},
	}
)

func TestReadFilesOfNumPy(t *testing.T) {
	for _, c := range fromNumPy {
		for version := byte(1); version <= 3; version++ {
			content := slices.Clone(c.content)
			if version > 1 { // the length has four bytes
				content = slices.Insert(content, 10, 0, 0)
				content[6] = version
			}
			a, err := Read(iotest.OneByteReader(bytes.NewReader(content)), "file")
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			got := a.AsType(fx.Float64).Float64s()
			if a.DType() != c.dtype || !slices.Equal(a.Shape(), c.shape) || !slices.Equal(got, c.values) {
				t.Errorf("%s: %v%v %v", c.name, a.DType(), a.Shape(), got)
			}
		}
	}
}

// TestWriteAsNumPyDoes: byte for byte.
func TestWriteAsNumPyDoes(t *testing.T) {
	for _, c := range []struct {
		a       *fx.Array
		order   Order
		content []byte
	}{
		{fx.New([]int32{0, 1, 2, 3, 4, 5}, 2, 3), C, fromNumPy[0].content},
		{fx.New([]int32{0, 2, 4, 1, 3, 5}, 2, 3), Fortran, fromNumPy[1].content},
		{fx.Scalar(2.5), C, fromNumPy[2].content},
		{fx.New([]bool{true, false}), C, fromNumPy[4].content},
		{fx.New([]uint8{}, 3, 0), C, fromNumPy[5].content},
	} {
		var b bytes.Buffer
		if err := Write(&b, c.a, c.order); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Bytes(), c.content) {
			t.Errorf("%v:\n%q\n%q", c.a.Shape(), b.Bytes(), c.content)
		}
	}
}

// drawArray makes an array of any type and shape, NaNs included.
func drawArray(t *rapid.T) *fx.Array {
	shape := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 4).Draw(t, "shape")
	size := 1
	for _, n := range shape {
		size *= n
	}
	bits := rapid.SliceOfN(rapid.Uint64(), size, size).Draw(t, "bits")
	return rapid.SampledFrom([]func() *fx.Array{
		func() *fx.Array { return convert(bits, shape, func(b uint64) bool { return b%2 == 1 }) },
		func() *fx.Array { return convert(bits, shape, func(b uint64) uint8 { return uint8(b) }) },
		func() *fx.Array { return convert(bits, shape, func(b uint64) uint32 { return uint32(b) }) },
		func() *fx.Array { return convert(bits, shape, func(b uint64) int32 { return int32(b) }) },
		func() *fx.Array { return convert(bits, shape, func(b uint64) int64 { return int64(b) }) },
		func() *fx.Array {
			return convert(bits, shape, func(b uint64) float32 { return math.Float32frombits(uint32(b)) })
		},
		func() *fx.Array { return convert(bits, shape, math.Float64frombits) },
		func() *fx.Array {
			return convert(bits, shape, func(b uint64) complex64 {
				return complex(math.Float32frombits(uint32(b)), math.Float32frombits(uint32(b>>32)))
			})
		},
		func() *fx.Array {
			return convert(bits, shape, func(b uint64) complex128 { return complex(math.Float64frombits(b), float64(b)) })
		},
	}).Draw(t, "type")()
}

func convert[T fx.Elem](bits []uint64, shape []int, to func(uint64) T) *fx.Array {
	values := make([]T, len(bits))
	for i, b := range bits {
		values[i] = to(b)
	}
	return newArray(values, shape)
}

// same compares type, shape and bits.
func same(a, b *fx.Array) bool {
	return a.DType() == b.DType() && slices.Equal(a.Shape(), b.Shape()) && bytes.Equal(encode(a), encode(b))
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, order := drawArray(t), Order(rapid.Bool().Draw(t, "Fortran"))
		var b bytes.Buffer
		if err := Write(&b, a, order); err != nil {
			t.Fatal(err)
		}
		if begin := b.Len() - a.Size()*a.DType().Size(); begin%64 != 0 {
			t.Fatalf("elements begin at byte %d", begin)
		}
		again, err := Read(&b, "file")
		if err != nil {
			t.Fatal(err)
		}
		if !same(a, again) {
			t.Fatalf("%v becomes %v", a, again)
		}
	})
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	a, b := fx.Arange(fx.Float32, 6).Reshape(2, 3), fx.Scalar(int64(-3))
	path := filepath.Join(dir, "a.npy")
	if err := WriteFile(path, a, Fortran); err != nil {
		t.Fatal(err)
	}
	if again, err := ReadFile(path); err != nil || !same(a, again) {
		t.Errorf("%v, %v", again, err)
	}
	zipped := filepath.Join(dir, "both.npz")
	if err := WriteZipFile(zipped, map[string]*fx.Array{"a": a, "dir/b": b}); err != nil {
		t.Fatal(err)
	}
	both, err := ReadZipFile(zipped)
	if err != nil || len(both) != 2 || !same(both["a"], a) || !same(both["dir/b"], b) {
		t.Errorf("%v, %v", both, err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 {
		t.Errorf("files left: %v, %v", left, err)
	}
	for _, err := range []error{
		WriteFile(filepath.Join(dir, "none", "a.npy"), a, C),
		func() error { _, err := ReadFile(filepath.Join(dir, "none.npy")); return err }(),
		func() error { _, err := ReadZipFile(filepath.Join(dir, "none.npz")); return err }(),
	} {
		if !errors.Is(err, os.ErrNotExist) {
			t.Errorf("error %v", err)
		}
	}
}

func TestReadErrors(t *testing.T) {
	good := file("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", 0, 0, 0, 0)
	dictionary := func(text string) []byte { return file(text, 0, 0, 0, 0) }
	for _, c := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"empty", nil, "byte 0: the file ends here, within the magic string and the version"},
		{"npz", []byte("PK\x03\x04 and more"), `byte 0: not an npy file: expected "\x93NUMPY", found "PK\x03\x04 a" (an npz archive?)`},
		{"gzip", []byte("\x1f\x8b\x08 and more"), `byte 0: not an npy file: expected "\x93NUMPY", found "\x1f\x8b\b an" (compressed with gzip?)`},
		{"pickle", []byte("\x80\x04 and more"), `byte 0: not an npy file: expected "\x93NUMPY", found "\x80\x04 and" (a Python pickle?)`},
		{"page", []byte("<!DOCTYPE"), `byte 0: not an npy file: expected "\x93NUMPY", found "<!DOCT" (a web page saved in its place?)`},
		{"version", append([]byte("\x93NUMPY\x04\x00"), good[8:]...), "byte 6: expected format version 1, 2 or 3, found 4.0"},
		{"no length", good[:9], "byte 9: the file ends here, within the length of the header"},
		{"header cut off", good[:30], "byte 30: the file ends here, within the 55 bytes of the header from byte 10"},
		{"huge header", append([]byte("\x93NUMPY\x02\x00\xff\xff\xff\x7f"), good[10:]...), "byte 8: the header has 2147483647 bytes, expected at most 65536"},
		{"cut off", good[:len(good)-1], "byte 68: the file ends here, within the 4 bytes from byte 65 that the header announces"},
		{"too long", append(slices.Clone(good), 1), "byte 69: more data follows the 4 bytes that the header announces"},
		{"no dictionary", dictionary("[]"), "byte 10: expected the header to be a dictionary in braces"},
		{"no key", dictionary("{descr}"), "byte 11: expected a key in quotes and a colon"},
		{"open string", dictionary("{'descr"), "byte 11: expected a key in quotes and a colon"},
		{"twice", dictionary("{'descr': '<f4', 'descr': '<f4'}"), "byte 35: key \"descr\" comes twice"},
		{"missing", dictionary("{'descr': '<f4', 'fortran_order': False}"), `byte 50: the header has no "shape"`},
		{"unknown", dictionary("{'order': 'C'}"), `byte 20: unknown key "order"`},
		{"comma", dictionary("{'descr': '<f4' 'shape'}"), "byte 26: expected a comma or the end of the dictionary"},
		{"objects", dictionary("{'descr': '|O'}"), `byte 20: element type "|O" is not supported: save the array as one of bool, uint8, uint32, int32, int64, float32, float64, complex64, complex128`},
		{"records", dictionary("{'descr': [('a', '<f4')]}"), "byte 20: expected a plain element type in quotes (records are not supported)"},
		{"order", dictionary("{'fortran_order': 1}"), "byte 28: expected True or False"},
		{"no tuple", dictionary("{'shape': 3}"), "byte 20: expected a shape in parentheses"},
		{"negative", dictionary("{'shape': (-3,)}"), "byte 21: expected a size that is a whole number and not negative"},
		{"huge size", dictionary("{'shape': (99999999999999999999,)}"), "byte 21: expected a size that is a whole number and not negative"},
		{"sizes", dictionary("{'shape': (3 4)}"), "byte 23: expected a comma or the end of the shape"},
		{"open shape", dictionary("{'shape': (3,"), "byte 23: expected a size that is a whole number and not negative"},
		{"axes", dictionary("{'shape': (" + strings.Repeat("1,", 65) + ")}"), "byte 150: expected at most 64 axes"},
		{"huge product", dictionary("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 1)}"),
			"byte 88: shape [4294967296 4294967296 1] of float32 exceeds the limit of 8589934592 bytes"},
		{"empty and huge", dictionary("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296)}"),
			"byte 88: shape [0 4294967296 4294967296] of float32 exceeds the limit of 8589934592 bytes"},
		{"after it", dictionary("{'descr': '<f4', 'fortran_order': False, 'shape': ()} x"), "byte 63: expected only space after the dictionary"},
		{"bool", file("{'descr': '|b1', 'fortran_order': False, 'shape': (2,)}", 1, 2), "byte 65: element 1 is 2, expected a bool to be 0 or 1"},
	} {
		_, err := Read(bytes.NewReader(c.content), "file")
		var format *data.FormatError
		if want := "data: file: " + c.want; err == nil || err.Error() != want || !errors.As(err, &format) {
			t.Errorf("%s:\nerror %v\nwant  %s", c.name, err, want)
		}
	}
	broken := errors.New("disk on fire")
	if _, err := Read(iotest.ErrReader(broken), "file"); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}

func TestReadMemory(t *testing.T) {
	lying := file("{'descr': '<f4', 'fortran_order': True, 'shape': (1073741824,)}", 1, 2, 3)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := Read(bytes.NewReader(lying), "file"); err == nil {
		t.Error("no error")
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<18 {
		t.Errorf("%d bytes allocated for a file of %d", used, len(lying))
	}
}

func TestReadZipErrors(t *testing.T) {
	archive := func(files ...string) []byte {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for i, name := range files {
			entry, err := w.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(entry, "\x93NUMPY%d", i)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	damaged := archive("a.npy")
	at := bytes.Index(damaged, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint16(damaged[at+10:], 99) // an unknown compression
	for _, c := range []struct {
		content []byte
		want    string
	}{
		{nil, "data: file: byte 0: not an npz archive: zip: not a valid zip file"},
		{fromNumPy[0].content, "data: file: byte 0: not an npz archive: zip: not a valid zip file"},
		{archive("notes.txt"), `npy: file: expected .npy files in the archive, found "notes.txt"`},
		{archive("a.npy"), "data: file: a.npy: byte 7: the file ends here, within the magic string and the version"},
		{damaged, "npy: file: a.npy: zip: unsupported compression algorithm"},
	} {
		_, err := ReadZip(bytes.NewReader(c.content), int64(len(c.content)), "file")
		if err == nil || err.Error() != c.want {
			t.Errorf("error %v\nwant  %s", err, c.want)
		}
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for range 2 {
		entry, _ := w.Create("a.npy")
		entry.Write(fromNumPy[0].content)
	}
	w.Close()
	if _, err := ReadZip(bytes.NewReader(b.Bytes()), int64(b.Len()), "file"); err == nil || err.Error() != `npy: file: two arrays are called "a"` {
		t.Errorf("error %v", err)
	}
}

// FuzzRead: any input is an error that names the file, or an array that is the
// same after writing and reading it.
func FuzzRead(f *testing.F) {
	for _, c := range fromNumPy {
		f.Add(c.content)
		f.Add(c.content[:len(c.content)-1])
	}
	f.Add(file("{'descr': '<f4', 'fortran_order': True, 'shape': (1073741824,)}"))
	f.Fuzz(func(t *testing.T, content []byte) {
		a, err := Read(bytes.NewReader(content), "fuzzed")
		if err != nil {
			var format *data.FormatError
			if !errors.As(err, &format) || format.File != "fuzzed" || format.Offset > int64(len(content)) {
				t.Fatal(err)
			}
			return
		}
		var b bytes.Buffer
		if err := Write(&b, a, C); err != nil {
			t.Fatal(err)
		}
		again, err := Read(&b, "again")
		if err != nil || !same(a, again) {
			t.Fatalf("%v becomes %v, %v", a, again, err)
		}
	})
}

func FuzzReadZip(f *testing.F) {
	var b bytes.Buffer
	if err := WriteZip(&b, map[string]*fx.Array{"a": fx.Arange(fx.Float32, 6), "b": fx.Scalar(true)}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:b.Len()-3])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, content []byte) {
		arrays, err := ReadZip(bytes.NewReader(content), int64(len(content)), "fuzzed")
		if err != nil {
			if !strings.Contains(err.Error(), ": fuzzed: ") {
				t.Fatal(err)
			}
			return
		}
		var b bytes.Buffer
		if err := WriteZip(&b, arrays); err != nil {
			t.Fatal(err)
		}
		again, err := ReadZip(bytes.NewReader(b.Bytes()), int64(b.Len()), "again")
		if err != nil || len(again) != len(arrays) {
			t.Fatalf("%v, %v", again, err)
		}
	})
}
