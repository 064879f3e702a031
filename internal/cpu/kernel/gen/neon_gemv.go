package main

// neonGemv writes gemv's kernel for arm64.
//
//	R0: sums; R1, R2: A at the current k, its row stride; R3: x; R4: k left;
//	R5 to R8: the rows of a square
func neonGemv(out *source, e elem, groups int) {
	n := neon.lanes(e)
	w := neonGemvWriter{out, e, groups, []int{5, 6, 7, 8}[:n]}
	out.text(gemvName(neon, e, groups), 0, 40)
	out.op("MOVD sums+0(FP), R0")
	out.op("MOVD a+8(FP), R1")
	out.op("MOVD aRow+16(FP), R2")
	out.op("MOVD x+24(FP), R3")
	out.op("MOVD depth+32(FP), R4")
	out.op("LSL $%d, R2, R2", log2(e.size()))
	for i := range groups {
		out.zero(w.acc(i))
	}
	// Whole lines of the cache first, as on amd64.
	for _, l := range []struct {
		label   string
		squares int
	}{{"lines", 64 / neon.bytes}, {"square", 1}} {
		out.op("SUBS $%d, R4, R4", l.squares*n)
		out.op("BLT %sEnd", l.label)
		out.line("%s:", l.label)
		w.pass(l.squares)
		out.op("SUBS $%d, R4, R4", l.squares*n)
		out.op("BGE %s", l.label)
		out.line("%sEnd:", l.label)
		out.op("ADD $%d, R4, R4", l.squares*n)
	}
	out.op("CBZ R4, done")
	out.line("column:")
	w.column()
	out.op("SUBS $1, R4, R4")
	out.op("BNE column")
	out.line("done:")
	for i := range groups {
		out.op("FMOVQ F%d, %d(R0)", w.acc(i), i*neon.bytes)
	}
	out.op("RET")
}

type neonGemvWriter struct {
	out    *source
	e      elem
	groups int
	rows   []int // registers that point to them
}

// acc is the register of a group's sums: neonSquare takes V0 to V7, x V8 and up.
func (w neonGemvWriter) acc(group int) int { return 16 + group }

// group points the rows to the next square, the first one at A.
func (w neonGemvWriter) group(group int) {
	for i, r := range w.rows {
		switch {
		case i > 0:
			w.out.op("ADD R2, R%d, R%d", w.rows[i-1], r)
		case group == 0:
			w.out.op("MOVD R1, R%d", r)
		default:
			w.out.op("ADD R2, R%d, R%d", w.rows[len(w.rows)-1], r)
		}
	}
}

// pass adds the next squares of every group.
func (w neonGemvWriter) pass(squares int) {
	out, e := w.out, w.e
	for q := range squares {
		out.op("FMOVQ %d(R3), F%d", q*neon.bytes, 8+q)
	}
	for group := range w.groups {
		w.group(group)
		for q := range squares {
			for i, r := range w.rows {
				out.op("FMOVQ %d(R%d), F%d", q*neon.bytes, r, i)
			}
			for i, column := range neonSquare(out, e) {
				out.fmlaLane(e, w.acc(group), column, 8+q, i)
			}
		}
	}
	out.op("ADD $%d, R1, R1", squares*neon.bytes)
	out.op("ADD $%d, R3, R3", squares*neon.bytes)
}

// column adds one column of every group.
func (w neonGemvWriter) column() {
	out, size := w.out, w.e.size()
	out.op("%s.P %d(R3), F8", neonMove(size), size)
	for group := range w.groups {
		w.group(group)
		out.op("%s (R%d), F0", neonMove(size), w.rows[0])
		for i, r := range w.rows[1:] {
			out.op("VLD1 (R%d), V0.%s[%d]", r, map[int]string{4: "S", 8: "D"}[size], i+1)
		}
		out.fmlaLane(w.e, w.acc(group), 0, 8, 0)
	}
	out.op("ADD $%d, R1, R1", size)
}
