package parquet

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/fluxion-go/fluxion/data"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// reader collects the cells of one column.
type reader struct {
	leaf   leaf
	file   string
	keep   bool
	budget *int64 // cells that may still be read of the file
	number func(parquet.Value) (float64, string)
	column data.Column
	row    int // rows begun
}

func (c *reader) problem(format string, args ...any) error {
	return &data.FormatError{File: c.file, Row: max(1, c.row), Problem: fmt.Sprintf("column %q: ", c.leaf.name) + fmt.Sprintf(format, args...)}
}

// kind decides what the column becomes.
func (c *reader) kind() error {
	node := c.leaf.node
	unsupported := func(what string) error {
		return fmt.Errorf("data: %s: column %q holds %s, which a table cannot hold", c.file, c.leaf.name, what)
	}
	c.column.Name = c.leaf.name
	if node.MaxRepetitionLevel() > 1 {
		return unsupported("lists of lists")
	}
	element := data.Number
	logical := logicalOf(node.Type())
	switch kind := node.Type().Kind(); {
	case kind == parquet.Boolean:
		c.number = func(v parquet.Value) (float64, string) {
			if v.Boolean() {
				return 1, ""
			}
			return 0, ""
		}
	case kind == parquet.Float:
		c.number = func(v parquet.Value) (float64, string) { return float64(v.Float()), "" }
	case kind == parquet.Double:
		c.number = func(v parquet.Value) (float64, string) { return v.Double(), "" }
	case kind == parquet.Int32 || kind == parquet.Int64:
		c.number = integers(node.Type())
	case kind == parquet.ByteArray && text(logical):
		element = data.Word
	case (kind == parquet.ByteArray || kind == parquet.FixedLenByteArray) && logical == nil:
		element = data.Blob
	default:
		return unsupported(fmt.Sprintf("values of type %v", node.Type()))
	}
	c.column.Kind = element
	if node.MaxRepetitionLevel() == 1 {
		if element != data.Number {
			return unsupported("lists of " + element.String())
		}
		c.column.Kind = data.Vector
	}
	return nil
}

// logicalOf is what a type stands for; nil if for nothing but itself.
func logicalOf(t parquet.Type) format.LogicalTypeValue {
	if l := t.LogicalType(); l != nil {
		return l.Value
	}
	return nil
}

func text(logical format.LogicalTypeValue) bool {
	switch logical.(type) {
	case *format.StringType, *format.EnumType, *format.JsonType:
		return true
	}
	return false
}

// integers converts whole numbers and decimals, which are whole numbers of
// 10^-scale. Those that float64 does not hold exactly are refused.
func integers(t parquet.Type) func(parquet.Value) (float64, string) {
	unsigned, unit := false, 1.0
	switch logical := logicalOf(t).(type) {
	case *format.IntType:
		unsigned = !logical.IsSigned
	case *format.DecimalType:
		for range min(max(0, logical.Scale), 38) {
			unit *= 10
		}
	}
	small := t.Kind() == parquet.Int32
	return func(v parquet.Value) (float64, string) {
		n, text := int64(0), ""
		switch {
		case small && unsigned:
			n = int64(v.Uint32())
		case small:
			n = int64(v.Int32())
		case unsigned && v.Uint64() > math.MaxInt64:
			return 0, fmt.Sprintf("the number %d has more digits than float64 holds", v.Uint64())
		default:
			n = v.Int64()
		}
		f := float64(n)
		if n > 1<<53 || n < -1<<53 {
			text = fmt.Sprintf("the number %d has more digits than float64 holds", n)
		}
		return f / unit, text
	}
}

// chunk adds the values of a row group.
func (c *reader) chunk(chunk parquet.ColumnChunk) error {
	pages := chunk.Pages()
	defer pages.Close()
	buffer := make([]parquet.Value, 512)
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return damaged(c.file, fmt.Errorf("column %q: %w", c.leaf.name, err))
		}
		err = c.page(page, buffer)
		parquet.Release(page)
		if err != nil {
			return err
		}
	}
}

func (c *reader) page(page parquet.Page, buffer []parquet.Value) error {
	values := page.Values()
	for {
		n, err := values.ReadValues(buffer)
		for _, v := range buffer[:n] {
			if err := c.add(v); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return damaged(c.file, fmt.Errorf("column %q: %w", c.leaf.name, err))
		case n == 0:
			return damaged(c.file, fmt.Errorf("column %q: %w", c.leaf.name, io.ErrNoProgress))
		}
	}
}

// add takes a value. A list comes as one value for each element, of which the
// first has repetition level 0, and as one value without content if it is
// empty or missing.
func (c *reader) add(v parquet.Value) error {
	if *c.budget--; *c.budget < 0 {
		return fmt.Errorf("data: %s: more than the %d values that are read", c.file, MaxCells)
	}
	first := v.RepetitionLevel() == 0
	if first {
		c.row++
	} else if c.row == 0 {
		return c.problem("a list goes on that never began")
	}
	if v.RepetitionLevel() > c.leaf.node.MaxRepetitionLevel() || v.DefinitionLevel() > c.leaf.node.MaxDefinitionLevel() {
		return damaged(c.file, fmt.Errorf("column %q: levels beyond the schema's", c.leaf.name))
	}
	missing := v.IsNull()
	switch c.column.Kind {
	case data.Vector:
		return c.element(v, first, missing)
	case data.Word:
		word := ""
		if !missing {
			word = string(v.ByteArray()) // a copy: the page's memory is used again
		}
		c.column.Words = append(c.column.Words, word)
	case data.Blob:
		var blob []byte
		if !missing {
			blob = append([]byte{}, v.ByteArray()...)
		}
		c.column.Blobs = append(c.column.Blobs, blob)
	default:
		f := math.NaN()
		if !missing {
			var err error
			if f, err = c.finite(v); err != nil {
				return err
			}
			missing = math.IsNaN(f)
		}
		c.column.Numbers = append(c.column.Numbers, f)
	}
	return c.miss(missing)
}

func (c *reader) miss(missing bool) error {
	if missing {
		if !c.keep {
			return c.problem("the value is missing")
		}
		c.column.Missing++
	}
	return nil
}

// element adds a number to the last vector, or begins one.
func (c *reader) element(v parquet.Value, first, missing bool) error {
	level := v.DefinitionLevel()
	if first {
		var begun []float64
		if level >= c.leaf.listAt-1 {
			begun = []float64{} // empty, not missing
		}
		c.column.Vectors = append(c.column.Vectors, begun)
		if level < c.leaf.listAt-1 {
			return c.miss(true)
		}
	}
	if level < c.leaf.listAt {
		return nil
	}
	if missing {
		return c.problem("a number of the list is missing")
	}
	f, err := c.finite(v)
	switch {
	case err != nil:
		return err
	case math.IsNaN(f):
		return c.problem("a number of the list is NaN")
	}
	last := &c.column.Vectors[len(c.column.Vectors)-1]
	*last = append(*last, f)
	return nil
}

func (c *reader) finite(v parquet.Value) (float64, error) {
	f, wrong := c.number(v)
	if wrong == "" && math.IsInf(f, 0) {
		wrong = fmt.Sprintf("expected a finite number, found %v", f)
	}
	if wrong != "" {
		return 0, c.problem("%s", wrong)
	}
	return f, nil
}
