package graph

import "slices"

// ScanAttrs is a loop that runs Body once for each element of the leading axis
// of some operands. Operands: Carry initial carries, XS stacked inputs, then
// the captured. Body maps carries, one element of each input, and the captured
// to new carries and one element of each stacked output.
type ScanAttrs struct {
	Body      *Func
	Carry, XS int
	Length    int
	Reverse   bool

	// Base is set on a scan that repeats another one and has more outputs
	// (what a reverse pass needs); a program that has both runs only this one.
	Base *Op
}

var ScanP *Prim

func init() {
	ScanP = &Prim{Name: "scan", Infer: inferScan, JVP: jvpScan, VJP: vjpScan, Batch: batchScan}
}

func inferScan(attrs any, _ []*Node) ([]Aval, error) {
	a := attrs.(ScanAttrs)
	out := Avals(a.Body.Outs)
	for i := a.Carry; i < len(out); i++ {
		out[i].Shape = out[i].Shape.Prepend(a.Length)
	}
	return out, nil
}

// split cuts a scan's operands, or its body's parameters, into its three kinds.
func (a ScanAttrs) split(nodes []*Node) (carry, xs, captured []*Node) {
	return nodes[:a.Carry], nodes[a.Carry : a.Carry+a.XS], nodes[a.Carry+a.XS:]
}

// Scan traces body and adds the loop. xs have the leading axis.
func Scan(name string, init, xs []*Node, length int, reverse bool, body func(carry, x []*Node) (next, y []*Node)) []*Node {
	avals := Avals(init)
	for _, x := range xs {
		avals = append(avals, Aval{x.Shape[1:], x.DType})
	}
	fn, captured := Trace(name, avals, func(ps []*Node) []*Node {
		next, y := body(ps[:len(init)], ps[len(init):])
		return slices.Concat(next, y)
	})
	a := ScanAttrs{Body: fn, Carry: len(init), XS: len(xs), Length: length, Reverse: reverse}
	return Apply(ScanP, a, slices.Concat(init, xs, captured)...)
}

// jvpScan carries tangents beside the values. Which carries have a tangent is
// found by repeating until no more do.
func jvpScan(op *Op, t []*Node) []*Node {
	a := op.Attrs.(ScanAttrs)
	has := make([]bool, len(t))
	for i := range t {
		has[i] = t[i] != nil
	}
	for {
		outs := a.tangentsOf(has)
		again := false
		for i := range a.Carry {
			if outs[i] && !has[i] {
				has[i], again = true, true
			}
		}
		if !again {
			break
		}
	}
	pick := func(nodes []*Node, from, to int) (out []*Node) {
		for i := from; i < to; i++ {
			if has[i] {
				out = append(out, orZero(nodes[i], op.Ins[i]))
			}
		}
		return out
	}
	carry, xs, captured := a.split(op.Ins)
	dc, dx := pick(t, 0, a.Carry), pick(t, a.Carry, a.Carry+a.XS)
	dcap := pick(t, a.Carry+a.XS, len(t))
	var yHas []bool
	outs := Scan("JVP", slices.Concat(carry, dc), slices.Concat(xs, dx), a.Length, a.Reverse, func(c, x []*Node) (next, y []*Node) {
		args := aliases(slices.Concat(c[:a.Carry], x[:a.XS], captured))
		tangents := make([]*Node, len(t))
		rest := slices.Concat(c[a.Carry:], x[a.XS:], dcap)
		for i := range t {
			if has[i] {
				tangents[i], rest = rest[0], rest[1:]
			}
		}
		tape := a.Body.record(args)
		d := tape.Pushforward(tangents)
		next, y = slices.Clone(tape.Outs[:a.Carry]), slices.Clone(tape.Outs[a.Carry:])
		for i := range a.Carry {
			if has[i] {
				next = append(next, orZero(d[i], tape.Outs[i]))
			}
		}
		yHas = yHas[:0]
		for i := a.Carry; i < len(d); i++ {
			yHas = append(yHas, d[i] != nil)
			if d[i] != nil {
				y = append(y, d[i])
			}
		}
		return next, y
	})
	out := make([]*Node, len(op.Outs))
	at := a.Carry
	for i := range a.Carry {
		if has[i] {
			out[i] = outs[at]
			at++
		}
	}
	at += len(op.Outs) - a.Carry
	for i, h := range yHas {
		if h {
			out[a.Carry+i] = outs[at]
			at++
		}
	}
	return out
}

// tangentsOf says which of the body's results have a tangent when the flagged
// parameters do.
func (a ScanAttrs) tangentsOf(has []bool) []bool {
	out := make([]bool, len(a.Body.Outs))
	Trace("JVP", Avals(a.Body.Params), func(ps []*Node) []*Node {
		tangents := make([]*Node, len(ps))
		for i := range ps {
			if has[i] {
				tangents[i] = ps[i]
			}
		}
		for i, d := range a.Body.record(ps).Pushforward(tangents) {
			out[i] = d != nil
		}
		return nil
	})
	return out
}

// batchScan finds which carries are batched likewise. The time axis of a
// batched input stays in front: the new axis is moved behind it.
func batchScan(op *Op, size int, ins []*Node, batched []bool) ([]*Node, []bool) {
	a := op.Attrs.(ScanAttrs)
	flags := slices.Clone(batched)
	var outFlags []bool
	for {
		_, outFlags = batchBody(a.Body, size, flags, nil)
		again := false
		for i := range a.Carry {
			if outFlags[i] && !flags[i] {
				flags[i], again = true, true
			}
		}
		if !again {
			break
		}
	}
	force := slices.Clone(outFlags)
	args := slices.Clone(ins)
	for i := range args {
		if i < a.Carry {
			force[i] = flags[i]
			if flags[i] && !batched[i] {
				args[i] = AddAxis(args[i], size)
			}
		} else if i < a.Carry+a.XS && flags[i] {
			args[i] = MoveAxis(args[i], 0, 1)
		}
	}
	body, outFlags := batchBody(a.Body, size, flags, force)
	b := a
	b.Body, b.Base = body, nil
	outs := slices.Clone(Apply(ScanP, b, args...))
	for i := a.Carry; i < len(outs); i++ {
		if outFlags[i] {
			outs[i] = MoveAxis(outs[i], 1, 0)
		}
	}
	return outs, outFlags
}
