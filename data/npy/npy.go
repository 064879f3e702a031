// Package npy reads and writes arrays in NumPy's file formats: .npy, one array,
// and .npz, a zip archive of named ones (NumPy Enhancement Proposal 1, and
// numpy.lib.format).
//
//	a, err := npy.ReadFile("weights.npy")
//	err = npy.WriteZipFile("state.npz", map[string]*fx.Array{"w": w, "b": b})
//
// All element types of fx are read and written, in C and in Fortran order;
// big-endian files are read too. Errors in a file's content are [*data.FormatError]s.
package npy

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/fluxion-go/fluxion/fx"
)

// MaxBytes bounds what is read of one array: 8 GiB.
const MaxBytes = 1 << 33

// Order is the order of an array's elements in a file.
type Order bool

const (
	// C has the last index varying fastest; NumPy's default, and fx's own.
	C Order = false
	// Fortran has the first index varying fastest.
	Fortran Order = true
)

// ReadFile reads the .npy file at path.
func ReadFile(path string) (*fx.Array, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	defer f.Close()
	return Read(f, path)
}

// Read reads a .npy file to its end; name is the file's name in errors. Memory
// grows with what is really read, whatever the header says. Element types
// other than fx's are an error, as are object arrays and records.
func Read(r io.Reader, name string) (*fx.Array, error) {
	d := decoder{file: name, r: r}
	h, err := d.header()
	if err != nil {
		return nil, err
	}
	content, err := d.body(h)
	if err != nil {
		return nil, err
	}
	if h.order == Fortran {
		content = transpose(content, h.shape, h.element.dtype.Size())
	}
	if bad := h.element.check(content); bad >= 0 {
		return nil, d.problem(d.start, "element %d is %d, expected a bool to be 0 or 1", bad, content[bad])
	}
	return h.element.array(content, h.shape), nil
}

// WriteFile writes an array to the .npy file at path, under a temporary name
// first, so that no half file is ever there.
func WriteFile(path string, a *fx.Array, order Order) error {
	return atomically(path, func(w io.Writer) error { return Write(w, a, order) })
}

// Write writes an array in little-endian .npy format, version 1.0.
func Write(w io.Writer, a *fx.Array, order Order) error {
	shape, size := a.Shape(), a.DType().Size()
	content := encode(a)
	if order == Fortran && len(shape) > 1 {
		// Fortran order is the C order of the array with its axes reversed.
		content = reorder(content, shape, size)
	}
	if _, err := w.Write(header(a.DType(), order, shape)); err != nil {
		return fmt.Errorf("npy: %w", err)
	}
	if _, err := w.Write(content); err != nil {
		return fmt.Errorf("npy: %w", err)
	}
	return nil
}

// transpose puts elements that are in Fortran order into C order.
func transpose(content []byte, shape []int, size int) []byte {
	reversed := make([]int, len(shape))
	for i, n := range shape {
		reversed[len(shape)-1-i] = n
	}
	return reorder(content, reversed, size)
}

// reorder returns the elements of a C-order array of the given shape in the C
// order of the array with its axes reversed.
func reorder(content []byte, shape []int, size int) []byte {
	out := make([]byte, 0, len(content))
	strides := make([]int, len(shape)) // in bytes
	step := size
	for i := len(shape) - 1; i >= 0; i-- {
		strides[i] = step
		step *= shape[i]
	}
	index, at := make([]int, len(shape)), 0
	for len(out) < len(content) {
		out = append(out, content[at:at+size]...)
		// The first axis varies fastest now.
		for i := range shape {
			index[i]++
			at += strides[i]
			if index[i] < shape[i] {
				break
			}
			at -= strides[i] * shape[i]
			index[i] = 0
		}
	}
	return out
}

// bytesOf is how many bytes the elements of a shape take, or false if they
// exceed MaxBytes, axes of size 0 not counted: fx itself has a limit there.
func bytesOf(shape []int, size int) (int64, bool) {
	total, empty := int64(size), false
	for _, n := range shape {
		if n == 0 {
			empty = true
			continue
		}
		if int64(n) > MaxBytes/total {
			return 0, false
		}
		total *= int64(n)
	}
	if empty {
		return 0, true
	}
	return total, true
}

// atomically writes a file under a temporary name beside it and renames it
// when it is complete.
func atomically(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".npy-*")
	if err != nil {
		return fmt.Errorf("npy: %w", err)
	}
	defer os.Remove(f.Name()) // fails, as it should, once it is renamed
	defer f.Close()
	if err := write(f); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("npy: %w", err)
	}
	if err := os.Chmod(f.Name(), 0o644); err != nil {
		return fmt.Errorf("npy: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("npy: %w", err)
	}
	return nil
}
