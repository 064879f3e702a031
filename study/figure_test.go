package study

import (
	"bytes"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestSampleFigures renders every sample twice and compares. With
// FLUXION_FIGURES set to a folder, it leaves the pictures there to be looked at.
func TestSampleFigures(t *testing.T) {
	if testing.Short() {
		t.Skip("draws for seconds")
	}
	for _, f := range sampleFigures() {
		t.Run(f.Name, func(t *testing.T) {
			svg, raster, err := f.Render()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := png.Decode(bytes.NewReader(raster)); err != nil {
				t.Errorf("the PNG does not decode: %v", err)
			}
			svg2, raster2, _ := f.Render()
			if !bytes.Equal(svg, svg2) || !bytes.Equal(raster, raster2) {
				t.Error("two renderings differ")
			}
			if dir := os.Getenv("FLUXION_FIGURES"); dir != "" {
				os.WriteFile(filepath.Join(dir, f.Name+".png"), raster, 0o644)
				os.WriteFile(filepath.Join(dir, f.Name+".svg"), svg, 0o644)
			}
		})
	}
}

func labels(axis Axis, low, high float64) string {
	r := emptyRange()
	r.add(low)
	r.add(high)
	p := newPlot("")
	axis.apply(&p.X, r, 0)
	var text []string
	for _, tick := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		if tick.Label != "" {
			text = append(text, tick.Label)
		}
	}
	return strings.Join(text, " ")
}

func TestTicks(t *testing.T) {
	for _, test := range []struct {
		axis      Axis
		low, high float64
		want      string
	}{
		{Axis{}, 0, 1, "0 0.2 0.4 0.6 0.8 1.0"},
		{Axis{}, -1, 1, "−1.0 −0.5 0 0.5 1.0"},
		{Axis{}, 0, 4000, "0 1000 2000 3000 4000"},
		{Axis{}, 0, 1e7, "0 2·10^{6} 4·10^{6} 6·10^{6} 8·10^{6} 10·10^{6}"},
		{Axis{}, 0, 4e-5, "0 1·10^{−5} 2·10^{−5} 3·10^{−5} 4·10^{−5}"},
		{Axis{}, 0.97, 0.99, "0.970 0.975 0.980 0.985 0.990"},
		{Axis{}, 5, 5, "4.6 4.8 5.0 5.2 5.4"},
		{Axis{Min: At(0), Max: At(100)}, 30, 300, "0 20 40 60 80 100"},
		{Axis{Log: true}, 0.1, 1000, "0.1 1 10 100 1000"},
		{Axis{Log: true}, 1e-9, 1e3, "10^{−8} 10^{−6} 10^{−4} 10^{−2} 10^{0} 10^{2}"},
		{Axis{Log: true}, 1e-1, 1e6, "10^{−1} 10^{0} 10^{1} 10^{2} 10^{3} 10^{4} 10^{5} 10^{6}"},
		{Axis{Log: true}, 0.15, 0.9, "0.2 0.5"},
		{Axis{Log: true}, 1.1, 1.3, "1.10 1.15 1.20 1.25 1.30"},
		{Axis{SymLog: 1e-2}, -1, 100, "0 0.01 −0.01 1 −1 100 −100"},
	} {
		if got := labels(test.axis, test.low, test.high); got != test.want {
			t.Errorf("%+v from %v to %v: %s\n want %s", test.axis, test.low, test.high, got, test.want)
		}
	}
}

// TestScalesInvert: an axis puts its ends at 0 and 1 and keeps the order.
func TestScalesInvert(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		axis := rapid.SampledFrom([]Axis{{}, {Log: true}, {SymLog: 0.01}}).Draw(t, "axis")
		low := rapid.Float64Range(1e-6, 1e3).Draw(t, "low")
		if !axis.Log && rapid.Bool().Draw(t, "negative") {
			low = -low
		}
		high := low + rapid.Float64Range(1e-3, 1e6).Draw(t, "width")
		s := axis.scale()
		if a, b := s.Normalize(low, high, low), s.Normalize(low, high, high); a != 0 || math.Abs(b-1) > 1e-12 {
			t.Fatalf("the ends are at %v and %v", a, b)
		}
		x := low + rapid.Float64Range(0, 1).Draw(t, "at")*(high-low)
		if at := s.Normalize(low, high, x); !(at >= 0 && at <= 1+1e-12) {
			t.Fatalf("%v is at %v", x, at)
		}
		if back := s.backward(s.forward(x)); math.Abs(back-x) > 1e-9*(math.Abs(x)+1e-3) {
			t.Fatalf("%v becomes %v", x, back)
		}
	})
}

// TestHardFigures: nothing to draw, nothing finite, one point.
func TestHardFigures(t *testing.T) {
	nan := math.NaN()
	for name, panel := range map[string]Panel{
		"no curves":   &Lines{X: Axis{Label: "x"}, Y: Axis{Log: true}},
		"all NaN":     &Lines{Curves: []Curve{{Label: "a", X: []float64{1, 2}, Y: []float64{nan, nan}}}},
		"log of zero": &Lines{Y: Axis{Log: true}, Curves: []Curve{{Label: "a", X: []float64{1, 2}, Y: []float64{0, -1}}}},
		"one point":   &Lines{Curves: []Curve{{Label: "a", X: []float64{1}, Y: []float64{5}, Draw: Points}}},
		"huge":        &Lines{Curves: []Curve{{Label: "a", X: []float64{1, 2, 3}, Y: []float64{-1e300, 0, 1e300}}}},
		"beyond the axis": &Lines{Y: Axis{Max: At(1)}, Curves: []Curve{{X: []float64{1, 2}, Y: []float64{5, 6}},
			{X: []float64{1, 2}, Y: []float64{5, nan}}}},
		"all bars diverged": &Bars{Groups: []string{"a"}, Series: []BarSeries{{Label: "x", Values: []float64{nan}}}},
		"logarithmic bars":  &Bars{Y: Axis{Log: true}, Groups: []string{"a", "b"}, Series: []BarSeries{{Label: "x", Values: []float64{0, 3}}}},
		"all cells NaN":     &HeatMap{Grid: Grid{Rows: []string{"a"}, Cols: []string{"b"}, Values: []Floats{{nan}}}},
		"large heat map":    &HeatMap{Grid: largeGrid(60)},
		"dark image":        &ImageGrid{Images: Images{Height: 1, Width: 1, Channels: 1, Pixels: []Floats{{nan}}}},
	} {
		t.Run(name, func(t *testing.T) {
			svg, _, err := (&Figure{Name: "f", Panels: []Panel{panel}}).Render()
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(svg, []byte("NaN")) || bytes.Contains(svg, []byte("Inf")) {
				t.Error("the SVG has non-finite coordinates")
			}
		})
	}
}

func largeGrid(n int) Grid {
	g := Grid{RowName: "rows", ColName: "columns"}
	for i := range n {
		name := strings.Repeat("x", i%7+1)
		row := make(Floats, n)
		for j := range row {
			row[j] = float64(i * j)
		}
		g.Rows, g.Cols, g.Values = append(g.Rows, name), append(g.Cols, name), append(g.Values, row)
	}
	return g
}

func TestFigureMistakes(t *testing.T) {
	xy := func(l Lines) *Figure { return &Figure{Name: "f", Panels: []Panel{&l}} }
	for _, test := range []struct {
		f    *Figure
		want string
	}{
		{&Figure{Name: "../x"}, "cannot name a figure"},
		{&Figure{Name: "f"}, "no panels"},
		{xy(Lines{Curves: []Curve{{Label: "a", X: []float64{1}}}}), `curve "a": x, y, low and high have 1, 0, 0 and 0 values`},
		{xy(Lines{Curves: []Curve{{Label: "a", X: []float64{1}, Y: []float64{1}, Low: []float64{1}}}}), "have 1, 1, 1 and 0 values"},
		{xy(Lines{X: Axis{Label: "x", Log: true, Min: At(0)}}), `axis "x" cannot end at 0`},
		{xy(Lines{X: Axis{Label: "x", Log: true, SymLog: 1}}), "either Log or SymLog"},
		{xy(Lines{X: Axis{Label: "x", Min: At(2), Max: At(1)}}), "Min 2 is not below Max 1"},
		{xy(Lines{Contours: &Contours{X: []float64{1}}}), "contours: 0 rows"},
		{&Figure{Name: "f", Panels: []Panel{&Bars{}}}, "no bars"},
		{&Figure{Name: "f", Panels: []Panel{&Bars{Groups: []string{"a"}, Series: []BarSeries{{Label: "b"}}}}}, `bars "b": 0 values`},
		{&Figure{Name: "f", Panels: []Panel{&HeatMap{}}}, "heat map"},
		{&Figure{Name: "f", Panels: []Panel{&ImageGrid{}}}, "no images"},
	} {
		_, _, err := test.f.Render()
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q", err, test.want)
		}
	}
}

// TestColoursCanBeToldApart: any two colours of the palette differ clearly in
// lightness or hue, also for the two common red-green deficiencies.
func TestColoursCanBeToldApart(t *testing.T) {
	// Viénot, Brettel and Mollon (1999), on linear RGB.
	see := map[string][3][3]float64{
		"normal":       {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
		"protanopia":   {{0.11238, 0.88762, 0}, {0.11238, 0.88762, 0}, {0.00401, -0.00401, 1}},
		"deuteranopia": {{0.29275, 0.70725, 0}, {0.29275, 0.70725, 0}, {-0.02234, 0.02234, 1}},
	}
	linear := func(v uint8) float64 { return math.Pow(float64(v)/255, 2.2) }
	for name, m := range see {
		for i, a := range palette {
			for j, b := range palette[:i] {
				distance := 0.0
				for k := range 3 {
					da := m[k][0]*linear(a.R) + m[k][1]*linear(a.G) + m[k][2]*linear(a.B)
					db := m[k][0]*linear(b.R) + m[k][1]*linear(b.G) + m[k][2]*linear(b.B)
					d := math.Pow(math.Max(da, 0), 1/2.2) - math.Pow(math.Max(db, 0), 1/2.2)
					distance += d * d
				}
				if math.Sqrt(distance) < 0.12 {
					t.Errorf("%s: colours %d and %d are %.3f apart", name, i, j, math.Sqrt(distance))
				}
			}
		}
	}
}
