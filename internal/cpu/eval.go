package cpu

import (
	"slices"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// Evaluate computes the values of nodes, one op at a time in the order in
// which they were made. It is the plain way, against which compiled programs
// are tested. It returns the first node that has no value because it depends
// on a placeholder, or nil.
func (e *Engine) Evaluate(nodes []*graph.Node) (abstract *graph.Node) {
	for _, n := range nodes {
		if n.Value() == nil && n.Abstract() != nil {
			return n
		}
	}
	ops := graph.Pending(nodes)
	for i, op := range ops {
		ops[i] = nil // so that what nobody needs any more can be freed on the way
		ins := make([]*graph.Buffer, len(op.Ins))
		for j, in := range op.Ins {
			if ins[j] = in.Value(); ins[j] == nil {
				graph.Fail(op.Prim.Name, "operand %v was deleted, or donated to a compiled function, before this was computed", in.Aval())
			}
		}
		outs := e.run(op, ins)
		for j, b := range outs {
			if slices.Contains(ins, b) || slices.Contains(outs[:j], b) {
				b.Share() // a function handed on what it was given
			}
			op.Outs[j].SetValue(b)
		}
	}
	return nil
}

// run computes one op, control flow included, into new buffers.
func (e *Engine) run(op *graph.Op, ins []*graph.Buffer) []*graph.Buffer {
	switch op.Prim {
	case graph.CheckpointP, graph.CustomJVPP, graph.CustomVJPP:
		return e.call(op.Attrs.(graph.CallAttrs).Body, ins)
	case graph.CondP:
		return e.cond(op, ins)
	case graph.WhileP:
		return e.while(op, ins)
	case graph.ScanP:
		return e.scan(op, ins)
	}
	outs := make([]*graph.Buffer, len(op.Outs))
	for i, o := range op.Outs {
		outs[i] = graph.NewBuffer(o.DType, o.Shape.Size())
	}
	e.Exec(op, ins, outs)
	return outs
}

// Fold computes an op on constants for the compiler; nil if the op is control
// flow.
func (e *Engine) Fold(op *graph.Op) []*graph.Buffer {
	if !Implements(op.Prim) {
		return nil
	}
	ins := make([]*graph.Buffer, len(op.Ins))
	for i, in := range op.Ins {
		ins[i] = in.Value()
	}
	return e.run(op, ins)
}

// call interprets a function.
func (e *Engine) call(fn *graph.Func, args []*graph.Buffer) []*graph.Buffer {
	env := make(map[*graph.Node]*graph.Buffer, len(args)+len(fn.Ops))
	for i, p := range fn.Params {
		env[p] = args[i]
	}
	value := func(n *graph.Node) *graph.Buffer {
		if b, ok := env[n]; ok {
			return b
		}
		return n.Value()
	}
	for _, op := range fn.Ops {
		ins := make([]*graph.Buffer, len(op.Ins))
		for i, in := range op.Ins {
			ins[i] = value(in)
		}
		for i, b := range e.run(op, ins) {
			env[op.Outs[i]] = b
		}
	}
	outs := make([]*graph.Buffer, len(fn.Outs))
	for i, o := range fn.Outs {
		if outs[i] = value(o); env[o] == nil {
			outs[i].Share() // a constant of the function
		}
	}
	return outs
}

func (e *Engine) cond(op *graph.Op, ins []*graph.Buffer) []*graph.Buffer {
	a := op.Attrs.(graph.CondAttrs)
	n := len(a.Then.Params) - a.N
	shared, rest := ins[1:1+a.N:1+a.N], ins[1+a.N:]
	if graph.View[uint8](ins[0])[0] != 0 {
		return e.call(a.Then, append(shared, rest[:n]...))
	}
	return e.call(a.Else, append(shared, rest[n:]...))
}

func (e *Engine) while(op *graph.Op, ins []*graph.Buffer) []*graph.Buffer {
	a := op.Attrs.(graph.WhileAttrs)
	n := len(a.Test.Params)
	carry, test, body := ins[:a.Carry:a.Carry], ins[a.Carry:n], ins[n:]
	for graph.View[uint8](e.call(a.Test, append(carry, test...))[0])[0] != 0 {
		next := e.call(a.Body, append(carry, body...))
		carry = next[:len(next):len(next)]
	}
	return carry
}

func (e *Engine) scan(op *graph.Op, ins []*graph.Buffer) []*graph.Buffer {
	a := op.Attrs.(graph.ScanAttrs)
	carry := ins[:a.Carry]
	xs, captured := ins[a.Carry:a.Carry+a.XS], ins[a.Carry+a.XS:]
	stacked := make([]*graph.Buffer, len(op.Outs)-a.Carry)
	for i := range stacked {
		o := op.Outs[a.Carry+i]
		stacked[i] = graph.NewBuffer(o.DType, o.Shape.Size())
	}
	for t := range a.Length {
		at := t
		if a.Reverse {
			at = a.Length - 1 - t
		}
		args := append([]*graph.Buffer{}, carry...)
		for _, x := range xs {
			args = append(args, element(x, at, a.Length))
		}
		outs := e.call(a.Body, append(args, captured...))
		carry = outs[:a.Carry]
		for i, s := range stacked {
			setElement(s, at, a.Length, outs[a.Carry+i])
		}
	}
	return append(append([]*graph.Buffer{}, carry...), stacked...)
}

// element copies element at of length along the leading axis.
func element(x *graph.Buffer, at, length int) *graph.Buffer {
	n := x.Len / length
	b := graph.NewBuffer(x.DType, n)
	size := n * x.DType.Size()
	copy(b.Bytes(), x.Bytes()[at*size:(at+1)*size])
	return b
}

func setElement(s *graph.Buffer, at, length int, v *graph.Buffer) {
	size := s.Len / length * s.DType.Size()
	copy(s.Bytes()[at*size:(at+1)*size], v.Bytes())
}
