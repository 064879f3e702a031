package main

// neonElementwise writes one kernel for arm64. There are no masked loads: what a
// whole vector would exceed is done element by element, in lane 0.
//
//	R0: dst; R1, R2: x, y; R3: elements left; R8: constants; R9: scratch
type neonElementwise struct{ *elementwise }

func (w neonElementwise) write() {
	var code source
	text := w.out
	w.out = &code
	if count := w.interleaved(neonTurn); count > 1 {
		w.loop("turn", "vector", count)
		code.line("vector:")
	}
	w.loop("vector", "done", 1)
	code.op("CBZ R3, done")
	code.line("tail:")
	neonTurn(w.elementwise, 1, true)
	w.advance(w.result()/w.lanes(), w.k.e.size())
	code.op("SUBS $1, R3, R3")
	code.op("BNE tail")
	code.line("done:")
	n := 8 + 8*w.k.family.operands
	if w.partial() {
		code.op("MOVD n+%d(FP), R9", n)
		code.op("SUB R3, R9, R9")
		code.op("MOVD R9, done+%d(FP)", n+8)
	}
	code.op("RET")
	w.out = text
	w.header(n)
	text.op("MOVD dst+0(FP), R0")
	text.op("MOVD x+8(FP), R1")
	if w.k.family.operands == 2 {
		text.op("MOVD y+16(FP), R2")
	}
	text.op("MOVD n+%d(FP), R3", n)
	if w.constants() {
		text.op("MOVD $%s(SB), R8", w.pool.name)
	}
	text.WriteString(code.String())
}

// constants tells whether the kernel reads any.
func (w neonElementwise) constants() bool {
	for _, n := range append(w.nodes, w.root) {
		for _, a := range n.args {
			if a.op == opConst {
				return true
			}
		}
	}
	return w.root.op == opConst
}

// loop writes a loop over count vectors a turn; leave is where a turn goes on
// that it cannot finish.
func (w neonElementwise) loop(name, leave string, count int) {
	w.out.op("SUBS $%d, R3, R3", count*w.lanes())
	w.out.op("BLT %sEnd", name)
	w.out.op("PCALIGN $16")
	w.out.line("%sLoop:", name)
	neonTurn(w.elementwise, count, false)
	w.advance(count*w.result(), count*w.memory())
	w.out.op("SUBS $%d, R3, R3", count*w.lanes())
	w.out.op("BGE %sLoop", name)
	w.out.line("%sEnd:", name)
	w.out.op("ADD $%d, R3, R3", count*w.lanes())
	if w.leaves() {
		w.out.op("B %sOver", name)
		w.out.line("leave%d:", count)
		w.out.op("ADD $%d, R3, R3", count*w.lanes())
		w.out.op("B %s", leave)
		w.out.line("%sOver:", name)
	}
}

// advance moves the pointers on.
func (w neonElementwise) advance(result, memory int) {
	w.out.op("ADD $%d, R0, R0", result)
	w.out.op("ADD $%d, R1, R1", memory)
	if w.k.family.operands == 2 {
		w.out.op("ADD $%d, R2, R2", memory)
	}
}

// neonTurn writes the work on count vectors, or on the tail's one element.
func neonTurn(e *elementwise, count int, tail bool) {
	w := neonElementwise{e}
	a := newAllocator(w.out, w.s, w.lane, w.pool, &w.slots)
	a.machine = arm64{a}
	nodes, roots := interleave(w.nodes, w.root, count)
	a.body(nodes, roots,
		func(n *node, reg int) { w.load(int(n.imm), reg, n.copy, tail) },
		func(m *node) { w.leave(a, m, count, tail) })
	for i, root := range roots {
		a.now = len(nodes) + i
		from := arm64{a}.get(root)
		if w.compares() {
			w.storeBytes(from, a.fresh(root), i, tail)
		} else {
			w.store(from, a.fresh(root), i, tail)
		}
		a.drop(root)
	}
}

// move is the instruction that loads or stores bytes of a vector from its start;
// a load clears the rest.
func neonMove(bytes int) string {
	return map[int]string{4: "FMOVS", 8: "FMOVD", 16: "FMOVQ"}[bytes]
}

// moved is the bytes of memory that a vector, or the tail's element, has there.
func (w neonElementwise) moved(tail bool) int {
	if tail {
		return w.k.e.size()
	}
	return w.memory()
}

func (w neonElementwise) load(arg, reg, i int, tail bool) {
	w.out.op("%s %d(R%d), F%d", neonMove(w.moved(tail)), i*w.memory(), 1+arg, reg)
	if w.t.wide {
		w.out.resize("fcvtl", "2d", reg, reg)
	}
}

func (w neonElementwise) store(from, free, i int, tail bool) {
	if w.t.wide {
		w.out.resize("fcvtn", "2s", free, from)
		from = free
	}
	w.out.op("%s F%d, %d(R0)", neonMove(w.moved(tail)), from, i*w.memory())
}

// leave jumps out if any lane of m is set that counts.
func (w neonElementwise) leave(a *allocator, m *node, count int, tail bool) {
	if tail {
		w.out.toGeneral(w.lane, 9, a.reg[m])
		w.out.op("CBNZ R9, done")
		return
	}
	t := a.fresh(m)
	w.out.pairwiseMax(t, a.reg[m])
	w.out.toGeneral(elem64, 9, t)
	w.out.op("CBNZ R9, leave%d", count)
}

// storeBytes turns the mask of a comparison into bytes of 1 and 0.
func (w neonElementwise) storeBytes(mask, free, i int, tail bool) {
	w.out.shift("ushr", w.lane, free, mask, w.lane.bits-1)
	if tail {
		w.out.toGeneral(elem32, 9, free)
		w.out.op("MOVB R9, (R0)")
		return
	}
	if w.lane.bits == 64 {
		w.out.resize("xtn", "2s", free, free)
	}
	w.out.resize("xtn", "4h", free, free)
	w.out.resize("xtn", "8b", free, free)
	if w.lane.bits == 32 {
		w.out.op("FMOVS F%d, %d(R0)", free, i*w.result())
		return
	}
	w.out.toGeneral(elem32, 9, free)
	w.out.op("MOVH R9, %d(R0)", i*w.result())
}
