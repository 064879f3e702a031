package train

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/fluxion-go/fluxion/fx"
)

// Meta is what a checkpoint holds besides arrays.
type Meta struct {
	// Step is the number of steps made.
	Step int
	// JSON is anything else that belongs to the state: the batches' place,
	// seeds, settings. Empty is none.
	JSON json.RawMessage
	// Foreign is true for a file that no Save made. It has neither a step nor
	// checksums.
	Foreign bool
}

// The names in a file's metadata.
const (
	formatKey  = "format"
	formatName = "fluxion"
	versionKey = "version"
	version    = "1"
	stepKey    = "step"
	jsonKey    = "meta"
)

// wholeTree names the tensor of a tree that is a single array.
const wholeTree = "array"

// Save stores a tree's arrays in a file in the safetensors format, under their
// paths (see fx.Paths). The file appears whole or not at all: it is written
// under another name in the same folder, forced to disk, and renamed. What is
// not an array is not stored.
func Save(path string, tree any, meta Meta) error {
	if err := save(path, tree, meta); err != nil {
		return fmt.Errorf("cannot save %s: %w", path, reason(err))
	}
	return nil
}

// entries lists a tree's arrays as tensors, largest elements first, so that all
// of them are aligned in the file.
func entries(tree any) ([]tensor, []*fx.Array, error) {
	leaves, paths := fx.Leaves(tree), fx.Paths(tree)
	order := make([]int, len(leaves))
	seen := map[string]bool{metadataName: true}
	for i, p := range paths {
		if p == "" {
			paths[i] = wholeTree
		}
		if seen[paths[i]] {
			return nil, nil, fmt.Errorf("two arrays would have the name %q", paths[i])
		}
		seen[paths[i]] = true
		order[i] = i
	}
	unit := func(i int) int { return elementTypes[typeName(leaves[i].DType())].size }
	slices.SortStableFunc(order, func(i, j int) int { return unit(j) - unit(i) })
	tensors, arrays := make([]tensor, len(order)), make([]*fx.Array, len(order))
	at := int64(0)
	for k, i := range order {
		t := tensor{name: paths[i], dtype: typeName(leaves[i].DType()), shape: leaves[i].Shape(), begin: at}
		at += t.size()
		t.end = at
		tensors[k], arrays[k] = t, leaves[i]
	}
	return tensors, arrays, nil
}

func save(path string, tree any, meta Meta) error {
	if meta.Step < 0 {
		return fmt.Errorf("the step is %d; it must not be negative", meta.Step)
	}
	if len(meta.JSON) > 0 && !json.Valid(meta.JSON) {
		return errors.New("the meta data are not valid JSON")
	}
	tensors, arrays, err := entries(tree)
	if err != nil {
		return err
	}
	fx.Eval(tree)
	head, err := encodeHeader(tensors, map[string]string{
		formatKey: formatName, versionKey: version, stepKey: strconv.Itoa(meta.Step), jsonKey: string(meta.JSON),
		dataSum: noSum, headerSum: noSum,
	})
	if err != nil {
		return err
	}
	return writeAtomic(path, func(f *os.File) error {
		// The data first, past the header, whose checksum of them is not known
		// before.
		if _, err := f.Seek(int64(lengthSize+len(head)), io.SeekStart); err != nil {
			return err
		}
		sum, buffered := sha256.New(), bufio.NewWriterSize(f, 1<<20)
		for _, a := range arrays {
			raw := encode(a)
			sum.Write(raw)
			if _, err := buffered.Write(raw); err != nil {
				return err
			}
		}
		if err := buffered.Flush(); err != nil {
			return err
		}
		head = setSum(head, dataSum, sum.Sum(nil))
		head = setSum(head, headerSum, sumOfHeader(head, noSum))
		_, err := f.WriteAt(append(length(head), head...), 0)
		return err
	})
}

// length is a header's length as the file gives it.
func length(head []byte) []byte {
	return littleEndian([]int64{int64(len(head))})
}

// Load reads a file into a tree, which shows by its own arrays which names,
// shapes and dtypes to expect; their values do not matter. It replaces the
// arrays and keeps everything else. The tree stays as it is if there is an
// error: a *FormatError for a damaged file or one that does not fit the tree.
//
// An optimizer's state has lists of arrays, one for each parameter in the tree's
// order. A file of Save with such lists also does not fit if the fields of the tree
// were declared in another order when it was saved: the state would go to the wrong
// parameters.
func Load[T any](path string, tree *T) (Meta, error) {
	arrays, meta, err := load(path, func(h *header) error { return fits(path, h, *tree) })
	if err != nil {
		return Meta{}, err
	}
	paths, i := fx.Paths(*tree), 0
	*tree = fx.Map(func(*fx.Array) *fx.Array {
		name := paths[i]
		i++
		if name == "" {
			name = wholeTree
		}
		return arrays[name]
	}, *tree)
	return meta, nil
}

// LoadArrays reads all arrays of a file, by name: for weights that come from
// elsewhere.
func LoadArrays(path string) (map[string]*fx.Array, Meta, error) {
	return load(path, func(*header) error { return nil })
}

// fits checks that a file has a tree's arrays and nothing else.
func fits(path string, h *header, tree any) error {
	want, _, err := entries(tree)
	if err != nil {
		return fmt.Errorf("cannot load %s: %w", path, err)
	}
	have := map[string]tensor{}
	for _, t := range h.tensors {
		have[t.name] = t
	}
	for _, w := range want {
		t, ok := have[w.name]
		wrong := func(format string, args ...any) error {
			return &FormatError{path, called(w.name), fmt.Sprintf(format, args...)}
		}
		switch {
		case !ok:
			return wrong("it is missing; the tree expects %s%v", w.dtype, w.shape)
		case t.dtype != w.dtype || !slices.Equal(t.shape, w.shape):
			return wrong("it is %s%v; the tree expects %s%v", t.dtype, t.shape, w.dtype, w.shape)
		}
		delete(have, w.name)
	}
	if len(have) == 0 {
		if m, err := h.meta(path); err != nil || m.Foreign {
			return err
		}
		return ordered(path, h, want)
	}
	names := slices.Sorted(maps.Keys(have))
	msg := "the tree has no such array"
	if len(names) > 1 {
		msg = fmt.Sprintf("the tree has no such array, nor %s", list(names[1:]))
	}
	return &FormatError{path, called(names[0]), msg}
}

// list shows up to three names.
func list(names []string) string {
	more := ""
	if len(names) > 3 {
		more = fmt.Sprintf(" and %d more", len(names)-3)
		names = names[:3]
	}
	for i, n := range names {
		names[i] = strings.TrimPrefix(called(n), "tensor ")
	}
	return strings.Join(names, ", ") + more
}

// load reads a file whose header accept agrees with.
func load(path string, accept func(*header) error) (map[string]*fx.Array, Meta, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, Meta{}, fmt.Errorf("cannot load %s: %w", path, reason(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is not a regular file")
	}
	if err != nil {
		return nil, Meta{}, fmt.Errorf("cannot load %s: %w", path, reason(err))
	}
	return read(f, info.Size(), path, accept)
}

func read(r io.ReaderAt, size int64, path string, accept func(*header) error) (map[string]*fx.Array, Meta, error) {
	h, err := readHeader(r, size, path)
	if err != nil {
		return nil, Meta{}, err
	}
	meta, err := h.meta(path)
	if err != nil {
		return nil, Meta{}, err
	}
	if err := accept(h); err != nil {
		return nil, Meta{}, err
	}
	arrays, err := h.data(r, path)
	return arrays, meta, err
}

// meta reads what Save wrote into the metadata.
func (h *header) meta(path string) (Meta, error) {
	wrong := func(key, format string, args ...any) (Meta, error) {
		return Meta{}, &FormatError{path, fmt.Sprintf("%s[%q]", metadataName, key), fmt.Sprintf(format, args...)}
	}
	m := h.metadata
	if m[formatKey] != formatName {
		return Meta{Foreign: true}, nil
	}
	if m[versionKey] != version {
		return wrong(versionKey, "it is %q; this program reads version %s", m[versionKey], version)
	}
	step, err := strconv.Atoi(m[stepKey])
	if err != nil || step < 0 {
		return wrong(stepKey, "it is %q; it must be a whole number that is not negative", m[stepKey])
	}
	out := Meta{Step: step}
	if m[jsonKey] != "" {
		out.JSON = json.RawMessage(m[jsonKey])
		if !json.Valid(out.JSON) {
			return wrong(jsonKey, "it is not JSON")
		}
	}
	for _, key := range []string{dataSum, headerSum} {
		if raw, err := hex.DecodeString(m[key]); err != nil || len(raw) != sha256.Size {
			return wrong(key, "it must be 64 hexadecimal digits")
		}
	}
	return out, nil
}

// data reads the arrays and compares the checksum.
func (h *header) data(r io.ReaderAt, path string) (map[string]*fx.Array, error) {
	start := int64(lengthSize + len(h.raw))
	sum := sha256.New()
	out := map[string]*fx.Array{}
	var damage error // told only if the checksum does not tell more
	for _, t := range h.tensors {
		raw := make([]byte, t.end-t.begin)
		if err := readAll(r, raw, start+t.begin); err != nil {
			return nil, &FormatError{path, called(t.name), fmt.Sprintf("its data cannot be read: %v", reason(err))}
		}
		sum.Write(raw)
		e, ok := elementTypes[t.dtype]
		if !ok {
			return nil, &FormatError{path, called(t.name), fmt.Sprintf("its dtype %s is not supported", t.dtype)}
		}
		a, err := decode(raw, e.dtype, t.shape)
		if err != nil {
			if damage == nil {
				damage = &FormatError{path, called(t.name), err.Error()}
			}
			continue
		}
		out[t.name] = a
	}
	if err := h.compare(sum, path); err != nil {
		return nil, err
	}
	return out, damage
}

func (h *header) compare(sum hash.Hash, path string) error {
	want, ok := h.metadata[dataSum]
	if got := hex.EncodeToString(sum.Sum(nil)); ok && got != want {
		return &FormatError{path, "data", fmt.Sprintf("their SHA-256 is %s, and the header says %s: the file is damaged", got, want)}
	}
	return nil
}
