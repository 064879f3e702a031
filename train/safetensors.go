package train

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// The safetensors format: 8 bytes with the length of the header (little-endian),
// the header, a JSON object that gives each tensor's dtype, shape and place in
// the data, then the data. Tensors fill the data without gaps or overlaps.
// "__metadata__" maps strings to strings.

// FormatError says what is wrong with a file, and where.
type FormatError struct {
	Path  string // the file
	Where string // "header length", "header, byte 31", `tensor "P.W"`, "data"
	Msg   string // what is there and what was expected
}

func (e *FormatError) Error() string { return e.Path + ": " + e.Where + ": " + e.Msg }

const (
	lengthSize = 8
	// maxHeader is the limit of the format's own library.
	maxHeader    = 100_000_000
	metadataName = "__metadata__"
	dataSum      = "sha256"
	headerSum    = "header_sha256"
)

// tensor is an entry of the header.
type tensor struct {
	name       string
	dtype      string
	shape      []int
	begin, end int64 // in the data
}

// maxAxes is how many axes a tensor may have. numpy's limit is 64.
const maxAxes = 64

// called names a tensor in a message, which must not grow with the file.
func called(name string) string {
	if r := []rune(name); len(r) > 100 {
		name = string(r[:100]) + "..."
	}
	return fmt.Sprintf("tensor %q", name)
}

// size is the number of bytes that the dtype and shape take, -1 if that is
// beyond any file or the dtype is unknown. Axes of size 0 count as 1 for the
// limit, as they do for arrays.
func (t tensor) size() int64 {
	unit := int64(otherTypes[t.dtype])
	if e, ok := elementTypes[t.dtype]; ok {
		unit = int64(e.size)
	}
	if unit == 0 {
		return -1
	}
	bound, n := int64(1), int64(1)
	for _, d := range t.shape {
		if d > 0 && bound > math.MaxInt/8/int64(d) {
			return -1
		}
		bound *= int64(max(1, d))
		n *= int64(d)
	}
	return n * unit
}

// header is what stands before the data.
type header struct {
	tensors  []tensor // in the order of the data
	metadata map[string]string
	raw      []byte // the JSON text
	dataSize int64
}

// encodeHeader makes the JSON text, with zeros for the checksums and padded with
// spaces so that the data begin at a multiple of 8.
func encodeHeader(tensors []tensor, metadata map[string]string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	text, err := json.Marshal(metadata) // its keys come sorted
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(&b, "%q:%s", metadataName, text)
	for _, t := range tensors {
		name, err := json.Marshal(t.name)
		if err != nil {
			return nil, err
		}
		shape, err := json.Marshal(t.shape)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, `,%s:{"dtype":%q,"shape":%s,"data_offsets":[%d,%d]}`, name, t.dtype, shape, t.begin, t.end)
	}
	b.WriteByte('}')
	for (lengthSize+b.Len())%8 != 0 {
		b.WriteByte(' ')
	}
	if b.Len() > maxHeader {
		return nil, fmt.Errorf("the header takes %d bytes; the format allows %d", b.Len(), maxHeader)
	}
	return b.Bytes(), nil
}

var noSum = strings.Repeat("0", 2*sha256.Size)

// setSum puts a checksum where the header has zeros for it.
func setSum(raw []byte, name string, sum []byte) []byte {
	return bytes.Replace(raw, []byte(fmt.Sprintf(`"%s":"%s"`, name, noSum)), []byte(fmt.Sprintf(`"%s":"%x"`, name, sum)), 1)
}

// sumOfHeader is the checksum of a header whose own checksum is replaced by
// zeros.
func sumOfHeader(raw []byte, own string) []byte {
	blank := bytes.Replace(raw, []byte(fmt.Sprintf(`"%s":"%s"`, headerSum, own)), []byte(fmt.Sprintf(`"%s":"%s"`, headerSum, noSum)), 1)
	sum := sha256.Sum256(blank)
	return sum[:]
}

// readHeader reads and checks everything before the data of a file of the given
// size. It allocates no more than the file is long.
func readHeader(r io.ReaderAt, size int64, path string) (*header, error) {
	wrong := func(where, format string, args ...any) error {
		return &FormatError{path, where, fmt.Sprintf(format, args...)}
	}
	if size < lengthSize {
		return nil, wrong("header length", "the file has %d bytes; a safetensors file begins with 8 that give the header's length", size)
	}
	var first [lengthSize]byte
	if err := readAll(r, first[:], 0); err != nil {
		return nil, wrong("header length", "cannot be read: %v", reason(err))
	}
	n := binary.LittleEndian.Uint64(first[:])
	if n > maxHeader {
		return nil, wrong("header length", "it is %d; the format allows %d bytes", n, maxHeader)
	}
	if int64(n) > size-lengthSize {
		return nil, wrong("header length", "it is %d, and only %d bytes follow: the file is cut off, or not a safetensors file", n, size-lengthSize)
	}
	h := &header{raw: make([]byte, n), dataSize: size - lengthSize - int64(n)}
	if err := readAll(r, h.raw, lengthSize); err != nil {
		return nil, wrong("header", "cannot be read: %v", reason(err))
	}
	if !utf8.Valid(h.raw) {
		return nil, wrong("header", "it is not UTF-8 text")
	}
	if err := h.parse(path); err != nil {
		return nil, err
	}
	if own, ok := h.metadata[headerSum]; ok {
		if sum := hex.EncodeToString(sumOfHeader(h.raw, own)); sum != own {
			return nil, wrong("header", "its SHA-256 is %s, and it says %s: the file is damaged", sum, own)
		}
	}
	return h, h.check(path)
}

// readAll fills buf. A reader may say EOF with the last byte that there is.
func readAll(r io.ReaderAt, buf []byte, at int64) error {
	if n, err := r.ReadAt(buf, at); n < len(buf) {
		return err
	}
	return nil
}

// check sees that the tensors have the sizes that they say and fill the data.
func (h *header) check(path string) error {
	slices.SortStableFunc(h.tensors, func(a, b tensor) int {
		if a.begin != b.begin {
			return int(min(1, max(-1, a.begin-b.begin)))
		}
		return int(min(1, max(-1, a.end-b.end)))
	})
	at := int64(0)
	for _, t := range h.tensors {
		wrong := func(format string, args ...any) error {
			return &FormatError{path, called(t.name), fmt.Sprintf(format, args...)}
		}
		switch n := t.size(); {
		case elementTypes[t.dtype].size == 0 && otherTypes[t.dtype] == 0:
			return wrong("its dtype %.20q is not one of the format", t.dtype)
		case len(t.shape) > maxAxes:
			return wrong("it has %d axes; there can be at most %d", len(t.shape), maxAxes)
		case n < 0:
			return wrong("its shape %v is beyond any file", t.shape)
		case t.end < t.begin || t.end-t.begin != n:
			return wrong("%s%v takes %d bytes, and its data_offsets [%d, %d] are not that far apart", t.dtype, t.shape, n, t.begin, t.end)
		case t.begin != at:
			return wrong("its data begin at byte %d where those before end at %d", t.begin, at)
		case t.end > h.dataSize:
			return wrong("its data end at byte %d, and the file has %d bytes of data: it is cut off", t.end, h.dataSize)
		}
		at = t.end
	}
	if at != h.dataSize {
		return &FormatError{path, "data", fmt.Sprintf("there are %d bytes, and the tensors take %d", h.dataSize, at)}
	}
	return nil
}
