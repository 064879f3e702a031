package study

import (
	"image/color"
	"math"
	"strings"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The palette is that of Okabe and Ito (2008), which readers with any of the
// common colour vision deficiencies can tell apart, without its yellow, too
// pale for lines on white, and with the strongest colours first.
var palette = []color.NRGBA{
	{0x00, 0x72, 0xB2, 0xFF}, // blue
	{0xD5, 0x5E, 0x00, 0xFF}, // vermilion
	{0x00, 0x9E, 0x73, 0xFF}, // green
	{0xCC, 0x79, 0xA7, 0xFF}, // purple
	{0xE6, 0x9F, 0x00, 0xFF}, // orange
	{0x56, 0xB4, 0xE9, 0xFF}, // sky blue
	{0x4D, 0x4D, 0x4D, 0xFF}, // grey
}

// sequential is the viridis colour map at nine equally spaced points: it grows
// evenly in lightness, so it also works in grey.
var sequential = []color.NRGBA{
	{0x44, 0x01, 0x54, 0xFF}, {0x47, 0x2D, 0x7B, 0xFF}, {0x3B, 0x52, 0x8B, 0xFF},
	{0x2C, 0x72, 0x8E, 0xFF}, {0x21, 0x91, 0x8C, 0xFF}, {0x28, 0xAE, 0x80, 0xFF},
	{0x5E, 0xC9, 0x62, 0xFF}, {0xAD, 0xDC, 0x30, 0xFF}, {0xFD, 0xE7, 0x25, 0xFF},
}

var (
	inkColor       = color.NRGBA{0x22, 0x22, 0x22, 0xFF}
	axisColor      = color.NRGBA{0x66, 0x66, 0x66, 0xFF}
	gridColor      = color.NRGBA{0xE6, 0xE6, 0xE6, 0xFF}
	referenceColor = color.NRGBA{0x80, 0x80, 0x80, 0xFF}
	contourColor   = color.NRGBA{0xB8, 0xB8, 0xB8, 0xFF}
	missingColor   = color.NRGBA{0xDD, 0xDD, 0xDD, 0xFF}
)

// After the palette is used up, its colours come again with these dashes.
var dashes = [][]vg.Length{nil, {5, 2.5}, {1.5, 2}, {7, 2, 1.5, 2}}

var referenceDash = []vg.Length{4, 3}

// textStyle is a size and weight of the house font.
type textStyle struct {
	size vg.Length
	bold bool
}

var (
	titleStyle = textStyle{12, true}
	panelStyle = textStyle{10, true}
	labelStyle = textStyle{9.5, false}
	tickStyle  = textStyle{8.5, false}
)

type alignment float64

const (
	alignCenter alignment = -0.5
	alignLeft   alignment = 0
	alignRight  alignment = -1
	alignBottom alignment = 0
	alignTop    alignment = -1
)

func (t textStyle) plotStyle(c color.Color) text.Style {
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: t.size}
	if t.bold {
		f.Weight = xfont.WeightBold
	}
	return text.Style{Color: c, Font: f, Handler: scripts{text.Plain{Fonts: font.DefaultCache}}}
}

func (t textStyle) width(s string) vg.Length {
	style := t.plotStyle(inkColor)
	return style.Width(s)
}

func (t textStyle) lineHeight() vg.Length { return t.size * 1.25 }

func (t textStyle) text(c draw.Canvas, s string, at vg.Point, x, y alignment) {
	t.colored(c, inkColor, s, at, x, y)
}

func (t textStyle) colored(c draw.Canvas, ink color.Color, s string, at vg.Point, x, y alignment) {
	style := t.plotStyle(ink)
	style.XAlign, style.YAlign = draw.XAlignment(x), draw.YAlignment(y)
	c.FillText(style, at, s)
}

// wrapText breaks a text at spaces to fit the width.
func wrapText(t textStyle, s string, width vg.Length) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		longer := strings.TrimSpace(line + " " + word)
		if line != "" && t.width(longer) > width {
			lines, longer = append(lines, line), word
		}
		line = longer
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// styles gives every label of a figure its colour and dash.
type styles struct {
	index   map[string]int
	ordered bool
	heat    *valueRange // shared by all heat maps, nil if each has its own
}

func (s *styles) line(label string, reference bool) draw.LineStyle {
	if reference {
		return draw.LineStyle{Color: referenceColor, Width: 1.1, Dashes: referenceDash}
	}
	i := s.index[label]
	if s.ordered {
		return draw.LineStyle{Color: s.color(label), Width: 1.5}
	}
	return draw.LineStyle{Color: s.color(label), Width: 1.5, Dashes: dashes[i/len(palette)%len(dashes)]}
}

func (s *styles) color(label string) color.NRGBA {
	i := s.index[label]
	if s.ordered {
		// The palest end of the map would be lost on white.
		return sequentialColor(0.85 * float64(i) / math.Max(1, float64(len(s.index)-1)))
	}
	return palette[i%len(palette)]
}

// sequentialColor maps [0, 1] to the sequential colour map.
func sequentialColor(at float64) color.NRGBA {
	at = math.Min(1, math.Max(0, at)) * float64(len(sequential)-1)
	i := min(int(at), len(sequential)-2)
	f := at - float64(i)
	a, b := sequential[i], sequential[i+1]
	mix := func(x, y uint8) uint8 {
		return uint8(math.Round(float64(float64(x)*(1-f)) + float64(float64(y)*f)))
	}
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xFF}
}

// inkOn returns black or white, whichever reads better on the colour.
func inkOn(c color.NRGBA) color.NRGBA {
	luminance := 0.299*float64(c.R) + 0.587*float64(c.G) + 0.114*float64(c.B)
	if luminance > 140 {
		return inkColor
	}
	return color.NRGBA{0xFF, 0xFF, 0xFF, 0xFF}
}

func fade(c color.NRGBA, alpha uint8) color.NRGBA {
	c.A = alpha
	return c
}

// newPlot returns an empty plot with the house's axes.
func newPlot(title string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	p.Title.Text = title
	p.Title.TextStyle = panelStyle.plotStyle(inkColor)
	p.Title.TextStyle.XAlign, p.Title.TextStyle.YAlign = text.XCenter, text.YTop
	p.Title.Padding = 4
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.LineStyle = draw.LineStyle{Color: axisColor, Width: 0.7}
		axis.Tick.LineStyle = axis.LineStyle
		axis.Tick.Length = 3.5
		axis.Padding = 0
		tick := tickStyle.plotStyle(inkColor)
		tick.XAlign, tick.YAlign = axis.Tick.Label.XAlign, axis.Tick.Label.YAlign
		axis.Tick.Label = tick
	}
	return p
}

// drawPlot draws a plot with labels on its axes, beside the middle of the data
// area, and returns that area. (gonum/plot's own axis labels reserve space in
// the wrong place on logarithmic axes.)
func drawPlot(c draw.Canvas, p *plot.Plot, x, y string) draw.Canvas {
	inner := c
	if x != "" {
		inner.Min.Y += labelStyle.lineHeight() + 2
	}
	if y != "" {
		inner.Min.X += labelStyle.lineHeight() + 2
	}
	p.Draw(inner)
	data := p.DataCanvas(inner)
	if x != "" {
		labelStyle.text(c, x, vg.Point{X: data.Center().X, Y: c.Min.Y}, alignCenter, alignBottom)
	}
	if y != "" {
		style := labelStyle.plotStyle(inkColor)
		style.Rotation = vertical
		style.XAlign, style.YAlign = draw.XCenter, draw.YTop
		c.FillText(style, vg.Point{X: c.Min.X, Y: data.Center().Y}, y)
	}
	return data
}
