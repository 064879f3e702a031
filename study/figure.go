package study

import (
	"bytes"
	"fmt"
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Figure is a picture of one or more panels in the house style. A label has
// the same colour in all panels, and one legend above them serves all.
type Figure struct {
	Name    string // file name without extension: letters, digits, _ and -
	Title   string
	Caption string // one or two sentences for the report: what to look at
	Panels  []Panel
	Columns int // panels in a row; 0: up to three

	// Ordered says that the labels are values of one quantity in order, such as
	// widths; their colours then run from dark to light.
	Ordered bool
	// SharedScale gives all heat maps the same colour scale.
	SharedScale bool
}

// Panel is one plot of a figure: *Lines, *Bars, *HeatMap or *ImageGrid.
type Panel interface {
	// check reports mistakes in the panel's data.
	check() error
	// legend lists the panel's entries in order.
	legend() []legendEntry
	// draw draws the panel, its title included.
	draw(c draw.Canvas, s *styles) error
}

const (
	panelWidth   = 3.7 * vg.Inch
	panelHeight  = 3.0 * vg.Inch
	singleWidth  = 5.6 * vg.Inch
	singleHeight = 3.7 * vg.Inch
	panelGap     = 16 * vg.Inch / 72
	figureMargin = 10 * vg.Inch / 72
	pngDPI       = 160
)

// Render draws the figure as SVG and as PNG.
func (f *Figure) Render() (svg, png []byte, err error) {
	if !isName(f.Name) {
		return nil, nil, fmt.Errorf("%q cannot name a figure: use letters, digits, _ and -", f.Name)
	}
	if len(f.Panels) == 0 {
		return nil, nil, fmt.Errorf("no panels")
	}
	for i, p := range f.Panels {
		if err := p.check(); err != nil {
			return nil, nil, fmt.Errorf("panel %d: %w", i+1, err)
		}
	}
	l := f.layout()
	vector := vgsvg.NewWith(vgsvg.UseWH(l.width, l.height))
	if err := f.draw(draw.New(vector), l); err != nil {
		return nil, nil, err
	}
	var out bytes.Buffer
	if _, err := vector.WriteTo(&out); err != nil {
		return nil, nil, err
	}
	// Where the house font is missing, its metric twins take its place.
	svg = bytes.ReplaceAll(out.Bytes(), []byte("font-family:Liberation Sans;"),
		[]byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif;"))
	raster := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(l.width, l.height), vgimg.UseDPI(pngDPI))}
	if err := f.draw(draw.New(raster), l); err != nil {
		return nil, nil, err
	}
	var pixels bytes.Buffer
	if _, err := raster.WriteTo(&pixels); err != nil {
		return nil, nil, err
	}
	return svg, pixels.Bytes(), nil
}

// layout is where everything goes.
type layout struct {
	width, height vg.Length
	columns, rows int
	cellW, cellH  vg.Length
	title         []string // lines
	legend        []legendRow
	styles        *styles
}

func (f *Figure) layout() layout {
	l := layout{columns: f.Columns, cellW: panelWidth, cellH: panelHeight, styles: f.styles()}
	if l.columns <= 0 {
		l.columns = min(3, len(f.Panels))
		if len(f.Panels) == 4 {
			l.columns = 2
		}
	}
	l.columns = min(l.columns, len(f.Panels))
	l.rows = (len(f.Panels) + l.columns - 1) / l.columns
	if len(f.Panels) == 1 {
		l.cellW, l.cellH = singleWidth, singleHeight
	}
	// Images say how high they are; plots take what they get.
	tallest, plots := vg.Length(0), false
	for _, p := range f.Panels {
		if images, ok := p.(*ImageGrid); ok {
			tallest = max(tallest, images.height(l.cellW))
		} else {
			plots = true
		}
	}
	if !plots {
		l.cellH = 0
	}
	l.cellH = max(l.cellH, tallest)
	l.width = 2*figureMargin + vg.Length(l.columns)*(l.cellW+panelGap) - panelGap
	inner := l.width - 2*figureMargin
	l.title = wrapText(titleStyle, f.Title, inner)
	l.legend = layoutLegend(f.entries(), l.styles, inner)
	l.height = 2*figureMargin + l.header() + vg.Length(l.rows)*(l.cellH+panelGap) - panelGap
	return l
}

// header is the height of the title and the legend.
func (l layout) header() vg.Length {
	h := vg.Length(len(l.title)) * titleStyle.lineHeight()
	if len(l.title) > 0 {
		h += 4
	}
	h += vg.Length(len(l.legend)) * legendRowHeight
	if len(l.legend) > 0 {
		h += 6
	}
	return h
}

func (f *Figure) draw(c draw.Canvas, l layout) error {
	c.SetColor(color.White)
	c.Fill(c.Rectangle.Path())
	y := c.Max.Y - figureMargin
	for _, line := range l.title {
		y -= titleStyle.lineHeight()
		titleStyle.text(c, line, vg.Point{X: c.Center().X, Y: y}, alignCenter, alignBottom)
	}
	if len(l.title) > 0 {
		y -= 4
	}
	for _, row := range l.legend {
		y -= legendRowHeight
		row.draw(c, l.styles, y+legendRowHeight/2)
	}
	for i, p := range f.Panels {
		row, column := i/l.columns, i%l.columns
		left := figureMargin + vg.Length(column)*(l.cellW+panelGap)
		top := figureMargin + l.header() + vg.Length(row)*(l.cellH+panelGap)
		cell := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
			Min: vg.Point{X: c.Min.X + left, Y: c.Max.Y - top - l.cellH},
			Max: vg.Point{X: c.Min.X + left + l.cellW, Y: c.Max.Y - top},
		}}
		if err := p.draw(cell, l.styles); err != nil {
			return fmt.Errorf("panel %d: %w", i+1, err)
		}
	}
	return nil
}

// entries are the distinct legend entries of all panels. A single curve needs
// no legend: the axis says what it is.
func (f *Figure) entries() []legendEntry {
	var all []legendEntry
	seen := map[string]bool{}
	for _, p := range f.Panels {
		for _, e := range p.legend() {
			if !seen[e.label] {
				seen[e.label] = true
				all = append(all, e)
			}
		}
	}
	return all
}

func (f *Figure) styles() *styles {
	s := &styles{index: map[string]int{}, ordered: f.Ordered}
	for _, e := range f.entries() {
		if _, ok := s.index[e.label]; !ok && !e.reference && !e.diverged {
			s.index[e.label] = len(s.index)
		}
	}
	if f.SharedScale {
		var maps []*HeatMap
		for _, p := range f.Panels {
			if h, ok := p.(*HeatMap); ok {
				maps = append(maps, h)
			}
		}
		s.heat = sharedRange(maps)
	}
	return s
}
