package data

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// CSVOptions say how to read a CSV file. The zero value is for the usual file:
// commas, a header, nothing missing.
type CSVOptions struct {
	// Comma separates the cells. Zero: a comma.
	Comma rune
	// Header names the columns of a file without a header line. Empty: the
	// first line is the header.
	Header []string
	// Kinds declares what columns are, by name. One that is not declared is of
	// numbers if every cell that is not missing is one, else of words.
	Kinds map[string]Kind
	// Missing lists how a missing value is written. nil: an empty cell, NA,
	// N/A, NaN, null and ?, whatever the case.
	Missing []string
	// KeepMissing takes missing values as NaN or "". Zero value: one is an
	// error.
	KeepMissing bool
}

var usualMissing = []string{"", "na", "n/a", "nan", "null", "?"}

// LoadCSV reads a file of comma-separated values (RFC 4180), compressed with
// gzip or not. Space around a cell and empty lines do not count. Everything else that is
// irregular is a [*FormatError] with its line: rows of different lengths,
// columns without a name or with the same one, a word or an infinite number
// where the column is declared to hold numbers, a missing value.
func LoadCSV(path string, opts CSVOptions) (*Table, error) {
	var table *Table
	err := withText(path, func(r io.Reader) (err error) {
		table, err = ReadCSV(r, path, opts)
		return err
	})
	return table, err
}

// ReadCSV is [LoadCSV] on a reader; name is the file's name in errors.
func ReadCSV(r io.Reader, name string, opts CSVOptions) (*Table, error) {
	d := csvDecoder{file: name, opts: opts, cells: csv.NewReader(&limited{r, maxText})}
	d.cells.ReuseRecord = true
	d.cells.TrimLeadingSpace = true
	d.cells.FieldsPerRecord = -1 // counted here, for a better message
	if opts.Comma != 0 {
		d.cells.Comma = opts.Comma
	}
	if err := d.header(); err != nil {
		return nil, err
	}
	for {
		done, err := d.row()
		if err != nil {
			return nil, err
		}
		if done {
			break
		}
	}
	if len(d.lines) == 0 {
		return nil, fmt.Errorf("data: %s: no rows, only a header", name)
	}
	return d.table()
}

// csvDecoder collects the cells of one file.
type csvDecoder struct {
	file  string
	opts  CSVOptions
	cells *csv.Reader
	names []string
	words [][]string // by column
	lines []int      // of the rows
}

func (d *csvDecoder) problem(line int, format string, args ...any) error {
	return &FormatError{File: d.file, Line: line, Problem: fmt.Sprintf(format, args...)}
}

// record reads a line's cells; nil at the end of the file.
func (d *csvDecoder) record() (cells []string, line int, err error) {
	cells, err = d.cells.Read()
	var parse *csv.ParseError
	switch {
	case err == io.EOF:
		return nil, 0, nil
	case errors.As(err, &parse):
		return nil, 0, &FormatError{File: d.file, Line: parse.Line, Problem: fmt.Sprintf("column %d: %v", parse.Column, parse.Err), Err: err}
	case err != nil:
		return nil, 0, fmt.Errorf("data: %s: cannot read: %s", d.file, describe(err))
	}
	line, _ = d.cells.FieldPos(0)
	return cells, line, nil
}

// header finds the names of the columns.
func (d *csvDecoder) header() error {
	names, line := d.opts.Header, 1
	if len(names) == 0 {
		cells, at, err := d.record()
		if err != nil {
			return err
		}
		if cells == nil {
			return fmt.Errorf("data: %s: the file is empty", d.file)
		}
		// Spreadsheets put a byte order mark in front.
		cells[0] = strings.TrimPrefix(cells[0], "\ufeff")
		names, line = cells, at
	}
	for i, name := range names {
		name = strings.TrimSpace(name)
		if name == "" {
			return d.problem(line, "column %d has no name", i+1)
		}
		if slices.Contains(d.names, name) {
			return d.problem(line, "two columns are called %q", name)
		}
		d.names = append(d.names, name)
	}
	for name := range d.opts.Kinds {
		if !slices.Contains(d.names, name) {
			return fmt.Errorf("data: %s: a kind is declared for column %q, which is not there; the columns are %s", d.file, name, strings.Join(d.names, ", "))
		}
	}
	d.words = make([][]string, len(d.names))
	return nil
}

func (d *csvDecoder) row() (done bool, err error) {
	cells, line, err := d.record()
	if err != nil || cells == nil {
		return cells == nil, err
	}
	if len(cells) != len(d.names) {
		return false, d.problem(line, "expected %s (%s), found %d", plural(len(d.names), "cell"), strings.Join(d.names, ", "), len(cells))
	}
	for i, cell := range cells {
		// A cell is a part of its line, which it would keep in memory.
		d.words[i] = append(d.words[i], strings.Clone(strings.TrimSpace(cell)))
	}
	d.lines = append(d.lines, line)
	return false, nil
}

func (d *csvDecoder) table() (*Table, error) {
	columns := make([]Column, len(d.names))
	for i, name := range d.names {
		var err error
		if columns[i], err = d.column(name, d.words[i]); err != nil {
			return nil, err
		}
	}
	return NewTable(d.file, columns)
}

// column decides what a column is, and converts it.
func (d *csvDecoder) column(name string, words []string) (Column, error) {
	c := Column{Name: name, Kind: d.opts.Kinds[name]}
	gone := make([]bool, len(words))
	numbers := true
	for row, word := range words {
		gone[row] = d.missing(word)
		switch {
		case gone[row] && !d.opts.KeepMissing:
			return c, d.problem(d.lines[row], "column %q: the value is missing (%q)", name, word)
		case gone[row]:
			words[row] = ""
			c.Missing++
		default:
			_, ok := number(word)
			numbers = numbers && ok
		}
	}
	if c.Kind == Word || (c.Kind == 0 && !numbers) {
		c.Kind, c.Words = Word, words
		return c, nil
	}
	c.Kind, c.Numbers = Number, make([]float64, len(words))
	for row, word := range words {
		v, ok := number(word)
		switch {
		case gone[row]:
			v = math.NaN()
		case !ok:
			return c, d.problem(d.lines[row], "column %q: expected a number, found %q", name, word)
		case math.IsInf(v, 0):
			return c, d.problem(d.lines[row], "column %q: expected a finite number, found %q", name, word)
		}
		c.Numbers[row] = v
	}
	return c, nil
}

// missing reports whether a cell is written as a missing one.
func (d *csvDecoder) missing(word string) bool {
	if d.opts.Missing != nil {
		return slices.Contains(d.opts.Missing, word)
	}
	return slices.Contains(usualMissing, strings.ToLower(word))
}

// number parses a decimal number. One too large for float64 is infinite.
func number(word string) (v float64, ok bool) {
	v, err := strconv.ParseFloat(word, 64)
	if errors.Is(err, strconv.ErrRange) {
		return v, true
	}
	return v, err == nil && !math.IsNaN(v) && !strings.ContainsAny(word, "_xX")
}
