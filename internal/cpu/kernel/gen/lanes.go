package main

import "fmt"

// laneCount is kernel.Lanes.
const laneCount = 32

// reductions writes the kernels that feed a run to the lanes, whole rounds of
// all lanes only:
//
//	func sumLanes(acc *[Lanes]T, x *T, rounds int)
func reductions(out, stubs *source, s isa, e elem) {
	for _, r := range []struct{ name, kind string }{{"sumLanes", "sum"}, {"maxLanes", "max"}, {"minLanes", "min"}} {
		name := r.name + e.goType[5:] + s.name
		stub(stubs, name, fmt.Sprintf("acc *[Lanes]%s, x *%[1]s, rounds int", e.goType))
		vectors := laneCount / s.lanes(e)
		out.text(name, 0, 24)
		out.op("MOVQ acc+0(FP), DI")
		out.op("MOVQ x+8(FP), SI")
		out.op("MOVQ rounds+16(FP), CX")
		for i := range vectors {
			out.op("VMOVU%s %d(DI), %s", e.suffix, i*s.bytes, s.v(i))
		}
		m := extremes{out, s, e, r.kind}
		if r.kind != "sum" {
			m.begin(vectors)
		}
		out.op("PCALIGN $32")
		out.line("loop:")
		for i := range vectors {
			if r.kind == "sum" {
				out.op("VADD%s %d(SI), %s, %[3]s", e.suffix, i*s.bytes, s.v(i))
			} else {
				m.add(i, vectors)
			}
		}
		out.op("ADDQ $%d, SI", vectors*s.bytes)
		out.op("DECQ CX")
		out.op("JNZ loop")
		if r.kind != "sum" {
			m.end(vectors)
		}
		for i := range vectors {
			out.op("VMOVU%s %s, %d(DI)", e.suffix, s.v(i), i*s.bytes)
		}
		out.op("VZEROUPPER")
		out.op("RET")
	}
}

// rows writes the kernels that reduce rows of whole rounds of all lanes, each to
// one element:
//
//	func sumRows(out, x *T, rounds, rows int)
func rows(out, stubs *source, s isa, e elem) {
	for _, kind := range []string{"sum", "max", "min"} {
		name := kind + "Rows" + e.goType[5:] + s.name
		stub(stubs, name, fmt.Sprintf("out, x *%s, rounds, rows int", e.goType))
		vectors := laneCount / s.lanes(e)
		spare := vectors // registers from here on are free
		out.text(name, 0, 32)
		out.op("MOVQ out+0(FP), DI")
		out.op("MOVQ x+8(FP), SI")
		out.op("MOVQ rounds+16(FP), R8")
		out.op("MOVQ rows+24(FP), DX")
		m := extremes{out, s, e, kind}
		out.line("row:")
		out.op("MOVQ R8, CX")
		if kind == "sum" {
			for i := range vectors {
				out.op("VXOR%s %s, %[2]s, %[2]s", e.suffix, "X"+s.v(i)[1:])
			}
		} else {
			// The first round takes the place of the identity.
			for i := range vectors {
				out.op("VMOVU%s %d(SI), %s", e.suffix, i*s.bytes, s.v(i))
			}
			m.begin(vectors)
			out.op("ADDQ $%d, SI", vectors*s.bytes)
			out.op("DECQ CX")
			out.op("JZ tree")
		}
		out.op("PCALIGN $32")
		out.line("loop:")
		for i := range vectors {
			if kind == "sum" {
				out.op("VADD%s %d(SI), %s, %[3]s", e.suffix, i*s.bytes, s.v(i))
			} else {
				m.add(i, vectors)
			}
		}
		out.op("ADDQ $%d, SI", vectors*s.bytes)
		out.op("DECQ CX")
		out.op("JNZ loop")
		out.line("tree:")
		combine := func(other, acc string) {
			switch {
			case kind == "sum":
				out.op("VADD%s %s, %s, %[3]s", e.suffix, other, acc)
			case s.masked: // the masks know of NaNs
				m.ofNumbers(other, acc, spare+1)
			default:
				extremeOf(out, s, e, kind, other, acc, spare+1)
			}
		}
		for n := vectors; n > 1; n /= 2 {
			for i := range n / 2 {
				combine(s.v(i+n/2), s.v(i))
			}
		}
		// Upper halves of the first register, in ever fewer of its lanes: what the
		// others hold does not matter.
		for width := s.bytes; width > e.size(); width /= 2 {
			upperHalf(out, e, width, spare)
			combine(s.v(spare), s.v(0))
		}
		if kind != "sum" {
			m.nanIfAny(vectors)
		}
		out.op("VMOVS%s X0, (DI)", e.suffix[1:])
		out.op("ADDQ $%d, DI", e.size())
		out.op("DECQ DX")
		out.op("JNZ row")
		out.op("VZEROUPPER")
		out.op("RET")
	}
}

// upperHalf moves the upper half of the first width bytes of register 0 to the
// front of register to.
func upperHalf(out *source, e elem, width, to int) {
	switch width {
	case 64:
		out.op("VEXTRACTF64X4 $1, Z0, Y%d", to)
	case 32:
		out.op("VEXTRACTF128 $1, Y0, X%d", to)
	case 16:
		out.op("VUNPCKHPD X0, X0, X%d", to)
	case 8:
		out.op("VMOVSHDUP X0, X%d", to)
	}
}

// extremes writes the max or min of registers 0 to vectors-1 and what SI points to,
// as Go's. With AVX-512 masks K2 and up keep where a NaN was met, so that a round
// waits for no more than two instructions of the round before it.
type extremes struct {
	out  *source
	s    isa
	e    elem
	kind string
}

func (m extremes) begin(vectors int) {
	if m.s.masked {
		for i := range vectors {
			m.out.op("VCMP%s $3, %s, %[2]s, K%d", m.e.suffix, m.s.v(i), 2+i)
		}
	}
}

// add takes in vector i of a round.
func (m extremes) add(i, vectors int) {
	out, e, acc, t := m.out, m.e, m.s.v(i), vectors+i%2*4
	x := m.s.v(t)
	out.op("VMOVU%s %d(SI), %s", e.suffix, i*m.s.bytes, x)
	if !m.s.masked {
		extremeOf(out, m.s, e, m.kind, x, acc, t+1)
		return
	}
	k := 6 + i%2
	out.op("VCMP%s $3, %s, %[2]s, K%d", e.suffix, x, k)
	m.ofNumbers(x, acc, t+1)
	out.op("KORW K%d, K%d, K%[2]d", k, 2+i)
}

// ofNumbers sets acc to the max or min of acc and x, whatever it is of NaNs; t and
// the register after it are free.
func (m extremes) ofNumbers(x, acc string, t int) {
	name, join := extremeNames(m.kind)
	a, b := m.s.v(t), m.s.v(t+1)
	m.out.op("%s%s %s, %s, %s", name, m.e.suffix, x, acc, a)
	m.out.op("%s%s %s, %s, %s", name, m.e.suffix, acc, x, b)
	m.out.op("%s%s %s, %s, %s", join, m.e.suffix, b, a, acc)
}

// nanIfAny makes a NaN of register 0 if any lane met one.
func (m extremes) nanIfAny(vectors int) {
	if m.s.masked {
		for i := 1; i < vectors; i++ {
			m.out.op("KORW K%d, K2, K2", 2+i)
		}
		m.out.op("KORTESTW K2, K2")
		m.out.op("JZ number")
		m.out.op("VPTERNLOGD $0xff, Z0, Z0, Z0")
		m.out.line("number:")
	}
}

// end makes NaNs of the lanes that met one.
func (m extremes) end(vectors int) {
	if m.s.masked {
		nan := m.s.v(vectors)
		m.out.op("VPTERNLOGD $0xff, %s, %[1]s, %[1]s", nan)
		for i := range vectors {
			m.out.op("VMOVA%s %s, K%d, %s", m.e.suffix, nan, 2+i, m.s.v(i))
		}
	}
}

// extremeNames are x86's instruction for max or min, and the one that joins its
// results of both orders: they differ for two zeros.
func extremeNames(kind string) (name, join string) {
	if kind == "min" {
		return "VMIN", "VOR"
	}
	return "VMAX", "VAND"
}

// extremeOf sets acc to Go's max or min of acc and x; t and the two registers after
// it are free. As graph.maximum: x86's instruction both ways round, and the NaN of a
// sum where the operands do not compare.
func extremeOf(out *source, s isa, e elem, kind, x, acc string, t int) {
	name, join := extremeNames(kind)
	a, b := s.v(t), s.v(t+1)
	out.op("%s%s %s, %s, %s", name, e.suffix, x, acc, a)
	out.op("%s%s %s, %s, %s", name, e.suffix, acc, x, b)
	if s.masked {
		out.op("VCMP%s $3, %s, %s, K2", e.suffix, x, acc)
		out.op("%s%s %s, %s, %s", join, e.suffix, b, a, a)
		out.op("VADD%s %s, %s, K2, %s", e.suffix, x, acc, a)
		out.op("VMOVA%s %s, %s", e.suffix, a, acc)
		return
	}
	nan := s.v(t + 2)
	out.op("VCMP%s $3, %s, %s, %s", e.suffix, x, acc, nan) // all ones, a NaN, where unordered
	out.op("%s%s %s, %s, %s", join, e.suffix, b, a, a)
	out.op("VOR%s %s, %s, %s", e.suffix, nan, a, acc)
}

// streams writes Fill, MulAdd, AddRows and Select: whole vectors only for Select.
func streams(out, stubs *source, s isa, e elem) {
	fill(out, stubs, s, e)
	mulAdd(out, stubs, s, e)
	addRows(out, stubs, s, e)
	selects(out, stubs, s, e)
}

func fill(out, stubs *source, s isa, e elem) {
	name := "fill" + e.goType[5:] + s.name
	stub(stubs, name, fmt.Sprintf("dst *%s, v %[1]s, n int", e.goType))
	out.text(name, 0, 24)
	out.op("MOVQ dst+0(FP), DI")
	out.op("%s v+8(FP), %s", e.broadcast(), s.v(0))
	out.op("MOVQ n+16(FP), CX")
	turn(out, s, e, "four", 4, []string{"DI"}, func(i int) { out.op("VMOVU%s %s, %d(DI)", e.suffix, s.v(0), i*s.bytes) })
	turn(out, s, e, "one", 1, []string{"DI"}, func(i int) { out.op("VMOVU%s %s, (DI)", e.suffix, s.v(0)) })
	cutTail(out, s, e, func(mask string) { storeCut(out, s, e, s.v(0), mask, "(DI)") })
}

func mulAdd(out, stubs *source, s isa, e elem) {
	name := "mulAdd" + e.goType[5:] + s.name
	stub(stubs, name, fmt.Sprintf("dst, x, y *%s, n int", e.goType))
	out.text(name, 0, 32)
	out.op("MOVQ dst+0(FP), DI")
	out.op("MOVQ x+8(FP), SI")
	out.op("MOVQ y+16(FP), BX")
	out.op("MOVQ n+24(FP), CX")
	one := func(i int) {
		a, d := s.v(2*i), s.v(2*i+1)
		out.op("VMOVU%s %d(DI), %s", e.suffix, i*s.bytes, d)
		out.op("VMOVU%s %d(SI), %s", e.suffix, i*s.bytes, a)
		out.op("VFMADD231%s %d(BX), %s, %s", e.suffix, i*s.bytes, a, d)
		out.op("VMOVU%s %s, %d(DI)", e.suffix, d, i*s.bytes)
	}
	turn(out, s, e, "four", 4, []string{"DI", "SI", "BX"}, one)
	turn(out, s, e, "one", 1, []string{"DI", "SI", "BX"}, one)
	cutTail(out, s, e, func(mask string) {
		for i, r := range []string{"DI", "SI", "BX"} {
			loadCut(out, s, e, "("+r+")", mask, s.v(i))
		}
		out.op("VFMADD231%s %s, %s, %s", e.suffix, s.v(2), s.v(1), s.v(0))
		storeCut(out, s, e, s.v(0), mask, "(DI)")
	})
}

// addRows keeps up to four vectors of columns in registers while it goes
// through the rows.
func addRows(out, stubs *source, s isa, e elem) {
	name := "addRows" + e.goType[5:] + s.name
	stub(stubs, name, fmt.Sprintf("acc, x *%s, stride, rows, n int", e.goType))
	out.text(name, 0, 40)
	out.op("MOVQ acc+0(FP), DI")
	out.op("MOVQ x+8(FP), SI")
	out.op("MOVQ stride+16(FP), R9")
	out.op("SHLQ $%d, R9", map[int]int{4: 2, 8: 3}[e.size()])
	out.op("MOVQ rows+24(FP), DX")
	out.op("MOVQ n+32(FP), CX")
	rows := func(label string, add func()) {
		out.op("MOVQ SI, BX")
		out.op("MOVQ DX, R10")
		out.line("%sRows:", label)
		add()
		out.op("ADDQ R9, BX")
		out.op("DECQ R10")
		out.op("JNZ %sRows", label)
	}
	block := func(label string, count int) {
		turns(out, s, e, label, count, []string{"DI", "SI"}, func() {
			for i := range count {
				out.op("VMOVU%s %d(DI), %s", e.suffix, i*s.bytes, s.v(i))
			}
			rows(label, func() {
				for i := range count {
					out.op("VADD%s %d(BX), %s, %[3]s", e.suffix, i*s.bytes, s.v(i))
				}
			})
			for i := range count {
				out.op("VMOVU%s %s, %d(DI)", e.suffix, s.v(i), i*s.bytes)
			}
		})
	}
	block("four", 4)
	block("one", 1)
	cutTail(out, s, e, func(mask string) {
		loadCut(out, s, e, "(DI)", mask, s.v(0))
		rows("cut", func() {
			loadCut(out, s, e, "(BX)", mask, s.v(1))
			out.op("VADD%s %s, %s, %[3]s", e.suffix, s.v(1), s.v(0))
		})
		storeCut(out, s, e, s.v(0), mask, "(DI)")
	})
}

// turn writes a loop of count vectors a turn, while that many are left.
func turn(out *source, s isa, e elem, label string, count int, pointers []string, vector func(i int)) {
	turns(out, s, e, label, count, pointers, func() {
		for i := range count {
			vector(i)
		}
	})
}

// turns is turn with all of a turn's vectors at once.
func turns(out *source, s isa, e elem, label string, count int, pointers []string, vectors func()) {
	out.op("SUBQ $%d, CX", count*s.lanes(e))
	out.op("JLT %sEnd", label)
	out.op("PCALIGN $32")
	out.line("%sLoop:", label)
	vectors()
	for _, p := range pointers {
		out.op("ADDQ $%d, %s", count*s.bytes, p)
	}
	out.op("SUBQ $%d, CX", count*s.lanes(e))
	out.op("JGE %sLoop", label)
	out.line("%sEnd:", label)
	out.op("ADDQ $%d, CX", count*s.lanes(e))
}

// cutTail writes the last, cut vector, if there is one, and the return.
func cutTail(out *source, s isa, e elem, vector func(mask string)) {
	out.op("TESTQ CX, CX")
	out.op("JZ done")
	mask := s.v(s.regs - 1)
	tailMask(out, s, e, "CX", "R8", mask)
	vector(mask)
	out.line("done:")
	out.op("VZEROUPPER")
	out.op("RET")
}

func loadCut(out *source, s isa, e elem, address, mask, v string) {
	if s.masked {
		out.op("VMOVU%s.Z %s, K1, %s", e.suffix, address, v)
	} else {
		out.op("%s %s, %s, %s", e.maskMove(), address, mask, v)
	}
}

func storeCut(out *source, s isa, e elem, v, mask, address string) {
	if s.masked {
		out.op("VMOVU%s %s, K1, %s", e.suffix, v, address)
	} else {
		out.op("%s %s, %s, %s", e.maskMove(), v, mask, address)
	}
}

// selects widens the bytes of cond to lanes and blends.
func selects(out, stubs *source, s isa, e elem) {
	name := "select" + e.goType[5:] + s.name
	stub(stubs, name, fmt.Sprintf("dst *%s, cond *uint8, x, y *%[1]s, n int", e.goType))
	widen := map[int]string{32: "VPMOVZXBD", 64: "VPMOVZXBQ"}[e.bits]
	lane := map[int]string{32: "D", 64: "Q"}[e.bits]
	out.text(name, 0, 40)
	out.op("MOVQ dst+0(FP), DI")
	out.op("MOVQ cond+8(FP), DX")
	out.op("MOVQ x+16(FP), SI")
	out.op("MOVQ y+24(FP), BX")
	out.op("MOVQ n+32(FP), CX")
	out.op("VPXOR X3, X3, X3")
	turn(out, s, e, "one", 1, []string{"DI", "SI", "BX"}, func(int) {
		c, x, y := s.v(0), s.v(1), s.v(2)
		out.op("%s (DX), %s", widen, c)
		out.op("VMOVU%s (SI), %s", e.suffix, x)
		if s.masked {
			out.op("VPTESTM%s %s, %[2]s, K2", lane, c)
			out.op("VMOVU%s (BX), %s", e.suffix, y)
			out.op("VBLENDM%s %s, %s, K2, %s", e.suffix, x, y, x)
		} else {
			out.op("VPCMPEQ%s %s, %s, %[2]s", lane, c, s.v(3)) // ones where cond is 0
			out.op("VBLENDV%s %s, (BX), %s, %[3]s", e.suffix, c, x)
		}
		out.op("VMOVU%s %s, (DI)", e.suffix, x)
		out.op("ADDQ $%d, DX", s.lanes(e))
	})
	out.op("VZEROUPPER")
	out.op("RET")
}
