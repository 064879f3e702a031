package study

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"math"
	"slices"
	"strings"
)

// Digest is a SHA-256 over the exact bits of everything recorded except the
// timings, as 64 hexadecimal digits. The order of recording does not matter,
// the order of the points in a series does. All NaNs count as one value.
func (r *Record) Digest() string {
	d := digester{sha256.New()}
	d.text("fluxion record 1")
	each(d, "scalar", r.Scalars, func(s Scalar) { d.floats(float64(s.Value)) })
	each(d, "series", r.Series, func(s Series) { d.floats(s.X...); d.floats(s.Y...) })
	each(d, "table", r.Tables, func(t Rows) {
		d.texts(t.Columns)
		for _, row := range t.Rows {
			for _, c := range row {
				if c.IsText {
					d.text("text " + c.Text)
				} else {
					d.text("number")
					d.floats(c.Number)
				}
			}
		}
	})
	each(d, "grid", r.Grids, func(g Grid) {
		d.texts([]string{g.RowName, g.ColName})
		d.texts(g.Rows)
		d.texts(g.Cols)
		for _, row := range g.Values {
			d.floats(row...)
		}
	})
	each(d, "images", r.Images, func(m Images) {
		d.count(m.Height, m.Width, m.Channels)
		for _, p := range m.Pixels {
			d.floats(p...)
		}
	})
	each(d, "note", r.Notes, func(n Note) { d.text(n.Text) })
	return d.sum()
}

// Digest is a SHA-256 over the configuration's digest and those of the common
// record and of every seed.
func (r *Results) Digest() string {
	d := digester{sha256.New()}
	d.text("fluxion run 1")
	d.text(r.Config.Digest())
	d.text(r.Common.Digest())
	seeds := slices.Clone(r.Seeds)
	slices.SortFunc(seeds, func(a, b SeedRecord) int {
		if a.Seed < b.Seed {
			return -1
		}
		return 1
	})
	for _, s := range seeds {
		d.count(int(s.Seed))
		d.text(s.Record.Digest())
	}
	return d.sum()
}

// digester writes values so that different lists of values never give the same
// bytes: every text and every list is preceded by its length.
type digester struct{ hash.Hash }

func (d digester) sum() string { return hex.EncodeToString(d.Sum(nil)) }

func (d digester) count(numbers ...int) {
	for _, n := range numbers {
		d.Write(binary.LittleEndian.AppendUint64(nil, uint64(n)))
	}
}

func (d digester) text(s string) {
	d.count(len(s))
	d.Write([]byte(s))
}

func (d digester) texts(list []string) {
	d.count(len(list))
	for _, s := range list {
		d.text(s)
	}
}

func (d digester) floats(values ...float64) {
	d.count(len(values))
	out := make([]byte, 0, 8*len(values))
	for _, v := range values {
		bits := math.Float64bits(v)
		if math.IsNaN(v) {
			bits = 0x7ff8000000000000
		}
		out = binary.LittleEndian.AppendUint64(out, bits)
	}
	d.Write(out)
}

// each visits the items of one kind in the order of their full names.
func each[T interface{ id() ID }](d digester, kind string, items []T, visit func(T)) {
	sorted := slices.Clone(items)
	slices.SortStableFunc(sorted, func(a, b T) int { return strings.Compare(a.id().key(), b.id().key()) })
	d.text(kind)
	d.count(len(sorted))
	for _, item := range sorted {
		d.text(item.id().key())
		visit(item)
	}
}
