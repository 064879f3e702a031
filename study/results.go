package study

import (
	"math"
	"slices"
	"sort"
)

// Results are the records of all seeds of one run: what claims are judged from
// and figures are drawn from.
type Results struct {
	Config Config
	Common *Record      // of Paper.Common; empty if the paper has none
	Seeds  []SeedRecord // in the order the seeds were asked for
}

// SeedRecord is what one seed recorded.
type SeedRecord struct {
	Seed   uint64
	Record *Record
}

// Sample is one number from each seed, in the order of the seeds.
type Sample []float64

// Sample returns one scalar from every seed: the one with that name whose
// labels contain the given ones.
//
//	r.Sample("final_loss", "method", "adam", "nu", 0.5)
//
// It panics with a *SelectError where a seed has none, or more than one; in
// claims, tables and figures the harness turns that into an error.
func (r *Results) Sample(name string, labels ...any) Sample {
	return r.sample(func(rec *Record) float64 { return rec.Scalar(name, labels...) })
}

// Timing returns one timing from every seed, as Sample does for scalars.
func (r *Results) Timing(name string, labels ...any) Sample {
	return r.sample(func(rec *Record) float64 { return rec.Timing(name, labels...) })
}

func (r *Results) sample(get func(*Record) float64) Sample {
	s := make(Sample, len(r.Seeds))
	for i, seed := range r.Seeds {
		s[i] = get(seed.Record)
	}
	return s
}

// Curves returns one series from every seed, as Sample does for scalars.
func (r *Results) Curves(name string, labels ...any) []Series {
	curves := make([]Series, len(r.Seeds))
	for i, seed := range r.Seeds {
		curves[i] = seed.Record.Curve(name, labels...)
	}
	return curves
}

// First returns the record of the first seed, for what is shown once: an
// example trajectory, generated images.
func (r *Results) First() *Record { return r.Seeds[0].Record }

// Has reports whether the first seed recorded a scalar of that name with those
// labels: quick runs often measure less.
func (r *Results) Has(name string, labels ...any) bool {
	return len(r.Seeds) > 0 && r.First().Has(name, labels...)
}

// Values lists the distinct values of one label among the scalars and series of
// that name that have the other labels given, in the order of recording.
func (r *Results) Values(name, key string, labels ...any) []string {
	selection := MakeLabels(labels...)
	var values []string
	add := func(id ID) {
		if v := id.Labels.Get(key); v != "" && id.matches(name, selection) && !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	for _, seed := range r.Seeds {
		for _, s := range seed.Record.Scalars {
			add(s.ID)
		}
		for _, s := range seed.Record.Series {
			add(s.ID)
		}
	}
	return values
}

// IDs lists the scalars recorded by the seeds, in the order of recording.
func (r *Results) IDs() []ID {
	return r.distinct(func(rec *Record) []Scalar { return rec.Scalars })
}

func (r *Results) distinct(list func(*Record) []Scalar) []ID {
	var ids []ID
	seen := map[string]bool{}
	for _, seed := range r.Seeds {
		for _, s := range list(seed.Record) {
			if key := s.key(); !seen[key] {
				seen[key] = true
				ids = append(ids, s.ID)
			}
		}
	}
	return ids
}

// exact returns the values of the scalar with exactly this ID from those seeds
// that recorded it.
func (r *Results) exact(id ID, list func(*Record) []Scalar) Sample {
	var s Sample
	key := id.key()
	for _, seed := range r.Seeds {
		for _, scalar := range list(seed.Record) {
			if scalar.key() == key {
				s = append(s, float64(scalar.Value))
			}
		}
	}
	return s
}

// Band is a curve with its spread over the seeds.
type Band struct {
	X               []float64
	Median          []float64
	Low, High       []float64 // min and max, or the quartiles
	Seeds           int
	DivergedAt      float64 // first x at which some seed is non-finite, NaN if none
	DivergedPortion float64 // share of the seeds that end non-finite
}

// Spread says what the edges of a band are.
type Spread int

const (
	// Range is from the smallest to the largest seed.
	Range Spread = iota
	// Quartiles is from the lower to the upper quartile of the seeds.
	Quartiles
)

// Band summarises a series over the seeds: at every x that occurs, the median
// and the spread of the seeds that have a finite value there. Where fewer than
// half of the seeds do, the median is NaN and the line has a gap.
func (r *Results) Band(spread Spread, name string, labels ...any) Band {
	return MakeBand(spread, r.Curves(name, labels...))
}

// MakeBand summarises series as Results.Band does.
func MakeBand(spread Spread, curves []Series) Band {
	values := map[float64]Sample{}
	b := Band{Seeds: len(curves), DivergedAt: math.NaN()}
	diverged := 0
	for _, c := range curves {
		for i, x := range c.X {
			if !finite(x) {
				continue
			}
			if _, ok := values[x]; !ok {
				values[x] = nil
				b.X = append(b.X, x)
			}
			if finite(c.Y[i]) {
				values[x] = append(values[x], c.Y[i])
			} else if !(b.DivergedAt <= x) {
				b.DivergedAt = x
			}
		}
		if n := len(c.Y); n > 0 && !finite(c.Y[n-1]) {
			diverged++
		}
	}
	if len(curves) > 0 {
		b.DivergedPortion = float64(diverged) / float64(len(curves))
	}
	sort.Float64s(b.X)
	for _, x := range b.X {
		s := values[x]
		median, low, high := math.NaN(), math.NaN(), math.NaN()
		if len(s) > 0 && 2*len(s) >= len(curves) {
			median, low, high = s.Median(), s.Min(), s.Max()
			if spread == Quartiles {
				low, high = s.Quantile(0.25), s.Quantile(0.75)
			}
		}
		b.Median, b.Low, b.High = append(b.Median, median), append(b.Low, low), append(b.High, high)
	}
	return b
}

// Pivot tabulates a scalar over two labels: the values of rowKey down, those of
// colKey across, each entry a statistic over the seeds. Combinations that were
// not recorded are NaN. More labels narrow the selection.
func (r *Results) Pivot(statistic func(Sample) float64, name, rowKey, colKey string, labels ...any) Grid {
	g := Grid{ID: ID{Name: name, Labels: MakeLabels(labels...)}, RowName: rowKey, ColName: colKey,
		Rows: r.Values(name, rowKey, labels...), Cols: r.Values(name, colKey, labels...)}
	for _, row := range g.Rows {
		line := make(Floats, len(g.Cols))
		for j, col := range g.Cols {
			line[j] = math.NaN()
			selection := append(slices.Clone(labels), rowKey, row, colKey, col)
			if r.Has(name, selection...) {
				line[j] = statistic(r.Sample(name, selection...))
			}
		}
		g.Values = append(g.Values, line)
	}
	return g
}

// PivotTable is Pivot as a table of "median (min..max)".
func (r *Results) PivotTable(title, name, rowKey, colKey string, labels ...any) *Table {
	t := &Table{Title: title, Columns: []string{rowKey}}
	cols := r.Values(name, colKey, labels...)
	for _, col := range cols {
		t.Columns = append(t.Columns, colKey+"="+col)
	}
	for _, row := range r.Values(name, rowKey, labels...) {
		cells := []any{row}
		for _, col := range cols {
			selection := append(slices.Clone(labels), rowKey, row, colKey, col)
			entry := ""
			if r.Has(name, selection...) {
				entry = r.Sample(name, selection...).Summary()
			}
			cells = append(cells, entry)
		}
		t.Add(cells...)
	}
	return t
}

// measurements is the table of all scalars, or of all timings, with the median
// and the range over the seeds.
func (r *Results) measurements(title string, list func(*Record) []Scalar) *Table {
	t := &Table{Title: title, Columns: []string{"measurement", "median", "min", "max", "seeds"}}
	for _, s := range list(r.Common) {
		t.Add(s.ID.String(), s.Value, s.Value, s.Value, "common")
	}
	for _, id := range r.distinct(list) {
		s := r.exact(id, list)
		t.Add(id.String(), s.Median(), s.Min(), s.Max(), len(s))
	}
	return t
}

func scalarsOf(r *Record) []Scalar { return r.Scalars }
func timingsOf(r *Record) []Scalar { return r.Timings }

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
