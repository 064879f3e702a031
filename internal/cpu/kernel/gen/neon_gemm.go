package main

// neonTile writes the micro-kernel that makes r rows by v vectors of C.
//
//	R0, R1: A from rows 0 and 4 on; R5, R6, R7: once, twice, three times its row
//	stride; R8: its step along k; R2, R9: B and its step; R3: k left of this
//	segment, R11: of those behind it; R4, R10: C and its row stride; R12: the last vector's valid
//	lanes; R13: whether to add to C; R20: the tile
func neonTile(out *source, e elem, r, v int) {
	s := neon
	out.text(tileName(s, e, r, v), 0, 8)
	out.op("MOVD t+0(FP), R20")
	for _, f := range []struct{ offset, reg int }{
		{tileFirst, 3}, {tileA, 0}, {tileARow, 5}, {tileAStep, 8}, {tileB, 2}, {tileBStep, 9}, {tileC, 4}, {tileCRow, 10},
		{tileValid, 12}, {tileAdd, 13}, {tileFrom, 14}, {tileDepth, 11},
	} {
		out.op("MOVD %d(R20), R%d", f.offset, f.reg)
	}
	out.op("LSL $1, R5, R6")
	out.op("ADD R5, R6, R7")
	out.op("ADD R5<<2, R0, R1")
	out.op("SUB R3, R11, R11")
	w := neonTileWriter{out, e, r, v}
	out.op("CBNZ R14, from")
	for i := range r * v {
		out.zero(i)
	}
	out.line("start:")
	out.op("PCALIGN $16")
	out.line("loop:")
	w.step()
	out.op("SUBS $1, R3, R3")
	out.op("BNE loop")
	out.op("CBZ R11, sums")
	out.op("MOVD %d(R20), R3", tileSegment)
	out.op("CMP R3, R11")
	out.op("CSEL LT, R11, R3, R3")
	out.op("SUB R3, R11, R11")
	out.op("MOVD %d(R20), R14", tileSkip)
	for i := range w.pointers() {
		out.op("ADD R14, R%d, R%[1]d", i)
	}
	out.op("MOVD %d(R20), R14", tileSkipB)
	out.op("ADD R14, R2, R2")
	out.op("B loop")
	out.line("sums:")
	w.store()
	out.line("from:")
	w.from()
}

// neonTileWriter writes the parts of a micro-kernel.
type neonTileWriter struct {
	out  *source
	e    elem
	r, v int
}

func (w neonTileWriter) acc(i, j int) int { return i*w.v + j }

// pointers is the number of registers that point to rows of A.
func (w neonTileWriter) pointers() int { return (w.r + 3) / 4 }

// step adds the products of one k to the sums: an element of A, in lane 0, times
// the vectors of B.
func (w neonTileWriter) step() {
	b := w.r * w.v
	a := b + w.v
	spare := min(neon.regs-a, w.r)
	load := func(i int) {
		address := []string{"(R%d)", "(R%d)(R5)", "(R%d)(R6)", "(R%d)(R7)"}[i%4]
		w.out.op("%s "+address+", F%d", neonMove(w.e.size()), i/4, a+i%spare)
	}
	for j := range w.v {
		w.out.op("FMOVQ %d(R2), F%d", j*neon.bytes, b+j)
	}
	for i := range spare {
		load(i)
	}
	for i := range w.r {
		for j := range w.v {
			w.out.fmlaLane(w.e, w.acc(i, j), b+j, a+i%spare, 0)
		}
		if i+spare < w.r {
			load(i + spare)
		}
	}
	for i := range w.pointers() {
		w.out.op("ADD R8, R%d, R%[1]d", i)
	}
	w.out.op("ADD R9, R2, R2")
}

// store writes or adds the sums to C, first the whole vectors, then the last
// column of vectors, cut to its valid lanes.
func (w neonTileWriter) store() {
	const scratch = 31 // B's and A's registers are free now
	w.out.op("CBZ R13, whole")
	w.out.op("MOVD R4, R14")
	for i := range w.r {
		for j := range w.v - 1 {
			w.out.op("FMOVQ %d(R14), F%d", j*neon.bytes, scratch)
			w.out.three("fadd", w.e, w.acc(i, j), scratch, w.acc(i, j))
		}
		if w.v > 1 && i < w.r-1 {
			w.out.op("ADD R10, R14, R14")
		}
	}
	w.out.line("whole:")
	w.out.op("MOVD R4, R14")
	for i := range w.r {
		for j := range w.v - 1 {
			w.out.op("FMOVQ F%d, %d(R14)", w.acc(i, j), j*neon.bytes)
		}
		if w.v > 1 && i < w.r-1 {
			w.out.op("ADD R10, R14, R14")
		}
	}
	w.out.op("ADD $%d, R4, R14", (w.v-1)*neon.bytes)
	w.cuts("cut", func(valid int) {
		w.out.op("CBZ R13, store%d", valid)
		w.out.op("MOVD R14, R15")
		for i := range w.r {
			neonLoadCut(w.out, w.e, valid, "R15", "R19", scratch)
			w.out.three("fadd", w.e, w.acc(i, w.v-1), scratch, w.acc(i, w.v-1))
			w.out.op("ADD R10, R15, R15")
		}
		w.out.line("store%d:", valid)
		for i := range w.r {
			neonStoreCut(w.out, w.e, valid, "R14", "R19", w.acc(i, w.v-1))
			w.out.op("ADD R10, R14, R14")
		}
		w.out.op("RET")
	})
}

// from loads the sums to go on from.
func (w neonTileWriter) from() {
	w.out.op("MOVD %d(R20), R15", tileFromRow)
	w.out.op("MOVD R14, R19")
	for i := range w.r {
		for j := range w.v - 1 {
			w.out.op("FMOVQ %d(R19), F%d", j*neon.bytes, w.acc(i, j))
		}
		if w.v > 1 && i < w.r-1 {
			w.out.op("ADD R15, R19, R19")
		}
	}
	w.out.op("ADD $%d, R14, R14", (w.v-1)*neon.bytes)
	w.cuts("fromCut", func(valid int) {
		for i := range w.r {
			neonLoadCut(w.out, w.e, valid, "R14", "R19", w.acc(i, w.v-1))
			w.out.op("ADD R15, R14, R14")
		}
		w.out.op("B start")
	})
}

// cuts writes a piece of code for each number of valid lanes, all of them first.
func (w neonTileWriter) cuts(name string, piece func(valid int)) {
	for valid := neon.lanes(w.e); valid > 0; valid-- {
		if valid < neon.lanes(w.e) {
			w.out.line("%s%d:", name, valid)
		}
		if valid > 1 {
			w.out.op("CMP $%d, R12", valid)
			w.out.op("BLT %s%d", name, valid-1)
		}
		piece(valid)
	}
}

// neonLoadCut loads the first valid lanes of a vector and clears the others; next
// is a register to take.
func neonLoadCut(out *source, e elem, valid int, at, next string, reg int) {
	if e.bits == 32 && valid == 3 {
		out.op("FMOVD (%s), F%d", at, reg)
		out.op("ADD $8, %s, %s", at, next)
		out.op("VLD1 (%s), V%d.S[2]", next, reg)
		return
	}
	out.op("%s (%s), F%d", neonMove(valid*e.size()), at, reg)
}

// neonStoreCut stores the first valid lanes.
func neonStoreCut(out *source, e elem, valid int, at, next string, reg int) {
	if e.bits == 32 && valid == 3 {
		out.op("FMOVD F%d, (%s)", reg, at)
		out.op("ADD $8, %s, %s", at, next)
		out.op("VST1 V%d.S[2], (%s)", reg, next)
		return
	}
	out.op("%s F%d, (%s)", neonMove(valid*e.size()), reg, at)
}
