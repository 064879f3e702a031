package fx

import (
	"fmt"
	"math"
	"testing"
)

// One dimension is two with a height of 1, and three dimensions are two added
// up over the depth.
func TestConvOfOtherDimensions(t *testing.T) {
	x, w := New(ramp([]int{2, 9, 4}, 0.31), 2, 9, 4), New(ramp([]int{3, 2, 6}, 0.73), 3, 2, 6)
	line := Conv1D(x, w, ConvNDOptions{Strides: []int{2}, Dilation: []int{2}, Groups: 2, Padding: Edge{Low: []int{1}}})
	flat := Conv2D(x.ExpandDims(1), w.ExpandDims(0), ConvOptions{Strides: [2]int{1, 2}, Dilation: [2]int{1, 2}, Groups: 2, Padding: Border{Left: 1}})
	if fmt.Sprint(line.Shape()) != "[2 3 6]" || fmt.Sprint(line.Float64s()) != fmt.Sprint(flat.Float64s()) {
		t.Errorf("Conv1D %v, want %v", line, flat)
	}
	v, k := New(ramp([]int{4, 5, 6, 2}, 0.31), 4, 5, 6, 2), New(ramp([]int{2, 3, 3, 2, 3}, 0.73), 2, 3, 3, 2, 3)
	got := Conv3D(v, k, ConvNDOptions{Padding: Edge{Same: true}})
	if fmt.Sprint(got.Shape()) != "[4 5 6 3]" {
		t.Fatalf("Conv3D has shape %v", got.Shape())
	}
	same := ConvOptions{Padding: Border{Same: true}}
	below := v.Pad(0, Padding{Before: -1, After: 1}) // the next layer
	want := Conv2D(v, k.Index(0), same).Add(Conv2D(below, k.Index(1), same))
	if d := got.Sub(want).Abs().Max().Item(); !(d < 1e-14) {
		t.Errorf("Conv3D is off by %v", d)
	}
	one := Conv3D(v.ExpandDims(0), k, ConvNDOptions{Padding: Edge{Same: true}, Strides: []int{2, 1, 3}})
	if fmt.Sprint(one.Shape()) != "[1 2 5 2 3]" {
		t.Errorf("strided Conv3D has shape %v", one.Shape())
	}
}

// A transposed convolution is the gradient of the convolution, in any dimension.
func TestConvTransposeOfOtherDimensions(t *testing.T) {
	line := New(ramp([]int{2, 8, 2}, 0.3), 2, 8, 2)
	volume := New(ramp([]int{2, 4, 6, 4, 2}, 0.3), 2, 4, 6, 4, 2)
	for _, c := range []struct {
		x, w *Array
		conv func(x, w *Array, opts ...ConvNDOptions) *Array
		up   func(x, w *Array, opts ...ConvTransposeNDOptions) *Array
		o    ConvNDOptions
		more []int
	}{
		{line, New(ramp([]int{3, 2, 3}, 0.7), 3, 2, 3), Conv1D, ConvTranspose1D, ConvNDOptions{Strides: []int{2}}, []int{1}},
		{line, New(ramp([]int{3, 2, 3}, 0.7), 3, 2, 3), Conv1D, ConvTranspose1D, ConvNDOptions{Strides: []int{2}, Padding: Edge{Same: true}}, nil},
		{volume, New(ramp([]int{2, 3, 2, 2, 3}, 0.7), 2, 3, 2, 2, 3), Conv3D, ConvTranspose3D, ConvNDOptions{Strides: []int{2, 1, 2}, Padding: Edge{Low: []int{0, 1, 0}, High: []int{0, 2, 0}}}, nil},
		{volume, New(ramp([]int{2, 3, 2, 2, 3}, 0.7), 2, 3, 2, 2, 3), Conv3D, ConvTranspose3D, ConvNDOptions{Dilation: []int{1, 2, 3}}, nil},
	} {
		y, back := VJP(func(x *Array) *Array { return c.conv(x, c.w, c.o) }, c.x)
		ct := New(ramp(y.n.Shape, 0.17), y.Shape()...)
		up := ConvTransposeNDOptions{Strides: c.o.Strides, Padding: c.o.Padding, Dilation: c.o.Dilation, Extra: c.more}
		f := func(ct *Array) *Array { return c.up(ct, c.w.SwapAxes(-1, -2), up) }
		got := sameAsPlain(t, f, ct)
		if d := got.Sub(back(ct)).Abs().Max().Item(); !(d < 1e-12) || math.IsNaN(d) {
			t.Errorf("%+v: off by %v", c.o, d)
		}
	}
}

func TestPoolOfOtherDimensions(t *testing.T) {
	line := New([]float64{1, 5, 2, 4, 3}, 5, 1)
	volume := New(ramp([]int{2, 4, 5, 3, 2}, 0.3), 2, 4, 5, 3, 2)
	flat := volume.Reshape(2, 4, 15, 2)
	checkWants(t, []wants{
		{"MaxPool1D", MaxPool1D(line, 2), []float64{5, 4}, 0},
		{"MaxPool1D, strides and padding", MaxPool1D(line, 3, PoolNDOptions{Strides: []int{1}, Padding: Edge{Low: []int{1}}}), []float64{5, 5, 5, 4}, 0},
		{"AvgPool1D", AvgPool1D(line, 2, PoolNDOptions{Padding: Edge{Same: true}, ExcludePadding: true}), []float64{3, 3, 3}, 0},
		{"MaxPool3D", MaxPool3D(volume, [3]int{2, 5, 3}), MaxPool2D(flat, [2]int{2, 15}).Float64s(), 0},
		{"AvgPool3D", AvgPool3D(volume, [3]int{2, 5, 3}), AvgPool2D(flat, [2]int{2, 15}).Float64s(), 1e-15},
	})
}
