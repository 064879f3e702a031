package npy

import (
	"archive/zip"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
)

// ReadZipFile reads the .npz file at path, by the arrays' names.
func ReadZipFile(path string) (map[string]*fx.Array, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	return ReadZip(f, info.Size(), path)
}

// ReadZip reads a .npz archive of the given size in bytes; name is the file's
// name in errors. It is an error if something in the archive is no .npy file,
// or if two have one name.
func ReadZip(r io.ReaderAt, size int64, name string) (map[string]*fx.Array, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, &data.FormatError{File: name, Problem: "not an npz archive: " + err.Error(), Err: err}
	}
	arrays := map[string]*fx.Array{}
	for _, entry := range archive.File {
		key, ok := strings.CutSuffix(entry.Name, ".npy")
		if !ok {
			return nil, fmt.Errorf("npy: %s: expected .npy files in the archive, found %q", name, entry.Name)
		}
		if _, twice := arrays[key]; twice {
			return nil, fmt.Errorf("npy: %s: two arrays are called %q", name, key)
		}
		content, err := entry.Open()
		if err != nil {
			return nil, fmt.Errorf("npy: %s: %s: %w", name, entry.Name, err)
		}
		arrays[key], err = Read(content, name+": "+entry.Name)
		content.Close()
		if err != nil {
			return nil, err
		}
	}
	return arrays, nil
}

// WriteZipFile writes arrays by name to the .npz file at path, under a
// temporary name first, so that no half file is ever there.
func WriteZipFile(path string, arrays map[string]*fx.Array) error {
	return atomically(path, func(w io.Writer) error { return WriteZip(w, arrays) })
}

// WriteZip writes arrays by name as a .npz archive, in the order of their
// names and uncompressed, as numpy.savez does: the same arrays give the same
// bytes.
func WriteZip(w io.Writer, arrays map[string]*fx.Array) error {
	archive := zip.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(arrays)) {
		entry, err := archive.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Store})
		if err != nil {
			return fmt.Errorf("npy: %s: %w", name, err)
		}
		if err := Write(entry, arrays[name], C); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("npy: %w", err)
	}
	return nil
}
