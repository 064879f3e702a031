package study

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Bars is a panel of groups of bars with error bars.
type Bars struct {
	Title  string
	XLabel string
	Y      Axis
	Groups []string // names below the groups
	Series []BarSeries
}

// BarSeries is one bar in every group.
type BarSeries struct {
	Label     string
	Values    []float64 // one for each group; NaN: no bar, but "div" in its place
	Low, High []float64 // ends of the error bars; nil: none
}

// AddSample adds the bar of the next group: the median of the sample, with its
// range as error bar.
func (b *BarSeries) AddSample(s Sample) {
	b.Values = append(b.Values, s.Median())
	b.Low, b.High = append(b.Low, s.Min()), append(b.High, s.Max())
}

func (b *Bars) check() error {
	if b.Y.SymLog > 0 {
		return fmt.Errorf("bars have no SymLog axis")
	}
	if len(b.Groups) == 0 || len(b.Series) == 0 {
		return fmt.Errorf("no bars")
	}
	for _, s := range b.Series {
		if len(s.Values) != len(b.Groups) || s.Low != nil && len(s.Low) != len(b.Groups) || len(s.Low) != len(s.High) {
			return fmt.Errorf("bars %q: %d values, %d low and %d high ends for %d groups",
				s.Label, len(s.Values), len(s.Low), len(s.High), len(b.Groups))
		}
	}
	return b.Y.check()
}

func (b *Bars) legend() []legendEntry {
	var entries []legendEntry
	for _, s := range b.Series {
		if s.Label != "" {
			entries = append(entries, legendEntry{label: s.Label, mark: markSwatch})
		}
	}
	return entries
}

func (b *Bars) draw(c draw.Canvas, s *styles) error {
	p := newPlot(b.Title)
	ys := emptyRange()
	for _, series := range b.Series {
		for i, v := range series.Values {
			ends := []float64{v}
			if series.Low != nil {
				ends = append(ends, series.Low[i], series.High[i])
			}
			for _, y := range ends {
				if b.Y.shows(y) {
					ys.add(y)
				}
			}
		}
	}
	if !b.Y.Log {
		ys.add(0)
	}
	b.Y.apply(&p.Y, ys, 0.06)
	p.X.Min, p.X.Max = -0.5, float64(len(b.Groups))-0.5
	p.X.Tick.Marker = namedTicks{b.Groups, everyNth(b.Groups, c.Max.X-c.Min.X-40)}
	p.X.Tick.Length = 0
	p.Add(houseGrid{horizontalOnly: true}, barPlotter{b, s})
	drawPlot(c, p, b.XLabel, b.Y.text())
	return nil
}

// everyNth says which names to leave out so that the rest do not touch.
func everyNth(names []string, width vg.Length) int {
	widest := vg.Length(0)
	for _, name := range names {
		widest = max(widest, tickStyle.width(name)+3)
	}
	return max(1, int(math.Ceil(float64(widest*vg.Length(len(names))/max(width, 1)))))
}

// barPlotter draws the bars.
type barPlotter struct {
	*Bars
	styles *styles
}

// Plot implements plot.Plotter.
func (b barPlotter) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	const used = 0.78 // of the width of a group
	width := used / float64(len(b.Series))
	base := ty(0)
	if b.Y.Log || p.Y.Min > 0 {
		base = c.Min.Y
	}
	clamp := func(y vg.Length) vg.Length { return min(max(y, c.Min.Y), c.Max.Y) }
	for k, series := range b.Series {
		ink := b.styles.color(series.Label)
		for i, v := range series.Values {
			left := float64(i) - used/2 + float64(k)*width
			x0, x1 := tx(left+0.04*width), tx(left+0.96*width)
			middle := (x0 + x1) / 2
			if !b.Y.shows(v) {
				if !finite(v) {
					tickStyle.colored(c, ink, "div", vg.Point{X: middle, Y: base + 2}, alignCenter, alignBottom)
				}
				continue
			}
			c.FillPolygon(ink, rectangle(x0, base, x1, clamp(ty(v))))
			if series.Low == nil {
				continue
			}
			low, high := series.Low[i], series.High[i]
			if b.Y.shows(low) && b.Y.shows(high) && high > low {
				style := draw.LineStyle{Color: inkColor, Width: 1}
				y0, y1, half := clamp(ty(low)), clamp(ty(high)), min(3, (x1-x0)/3)
				c.StrokeLine2(style, middle, y0, middle, y1)
				c.StrokeLine2(style, middle-half, y0, middle+half, y0)
				c.StrokeLine2(style, middle-half, y1, middle+half, y1)
			}
		}
	}
	if !b.Y.Log && p.Y.Min < 0 {
		c.StrokeLine2(draw.LineStyle{Color: axisColor, Width: 0.7}, c.Min.X, base, c.Max.X, base)
	}
}
