package fx

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// spread is the definition: every place of x paints the kernel into y.
func spread(x, w []float64, xs, ws, ys []int, strides, dilation, low [2]int, groups int) []float64 {
	y := make([]float64, ys[0]*ys[1]*ys[2]*ys[3])
	in, out := ws[2], ws[3]/groups
	for n := range xs[0] {
		for p := range xs[1] {
			for q := range xs[2] {
				for i := range ws[0] {
					for j := range ws[1] {
						r, s := p*strides[0]+i*dilation[0]-low[0], q*strides[1]+j*dilation[1]-low[1]
						if r < 0 || s < 0 || r >= ys[1] || s >= ys[2] {
							continue
						}
						for c := range in {
							for o := range ws[3] {
								g := o / out
								v := x[((n*xs[1]+p)*xs[2]+q)*xs[3]+g*in+c] * w[((i*ws[1]+j)*ws[2]+c)*ws[3]+o]
								y[((n*ys[1]+r)*ys[2]+s)*ys[3]+o] += v
							}
						}
					}
				}
			}
		}
	}
	return y
}

func TestConvTransposeIsItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		small := func(name string, lo, hi int) int { return uniform(lo, hi).Draw(t, name) }
		groups := small("groups", 1, 2)
		xs := []int{small("n", 1, 2), small("h", 1, 4), small("w", 1, 4), groups * small("c", 1, 2)}
		ws := []int{small("kh", 1, 3), small("kw", 1, 3), xs[3] / groups, groups * small("o", 1, 2)}
		o := ConvTransposeOptions{Groups: groups}
		ys := []int{xs[0], 0, 0, ws[3]}
		o.Padding = Border{Top: small("top", 0, 1), Left: small("left", 0, 1), Bottom: small("bottom", 0, 1), Right: small("right", 0, 1)}
		same := small("same", 0, 1) == 1
		if same {
			o.Padding = Border{Same: true}
		}
		low := [2]int{o.Padding.Top, o.Padding.Left}
		high := [2]int{o.Padding.Bottom, o.Padding.Right}
		for i := range 2 {
			o.Strides[i], o.Dilation[i] = small("stride", 1, 3), small("dilation", 1, 2)
			window := (ws[i]-1)*o.Dilation[i] + 1
			if same {
				low[i] = max(0, window-o.Strides[i]) / 2
				ys[1+i] = xs[1+i] * o.Strides[i]
				continue
			}
			o.Extra[i] = small("extra", 0, 2)
			ys[1+i] = (xs[1+i]-1)*o.Strides[i] + window - low[i] - high[i] + o.Extra[i]
			if ys[1+i] < 1 {
				t.Skip("an empty result")
			}
		}
		x, w := ramp(xs, 0.37), ramp(ws, 0.61)
		y := ConvTranspose2D(New(x, xs...), New(w, ws...), o)
		if fmt.Sprint(y.Shape()) != fmt.Sprint(ys) {
			t.Fatalf("%+v of %v and %v: shape %v, want %v", o, xs, ws, y.Shape(), ys)
		}
		want := spread(x, w, xs, ws, ys, o.Strides, o.Dilation, low, groups)
		for i, got := range y.Float64s() {
			if math.Abs(got-want[i]) > 1e-12 {
				t.Fatalf("%+v of %v and %v: element %d is %v, want %v", o, xs, ws, i, got, want[i])
			}
		}
	})
}

// TestConvTransposeIsTheTranspose compares with the gradient of Conv2D.
func TestConvTransposeIsTheTranspose(t *testing.T) {
	for _, o := range []ConvOptions{{}, {Strides: [2]int{2, 3}}, {Strides: [2]int{2, 1}, Padding: Border{Same: true}}, {Padding: Border{Top: 1, Right: 2}, Dilation: [2]int{2, 1}}} {
		x, w := New(ramp([]int{2, 8, 6, 2}, 0.3), 2, 8, 6, 2), New(ramp([]int{3, 2, 2, 3}, 0.7), 3, 2, 2, 3)
		y, back := VJP(func(x *Array) *Array { return Conv2D(x, w, o) }, x)
		ct := New(ramp(y.n.Shape, 0.17), y.Shape()...)
		up := ConvTransposeOptions{Strides: o.Strides, Padding: o.Padding, Dilation: o.Dilation}
		if !o.Padding.Same { // what the stride did not reach
			for i := range 2 {
				up.Extra[i] = 0
				got := ConvTranspose2D(ct, w.SwapAxes(2, 3), up).Dim(1 + i)
				up.Extra[i] = x.Dim(1+i) - got
			}
		}
		got := ConvTranspose2D(ct, w.SwapAxes(2, 3), up)
		if d := got.Sub(back(ct)).Abs().Max().Item(); !(d < 1e-12) {
			t.Errorf("%+v: off by %v", o, d)
		}
		f := func(x *Array) *Array { return ConvTranspose2D(x, w.SwapAxes(2, 3), up) }
		a, b := f(ct).Float64s(), Jit(f)(ct).Float64s()
		for i := range a {
			if math.Float64bits(a[i]) != math.Float64bits(b[i]) {
				t.Fatalf("%+v: compiled %v, plain %v", o, b[i], a[i])
			}
		}
	}
}

func TestConvTransposeErrors(t *testing.T) {
	x, w := ones(4, 4, 2), ones(3, 3, 2, 4)
	for want, run := range map[string]func(){
		"the kernel has shape [3 3]; it must be [height, width, channels in, channels out]":                        func() { ConvTranspose2D(x, ones(3, 3)) },
		"the images have shape [4 4]; they must be [images, height, width, channels] or [height, width, channels]": func() { ConvTranspose2D(ones(4, 4), w) },
		"images of shape [4 4 3] have 3 channels, and a kernel of shape [3 3 2 4] in 1 groups takes 2":             func() { ConvTranspose2D(ones(4, 4, 3), w) },
		"a kernel of shape [3 3 2 3] has 3 outputs, which do not divide into 2 groups":                             func() { ConvTranspose2D(ones(4, 4, 4), ones(3, 3, 2, 3), ConvTransposeOptions{Groups: 2}) },
		"-1 groups":                               func() { ConvTranspose2D(x, w, ConvTransposeOptions{Groups: -1}) },
		"strides [-1 0]: they must be positive":   func() { ConvTranspose2D(x, w, ConvTransposeOptions{Strides: [2]int{-1, 0}}) },
		"Extra [0 -1]: they must not be negative": func() { ConvTranspose2D(x, w, ConvTransposeOptions{Extra: [2]int{0, -1}}) },
		"images of shape [0 4 2] and a kernel of shape [3 3 2 4]: one of them is empty":                   func() { ConvTranspose2D(ones(0, 4, 2), w) },
		"the border {Same:false Top:3 Bottom:3 Left:0 Right:0} leaves nothing of a result of 6 by axis 0": func() { ConvTranspose2D(x, w, ConvTransposeOptions{Padding: Border{Top: 3, Bottom: 3}}) },
		"the border {Same:true Top:0 Bottom:0 Left:0 Right:0} is Same and explicit, or has Extra [1 0]":   func() { ConvTranspose2D(x, w, ConvTransposeOptions{Padding: Border{Same: true}, Extra: [2]int{1, 0}}) },
		"the border {Same:true Top:1 Bottom:0 Left:0 Right:0} is Same and explicit, or has Extra [0 0]":   func() { ConvTranspose2D(x, w, ConvTransposeOptions{Padding: Border{Same: true, Top: 1}}) },
	} {
		func() {
			defer func() {
				e, ok := recover().(*Error)
				if !ok || e.Op != "ConvTranspose2D" || e.Msg != want {
					t.Errorf("got %v, want %q", e, want)
				}
			}()
			run()
		}()
	}
}
