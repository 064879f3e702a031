package main

import "fmt"

// neonReductions writes the kernels that feed a run to the lanes, whole rounds of
// all lanes only:
//
//	func sumLanes(acc *[Lanes]T, x *T, rounds int)
func neonReductions(out, stubs *source, e elem) {
	for _, r := range []struct{ name, op string }{{"sumLanes", "fadd"}, {"maxLanes", "fmax"}, {"minLanes", "fmin"}} {
		name := r.name + e.goType[5:] + neon.name
		stub(stubs, name, fmt.Sprintf("acc *[Lanes]%s, x *%[1]s, rounds int", e.goType))
		vectors := laneCount / neon.lanes(e)
		out.text(name, 0, 24)
		out.op("MOVD acc+0(FP), R0")
		out.op("MOVD x+8(FP), R1")
		out.op("MOVD rounds+16(FP), R3")
		for i := range vectors {
			out.op("FMOVQ %d(R0), F%d", i*neon.bytes, i)
		}
		out.op("PCALIGN $16")
		out.line("loop:")
		for i := range vectors {
			x := vectors + i%8
			out.op("FMOVQ %d(R1), F%d", i*neon.bytes, x)
			out.three(r.op, e, i, i, x)
		}
		out.op("ADD $%d, R1, R1", vectors*neon.bytes)
		out.op("SUBS $1, R3, R3")
		out.op("BNE loop")
		for i := range vectors {
			out.op("FMOVQ F%d, %d(R0)", i, i*neon.bytes)
		}
		out.op("RET")
	}
}

// neonStream writes a function over n elements: turns of four vectors and of one,
// then element by element in lane 0.
type neonStream struct {
	out      *source
	e        elem
	pointers []int // registers that run along; the count of elements is in R3
}

// vectors writes the loops; turn writes the work on count pieces of the given
// number of bytes.
func (w neonStream) vectors(turn func(label string, count, bytes int)) {
	for _, l := range []struct {
		label        string
		count, bytes int
	}{{"four", 4, neon.bytes}, {"one", 1, neon.bytes}, {"element", 1, w.e.size()}} {
		n := l.count * l.bytes / w.e.size()
		w.out.op("SUBS $%d, R3, R3", n)
		w.out.op("BLT %sEnd", l.label)
		w.out.op("PCALIGN $16")
		w.out.line("%sLoop:", l.label)
		turn(l.label, l.count, l.bytes)
		for _, p := range w.pointers {
			w.out.op("ADD $%d, R%d, R%[2]d", l.count*l.bytes, p)
		}
		w.out.op("SUBS $%d, R3, R3", n)
		w.out.op("BGE %sLoop", l.label)
		w.out.line("%sEnd:", l.label)
		w.out.op("ADD $%d, R3, R3", n)
	}
	w.out.op("RET")
}

// neonStreams writes Fill, MulAdd, AddRows and Select: whole vectors only for
// Select.
func neonStreams(out, stubs *source, e elem) {
	neonFill(out, stubs, e)
	neonMulAdd(out, stubs, e)
	neonAddRows(out, stubs, e)
	neonSelect(out, stubs, e)
}

func neonFill(out, stubs *source, e elem) {
	name := "fill" + e.goType[5:] + neon.name
	stub(stubs, name, fmt.Sprintf("dst *%s, v %[1]s, n int", e.goType))
	out.text(name, 0, 24)
	out.op("MOVD dst+0(FP), R0")
	out.op("%s v+8(FP), F0", neonMove(e.size()))
	out.op("MOVD n+16(FP), R3")
	out.spread(e, 0, 0)
	neonStream{out, e, []int{0}}.vectors(func(_ string, count, bytes int) {
		for i := range count {
			out.op("%s F0, %d(R0)", neonMove(bytes), i*bytes)
		}
	})
}

func neonMulAdd(out, stubs *source, e elem) {
	name := "mulAdd" + e.goType[5:] + neon.name
	stub(stubs, name, fmt.Sprintf("dst, x, y *%s, n int", e.goType))
	out.text(name, 0, 32)
	out.op("MOVD dst+0(FP), R0")
	out.op("MOVD x+8(FP), R1")
	out.op("MOVD y+16(FP), R2")
	out.op("MOVD n+24(FP), R3")
	neonStream{out, e, []int{0, 1, 2}}.vectors(func(_ string, count, bytes int) {
		for i := range count {
			for p := range 3 {
				out.op("%s %d(R%d), F%d", neonMove(bytes), i*bytes, p, 3*i+p)
			}
			out.three("fmla", e, 3*i, 3*i+1, 3*i+2)
			out.op("%s F%d, %d(R0)", neonMove(bytes), 3*i, i*bytes)
		}
	})
}

// neonAddRows keeps up to four vectors of columns in registers while it goes
// through the rows.
func neonAddRows(out, stubs *source, e elem) {
	name := "addRows" + e.goType[5:] + neon.name
	stub(stubs, name, fmt.Sprintf("acc, x *%s, stride, rows, n int", e.goType))
	out.text(name, 0, 40)
	out.op("MOVD acc+0(FP), R0")
	out.op("MOVD x+8(FP), R1")
	out.op("MOVD stride+16(FP), R4")
	out.op("LSL $%d, R4, R4", log2(e.size()))
	out.op("MOVD rows+24(FP), R5")
	out.op("MOVD n+32(FP), R3")
	neonStream{out, e, []int{0, 1}}.vectors(func(label string, count, bytes int) {
		for i := range count {
			out.op("%s %d(R0), F%d", neonMove(bytes), i*bytes, i)
		}
		out.op("MOVD R1, R2")
		out.op("MOVD R5, R6")
		out.line("%sRows:", label)
		for i := range count {
			out.op("%s %d(R2), F%d", neonMove(bytes), i*bytes, 4+i)
			out.three("fadd", e, i, i, 4+i)
		}
		out.op("ADD R4, R2, R2")
		out.op("SUBS $1, R6, R6")
		out.op("BNE %sRows", label)
		for i := range count {
			out.op("%s F%d, %d(R0)", neonMove(bytes), i, i*bytes)
		}
	})
}

// neonSelect widens the bytes of cond to lanes and chooses by them.
func neonSelect(out, stubs *source, e elem) {
	name := "select" + e.goType[5:] + neon.name
	stub(stubs, name, fmt.Sprintf("dst *%s, cond *uint8, x, y *%[1]s, n int", e.goType))
	lanes := neon.lanes(e)
	out.text(name, 0, 40)
	out.op("MOVD dst+0(FP), R0")
	out.op("MOVD cond+8(FP), R4")
	out.op("MOVD x+16(FP), R1")
	out.op("MOVD y+24(FP), R2")
	out.op("MOVD n+32(FP), R3")
	out.op("PCALIGN $16")
	out.line("loop:")
	if e.bits == 32 {
		out.op("FMOVS.P 4(R4), F0")
	} else {
		out.op("MOVHU.P 2(R4), R9")
		out.op("FMOVS R9, F0")
	}
	out.resize("ushll", "8h", 0, 0)
	out.resize("ushll", "4s", 0, 0)
	if e.bits == 64 {
		out.resize("ushll", "2d", 0, 0)
	}
	out.three("cmtst", e, 0, 0, 0)
	out.op("FMOVQ.P %d(R1), F1", neon.bytes)
	out.op("FMOVQ.P %d(R2), F2", neon.bytes)
	out.bits("bsl", 0, 1, 2)
	out.op("FMOVQ.P F0, %d(R0)", neon.bytes)
	out.op("SUBS $%d, R3, R3", lanes)
	out.op("BNE loop")
	out.op("RET")
}
