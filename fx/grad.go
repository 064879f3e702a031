package fx

import (
	"github.com/fluxion-go/fluxion/internal/graph"
)

// Differentiation. Every function here takes a function over trees and gives
// one over trees. Derivatives are with respect to the float and complex leaves
// of the argument; what the function captured from outside is a constant. The
// derivative for a leaf of another type is zeros of that type.
//
// A complex leaf counts as its two parts. The tangent of a holomorphic function
// is its derivative times the tangent; the cotangent is the derivative times the
// cotangent, not conjugated (JAX's convention). The gradient of a real loss L
// with respect to z = x+iy is hence dL/dx - i dL/dy, so that the loss changes by
// the real part of gradient times dz, and descends along the conjugate of the
// gradient.

// traced is a call of a function on aliases of its argument's leaves, and the
// tape of what it did.
type traced[X, Y any] struct {
	in   []*graph.Node
	out  Y
	tape *graph.Tape
}

// record calls f on aliases of x's leaves.
func record[X, Y any](op string, f func(X) Y, x X) traced[X, Y] {
	scope := &graph.Scope{Name: op}
	defer scope.End()
	in := nodes(op, Leaves(x))
	aliases := make([]*graph.Node, len(in))
	for i, n := range in {
		aliases[i] = graph.Alias(n, scope)
	}
	y := f(unflatten(x, wrapAll(aliases)))
	return traced[X, Y]{in: in, out: y, tape: graph.Record(aliases, nodes(op, Leaves(y)))}
}

// full replaces the derivatives that are zero by zeros.
func full(ds, like []*graph.Node) []*Array {
	out := make([]*Array, len(ds))
	for i, d := range ds {
		if d == nil {
			d = graph.Full(like[i].DType, 0, like[i].Shape)
		}
		out[i] = wrap(d)
	}
	return out
}

// scalarLoss checks that y can be a loss.
func scalarLoss(op string, y *Array) *graph.Node {
	n := y.node(op)
	if len(n.Shape) != 0 || !n.DType.IsFloat() {
		graph.Fail(op, "the function returns %v; it must return a float scalar (Sum or Mean makes one)", n.Aval())
	}
	return n
}

// Grad gives the gradient of a scalar function: a tree like its argument.
func Grad[P any](f func(P) *Array) func(P) P {
	return func(p P) P {
		_, g := valueAndGrad("Grad", f, p)
		return g
	}
}

// ValueAndGrad gives the function's value and its gradient.
func ValueAndGrad[P any](f func(P) *Array) func(P) (*Array, P) {
	return func(p P) (*Array, P) { return valueAndGrad("ValueAndGrad", f, p) }
}

func valueAndGrad[P any](op string, f func(P) *Array, p P) (*Array, P) {
	t := record(op, f, p)
	loss := scalarLoss(op, t.out)
	one := graph.ScalarNode(loss.DType, 1)
	return t.out, unflatten(p, full(t.tape.Pullback([]*graph.Node{one}), t.in))
}

// WithAux is a scalar loss together with whatever else the function found.
type WithAux[A any] struct {
	Loss *Array
	Aux  A
}

// ValueAndGradAux is ValueAndGrad of a function that returns more than its loss.
func ValueAndGradAux[P, A any](f func(P) (*Array, A)) func(P) (*Array, A, P) {
	return func(p P) (*Array, A, P) {
		var aux A
		loss, g := valueAndGrad("ValueAndGradAux", func(p P) *Array {
			l, a := f(p)
			aux = a
			return l
		}, p)
		return loss, aux, g
	}
}

// VJP gives f(x) and the function that maps a cotangent, a tree like f(x), to
// its product with f's Jacobian, a tree like x.
func VJP[X, Y any](f func(X) Y, x X) (Y, func(Y) X) {
	t := record("VJP", f, x)
	return t.out, func(ct Y) X {
		return unflatten(x, full(t.tape.Pullback(checked("VJP", "cotangent", ct, t.tape.Outs)), t.in))
	}
}

// checked lists a tangent's or cotangent's leaves, which must be like those of
// the value it belongs to.
func checked(op, what string, tree any, like []*graph.Node) []*graph.Node {
	ls := Leaves(tree)
	if len(ls) != len(like) {
		graph.Fail(op, "the %s has %d arrays where the value has %d", what, len(ls), len(like))
	}
	ns := nodes(op, ls)
	for i, n := range ns {
		if !n.Shape.Equal(like[i].Shape) || (n.DType != like[i].DType && like[i].DType.Differentiable()) {
			graph.Fail(op, "the %s %s is %v where the value is %v", what, name(Paths(tree)[i]), n.Aval(), like[i].Aval())
		}
		if !like[i].DType.Differentiable() {
			ns[i] = nil
		}
	}
	return ns
}

// JVP gives f(x) and the derivative of f at x along dx, a tree like x.
func JVP[X, Y any](f func(X) Y, x, dx X) (Y, Y) {
	t := record("JVP", f, x)
	d := t.tape.Pushforward(checked("JVP", "tangent", dx, t.in))
	return t.out, unflatten(t.out, full(d, t.tape.Outs))
}

// Linearize gives f(x) and f's derivative at x as a linear function, which
// does not run f again.
func Linearize[X, Y any](f func(X) Y, x X) (Y, func(X) Y) {
	t := record("Linearize", f, x)
	return t.out, func(dx X) Y {
		d := t.tape.Pushforward(checked("Linearize", "tangent", dx, t.in))
		return unflatten(t.out, full(d, t.tape.Outs))
	}
}

// HVP is the product of the Hessian of a scalar function at p with v, by
// forward differentiation of the gradient: it costs a few gradients and never
// forms the Hessian (Pearlmutter 1994).
func HVP[P any](f func(P) *Array, p, v P) P {
	_, hv := JVP(Grad(f), p, v)
	return hv
}

// JacRev is the Jacobian of a function from one array to one array, of shape
// [output axes..., input axes...], by one reverse pass for each output.
func JacRev(f func(*Array) *Array) func(*Array) *Array {
	return func(x *Array) *Array {
		t := record("JacRev", f, x)
		y, in := t.out.node("JacRev"), t.in[0]
		needFloat("JacRev", in)
		needFloat("JacRev", y)
		rows := basis(y)
		d := Vmap(func(ct *Array) *Array {
			return full(t.tape.Pullback([]*graph.Node{ct.n}), t.in)[0]
		})(rows)
		return wrap(graph.Reshape(d.n, append(append(graph.Shape(nil), y.Shape...), in.Shape...)))
	}
}

// JacFwd is the Jacobian like JacRev's, by one forward pass for each input.
func JacFwd(f func(*Array) *Array) func(*Array) *Array {
	return func(x *Array) *Array {
		t := record("JacFwd", f, x)
		y, in := t.out.node("JacFwd"), t.in[0]
		needFloat("JacFwd", in)
		needFloat("JacFwd", y)
		d := Vmap(func(dx *Array) *Array {
			return full(t.tape.Pushforward([]*graph.Node{dx.n}), t.tape.Outs)[0]
		})(basis(in))
		columns := graph.MoveAxis(d.n, 0, len(y.Shape))
		return wrap(graph.Reshape(columns, append(append(graph.Shape(nil), y.Shape...), in.Shape...)))
	}
}

// basis is every unit vector of n's space: shape [size, n's axes...].
func basis(n *graph.Node) *Array {
	size := n.Shape.Size()
	return wrap(graph.Reshape(Eye(n.DType, size).n, n.Shape.Prepend(size)))
}

// Hessian is the matrix of second derivatives of a scalar function of one
// array, of shape [axes..., axes...].
func Hessian(f func(*Array) *Array) func(*Array) *Array { return JacFwd(Grad(f)) }

// StopGradient is the tree itself, for which every derivative is zero.
func StopGradient[T any](t T) T { return Map((*Array).StopGradient, t) }
