package onnx

import (
	"fmt"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
)

// freeAxis knows which sizes follow the batch: those that grow with it from one
// trace to the other.
type freeAxis struct {
	length  int           // of the batch in the trace that is exported
	factors map[int][]int // of a value's axes: how many times the batch, 0 if not at all
	size    string        // the name of the value that holds the batch's length, once there is one
}

// traceAgain traces with batches of another length and compares.
func traceAgain[X any](p *fx.Program, trace func(X) *fx.Program, x X) *freeAxis {
	f := &freeAxis{factors: map[int][]int{}}
	leaves := fx.Leaves(x)
	for _, a := range leaves {
		if a.NDim() == 0 {
			panic(&Error{"batch", "an input without axes has none for the examples"})
		}
		if f.length == 0 {
			f.length = a.Dim(0)
		}
		if a.Dim(0) != f.length {
			panic(&Error{"batch", fmt.Sprintf("inputs of %d and %d examples", f.length, a.Dim(0))})
		}
	}
	if f.length < 2 {
		panic(&Error{"batch", "the example must have at least 2 examples, as 1 may stand for anything"})
	}
	longer := fx.Map(func(a *fx.Array) *fx.Array {
		shape := a.Shape()
		shape[0]++
		return fx.Zeros(a.DType(), shape...)
	}, x)
	q := trace(longer)
	differ := func(what string) { panic(&Error{"batch", "with another number of examples the function " + what}) }
	if len(p.Steps) != len(q.Steps) || len(p.Outputs) != len(q.Outputs) || len(p.Constants) != len(q.Constants) {
		differ("does something else")
	}
	compare := func(a, b fx.Value) {
		if a.ID != b.ID || len(a.Shape) != len(b.Shape) {
			differ("does something else")
		}
		factors := make([]int, len(a.Shape))
		for i := range a.Shape {
			grows := b.Shape[i] - a.Shape[i]
			if grows != 0 && a.Shape[i] != grows*f.length {
				differ(fmt.Sprintf("makes %v of %v", b.Shape, a.Shape))
			}
			factors[i] = grows
		}
		f.factors[a.ID] = factors
	}
	all := func(a, b []fx.Value) {
		if len(a) != len(b) {
			differ("does something else")
		}
		for i := range a {
			compare(a[i], b[i])
		}
	}
	all(p.Inputs, q.Inputs)
	for i, c := range p.Constants {
		compare(c.Value, q.Constants[i].Value)
		if !slices.Equal(c.Shape, q.Constants[i].Shape) {
			differ("uses constants of another size")
		}
	}
	for i, s := range p.Steps {
		if s.Op != q.Steps[i].Op {
			differ("does something else")
		}
		all(s.In, q.Steps[i].In)
		all(s.Out, q.Steps[i].Out)
		bodies(s, q.Steps[i], all, differ)
	}
	all(p.Outputs, q.Outputs)
	return f
}

// bodies compares the bodies of loops and branches.
func bodies(s, t fx.Step, all func(a, b []fx.Value), differ func(string)) {
	for _, name := range []string{"body", "then", "else"} {
		if p, ok := s.Attrs[name].(*fx.Program); ok {
			compareBodies(p, t.Attrs[name].(*fx.Program), all, differ)
		}
	}
}

func compareBodies(p, q *fx.Program, all func(a, b []fx.Value), differ func(string)) {
	if len(p.Steps) != len(q.Steps) || len(p.Constants) != len(q.Constants) {
		differ("does something else")
	}
	all(p.Inputs, q.Inputs)
	for i, step := range p.Steps {
		if step.Op != q.Steps[i].Op {
			differ("does something else")
		}
		all(step.In, q.Steps[i].In)
		all(step.Out, q.Steps[i].Out)
		bodies(step, q.Steps[i], all, differ)
	}
	all(p.Outputs, q.Outputs)
}

// factor is how many times the batch an axis of a value is, 0 if it is not
// tied to it.
func (f *freeAxis) factor(v fx.Value, axis int) int {
	if f == nil || f.factors[v.ID] == nil {
		return 0
	}
	return f.factors[v.ID][axis]
}

// size is the name of an int64[1] value with the batch's length.
func (e *exporter) size() string {
	if e.free.size == "" {
		shape := e.apply("Shape", []string{e.in[0].name})
		e.free.size = e.apply("Slice", []string{shape, e.ints(0), e.ints(1), e.ints(0)})
	}
	return e.free.size
}

// dim is one size of a shape: n, or factor times the batch.
type dim struct{ n, factor int }

func (e *exporter) dimsOf(v fx.Value) []dim {
	list := make([]dim, len(v.Shape))
	for i, n := range v.Shape {
		list[i] = dim{n, e.free.factor(v, i)}
	}
	return list
}

func product(dims []dim) dim {
	p := dim{1, 0}
	for _, d := range dims {
		if d.factor > 0 {
			if p.factor > 0 {
				panic(&Error{"batch", "an axis would be the square of the number of examples"})
			}
			p = dim{p.n * d.n, p.n * d.factor}
			continue
		}
		p.n *= d.n
		p.factor *= d.n
	}
	return p
}

// shape is the name of a shape: a constant, or computed where the batch's
// length is part of it.
func (e *exporter) shape(dims []dim) string {
	plain := make([]int, len(dims))
	free := false
	for i, d := range dims {
		plain[i] = d.n
		free = free || d.factor > 0
	}
	if !free {
		return e.ints(plain...)
	}
	parts := make([]string, len(dims))
	for i, d := range dims {
		switch d.factor {
		case 0:
			parts[i] = e.ints(d.n)
		case 1:
			parts[i] = e.size()
		default:
			parts[i] = e.apply("Mul", []string{e.size(), e.ints(d.factor)})
		}
	}
	return e.apply("Concat", parts, intAttr("axis", 0))
}

func (e *exporter) reshape(x string, dims []dim) string {
	return e.apply("Reshape", []string{x, e.shape(dims)}, intAttr("allowzero", 1))
}
