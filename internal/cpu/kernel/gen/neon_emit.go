package main

import "fmt"

// arm64 writes the instructions of NEON. Register R8 points to the constants.
type arm64 struct{ *allocator }

func (a arm64) save(r int, n *node) { a.out.op("FMOVQ F%d, %s", r, a.stack(n)) }

func (a arm64) restore(n *node, r int) { a.out.op("FMOVQ %s, F%d", a.stack(n), r) }

func (a arm64) constant(bits uint64, r int) {
	if bits == 0 {
		a.out.zero(r)
		return
	}
	a.out.op("FMOVQ %d(R8), F%d", a.pool.place(bits), r)
}

// get returns the register that n is in now.
func (a arm64) get(n *node, keep ...*node) int {
	a.in(n, keep...)
	return a.reg[n]
}

// pair returns the registers of x and y.
func (a arm64) pair(x, y *node) (rx, ry int) {
	a.in(x, y)
	a.in(y, x)
	return a.reg[x], a.reg[y]
}

// result gives n a register; the operands may be overwritten.
func (a arm64) result(n *node) int {
	a.drop(n.args...)
	r := a.fresh()
	a.bind(n, r)
	return r
}

var neonArithmetic = map[op]string{opAdd: "fadd", opSub: "fsub", opMul: "fmul", opDiv: "fdiv", opMax: "fmax", opMin: "fmin", opAddI: "add", opSubI: "sub"}
var neonLogic = map[op]string{opAnd: "and", opOr: "orr", opXor: "eor", opMaskAnd: "and", opMaskOr: "orr"}
var neonRounding = map[uint64]string{0: "frintn", 1: "frintm", 2: "frintp"}

func (a arm64) instruction(n *node) {
	switch n.op {
	case opAdd, opSub, opMul, opDiv, opMax, opMin, opAddI, opSubI:
		x, y := a.pair(n.args[0], n.args[1])
		a.out.three(neonArithmetic[n.op], a.e, a.result(n), x, y)
	case opAnd, opOr, opXor, opMaskAnd, opMaskOr:
		if n.op == opAnd && n.args[1].op == opConst && n.args[1].imm == 1<<(a.e.bits-1)-1 {
			a.one(n, "fabs")
			return
		}
		x, y := a.pair(n.args[0], n.args[1])
		a.out.bits(neonLogic[n.op], a.result(n), x, y)
	case opNeg:
		a.one(n, "fneg")
	case opSqrt:
		a.one(n, "fsqrt")
	case opRound:
		a.one(n, neonRounding[n.imm])
	case opShl, opShr:
		x := a.get(n.args[0])
		a.out.shift(map[op]string{opShl: "shl", opShr: "ushr"}[n.op], a.e, a.result(n), x, int(n.imm))
	case opFMA, opFNMA, opFMS, opFNMS:
		a.fused(n)
	case opCmp, opCmpI:
		a.compare(n)
	case opSelect:
		a.choose(n)
	default:
		panic(fmt.Sprintf("no instruction for op %d", n.op))
	}
}

func (a arm64) one(n *node, name string) {
	x := a.get(n.args[0])
	a.out.two(name, a.e, a.result(n), x)
}

// fused writes +-(x*y) +- z. The instruction adds the product, or the negated
// product, to its destination: z's register if it is not needed any more, else a
// copy. A z to subtract is negated before, so that a zero has the sign that
// rounding once gives it.
func (a arm64) fused(n *node) {
	x, y, z := n.args[0], n.args[1], n.args[2]
	a.in(x, y, z)
	a.in(y, x, z)
	a.in(z, x, y)
	d := a.reg[z]
	over := a.dies(z) && z != x && z != y
	if !over {
		d = a.temp(x, y, z)
	}
	switch {
	case n.op == opFMS || n.op == opFNMS:
		a.out.two("fneg", a.e, d, a.reg[z])
	case !over:
		a.out.copy(d, a.reg[z])
	}
	name := "fmla"
	if n.op == opFNMA || n.op == opFNMS {
		name = "fmls"
	}
	a.out.three(name, a.e, d, a.reg[x], a.reg[y])
	a.rebind(n, d)
}

// rebind drops n's operands and leaves n in d, one of their registers or a
// scratch register.
func (a arm64) rebind(n *node, d int) {
	a.drop(n.args...)
	a.bind(n, d)
}

// compare writes all ones where the comparison holds. There is greater and equal,
// but no negation: that is what a comparison with NaN needs.
func (a arm64) compare(n *node) {
	x, y := a.pair(n.args[0], n.args[1])
	negated := n.imm&4 != 0
	name := "fcmeq"
	switch {
	case n.op == opCmpI:
		name = "cmeq"
	case n.imm&3 == predLT:
		name, x, y = "fcmgt", y, x
	case n.imm&3 == predLE:
		name, x, y = "fcmge", y, x
	case n.imm&3 == predUnordered:
		panic("no instruction compares for order")
	}
	d := a.result(n)
	a.out.three(name, a.e, d, x, y)
	if negated {
		a.out.not(d, d)
	}
}

// choose overwrites the first of mask, false and true that is not needed any more.
func (a arm64) choose(n *node) {
	m, t, f := n.args[0], n.args[1], n.args[2]
	a.in(m, t, f)
	a.in(t, m, f)
	a.in(f, m, t)
	rm, rt, rf := a.reg[m], a.reg[t], a.reg[f]
	switch {
	case a.dies(m) && m != t && m != f:
		a.out.bits("bsl", rm, rt, rf)
		a.rebind(n, rm)
	case a.dies(f) && f != m:
		a.out.bits("bit", rf, rt, rm)
		a.rebind(n, rf)
	case a.dies(t) && t != m:
		a.out.bits("bif", rt, rf, rm)
		a.rebind(n, rt)
	default:
		d := a.temp(m, t, f)
		a.out.copy(d, rm)
		a.out.bits("bsl", d, rt, rf)
		a.rebind(n, d)
	}
}
