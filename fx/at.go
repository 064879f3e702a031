package fx

import (
	"slices"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// Places are elements of an array, named by indices that are known only when
// the program runs. They are read with Get, and the other methods give the array
// with them changed (JAX's x.at[...]): Array.At, AtAxis and AtLines name them.
//
// Updates have the shape that Get gives, or stretch to it. Several updates of
// one element happen in the order of their indices: sums are added in that
// order, and the last of several replacements stays.
type Places struct {
	x       *graph.Node
	indices *graph.Node // tuples into the first of x's axes, once they are moved
	attrs   graph.GatherAttrs
	in      []int // how to move x's axes for a gather
	out     []int // how to move the gather's axes after it
	indexed []int // x's axes that indices name
}

// At names places by index tuples, as Gather takes them: indices [M..., k] name
// the first k axes, and Get gives [M..., remaining axes].
func (a *Array) At(indices *Array) Places { return placesByTuples("At", a, indices) }

// AtAxis names whole slices along an axis, as Take takes them: in Get's result
// the axis is replaced by those of indices (numpy's x[:, indices]).
func (a *Array) AtAxis(indices *Array, axis int) Places {
	return placesAlong("AtAxis", a, indices, axis)
}

// AtLines names one place for every index, as TakeAlongAxis takes them: each
// line along the axis has indices of its own (numpy's put_along_axis, PyTorch's
// scatter).
func (a *Array) AtLines(indices *Array, axis int) Places {
	return placesInLines("AtLines", a, indices, axis)
}

// Get is the elements. An index out of range is moved to the nearest end.
func (p Places) Get() *Array { return p.get("Get") }

// Set is the array with the elements replaced.
func (p Places) Set(updates *Array) *Array { return p.put("Set", graph.ScatterSetP, updates) }

// Add is the array with updates added.
func (p Places) Add(updates *Array) *Array { return p.put("Add", graph.ScatterAddP, updates) }

// Mul is the array with the elements multiplied by updates.
func (p Places) Mul(updates *Array) *Array { return p.put("Mul", graph.ScatterMulP, updates) }

// Min is the array with the elements replaced by smaller updates; a NaN wins.
// Equal winners share the derivative.
func (p Places) Min(updates *Array) *Array { return p.put("Min", graph.ScatterMinP, updates) }

// Max is the array with the elements replaced by larger updates; a NaN wins.
// Equal winners share the derivative.
func (p Places) Max(updates *Array) *Array { return p.put("Max", graph.ScatterMaxP, updates) }

// upTo is 0, 1, ..., n-1.
func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// withLast is the indices as tuples of one.
func withLast(i *graph.Node) *graph.Node { return graph.Reshape(i, append(slices.Clone(i.Shape), 1)) }

func placesByTuples(op string, a, indices *Array) Places {
	x, i := a.node(op), indices.node(op)
	shape := tuples(op, x, i)
	return Places{x: x, indices: i, in: upTo(len(x.Shape)), out: upTo(len(shape)), indexed: upTo(i.Shape[len(i.Shape)-1])}
}

func placesAlong(op string, a, indices *Array, axis int) Places {
	x, i := a.node(op), indices.node(op)
	needInt(op, i)
	axis = checkAxis(op, axis, x)
	in := upTo(len(x.Shape))
	in = append([]int{axis}, slices.Delete(in, axis, axis+1)...)
	// The indices' axes lie in front: move them to where the axis was.
	var out []int
	rest, n := len(x.Shape)-1, len(i.Shape)
	for j := range rest + n {
		switch {
		case j < axis:
			out = append(out, n+j)
		case j < axis+n:
			out = append(out, j-axis)
		default:
			out = append(out, j)
		}
	}
	return Places{x: x, indices: withLast(i), in: in, out: out, indexed: []int{axis}}
}

func placesInLines(op string, a, indices *Array, axis int) Places {
	x, i := a.node(op), indices.node(op)
	needInt(op, i)
	axis = checkAxis(op, axis, x)
	if len(i.Shape) != len(x.Shape) {
		graph.Fail(op, "indices of shape %v for an array of shape %v; both must have as many axes", i.Shape, x.Shape)
	}
	want := x.Shape.With(axis, i.Shape[axis])
	for j, d := range i.Shape {
		if d != 1 && d != want[j] {
			graph.Fail(op, "indices of shape %v do not stretch to %v, for an array of shape %v and axis %d", i.Shape, want, x.Shape, axis)
		}
	}
	return linesOf(x, broadcastTo(i, want), axis)
}

// linesOf moves the axis last, where all others are batch axes.
func linesOf(x, indices *graph.Node, axis int) Places {
	last := len(x.Shape) - 1
	in := append(slices.Delete(upTo(last+1), axis, axis+1), axis)
	return Places{
		x: x, indices: withLast(graph.Transpose(indices, in)), attrs: graph.GatherAttrs{Batch: last},
		in: in, out: graph.InversePerm(in), indexed: []int{axis},
	}
}

// shape is that of Get's result.
func (p Places) shape() graph.Shape {
	last := len(p.indices.Shape) - 1
	flat := slices.Clone(p.indices.Shape[:last])
	for _, ax := range p.in[p.attrs.Batch+len(p.indexed):] {
		flat = append(flat, p.x.Shape[ax])
	}
	shape := make(graph.Shape, len(flat))
	for i, ax := range p.out {
		shape[i] = flat[ax]
	}
	return shape
}

func (p Places) get(op string) *Array {
	if p.x == nil {
		graph.Fail(op, "the places are of no array; At, AtAxis and AtLines make some")
	}
	someToRead(op, p.x, p.indexed, p.shape().Size())
	a := p.attrs
	a.Clip = true
	return wrap(graph.Transpose(graph.Gather(graph.Transpose(p.x, p.in), p.indices, a), p.out))
}

// put combines updates with the elements.
func (p Places) put(op string, prim *graph.Prim, updates *Array) *Array {
	if p.x == nil {
		graph.Fail(op, "the places are of no array; At, AtAxis and AtLines make some")
	}
	if prim != graph.ScatterSetP {
		numeric(op, []*graph.Node{p.x})
	}
	if prim == graph.ScatterMinP || prim == graph.ScatterMaxP {
		needOrder(op, p.x)
	}
	u := updates.node(op)
	if u.Weak {
		u = graph.ScalarNode(p.x.DType, exact(op, p.x.DType, u.Exact()))
	}
	if u.DType != p.x.DType {
		graph.Fail(op, "the updates are %v for an array %v; convert one with AsType", u.Aval(), p.x.Aval())
	}
	shape := p.shape()
	ok := len(u.Shape) <= len(shape)
	for j := range u.Shape {
		ok = ok && (u.Shape[j] == 1 || u.Shape[j] == shape[len(shape)-len(u.Shape)+j])
	}
	if !ok {
		graph.Fail(op, "the updates have shape %v, which does not stretch to %v (indices %v into an array of shape %v)", u.Shape, shape, p.indices.Shape, p.x.Shape)
	}
	u = graph.Transpose(broadcastTo(u, shape), graph.InversePerm(p.out))
	y := graph.Apply(prim, p.attrs, graph.Transpose(p.x, p.in), p.indices, u)[0]
	return wrap(graph.Transpose(y, graph.InversePerm(p.in)))
}
