package main

import "fmt"

// gemvGroups is how many squares of rows a call of the wide kernel sums up: their
// chains of additions run side by side and hide each other's latency.
const gemvGroups = 4

// gemv writes the kernel that multiplies the rows of a matrix, contiguous along
// the summed axis, by a vector: groups squares of rows, a vector of sums for
// each. Rows are turned within registers, so that every row's sum goes along k
// from zero on, as in a matrix product.
//
//	func gemv(sums *T, a *T, aRow int, x *T, depth int)
//
// DI: sums; SI, R9, R10: A, its row stride, three times that; R12: A at the
// current k and group, R11: from four rows further on; BX: x; DX: k left
func gemv(out *source, s isa, e elem, groups int) {
	g := gemvWriter{out, s, e, groups}
	gemvBegin(out, s, e, groups)
	for i := range groups {
		out.op("VXOR%s %s, %[2]s, %[2]s", e.suffix, g.acc(i))
	}
	n := s.lanes(e)
	// Whole lines of the cache first: a line that is left half read may be gone
	// when its group comes again, since rows often lie a multiple of 4 kB apart.
	line := 64 / s.bytes
	out.op("SUBQ $%d, DX", line*n)
	out.op("JLT squares")
	out.line("lines:")
	g.pass(line, "")
	out.op("SUBQ $%d, DX", line*n)
	out.op("JGE lines")
	out.line("squares:")
	out.op("ADDQ $%d, DX", line*n)
	out.op("SUBQ $%d, DX", n)
	out.op("JLT tail")
	out.line("square:")
	g.pass(1, "")
	out.op("SUBQ $%d, DX", n)
	out.op("JGE square")
	out.line("tail:")
	out.op("ADDQ $%d, DX", n)
	out.op("JZ done")
	tailMask(out, s, e, "DX", "R8", "Y15")
	g.pass(1, "Y15")
	out.line("done:")
	for i := range groups {
		out.op("VMOVU%s %s, %d(DI)", e.suffix, g.acc(i), i*s.bytes)
	}
	out.op("VZEROUPPER")
	out.op("RET")
}

// gemvBegin loads the arguments.
func gemvBegin(out *source, s isa, e elem, groups int) {
	out.text(gemvName(s, e, groups), 0, 40)
	out.op("MOVQ sums+0(FP), DI")
	out.op("MOVQ a+8(FP), SI")
	out.op("MOVQ aRow+16(FP), R9")
	out.op("MOVQ x+24(FP), BX")
	out.op("MOVQ depth+32(FP), DX")
	out.op("SHLQ $%d, R9", log2(e.size()))
	out.op("LEAQ (R9)(R9*2), R10")
}

func gemvName(s isa, e elem, groups int) string {
	return fmt.Sprintf("gemv%s%s%s", []string{1: "One", gemvGroups: "Four"}[groups], e.goType[5:], s.name)
}

type gemvWriter struct {
	out    *source
	s      isa
	e      elem
	groups int
}

// acc is the register of a group's sums, one that transposeShuffle leaves alone.
func (g gemvWriter) acc(group int) string {
	if g.e.bits == 64 {
		return g.s.v(4 + group)
	}
	return g.s.v(8 + group)
}

// pass adds the next squares of every group, cut to DX columns by a mask.
func (g gemvWriter) pass(squares int, mask string) {
	const x = "Y12"
	out, e, n := g.out, g.e, g.s.lanes(g.e)
	out.op("MOVQ SI, R12")
	for group := range g.groups {
		for q := range squares {
			out.op("LEAQ (R12)(R9*4), R11")
			for i, a := range gemvRows(n) {
				a = fmt.Sprintf("%d%s", q*g.s.bytes, a)
				if mask == "" {
					out.op("VMOVU%s %s, Y%d", e.suffix, a, i)
				} else {
					out.op("%s %s, %s, Y%d", e.maskMove(), a, mask, i)
				}
			}
			if mask != "" {
				out.op("MOVQ DX, CX")
			}
			for i, column := range transposeShuffle(out, e) {
				out.op("%s %d(BX), %s", e.broadcast(), q*g.s.bytes+i*e.size(), x)
				out.op("VFMADD231%s %s, %s, %s", e.suffix, x, column, g.acc(group))
				if mask != "" && i < n-1 {
					out.op("DECQ CX")
					out.op("JZ group%d", group)
				}
			}
		}
		if mask != "" {
			out.line("group%d:", group)
		}
		out.op("LEAQ (R12)(R9*%d), R12", n)
	}
	if mask == "" {
		out.op("ADDQ $%d, SI", squares*g.s.bytes)
		out.op("ADDQ $%d, BX", squares*g.s.bytes)
	}
}

// gemvRows are the places of n rows.
func gemvRows(n int) []string {
	return []string{"(R12)", "(R12)(R9*1)", "(R12)(R9*2)", "(R12)(R10*1)", "(R11)", "(R11)(R9*1)", "(R11)(R9*2)", "(R11)(R10*1)"}[:n]
}
