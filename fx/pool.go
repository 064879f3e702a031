package fx

import "github.com/fluxion-go/fluxion/internal/graph"

// PoolOptions are the options of pooling; pairs are height, then width.
type PoolOptions struct {
	Strides [2]int // places the window moves at a time; 0 means the window's size
	Padding Border

	// ExcludePadding makes AvgPool2D divide by the number of elements of the
	// image under the window. Otherwise padding counts as zeros.
	ExcludePadding bool
}

// pool resolves a window over images.
func pool(op string, x *Array, window [2]int, opts []PoolOptions) (n *graph.Node, a graph.WindowAttrs, o PoolOptions, single bool) {
	o = oneOption(op, opts)
	n = x.node(op)
	needFloat(op, n)
	n, single = images(op, n)
	a = graph.WindowAttrs{Size: []int{1, 1, 1, 1}, Stride: []int{1, 1, 1, 1}, Low: make([]int, 4), High: make([]int, 4)}
	for i := range 2 {
		if window[i] < 1 {
			graph.Fail(op, "a window of %v", window)
		}
		if o.Strides[i] == 0 {
			o.Strides[i] = window[i]
		}
	}
	strides, border := perAxis(op, "strides", o.Strides[:], 2), o.Padding.edge(op)
	for i := range 2 {
		size := n.Shape[1+i]
		low, high := border.around(i, size, window[i], strides[i])
		if low >= window[i] || high >= window[i] {
			graph.Fail(op, "the border %+v leaves a window of %v without an element of the image", o.Padding, window)
		}
		fits(op, axisNames[1][i], size+low+high, window[i])
		a.Size[1+i], a.Stride[1+i], a.Low[1+i], a.High[1+i] = window[i], strides[i], low, high
	}
	return n, a, o, single
}

// MaxPool2D is the largest element of each window of images [N, H, W, C] (or
// one image [H, W, C]), for each channel. Padding never wins; a NaN does. The
// derivative goes to the first largest element.
func MaxPool2D(x *Array, window [2]int, opts ...PoolOptions) *Array {
	n, a, _, single := pool("MaxPool2D", x, window, opts)
	return unimages(graph.WindowMax(n, a), single)
}

// AvgPool2D is the mean of each window of images [N, H, W, C] (or one image
// [H, W, C]), for each channel.
func AvgPool2D(x *Array, window [2]int, opts ...PoolOptions) *Array {
	n, a, o, single := pool("AvgPool2D", x, window, opts)
	sum := wrap(graph.WindowSum(n, a))
	count := FullLike(sum, float64(window[0]*window[1]))
	if o.ExcludePadding {
		one := append(graph.Shape{1}, n.Shape[1:3]...)
		count = wrap(graph.WindowSum(graph.Full(n.DType, 1, append(one, 1)), a))
	}
	return unimages(sum.Div(count).n, single)
}
