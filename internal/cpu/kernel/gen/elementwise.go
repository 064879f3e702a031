package main

import (
	"fmt"
	"log"
)

// A turn of the main loop works on up to maxInterleave vectors, as long as they
// need no more than turnLimit operations and no stack.
const (
	maxInterleave = 4
	turnLimit     = 240
)

// elementwise writes one kernel as
//
//	func name(dst *T, x *T, [y *T,] n int) (done int)
//
// It stops before the first vector that it leaves to plain Go. Comparisons
// write bytes, and on amd64 whole vectors only.
type elementwise struct {
	out   *source
	s     isa
	k     kernel
	t     *tracer
	nodes []*node
	root  *node
	pool  *constants
	slots int
	lane  elem // in registers
}

func newElementwise(out *source, s isa, k kernel, p *program, pools map[int]*constants) *elementwise {
	t, root := p.trace(s, k.function, k.e.bits)
	w := &elementwise{out: out, s: s, k: k, t: t, root: strip(root), lane: elem32}
	if t.g.bits == 64 {
		w.lane = elem64
	}
	w.nodes = t.g.live(w.root)
	w.pool = pools[t.g.bits]
	return w
}

func (w *elementwise) name() string { return w.k.base() + w.s.name }

func (w *elementwise) leaves() bool {
	for _, n := range w.nodes {
		if n.op == opLeave {
			return true
		}
	}
	return false
}

func (w *elementwise) compares() bool { return w.k.family.name == "Compare" }

// partial tells whether the kernel may stop early and says where it did.
func (w *elementwise) partial() bool { return w.leaves() || w.compares() && !w.s.arm }

// lanes is the number of elements that one vector handles.
func (w *elementwise) lanes() int { return w.s.lanes(w.lane) }

// memory is the bytes of one vector's worth of operands, result of results.
func (w *elementwise) memory() int { return w.lanes() * w.k.e.size() }
func (w *elementwise) result() int {
	if w.compares() {
		return w.lanes()
	}
	return w.memory()
}

func (w *elementwise) write() {
	var code source
	text := w.out
	w.out = &code
	n := 8 + 8*w.k.family.operands
	code.op("MOVQ dst+0(FP), DI")
	code.op("MOVQ x+8(FP), SI")
	if w.k.family.operands == 2 {
		code.op("MOVQ y+16(FP), BX")
	}
	code.op("MOVQ n+%d(FP), CX", n)
	if count := w.interleaved((*elementwise).turn); count > 1 {
		w.loop("turn", "vector", count)
		code.line("vector:")
	}
	w.loop("vector", "done", 1)
	if !w.compares() {
		code.op("TESTQ CX, CX")
		code.op("JZ done")
		w.tail()
		code.op("XORL CX, CX")
	}
	code.line("done:")
	if w.partial() {
		code.op("MOVQ n+%d(FP), AX", n)
		code.op("SUBQ CX, AX")
		code.op("MOVQ AX, done+%d(FP)", n+8)
	}
	code.op("VZEROUPPER")
	code.op("RET")
	w.out = text
	w.header(n)
	text.WriteString(code.String())
}

func (w *elementwise) header(n int) {
	args := n + 8
	if w.partial() {
		args += 8
	}
	if w.slots >= unfit {
		log.Fatalf("%s: out of mask registers", w.name())
	}
	frame := w.slots * w.s.bytes
	flags := "NOSPLIT"
	if frame > 256 {
		flags = "0"
	}
	w.out.line("\n// %s is declared in the stubs.", w.name())
	w.out.line("TEXT ·%s(SB), %s, $%d-%d", w.name(), flags, frame, args)
	if flags == "0" {
		w.out.op("NO_LOCAL_POINTERS")
	}
}

// interleaved returns how many vectors a turn of the main loop takes.
func (w *elementwise) interleaved(turn func(w *elementwise, count int, tail bool)) int {
	for count := maxInterleave; count > 1; count-- {
		if count*len(w.nodes) > turnLimit {
			continue
		}
		try := *w
		try.out = new(source)
		try.slots = 0
		if turn(&try, count, false); try.slots == 0 {
			return count
		}
	}
	return 1
}

// loop writes a loop over count vectors a turn; leave is where a turn goes on
// that it cannot finish.
func (w *elementwise) loop(name, leave string, count int) {
	w.out.op("SUBQ $%d, CX", count*w.lanes())
	w.out.op("JLT %sEnd", name)
	w.out.op("PCALIGN $32")
	w.out.line("%sLoop:", name)
	w.turn(count, false)
	w.out.op("ADDQ $%d, DI", count*w.result())
	w.out.op("ADDQ $%d, SI", count*w.memory())
	if w.k.family.operands == 2 {
		w.out.op("ADDQ $%d, BX", count*w.memory())
	}
	w.out.op("SUBQ $%d, CX", count*w.lanes())
	w.out.op("JGE %sLoop", name)
	w.out.line("%sEnd:", name)
	w.out.op("ADDQ $%d, CX", count*w.lanes())
	if w.leaves() {
		w.out.op("JMP %sOver", name)
		w.out.line("leave%d:", count)
		w.out.op("ADDQ $%d, CX", count*w.lanes())
		w.out.op("JMP %s", leave)
		w.out.line("%sOver:", name)
	}
}

// turn writes the work on count vectors, or on the tail's one.
func (w *elementwise) turn(count int, tail bool) {
	a := newAllocator(w.out, w.s, w.lane, w.pool, &w.slots)
	a.machine = amd64{a}
	nodes, roots := interleave(w.nodes, w.root, count)
	a.body(nodes, roots,
		func(n *node, reg int) { w.load(int(n.imm), reg, n.copy, tail) },
		func(m *node) { w.leave(a, m, count, tail) })
	for i, root := range roots {
		a.now = len(nodes) + i
		if w.compares() {
			w.storeBytes(a, root, i)
			continue
		}
		from := a.in(root)
		w.store(from, a.fresh(root), i, tail)
		a.drop(root)
	}
}

// tail writes the last, cut vector. R8: AVX2's mask in the table, or K1.
func (w *elementwise) tail() {
	if w.s.masked {
		w.out.op("MOVL $1, R8")
		w.out.op("SHLL CX, R8")
		w.out.op("DECL R8")
		w.out.op("KMOVW R8, K1")
	} else {
		w.out.op("LEAQ tailMask<>+32(SB), R8")
		for range w.k.e.size() {
			w.out.op("SUBQ CX, R8")
		}
	}
	w.turn(1, true)
}

func (w *elementwise) load(arg, reg, i int, tail bool) {
	address := fmt.Sprintf("%d(%s)", i*w.memory(), []string{"SI", "BX"}[arg])
	v := w.s.v(reg)
	half := fmt.Sprintf("%s%d", map[bool]string{false: "X", true: "Y"}[w.s.masked], reg)
	e := w.k.e
	switch {
	case w.t.wide && !tail:
		w.out.op("VCVTPS2PD %s, %s", address, v)
	case w.t.wide && w.s.masked:
		w.out.op("VCVTPS2PD.Z %s, K1, %s", address, v)
	case w.t.wide:
		w.out.op("VMOVUPS (R8), %s", half)
		w.out.op("VMASKMOVPS %s, %s, %[2]s", address, half)
		w.out.op("VCVTPS2PD %s, %s", half, v)
	case !tail:
		w.out.op("VMOVU%s %s, %s", e.suffix, address, v)
	case w.s.masked:
		w.out.op("VMOVU%s.Z %s, K1, %s", e.suffix, address, v)
	default:
		w.out.op("VMOVU%s (R8), %s", e.suffix, v)
		w.out.op("%s %s, %s, %[3]s", e.maskMove(), address, v)
	}
}

func (w *elementwise) store(from string, free, i int, tail bool) {
	address := fmt.Sprintf("%d(DI)", i*w.result())
	e := w.k.e
	mask := w.s.v(free)
	if w.t.wide {
		half := map[bool]string{false: "X", true: "Y"}[w.s.masked] + from[1:]
		name := map[bool]string{false: "VCVTPD2PSY", true: "VCVTPD2PS"}[w.s.masked]
		w.out.op("%s %s, %s", name, from, half)
		from = half
		mask = "X" + mask[1:]
	}
	switch {
	case !tail:
		w.out.op("VMOVU%s %s, %s", e.suffix, from, address)
	case w.s.masked:
		w.out.op("VMOVU%s %s, K1, %s", e.suffix, from, address)
	default:
		w.out.op("VMOVU%s (R8), %s", e.suffix, mask)
		w.out.op("%s %s, %s, %s", e.maskMove(), from, mask, address)
	}
}

// leave jumps out if any lane of m that counts is set.
func (w *elementwise) leave(a *allocator, m *node, count int, tail bool) {
	if w.s.masked {
		w.out.op("KMOVW K%d, R10", a.kreg[m])
	} else {
		w.out.op("VMOVMSK%s %s, R10", w.lane.suffix, w.s.v(a.reg[m]))
	}
	if !tail {
		w.out.op("TESTL R10, R10")
		w.out.op("JNZ leave%d", count)
		return
	}
	w.out.op("MOVL $1, R11")
	w.out.op("SHLL CX, R11")
	w.out.op("DECL R11")
	w.out.op("TESTL R11, R10")
	w.out.op("JNZ done")
}

// storeBytes turns the mask of a comparison into bytes of 1 and 0.
func (w *elementwise) storeBytes(a *allocator, root *node, i int) {
	address := fmt.Sprintf("%d(DI)", i*w.result())
	if w.s.masked {
		w.out.op("VPMOVM2B K%d, X0", a.kreg[root])
		w.out.op("VPAND byteOnes<>(SB), X0, X0")
		w.out.op("%s X0, %s", map[int]string{16: "VMOVDQU", 8: "VMOVQ"}[w.lanes()], address)
		return
	}
	r := a.reg[root]
	x, t := fmt.Sprintf("X%d", r), fmt.Sprintf("X%d", a.fresh(root))
	w.out.op("VEXTRACTF128 $1, Y%d, %s", r, t)
	if w.lane.bits == 64 {
		w.out.op("VSHUFPS $0x88, %s, %s, %[2]s", t, x)
		w.out.op("VPACKSSDW %s, %[1]s, %[1]s", x)
	} else {
		w.out.op("VPACKSSDW %s, %s, %[2]s", t, x)
	}
	w.out.op("VPACKSSWB %s, %[1]s, %[1]s", x)
	w.out.op("VPAND byteOnes<>(SB), %s, %[1]s", x)
	w.out.op("%s %s, %s", map[int]string{8: "VMOVQ", 4: "VMOVD"}[w.lanes()], x, address)
	a.drop(root)
}
