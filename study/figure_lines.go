package study

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Lines is a panel of curves, or of clouds of points.
type Lines struct {
	Title    string
	X, Y     Axis
	Curves   []Curve
	Contours *Contours // drawn below the curves; optional
}

// Curve is one line or cloud of points.
type Curve struct {
	Label string // "" keeps it out of the legend
	X, Y  []float64
	// Low and High, if given, are the edges of a band around the curve, such as
	// the smallest and the largest seed.
	Low, High []float64
	Draw      DrawMode
	// Reference draws a thin grey dashed line: a theoretical value, a threshold.
	Reference bool
}

// DrawMode says whether a curve's points are joined.
type DrawMode int

// The ways to draw a curve.
const (
	Joined DrawMode = iota // a line
	Points                 // a dot at every point
	Both                   // a line with dots
)

// Curve is the band as a curve: the median, with the spread around it.
func (b Band) Curve(label string) Curve {
	c := Curve{Label: label, X: b.X, Y: b.Median}
	if b.Seeds > 1 {
		c.Low, c.High = b.Low, b.High
	}
	// A point after the last finite one shows where the seeds diverged.
	if b.DivergedPortion > 0.5 && !math.IsNaN(b.DivergedAt) && (len(b.X) == 0 || finite(b.Median[len(b.X)-1])) {
		c.X, c.Y = append(c.X[:len(c.X):len(c.X)], b.DivergedAt), append(c.Y[:len(c.Y):len(c.Y)], math.Inf(1))
		if c.Low != nil {
			nan := math.NaN()
			c.Low, c.High = append(c.Low[:len(c.Low):len(c.Low)], nan), append(c.High[:len(c.High):len(c.High)], nan)
		}
	}
	return c
}

// Curve is the series as a curve.
func (s Series) Curve(label string) Curve { return Curve{Label: label, X: s.X, Y: s.Y} }

// HorizontalLine is a reference line at a height, from one x to another.
func HorizontalLine(label string, y, from, to float64) Curve {
	return Curve{Label: label, X: []float64{from, to}, Y: []float64{y, y}, Reference: true}
}

// Contours are level lines of a function of two variables.
type Contours struct {
	X, Y   []float64   // increasing
	Z      [][]float64 // Z[i][j] is the value at X[j], Y[i]
	Levels []float64
}

func (l *Lines) check() error {
	for _, a := range []Axis{l.X, l.Y} {
		if err := a.check(); err != nil {
			return err
		}
	}
	for _, c := range l.Curves {
		n := len(c.X)
		if len(c.Y) != n || c.Low != nil && len(c.Low) != n || len(c.Low) != len(c.High) {
			return fmt.Errorf("curve %q: x, y, low and high have %d, %d, %d and %d values",
				c.Label, n, len(c.Y), len(c.Low), len(c.High))
		}
	}
	if k := l.Contours; k != nil {
		if len(k.Z) != len(k.Y) || len(k.X) < 2 || len(k.Y) < 2 || len(k.Levels) == 0 {
			return fmt.Errorf("contours: %d rows of values for %d x and %d y, %d levels", len(k.Z), len(k.X), len(k.Y), len(k.Levels))
		}
		for _, row := range k.Z {
			if len(row) != len(k.X) {
				return fmt.Errorf("contours: a row of %d values for %d x", len(row), len(k.X))
			}
		}
	}
	return nil
}

func (l *Lines) legend() []legendEntry {
	var entries []legendEntry
	diverges := false
	for _, c := range l.Curves {
		if c.Label != "" {
			m := map[DrawMode]mark{Joined: markLine, Points: markPoints, Both: markLinePoints}[c.Draw]
			entries = append(entries, legendEntry{label: c.Label, mark: m, reference: c.Reference})
		}
		diverges = diverges || c.diverges()
	}
	if diverges {
		entries = append(entries, legendEntry{label: "diverges", diverged: true})
	}
	return entries
}

// diverges reports whether a line leaves the finite numbers.
func (c Curve) diverges() bool {
	for i := 1; i < len(c.Y) && c.Draw != Points; i++ {
		if finite(c.Y[i-1]) && !finite(c.Y[i]) {
			return true
		}
	}
	return false
}

func (l *Lines) draw(c draw.Canvas, s *styles) error {
	p := newPlot(l.Title)
	xs, ys := emptyRange(), emptyRange()
	for _, k := range l.Curves {
		for i, x := range k.X {
			if !l.X.shows(x) {
				continue
			}
			column := []float64{k.Y[i]}
			if k.Low != nil {
				column = append(column, k.Low[i], k.High[i])
			}
			for _, y := range column {
				if l.Y.shows(y) {
					xs.add(x)
					ys.add(y)
				}
			}
		}
	}
	if k := l.Contours; k != nil {
		xs.add(k.X[0])
		xs.add(k.X[len(k.X)-1])
		ys.add(k.Y[0])
		ys.add(k.Y[len(k.Y)-1])
	}
	air := 0.03
	if l.Contours != nil {
		air = 0
	}
	l.X.apply(&p.X, xs, air)
	l.Y.apply(&p.Y, ys, 1.6*air)
	p.Add(houseGrid{})
	if l.Contours != nil {
		p.Add(contourPlotter{l.Contours})
	}
	for _, k := range l.Curves {
		p.Add(curvePlotter{k, l, s})
	}
	drawPlot(c, p, l.X.text(), l.Y.text())
	return nil
}

// houseGrid draws light lines at the labelled ticks.
type houseGrid struct{ horizontalOnly bool }

// Plot implements plot.Plotter.
func (g houseGrid) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	style := draw.LineStyle{Color: gridColor, Width: 0.6}
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if y := ty(t.Value); t.Label != "" && c.ContainsY(y) {
			c.StrokeLine2(style, c.Min.X, y, c.Max.X, y)
		}
	}
	if g.horizontalOnly {
		return
	}
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		if x := tx(t.Value); t.Label != "" && c.ContainsX(x) {
			c.StrokeLine2(style, x, c.Min.Y, x, c.Max.Y)
		}
	}
}

// curvePlotter draws one curve with its band.
type curvePlotter struct {
	Curve
	panel  *Lines
	styles *styles
}

// Plot implements plot.Plotter.
func (k curvePlotter) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	place := func(x, y float64) vg.Point {
		return vg.Point{X: tx(x), Y: ty(math.Min(math.Max(y, -math.MaxFloat32), math.MaxFloat32))}
	}
	line := k.styles.line(k.Label, k.Reference)
	ink := line.Color.(color.NRGBA)
	if k.Low != nil {
		k.band(c, p, place, fade(ink, 0x30))
	}
	var run []vg.Point
	flush := func() {
		if len(run) > 1 && k.Draw != Points {
			c.StrokeLines(line, c.ClipLinesXY(run)...)
		}
		run = nil
	}
	for i := range k.X {
		x, y := k.X[i], k.Y[i]
		if !k.panel.X.shows(x) || !k.panel.Y.shows(y) {
			if n := len(run); n > 0 && !finite(y) && k.Draw != Points {
				at := run[n-1]
				at.Y = min(max(at.Y, c.Min.Y), c.Max.Y)
				flush()
				if c.ContainsX(at.X) {
					drawCross(c, ink, at)
				}
			}
			flush()
			continue
		}
		at := place(x, y)
		run = append(run, at)
		if k.Draw != Joined && c.Contains(at) {
			radius, dot := vg.Length(2.2), ink
			if len(k.X) > 300 {
				radius, dot = 1.5, fade(ink, 0x90)
			}
			drawDot(c, dot, at, radius)
		}
	}
	flush()
}

// band fills the area between Low and High, stretch by stretch.
func (k curvePlotter) band(c draw.Canvas, p *plot.Plot, place func(x, y float64) vg.Point, ink color.NRGBA) {
	var lower, upper []vg.Point
	flush := func() {
		if len(lower) > 1 {
			outline := append([]vg.Point(nil), lower...)
			for i := len(upper) - 1; i >= 0; i-- {
				outline = append(outline, upper[i])
			}
			c.FillPolygon(ink, c.ClipPolygonXY(outline))
		}
		lower, upper = nil, nil
	}
	for i, x := range k.X {
		low, high := k.Low[i], k.High[i]
		if k.panel.Y.Log && low <= 0 {
			low = p.Y.Min
		}
		if !k.panel.X.shows(x) || !k.panel.Y.shows(low) || !k.panel.Y.shows(high) {
			flush()
			continue
		}
		lower, upper = append(lower, place(x, low)), append(upper, place(x, high))
	}
	flush()
}
