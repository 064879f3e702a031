package fx

import (
	"slices"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// PoolOptions are the options of pooling; pairs are height, then width.
type PoolOptions struct {
	Strides [2]int // places the window moves at a time; 0 means the window's size
	Padding Border

	// ExcludePadding makes AvgPool2D divide by the number of elements of the
	// image under the window. Otherwise padding counts as zeros.
	ExcludePadding bool
}

// pooling is a window over images of any number of spatial axes.
type pooling struct {
	op       string
	axes     int
	window   []int
	strides  []int // 0 or nil means the window's size
	edge     edge
	excluded bool // padding does not count in means
}

// over checks the images and gives the window's attributes.
func (p pooling) over(x *Array) (n *graph.Node, a graph.WindowAttrs, single bool) {
	n = x.node(p.op)
	needFloat(p.op, n)
	n, single = imagesOf(p.op, n, p.axes)
	rank := p.axes + 2
	a = graph.WindowAttrs{Size: slices.Repeat([]int{1}, rank), Stride: slices.Repeat([]int{1}, rank), Low: make([]int, rank), High: make([]int, rank)}
	strides := slices.Clone(p.strides)
	if strides == nil {
		strides = make([]int, p.axes)
	}
	for i, w := range p.window {
		if w < 1 {
			graph.Fail(p.op, "a window of %v", p.window)
		}
		if i < len(strides) && strides[i] == 0 {
			strides[i] = w
		}
	}
	strides = perAxis(p.op, "strides", strides, p.axes)
	for i, w := range p.window {
		size := n.Shape[1+i]
		low, high := p.edge.around(i, size, w, strides[i])
		if low >= w || high >= w {
			graph.Fail(p.op, "the border %+v leaves a window of %v without an element of the image", p.edge.text, p.window)
		}
		fits(p.op, axisNames[p.axes-1][i], size+low+high, w)
		a.Size[1+i], a.Stride[1+i], a.Low[1+i], a.High[1+i] = w, strides[i], low, high
	}
	return n, a, single
}

func (p pooling) max(x *Array) *Array {
	n, a, single := p.over(x)
	return unimages(graph.WindowMax(n, a), single)
}

func (p pooling) mean(x *Array) *Array {
	n, a, single := p.over(x)
	sum := wrap(graph.WindowSum(n, a))
	size := 1
	for _, w := range p.window {
		size *= w
	}
	count := FullLike(sum, float64(size))
	if p.excluded {
		one := n.Shape.With(0, 1).With(p.axes+1, 1)
		count = wrap(graph.WindowSum(graph.Full(n.DType, 1, one), a))
	}
	return unimages(sum.Div(count).n, single)
}

func pool2D(op string, window [2]int, opts []PoolOptions) pooling {
	o := oneOption(op, opts)
	return pooling{op, 2, window[:], o.Strides[:], o.Padding.edge(op), o.ExcludePadding}
}

func poolND(op string, window []int, opts []PoolNDOptions) pooling {
	o := oneOption(op, opts)
	return pooling{op, len(window), window, o.Strides, o.Padding.edge(op, len(window)), o.ExcludePadding}
}

// MaxPool2D is the largest element of each window of images [N, H, W, C] (or
// one image [H, W, C]), for each channel. Padding never wins; a NaN does. The
// derivative goes to the first largest element.
func MaxPool2D(x *Array, window [2]int, opts ...PoolOptions) *Array {
	return pool2D("MaxPool2D", window, opts).max(x)
}

// AvgPool2D is the mean of each window of images [N, H, W, C] (or one image
// [H, W, C]), for each channel.
func AvgPool2D(x *Array, window [2]int, opts ...PoolOptions) *Array {
	return pool2D("AvgPool2D", window, opts).mean(x)
}

// PoolNDOptions are the options of pooling in one or three dimensions:
// PoolOptions with one number for each spatial axis, or nil.
type PoolNDOptions struct {
	Strides        []int
	Padding        Edge
	ExcludePadding bool
}

// MaxPool1D is MaxPool2D of signals [N, L, C] (or [L, C]).
func MaxPool1D(x *Array, window int, opts ...PoolNDOptions) *Array {
	return poolND("MaxPool1D", []int{window}, opts).max(x)
}

// AvgPool1D is AvgPool2D of signals [N, L, C] (or [L, C]).
func AvgPool1D(x *Array, window int, opts ...PoolNDOptions) *Array {
	return poolND("AvgPool1D", []int{window}, opts).mean(x)
}

// MaxPool3D is MaxPool2D of volumes [N, D, H, W, C] (or [D, H, W, C]).
func MaxPool3D(x *Array, window [3]int, opts ...PoolNDOptions) *Array {
	return poolND("MaxPool3D", window[:], opts).max(x)
}

// AvgPool3D is AvgPool2D of volumes [N, D, H, W, C] (or [D, H, W, C]).
func AvgPool3D(x *Array, window [3]int, opts ...PoolNDOptions) *Array {
	return poolND("AvgPool3D", window[:], opts).mean(x)
}
