// Package onnx writes functions and models in the ONNX format, in which
// runtimes and other frameworks take them.
//
//	err := onnx.WriteFile("net.onnx", net, func(n Net, x *fx.Array) *fx.Array { return n.Apply(x) }, example, onnx.Options{})
//
// The function is traced, and every primitive that it used becomes operators of
// ONNX: so a model needs nothing of its own to be exported. The arrays of the
// model become initializers named by their paths in its tree, the arrays of the
// example become inputs. Shapes are those of the example, its first axis
// excepted if Options.Batch says so.
//
// Operators and precisions are those of operator set 17. Elementary functions
// are the runtime's own, so that results agree to rounding, not to the bit.
package onnx

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fluxion-go/fluxion/fx"
)

// Options are what is not in the function.
type Options struct {
	// Name is the graph's name. Empty: "fluxion".
	Name string
	// Doc is a text that the file keeps.
	Doc string
	// Batch is the name of the axis that holds the examples, such as "batch".
	// If it is given, the first axis of every input may then have any length.
	// The function is traced twice, at different lengths; it is an error if
	// it does different things at them. Empty: all sizes are fixed.
	Batch string
}

// Error is a function that cannot be written in ONNX, and why.
type Error struct {
	Op  string // the primitive
	Msg string
}

func (e *Error) Error() string { return fmt.Sprintf("onnx: %s: %s", e.Op, e.Msg) }

// Export returns an ONNX model of f with the given parameters, for inputs like
// x. Parameters, x and the result are trees; inputs are called by their paths
// in x, or "x" if that is an array alone, outputs likewise, or "y". A primitive
// without a counterpart is an [*Error] that names it.
func Export[P, X, Y any](params P, f func(P, X) Y, x X, opts Options) (model []byte, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Error:
			model, err = nil, r
		default:
			panic(r)
		}
	}()
	e := newExporter(params, f, x, opts)
	return encodeModel(e.graph, opts.Doc), nil
}

// WriteFile exports to a file, which appears whole or not at all.
func WriteFile[P, X, Y any](path string, params P, f func(P, X) Y, x X, opts Options) error {
	model, err := Export(params, f, x, opts)
	if err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".onnx-")
	if err != nil {
		return fmt.Errorf("onnx: %w", err)
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(model)
	if err == nil {
		err = temporary.Sync()
	}
	if closeErr := temporary.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("onnx: %w", err)
	}
	return nil
}

// both is the traced argument.
type both[P, X any] struct {
	P P
	X X
}

// exporter lowers one program into one graph.
type exporter struct {
	*graph
	names map[int]string // of values
	count *int
	used  map[string]bool
	free  *freeAxis    // nil if all sizes are fixed
	zero  map[int]bool // the constants that are the number 0
}

func newExporter[P, X, Y any](params P, f func(P, X) Y, x X, opts Options) *exporter {
	var y Y
	trace := func(x X) *fx.Program {
		return fx.Trace(func(a both[P, X]) Y { y = f(a.P, a.X); return y }, both[P, X]{params, x})
	}
	p := trace(x)
	name := opts.Name
	if name == "" {
		name = "fluxion"
	}
	e := &exporter{graph: &graph{name: name}, names: map[int]string{}, count: new(int), used: map[string]bool{}, zero: map[int]bool{}}
	outNames := portNames(fx.Paths(y), "y")
	if opts.Batch != "" {
		e.free = traceAgain(p, trace, x)
	}
	weights, inputs := fx.Leaves(params), portNames(fx.Paths(x), "x")
	for i, path := range portNames(fx.Paths(params), "params") {
		v := p.Inputs[i]
		e.names[v.ID] = e.unique(path)
		if usedBy(p, v.ID) {
			e.tensors = append(e.tensors, constant(e.names[v.ID], weights[i]))
		}
	}
	for i, path := range inputs {
		v := p.Inputs[len(weights)+i]
		e.names[v.ID] = e.unique(path)
		e.in = append(e.in, port{e.names[v.ID], v.DType, v.Shape, opts.Batch})
	}
	if e.free != nil {
		e.size() // here, where bodies of loops see it
	}
	e.program(p)
	for i, v := range p.Outputs {
		// An output has a name of its own, even if it is an input or another
		// output.
		out := e.unique(outNames[i])
		e.emit("Identity", []string{e.name(v)}, []string{out})
		batch := ""
		if e.free != nil && len(v.Shape) > 0 && e.free.factor(v, 0) > 0 {
			batch = opts.Batch
			if e.free.factor(v, 0) > 1 {
				batch = fmt.Sprintf("%s_times_%d", opts.Batch, e.free.factor(v, 0))
			}
		}
		e.out = append(e.out, port{out, v.DType, v.Shape, batch})
	}
	return e
}

// portNames names the leaves of a tree; a tree that is one array has the path
// "".
func portNames(paths []string, alone string) []string {
	names := slices.Clone(paths)
	for i, p := range names {
		if p == "" {
			names[i] = alone
		}
	}
	return names
}

// usedBy reports whether a program uses a value.
func usedBy(p *fx.Program, id int) bool {
	is := func(v fx.Value) bool { return v.ID == id }
	for _, s := range p.Steps {
		if slices.ContainsFunc(s.In, is) {
			return true
		}
	}
	return slices.ContainsFunc(p.Outputs, is)
}

// constant makes a tensor of an array.
func constant(name string, a *fx.Array) tensor {
	var raw bytes.Buffer
	write := func(values any) { binary.Write(&raw, binary.LittleEndian, values) }
	switch a.DType() {
	case fx.Float32:
		write(a.Float32s())
	case fx.Float64:
		write(a.Float64s())
	case fx.Int32:
		write(a.Int32s())
	case fx.Int64:
		write(a.Int64s())
	case fx.Uint32:
		write(a.Uint32s())
	case fx.Uint8:
		write(a.Uint8s())
	case fx.Bool:
		write(a.Bools())
	default:
		panic(&Error{"constant", fmt.Sprintf("elements of type %v have no counterpart", a.DType())})
	}
	return tensor{name, a.DType(), a.Shape(), raw.Bytes()}
}

// unique is a name that no other value has.
func (e *exporter) unique(want string) string {
	name := want
	for n := 2; e.used[name]; n++ {
		name = fmt.Sprintf("%s_%d", want, n)
	}
	e.used[name] = true
	return name
}

func (e *exporter) name(v fx.Value) string {
	if n, ok := e.names[v.ID]; ok {
		return n
	}
	n := e.unique(fmt.Sprintf("v%d", v.ID))
	e.names[v.ID] = n
	return n
}

// temporary is a name for a value within a lowering.
func (e *exporter) temporary(op string) string {
	*e.count++
	return e.unique(fmt.Sprintf("%s_%d", strings.ToLower(op), *e.count))
}

// emit adds an operator with given results.
func (e *exporter) emit(op string, in, out []string, attrs ...attribute) {
	e.nodes = append(e.nodes, node{op, in, out, attrs})
}

// apply adds an operator with one result, which it names.
func (e *exporter) apply(op string, in []string, attrs ...attribute) string {
	out := e.temporary(op)
	e.emit(op, in, []string{out}, attrs...)
	return out
}

// value adds a constant.
func (e *exporter) value(a *fx.Array) string {
	t := constant(e.temporary("const"), a)
	e.tensors = append(e.tensors, t)
	return t.name
}

// ints adds a constant of int64, a shape or axes.
func (e *exporter) ints(values ...int) string {
	list := make([]int64, len(values))
	for i, v := range values {
		list[i] = int64(v)
	}
	return e.value(fx.New(list, len(list)))
}

// program lowers all steps of a program.
func (e *exporter) program(p *fx.Program) {
	for _, c := range p.Constants {
		t := constant(e.name(c.Value), c.Array)
		e.zero[c.ID] = len(c.Shape) == 0 && c.Array.Item() == 0
		e.tensors = append(e.tensors, t)
	}
	for _, s := range p.Steps {
		e.step(s)
	}
}
