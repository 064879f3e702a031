package study

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// legendEntry is one item of the legend.
type legendEntry struct {
	label     string
	mark      mark
	reference bool // grey dashes instead of a colour
	diverged  bool // explains the cross
}

// mark is how a curve is drawn.
type mark int

const (
	markLine mark = iota
	markPoints
	markLinePoints
	markSwatch
)

// legendRow is one line of the legend, centred above the panels.
type legendRow struct {
	entries []legendEntry
	width   vg.Length
}

const (
	legendRowHeight = vg.Length(14)
	legendMark      = vg.Length(20)
	legendSpace     = vg.Length(4)
	legendGap       = vg.Length(16)
)

func (e legendEntry) width() vg.Length { return legendMark + legendSpace + labelStyle.width(e.label) }

// layoutLegend breaks the entries into rows. A single unlabelled or plain entry
// needs no legend.
func layoutLegend(entries []legendEntry, s *styles, width vg.Length) []legendRow {
	var rows []legendRow
	if len(entries) == 1 && !entries[0].diverged && !entries[0].reference {
		return nil
	}
	for _, e := range entries {
		last := len(rows) - 1
		if last < 0 || rows[last].width+legendGap+e.width() > width {
			rows = append(rows, legendRow{[]legendEntry{e}, e.width()})
			continue
		}
		rows[last].entries = append(rows[last].entries, e)
		rows[last].width += legendGap + e.width()
	}
	return rows
}

func (r legendRow) draw(c draw.Canvas, s *styles, y vg.Length) {
	x := c.Center().X - r.width/2
	for _, e := range r.entries {
		e.draw(c, s, vg.Point{X: x, Y: y})
		labelStyle.text(c, e.label, vg.Point{X: x + legendMark + legendSpace, Y: y}, alignLeft, alignCenter)
		x += e.width() + legendGap
	}
}

func (e legendEntry) draw(c draw.Canvas, s *styles, at vg.Point) {
	middle := vg.Point{X: at.X + legendMark/2, Y: at.Y}
	if e.diverged {
		drawCross(c, axisColor, middle)
		return
	}
	style := s.line(e.label, e.reference)
	switch e.mark {
	case markSwatch:
		c.FillPolygon(style.Color, rectangle(middle.X-6, at.Y-4, middle.X+6, at.Y+4))
	case markPoints:
		drawDot(c, style.Color, middle, 2.6)
	case markLine, markLinePoints:
		c.StrokeLine2(style, at.X, at.Y, at.X+legendMark, at.Y)
		if e.mark == markLinePoints {
			drawDot(c, style.Color, middle, 2.2)
		}
	}
}

func drawDot(c draw.Canvas, ink color.Color, at vg.Point, radius vg.Length) {
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: ink, Radius: radius, Shape: draw.CircleGlyph{}}, at)
}

// drawCross marks the place where a curve leaves the finite numbers.
func drawCross(c draw.Canvas, ink color.Color, at vg.Point) {
	const r = 3.2
	style := draw.LineStyle{Color: ink, Width: 1.5}
	c.StrokeLine2(style, at.X-r, at.Y-r, at.X+r, at.Y+r)
	c.StrokeLine2(style, at.X-r, at.Y+r, at.X+r, at.Y-r)
}

func rectangle(x0, y0, x1, y1 vg.Length) []vg.Point {
	return []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}
}
