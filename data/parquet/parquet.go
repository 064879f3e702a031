// Package parquet reads tables in Apache Parquet's file format, in which most
// public data sets are published today.
//
//	table, err := parquet.Load("train-00000-of-00001.parquet", parquet.Options{})
//	labels, classes, err := table.Classes("label")
//	images, err := table.Pictures("image.bytes", "label", data.FolderOptions{})
//
// What a column holds decides what it becomes: numbers (booleans 0 and 1,
// dates, times and decimals in their unit), words, vectors (a list of numbers
// in each row), or blobs (bytes, such as pictures). The fields of a record are
// columns of their own, called "record.field".
package parquet

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/fluxion-go/fluxion/data"
	"github.com/parquet-go/parquet-go"
)

// Options say how to read a file. The zero value is for a file without missing
// values, all columns.
type Options struct {
	// Columns are those to read, in that order. Empty: all. One that is not
	// there is an error that lists them.
	Columns []string
	// KeepMissing takes missing values (nulls, and numbers that are NaN) as
	// NaN, "" or nil. Zero value: one is an error with its row.
	KeepMissing bool
}

// MaxCells bounds the numbers, words and blobs that are read of one file.
const MaxCells = 1 << 30

// Load reads the file at path. Everything that is wrong with its content, or
// that a table cannot hold, is an error with the column and, as far as it has
// one, the row: lists of lists and maps, numbers that float64 cannot hold
// exactly, infinite ones, encrypted files. A file that is cut off or lies
// about its sizes is an error before memory is spent on it.
func Load(path string, opts Options) (*data.Table, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	return Read(f, info.Size(), path, opts)
}

// Read is [Load] on size bytes of a reader; name is the file's name in errors.
func Read(r io.ReaderAt, size int64, name string, opts Options) (table *data.Table, err error) {
	// The decoder panics on some damage. A panic here is that, not a mistake
	// of the caller.
	defer func() {
		if p := recover(); p != nil {
			table, err = nil, damaged(name, fmt.Errorf("%v", p))
		}
	}()
	file, err := open(r, size, name)
	if err != nil {
		return nil, err
	}
	leaves := leavesOf(file.Root(), nil, 0)
	if leaves, err = choose(leaves, opts.Columns, name); err != nil {
		return nil, err
	}
	budget := int64(MaxCells)
	columns := make([]data.Column, len(leaves))
	for i, leaf := range leaves {
		c := &reader{leaf: leaf, file: name, keep: opts.KeepMissing, budget: &budget}
		if err := c.kind(); err != nil {
			return nil, err
		}
		for _, group := range file.RowGroups() {
			if err := c.chunk(group.ColumnChunks()[leaf.node.Index()]); err != nil {
				return nil, err
			}
		}
		columns[i] = c.column
	}
	if table, err = data.NewTable(name, columns); err == nil && table.Rows() == 0 {
		err = fmt.Errorf("data: %s: no rows", name)
	}
	if err != nil {
		return nil, err
	}
	return table, nil
}

// leaf is a column of values.
type leaf struct {
	node *parquet.Column
	name string
	// listAt is the definition level from which on a list has an element.
	listAt int
}

// leavesOf lists the columns of values under a node, with their names: the
// levels that a list is made of are not part of them.
func leavesOf(node *parquet.Column, path []string, listAt int) []leaf {
	if node.Leaf() {
		return []leaf{{node, strings.Join(path, "."), listAt}}
	}
	var list []leaf
	for _, child := range node.Columns() {
		at, names := listAt, append(slices.Clone(path), child.Name())
		if child.Repeated() {
			at = child.MaxDefinitionLevel()
		}
		if isList(node) || isListMiddle(node) {
			names = path
		}
		list = append(list, leavesOf(child, names, at)...)
	}
	return list
}

// isList reports whether a node is a list: a record with one repeated field.
func isList(node *parquet.Column) bool {
	return len(node.Columns()) == 1 && node.Columns()[0].Repeated() && node.Depth() > 0
}

// isListMiddle reports whether a node is the repeated field of a list, which
// has the elements as its only field.
func isListMiddle(node *parquet.Column) bool { return node.Repeated() && len(node.Columns()) == 1 }

// choose finds the columns that are asked for.
func choose(leaves []leaf, names []string, file string) ([]leaf, error) {
	if len(names) == 0 {
		return leaves, nil
	}
	var all []string
	for _, l := range leaves {
		all = append(all, l.name)
	}
	var list []leaf
	for _, name := range names {
		i := slices.Index(all, name)
		if i < 0 {
			return nil, fmt.Errorf("data: %s has no column %q; the columns are %s", file, name, strings.Join(all, ", "))
		}
		list = append(list, leaves[i])
	}
	return list, nil
}

// damaged says in one line what the decoder found.
func damaged(name string, err error) error {
	problem := strings.Join(strings.Fields(err.Error()), " ")
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		problem = "it ends too early"
	}
	return &data.FormatError{File: name, Problem: "damaged Parquet file: " + problem, Err: err}
}
