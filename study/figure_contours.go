package study

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// contourPlotter draws level lines by marching squares. (The contours of
// gonum/plot come in a different order on every call, so that the same figure
// would not give the same file.)
type contourPlotter struct{ *Contours }

// Plot implements plot.Plotter.
func (k contourPlotter) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	style := draw.LineStyle{Color: contourColor, Width: 0.7}
	for _, level := range k.Levels {
		for i := range len(k.Y) - 1 {
			for j := range len(k.X) - 1 {
				for _, s := range k.segments(i, j, level) {
					line := []vg.Point{{X: tx(s[0]), Y: ty(s[1])}, {X: tx(s[2]), Y: ty(s[3])}}
					c.StrokeLines(style, c.ClipLinesXY(line)...)
				}
			}
		}
	}
}

// segments returns the pieces x0, y0, x1, y1 of a level line inside the cell
// whose lower left corner is X[j], Y[i]. Cells with a non-finite corner have
// none.
func (k contourPlotter) segments(i, j int, level float64) [][4]float64 {
	// The corners anticlockwise from the lower left one.
	x := [4]float64{k.X[j], k.X[j+1], k.X[j+1], k.X[j]}
	y := [4]float64{k.Y[i], k.Y[i], k.Y[i+1], k.Y[i+1]}
	z := [4]float64{k.Z[i][j], k.Z[i][j+1], k.Z[i+1][j+1], k.Z[i+1][j]}
	var crossings [][2]float64
	for a := range 4 {
		b := (a + 1) % 4
		if !finite(z[a]) {
			return nil
		}
		if (z[a] < level) != (z[b] < level) {
			t := (level - z[a]) / (z[b] - z[a])
			crossings = append(crossings, [2]float64{x[a] + t*(x[b]-x[a]), y[a] + t*(y[b]-y[a])})
		}
	}
	join := func(a, b int) [4]float64 {
		return [4]float64{crossings[a][0], crossings[a][1], crossings[b][0], crossings[b][1]}
	}
	switch len(crossings) {
	case 2:
		return [][4]float64{join(0, 1)}
	case 4: // a saddle: the mean of the corners says which of them are connected
		if mean := (z[0] + z[1] + z[2] + z[3]) / 4; (mean < level) == (z[0] < level) {
			return [][4]float64{join(0, 1), join(2, 3)}
		}
		return [][4]float64{join(3, 0), join(1, 2)}
	}
	return nil
}
