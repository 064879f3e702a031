package fx

import (
	"slices"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// Tile lays copies of the array side by side: reps[i] along axis i. As in
// numpy, the shorter of shape and reps is filled up with ones at its front.
func (a *Array) Tile(reps ...int) *Array {
	n := a.node("Tile")
	for _, r := range reps {
		if r < 0 {
			graph.Fail("Tile", "%v copies: they must not be negative", reps)
		}
	}
	shape := slices.Clone(n.Shape)
	for len(shape) < len(reps) {
		shape = shape.Prepend(1)
	}
	for len(reps) < len(shape) {
		reps = append([]int{1}, reps...)
	}
	var wide, flat graph.Shape // [reps[0], shape[0], reps[1], ...], and merged
	var axes []int
	for i, d := range shape {
		wide, flat = append(wide, reps[i], d), append(flat, reps[i]*d)
		axes = append(axes, 2*i+1)
	}
	checkShape("Tile", flat)
	return wrap(graph.Reshape(graph.Broadcast(graph.Reshape(n, shape), wide, axes), flat))
}

// Repeat repeats every element n times along an axis.
func (a *Array) Repeat(n, axis int) *Array {
	x := a.node("Repeat")
	axis = checkAxis("Repeat", axis, x)
	if n < 0 {
		graph.Fail("Repeat", "%d times: it must not be negative", n)
	}
	wide := slices.Insert(slices.Clone(x.Shape), axis+1, n)
	checkShape("Repeat", wide)
	axes := make([]int, len(x.Shape))
	for i := range axes {
		axes[i] = i
		if i > axis {
			axes[i]++
		}
	}
	y := graph.Apply(graph.BroadcastP, graph.BroadcastAttrs{Shape: wide, Axes: axes}, x)[0]
	return wrap(graph.Reshape(y, x.Shape.With(axis, n*x.Shape[axis])))
}

// Roll shifts elements along an axis; those that leave at one end come in at
// the other.
func (a *Array) Roll(shift, axis int) *Array {
	n := a.node("Roll")
	axis = checkAxis("Roll", axis, n)
	d := n.Shape[axis]
	if d == 0 {
		return a
	}
	at := ((-shift)%d + d) % d
	if at == 0 {
		return a
	}
	return wrap(graph.Concatenate(axis, graph.SliceAxis(n, axis, at, d), graph.SliceAxis(n, axis, 0, at)))
}

// Meshgrid gives the coordinates of a grid: for vectors of sizes n, m, ..., as
// many arrays of shape [n, m, ...], the i-th of which varies along axis i
// (numpy's indexing="ij").
func Meshgrid(vectors ...*Array) []*Array {
	ns := nodes("Meshgrid", vectors)
	shape := make(graph.Shape, len(ns))
	for i, n := range ns {
		if len(n.Shape) != 1 {
			graph.Fail("Meshgrid", "operand %d has shape %v; it must be a vector", i, n.Shape)
		}
		shape[i] = n.Shape[0]
	}
	checkShape("Meshgrid", shape)
	for i, n := range ns {
		ns[i] = graph.Broadcast(n, shape, []int{i})
	}
	return wrapAll(ns)
}
