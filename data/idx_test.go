package data

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// encodeIDX writes an array of unsigned bytes in the IDX format.
func encodeIDX(shape []int, data []byte) []byte {
	file := []byte{0, 0, 8, byte(len(shape))}
	for _, n := range shape {
		file = binary.BigEndian.AppendUint32(file, uint32(n))
	}
	return append(file, data...)
}

func pack(content []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(content) // to memory: cannot fail
	w.Close()
	return b.Bytes()
}

func TestReadIDXRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := rapid.SliceOfN(rapid.IntRange(1, 5), 1, 4).Draw(t, "shape")
		total := 1
		for _, n := range shape {
			total *= n
		}
		data := rapid.SliceOfN(rapid.Byte(), total, total).Draw(t, "data")
		file := encodeIDX(shape, data)
		packed := rapid.Bool().Draw(t, "packed")
		if packed {
			file = pack(file)
		}
		var r io.Reader = bytes.NewReader(file)
		if rapid.Bool().Draw(t, "byte by byte") {
			r = iotest.OneByteReader(r)
		}
		got, err := ReadIDX(r, "file", len(shape))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Shape, shape) || !bytes.Equal(got.Data, data) || got.Unpacked != packed {
			t.Fatalf("read %+v", got)
		}
	})
}

// TestReadIDXCutOff: no proper beginning of a file is a file, packed or not.
func TestReadIDXCutOff(t *testing.T) {
	plain := encodeIDX([]int{2, 2, 2}, []byte("12345678"))
	for _, file := range [][]byte{plain, pack(plain)} {
		for n := range file {
			_, err := ReadIDX(bytes.NewReader(file[:n]), "file", 3)
			var format *FormatError
			if !errors.As(err, &format) || format.File != "file" {
				t.Errorf("the first %d bytes of %d: error %v, want a FormatError", n, len(file), err)
			}
		}
	}
}

func TestReadIDXErrors(t *testing.T) {
	images := encodeIDX([]int{2, 2, 2}, []byte("12345678"))
	change := func(at int, to ...byte) []byte {
		file := slices.Clone(images)
		copy(file[at:], to)
		return file
	}
	packed := pack(images)
	badChecksum := slices.Clone(packed)
	badChecksum[len(badChecksum)-8] ^= 1
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil,
			"byte 0: the file ends here, within the magic number"},
		{"two bytes", images[:2],
			"byte 2: the file ends here, within the magic number"},
		{"web page", []byte("<!DOCTYPE html>"),
			"byte 0: not an IDX file: expected the magic number 00000803, found 3c21444f, which looks like a web page saved in its place"},
		{"another format", []byte("\x89PNG\r\n\x1a\n"),
			"byte 0: not an IDX file: expected the magic number 00000803, found 89504e47"},
		{"little-endian", change(0, 3, 8, 0, 0),
			"byte 0: not an IDX file: expected the magic number 00000803, found 03080000"},
		{"unknown element type", change(2, 7),
			"byte 0: not an IDX file: expected the magic number 00000803, found 00000703"},
		{"floats", change(2, 0x0D),
			"byte 2: expected elements of type 08 (unsigned bytes), found 0d (32-bit floats)"},
		{"integers", change(2, 0x0C),
			"byte 2: expected elements of type 08 (unsigned bytes), found 0c (32-bit integers)"},
		{"labels", encodeIDX([]int{2}, []byte{0, 1}),
			"byte 3: expected 3 dimensions, found 1 (a file of labels?)"},
		{"four dimensions", encodeIDX([]int{1, 1, 1, 1}, []byte{0}),
			"byte 3: expected 3 dimensions, found 4 (neither images nor labels)"},
		{"header cut off", images[:10],
			"byte 10: the file ends here, within the sizes of 3 dimensions"},
		{"no images", change(4, 0, 0, 0, 0),
			"byte 4: the file holds no examples"},
		{"no rows", change(8, 0, 0, 0, 0),
			"byte 8: size of dimension 2 is 0, expected 1 to 4096"},
		{"huge columns", change(12, 0, 1, 0, 0),
			"byte 12: size of dimension 3 is 65536, expected 1 to 4096"},
		{"huge count", change(4, 0xff, 0xff, 0xff, 0xff),
			"byte 4: the sizes up to dimension 1 amount to 4294967295 bytes, more than the limit of 1073741824"},
		{"huge product", change(4, 0x20, 0, 0, 0),
			"byte 12: the sizes up to dimension 3 amount to 2147483648 bytes, more than the limit of 1073741824"},
		{"lying count", change(4, 0x10, 0, 0, 0),
			"byte 24: the file ends here, within the 1073741824 bytes from byte 16 that the header announces"},
		{"one byte short", images[:23],
			"byte 23: the file ends here, within the 8 bytes from byte 16 that the header announces"},
		{"one byte more", append(slices.Clone(images), 0),
			"byte 24: more data follows the 8 bytes that the header announces"},
		{"packed, one byte more", pack(append(slices.Clone(images), 0)),
			"byte 24 after decompression: more data follows the 8 bytes that the header announces"},
		{"packed, content short", pack(images[:20]),
			"byte 20 after decompression: the file ends here, within the 8 bytes from byte 16 that the header announces"},
		{"packed, header cut off", packed[:5],
			"byte 0: damaged gzip header: it ends too early"},
		{"packed, wrong method", append([]byte{0x1f, 0x8b, 9}, packed[3:]...),
			"byte 0: damaged gzip header: gzip: invalid header"},
		{"packed, cut off in the trailer", packed[:len(packed)-3],
			"byte 24 after decompression: damaged gzip stream, within the end of the file: it ends too early"},
		{"packed, cut off in the magic number", packed[:10],
			"byte 0 after decompression: damaged gzip stream, within the magic number: it ends too early"},
		{"packed, wrong checksum", badChecksum,
			"byte 24 after decompression: damaged gzip stream, within the end of the file: gzip: invalid checksum"},
		{"packed, rubbish after it", append(slices.Clone(packed), "rubbish here"...),
			"byte 24 after decompression: damaged gzip stream, within the end of the file: gzip: invalid header"},
	} {
		_, err := ReadIDX(bytes.NewReader(c.file), "images", 3)
		if want := "data: images: " + c.want; err == nil || err.Error() != want {
			t.Errorf("%s:\nerror %v\nwant  %s", c.name, err, want)
		}
	}
	_, err := ReadIDX(bytes.NewReader(images), "labels", 1)
	if want := "data: labels: byte 3: expected 1 dimension, found 3 (a file of images?)"; err == nil || err.Error() != want {
		t.Errorf("images for labels:\nerror %v\nwant  %s", err, want)
	}
}

func TestReadIDXPassesReadErrorsOn(t *testing.T) {
	broken := errors.New("disk on fire")
	file := encodeIDX([]int{2, 2, 2}, []byte("123"))
	_, err := ReadIDX(io.MultiReader(bytes.NewReader(file), iotest.ErrReader(broken)), "file", 3)
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "byte 19: cannot read the 8 bytes") {
		t.Errorf("error %v", err)
	}
}

// TestReadIDXMemory: 16 bytes that announce a gigabyte cost little memory, and
// so do a few that unpack to the beginning of one.
func TestReadIDXMemory(t *testing.T) {
	lying := encodeIDX([]int{1 << 10, 1 << 10, 1 << 10}, nil)
	for name, file := range map[string][]byte{"plain": lying, "packed": pack(lying)} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := ReadIDX(bytes.NewReader(file), name, 3); err == nil {
			t.Errorf("%s: no error", name)
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<18 {
			t.Errorf("%s: %d bytes allocated for a file of %d", name, used, len(file))
		}
	}
}

// FuzzReadIDX: any input is either an error that names the file or content
// that, written again, is the input.
func FuzzReadIDX(f *testing.F) {
	images := encodeIDX([]int{2, 2, 2}, []byte("12345678"))
	for _, file := range [][]byte{
		nil, images, images[:7], pack(images), pack(images)[:20], append(slices.Clone(images), 1),
		encodeIDX([]int{3}, []byte{0, 1, 2}), encodeIDX([]int{1 << 10, 1 << 10, 1 << 10}, nil),
		{0x1f, 0x8b}, []byte("<html>"),
	} {
		f.Add(file, byte(3))
		f.Add(file, byte(1))
	}
	f.Fuzz(func(t *testing.T, file []byte, dimensions byte) {
		if dimensions == 0 {
			return
		}
		idx, err := ReadIDX(bytes.NewReader(file), "fuzzed", int(dimensions))
		if err != nil {
			var format *FormatError
			if !errors.As(err, &format) || !strings.HasPrefix(err.Error(), "data: fuzzed: byte ") || idx != nil {
				t.Fatalf("error %v with content %v", err, idx)
			}
			if !format.Unpacked && (format.Offset < 0 || format.Offset > int64(len(file))) {
				t.Fatalf("%v: outside a file of %d bytes", err, len(file))
			}
			return
		}
		if len(idx.Shape) != int(dimensions) {
			t.Fatalf("shape %v, want %d dimensions", idx.Shape, dimensions)
		}
		again := encodeIDX(idx.Shape, idx.Data)
		if !idx.Unpacked && !bytes.Equal(again, file) {
			t.Fatalf("read %x, which is %x again", file, again)
		}
		total := 1
		for _, n := range idx.Shape {
			total *= n
		}
		if total != len(idx.Data) {
			t.Fatalf("%d bytes for shape %v", len(idx.Data), idx.Shape)
		}
	})
}
