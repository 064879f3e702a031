package data

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/fluxion-go/fluxion/fx"
)

// Sparse is a labelled set of examples whose features are mostly zero, in
// compressed sparse rows: the entries of row i are at Indices[k] and have
// Values[k] for k from Starts[i] to Starts[i+1]-1, columns ascending.
type Sparse struct {
	// Name says where the set comes from, for messages and reports.
	Name       string
	Rows, Cols int
	Starts     []int // of length Rows+1
	Indices    []int32
	Values     []float64
	// Labels holds one number per row: a class, or a value to predict.
	Labels []float64
}

const (
	maxLine    = 1 << 26 // bytes of a line
	maxFeature = math.MaxInt32
)

// LoadLIBSVM reads a file in the text format of LIBSVM (Chang and Lin, 2011)
// and SVMlight, compressed with gzip or not: on each line a label and the
// entries that are not zero as index:value, indices ascending from 1. What
// follows a # is a comment. cols is the number of features, as the test file
// of a set may not use the last ones; 0 takes the largest index. A malformed
// line, or an index over cols, is a [*FormatError].
func LoadLIBSVM(path string, cols int) (*Sparse, error) {
	var set *Sparse
	err := withText(path, func(r io.Reader) (err error) {
		set, err = ReadLIBSVM(r, path, cols)
		return err
	})
	return set, err
}

// ReadLIBSVM is [LoadLIBSVM] on a reader; name is the file's name in errors.
func ReadLIBSVM(r io.Reader, name string, cols int) (*Sparse, error) {
	if cols < 0 || cols > maxFeature {
		return nil, fmt.Errorf("data: %s: %d features: must be from 0 to %d", name, cols, maxFeature)
	}
	set := &Sparse{Name: name, Cols: cols, Starts: []int{0}}
	lines := bufio.NewScanner(&limited{r, maxText})
	lines.Buffer(nil, maxLine)
	line := 0
	for lines.Scan() {
		line++
		text, _, _ := strings.Cut(lines.Text(), "#")
		fields := strings.Fields(text)
		if len(fields) == 0 {
			continue
		}
		if problem := set.appendRow(fields, cols); problem != "" {
			return nil, &FormatError{File: name, Line: line, Problem: problem}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, &FormatError{File: name, Line: line + 1, Problem: "cannot read: " + describe(err), Err: err}
	}
	if set.Rows == 0 {
		return nil, fmt.Errorf("data: %s: no examples", name)
	}
	return set, nil
}

// appendRow adds an example, or says what is wrong with it.
func (s *Sparse) appendRow(fields []string, cols int) (problem string) {
	label, ok := number(fields[0])
	if !ok || math.IsInf(label, 0) {
		return fmt.Sprintf("expected a finite number as label, found %q%s", fields[0], labelHint(fields[0]))
	}
	last := 0
	for _, field := range fields[1:] {
		before, after, found := strings.Cut(field, ":")
		index, err := strconv.ParseInt(before, 10, 64)
		value, ok := number(after)
		switch {
		case before == "qid":
			return "expected index:value, found a query (qid): ranking data are not supported"
		case !found || err != nil:
			return fmt.Sprintf("expected index:value, found %q", field)
		case index == 0:
			return "expected indices from 1, found 0 (is the file zero-based?)"
		case index < 0 || index > maxFeature:
			return fmt.Sprintf("expected an index from 1 to %d, found %d", maxFeature, index)
		case cols > 0 && index > int64(cols):
			return fmt.Sprintf("expected an index up to %d, found %d", cols, index)
		case int(index) <= last:
			return fmt.Sprintf("expected ascending indices, found %d after %d", index, last)
		case !ok || math.IsInf(value, 0):
			return fmt.Sprintf("expected a finite number as value, found %q", field)
		}
		last = int(index)
		s.Indices = append(s.Indices, int32(index-1))
		s.Values = append(s.Values, value)
	}
	s.Rows++
	s.Cols = max(s.Cols, last)
	s.Starts = append(s.Starts, len(s.Indices))
	s.Labels = append(s.Labels, label)
	return ""
}

// labelHint guesses what a label is that is no number.
func labelHint(label string) string {
	switch {
	case strings.Contains(label, ","):
		return " (several labels?)"
	case strings.Contains(label, ":"):
		return " (a line without a label?)"
	case strings.HasPrefix(label, "<"):
		return " (a web page saved in its place?)"
	}
	return ""
}

// Row returns the columns and values of row i, not copied. It panics if there
// is no row i.
func (s *Sparse) Row(i int) (columns []int32, values []float64) {
	if i < 0 || i >= s.Rows {
		panic(fmt.Sprintf("data: row %d of a set of %d", i, s.Rows))
	}
	from, to := s.Starts[i], s.Starts[i+1]
	return s.Indices[from:to:to], s.Values[from:to:to]
}

// Dense returns the features with their zeros, as a float32 array of shape
// [Rows, Cols]. It is an error if that exceeds 2^30 numbers.
func (s *Sparse) Dense() (*fx.Array, error) {
	if s.Cols > 0 && s.Rows > maxPixels/s.Cols {
		return nil, fmt.Errorf("data: %s: %s of %d features are more than the limit of %d numbers", s.Name, plural(s.Rows, "row"), s.Cols, maxPixels)
	}
	dense := make([]float32, s.Rows*s.Cols)
	for i := range s.Rows {
		columns, values := s.Row(i)
		for k, column := range columns {
			dense[i*s.Cols+int(column)] = float32(values[k])
		}
	}
	return fx.New(dense, s.Rows, s.Cols), nil
}

// Classes numbers the labels: class i is the i-th of the distinct labels in
// ascending order, so that -1 and +1 become 0 and 1.
func (s *Sparse) Classes() (labels []int32, classes []float64) {
	classes = slices.Compact(slices.Sorted(slices.Values(s.Labels)))
	return places(s.Labels, classes), classes
}

// WriteLIBSVM writes the set in LIBSVM's text format, numbers in the fewest
// digits that [ReadLIBSVM] reads as the same bits.
func (s *Sparse) WriteLIBSVM(w io.Writer) error {
	buffered := bufio.NewWriter(w)
	for i := range s.Rows {
		fmt.Fprint(buffered, strconv.FormatFloat(s.Labels[i], 'g', -1, 64))
		columns, values := s.Row(i)
		for k, column := range columns {
			fmt.Fprintf(buffered, " %d:%s", int(column)+1, strconv.FormatFloat(values[k], 'g', -1, 64))
		}
		fmt.Fprintln(buffered)
	}
	if err := buffered.Flush(); err != nil { // bufio keeps the first error
		return fmt.Errorf("data: %s: %w", s.Name, err)
	}
	return nil
}
