package main

import "fmt"

// amd64 writes the instructions of AVX2 and AVX-512.
type amd64 struct{ *allocator }

func (a amd64) save(r int, n *node) { a.out.op("VMOVUPS %s, %s", a.s.v(r), a.stack(n)) }

func (a amd64) restore(n *node, r int) { a.out.op("VMOVUPS %s, %s", a.stack(n), a.s.v(r)) }

func (a amd64) constant(bits uint64, r int) { a.pool.load(a.out, a.s, a.e, bits, a.s.v(r)) }

// body writes the instructions of nodes in order. argument loads an operand
// into a register; leave writes the jump for lanes that plain Go must serve.
func (a *allocator) body(nodes, roots []*node, argument func(n *node, reg int), leave func(m *node)) {
	for i, n := range nodes {
		for _, arg := range n.args {
			a.uses[arg] = append(a.uses[arg], i)
		}
	}
	a.argument = argument
	for i, root := range roots {
		a.uses[root] = append(a.uses[root], len(nodes)+i)
	}
	for i, n := range nodes {
		a.now = i
		switch n.op {
		case opArg:
			r := a.fresh()
			argument(n, r)
			a.bind(n, r)
		case opLeave:
			if !a.s.masked {
				a.in(n.args[0])
			}
			leave(n.args[0])
			a.drop(n.args...)
		default:
			a.machine.instruction(n)
		}
	}
	a.now = len(nodes)
}

// three writes a non-destructive instruction: last source in memory if it is
// a constant.
func (a amd64) three(n *node, name string, x, y *node) {
	first := a.in(x, y)
	second, suffix := a.operand(y, x)
	a.drop(x, y)
	r := a.fresh()
	a.out.op("%s%s %s, %s, %s", name, suffix, second, first, a.s.v(r))
	a.bind(n, r)
}

var arithmetic = map[op]string{opAdd: "VADD", opSub: "VSUB", opMul: "VMUL", opDiv: "VDIV", opMaxX: "VMAX", opMinX: "VMIN"}
var logical = map[op]string{opAnd: "VAND", opOr: "VOR", opXor: "VXOR"}

func (a amd64) instruction(n *node) {
	e := a.e
	lane := map[int]string{32: "D", 64: "Q"}[e.bits]
	switch n.op {
	case opAdd, opMul:
		x, y := n.args[0], n.args[1]
		if x.op == opConst {
			x, y = y, x
		}
		a.three(n, arithmetic[n.op]+e.suffix, x, y)
	case opScale:
		a.three(n, "VSCALEF"+e.suffix, n.args[0], n.args[1])
	case opSub, opDiv, opMaxX, opMinX:
		a.three(n, arithmetic[n.op]+e.suffix, n.args[0], n.args[1])
	case opAnd, opOr, opXor:
		a.three(n, logical[n.op]+e.suffix, n.args[0], n.args[1])
	case opNeg:
		a.three(n, "VXOR"+e.suffix, n.args[0], &node{op: opConst, imm: 1 << (e.bits - 1)})
	case opAddI:
		a.three(n, "VPADD"+lane, n.args[0], n.args[1])
	case opSubI:
		a.three(n, "VPSUB"+lane, n.args[0], n.args[1])
	case opShl:
		a.two(n, fmt.Sprintf("VPSLL%s $%d,", lane, n.imm))
	case opShr:
		a.two(n, fmt.Sprintf("VPSRL%s $%d,", lane, n.imm))
	case opSqrt:
		a.two(n, "VSQRT"+e.suffix)
	case opRound:
		name := "VROUND"
		if a.s.masked {
			name = "VRNDSCALE"
		}
		a.two(n, fmt.Sprintf("%s%s $%d,", name, e.suffix, n.imm|8))
	case opFMA, opFNMA, opFMS, opFNMS:
		a.fused(n)
	case opCmp:
		a.compare(n)
	case opCmpI:
		a.compareI(n, lane)
	case opMaskAnd, opMaskOr:
		a.maskOp(n)
	case opSelect:
		a.choose(n, lane)
	default:
		panic(fmt.Sprintf("no instruction for op %d", n.op))
	}
}

func (a amd64) two(n *node, name string) {
	x := a.in(n.args[0])
	a.drop(n.args...)
	r := a.fresh()
	a.out.op("%s %s, %s", name, x, a.s.v(r))
	a.bind(n, r)
}

var fusedNames = map[op]string{opFMA: "VFMADD", opFNMA: "VFNMADD", opFMS: "VFMSUB", opFNMS: "VFNMSUB"}

// fused writes x*y +- z. The instruction overwrites one operand: z or a factor
// if it is not needed any more, else a copy of z.
func (a amd64) fused(n *node) {
	name := fusedNames[n.op]
	x, y, z := n.args[0], n.args[1], n.args[2]
	if x.op == opConst {
		x, y = y, x
	}
	free := func(m, o, p *node) bool { return m.op != opConst && a.dies(m) && m != o && m != p }
	switch {
	case free(z, x, y): // z += x*y
		a.in(z, x, y)
		first := a.in(x, y, z)
		second, suffix := a.operand(y, x, z)
		a.overwrite(n, z, "%s231%s%s %s, %s, %s", name, a.e.suffix, suffix, second, first)
	case free(x, y, z) && z.op == opConst: // x = y*x + z
		a.in(x, y, z)
		first := a.in(y, x, z)
		second, suffix := a.operand(z, x, y)
		a.overwrite(n, x, "%s213%s%s %s, %s, %s", name, a.e.suffix, suffix, second, first)
	case free(x, y, z): // x = x*y + z
		a.in(x, y, z)
		first := a.in(z, x, y)
		second, suffix := a.operand(y, x, z)
		a.overwrite(n, x, "%s132%s%s %s, %s, %s", name, a.e.suffix, suffix, second, first)
	case free(y, x, z):
		a.in(y, x, z)
		first := a.in(x, y, z)
		second, suffix := a.operand(z, x, y)
		a.overwrite(n, y, "%s213%s%s %s, %s, %s", name, a.e.suffix, suffix, second, first)
	default:
		r := a.temp(x, y, z)
		if z.op == opConst {
			a.pool.load(a.out, a.s, a.e, z.imm, a.s.v(r))
		} else {
			a.out.op("VMOVAPS %s, %s", a.in(z, x, y), a.s.v(r))
		}
		first := a.in(x, y, z)
		second, suffix := a.operand(y, x, z)
		a.out.op("%s231%s%s %s, %s, %s", name, a.e.suffix, suffix, second, first, a.s.v(r))
		a.drop(x, y, z)
		a.release(r)
		a.bind(n, r)
	}
}

// overwrite writes an instruction whose result takes old's register.
func (a amd64) overwrite(n, old *node, format string, args ...any) {
	r := a.reg[old]
	a.out.op(format, append(args, a.s.v(r))...)
	a.drop(n.args...)
	a.bind(n, r)
}

// swapped is the predicate for exchanged operands.
var swapped = map[uint64]uint64{0: 0, 1: 14, 2: 13, 3: 3, 4: 4, 5: 10, 6: 9, 7: 7}

func (a amd64) compare(n *node) {
	x, y, pred := n.args[0], n.args[1], n.imm
	if x.op == opConst {
		x, y, pred = y, x, swapped[pred]
	}
	a.toMask(n, fmt.Sprintf("VCMP%s", a.e.suffix), fmt.Sprintf("$%d, ", pred), x, y)
}

func (a amd64) compareI(n *node, lane string) {
	x, y := n.args[0], n.args[1]
	if x.op == opConst {
		x, y = y, x
	}
	if a.s.masked {
		a.toMask(n, "VPCMP"+lane, fmt.Sprintf("$%d, ", n.imm), x, y)
		return
	}
	a.three(n, "VPCMPEQ"+lane, x, y)
	if n.imm == 4 {
		ones := ^uint64(0)
		if a.e.bits == 32 {
			ones = 1<<32 - 1
		}
		r := a.s.v(a.reg[n])
		text, _ := a.pool.memory(a.s, a.e, ones)
		a.out.op("VXORPS %s, %s, %[2]s", text, r)
	}
}

// toMask writes a comparison: its result is a vector with AVX2, a mask
// register with AVX-512.
func (a amd64) toMask(n *node, name, imm string, x, y *node) {
	first := a.in(x, y)
	second, suffix := a.operand(y, x)
	a.drop(x, y)
	if a.s.masked {
		k := a.freshMask()
		a.kreg[n], a.kown[k] = k, n
		a.out.op("%s%s %s%s, %s, K%d", name, suffix, imm, second, first, k)
		return
	}
	r := a.fresh()
	a.out.op("%s %s%s, %s, %s", name, imm, second, first, a.s.v(r))
	a.bind(n, r)
}

func (a amd64) maskOp(n *node) {
	names := map[op][2]string{opMaskAnd: {"VANDPS", "KANDW"}, opMaskOr: {"VORPS", "KORW"}}[n.op]
	if !a.s.masked {
		a.three(n, names[0], n.args[0], n.args[1])
		return
	}
	x, y := a.kreg[n.args[0]], a.kreg[n.args[1]]
	a.drop(n.args...)
	k := a.freshMask()
	a.kreg[n], a.kown[k] = k, n
	a.out.op("%s K%d, K%d, K%d", names[1], x, y, k)
}

func (a amd64) choose(n *node, lane string) {
	m, t, f := n.args[0], n.args[1], n.args[2]
	first := a.in(f, m, t)
	if a.s.masked {
		second, suffix := a.operand(t, f)
		k := a.kreg[m]
		a.drop(m, t, f)
		r := a.fresh()
		a.out.op("VBLENDM%s%s %s, %s, K%d, %s", a.e.suffix, suffix, second, first, k, a.s.v(r))
		a.bind(n, r)
		return
	}
	by := a.in(m, t, f)
	second, _ := a.operand(t, m, f)
	a.drop(m, t, f)
	r := a.fresh()
	a.out.op("VBLENDV%s %s, %s, %s, %s", a.e.suffix, by, second, first, a.s.v(r))
	a.bind(n, r)
}
