package fx

import (
	"math"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// Reductions take the axes that go; none means all, and negative axes count
// from the end. The Keep forms leave the axes in place with size 1.

// reduce applies a reduction; op is the operation that the user wrote.
func reduce(op string, p *graph.Prim, a *Array, axes []int) *Array {
	n := a.node(op)
	axes = checkAxes(op, axes, n)
	if len(axes) == 0 {
		return a
	}
	return wrap(graph.Apply(p, axes, n)[0])
}

// keep puts the reduced axes back with size 1.
func keep(op string, y, a *Array, axes []int) *Array {
	s := append(graph.Shape(nil), a.n.Shape...)
	for _, i := range checkAxes(op, axes, a.n) {
		s[i] = 1
	}
	return wrap(graph.Reshape(y.n, s))
}

// count is the number of elements along the axes.
func count(op string, a *Array, axes []int) int {
	n := 1
	for _, i := range checkAxes(op, axes, a.node(op)) {
		n *= a.n.Shape[i]
	}
	return n
}

// Sum adds up.
func (a *Array) Sum(axes ...int) *Array { return sum("Sum", a, axes) }

func sum(op string, a *Array, axes []int) *Array {
	n := numeric(op, []*graph.Node{a.node(op)})[0]
	if axes = checkAxes(op, axes, n); len(axes) == 0 {
		return a
	}
	return wrap(graph.ReduceSum(n, axes))
}

// SumKeep is Sum with the axes kept at size 1.
func (a *Array) SumKeep(axes ...int) *Array { return keep("SumKeep", sum("SumKeep", a, axes), a, axes) }

// Prod multiplies.
func (a *Array) Prod(axes ...int) *Array { return product("Prod", a, axes) }

func product(op string, a *Array, axes []int) *Array {
	n := numeric(op, []*graph.Node{a.node(op)})[0]
	return wrap(graph.ReduceProd(n, checkAxes(op, axes, n)))
}

// ProdKeep is Prod with the axes kept at size 1.
func (a *Array) ProdKeep(axes ...int) *Array {
	return keep("ProdKeep", product("ProdKeep", a, axes), a, axes)
}

// Mean is the arithmetic mean, of floats or complex numbers.
func (a *Array) Mean(axes ...int) *Array { return mean("Mean", a, axes) }

func mean(op string, a *Array, axes []int) *Array {
	needInexact(op, a.node(op))
	n := count(op, a, axes)
	if n == 0 {
		graph.Fail(op, "the mean of no elements: shape %v along axes %v", a.n.Shape, axes)
	}
	return sum(op, a, axes).MulScalar(1 / float64(n))
}

// MeanKeep is Mean with the axes kept at size 1.
func (a *Array) MeanKeep(axes ...int) *Array {
	return keep("MeanKeep", mean("MeanKeep", a, axes), a, axes)
}

// Var is the variance around the mean, divided by the number of elements: the
// mean of the squared absolute values of the deviations, which is real.
func (a *Array) Var(axes ...int) *Array { return variance("Var", a, axes) }

func variance(op string, a *Array, axes []int) *Array {
	centre := keep(op, mean(op, a, axes), a, axes)
	return mean(op, absSquare(a.Sub(centre)), axes)
}

// VarKeep is Var with the axes kept at size 1.
func (a *Array) VarKeep(axes ...int) *Array {
	return keep("VarKeep", variance("VarKeep", a, axes), a, axes)
}

// Std is the square root of Var.
func (a *Array) Std(axes ...int) *Array { return variance("Std", a, axes).Sqrt() }

// extremum is a largest or smallest element; there must be one.
func extremum(op string, p *graph.Prim, a *Array, axes []int) *Array {
	if a.node(op).DType == Bool {
		graph.Fail(op, "the array is bool; use Any or All")
	}
	needOrder(op, a.n)
	if count(op, a, axes) == 0 {
		graph.Fail(op, "no elements to choose from: shape %v along axes %v", a.n.Shape, axes)
	}
	return reduce(op, p, a, axes)
}

// Max is the largest element; a NaN wins. Equal winners share the derivative.
func (a *Array) Max(axes ...int) *Array { return extremum("Max", graph.ReduceMaxP, a, axes) }

// MaxKeep is Max with the axes kept at size 1.
func (a *Array) MaxKeep(axes ...int) *Array { return largest("MaxKeep", a, axes) }

// largest is the largest element, with the axes kept.
func largest(op string, a *Array, axes []int) *Array {
	return keep(op, extremum(op, graph.ReduceMaxP, a, axes), a, axes)
}

// Min is the smallest element; a NaN wins. Equal winners share the derivative.
func (a *Array) Min(axes ...int) *Array { return extremum("Min", graph.ReduceMinP, a, axes) }

// MinKeep is Min with the axes kept at size 1.
func (a *Array) MinKeep(axes ...int) *Array {
	return keep("MinKeep", extremum("MinKeep", graph.ReduceMinP, a, axes), a, axes)
}

// Any is true if an element of a bool array is.
func (a *Array) Any(axes ...int) *Array {
	needBool("Any", a.node("Any"))
	return reduce("Any", graph.ReduceMaxP, a, axes)
}

// All is true if every element of a bool array is.
func (a *Array) All(axes ...int) *Array {
	needBool("All", a.node("All"))
	return reduce("All", graph.ReduceMinP, a, axes)
}

func needBool(op string, n *graph.Node) {
	if n.DType != Bool {
		graph.Fail(op, "the array is %v; it must be bool", n.Aval())
	}
}

// ArgMax is the int32 index of the first largest element along an axis, which
// goes; a NaN counts as the largest.
func (a *Array) ArgMax(axis int) *Array { return argExtremum("ArgMax", graph.ArgMaxP, a, axis) }

// ArgMin is the int32 index of the first smallest element along an axis.
func (a *Array) ArgMin(axis int) *Array { return argExtremum("ArgMin", graph.ArgMinP, a, axis) }

func argExtremum(op string, p *graph.Prim, a *Array, axis int) *Array {
	n := a.node(op)
	needOrder(op, n)
	axis = checkAxis(op, axis, n)
	if d := n.Shape[axis]; d == 0 || d > math.MaxInt32 {
		graph.Fail(op, "axis %d of shape %v has no int32 index to give", axis, n.Shape)
	}
	return wrap(graph.Apply(p, axis, n)[0])
}

// LogSumExp is log(sum(exp(a))), computed without overflow.
func (a *Array) LogSumExp(axes ...int) *Array {
	needFloat("LogSumExp", a.node("LogSumExp"))
	hi := safeMax("LogSumExp", a, axes)
	y := a.Sub(hi).Exp().Sum(axes...).Log()
	return y.Add(wrap(graph.Reshape(hi.n, y.n.Shape)))
}

// safeMax is the largest element, or 0 where that is infinite, without a
// derivative: what it is subtracted from and added to again cancels it.
func safeMax(op string, a *Array, axes []int) *Array {
	hi := largest(op, a, axes).StopGradient()
	return Where(hi.IsFinite(), hi, ZerosLike(hi))
}

// Softmax is exp(a), scaled so that it adds up to 1 along the axis.
func (a *Array) Softmax(axis int) *Array {
	needFloat("Softmax", a.node("Softmax"))
	e := a.Sub(largest("Softmax", a, []int{axis}).StopGradient()).Exp()
	return e.Div(e.SumKeep(axis))
}

// LogSoftmax is the logarithm of Softmax.
func (a *Array) LogSoftmax(axis int) *Array {
	needFloat("LogSoftmax", a.node("LogSoftmax"))
	d := a.Sub(largest("LogSoftmax", a, []int{axis}).StopGradient())
	return d.Sub(d.Exp().SumKeep(axis).Log())
}

// Norm is the Euclidean norm of all elements along the axes, with derivative 0
// where it is 0.
func (a *Array) Norm(axes ...int) *Array {
	needInexact("Norm", a.node("Norm"))
	s := sum("Norm", absSquare(a), axes)
	zero := s.Equal(Const(0))
	return Where(zero, s, Where(zero, OnesLike(s), s).Sqrt())
}
