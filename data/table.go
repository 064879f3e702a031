package data

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/internal/nearest"
)

// Kind is what the cells of a column are.
type Kind int

const (
	// Number is a column of finite numbers.
	Number Kind = iota + 1
	// Word is a column of text, usually the names of classes.
	Word
	// Vector is a column of lists of finite numbers.
	Vector
	// Blob is a column of bytes, such as images in a file format.
	Blob
)

func (k Kind) String() string {
	switch k {
	case Number:
		return "numbers"
	case Word:
		return "words"
	case Vector:
		return "vectors"
	case Blob:
		return "blobs"
	}
	return fmt.Sprintf("Kind(%d)", int(k))
}

// Column is one column of a [Table]. One of Numbers, Words, Vectors and Blobs
// holds its cells, as Kind says. Missing cells are NaN, "" or nil.
type Column struct {
	Name    string
	Kind    Kind
	Numbers []float64
	Words   []string
	Vectors [][]float64
	Blobs   [][]byte
	// Missing counts the missing cells.
	Missing int
}

// Table is what a file of rows and named columns holds. Treat it as immutable.
type Table struct {
	// Name says where the table comes from, for messages and reports.
	Name    string
	Columns []Column
	rows    int
}

// NewTable makes a table of columns, for the readers of formats. It is an
// error if their lengths differ, or if a name is empty or used twice.
func NewTable(name string, columns []Column) (*Table, error) {
	t := &Table{Name: name, Columns: columns}
	seen := map[string]bool{}
	for i, c := range columns {
		n, known := c.cells()
		switch {
		case !known:
			return nil, fmt.Errorf("data: %s: column %d (%s): no kind", name, i+1, c.Name)
		case c.Name == "":
			return nil, fmt.Errorf("data: %s: column %d has no name", name, i+1)
		case seen[c.Name]:
			return nil, fmt.Errorf("data: %s: two columns are called %q", name, c.Name)
		case i > 0 && n != t.rows:
			return nil, fmt.Errorf("data: %s: column %q has %s, the others have %d", name, c.Name, plural(n, "cell"), t.rows)
		}
		seen[c.Name], t.rows = true, n
	}
	return t, nil
}

// cells is the number of cells; known is false for a column without a kind.
func (c *Column) cells() (n int, known bool) {
	switch c.Kind {
	case Number:
		return len(c.Numbers), true
	case Word:
		return len(c.Words), true
	case Vector:
		return len(c.Vectors), true
	case Blob:
		return len(c.Blobs), true
	}
	return 0, false
}

// Rows returns the number of rows.
func (t *Table) Rows() int { return t.rows }

// Names lists the columns.
func (t *Table) Names() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

// Column returns the column with the given name; the error for an unknown one
// suggests the nearest.
func (t *Table) Column(name string) (*Column, error) {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return &t.Columns[i], nil
		}
	}
	return nil, fmt.Errorf("data: %s has no column %q%s; the columns are %s", t.Name, name,
		nearest.DidYouMean(name, t.Names()), strings.Join(t.Names(), ", "))
}

// instead says what takes a column that is not of numbers.
var instead = map[Kind]string{Word: " (Classes numbers them)", Vector: " (VectorArray takes it)", Blob: " (Pictures takes images)"}

// Matrix returns columns of numbers side by side, in row-major order: shape
// [Rows, len(names)]. Without names it takes all columns of numbers. A column
// of anything else, and a missing number, is an error.
func (t *Table) Matrix(names ...string) ([]float64, error) {
	var columns [][]float64
	if len(names) == 0 {
		for _, c := range t.Columns {
			if c.Kind == Number {
				names = append(names, c.Name)
			}
		}
	}
	for _, name := range names {
		c, err := t.Column(name)
		switch {
		case err != nil:
			return nil, err
		case c.Kind != Number:
			return nil, fmt.Errorf("data: %s: column %q is of %v, not numbers%s", t.Name, name, c.Kind, instead[c.Kind])
		case c.Missing > 0:
			return nil, fmt.Errorf("data: %s: column %q has %s", t.Name, name, plural(c.Missing, "missing value"))
		}
		columns = append(columns, c.Numbers)
	}
	matrix := make([]float64, 0, t.rows*len(columns))
	for row := range t.rows {
		for _, c := range columns {
			matrix = append(matrix, c[row])
		}
	}
	return matrix, nil
}

// Array is [Table.Matrix] as a float32 array of shape [Rows, len(names)].
func (t *Table) Array(names ...string) (*fx.Array, error) {
	matrix, err := t.Matrix(names...)
	if err != nil {
		return nil, err
	}
	columns := 0
	if t.rows > 0 {
		columns = len(matrix) / t.rows
	}
	return fx.New(matrix, t.rows, columns).AsType(fx.Float32), nil
}

// VectorArray returns a column of vectors as a float32 array of shape [Rows,
// length]. A missing vector, and vectors of different lengths, are an error.
func (t *Table) VectorArray(name string) (*fx.Array, error) {
	c, err := t.Column(name)
	switch {
	case err != nil:
		return nil, err
	case c.Kind != Vector:
		return nil, fmt.Errorf("data: %s: column %q is of %v, not vectors", t.Name, name, c.Kind)
	case c.Missing > 0:
		return nil, fmt.Errorf("data: %s: column %q has %s", t.Name, name, plural(c.Missing, "missing value"))
	}
	length := 0
	var all []float64
	for i, v := range c.Vectors {
		if i == 0 {
			length = len(v)
		}
		if len(v) != length {
			return nil, fmt.Errorf("data: %s: column %q: row %d has %s, the first has %d", t.Name, name, i+1, plural(len(v), "number"), length)
		}
		all = append(all, v...)
	}
	return fx.New(all, t.rows, length).AsType(fx.Float32), nil
}

// Classes numbers the values of a column: class i is the i-th of the distinct
// values in ascending order, bytewise for words. A missing value is an error.
func (t *Table) Classes(name string) (labels []int32, classes []string, err error) {
	c, err := t.Column(name)
	if err != nil {
		return nil, nil, err
	}
	if c.Missing > 0 {
		return nil, nil, fmt.Errorf("data: %s: column %q has %s", t.Name, name, plural(c.Missing, "missing value"))
	}
	switch c.Kind {
	case Vector, Blob:
		return nil, nil, fmt.Errorf("data: %s: column %q is of %v, which are no classes", t.Name, name, c.Kind)
	case Word:
		distinct := slices.Compact(slices.Sorted(slices.Values(c.Words)))
		return places(c.Words, distinct), distinct, nil
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(c.Numbers)))
	for _, v := range distinct {
		classes = append(classes, fmt.Sprint(v))
	}
	return places(c.Numbers, distinct), classes, nil
}

// places returns where each value is among the sorted distinct ones.
func places[T string | float64](values, distinct []T) []int32 {
	labels := make([]int32, len(values))
	for i, v := range values {
		at, _ := slices.BinarySearch(distinct, v)
		labels[i] = int32(at)
	}
	return labels
}
