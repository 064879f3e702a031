package data

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
)

// IDX is the content of a file in the IDX format, in which MNIST and its
// relatives are published (LeCun, Cortes and Burges, "The MNIST database of
// handwritten digits"): an array of unsigned bytes.
type IDX struct {
	Shape []int
	Data  []byte // in row-major order
	// Unpacked tells that the file was compressed.
	Unpacked bool
}

const (
	idxUnsignedByte = 0x08
	// maxIDXSide and maxPixels bound what a header may ask for. The largest
	// set in this format, EMNIST by class, has 0.6e9 bytes.
	maxIDXSide = 1 << 12
)

// idxTypes names the element types of the format.
var idxTypes = map[byte]string{
	idxUnsignedByte: "unsigned bytes", 0x09: "signed bytes", 0x0B: "16-bit integers",
	0x0C: "32-bit integers", 0x0D: "32-bit floats", 0x0E: "64-bit floats",
}

// ReadIDX reads an IDX file of unsigned bytes with the given number of
// dimensions (3 for images, 1 for labels) to its end. Gzip compression is
// recognised by its first bytes. Errors in the content are [*FormatError]s
// that call the file name. Memory grows with what is really read, at most
// 1 GiB, whatever the header says.
func ReadIDX(r io.Reader, name string, dimensions int) (*IDX, error) {
	if dimensions < 1 || dimensions > 255 {
		panic(fmt.Sprintf("data: ReadIDX of %d dimensions", dimensions))
	}
	d := idxDecoder{file: name}
	if err := d.open(r); err != nil {
		return nil, err
	}
	shape, err := d.header(dimensions)
	if err != nil {
		return nil, err
	}
	data, err := d.body(shape)
	if err != nil {
		return nil, err
	}
	return &IDX{Shape: shape, Data: data, Unpacked: d.unpacked}, nil
}

// ReadIDXFile is [ReadIDX] on the file at path.
func ReadIDXFile(path string, dimensions int) (*IDX, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	defer f.Close()
	return ReadIDX(f, path, dimensions)
}

// idxDecoder reads one file from front to back and knows where it is.
type idxDecoder struct {
	file     string
	r        io.Reader
	offset   int64
	unpacked bool
}

func (d *idxDecoder) open(r io.Reader) (err error) {
	d.r, d.unpacked, err = unpack(r, d.file)
	return err
}

// problem is an error at the given offset of the content.
func (d *idxDecoder) problem(offset int64, format string, args ...any) error {
	return &FormatError{File: d.file, Offset: offset, Unpacked: d.unpacked, Problem: fmt.Sprintf(format, args...)}
}

// failed turns the error of a read that ended at d.offset into one that says
// what was being read.
func (d *idxDecoder) failed(err error, what string) error {
	var problem string
	switch {
	case err == io.EOF:
		problem = "the file ends here, within " + what
	case d.unpacked:
		problem = "damaged gzip stream, within " + what + ": " + describe(err)
	default:
		problem = "cannot read " + what + ": " + err.Error()
	}
	return &FormatError{File: d.file, Offset: d.offset, Unpacked: d.unpacked, Problem: problem, Err: err}
}

// read fills p. Unlike io.ReadFull it tells a file that ends (io.EOF) from a
// compressed one that was cut off (io.ErrUnexpectedEOF).
func (d *idxDecoder) read(p []byte, what string) error {
	for done := 0; done < len(p); {
		n, err := d.r.Read(p[done:])
		done += n
		d.offset += int64(n)
		if err != nil && done < len(p) {
			return d.failed(err, what)
		}
	}
	return nil
}

// header reads the magic number and the shape, and checks that a reader with
// limited memory can take what they announce.
func (d *idxDecoder) header(dimensions int) ([]int, error) {
	var magic [4]byte
	if err := d.read(magic[:], "the magic number"); err != nil {
		return nil, err
	}
	if err := d.checkMagic(magic, dimensions); err != nil {
		return nil, err
	}
	shape := make([]int, dimensions)
	total := int64(1)
	for i := range shape {
		at := d.offset
		var size [4]byte
		if err := d.read(size[:], fmt.Sprintf("the sizes of %d dimensions", dimensions)); err != nil {
			return nil, err
		}
		n := int64(binary.BigEndian.Uint32(size[:]))
		switch {
		case n == 0 && i == 0:
			return nil, d.problem(at, "the file holds no examples")
		case n == 0 || (i > 0 && n > maxIDXSide):
			return nil, d.problem(at, "size of dimension %d is %d, expected 1 to %d", i+1, n, maxIDXSide)
		case n > maxPixels/total:
			return nil, d.problem(at, "the sizes up to dimension %d amount to %d bytes, more than the limit of %d", i+1, n*total, maxPixels)
		}
		shape[i] = int(n)
		total *= n
	}
	return shape, nil
}

func (d *idxDecoder) checkMagic(magic [4]byte, dimensions int) error {
	want := [4]byte{0, 0, idxUnsignedByte, byte(dimensions)}
	element, known := idxTypes[magic[2]]
	switch {
	case magic == want:
		return nil
	case magic[0] != 0 || magic[1] != 0 || !known:
		hint := ""
		if magic[0] == '<' {
			hint = ", which looks like a web page saved in its place"
		}
		return d.problem(0, "not an IDX file: expected the magic number %x, found %x%s", want, magic, hint)
	case magic[2] != idxUnsignedByte:
		return d.problem(2, "expected elements of type %x (%s), found %x (%s)", want[2:3], idxTypes[idxUnsignedByte], magic[2:3], element)
	default:
		return d.problem(3, "expected %s, found %d (%s)", plural(dimensions, "dimension"), magic[3], whatIDXHolds(magic[3]))
	}
}

// whatIDXHolds guesses, for a message, what a file of other dimensions is.
func whatIDXHolds(dimensions byte) string {
	switch dimensions {
	case 1:
		return "a file of labels?"
	case 3:
		return "a file of images?"
	}
	return "neither images nor labels"
}

// body reads the elements, and makes sure that nothing follows them.
func (d *idxDecoder) body(shape []int) ([]byte, error) {
	total := int64(1)
	for _, n := range shape {
		total *= int64(n)
	}
	start := d.offset
	var data bytes.Buffer // grows with what arrives, not with what is announced
	n, err := io.CopyN(&data, d.r, total)
	d.offset += n
	if err != nil {
		return nil, d.failed(err, fmt.Sprintf("the %d bytes from byte %d that the header announces", total, start))
	}
	var more [1]byte
	switch _, err := io.ReadFull(d.r, more[:]); {
	case err == nil:
		return nil, d.problem(d.offset, "more data follows the %d bytes that the header announces", total)
	case err != io.EOF:
		return nil, d.failed(err, "the end of the file")
	}
	return data.Bytes(), nil
}
