package onnx

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// direct are the primitives that are one operator.
var direct = map[string]string{
	"add": "Add", "sub": "Sub", "mul": "Mul", "div": "Div", "neg": "Neg", "pow": "Pow", "max": "Max", "min": "Min",
	"abs": "Abs", "sign": "Sign", "floor": "Floor", "ceil": "Ceil", "round": "Round", "sqrt": "Sqrt", "exp": "Exp", "log": "Log",
	"sin": "Sin", "cos": "Cos", "tan": "Tan", "asin": "Asin", "acos": "Acos", "atan": "Atan", "sinh": "Sinh", "cosh": "Cosh", "tanh": "Tanh",
	"asinh": "Asinh", "acosh": "Acosh", "atanh": "Atanh", "logistic": "Sigmoid", "erf": "Erf",
	"eq": "Equal", "lt": "Less", "le": "LessOrEqual", "gt": "Greater", "ge": "GreaterOrEqual", "select": "Where",
}

// logical are those of direct kind on truth values only.
var logical = map[string]string{"and": "And", "or": "Or", "xor": "Xor", "not": "Not"}

// lowerings are the other primitives. Each gives the name of its one result.
var lowerings map[string]func(*exporter, fx.Step) string

func init() {
	lowerings = map[string]func(*exporter, fx.Step) string{
		"rsqrt": func(e *exporter, s fx.Step) string {
			return e.apply("Reciprocal", []string{e.apply("Sqrt", e.operands(s))})
		},
		"expm1": func(e *exporter, s fx.Step) string {
			return e.apply("Sub", []string{e.apply("Exp", e.operands(s)), e.scalar(s, 1)})
		},
		"log1p": func(e *exporter, s fx.Step) string {
			return e.apply("Log", []string{e.apply("Add", []string{e.name(s.In[0]), e.scalar(s, 1)})})
		},
		"erfc": func(e *exporter, s fx.Step) string {
			return e.apply("Sub", []string{e.scalar(s, 1), e.apply("Erf", e.operands(s))})
		},
		"rem": func(e *exporter, s fx.Step) string { return e.apply("Mod", e.operands(s), intAttr("fmod", 1)) },
		"ne":  func(e *exporter, s fx.Step) string { return e.apply("Not", []string{e.apply("Equal", e.operands(s))}) },
		"is_finite": func(e *exporter, s fx.Step) string {
			nan, inf := e.apply("IsNaN", e.operands(s)), e.apply("IsInf", e.operands(s))
			return e.apply("Not", []string{e.apply("Or", []string{nan, inf})})
		},
		"convert": func(e *exporter, s fx.Step) string { return e.cast(e.name(s.In[0]), s.Out[0].DType) },
		"reduce_sum": func(e *exporter, s fx.Step) string {
			return e.apply("ReduceSum", []string{e.name(s.In[0]), e.ints(list(s, "axes")...)}, intAttr("keepdims", 0))
		},
		"reduce_max": reduceBy("ReduceMax"), "reduce_min": reduceBy("ReduceMin"),
		"argmax": argBy("ArgMax"), "argmin": argBy("ArgMin"),
		"cumsum": func(e *exporter, s fx.Step) string {
			axis := e.value(fx.Scalar(int64(s.Attrs["axis"].(int))))
			return e.apply("CumSum", []string{e.name(s.In[0]), axis}, intAttr("reverse", truth(s, "reverse")))
		},
		"argsort": func(e *exporter, s fx.Step) string {
			a := s.Attrs
			indices := e.temporary("TopK")
			e.emit("TopK", []string{e.name(s.In[0]), e.ints(a["k"].(int))}, []string{e.temporary("TopK"), indices},
				intAttr("axis", int64(a["axis"].(int))), intAttr("largest", truth(s, "descending")))
			return e.cast(indices, fx.Int32)
		},
		"reshape": func(e *exporter, s fx.Step) string { return e.reshape(e.name(s.In[0]), e.dimsOf(s.Out[0])) },
		"transpose": func(e *exporter, s fx.Step) string {
			return e.transpose(e.name(s.In[0]), list(s, "axes"))
		},
		"broadcast": (*exporter).broadcast, "slice": (*exporter).slice, "pad": (*exporter).pad,
		"reverse": func(e *exporter, s fx.Step) string { return e.reverse(e.name(s.In[0]), list(s, "axes")) },
		"concatenate": func(e *exporter, s fx.Step) string {
			return e.apply("Concat", e.operands(s), intAttr("axis", int64(s.Attrs["axis"].(int))))
		},
		"iota": (*exporter).iota, "dot": (*exporter).dot, "conv": (*exporter).conv,
		"window_max": (*exporter).windowMax, "window_sum": (*exporter).windowSum,
		"gather": (*exporter).gather,
	}
}

// step lowers one primitive.
func (e *exporter) step(s fx.Step) {
	for _, v := range append(s.In[:len(s.In):len(s.In)], s.Out...) {
		if elementTypes[v.DType] == 0 {
			e.fail(s, "elements of type %v have no counterpart", v.DType)
		}
	}
	switch {
	case s.Op == "scan":
		e.scan(s)
		return
	case s.Op == "cond":
		e.emit("If", e.operands(s)[:1], e.results(s), graphAttr("then_branch", e.branch(s, "then")), graphAttr("else_branch", e.branch(s, "else")))
		return
	case direct[s.Op] != "":
		e.emit(direct[s.Op], e.operands(s), e.results(s))
		return
	case logical[s.Op] != "":
		if s.In[0].DType != fx.Bool {
			e.fail(s, "bits of %v have no counterpart in operator set %d", s.In[0].DType, opset)
		}
		e.emit(logical[s.Op], e.operands(s), e.results(s))
		return
	}
	lower := lowerings[s.Op]
	if lower == nil {
		e.fail(s, "the primitive has no counterpart in ONNX")
	}
	e.names[s.Out[0].ID] = lower(e, s)
}

// fail reports what cannot be written, with the types of the operands.
func (e *exporter) fail(s fx.Step, format string, args ...any) {
	types := ""
	for i, v := range s.In {
		if i > 0 {
			types += ", "
		}
		types += fmt.Sprintf("%v%v", v.DType, v.Shape)
	}
	panic(&Error{s.Op + "(" + types + ")", fmt.Sprintf(format, args...)})
}

func list(s fx.Step, name string) []int { return s.Attrs[name].([]int) }

func truth(s fx.Step, name string) int64 {
	if s.Attrs[name].(bool) {
		return 1
	}
	return 0
}

func (e *exporter) operands(s fx.Step) []string {
	names := make([]string, len(s.In))
	for i, v := range s.In {
		names[i] = e.name(v)
	}
	return names
}

func (e *exporter) results(s fx.Step) []string {
	names := make([]string, len(s.Out))
	for i, v := range s.Out {
		names[i] = e.name(v)
	}
	return names
}

// scalar is a rank-0 constant of the first operand's type.
func (e *exporter) scalar(s fx.Step, v float64) string { return e.value(fx.Full(s.In[0].DType, v)) }

func (e *exporter) cast(x string, d fx.DType) string {
	return e.apply("Cast", []string{x}, intAttr("to", elementTypes[d]))
}

func (e *exporter) transpose(x string, perm []int) string {
	return e.apply("Transpose", []string{x}, intsAttr("perm", perm))
}

func reduceBy(op string) func(*exporter, fx.Step) string {
	return func(e *exporter, s fx.Step) string {
		return e.apply(op, e.operands(s), intsAttr("axes", list(s, "axes")), intAttr("keepdims", 0))
	}
}

func argBy(op string) func(*exporter, fx.Step) string {
	return func(e *exporter, s fx.Step) string {
		return e.cast(e.apply(op, e.operands(s), intAttr("axis", int64(s.Attrs["axis"].(int))), intAttr("keepdims", 0)), fx.Int32)
	}
}

// broadcast gives the operand axes of size 1 for those that it lacks, and
// expands it.
func (e *exporter) broadcast(s fx.Step) string {
	x, y := s.In[0], s.Out[0]
	axes := list(s, "axes")
	between := make([]dim, len(y.Shape))
	for i := range between {
		between[i] = dim{1, 0}
	}
	same := e.dimsOf(x)
	for i, a := range axes {
		between[a] = same[i]
	}
	name := e.name(x)
	if len(x.Shape) != len(y.Shape) && len(x.Shape) > 0 {
		name = e.reshape(name, between)
	}
	return e.apply("Expand", []string{name, e.shape(e.dimsOf(y))})
}

// slice takes a range of each axis; one that takes all of it has no end.
func (e *exporter) slice(s fx.Step) string {
	x, y := s.In[0], s.Out[0]
	starts, limits, steps := list(s, "start"), append([]int{}, list(s, "limit")...), list(s, "step")
	axes := make([]int, len(x.Shape))
	for i, n := range x.Shape {
		axes[i] = i
		if limits[i] == n {
			limits[i] = math.MaxInt32
		} else if e.free.factor(y, i) > 0 || e.free.factor(x, i) > 0 && starts[i] != 0 {
			e.fail(s, "it takes a part of the examples that depends on their number")
		}
	}
	return e.apply("Slice", []string{e.name(x), e.ints(starts...), e.ints(limits...), e.ints(axes...), e.ints(steps...)})
}

// reverse goes backwards through axes.
func (e *exporter) reverse(x string, axes []int) string {
	starts, ends, steps := make([]int, len(axes)), make([]int, len(axes)), make([]int, len(axes))
	for i := range axes {
		starts[i], ends[i], steps[i] = -1, math.MinInt32, -1
	}
	return e.apply("Slice", []string{x, e.ints(starts...), e.ints(ends...), e.ints(axes...), e.ints(steps...)})
}

// iota is a constant, except along an axis that follows the batch.
func (e *exporter) iota(s fx.Step) string {
	y, axis := s.Out[0], s.Attrs["axis"].(int)
	line := e.value(fx.Arange(fx.Int64, y.Shape[axis]))
	if f := e.free.factor(y, axis); f > 0 {
		zero, one := e.value(fx.Scalar(int64(0))), e.value(fx.Scalar(int64(1)))
		n := e.apply("Squeeze", []string{e.shape([]dim{{y.Shape[axis], f}})})
		line = e.apply("Range", []string{zero, n, one})
	}
	dims := e.dimsOf(y)
	between := make([]dim, len(dims))
	for i := range between {
		between[i] = dim{1, 0}
	}
	between[axis] = dims[axis]
	return e.cast(e.apply("Expand", []string{e.reshape(line, between), e.shape(dims)}), y.DType)
}
