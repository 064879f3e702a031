package main

import "fmt"

// gemvMasked is gemv for AVX-512: squares of 16 rows (8 of float64), a line of the
// cache of each.
//
// DI: sums; SI, R9, R10: A, its row stride, three times that; R12, R11, R13, AX: A
// at the current k from rows 0, 4, 8 and 12 of a group on; BX: x; DX: k left
func gemvMasked(out *source, s isa, e elem, groups int) {
	g := gemvMaskedWriter{out, s, e, groups}
	gemvBegin(out, s, e, groups)
	for i := range groups {
		out.op("VPXORD %s, %[1]s, %[1]s", g.acc(i))
	}
	n := s.lanes(e)
	out.op("SUBQ $%d, DX", n)
	out.op("JLT tail")
	out.op("PCALIGN $32")
	out.line("square:")
	g.pass(false)
	out.op("SUBQ $%d, DX", n)
	out.op("JGE square")
	out.line("tail:")
	out.op("ADDQ $%d, DX", n)
	out.op("JZ done")
	out.op("MOVQ DX, CX")
	out.op("MOVL $1, R8")
	out.op("SHLL CX, R8")
	out.op("DECL R8")
	out.op("KMOVW R8, K1")
	g.pass(true)
	out.line("done:")
	for i := range groups {
		out.op("VMOVU%s %s, %d(DI)", e.suffix, g.acc(i), i*s.bytes)
	}
	out.op("VZEROUPPER")
	out.op("RET")
}

type gemvMaskedWriter struct {
	out    *source
	s      isa
	e      elem
	groups int
}

func (g gemvMaskedWriter) acc(group int) string { return fmt.Sprintf("Z%d", 24+group) }

// pass adds the next square of every group; cut to DX columns if masked.
func (g gemvMaskedWriter) pass(masked bool) {
	out, e, n := g.out, g.e, g.s.lanes(g.e)
	out.op("MOVQ SI, R12")
	for group := range g.groups {
		bases := []string{"R12", "R11", "R13", "AX"}[:n/4]
		for i := 1; i < len(bases); i++ {
			out.op("LEAQ (%s)(R9*4), %s", bases[i-1], bases[i])
		}
		rows := make([]string, n)
		for i := range rows {
			address := fmt.Sprintf([]string{"(%s)", "(%s)(R9*1)", "(%s)(R9*2)", "(%s)(R10*1)"}[i%4], bases[i/4])
			rows[i] = fmt.Sprintf("Z%d", i)
			if masked {
				out.op("VMOVU%s.Z %s, K1, %s", e.suffix, address, rows[i])
			} else {
				out.op("VMOVU%s %s, %s", e.suffix, address, rows[i])
			}
		}
		if masked {
			out.op("MOVQ DX, CX")
		}
		for i, column := range transposeLanes(out, e, rows, fmt.Sprintf("Z%d", n)) {
			out.op("VFMADD231%s.BCST %d(BX), %s, %s", e.suffix, i*e.size(), column, g.acc(group))
			if masked && i < n-1 {
				out.op("DECQ CX")
				out.op("JZ group%d", group)
			}
		}
		if masked {
			out.line("group%d:", group)
		}
		if group < g.groups-1 {
			out.op("LEAQ (%s)(R9*4), R12", bases[len(bases)-1])
		}
	}
	if !masked {
		out.op("ADDQ $%d, SI", g.s.bytes)
		out.op("ADDQ $%d, BX", g.s.bytes)
	}
}

// transposeLanes transposes a square of whole 512-bit registers, with one spare;
// it returns where the columns are. Pairs of elements change places within the
// 128-bit lanes, for float32 then pairs of pairs, and at last the lanes.
func transposeLanes(out *source, e elem, rows []string, spare string) []string {
	// turn replaces a and b by what two instructions make of them.
	turn := func(low, high string, a, b *string) {
		out.op("%s %s, %s, %s", low, *b, *a, spare)
		out.op("%s %s, %s, %[2]s", high, *b, *a)
		*a, spare = spare, *a
	}
	lanes := "VSHUFF64X2"
	if e.bits == 32 {
		lanes = "VSHUFF32X4"
		for i := 0; i < len(rows); i += 2 {
			turn("VUNPCKLPS", "VUNPCKHPS", &rows[i], &rows[i+1])
		}
	}
	// Now or later rows[i] and its partner make columns c and c+1 of every lane.
	step := len(rows) / 8 // 2 for float32, whose low and high pairs go each with its like
	for i := 0; i < len(rows); i += 2 * step {
		for k := range step {
			turn("VUNPCKLPD", "VUNPCKHPD", &rows[i+k], &rows[i+k+step])
		}
	}
	// order[c] is where column c of every lane is, of the first rows.
	order := []int{0, 1}
	if e.bits == 32 {
		order = []int{0, 2, 1, 3}
	}
	columns := make([]string, len(rows))
	n := len(order)
	for c, o := range order {
		q := [4]*string{&rows[o], &rows[o+n], &rows[o+2*n], &rows[o+3*n]}
		turn(lanes+" $0x44,", lanes+" $0xEE,", q[0], q[1])
		turn(lanes+" $0x44,", lanes+" $0xEE,", q[2], q[3])
		turn(lanes+" $0x88,", lanes+" $0xDD,", q[0], q[2])
		turn(lanes+" $0x88,", lanes+" $0xDD,", q[1], q[3])
		columns[c], columns[c+n], columns[c+2*n], columns[c+3*n] = *q[0], *q[2], *q[1], *q[3]
	}
	return columns
}
