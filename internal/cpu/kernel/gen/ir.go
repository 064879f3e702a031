package main

// kind is what the lanes of a value hold.
type kind int

const (
	float kind = iota
	integer
	mask
)

// op is an operation on vectors.
type op int

const (
	opArg   op = iota // imm: which
	opConst           // imm: the bits of a lane
	opAdd
	opSub
	opMul
	opDiv
	opFMA  // a*b + c
	opFNMA // c - a*b
	opFMS  // a*b - c
	opFNMS // -(a*b) - c
	opSqrt
	opRound // imm: x86's rounding mode
	opMaxX  // x86's max: the second operand if either is NaN or both are zero
	opMinX
	opMax // Go's max, an instruction of arm64's
	opMin
	opNeg
	opAnd
	opOr
	opXor
	opAddI
	opSubI
	opShl // imm: count
	opShr
	opCmp  // imm: x86's predicate
	opCmpI // imm: 0 equal, 4 not equal
	opMaskAnd
	opMaskOr
	opSelect // mask, if true, if false
	opScale  // a times 2 to the power of b
	opCast   // the same bits as another kind
	opLeave  // give the vector up if any lane of the mask is true
)

// x86's floating-point predicates; p^4 is p's negation.
const (
	predEQ = iota
	predLT
	predLE
	predUnordered
)

// node is one value of a kernel, computed once.
type node struct {
	op   op
	kind kind
	imm  uint64
	args []*node
	copy int // which of several interleaved vectors
}

type nodeKey struct {
	op      op
	kind    kind
	imm     uint64
	a, b, c *node
}

// graph is a kernel's body in order of computation; equal nodes are one.
type graph struct {
	bits  int // of a lane
	s     isa
	nodes []*node
	known map[nodeKey]*node
}

func newGraph(s isa, bits int) *graph { return &graph{s: s, bits: bits, known: map[nodeKey]*node{}} }

func (g *graph) add(o op, k kind, imm uint64, args ...*node) *node {
	key := nodeKey{op: o, kind: k, imm: imm}
	for i, a := range args {
		*[]**node{&key.a, &key.b, &key.c}[i] = a
	}
	if n := g.known[key]; n != nil {
		return n
	}
	n := &node{op: o, kind: k, imm: imm, args: args}
	g.known[key] = n
	g.nodes = append(g.nodes, n)
	return n
}

func (g *graph) constant(k kind, bits uint64) *node { return g.add(opConst, k, bits) }

func (g *graph) signBit() uint64 { return 1 << (g.bits - 1) }
func (g *graph) absBits() uint64 { return g.signBit() - 1 }

// and is a & b; constants fold.
func (g *graph) and(k kind, a, b *node) *node {
	if a.op == opConst && b.op == opConst {
		return g.constant(k, a.imm&b.imm)
	}
	if a.op == opConst {
		a, b = b, a
	}
	return g.add(opAnd, k, 0, a, b)
}

func (g *graph) or(k kind, a, b *node) *node {
	if a.op == opConst {
		a, b = b, a
	}
	return g.add(opOr, k, 0, a, b)
}

func (g *graph) abs(a *node) *node { return g.and(float, a, g.constant(float, g.absBits())) }

// copysign is |a| with b's sign.
func (g *graph) copysign(a, b *node) *node {
	return g.or(float, g.and(float, b, g.constant(float, g.signBit())), g.abs(a))
}

// fma absorbs negations of its operands.
func (g *graph) fma(a, b, c *node) *node {
	negative, minus := false, false
	if a.op == opNeg {
		a, negative = a.args[0], !negative
	}
	if b.op == opNeg {
		b, negative = b.args[0], !negative
	}
	if c.op == opNeg {
		c, minus = c.args[0], true
	}
	o := opFMA
	switch {
	case negative && minus:
		o = opFNMS
	case negative:
		o = opFNMA
	case minus:
		o = opFMS
	}
	return g.add(o, float, 0, a, b, c)
}

// maximum is Go's max: x86's twice, with the operands exchanged, agree but for
// two zeros (the bitwise and is +0, the or -0) and NaN.
func (g *graph) maximum(a, b *node) *node {
	if g.s.arm {
		return g.add(opMax, float, 0, a, b)
	}
	m := g.and(float, g.add(opMaxX, float, 0, a, b), g.add(opMaxX, float, 0, b, a))
	return g.nanOr(a, b, m)
}

func (g *graph) minimum(a, b *node) *node {
	if g.s.arm {
		return g.add(opMin, float, 0, a, b)
	}
	m := g.or(float, g.add(opMinX, float, 0, a, b), g.add(opMinX, float, 0, b, a))
	return g.nanOr(a, b, m)
}

// nanOr is NaN where a or b is, else m.
func (g *graph) nanOr(a, b, m *node) *node {
	nan := uint64(0x7ff8000000000000)
	if g.bits == 32 {
		nan = 0x7fc00000
	}
	return g.choose(g.add(opCmp, mask, predUnordered, a, b), g.constant(float, nan), m)
}

// choose selects by lane; a comparison for difference is turned around, and so
// is every negated one that arm64 has no instruction for.
func (g *graph) choose(m, t, f *node) *node {
	if t == f {
		return t
	}
	if m.op == opCmpI && m.imm == 4 {
		m, t, f = g.add(opCmpI, mask, 0, m.args...), f, t
	}
	if g.s.arm && m.op == opCmp && m.imm&4 != 0 {
		m, t, f = g.not(m), f, t
	}
	if c := g.clamp(m, t, f); c != nil {
		return c
	}
	return g.add(opSelect, t.kind, 0, m, t, f)
}

// clamp is t where t is below (above) f, else f, for a constant t: what x86's min
// (max) makes of t and f, NaN and equality included.
func (g *graph) clamp(m, t, f *node) *node {
	if g.s.arm || m.op != opCmp || m.imm != predLT || t.op != opConst {
		return nil
	}
	switch {
	case m.args[0] == t && m.args[1] == f:
		return g.add(opMinX, float, 0, t, f)
	case m.args[0] == f && m.args[1] == t:
		return g.add(opMaxX, float, 0, t, f)
	}
	return nil
}

// not negates a mask.
func (g *graph) not(m *node) *node {
	switch m.op {
	case opCmp, opCmpI:
		return g.add(m.op, mask, m.imm^4, m.args...)
	case opMaskAnd:
		return g.add(opMaskOr, mask, 0, g.not(m.args[0]), g.not(m.args[1]))
	case opMaskOr:
		return g.add(opMaskAnd, mask, 0, g.not(m.args[0]), g.not(m.args[1]))
	}
	panic("not of something that is no mask")
}

// strip looks through casts.
func strip(n *node) *node {
	for n.op == opCast {
		n = n.args[0]
	}
	return n
}

// interleave repeats a line of nodes for several vectors, step by step in turn:
// neighbours do not depend on each other, so that the processor's short
// scheduling queue keeps its units busy.
func interleave(nodes []*node, root *node, copies int) (line, roots []*node) {
	twins := make([]map[*node]*node, copies)
	for c := range twins {
		twins[c] = map[*node]*node{}
	}
	twin := func(n *node, c int) *node {
		if t := twins[c][n]; t != nil {
			return t
		}
		return n // a constant
	}
	for _, n := range nodes {
		for c := range copies {
			t := &node{op: n.op, kind: n.kind, imm: n.imm, copy: c}
			for _, a := range n.args {
				t.args = append(t.args, twin(a, c))
			}
			twins[c][n] = t
			line = append(line, t)
		}
	}
	for c := range copies {
		roots = append(roots, twin(root, c))
	}
	return line, roots
}

// live returns the nodes that the roots need, in order; constants apart.
func (g *graph) live(roots ...*node) []*node {
	needed := map[*node]bool{}
	var visit func(*node)
	visit = func(n *node) {
		if needed[n] {
			return
		}
		needed[n] = true
		for _, a := range n.args {
			visit(a)
		}
	}
	for _, r := range roots {
		visit(r)
	}
	for _, n := range g.nodes {
		if n.op == opLeave {
			visit(n)
		}
	}
	var out []*node
	for _, n := range g.nodes {
		for i, a := range n.args {
			n.args[i] = strip(a)
		}
		if needed[n] && n.op != opConst && n.op != opCast {
			out = append(out, n)
		}
	}
	return sink(out)
}

// sink moves each operation down to its first use where its operands stay in
// registers until then anyway: that shortens its own stay in one.
func sink(line []*node) []*node {
	for i := len(line) - 1; i >= 0; i-- {
		n := line[i]
		first := len(line)
		for j := len(line) - 1; j > i; j-- {
			if uses(line[j], n) {
				first = j
			}
		}
		if n.op == opLeave || first == len(line) || first == i+1 {
			continue
		}
		stay := true
		for _, a := range n.args {
			stay = stay && (a.op == opConst || usedFrom(line[first:], a))
		}
		if stay && n.op != opArg {
			copy(line[i:], line[i+1:first])
			line[first-1] = n
		}
	}
	return line
}

func uses(n, arg *node) bool {
	for _, a := range n.args {
		if a == arg {
			return true
		}
	}
	return false
}

func usedFrom(line []*node, arg *node) bool {
	for _, n := range line {
		if uses(n, arg) {
			return true
		}
	}
	return false
}

// cast sees a value's bits as another kind; it costs nothing. A cast of a node
// is the node itself: kinds only steer the choice of instructions, and those
// of a float and of an integer with the same bits are interchangeable in the
// operations that both have.
func (g *graph) cast(k kind, a *node) *node {
	if a.kind == k {
		return a
	}
	if a.op == opConst {
		return g.constant(k, a.imm)
	}
	return g.add(opCast, k, 0, a)
}
