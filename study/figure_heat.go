package study

import (
	"cmp"
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// HeatMap is a panel that shows a matrix as coloured cells with their values,
// the first row on top, and a colour bar. Non-finite cells are grey and marked
// with Missing.
type HeatMap struct {
	Title string
	Grid  Grid
	Value Axis // of the colours: label, unit, Log, Min and Max
	// Plain leaves the numbers out of the cells. They are left out anyway where
	// they do not fit.
	Plain bool
	// Missing stands in cells without a finite value; "" is "div", diverged.
	Missing string
}

func (h *HeatMap) check() error {
	g := h.Grid
	if len(g.Rows) == 0 || len(g.Cols) == 0 || len(g.Values) != len(g.Rows) {
		return fmt.Errorf("heat map %s: %d rows of values for %d x %d labels", g.ID, len(g.Values), len(g.Rows), len(g.Cols))
	}
	for _, row := range g.Values {
		if len(row) != len(g.Cols) {
			return fmt.Errorf("heat map %s: a row of %d values for %d columns", g.ID, len(row), len(g.Cols))
		}
	}
	return h.Value.check()
}

func (h *HeatMap) legend() []legendEntry { return nil }

// sharedRange is the range of values of all maps together.
func sharedRange(maps []*HeatMap) *valueRange {
	r := emptyRange()
	for _, h := range maps {
		for _, row := range h.Grid.Values {
			for _, v := range row {
				if h.Value.shows(v) {
					r.add(v)
				}
			}
		}
	}
	return r
}

func (h *HeatMap) draw(c draw.Canvas, s *styles) error {
	values := s.heat
	if values == nil {
		values = sharedRange([]*HeatMap{h})
	}
	var bar plot.Axis
	h.Value.apply(&bar, values, 0)
	labels := bar.Tick.Marker.Ticks(bar.Min, bar.Max)
	widest := vg.Length(0)
	for _, t := range labels {
		widest = max(widest, tickStyle.width(t.Label))
	}
	barWidth := 10 + 6 + widest
	if h.Value.text() != "" {
		barWidth += labelStyle.lineHeight() + 2
	}
	p := newPlot(h.Title)
	rows, cols := len(h.Grid.Rows), len(h.Grid.Cols)
	p.X.Min, p.X.Max = -0.5, float64(cols)-0.5
	p.Y.Min, p.Y.Max = -0.5, float64(rows)-0.5
	p.X.LineStyle.Width, p.Y.LineStyle.Width = 0, 0
	p.X.Tick.Length, p.Y.Tick.Length = 0, 0
	p.X.Tick.Marker = namedTicks{h.Grid.Cols, 1}
	p.Y.Tick.Marker = namedTicks{reversed(h.Grid.Rows), 1}
	p.Add(heatPlotter{h, bar})
	inner := draw.Crop(c, 0, -(barWidth + 10), 0, 0)
	// How many names there is room for is known once the data area is.
	data := p.DataCanvas(inner)
	p.X.Tick.Marker = namedTicks{h.Grid.Cols, everyNth(h.Grid.Cols, data.Max.X-data.Min.X)}
	p.Y.Tick.Marker = namedTicks{reversed(h.Grid.Rows), 1 + int(vg.Length(rows)*tickStyle.size/(data.Max.Y-data.Min.Y))}
	data = drawPlot(inner, p, h.Grid.ColName, h.Grid.RowName)
	left := data.Max.X + 10
	h.drawBar(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
		Min: vg.Point{X: left, Y: data.Min.Y}, Max: vg.Point{X: min(c.Max.X, left+barWidth), Y: data.Max.Y}}}, bar, labels)
	return nil
}

func reversed(names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[len(names)-1-i] = name
	}
	return out
}

// drawBar draws the colour bar with its ticks to the right.
func (h *HeatMap) drawBar(c draw.Canvas, axis plot.Axis, ticks []plot.Tick) {
	const width, pieces = 10, 128
	height := c.Max.Y - c.Min.Y
	for i := range pieces {
		y0 := c.Min.Y + height*vg.Length(i)/pieces
		y1 := min(c.Max.Y, c.Min.Y+height*(vg.Length(i)+1.5)/pieces) // overlap: no seams
		c.FillPolygon(sequentialColor((float64(i)+0.5)/pieces), rectangle(c.Min.X, y0, c.Min.X+width, y1))
	}
	for _, t := range ticks {
		at := axis.Scale.Normalize(axis.Min, axis.Max, t.Value)
		if t.Label == "" || at < -1e-6 || at > 1+1e-6 {
			continue
		}
		y := c.Min.Y + height*vg.Length(at)
		c.StrokeLine2(draw.LineStyle{Color: axisColor, Width: 0.7}, c.Min.X+width, y, c.Min.X+width+3, y)
		tickStyle.text(c, t.Label, vg.Point{X: c.Min.X + width + 5, Y: y}, alignLeft, alignCenter)
	}
	if text := h.Value.text(); text != "" {
		style := labelStyle.plotStyle(inkColor)
		style.Rotation = vertical
		style.XAlign, style.YAlign = draw.XCenter, draw.YBottom
		c.FillText(style, vg.Point{X: c.Max.X - 1, Y: c.Center().Y}, text)
	}
}

// heatPlotter draws the cells.
type heatPlotter struct {
	*HeatMap
	scale plot.Axis
}

// Plot implements plot.Plotter.
func (h heatPlotter) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	rows := len(h.Grid.Rows)
	width, height := tx(1)-tx(0), ty(1)-ty(0)
	size, digits := h.fit(width, height)
	gap := min(0.6, width/20)
	for i, row := range h.Grid.Values {
		for j, v := range row {
			x, y := tx(float64(j)), ty(float64(rows-1-i))
			ink, text := missingColor, cmp.Or(h.Missing, "div")
			if h.Value.shows(v) {
				ink = sequentialColor(h.scale.Scale.Normalize(h.scale.Min, h.scale.Max, v))
				text = shortNumber(v, digits)
			}
			c.FillPolygon(ink, rectangle(x-width/2+gap, y-height/2+gap, x+width/2-gap, y+height/2-gap))
			if size > 0 {
				textStyle{size: size}.colored(c, inkOn(ink), text, vg.Point{X: x, Y: y}, alignCenter, alignCenter)
			}
		}
	}
}

// fit chooses the size and the digits of the numbers in the cells; 0 if they do
// not fit.
func (h heatPlotter) fit(width, height vg.Length) (size vg.Length, digits int) {
	if h.Plain {
		return 0, 0
	}
	for digits = 3; digits >= 2; digits-- {
		for size = 8.5; size >= 6.5; size -= 0.5 {
			if size <= 0.8*height && h.widest(size, digits) <= width-3 {
				return size, digits
			}
		}
	}
	return 0, 0
}

func (h heatPlotter) widest(size vg.Length, digits int) vg.Length {
	widest := vg.Length(0)
	for _, row := range h.Grid.Values {
		for _, v := range row {
			if finite(v) {
				widest = max(widest, textStyle{size: size}.width(shortNumber(v, digits)))
			}
		}
	}
	return widest
}

// shortNumber writes v in as little space as its digits allow: 0.152, 12.3,
// 1.2e7.
func shortNumber(v float64, digits int) string {
	if v == 0 {
		return "0"
	}
	a := math.Abs(v)
	if a >= 1e4 || a < 1e-3 {
		exponent := int(math.Floor(math.Log10(a)))
		m := v / math.Pow(10, float64(exponent))
		return minus(strconv.FormatFloat(m, 'f', max(0, digits-2), 64)) + "e" + minus(strconv.Itoa(exponent))
	}
	whole := int(math.Floor(math.Log10(a))) + 1
	if v == math.Trunc(v) {
		return minus(strconv.FormatFloat(v, 'f', 0, 64))
	}
	return minus(strconv.FormatFloat(v, 'f', max(0, digits-max(whole, 0)), 64))
}
