package study

import (
	"fmt"
	"slices"
	"sync"
)

// Recorder takes the measurements of one seed. Its methods may be called from
// several goroutines, but the order of recording is the order in tables and
// figures. Names consist of letters, digits, _ and -. Recording the same
// scalar, table, grid, images or note twice panics: give it another label.
type Recorder struct {
	sink   *sink
	labels Labels
}

type sink struct {
	mu     sync.Mutex
	record Record
	series map[string]int // where each series is in record.Series
	seen   map[string]bool
}

// NewRecorder returns an empty recorder.
func NewRecorder() *Recorder {
	return &Recorder{sink: &sink{series: map[string]int{}, seen: map[string]bool{}}}
}

// With returns a recorder that adds labels to everything it records:
//
//	r := env.Record.With("method", "adam", "nu", nu)
//	r.Scalar("final_loss", loss)
func (r *Recorder) With(labels ...any) *Recorder {
	return &Recorder{sink: r.sink, labels: r.labels.merge(MakeLabels(labels...))}
}

// Scalar records a number; it may be NaN or infinite.
func (r *Recorder) Scalar(name string, value float64) {
	id := r.id(name)
	r.once("scalar", id, func(rec *Record) {
		rec.Scalars = append(rec.Scalars, Scalar{id, Float(value)})
	})
}

// Timing records a wall-clock measurement, or something computed from one, such
// as seconds per step or a ratio of two durations. Timings are kept out of the
// digest, because no two runs have the same.
func (r *Recorder) Timing(name string, value float64) {
	id := r.id(name)
	r.once("timing", id, func(rec *Record) {
		rec.Timings = append(rec.Timings, Scalar{id, Float(value)})
	})
}

// Point adds a point to a series. Record a few hundred points of a long
// training run, not every step.
func (r *Recorder) Point(name string, x, y float64) {
	r.Series(name, []float64{x}, []float64{y})
}

// Series adds points to a series; x and y must be equally long.
func (r *Recorder) Series(name string, x, y []float64) {
	id := r.id(name)
	if len(x) != len(y) {
		panic(fmt.Sprintf("study: series %s: %d x values but %d y values", id, len(x), len(y)))
	}
	s := r.sink
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.series[id.key()]
	if !ok {
		i = len(s.record.Series)
		s.series[id.key()] = i
		s.record.Series = append(s.record.Series, Series{ID: id})
	}
	at := &s.record.Series[i]
	at.X, at.Y = append(at.X, x...), append(at.Y, y...)
}

// Table records a whole table. Each row has one entry for each column: a
// string, a bool or a number.
func (r *Recorder) Table(name string, columns []string, rows ...[]any) {
	id := r.id(name)
	table := Rows{ID: id, Columns: slices.Clone(columns), Rows: make([][]Cell, len(rows))}
	for i, row := range rows {
		if len(row) != len(columns) {
			panic(fmt.Sprintf("study: table %s: row %d has %d entries for %d columns", id, i, len(row), len(columns)))
		}
		for _, value := range row {
			table.Rows[i] = append(table.Rows[i], makeCell(value))
		}
	}
	r.once("table", id, func(rec *Record) { rec.Tables = append(rec.Tables, table) })
}

// Grid records a matrix over two labelled axes: values[i][j] belongs to rows[i]
// and cols[j]. The names say what rows and columns are, for the axes.
func (r *Recorder) Grid(name, rowName string, rows []string, colName string, cols []string, values [][]float64) {
	id := r.id(name)
	if len(values) != len(rows) {
		panic(fmt.Sprintf("study: grid %s: %d rows of values for %d row labels", id, len(values), len(rows)))
	}
	grid := Grid{ID: id, RowName: rowName, ColName: colName, Rows: slices.Clone(rows), Cols: slices.Clone(cols)}
	for i, row := range values {
		if len(row) != len(cols) {
			panic(fmt.Sprintf("study: grid %s: row %d has %d values for %d columns", id, i, len(row), len(cols)))
		}
		grid.Values = append(grid.Values, slices.Clone(row))
	}
	r.once("grid", id, func(rec *Record) { rec.Grids = append(rec.Grids, grid) })
}

// Images records images of one size, each a slice of height*width*channels
// pixels in [0, 1], row by row, channels last; channels is 1 or 3.
func (r *Recorder) Images(name string, height, width, channels int, images ...[]float32) {
	id := r.id(name)
	if height < 1 || width < 1 || channels != 1 && channels != 3 {
		panic(fmt.Sprintf("study: images %s: size %dx%d with %d channels", id, height, width, channels))
	}
	set := Images{ID: id, Height: height, Width: width, Channels: channels}
	for i, pixels := range images {
		if want := height * width * channels; len(pixels) != want {
			panic(fmt.Sprintf("study: images %s: image %d has %d values, want %d", id, i, len(pixels), want))
		}
		wide := make(Floats, len(pixels))
		for k, v := range pixels {
			wide[k] = float64(v)
		}
		set.Pixels = append(set.Pixels, wide)
	}
	r.once("images", id, func(rec *Record) { rec.Images = append(rec.Images, set) })
}

// Note records a fact in words.
func (r *Recorder) Note(name, text string) {
	id := r.id(name)
	r.once("note", id, func(rec *Record) { rec.Notes = append(rec.Notes, Note{id, text}) })
}

// Record returns a copy of what has been recorded so far.
func (r *Recorder) Record() *Record {
	s := r.sink
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.record
	c.Scalars, c.Timings = slices.Clone(c.Scalars), slices.Clone(c.Timings)
	c.Tables, c.Grids = slices.Clone(c.Tables), slices.Clone(c.Grids)
	c.Images, c.Notes = slices.Clone(c.Images), slices.Clone(c.Notes)
	c.Series = slices.Clone(c.Series)
	for i := range c.Series {
		c.Series[i].X, c.Series[i].Y = slices.Clone(c.Series[i].X), slices.Clone(c.Series[i].Y)
	}
	return &c
}

func (r *Recorder) id(name string) ID {
	if !isName(name) {
		panic(fmt.Sprintf("study: %q cannot name a measurement: use letters, digits, _ and -", name))
	}
	return ID{name, r.labels}
}

func (r *Recorder) once(kind string, id ID, add func(*Record)) {
	s := r.sink
	s.mu.Lock()
	defer s.mu.Unlock()
	key := kind + "\x1d" + id.key()
	if s.seen[key] {
		panic(fmt.Sprintf("study: %s %s is recorded twice", kind, id))
	}
	s.seen[key] = true
	add(&s.record)
}
