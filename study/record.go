package study

import (
	"encoding/json"
	"fmt"
)

// Record is what one call of Paper.Run, or of Paper.Common, recorded. The lists
// are in the order of recording. A Record is not changed any more once it has
// been handed out.
type Record struct {
	Scalars []Scalar `json:"scalars,omitempty"`
	Series  []Series `json:"series,omitempty"`
	Tables  []Rows   `json:"tables,omitempty"`
	Grids   []Grid   `json:"grids,omitempty"`
	Images  []Images `json:"images,omitempty"`
	Notes   []Note   `json:"notes,omitempty"`
	// Timings are wall-clock measurements and what was computed from them. They
	// are not part of the digest.
	Timings []Scalar `json:"timings,omitempty"`
}

// Scalar is one number.
type Scalar struct {
	ID
	Value Float `json:"value"`
}

// Series is a list of points, in the order of recording: a learning curve, a
// trajectory, a spectrum, a cloud of points.
type Series struct {
	ID
	X Floats `json:"x"`
	Y Floats `json:"y"`
}

// Rows is a recorded table.
type Rows struct {
	ID
	Columns []string `json:"columns"`
	Rows    [][]Cell `json:"rows"`
}

// Grid is a matrix of numbers over two labelled axes, such as the final loss
// over two decay rates.
type Grid struct {
	ID
	RowName string   `json:"row_name"` // what the rows are
	ColName string   `json:"col_name"` // what the columns are
	Rows    []string `json:"rows"`
	Cols    []string `json:"cols"`
	Values  []Floats `json:"values"` // Values[i][j] belongs to Rows[i], Cols[j]
}

// Images is a list of images of one size, pixels in [0, 1], each [height,
// width, channels] in row-major order with 1 or 3 channels.
type Images struct {
	ID
	Height   int      `json:"height"`
	Width    int      `json:"width"`
	Channels int      `json:"channels"`
	Pixels   []Floats `json:"pixels"`
}

// Note is a fact in words, such as the learning rate that was chosen or the
// digest of a data file.
type Note struct {
	ID
	Text string `json:"text"`
}

// Cell is one entry of a table: a text or a number.
type Cell struct {
	Text   string
	Number float64
	IsText bool
}

// makeCell turns a table entry given as a Go value into a Cell.
func makeCell(value any) Cell {
	switch v := value.(type) {
	case Cell:
		return v
	case string:
		return Cell{Text: v, IsText: true}
	case bool:
		return Cell{Text: map[bool]string{true: "yes", false: "no"}[v], IsText: true}
	case int:
		return Cell{Number: float64(v)}
	case int32:
		return Cell{Number: float64(v)}
	case int64:
		return Cell{Number: float64(v)}
	case float32:
		return Cell{Number: float64(v)}
	case float64:
		return Cell{Number: v}
	case Float:
		return Cell{Number: float64(v)}
	case fmt.Stringer:
		return Cell{Text: v.String(), IsText: true}
	}
	panic(fmt.Sprintf("study: a table cell of type %T; use a string, a bool or a number", value))
}

// String writes the cell for a reader.
func (c Cell) String() string {
	if c.IsText {
		return c.Text
	}
	return FormatNumber(c.Number)
}

type cellJSON struct {
	Text   *string `json:"text,omitempty"`
	Number *Float  `json:"number,omitempty"`
}

// MarshalJSON writes {"text": ...} or {"number": ...}.
func (c Cell) MarshalJSON() ([]byte, error) {
	if c.IsText {
		return json.Marshal(cellJSON{Text: &c.Text})
	}
	f := Float(c.Number)
	return json.Marshal(cellJSON{Number: &f})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Cell) UnmarshalJSON(data []byte) error {
	var raw cellJSON
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	switch {
	case raw.Text != nil && raw.Number == nil:
		*c = Cell{Text: *raw.Text, IsText: true}
	case raw.Number != nil && raw.Text == nil:
		*c = Cell{Number: float64(*raw.Number)}
	default:
		return fmt.Errorf("a table cell has either a text or a number, not %s", data)
	}
	return nil
}

// Scalar returns the one scalar of that name whose labels contain the given
// ones. It panics with a *SelectError if there is none, or more than one.
func (r *Record) Scalar(name string, labels ...any) float64 {
	return float64(pick("scalar", r.Scalars, name, labels).Value)
}

// Timing returns the one timing selected, as Scalar does.
func (r *Record) Timing(name string, labels ...any) float64 {
	return float64(pick("timing", r.Timings, name, labels).Value)
}

// Curve returns the one series selected, as Scalar does.
func (r *Record) Curve(name string, labels ...any) Series {
	return pick("series", r.Series, name, labels)
}

// Grid returns the one grid selected, as Scalar does.
func (r *Record) Grid(name string, labels ...any) Grid {
	return pick("grid", r.Grids, name, labels)
}

// ImageSet returns the one list of images selected, as Scalar does.
func (r *Record) ImageSet(name string, labels ...any) Images {
	return pick("images", r.Images, name, labels)
}

// Table returns the one recorded table selected, as Scalar does.
func (r *Record) Table(name string, labels ...any) *Table {
	rows := pick("table", r.Tables, name, labels)
	return &Table{Title: rows.ID.String(), Columns: rows.Columns, Rows: rows.Rows}
}

// Note returns the one note selected, as Scalar does.
func (r *Record) Note(name string, labels ...any) string {
	return pick("note", r.Notes, name, labels).Text
}

// Has reports whether a scalar of that name with those labels was recorded.
func (r *Record) Has(name string, labels ...any) bool {
	selection := MakeLabels(labels...)
	for _, s := range r.Scalars {
		if s.matches(name, selection) {
			return true
		}
	}
	return false
}

// SelectError tells that a selection did not find exactly one measurement.
type SelectError struct {
	Kind   string // scalar, series, ...
	Want   ID
	Found  int      // how many matched
	Nearby []string // what was recorded instead, or what matched; at most five
}

func (e *SelectError) Error() string {
	text := fmt.Sprintf("no %s %s was recorded", e.Kind, e.Want)
	nearby := "recorded"
	if e.Found > 1 {
		text = fmt.Sprintf("%d recorded %s match %s: give more labels", e.Found, e.Kind, e.Want)
		nearby = "matching"
	}
	if len(e.Nearby) == 0 {
		return text
	}
	return text + " (" + nearby + ": " + joinWords(e.Nearby, "; ", "; ") + ")"
}

func (id ID) id() ID { return id }

// pick finds the one item with the given name and labels.
func pick[T interface{ id() ID }](kind string, items []T, name string, labels []any) T {
	want := ID{name, MakeLabels(labels...)}
	var found []T
	var matching, similar []string
	for _, item := range items {
		id := item.id()
		switch {
		case id.matches(name, want.Labels):
			found = append(found, item)
			matching = append(matching, id.String())
		case id.Name == name:
			similar = append(similar, id.String())
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	// An exact match wins over longer ones.
	for _, item := range found {
		if len(item.id().Labels) == len(want.Labels) {
			return item
		}
	}
	if len(found) == 0 {
		if len(similar) == 0 {
			similar = distinctNames(items)
		}
		matching = similar
	}
	if len(matching) > 5 {
		matching = append(matching[:5:5], "...")
	}
	panic(&SelectError{Kind: kind, Want: want, Found: len(found), Nearby: matching})
}

func distinctNames[T interface{ id() ID }](items []T) []string {
	var names []string
	seen := map[string]bool{}
	for _, item := range items {
		if name := item.id().Name; !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}
