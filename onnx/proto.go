package onnx

import (
	"github.com/fluxion-go/fluxion/fx"
	"google.golang.org/protobuf/encoding/protowire"
)

// The messages of onnx.proto (IR version 8) that are written here.

const (
	irVersion = 8
	// opset is the version of the operators: the first with everything that is
	// used here, and known to runtimes since 2022.
	opset = 17
)

// message is a message under construction.
type message []byte

func (m *message) bytes(field protowire.Number, content []byte) {
	*m = protowire.AppendBytes(protowire.AppendTag(*m, field, protowire.BytesType), content)
}

func (m *message) text(field protowire.Number, s string) { m.bytes(field, []byte(s)) }

func (m *message) int(field protowire.Number, v int64) {
	*m = protowire.AppendVarint(protowire.AppendTag(*m, field, protowire.VarintType), uint64(v))
}

// elementTypes are the numbers of TensorProto.DataType.
var elementTypes = map[fx.DType]int64{fx.Float32: 1, fx.Uint8: 2, fx.Int32: 6, fx.Int64: 7, fx.Bool: 9, fx.Float64: 11, fx.Uint32: 12}

// Attributes of a node. The number is the field of AttributeProto that holds
// the value, kind the one that says so.
type attribute struct {
	name  string
	kind  int64
	write func(*message)
}

func intAttr(name string, v int64) attribute {
	return attribute{name, 2, func(m *message) { m.int(3, v) }}
}

func intsAttr(name string, values []int) attribute {
	return attribute{name, 7, func(m *message) {
		for _, v := range values {
			m.int(8, int64(v))
		}
	}}
}

func textAttr(name, v string) attribute {
	return attribute{name, 3, func(m *message) { m.text(4, v) }}
}

func graphAttr(name string, g *graph) attribute {
	return attribute{name, 5, func(m *message) { m.bytes(6, g.encode()) }}
}

// node is an operator with its operands and results by name.
type node struct {
	op      string
	in, out []string
	attrs   []attribute
}

func (n node) encode() []byte {
	var m message
	for _, name := range n.in {
		m.text(1, name)
	}
	for _, name := range n.out {
		m.text(2, name)
	}
	m.text(4, n.op)
	for _, a := range n.attrs {
		var am message
		am.text(1, a.name)
		a.write(&am)
		am.int(20, a.kind)
		m.bytes(5, am)
	}
	return m
}

// tensor is a constant.
type tensor struct {
	name  string
	dtype fx.DType
	shape []int
	raw   []byte // little-endian
}

func (t tensor) encode() []byte {
	var m message
	for _, d := range t.shape {
		m.int(1, int64(d))
	}
	m.int(2, elementTypes[t.dtype])
	m.text(8, t.name)
	m.bytes(9, t.raw)
	return m
}

// port is an input or output of a graph. batch is the name of its first axis
// if that is free, else "".
type port struct {
	name  string
	dtype fx.DType
	shape []int
	batch string
}

func (p port) encode() []byte {
	var shape message
	for i, d := range p.shape {
		var dim message
		if i == 0 && p.batch != "" {
			dim.text(2, p.batch)
		} else {
			dim.int(1, int64(d))
		}
		shape.bytes(1, dim)
	}
	var kind, wrapped, m message
	kind.int(1, elementTypes[p.dtype])
	if p.shape != nil { // nil: not said
		kind.bytes(2, shape)
	}
	wrapped.bytes(1, kind)
	m.text(1, p.name)
	m.bytes(2, wrapped)
	return m
}

// graph is a GraphProto.
type graph struct {
	name    string
	nodes   []node
	tensors []tensor
	in, out []port
}

func (g *graph) encode() []byte {
	var m message
	for _, n := range g.nodes {
		m.bytes(1, n.encode())
	}
	m.text(2, g.name)
	for _, t := range g.tensors {
		m.bytes(5, t.encode())
	}
	for _, p := range g.in {
		m.bytes(11, p.encode())
	}
	for _, p := range g.out {
		m.bytes(12, p.encode())
	}
	return m
}

// encodeModel is a ModelProto.
func encodeModel(g *graph, doc string) []byte {
	var m, set message
	m.int(1, irVersion)
	m.text(2, "fluxion")
	if doc != "" {
		m.text(6, doc)
	}
	m.bytes(7, g.encode())
	set.text(1, "")
	set.int(2, opset)
	m.bytes(8, set)
	return m
}
