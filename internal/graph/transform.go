package graph

// Pushforward carries tangents along the tape: dx has one tangent per input
// (nil is zero), the result one per output.
func (t *Tape) Pushforward(dx []*Node) []*Node {
	tangent := map[*Node]*Node{}
	for i, n := range t.Ins {
		if dx[i] != nil {
			tangent[n] = dx[i]
		}
	}
	for _, op := range t.Ops {
		if op.Prim.JVP == nil {
			continue
		}
		in := make([]*Node, len(op.Ins))
		some := false
		for i, n := range op.Ins {
			in[i] = tangent[n]
			some = some || in[i] != nil
		}
		if !some {
			continue
		}
		for i, d := range op.Prim.JVP(op, in) {
			if d != nil && op.Outs[i].DType.Differentiable() {
				tangent[op.Outs[i]] = d
			}
		}
	}
	out := make([]*Node, len(t.Outs))
	for i, n := range t.Outs {
		out[i] = tangent[n]
	}
	return out
}

// Pullback carries cotangents back along the tape: ct has one cotangent per
// output (nil is zero), the result one per input (nil is zero).
//
// What the tape computes twice gets its cotangents added up before they go
// further back, so that the way back is walked once: derivatives of derivatives
// pass the function itself several times.
func (t *Tape) Pullback(ct []*Node) []*Node {
	cot := map[*Node]*Node{}
	parts := map[*Node][]slicePart{}
	first := t.firsts()
	add := func(n, c *Node) {
		if c == nil || !n.DType.Differentiable() {
			return
		}
		if f := first[n]; f != nil {
			n = f
		}
		if p, ok := partOf(c); ok {
			parts[n] = append(parts[n], p)
			return
		}
		if have := cot[n]; have != nil {
			c = Add(have, c)
		}
		cot[n] = c
	}
	// of is all that came back to n; nothing more will.
	of := func(n *Node) *Node {
		if p := parts[n]; p != nil {
			delete(parts, n)
			c := joinParts(n, p)
			if have := cot[n]; have != nil {
				c = Add(have, c)
			}
			cot[n] = c
		}
		return cot[n]
	}
	for i, n := range t.Outs {
		if t.active[n] {
			add(n, ct[i])
		}
	}
	for i := len(t.Ops) - 1; i >= 0; i-- {
		op := t.Ops[i]
		if op.Prim.VJP == nil {
			continue
		}
		out := make([]*Node, len(op.Outs))
		some := false
		for j, o := range op.Outs {
			out[j] = of(o)
			some = some || out[j] != nil
		}
		if !some {
			continue
		}
		need := make([]bool, len(op.Ins))
		for j, in := range op.Ins {
			need[j] = t.active[in] && in.DType.Differentiable()
		}
		for j, c := range op.Prim.VJP(op, out, need) {
			if need[j] {
				add(op.Ins[j], c)
			}
		}
	}
	in := make([]*Node, len(t.Ins))
	for i, n := range t.Ins {
		in[i] = of(n)
	}
	return in
}

// Batch replays the tape on inputs of which the batched ones have a new
// leading axis of the given size.
func (t *Tape) Batch(size int, ins []*Node, batched []bool) ([]*Node, []bool) {
	env := map[*Node]*Node{}
	isBatched := map[*Node]bool{}
	for i, n := range t.Ins {
		env[n], isBatched[n] = ins[i], batched[i]
	}
	for _, op := range t.Ops {
		in := lookup(env, op.Ins)
		flags := make([]bool, len(in))
		some := false
		for i, n := range op.Ins {
			flags[i] = isBatched[n]
			some = some || flags[i]
		}
		var outs []*Node
		outFlags := make([]bool, len(op.Outs))
		switch {
		case some && size == 0: // no rule need bother with no examples
			for i, o := range op.Outs {
				outs = append(outs, Full(o.DType, 0, o.Shape.Prepend(0)))
				outFlags[i] = true
			}
		case some:
			outs, outFlags = op.Prim.Batch(op, size, in, flags)
		default:
			outs = Apply(op.Prim, op.Attrs, in...)
		}
		for i, o := range op.Outs {
			env[o], isBatched[o] = outs[i], outFlags[i]
		}
	}
	flags := make([]bool, len(t.Outs))
	for i, o := range t.Outs {
		flags[i] = isBatched[o]
	}
	return lookup(env, t.Outs), flags
}

// AsTape views a closed function as a tape from its parameters to its results.
func (fn *Func) AsTape() *Tape {
	t := &Tape{Ins: fn.Params, Outs: fn.Outs, Ops: fn.Ops, recent: fn.Ops, active: map[*Node]bool{}}
	for _, p := range fn.Params {
		t.active[p] = true
	}
	for _, op := range fn.Ops {
		for _, o := range op.Outs {
			t.active[o] = true
		}
	}
	return t
}
