package study

import (
	"math"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// scripts is a text handler that knows superscripts: "10^{-3}". The font has
// no glyphs for most of them.
type scripts struct{ text.Plain }

var _ text.Handler = scripts{}

const (
	scriptSize = 0.72 // of the font's size
	scriptRise = 0.36 // above the baseline, in units of the font's size
)

// piece is a run of text on one level.
type piece struct {
	text   string
	raised bool
}

// pieces splits a text at its superscripts.
func pieces(s string) []piece {
	var list []piece
	for {
		before, rest, found := strings.Cut(s, "^{")
		raised, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return append(list, piece{s, false})
		}
		list = append(list, piece{before, false}, piece{raised, true})
		s = after
	}
}

func (h scripts) face(f font.Font, raised bool) font.Face {
	if raised {
		f.Size *= scriptSize
	}
	return h.Fonts.Lookup(f, f.Size)
}

// Box implements text.Handler.
func (h scripts) Box(s string, f font.Font) (width, height, depth vg.Length) {
	_, height, depth = h.Plain.Box("", f)
	for _, p := range pieces(s) {
		face := h.face(f, p.raised)
		width += face.Width(p.text)
	}
	return width, height, depth
}

// Draw implements text.Handler. A text is one line.
func (h scripts) Draw(c vg.Canvas, s string, style text.Style, at vg.Point) {
	if !strings.Contains(s, "^{") {
		h.Plain.Draw(c, s, style, at)
		return
	}
	c.SetColor(style.Color)
	c.Push()
	defer c.Pop()
	c.Translate(at)
	c.Rotate(style.Rotation)
	width, height, depth := h.Box(s, style.Font)
	x := vg.Length(style.XAlign) * width
	y := vg.Length(style.YAlign)*(height+depth) + style.Font.Size - style.FontExtents().Ascent
	for _, p := range pieces(s) {
		face := h.face(style.Font, p.raised)
		rise := vg.Length(0)
		if p.raised {
			rise = scriptRise * style.Font.Size
		}
		c.FillString(face, vg.Point{X: x, Y: y + rise}, p.text)
		x += face.Width(p.text)
	}
}

// vertical is the rotation of the labels of vertical axes.
const vertical = math.Pi / 2
