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
	n := len(a.Strides)
	perGroup := os[n+1] / (a.FeatureGroups * a.BatchGroups)
	at := func(s graph.Shape, i int) []int { // the index of element i
		out := make([]int, len(s))
		for k := len(s) - 1; k >= 0; k-- {
			out[k], i = i%s[k], i/s[k]
		}
		return out
	}
	source := func(axis, o, k, size int) int {
		at := o*a.Strides[axis] + k*a.KernelDilation[axis] - a.PadLow[axis]
		if at < 0 || at%a.InDilation[axis] != 0 || at/a.InDilation[axis] >= size {
			return -1
		}
		return at / a.InDilation[axis]
	}
	for i := range out {
		place := at(os, i)
		image, channel := place[0], place[n+1]/perGroup*ws[n]
		if a.BatchGroups > 1 {
			image, channel = place[n+1]/perGroup*os[0]+place[0], 0
		}
		for j := range ws[:n+1].Size() {
			tap := at(ws[:n+1], j)
			from, inside := image, true
			for ax := range n {
				s := source(ax, place[1+ax], tap[ax], xs[1+ax])
				from, inside = from*xs[1+ax]+s, inside && s >= 0
			}
			if inside {
				out[i] += float64(x[from*xs[n+1]+channel+tap[n]] * w[j*ws[n+1]+place[n+1]])
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
	n := small("spatial axes", 1, graph.MaxConvAxes)
	xs, ws = graph.Shape{small("images", 0, 2) * a.BatchGroups}, nil
	for range n {
		xs, ws = append(xs, small("size", 0, 7-n)), append(ws, small("taps", 1, 3))
		a.Strides, a.InDilation = append(a.Strides, small("stride", 1, 2)), append(a.InDilation, small("stretch", 1, 2))
		a.KernelDilation = append(a.KernelDilation, small("dilation", 1, 2))
		a.PadLow, a.PadHigh = append(a.PadLow, small("low", -1, 2)), append(a.PadHigh, small("high", -1, 2))
	}
	return a, append(xs, in*a.FeatureGroups), append(ws, in, out*a.FeatureGroups*a.BatchGroups)
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
