// Package fx offers arrays and function transformations: gradients, Jacobian
// and Hessian products, vectorisation, compilation, control flow.
//
// An Array is lazy and immutable: an operation only adds to a graph, and the
// value is computed when somebody looks. A mistake in the calling program (a
// shape, dtype, axis or tree that does not fit) panics with an *Error that
// names the operation, the shapes and the source line.
package fx

import (
	"fmt"
	"math"
	"strings"

	"github.com/fluxion-go/fluxion/internal/cpu"
	"github.com/fluxion-go/fluxion/internal/graph"
)

// Array is a handle to a value: a shape, an element type, and elements that
// are computed when they are needed. Arrays are safe for concurrent use.
type Array struct{ n *graph.Node }

// Error is the value of every panic that a mistake in the calling program
// raises.
type Error = graph.Error

// Fail panics with an *Error for an operation of a package that is built on
// this one, at the first source line outside the library. op names the
// operation as the caller wrote it, such as "nn.NewLinear".
func Fail(op, format string, args ...any) { graph.Fail(op, format, args...) }

// DType is the type of an array's elements.
type DType = graph.DType

// Elem is a Go type that an array's elements can have.
type Elem = graph.Elem

// The element types. Floats and complex numbers are differentiable.
const (
	Bool       = graph.Bool
	Uint8      = graph.Uint8
	Uint32     = graph.Uint32
	Int32      = graph.Int32
	Int64      = graph.Int64
	Float32    = graph.Float32
	Float64    = graph.Float64
	Complex64  = graph.Complex64
	Complex128 = graph.Complex128
)

func wrap(n *graph.Node) *Array { return &Array{n} }

func wrapAll(nodes []*graph.Node) []*Array {
	out := make([]*Array, len(nodes))
	for i, n := range nodes {
		out[i] = wrap(n)
	}
	return out
}

// node is the array's node; a nil array is the caller's mistake.
func (a *Array) node(op string) *graph.Node {
	if a == nil || a.n == nil {
		graph.Fail(op, "the array is nil")
	}
	present(op, a.n)
	return a.n
}

func nodes(op string, arrays []*Array) []*graph.Node {
	out := make([]*graph.Node, len(arrays))
	for i, a := range arrays {
		out[i] = a.node(op)
	}
	return out
}

// New makes an array of the given shape from values in row-major order, which
// are copied. Without a shape it is a vector.
func New[T Elem](values []T, shape ...int) *Array {
	if len(shape) == 0 {
		shape = []int{len(values)}
	}
	checkShape("New", shape)
	if n := graph.Shape(shape).Size(); n != len(values) {
		graph.Fail("New", "%d values for shape %v, which has %d elements", len(values), shape, n)
	}
	return wrap(graph.Constant(graph.BufferOf(values), append(graph.Shape(nil), shape...)))
}

// Scalar makes a rank-0 array.
func Scalar[T Elem](v T) *Array { return wrap(graph.Constant(graph.BufferOf([]T{v}), nil)) }

// Const makes a rank-0 constant that takes the other operand's dtype where it
// meets one, and is float32 elsewhere.
func Const(v float64) *Array {
	return wrap(graph.WeakConstant(graph.Float32, v))
}

// Zeros makes an array of zeros.
func Zeros(d DType, shape ...int) *Array { return filled("Zeros", d, 0, shape) }

// Ones makes an array of ones.
func Ones(d DType, shape ...int) *Array { return filled("Ones", d, 1, shape) }

// Full makes an array whose every element is v.
func Full(d DType, v float64, shape ...int) *Array { return filled("Full", d, v, shape) }

func filled(op string, d DType, v float64, shape []int) *Array {
	checkShape(op, shape)
	return wrap(graph.Full(d, exact(op, d, v), append(graph.Shape(nil), shape...)))
}

// ZerosLike, OnesLike and FullLike take shape and dtype from a.
func ZerosLike(a *Array) *Array { return FullLike(a, 0) }

// OnesLike makes an array of ones with a's shape and dtype.
func OnesLike(a *Array) *Array { return FullLike(a, 1) }

// FullLike makes an array of v with a's shape and dtype.
func FullLike(a *Array, v float64) *Array {
	n := a.node("FullLike")
	return wrap(graph.Full(n.DType, exact("FullLike", n.DType, v), n.Shape))
}

// Arange is 0, 1, ..., n-1.
func Arange(d DType, n int) *Array {
	checkShape("Arange", []int{n})
	return wrap(graph.Iota(d, graph.Shape{n}, 0))
}

// Linspace is n evenly spaced values from lo to hi, both included.
func Linspace(d DType, lo, hi float64, n int) *Array {
	if n < 2 || !d.IsFloat() {
		graph.Fail("Linspace", "%d values of type %v; it takes at least 2 of a float type", n, d)
	}
	v := make([]float64, n)
	for i := range v {
		f := float64(i) / float64(n-1)
		v[i] = float64(lo*(1-f)) + float64(hi*f)
	}
	return New(v).AsType(d)
}

// Eye is the n by n identity matrix.
func Eye(d DType, n int) *Array {
	checkShape("Eye", []int{n})
	s := graph.Shape{n, n}
	eq := graph.Apply(graph.EqP, nil, graph.Iota(Int32, s, 0), graph.Iota(Int32, s, 1))[0]
	return wrap(graph.Convert(eq, d))
}

func checkShape(op string, shape []int) {
	n := 1
	for _, d := range shape {
		if d < 0 {
			graph.Fail(op, "shape %v has a negative axis", shape)
		}
		if d > 0 && n > math.MaxInt/8/d {
			graph.Fail(op, "shape %v is too large", shape)
		}
		n *= max(1, d)
	}
}

// exact is v if elements of type d can hold it.
func exact(op string, d DType, v float64) float64 {
	ok := true
	switch d {
	case Bool:
		ok = v == 0 || v == 1
	case Uint8:
		ok = v == math.Trunc(v) && v >= 0 && v <= math.MaxUint8
	case Uint32:
		ok = v == math.Trunc(v) && v >= 0 && v <= math.MaxUint32
	case Int32:
		ok = v == math.Trunc(v) && v >= math.MinInt32 && v <= math.MaxInt32
	case Int64:
		ok = v == math.Trunc(v) && math.Abs(v) <= 1<<53
	}
	if !ok {
		graph.Fail(op, "%v is not a value of type %v", v, d)
	}
	return v
}

// Shape is the extent of each axis.
func (a *Array) Shape() []int { return append([]int{}, a.node("Shape").Shape...) }

// NDim is the number of axes.
func (a *Array) NDim() int { return len(a.node("NDim").Shape) }

// Dim is the extent of one axis; negative axes count from the end.
func (a *Array) Dim(axis int) int {
	n := a.node("Dim")
	return n.Shape[checkAxis("Dim", axis, n)]
}

// Size is the number of elements.
func (a *Array) Size() int { return a.node("Size").Shape.Size() }

// DType is the type of the elements.
func (a *Array) DType() DType { return a.node("DType").DType }

// AsType converts the elements: floats to integers truncate toward zero and
// saturate (NaN becomes 0), integers wrap around, anything but 0 becomes true.
// Complex numbers become complex ones only: Real, Imag and Abs make real ones.
func (a *Array) AsType(d DType) *Array {
	n := a.node("AsType")
	if !d.Valid() {
		graph.Fail("AsType", "%v is no element type", d)
	}
	if n.DType.IsComplex() && !d.IsComplex() {
		graph.Fail("AsType", "the array is %v, of which %v would drop the imaginary part; take Real, Imag or Abs", n.Aval(), d)
	}
	if n.Weak { // a constant is rounded once, to the type it ends up with
		return wrap(graph.ScalarNode(d, exact("AsType", d, n.Exact())))
	}
	return wrap(graph.Convert(n, d))
}

// Eval computes the values of every array in the given trees, together.
func Eval(trees ...any) {
	var all []*graph.Node
	for _, t := range trees {
		all = append(all, nodes("Eval", Leaves(t))...)
	}
	evaluate("Eval", all)
}

func evaluate(op string, nodes []*graph.Node) {
	if bad := engine().Evaluate(nodes); bad != nil {
		s := bad.Abstract()
		graph.Fail(op, "the value of a %v is looked at inside %s, where it is not known yet; compute with it, or use Cond, While or Where to decide by it", bad.Aval(), s.Name)
	}
	for _, n := range nodes {
		present(op, n)
	}
}

// present fails if a node's value was given away.
func present(op string, n *graph.Node) {
	if n.Gone() {
		graph.Fail(op, "the array %v was deleted, or donated to a compiled function, and has no value any more", n.Aval())
	}
}

// engine runs everything; a wrong environment variable is reported at first use.
func engine() *cpu.Engine {
	e, err := cpu.Default()
	if err != nil {
		panic(&Error{Op: "engine", Msg: err.Error()})
	}
	return e
}

// value is a's computed elements.
func (a *Array) value(op string) *graph.Buffer {
	n := a.node(op)
	if n.Value() == nil {
		evaluate(op, []*graph.Node{n})
	}
	return n.Value()
}

func elements[T Elem](a *Array, op string, d DType) []T {
	if a.node(op).DType != d {
		graph.Fail(op, "the array is %v; convert it with AsType(fx.%s)", a.n.Aval(), strings.ToUpper(d.String()[:1])+d.String()[1:])
	}
	return append([]T{}, graph.View[T](a.value(op))...)
}

// Float32s is a copy of the elements, in row-major order, of a float32 array.
func (a *Array) Float32s() []float32 { return elements[float32](a, "Float32s", Float32) }

// Int32s is a copy of the elements of an int32 array.
func (a *Array) Int32s() []int32 { return elements[int32](a, "Int32s", Int32) }

// Int64s is a copy of the elements of an int64 array.
func (a *Array) Int64s() []int64 { return elements[int64](a, "Int64s", Int64) }

// Uint32s is a copy of the elements of a uint32 array.
func (a *Array) Uint32s() []uint32 { return elements[uint32](a, "Uint32s", Uint32) }

// Uint8s is a copy of the elements of a uint8 array.
func (a *Array) Uint8s() []uint8 { return elements[uint8](a, "Uint8s", Uint8) }

// Bools is a copy of the elements of a bool array.
func (a *Array) Bools() []bool { return elements[bool](a, "Bools", Bool) }

// Complex64s is a copy of the elements of a complex64 array.
func (a *Array) Complex64s() []complex64 { return elements[complex64](a, "Complex64s", Complex64) }

// Complex128s is a copy of the elements of any array, converted to complex128.
func (a *Array) Complex128s() []complex128 { return a.complex128s("Complex128s") }

// Float64s is a copy of the elements of any array but a complex one, converted
// to float64.
func (a *Array) Float64s() []float64 { return a.float64s("Float64s") }

func (a *Array) complex128s(op string) []complex128 {
	b := a.value(op)
	out := make([]complex128, b.Len)
	switch b.DType {
	case Complex64:
		for i, v := range graph.View[complex64](b) {
			out[i] = complex128(v)
		}
	case Complex128:
		copy(out, graph.View[complex128](b))
	default:
		for i, v := range a.float64s(op) {
			out[i] = complex(v, 0)
		}
	}
	return out
}

func (a *Array) float64s(op string) []float64 {
	needReal(op, a.node(op))
	b := a.value(op)
	out := make([]float64, b.Len)
	switch b.DType {
	case Bool, Uint8:
		convert(out, graph.View[uint8](b))
	case Uint32:
		convert(out, graph.View[uint32](b))
	case Int32:
		convert(out, graph.View[int32](b))
	case Int64:
		convert(out, graph.View[int64](b))
	case Float32:
		convert(out, graph.View[float32](b))
	default:
		copy(out, graph.View[float64](b))
	}
	return out
}

func convert[T uint8 | uint32 | int32 | int64 | float32](dst []float64, src []T) {
	for i, v := range src {
		dst[i] = float64(v)
	}
}

// Item is the one element of an array of size 1, as a float64.
func (a *Array) Item() float64 {
	if n := a.node("Item"); n.Shape.Size() != 1 {
		graph.Fail("Item", "the array is %v; it must have one element", n.Aval())
	}
	return a.float64s("Item")[0]
}

// ItemComplex is the one element of an array of size 1, as a complex128.
func (a *Array) ItemComplex() complex128 {
	if n := a.node("ItemComplex"); n.Shape.Size() != 1 {
		graph.Fail("ItemComplex", "the array is %v; it must have one element", n.Aval())
	}
	return a.complex128s("ItemComplex")[0]
}

// String shows dtype, shape and, for small arrays whose value is known or can
// be computed, the elements.
func (a *Array) String() string {
	if a == nil || a.n == nil {
		return "<nil>"
	}
	if (a.n.Value() == nil && a.n.Abstract() != nil) || a.Size() > 1000 {
		return a.n.Aval().String()
	}
	if a.n.DType.IsComplex() {
		return fmt.Sprintf("%v%s", a.n.Aval(), format(a.Complex128s(), a.n.Shape))
	}
	return fmt.Sprintf("%v%s", a.n.Aval(), format(a.Float64s(), a.n.Shape))
}

func format[T float64 | complex128](v []T, shape graph.Shape) string {
	if len(shape) == 0 {
		return "(" + strings.Trim(fmt.Sprintf("%.6g", v[0]), "()") + ")"
	}
	var b strings.Builder
	b.WriteByte('[')
	for i := range shape[0] {
		if i > 0 {
			b.WriteByte(' ')
		}
		if len(shape) == 1 {
			fmt.Fprintf(&b, "%.6g", v[i])
		} else {
			size := shape[1:].Size()
			b.WriteString(format(v[i*size:(i+1)*size], shape[1:]))
		}
	}
	b.WriteByte(']')
	return b.String()
}
