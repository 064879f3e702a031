package graph

import "slices"

// Between returns the ops on which outs depend, oldest first, leaving out
// everything that is not newer than floor and everything behind a node of
// stop. Nodes without an op (leaves) end the walk.
func Between(outs []*Node, floor uint64, stop map[*Node]bool) []*Op {
	return behind(outs, func(n *Node) bool { return n.ID <= floor || stop[n] })
}

// Pending returns the ops that must run to give outs their values, oldest
// first.
func Pending(outs []*Node) []*Op {
	return behind(outs, func(n *Node) bool { return n.Value() != nil })
}

func behind(outs []*Node, stop func(*Node) bool) []*Op {
	var ops []*Op
	seen := map[*Op]bool{}
	stack := slices.Clone(outs)
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if n == nil || stop(n) {
			continue
		}
		op := n.Op()
		if op == nil || seen[op] {
			continue
		}
		seen[op] = true
		ops = append(ops, op)
		stack = append(stack, op.Ins...)
	}
	slices.SortFunc(ops, func(a, b *Op) int {
		if a.ID() < b.ID() {
			return -1
		}
		return 1
	})
	return ops
}

// Tape is the part of a graph that leads from some inputs to some outputs: the
// ops that depend on the inputs, oldest first.
type Tape struct {
	Ins, Outs []*Node
	Ops       []*Op
	recent    []*Op          // all that is newer than the inputs, oldest first
	active    map[*Node]bool // the nodes that depend on the inputs
}

// Record collects the tape from ins to outs. Call it before the scope that
// made ins ends; the tape then keeps what it needs.
func Record(ins, outs []*Node) *Tape {
	t := &Tape{Ins: ins, Outs: outs, active: map[*Node]bool{}}
	if len(ins) == 0 {
		return t
	}
	floor := ins[0].ID
	for _, n := range ins {
		t.active[n] = true
		floor = min(floor, n.ID)
	}
	t.recent = Between(outs, floor-1, t.active)
	for _, op := range t.recent {
		if slices.ContainsFunc(op.Ins, func(n *Node) bool { return t.active[n] }) {
			t.Ops = append(t.Ops, op)
			for _, o := range op.Outs {
				t.active[o] = true
			}
		}
	}
	return t
}

// Func is a closed function of its parameters: every op in Ops depends on
// parameters, earlier ops and scalar constants only.
type Func struct {
	Params, Outs []*Node
	Ops          []*Op
}

// Trace calls f on placeholders and closes the result. What f captures from
// outside, and what it computes without its arguments, becomes a further
// parameter; captured are the values to pass for those.
func Trace(name string, avals []Aval, f func([]*Node) []*Node) (fn *Func, captured []*Node) {
	scope := &Scope{Name: name, Abstract: true}
	params := make([]*Node, len(avals))
	floor := lastID.Load()
	for i, a := range avals {
		params[i] = Placeholder(a, scope)
	}
	outs := f(params)
	fn, captured = Close(params, outs, floor)
	return fn, captured
}

// Close makes a Func of the graph from params to outs, none of which is older
// than floor unless it comes from outside.
func Close(params, outs []*Node, floor uint64) (fn *Func, captured []*Node) {
	inside := map[*Node]bool{}
	for _, p := range params {
		inside[p] = true
	}
	fn = &Func{Params: slices.Clone(params), Outs: outs}
	for _, op := range Between(outs, floor, inside) {
		if slices.ContainsFunc(op.Ins, func(n *Node) bool { return inside[n] }) {
			fn.Ops = append(fn.Ops, op)
			for _, o := range op.Outs {
				inside[o] = true
			}
		}
	}
	capture := func(n *Node) {
		if !inside[n] && !n.Literal() {
			inside[n] = true
			fn.Params = append(fn.Params, n)
			captured = append(captured, n)
		}
	}
	for _, op := range fn.Ops {
		for _, in := range op.Ins {
			capture(in)
		}
	}
	for _, o := range outs {
		capture(o)
	}
	return fn, captured
}

// CloseAll makes a Func of everything newer than params that outs depend on,
// whether it depends on params or not. captured is what it reads of the rest.
func CloseAll(params, outs []*Node) (fn *Func, captured []*Node) {
	floor := lastID.Load()
	inside := map[*Node]bool{}
	for _, p := range params {
		inside[p] = true
		floor = min(floor, p.ID)
	}
	fn = &Func{Params: params, Outs: outs, Ops: Between(outs, floor-1, inside)}
	for _, op := range fn.Ops {
		for _, o := range op.Outs {
			inside[o] = true
		}
	}
	for _, op := range append(fn.Ops[:len(fn.Ops):len(fn.Ops)], &Op{Ins: outs}) {
		for _, in := range op.Ins {
			if !inside[in] {
				inside[in] = true
				captured = append(captured, in)
			}
		}
	}
	return fn, captured
}

// Literal reports whether n is a constant small enough to stand inside a
// program instead of being passed to it.
func (n *Node) Literal() bool {
	return n.Op() == nil && n.Value() != nil && n.Value().Len <= 1
}

// Inline applies fn to args by adding its ops to the graph once more.
func (fn *Func) Inline(args ...*Node) []*Node {
	if len(args) != len(fn.Params) {
		panic("graph: Inline: wrong number of arguments")
	}
	env := make(map[*Node]*Node, len(args))
	for i, p := range fn.Params {
		env[p] = args[i]
	}
	Replay(fn.Ops, env)
	return lookup(env, fn.Outs)
}

// Replay applies ops again, reading operands and writing results through env.
func Replay(ops []*Op, env map[*Node]*Node) {
	for _, op := range ops {
		outs := Apply(op.Prim, op.Attrs, lookup(env, op.Ins)...)
		for i, o := range op.Outs {
			env[o] = outs[i]
		}
	}
}

func lookup(env map[*Node]*Node, nodes []*Node) []*Node {
	out := make([]*Node, len(nodes))
	for i, n := range nodes {
		if m, ok := env[n]; ok {
			out[i] = m
		} else {
			out[i] = n
		}
	}
	return out
}

// Avals lists the shapes and types of nodes.
func Avals(nodes []*Node) []Aval {
	out := make([]Aval, len(nodes))
	for i, n := range nodes {
		out[i] = n.Aval()
	}
	return out
}
