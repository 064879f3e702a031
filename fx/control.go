package fx

import (
	"fmt"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// Control flow that transformations see through. A body is traced once, on
// placeholders; arrays that it captures from outside may be differentiated.

// callTree makes a function over nodes of a function over trees, and keeps the
// last result's structure.
func callTree[X, Y any](op string, x X, f func(X) Y, y *Y) func([]*graph.Node) []*graph.Node {
	return func(ns []*graph.Node) []*graph.Node {
		*y = f(unflatten(x, wrapAll(ns)))
		return nodes(op, Leaves(*y))
	}
}

// ScanOption changes how Scan runs.
type ScanOption func(*scanConfig)

type scanConfig struct {
	reverse bool
	length  int
}

// Reversed makes Scan go from the last element to the first.
func Reversed() ScanOption { return func(c *scanConfig) { c.reverse = true } }

// Length sets the number of steps of a Scan without inputs.
func Length(n int) ScanOption { return func(c *scanConfig) { c.length = n } }

// Scan runs f over the leading axis of every array of xs, handing the carry
// from step to step. It returns the last carry and the second results, stacked
// along a new leading axis. The carry keeps its structure, shapes and dtypes.
func Scan[C, X, Y any](f func(C, X) (C, Y), init C, xs X, opts ...ScanOption) (C, Y) {
	cfg := scanConfig{length: -1}
	for _, o := range opts {
		o(&cfg)
	}
	c0, in := nodes("Scan", Leaves(init)), nodes("Scan", Leaves(xs))
	length := cfg.length
	for i, n := range in {
		if len(n.Shape) == 0 {
			graph.Fail("Scan", "input %s is a scalar: it has no leading axis to scan over", name(Paths(xs)[i]))
		}
		if length >= 0 && n.Shape[0] != length {
			graph.Fail("Scan", "input %s has %d steps where %d are expected", name(Paths(xs)[i]), n.Shape[0], length)
		}
		length = n.Shape[0]
	}
	if length < 0 {
		graph.Fail("Scan", "there is no input to scan over; give the number of steps with fx.Length")
	}
	var c1 C
	var y Y
	outs := graph.Scan("Scan", c0, in, length, cfg.reverse, func(cs, xn []*graph.Node) (next, ys []*graph.Node) {
		c1, y = f(unflatten(init, wrapAll(cs)), unflatten(xs, wrapAll(xn)))
		sameCarry("Scan", init, c1)
		return nodes("Scan", Leaves(c1)), nodes("Scan", Leaves(y))
	})
	return unflatten(c1, wrapAll(outs[:len(c0)])), unflatten(y, wrapAll(outs[len(c0):]))
}

// sameCarry checks that a loop's body returns what it was given.
func sameCarry(op string, before, after any) {
	a, b := Paths(before), Paths(after)
	la, lb := Leaves(before), Leaves(after)
	for i := range a {
		if len(a) != len(b) || a[i] != b[i] {
			graph.Fail(op, "the carry changes its structure: %s", difference(a, b))
		}
		if x, y := la[i].node(op), lb[i].node(op); !x.Shape.Equal(y.Shape) || x.DType != y.DType {
			graph.Fail(op, "the carry changes: %s is %v before a step and %v after it", name(a[i]), x.Aval(), y.Aval())
		}
	}
	if len(a) != len(b) {
		graph.Fail(op, "the carry changes its structure: %s", difference(a, b))
	}
}

// While runs body as long as test holds. Its derivative is by JVP only,
// because the number of steps is not known beforehand.
func While[C any](test func(C) *Array, body func(C) C, init C) C {
	c1 := init
	outs := graph.While("While", nodes("While", Leaves(init)),
		func(ns []*graph.Node) *graph.Node {
			t := test(unflatten(init, wrapAll(ns))).node("While")
			if t.DType != Bool || len(t.Shape) != 0 {
				graph.Fail("While", "the test returns %v; it must return a bool scalar", t.Aval())
			}
			return t
		},
		func(ns []*graph.Node) []*graph.Node {
			c1 = body(unflatten(init, wrapAll(ns)))
			sameCarry("While", init, c1)
			return nodes("While", Leaves(c1))
		})
	return unflatten(c1, wrapAll(outs))
}

// Cond is then(x) if pred, a bool scalar, is true, else otherwise(x). Only the
// branch taken is computed, unless Vmap gives each example its own pred.
func Cond[X, Y any](pred *Array, then, otherwise func(X) Y, x X) Y {
	p := pred.node("Cond")
	if p.DType != Bool || len(p.Shape) != 0 {
		graph.Fail("Cond", "the condition is %v; it must be a bool scalar", p.Aval())
	}
	var y, z Y
	check := func(ns []*graph.Node) []*graph.Node {
		outs := callTree("Cond", x, otherwise, &z)(ns)
		ya, za := Leaves(y), Leaves(z)
		if len(ya) != len(za) {
			graph.Fail("Cond", "the branches return different trees: %s", difference(Paths(y), Paths(z)))
		}
		for i := range ya {
			if a, b := ya[i].n, za[i].n; !a.Shape.Equal(b.Shape) || a.DType != b.DType {
				graph.Fail("Cond", "the branches return %v and %v for %s", a.Aval(), b.Aval(), name(Paths(y)[i]))
			}
		}
		return outs
	}
	outs := graph.Cond("Cond", p, nodes("Cond", Leaves(x)), callTree("Cond", x, then, &y), check)
	return unflatten(y, wrapAll(outs))
}

// Checkpoint is f, except that a reverse pass computes what it needs of f
// again instead of keeping it (Chen et al. 2016): memory for time.
func Checkpoint[X, Y any](f func(X) Y) func(X) Y {
	return func(x X) Y {
		in := nodes("Checkpoint", Leaves(x))
		var y Y
		fn, captured := graph.Trace("Checkpoint", graph.Avals(in), callTree("Checkpoint", x, f, &y))
		outs := graph.Apply(graph.CheckpointP, graph.CallAttrs{Body: fn, N: len(in)}, append(in, captured...)...)
		return unflatten(y, wrapAll(outs))
	}
}

// CustomJVP is f with a derivative of the caller's own: rule maps x and a
// tangent dx to the tangent of f(x), in which it must be linear. Reverse mode
// transposes it. Arrays that f captures have no derivative.
func CustomJVP[X, Y any](f func(X) Y, rule func(x, dx X) Y) func(X) Y {
	return func(x X) Y {
		in := nodes("CustomJVP", Leaves(x))
		var y Y
		fn, captured := graph.Trace("CustomJVP", graph.Avals(in), callTree("CustomJVP", x, f, &y))
		tangent := func(p, t []*graph.Node) []*graph.Node {
			dy := rule(unflatten(x, wrapAll(p)), unflatten(x, wrapAll(t)))
			return likeResults("CustomJVP", "tangent", dy, fn.Outs)
		}
		a := graph.CallAttrs{Body: fn, N: len(in), Tangent: tangent}
		return unflatten(y, wrapAll(graph.Apply(graph.CustomJVPP, a, append(in, captured...)...)))
	}
}

// CustomVJP is f with a derivative of the caller's own: fwd gives f(x) and
// what bwd needs (residuals), and bwd maps residuals and a cotangent of f(x)
// to a cotangent of x, in which it must be linear. Forward mode transposes it.
// Arrays that f captures have no derivative.
func CustomVJP[X, Y, R any](f func(X) Y, fwd func(X) (Y, R), bwd func(R, Y) X) func(X) Y {
	return func(x X) Y {
		in := nodes("CustomVJP", Leaves(x))
		var y Y
		fn, captured := graph.Trace("CustomVJP", graph.Avals(in), callTree("CustomVJP", x, f, &y))
		// The residuals' structure is known once fwd has run on placeholders.
		var res R
		graph.Trace("CustomVJP", graph.Avals(in), func(ns []*graph.Node) []*graph.Node {
			_, res = fwd(unflatten(x, wrapAll(ns)))
			return nil
		})
		a := graph.CallAttrs{Body: fn, N: len(in)}
		a.Fwd = func(p []*graph.Node) []*graph.Node {
			_, r := fwd(unflatten(x, wrapAll(p)))
			return nodes("CustomVJP", Leaves(r))
		}
		a.Bwd = func(r, ct []*graph.Node) []*graph.Node {
			dx := bwd(unflatten(res, wrapAll(r)), unflatten(y, wrapAll(ct)))
			return likeResults("CustomVJP", "cotangent", dx, in)
		}
		return unflatten(y, wrapAll(graph.Apply(graph.CustomVJPP, a, append(in, captured...)...)))
	}
}

// likeResults lists the leaves of what a rule returned, which must be like the
// value that it is a derivative of.
func likeResults(op, what string, tree any, like []*graph.Node) []*graph.Node {
	return checked(op, fmt.Sprintf("%s that the rule returns", what), tree, like)
}
