package fx

import "github.com/fluxion-go/fluxion/internal/graph"

// Border is what surrounds images under a window. The zero value is no padding
// (the window stays inside: "valid"). Same pads with zeros so that the result
// has ceil(size/stride) places along each axis, the odd row or column at the
// bottom or right; else the numbers say how many rows and columns to add.
type Border struct {
	Same                     bool
	Top, Bottom, Left, Right int
}

// Edge is Border for any number of spatial axes: the numbers of places to add
// before and after each, or nil.
type Edge struct {
	Same      bool
	Low, High []int
}

// edge is either, as the operations use it.
type edge struct {
	same      bool
	low, high []int // nil if same
	text      any   // as the caller wrote it
}

func (b Border) edge(op string) edge {
	e := edge{same: b.Same, text: b}
	if !b.Same {
		e.low, e.high = []int{b.Top, b.Left}, []int{b.Bottom, b.Right}
	} else if b != (Border{Same: true}) {
		graph.Fail(op, "the border %+v is both Same and explicit", b)
	}
	e.check(op)
	return e
}

func (b Edge) edge(op string, axes int) edge {
	e := edge{same: b.Same, low: b.Low, high: b.High, text: b}
	if b.Same && (b.Low != nil || b.High != nil) {
		graph.Fail(op, "the border %+v is both Same and explicit", b)
	}
	for _, v := range []*[]int{&e.low, &e.high} {
		if *v == nil {
			*v = make([]int, axes)
		}
		if len(*v) != axes {
			graph.Fail(op, "the border %+v: there must be one number for each of %d axes", b, axes)
		}
	}
	e.check(op)
	return e
}

func (e edge) check(op string) {
	for i := range e.low {
		if e.low[i] < 0 || e.high[i] < 0 {
			graph.Fail(op, "the border %+v has a negative width", e.text)
		}
	}
}

// around is the padding of one axis under a window.
func (e edge) around(axis, size, window, stride int) (low, high int) {
	if e.same {
		places := (size + stride - 1) / stride
		total := max(0, (places-1)*stride+window-size)
		return total / 2, total - total/2
	}
	return e.low[axis], e.high[axis]
}
