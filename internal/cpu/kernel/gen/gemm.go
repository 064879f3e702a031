package main

import "fmt"

// tileRows is the number of rows of C in a full register tile: with two
// vectors of columns, AVX2's 16 registers hold 6x2 sums, AVX-512's 32 hold
// 12x2 (multiples of it keep the add-latency hidden: 2 units x 4-5 cycles).
// NEON's 32 hold 6x4, which is as many columns as AVX2's.
func tileRows(s isa) int {
	if s.masked {
		return 12
	}
	return 6
}

// tileVectors is the largest number of vectors of columns that the generator
// makes for a tile of r rows: short tiles are wide, so that a product with
// few rows reads long runs of B and keeps the units busy.
func tileVectors(s isa, r int) int {
	if s.arm {
		return []int{8, 8, 6, 4, 4, 4}[r-1]
	}
	switch {
	case r == 1:
		return 8
	case r == 2:
		return 4
	case r == 3 || s.masked && r <= 8:
		return 3
	}
	return 2
}

// gemm writes all micro-kernels of one instruction set and type.
func gemm(out *source, s isa, e elem) {
	for r := 1; r <= tileRows(s); r++ {
		for v := 1; v <= tileVectors(s, r); v++ {
			gemmTile(out, s, e, r, v)
		}
	}
}

func tileName(s isa, e elem, r, v int) string {
	return fmt.Sprintf("tile%dx%dx%d%s", e.bits, r, v, s.name)
}

// Offsets of the fields of struct tile, in gemm_tiled.go.
const (
	tileDepth = 8 * iota
	tileA
	tileARow
	tileAStep
	tileB
	tileBStep
	tileC
	tileCRow
	tileValid
	tileAdd
	tileFrom
	tileFromRow
	tileFirst
	tileSegment
	tileSkip
	tileSkipB
)

// gemmTile writes the micro-kernel that makes r rows by v vectors of C.
//
//	AX, R8, R9: A, its row stride, three times that; R10: its step along k
//	R12, R13: A from rows 4 and 8 on; BX, R11: B and its step; CX: k left of
//	this segment, R15: of those behind it; DI, SI: C and its row stride
func gemmTile(out *source, s isa, e elem, r, v int) {
	name := tileName(s, e, r, v)
	out.text(name, 0, 8)
	out.op("MOVQ t+0(FP), DX")
	for _, f := range []struct {
		offset int
		reg    string
	}{
		{tileA, "AX"}, {tileARow, "R8"}, {tileAStep, "R10"},
		{tileB, "BX"}, {tileBStep, "R11"}, {tileC, "DI"}, {tileCRow, "SI"},
	} {
		out.op("MOVQ %d(DX), %s", f.offset, f.reg)
	}
	out.op("LEAQ (R8)(R8*2), R9")
	if r > 4 {
		out.op("LEAQ (AX)(R8*4), R12")
	}
	if r > 8 {
		out.op("LEAQ (AX)(R8*8), R13")
	}
	acc := func(i, j int) string { return s.v(i*v + j) }
	prefetchC(out, s, r, v)
	out.op("MOVQ %d(DX), R15", tileFrom)
	out.op("TESTQ R15, R15")
	out.op("JNZ from")
	for i := range r * v {
		out.op("VXOR%s %s, %[2]s, %[2]s", e.suffix, "X"+s.v(i)[1:])
	}
	out.line("start:")
	out.op("MOVQ %d(DX), CX", tileFirst)
	out.op("MOVQ %d(DX), R15", tileDepth)
	out.op("SUBQ CX, R15")
	out.op("PCALIGN $64")
	out.line("loop:")
	gemmStep(out, s, e, r, v, acc)
	out.op("DECQ CX")
	out.op("JNZ loop")
	out.op("TESTQ R15, R15")
	out.op("JZ sums")
	out.op("MOVQ %d(DX), CX", tileSegment)
	out.op("CMPQ R15, CX")
	out.op("CMOVQLT R15, CX")
	out.op("SUBQ CX, R15")
	for _, a := range pointersOfA(r) {
		out.op("ADDQ %d(DX), %s", tileSkip, a)
	}
	out.op("ADDQ %d(DX), BX", tileSkipB)
	out.op("JMP loop")
	out.line("sums:")
	gemmStore(out, s, e, r, v, acc)
	out.op("VZEROUPPER")
	out.op("RET")
	out.line("from:")
	gemmFrom(out, s, e, r, v, acc)
	out.op("JMP start")
}

// prefetchC asks for the rows of C if the sums will be added to them.
func prefetchC(out *source, s isa, r, v int) {
	out.op("CMPQ %d(DX), $0", tileAdd)
	out.op("JEQ ready")
	out.op("MOVQ DI, CX")
	for range r {
		for at := 0; at < v*s.bytes; at += 64 {
			out.op("PREFETCHT0 %d(CX)", at)
		}
		out.op("ADDQ SI, CX")
	}
	out.line("ready:")
}

// pointersOfA are the registers that point to rows of A.
func pointersOfA(r int) []string { return []string{"AX", "R12", "R13"}[:(r+3)/4] }

// gemmFrom loads the sums to go on from.
func gemmFrom(out *source, s isa, e elem, r, v int, acc func(i, j int) string) {
	mask := s.v(r * v)
	gemmMask(out, s, e, mask)
	out.op("MOVQ %d(DX), R8", tileARow) // the mask took it
	for i := range r {
		for j := range v {
			address := fmt.Sprintf("%d(R15)", j*s.bytes)
			if j < v-1 {
				out.op("VMOVU%s %s, %s", e.suffix, address, acc(i, j))
			} else {
				loadCut(out, s, e, address, mask, acc(i, j))
			}
		}
		out.op("ADDQ %d(DX), R15", tileFromRow)
	}
}

// gemmMask makes the mask of the last vector's valid lanes: K1 or a vector. It
// takes CX and R8.
func gemmMask(out *source, s isa, e elem, mask string) {
	out.op("MOVQ %d(DX), CX", tileValid)
	if s.masked {
		out.op("MOVL $1, R8")
		out.op("SHLL CX, R8")
		out.op("DECL R8")
		out.op("KMOVW R8, K1")
		return
	}
	out.op("LEAQ tailMask<>+32(SB), R8")
	out.op("SHLQ $%d, CX", map[int]int{4: 2, 8: 3}[e.size()])
	out.op("SUBQ CX, R8")
	out.op("VMOVU%s (R8), %s", e.suffix, mask)
}

// gemmStep adds the products of one k to the sums. With one vector of
// columns, B stays in its register; each element of A is broadcast in turn,
// to two registers alternately.
func gemmStep(out *source, s isa, e elem, r, v int, acc func(i, j int) string) {
	move := "VMOVU" + e.suffix
	bBase := r * v
	bInMemory := bBase+v+1 > s.regs // no room: each product reads B anew
	free := bBase
	if !bInMemory {
		for j := range v {
			out.op("%s %d(BX), %s", move, j*s.bytes, s.v(bBase+j))
		}
		free += v
	}
	spare := s.regs - free
	for i := range r {
		a := s.v(free + i%min(spare, 2))
		out.op("%s %s, %s", e.broadcast(), rowAddress(i), a)
		for j := range v {
			b := s.v(bBase + j)
			if bInMemory {
				b = fmt.Sprintf("%d(BX)", j*s.bytes)
			}
			out.op("VFMADD231%s %s, %s, %s", e.suffix, b, a, acc(i, j))
		}
	}
	for _, a := range pointersOfA(r) {
		out.op("ADDQ R10, %s", a)
	}
	out.op("ADDQ R11, BX")
}

// rowAddress is the address of row i of A at the current k.
func rowAddress(i int) string {
	base := []string{"AX", "R12", "R13"}[i/4]
	return fmt.Sprintf([]string{"(%s)", "(%s)(R8*1)", "(%s)(R8*2)", "(%s)(R9*1)"}[i%4], base)
}

// gemmStore writes or adds the sums to C. The last vector of columns is cut
// to its valid lanes.
func gemmStore(out *source, s isa, e elem, r, v int, acc func(i, j int) string) {
	free := r * v // B's and A's registers are free now
	mask, scratch := s.v(free), s.v(free+1)
	out.op("CMPQ %d(DX), $0", tileAdd)
	out.op("SETEQ R10") // 1: overwrite
	gemmMask(out, s, e, mask)
	out.op("TESTB R10, R10")
	out.op("JNZ store")
	out.op("MOVQ DI, R9")
	for i := range r {
		for j := range v {
			address := fmt.Sprintf("%d(R9)", j*s.bytes)
			switch {
			case j < v-1:
				out.op("VADD%s %s, %s, %[3]s", e.suffix, address, acc(i, j))
			case s.masked:
				out.op("VADD%s %s, %s, K1, %[3]s", e.suffix, address, acc(i, j))
			default:
				out.op("%s %s, %s, %s", e.maskMove(), address, mask, scratch)
				out.op("VADD%s %s, %s, %[3]s", e.suffix, scratch, acc(i, j))
			}
		}
		out.op("ADDQ SI, R9")
	}
	out.line("store:")
	out.op("CMPQ %d(DX), $%d", tileValid, s.lanes(e))
	out.op("JNE cut")
	storeRows(out, s, e, r, v, acc, "")
	out.op("VZEROUPPER")
	out.op("RET")
	out.line("cut:")
	storeRows(out, s, e, r, v, acc, mask)
}

func storeRows(out *source, s isa, e elem, r, v int, acc func(i, j int) string, mask string) {
	move := "VMOVU" + e.suffix
	for i := range r {
		for j := range v {
			switch {
			case j < v-1 || mask == "":
				out.op("%s %s, %d(DI)", move, acc(i, j), j*s.bytes)
			case s.masked:
				out.op("%s %s, K1, %d(DI)", move, acc(i, j), j*s.bytes)
			default:
				out.op("%s %s, %s, %d(DI)", e.maskMove(), acc(i, j), mask, j*s.bytes)
			}
		}
		out.op("ADDQ SI, DI")
	}
}
