package npy

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
)

const (
	magic     = "\x93NUMPY"
	maxHeader = 1 << 16 // bytes of the dictionary: NumPy itself stops at 10,000
	maxAxes   = 64      // NumPy's own limit
)

// layout is what a header says.
type layout struct {
	element element
	order   Order
	shape   []int
	bytes   int64
}

// decoder reads one file from front to back and knows where it is.
type decoder struct {
	file   string
	r      io.Reader
	offset int64
	start  int64 // of the elements
}

func (d *decoder) problem(offset int64, format string, args ...any) error {
	return &data.FormatError{File: d.file, Offset: offset, Problem: fmt.Sprintf(format, args...)}
}

// take reads n bytes that hold what is named.
func (d *decoder) take(n int64, what string) ([]byte, error) {
	var b bytes.Buffer // grows with what arrives, not with what is announced
	got, err := io.CopyN(&b, d.r, n)
	d.offset += got
	switch {
	case err == io.EOF:
		return nil, d.problem(d.offset, "the file ends here, within %s", what)
	case err != nil:
		return nil, &data.FormatError{File: d.file, Offset: d.offset, Problem: "cannot read " + what + ": " + err.Error(), Err: err}
	}
	return b.Bytes(), nil
}

// header reads the magic string, the version and the dictionary.
func (d *decoder) header() (h layout, err error) {
	start, err := d.take(8, "the magic string and the version")
	if err != nil {
		return h, err
	}
	if string(start[:6]) != magic {
		return h, d.problem(0, "not an npy file: expected %q, found %q%s", magic, start[:6], hint(start))
	}
	length := int64(2)
	switch start[6] {
	case 1:
	case 2, 3:
		length = 4
	default:
		return h, d.problem(6, "expected format version 1, 2 or 3, found %d.%d", start[6], start[7])
	}
	size, err := d.take(length, "the length of the header")
	if err != nil {
		return h, err
	}
	n := binary.LittleEndian.Uint32(append(size, 0, 0)[:4])
	if n > maxHeader {
		return h, d.problem(8, "the header has %d bytes, expected at most %d", n, maxHeader)
	}
	at := d.offset
	text, err := d.take(int64(n), fmt.Sprintf("the %d bytes of the header from byte %d", n, at))
	if err != nil {
		return h, err
	}
	d.start = d.offset
	p := parser{text: string(text)}
	if problem := p.layout(&h); problem != "" {
		return h, d.problem(at+int64(p.at), "%s", problem)
	}
	return h, nil
}

// hint guesses what a file is that is no npy file.
func hint(start []byte) string {
	switch {
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return " (an npz archive?)"
	case start[0] == 0x1f && start[1] == 0x8b:
		return " (compressed with gzip?)"
	case start[0] == 0x80:
		return " (a Python pickle?)"
	case start[0] == '<':
		return " (a web page saved in its place?)"
	}
	return ""
}

// body reads the elements, and makes sure that nothing follows them.
func (d *decoder) body(h layout) ([]byte, error) {
	content, err := d.take(h.bytes, fmt.Sprintf("the %d bytes from byte %d that the header announces", h.bytes, d.start))
	if err != nil {
		return nil, err
	}
	var more [1]byte
	if _, err := io.ReadFull(d.r, more[:]); err == nil {
		return nil, d.problem(d.offset, "more data follows the %d bytes that the header announces", h.bytes)
	} else if err != io.EOF {
		return nil, &data.FormatError{File: d.file, Offset: d.offset, Problem: "cannot read the end of the file: " + err.Error(), Err: err}
	}
	return content, nil
}

// parser reads the header's dictionary, a Python literal such as
//
//	{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
type parser struct {
	text string
	at   int
}

// layout parses the dictionary; the problem is at p.at.
func (p *parser) layout(h *layout) (problem string) {
	if !p.skip("{") {
		return "expected the header to be a dictionary in braces"
	}
	seen := map[string]bool{}
	for !p.skip("}") {
		key, ok := p.quoted()
		if !ok || !p.skip(":") {
			return "expected a key in quotes and a colon"
		}
		if seen[key] {
			return fmt.Sprintf("key %q comes twice", key)
		}
		seen[key] = true
		if problem := p.entry(key, h); problem != "" {
			return problem
		}
		if !p.skip(",") && !p.peek("}") {
			return "expected a comma or the end of the dictionary"
		}
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			return fmt.Sprintf("the header has no %q", key)
		}
	}
	if strings.TrimSpace(p.text[p.at:]) != "" {
		return "expected only space after the dictionary"
	}
	var ok bool
	if h.bytes, ok = bytesOf(h.shape, h.element.dtype.Size()); !ok {
		return fmt.Sprintf("shape %v of %v exceeds the limit of %d bytes", h.shape, h.element.dtype, int64(MaxBytes))
	}
	return ""
}

// entry parses the value of one key.
func (p *parser) entry(key string, h *layout) (problem string) {
	p.space()
	start := p.at
	switch key {
	case "descr":
		name, ok := p.quoted()
		if !ok {
			return "expected a plain element type in quotes (records are not supported)"
		}
		if h.element, ok = elements[name]; !ok {
			p.at = start
			return fmt.Sprintf("element type %q is not supported: save the array as one of bool, uint8, uint32, int32, int64, float32, float64, complex64, complex128", name)
		}
	case "fortran_order":
		switch {
		case p.skip("True"):
			h.order = Fortran
		case !p.skip("False"):
			return "expected True or False"
		}
	case "shape":
		return p.shape(h)
	default:
		return fmt.Sprintf("unknown key %q", key)
	}
	return ""
}

// shape parses a tuple of sizes: (), (3,) or (3, 4).
func (p *parser) shape(h *layout) (problem string) {
	if !p.skip("(") {
		return "expected a shape in parentheses"
	}
	for !p.skip(")") {
		p.space()
		start := p.at
		for p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9' {
			p.at++
		}
		n, err := strconv.ParseInt(p.text[start:p.at], 10, 0)
		if err != nil {
			p.at = start
			return "expected a size that is a whole number and not negative"
		}
		if len(h.shape) == maxAxes {
			return fmt.Sprintf("expected at most %d axes", maxAxes)
		}
		h.shape = append(h.shape, int(n))
		p.skip("L") // as Python 2 wrote long numbers
		if !p.skip(",") && !p.peek(")") {
			return "expected a comma or the end of the shape"
		}
	}
	return ""
}

func (p *parser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\n\r", p.text[p.at]) >= 0 {
		p.at++
	}
}

func (p *parser) peek(token string) bool {
	p.space()
	return strings.HasPrefix(p.text[p.at:], token)
}

func (p *parser) skip(token string) bool {
	if !p.peek(token) {
		return false
	}
	p.at += len(token)
	return true
}

// quoted parses a string without escapes in single or double quotes.
func (p *parser) quoted() (text string, ok bool) {
	p.space()
	if p.at >= len(p.text) || (p.text[p.at] != '\'' && p.text[p.at] != '"') {
		return "", false
	}
	text, _, ok = strings.Cut(p.text[p.at+1:], p.text[p.at:p.at+1])
	if ok {
		p.at += len(text) + 2
	}
	return text, ok
}

// header writes a header of version 1.0, padded so that the elements begin at
// a multiple of 64 bytes.
func header(d fx.DType, order Order, shape []int) []byte {
	sizes := make([]string, len(shape))
	for i, n := range shape {
		sizes[i] = strconv.Itoa(n)
	}
	tuple := strings.Join(sizes, ", ")
	if len(shape) == 1 {
		tuple += ","
	}
	fortran := "False"
	if order == Fortran {
		fortran = "True"
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }", descriptions[d], fortran, tuple)
	const before = len(magic) + 4 // the version and the length
	text += strings.Repeat(" ", 63-(before+len(text))%64) + "\n"
	out := append([]byte(magic), 1, 0)
	out = binary.LittleEndian.AppendUint16(out, uint16(len(text)))
	return append(out, text...)
}
