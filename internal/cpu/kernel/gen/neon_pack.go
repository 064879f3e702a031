package main

// neonPack writes the function that copies depth rows of n elements each, n
// rounded up to whole vectors with zeros.
//
//	func pack(dst *T, dstStep int, src *T, srcStep, depth, n int)
func neonPack(out *source, e elem) {
	lanes := neon.lanes(e)
	out.text(packName(neon, e), 0, 48)
	neonSteps(out, e)
	out.op("MOVD n+40(FP), R5")
	out.op("AND $%d, R5, R6", lanes-1) // elements of the cut vector
	out.op("LSR $%d, R5, R5", log2(lanes))
	out.line("row:")
	out.op("MOVD R0, R7")
	out.op("MOVD R2, R8")
	out.op("CBZ R5, cut")
	out.op("MOVD R5, R9")
	out.line("whole:")
	out.op("FMOVQ.P %d(R8), F0", neon.bytes)
	out.op("FMOVQ.P F0, %d(R7)", neon.bytes)
	out.op("SUBS $1, R9, R9")
	out.op("BNE whole")
	out.line("cut:")
	out.op("CBZ R6, next")
	for valid := 1; valid < lanes; valid++ {
		if valid < lanes-1 {
			out.op("CMP $%d, R6", valid)
			out.op("BNE not%d", valid)
		}
		neonLoadCut(out, e, valid, "R8", "R9", 0)
		out.op("FMOVQ F0, (R7)")
		if valid < lanes-1 {
			out.op("B next")
			out.line("not%d:", valid)
		}
	}
	out.line("next:")
	out.op("ADD R1, R0, R0")
	out.op("ADD R3, R2, R2")
	out.op("SUBS $1, R4, R4")
	out.op("BNE row")
	out.op("RET")
}

// neonSteps loads the arguments that pack and transpose share.
//
//	R0, R1: dst and its step; R2, R3: src and its step; R4: depth
func neonSteps(out *source, e elem) {
	out.op("MOVD dst+0(FP), R0")
	out.op("MOVD dstStep+8(FP), R1")
	out.op("MOVD src+16(FP), R2")
	out.op("MOVD srcStep+24(FP), R3")
	out.op("MOVD depth+32(FP), R4")
	out.op("LSL $%d, R1, R1", log2(e.size()))
	out.op("LSL $%d, R3, R3", log2(e.size()))
}

// neonTranspose writes the function that turns one vector's worth of rows of
// depth elements into depth rows of one vector each.
//
//	func transpose(dst *T, dstStep int, src *T, srcStep, depth int)
func neonTranspose(out *source, e elem) {
	lanes := neon.lanes(e)
	out.text("transpose"+e.goType[5:]+neon.name, 0, 40)
	neonSteps(out, e)
	rows := []int{2, 5, 6, 7}[:lanes]
	for _, r := range rows[1:] {
		out.op("ADD R3, R%d, R%d", map[int]int{5: 2, 6: 5, 7: 6}[r], r)
	}
	out.op("SUBS $%d, R4, R4", lanes)
	out.op("BLT tail")
	out.line("block:")
	for i, r := range rows {
		out.op("FMOVQ.P %d(R%d), F%d", neon.bytes, r, i)
	}
	for _, v := range neonSquare(out, e) {
		out.op("FMOVQ F%d, (R0)", v)
		out.op("ADD R1, R0, R0")
	}
	out.op("SUBS $%d, R4, R4", lanes)
	out.op("BGE block")
	out.line("tail:")
	out.op("ADDS $%d, R4, R4", lanes)
	out.op("BEQ done")
	out.line("column:")
	for i, r := range rows {
		out.op("%s.P %d(R%d), F0", neonMove(e.size()), e.size(), r)
		out.op("%s F0, %d(R0)", neonMove(e.size()), i*e.size())
	}
	out.op("ADD R1, R0, R0")
	out.op("SUBS $1, R4, R4")
	out.op("BNE column")
	out.line("done:")
	out.op("RET")
}

// neonSquare transposes the square in V0 and up; it returns where the result's
// rows are.
func neonSquare(out *source, e elem) []int {
	if e.bits == 64 {
		out.three("zip1", e, 4, 0, 1)
		out.three("zip2", e, 5, 0, 1)
		return []int{4, 5}
	}
	// Rows 0 and 2, 1 and 3 side by side, then again.
	for i := range 2 {
		out.three("zip1", e, 4+i, i, i+2)
		out.three("zip2", e, 6+i, i, i+2)
	}
	for i := range 2 {
		out.three("zip1", e, 2*i, 4+2*i, 5+2*i)
		out.three("zip2", e, 2*i+1, 4+2*i, 5+2*i)
	}
	return []int{0, 1, 2, 3}
}
