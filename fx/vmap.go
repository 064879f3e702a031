package fx

import (
	"slices"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// VmapOption changes how Vmap finds the examples.
type VmapOption func(*vmapConfig)

type vmapConfig struct {
	in  map[string]int // by path prefix; none: axis 0
	out int
}

// NotMapped is the axis of an argument that all examples share.
const NotMapped = -1 << 30

// InAxis says along which axis the arrays at a path of the argument hold their
// examples: "" is every array, "W" the field W and all below it. NotMapped
// shares them among all examples. The longest path that fits wins.
func InAxis(path string, axis int) VmapOption {
	return func(c *vmapConfig) { c.in[path] = axis }
}

// OutAxis says along which axis the results hold their examples; 0 by default.
func OutAxis(axis int) VmapOption { return func(c *vmapConfig) { c.out = axis } }

// axisOf is the axis for the array at a path.
func (c *vmapConfig) axisOf(path string) int {
	best, axis := -1, 0
	for p, a := range c.in {
		if len(p) > best && under(path, p) {
			best, axis = len(p), a
		}
	}
	return axis
}

// under reports whether path is prefix or lies below it.
func under(path, prefix string) bool {
	if len(path) < len(prefix) || path[:len(prefix)] != prefix {
		return false
	}
	return prefix == "" || len(path) == len(prefix) || path[len(prefix)] == '.' || path[len(prefix)] == '['
}

// Vmap makes a function of one example a function of many: every array of the
// argument has a further axis (the leading one, unless InAxis says otherwise)
// along which the examples lie, and so has every array of the result.
func Vmap[X, Y any](f func(X) Y, opts ...VmapOption) func(X) Y {
	c := &vmapConfig{in: map[string]int{}}
	for _, o := range opts {
		o(c)
	}
	return func(x X) Y {
		paths, in := Paths(x), nodes("Vmap", Leaves(x))
		for p := range c.in {
			if !slices.ContainsFunc(paths, func(path string) bool { return under(path, p) }) {
				graph.Fail("Vmap", "InAxis names %q, and the argument has no such array", p)
			}
		}
		size, first := -1, ""
		mapped := make([]bool, len(in))
		scope := &graph.Scope{Name: "Vmap", Abstract: true}
		examples := make([]*graph.Node, len(in))
		for i, n := range in {
			axis := c.axisOf(paths[i])
			if axis == NotMapped {
				examples[i] = graph.Apply(graph.Identity, nil, n)[0]
				continue
			}
			if len(n.Shape) == 0 {
				graph.Fail("Vmap", "%s is a scalar %v: it has no axis of examples (share it with InAxis(%q, fx.NotMapped))", name(paths[i]), n.DType, paths[i])
			}
			axis = checkAxis("Vmap", axis, n)
			in[i] = graph.MoveAxis(n, axis, 0)
			if d := in[i].Shape[0]; size < 0 {
				size, first = d, paths[i]
			} else if d != size {
				graph.Fail("Vmap", "%s has %d examples where %s has %d", name(paths[i]), d, name(first), size)
			}
			mapped[i] = true
			examples[i] = graph.Placeholder(graph.Aval{Shape: in[i].Shape[1:], DType: n.DType}, scope)
		}
		if size < 0 {
			graph.Fail("Vmap", "no array of the argument is mapped")
		}
		y := f(unflatten(x, wrapAll(examples)))
		outs := nodes("Vmap", Leaves(y))
		tape := graph.Record(examples, outs)
		batched, flags := tape.Batch(size, in, mapped)
		for i, n := range batched {
			if !flags[i] {
				n = graph.AddAxis(n, size)
			}
			to := c.out
			if rank := len(n.Shape); to < -rank || to >= rank {
				graph.Fail("Vmap", "OutAxis %d for a result of shape %v", to, n.Shape)
			} else if to < 0 {
				to += rank
			}
			batched[i] = graph.MoveAxis(n, 0, to)
		}
		return unflatten(y, wrapAll(batched))
	}
}
