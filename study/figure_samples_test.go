package study

import (
	"math"
	"math/rand/v2"
)

// sampleFigures are figures as papers draw them, hard cases included.
func sampleFigures() []*Figure {
	return []*Figure{curvesFigure(), barsFigure(), heatFigure(), cloudFigure(), spectrumFigure(), orderedFigure(),
		imagesFigure(), manyFigure()}
}

func noise(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 7)) }

// curvesFigure has error bands, a method that diverges, a threshold.
func curvesFigure() *Figure {
	methods := []string{"LaProp", "Adam", "AMSGrad"}
	var panels []Panel
	for _, nu := range []string{"0.999", "0.5"} {
		l := &Lines{Title: "ν = " + nu, X: Axis{Label: "step"}, Y: Axis{Label: "training loss", Unit: "nats", Log: true}}
		for m, method := range methods {
			var curves []Series
			for seed := range uint64(5) {
				r := noise(seed + 10*uint64(m))
				var s Series
				for step := 0; step <= 4000; step += 50 {
					y := 2.3*math.Exp(-float64(step)/(700+200*float64(m)))*(1+0.2*r.Float64()) + 0.1
					if nu == "0.5" && m == 1 && step > 600 {
						y *= math.Exp(float64(step-600) / 120)
					}
					if y > 1e6 {
						y = math.NaN()
					}
					s.X, s.Y = append(s.X, float64(step)), append(s.Y, y)
				}
				curves = append(curves, s)
			}
			l.Curves = append(l.Curves, MakeBand(Range, curves).Curve(method))
		}
		l.Curves = append(l.Curves, HorizontalLine("claim: at most 0.3", 0.3, 0, 4000))
		panels = append(panels, l)
	}
	return &Figure{Name: "curves", Title: "Training loss of a 196-128-10 network on glyphs, five seeds", Panels: panels,
		Caption: "Median and range over the seeds."}
}

func barsFigure() *Figure {
	b := &Bars{Title: "", XLabel: "noise σ", Y: Axis{Label: "steps to the optimum"}, Groups: []string{"0", "0.04", "0.10", "0.13"}}
	for m, method := range []string{"LaProp", "Adam", "AMSGrad"} {
		s := BarSeries{Label: method}
		for g := range b.Groups {
			base := 3000 + 800*float64(g) + 1500*float64(m)
			s.AddSample(Sample{base, base * 1.1, base * 0.93, base * 1.02})
		}
		b.Series = append(b.Series, s)
	}
	b.Series[1].Values[3] = math.NaN()
	return &Figure{Name: "bars", Title: "Steps until the distance to (1, 1) is below 0.1", Panels: []Panel{b}}
}

func heatFigure() *Figure {
	f := &Figure{Name: "heat", Title: "Final training loss over the decay rates", SharedScale: true}
	for m, method := range []string{"LaProp", "Adam"} {
		g := Grid{RowName: "μ", ColName: "ν", Rows: []string{"0.9", "0.99"},
			Cols: []string{"0.999", "0.9", "0.7", "0.5", "0.3", "0.1"}}
		for i := range g.Rows {
			var row Floats
			for j := range g.Cols {
				v := 0.15 + 0.02*float64(i+j)
				if m == 1 && j > 1 {
					v = math.Pow(10, float64(2*j-1))
				}
				if m == 1 && j == 5 {
					v = math.NaN()
				}
				row = append(row, v)
			}
			g.Values = append(g.Values, row)
		}
		f.Panels = append(f.Panels, &HeatMap{Title: method, Grid: g, Value: Axis{Label: "loss", Log: true}})
	}
	return f
}

// cloudFigure has contours, trajectories and a cloud of points.
func cloudFigure() *Figure {
	rosenbrock := func(x, y float64) float64 { return (1-x)*(1-x) + 100*(y-x*x)*(y-x*x) }
	k := &Contours{Levels: []float64{0.1, 0.5, 2, 10, 50, 200, 600}}
	for i := range 121 {
		k.X = append(k.X, -1.5+3*float64(i)/120)
		k.Y = append(k.Y, -0.5+2.5*float64(i)/120)
	}
	for _, y := range k.Y {
		var row []float64
		for _, x := range k.X {
			row = append(row, rosenbrock(x, y))
		}
		k.Z = append(k.Z, row)
	}
	path := func(rate float64) (xs, ys []float64) {
		x, y := -1.0, 0.5
		for range 3000 {
			xs, ys = append(xs, x), append(ys, y)
			gx, gy := -2*(1-x)-400*x*(y-x*x), 200*(y-x*x)
			x, y = x-rate*gx, y-rate*gy
		}
		return xs, ys
	}
	x1, y1 := path(1e-3)
	x2, y2 := path(2.4e-3)
	lines := &Lines{Title: "Trajectories", X: Axis{Label: "x"}, Y: Axis{Label: "y"}, Contours: k,
		Curves: []Curve{{Label: "backpropagation", X: x1, Y: y1}, {Label: "forward gradient", X: x2, Y: y2}}}
	cloud := &Lines{Title: "Samples", X: Axis{Label: "first coordinate"}, Y: Axis{Label: "second coordinate"}}
	for c, label := range []string{"data", "one Euler step"} {
		r := noise(uint64(c))
		points := Curve{Label: label, Draw: Points}
		for range 600 {
			a := 2 * math.Pi * float64(r.IntN(3)) / 3
			points.X = append(points.X, 5*math.Sin(a)+0.5*r.NormFloat64()+2*float64(c))
			points.Y = append(points.Y, 5*math.Cos(a)+0.5*r.NormFloat64())
		}
		cloud.Curves = append(cloud.Curves, points)
	}
	return &Figure{Name: "cloud", Title: "Where the methods go", Panels: []Panel{lines, cloud}}
}

func spectrumFigure() *Figure {
	c := Curve{Label: "end of training", Draw: Points}
	d := Curve{Label: "initialisation", Draw: Points}
	for i := range 400 {
		x := float64(i) / 400
		c.X, d.X = append(c.X, x), append(d.X, x)
		c.Y = append(c.Y, 3*math.Exp(-40*x)-1e-3*x*x)
		d.Y = append(d.Y, 0.4*math.Exp(-10*x)-0.2*x*x*x)
	}
	relative := &Lines{Title: "Relative variance", X: Axis{Label: "d", Log: true}, Y: Axis{Label: "relative variance", Log: true}}
	k := Curve{Label: "measured", Draw: Both, X: []float64{10, 100, 1000, 10000}, Y: []float64{11.2, 100.3, 1002, 10010}}
	relative.Curves = []Curve{k, {Label: "d + 1", Reference: true, X: k.X, Y: []float64{11, 101, 1001, 10001}}}
	return &Figure{Name: "spectrum", Title: "Spectrum", Panels: []Panel{
		&Lines{Title: "Ordered eigenvalues", X: Axis{Label: "index / M"}, Y: Axis{Label: "eigenvalue", SymLog: 1e-4}, Curves: []Curve{d, c}},
		relative}}
}

func orderedFigure() *Figure {
	l := &Lines{X: Axis{Label: "time", Unit: "s"}, Y: Axis{Label: "test accuracy", Unit: "%", Max: At(100)}}
	for i, width := range []string{"width 8", "width 16", "width 32", "width 64", "width 128"} {
		c := Curve{Label: width, Draw: Both}
		for t := range 20 {
			c.X = append(c.X, float64(t)*0.5)
			c.Y = append(c.Y, 98-80*math.Exp(-float64(t)*(0.1+0.06*float64(i))))
		}
		l.Curves = append(l.Curves, c)
	}
	return &Figure{Name: "ordered", Title: "Accuracy grows with width", Panels: []Panel{l}, Ordered: true}
}

func imagesFigure() *Figure {
	set := func(channels int) Images {
		m := Images{Height: 14, Width: 14, Channels: channels}
		for i := range 10 {
			var p Floats
			for y := range 14 {
				for x := range 14 {
					for c := range channels {
						r := math.Hypot(float64(x)-6.5, float64(y)-6.5)
						p = append(p, math.Exp(-math.Pow(r-float64(i)/2-float64(c), 2)/3))
					}
				}
			}
			m.Pixels = append(m.Pixels, p)
		}
		return m
	}
	labels := []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}
	return &Figure{Name: "images", Title: "Generated rings", Columns: 2, Panels: []Panel{
		&ImageGrid{Title: "grey", Images: set(1), Columns: 5, Labels: labels},
		&ImageGrid{Title: "colour", Images: set(3), Columns: 5, Labels: labels}}}
}

// manyFigure has more curves than colours, and three panels.
func manyFigure() *Figure {
	f := &Figure{Name: "many", Title: "Cosine of the update with the mean gradient, for every aggregator, on three data sets of 1,024 images"}
	names := []string{"Mean", "UPGrad", "DualProj", "MGDA", "PCGrad", "IMTL-G", "CAGrad", "Nash-MTL", "Aligned-MTL", "ConFIG"}
	for _, data := range []string{"glyphs", "mnist", "cifar10"} {
		l := &Lines{Title: data, X: Axis{Label: "step"}, Y: Axis{Label: "cosine"}}
		for i, name := range names {
			c := Curve{Label: name}
			for t := range 100 {
				c.X = append(c.X, float64(t)*1e5)
				c.Y = append(c.Y, math.Sin(float64(i)+float64(t)/30))
			}
			l.Curves = append(l.Curves, c)
		}
		f.Panels = append(f.Panels, l)
	}
	return f
}
