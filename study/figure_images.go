package study

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// ImageGrid is a panel that shows images in rows.
type ImageGrid struct {
	Title   string
	Images  Images
	Columns int      // images in a row; 0: nearly square
	Labels  []string // below each image; optional
}

func (g *ImageGrid) check() error {
	m := g.Images
	if len(m.Pixels) == 0 {
		return fmt.Errorf("no images")
	}
	if m.Channels != 1 && m.Channels != 3 || m.Height < 1 || m.Width < 1 {
		return fmt.Errorf("images of size %dx%d with %d channels", m.Height, m.Width, m.Channels)
	}
	for i, p := range m.Pixels {
		if len(p) != m.Height*m.Width*m.Channels {
			return fmt.Errorf("image %d has %d values, want %d", i, len(p), m.Height*m.Width*m.Channels)
		}
	}
	if g.Labels != nil && len(g.Labels) != len(m.Pixels) {
		return fmt.Errorf("%d labels for %d images", len(g.Labels), len(m.Pixels))
	}
	return nil
}

func (g *ImageGrid) legend() []legendEntry { return nil }

func (g *ImageGrid) columns() int {
	n := len(g.Images.Pixels)
	if g.Columns > 0 {
		return min(g.Columns, n)
	}
	return int(math.Ceil(math.Sqrt(float64(n))))
}

const imageGap = vg.Length(3)

func (g *ImageGrid) titleHeight() vg.Length {
	if g.Title == "" {
		return 0
	}
	return panelStyle.lineHeight() + 4
}

func (g *ImageGrid) labelHeight() vg.Length {
	if g.Labels == nil {
		return 0
	}
	return tickStyle.lineHeight()
}

// height is what the panel needs at the given width.
func (g *ImageGrid) height(width vg.Length) vg.Length {
	columns := g.columns()
	rows := (len(g.Images.Pixels) + columns - 1) / columns
	w := (width+imageGap)/vg.Length(columns) - imageGap
	h := w * vg.Length(g.Images.Height) / vg.Length(g.Images.Width)
	return g.titleHeight() + vg.Length(rows)*(h+imageGap+g.labelHeight()) - imageGap
}

func (g *ImageGrid) draw(c draw.Canvas, s *styles) error {
	if g.Title != "" {
		panelStyle.text(c, g.Title, vg.Point{X: c.Center().X, Y: c.Max.Y}, alignCenter, alignTop)
	}
	columns := g.columns()
	w := (c.Max.X-c.Min.X+imageGap)/vg.Length(columns) - imageGap
	h := w * vg.Length(g.Images.Height) / vg.Length(g.Images.Width)
	for i := range g.Images.Pixels {
		x := c.Min.X + vg.Length(i%columns)*(w+imageGap)
		y := c.Max.Y - g.titleHeight() - vg.Length(i/columns)*(h+imageGap+g.labelHeight()) - h
		c.DrawImage(vg.Rectangle{Min: vg.Point{X: x, Y: y}, Max: vg.Point{X: x + w, Y: y + h}}, g.Images.enlarged(i))
		if g.Labels != nil {
			tickStyle.text(c, g.Labels[i], vg.Point{X: x + w/2, Y: y - 1}, alignCenter, alignTop)
		}
	}
	return nil
}

// enlarged is image i with every pixel repeated, so that viewers do not blur
// it. Values outside [0, 1] are clipped; non-finite ones are magenta.
func (m Images) enlarged(i int) image.Image {
	factor := max(1, 224/max(m.Height, m.Width))
	out := image.NewNRGBA(image.Rect(0, 0, m.Width*factor, m.Height*factor))
	for y := range m.Height * factor {
		for x := range m.Width * factor {
			out.SetNRGBA(x, y, m.at(i, y/factor, x/factor))
		}
	}
	return out
}

func (m Images) at(i, y, x int) color.NRGBA {
	at := (y*m.Width + x) * m.Channels
	var rgb [3]uint8
	for k := range 3 {
		v := m.Pixels[i][at+min(k, m.Channels-1)]
		if !finite(v) {
			return color.NRGBA{0xFF, 0x00, 0xFF, 0xFF}
		}
		rgb[k] = uint8(math.Round(255 * math.Min(1, math.Max(0, v))))
	}
	return color.NRGBA{rgb[0], rgb[1], rgb[2], 0xFF}
}
