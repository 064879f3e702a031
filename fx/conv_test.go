package fx

import (
	"fmt"
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/internal/graph"
	"pgregory.net/rapid"
)

// naiveConv is the definition, by loops over everything.
func naiveConv(x, w []float64, xs, ws, os graph.Shape, a graph.ConvAttrs) []float64 {
	out := make([]float64, os.Size())
	perGroup := os[3] / (a.FeatureGroups * a.BatchGroups)
	index := func(s graph.Shape, i, j, k, l int) int { return ((i*s[1]+j)*s[2]+k)*s[3] + l }
	source := func(axis, o, k, size int) int {
		at := o*a.Strides[axis] + k*a.KernelDilation[axis] - a.PadLow[axis]
		if at < 0 || at%a.InDilation[axis] != 0 || at/a.InDilation[axis] >= size {
			return -1
		}
		return at / a.InDilation[axis]
	}
	for n := range os[0] {
		for p := range os[1] {
			for q := range os[2] {
				for o := range os[3] {
					image, channel := n, o/perGroup*ws[2]
					if a.BatchGroups > 1 {
						image, channel = o/perGroup*os[0]+n, 0
					}
					sum := 0.0
					for i := range ws[0] {
						for j := range ws[1] {
							ih, iw := source(0, p, i, xs[1]), source(1, q, j, xs[2])
							if ih < 0 || iw < 0 {
								continue
							}
							for c := range ws[2] {
								sum += float64(x[index(xs, image, ih, iw, channel+c)] * w[index(ws, i, j, c, o)])
							}
						}
					}
					out[index(os, n, p, q, o)] = sum
				}
			}
		}
	}
	return out
}

// drawConv draws a convolution's attributes and operand shapes, degenerate
// ones included.
func drawConv(t *rapid.T) (a graph.ConvAttrs, xs, ws graph.Shape) {
	small := func(name string, lo, hi int) int { return uniform(lo, hi).Draw(t, name) }
	a = graph.ConvAttrs{FeatureGroups: 1, BatchGroups: 1}
	switch small("groups", 0, 3) {
	case 0:
		a.FeatureGroups = small("feature groups", 2, 3)
	case 1:
		a.BatchGroups = small("batch groups", 2, 3)
	}
	in, out := small("channels in", 1, 3), small("channels out", 1, 3)
	xs = graph.Shape{small("images", 0, 2) * a.BatchGroups, small("h", 0, 5), small("w", 0, 5), in * a.FeatureGroups}
	ws = graph.Shape{small("kh", 1, 3), small("kw", 1, 3), in, out * a.FeatureGroups * a.BatchGroups}
	for i := range 2 {
		a.Strides[i], a.InDilation[i], a.KernelDilation[i] = small("stride", 1, 2), small("stretch", 1, 2), small("dilation", 1, 2)
		a.PadLow[i], a.PadHigh[i] = small("low", -1, 2), small("high", -1, 2)
	}
	return a, xs, ws
}

// ramp fills a shape with distinct numbers of both signs.
func ramp(shape graph.Shape, step float64) []float64 {
	v := make([]float64, shape.Size())
	for i := range v {
		v[i] = math.Mod(float64(i)*step, 2) - 1
	}
	return v
}

func TestConvIsItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, xs, ws := drawConv(t)
		x, w := ramp(xs, 0.37), ramp(ws, 0.61)
		y := wrap(graph.Conv(New(x, xs...).n, New(w, ws...).n, a))
		want := naiveConv(x, w, xs, ws, y.n.Shape, a)
		for i, got := range y.Float64s() {
			if math.Abs(got-want[i]) > 1e-12 {
				t.Fatalf("%+v of %v and %v: element %d of %v is %v, want %v", a, xs, ws, i, y.Shape(), got, want[i])
			}
		}
	})
}

func TestConv2DShapes(t *testing.T) {
	for _, c := range []struct {
		x, w, want []int
		o          ConvOptions
	}{
		{[]int{2, 8, 8, 3}, []int{3, 3, 3, 4}, []int{2, 6, 6, 4}, ConvOptions{}},
		{[]int{8, 8, 3}, []int{3, 3, 3, 4}, []int{6, 6, 4}, ConvOptions{}},
		{[]int{2, 8, 7, 3}, []int{3, 3, 3, 4}, []int{2, 4, 4, 4}, ConvOptions{Strides: [2]int{2, 2}, Padding: Border{Same: true}}},
		{[]int{2, 8, 8, 4}, []int{3, 3, 1, 8}, []int{2, 8, 8, 8}, ConvOptions{Padding: Border{Same: true}, Groups: 4}},
		{[]int{2, 8, 8, 3}, []int{3, 3, 3, 4}, []int{2, 4, 5, 4}, ConvOptions{Dilation: [2]int{2, 2}, Padding: Border{Right: 1}}},
	} {
		got := Conv2D(Ones(Float32, c.x...), Ones(Float32, c.w...), c.o).Shape()
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%v * %v with %+v: %v, want %v", c.x, c.w, c.o, got, c.want)
		}
	}
}
