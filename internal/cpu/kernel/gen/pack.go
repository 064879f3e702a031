package main

// pack writes the function that copies depth rows of n elements each, n
// rounded up to whole vectors with zeros.
//
//	func pack(dst *T, dstStep int, src *T, srcStep, depth, n int)
func pack(out *source, s isa, e elem) {
	name := packName(s, e)
	v, move := s.v(0), "VMOVU"+e.suffix
	out.text(name, 0, 48)
	out.op("MOVQ dst+0(FP), DI")
	out.op("MOVQ dstStep+8(FP), R8")
	out.op("MOVQ src+16(FP), SI")
	out.op("MOVQ srcStep+24(FP), R9")
	out.op("MOVQ depth+32(FP), DX")
	out.op("MOVQ n+40(FP), BX")
	out.op("SHLQ $%d, R8", log2(e.size()))
	out.op("SHLQ $%d, R9", log2(e.size()))
	out.op("MOVQ BX, CX")
	out.op("ANDQ $%d, CX", s.lanes(e)-1) // elements of the cut vector
	out.op("SHRQ $%d, BX", log2(s.lanes(e)))
	tailMask(out, s, e, "CX", "R10", s.v(1))
	out.line("row:")
	out.op("MOVQ SI, R10")
	out.op("MOVQ DI, R11")
	out.op("MOVQ BX, R12")
	out.op("TESTQ R12, R12")
	out.op("JZ cut")
	out.line("whole:")
	out.op("%s (R10), %s", move, v)
	out.op("%s %s, (R11)", move, v)
	out.op("ADDQ $%d, R10", s.bytes)
	out.op("ADDQ $%d, R11", s.bytes)
	out.op("DECQ R12")
	out.op("JNZ whole")
	out.line("cut:")
	out.op("TESTQ CX, CX")
	out.op("JZ next")
	if s.masked {
		out.op("%s.Z (R10), K1, %s", move, v)
	} else {
		out.op("%s (R10), %s, %s", e.maskMove(), s.v(1), v)
	}
	out.op("%s %s, (R11)", move, v)
	out.line("next:")
	out.op("ADDQ R8, DI")
	out.op("ADDQ R9, SI")
	out.op("DECQ DX")
	out.op("JNZ row")
	out.op("VZEROUPPER")
	out.op("RET")
}

func packName(s isa, e elem) string { return "pack" + e.goType[5:] + s.name }

// tailMask makes the mask of the first count lanes: K1 with AVX-512, else a
// vector. count survives in CX, scratch does not.
func tailMask(out *source, s isa, e elem, count, scratch, mask string) {
	if s.masked {
		out.op("MOVL $1, %s", scratch)
		out.op("SHLL %s, %s", count, scratch)
		out.op("DECL %s", scratch)
		out.op("KMOVW %s, K1", scratch)
		return
	}
	out.op("LEAQ tailMask<>+32(SB), %s", scratch)
	for range e.size() {
		out.op("SUBQ %s, %s", count, scratch)
	}
	out.op("VMOVU%s (%s), %s", e.suffix, scratch, mask)
}

// tailMaskData is the table that AVX2's masks are cut from: 32 bytes of ones,
// 32 bytes of zeros.
func tailMaskData(out *source) {
	for i := range 8 {
		word := "0xffffffffffffffff"
		if i >= 4 {
			word = "0"
		}
		out.line("DATA tailMask<>+%d(SB)/8, $%s", 8*i, word)
	}
	out.line("GLOBL tailMask<>(SB), RODATA|NOPTR, $64")
}

// transpose writes the function that turns one vector's worth of rows of
// depth elements into depth rows of one vector each. 256-bit vectors serve
// both instruction sets: the work is bound by the shuffle unit.
//
//	func transpose(dst *T, dstStep int, src *T, srcStep, depth int)
func transpose(out *source, s isa, e elem) {
	lanes := s.lanes(e)
	out.text("transpose"+e.goType[5:]+s.name, 0, 40)
	out.op("MOVQ dst+0(FP), DI")
	out.op("MOVQ dstStep+8(FP), R8")
	out.op("MOVQ src+16(FP), SI")
	out.op("MOVQ srcStep+24(FP), R9")
	out.op("MOVQ depth+32(FP), DX")
	out.op("SHLQ $%d, R8", log2(e.size()))
	out.op("SHLQ $%d, R9", log2(e.size()))
	out.op("LEAQ (R9)(R9*2), R10")
	out.op("LEAQ (SI)(R9*4), R11")
	out.op("SUBQ $%d, DX", lanes)
	out.op("JLT tail")
	out.line("block:")
	transposeLoad(out, e, lanes, "")
	turned := transposeShuffle(out, e)
	for _, v := range turned {
		out.op("VMOVU%s %s, (DI)", e.suffix, v)
		out.op("ADDQ R8, DI")
	}
	out.op("ADDQ $32, SI")
	out.op("ADDQ $32, R11")
	out.op("SUBQ $%d, DX", lanes)
	out.op("JGE block")
	out.line("tail:")
	out.op("ADDQ $%d, DX", lanes)
	out.op("JZ done")
	tailMask(out, s, e, "DX", "R12", "Y15")
	transposeLoad(out, e, lanes, "Y15")
	for _, v := range transposeShuffle(out, e) {
		out.op("VMOVU%s %s, (DI)", e.suffix, v)
		out.op("ADDQ R8, DI")
		out.op("DECQ DX")
		out.op("JZ done")
	}
	out.line("done:")
	out.op("VZEROUPPER")
	out.op("RET")
}

func transposeLoad(out *source, e elem, lanes int, mask string) {
	addresses := []string{"(SI)", "(SI)(R9*1)", "(SI)(R9*2)", "(SI)(R10*1)", "(R11)", "(R11)(R9*1)", "(R11)(R9*2)", "(R11)(R10*1)"}
	for i := range lanes {
		if mask == "" {
			out.op("VMOVU%s %s, Y%d", e.suffix, addresses[i], i)
		} else {
			out.op("%s %s, %s, Y%d", e.maskMove(), addresses[i], mask, i)
		}
	}
}

// transposeShuffle transposes the square in Y0 and up; it returns where the
// result's rows are. Pairs, then pairs of pairs, then the 128-bit halves
// change places.
func transposeShuffle(out *source, e elem) []string {
	if e.bits == 64 {
		for i := 0; i < 4; i += 2 {
			out.op("VUNPCKLPD Y%d, Y%d, Y%d", i+1, i, i+8)
			out.op("VUNPCKHPD Y%d, Y%d, Y%d", i+1, i, i+9)
		}
		for i := range 2 {
			out.op("VPERM2F128 $0x20, Y%d, Y%d, Y%d", i+10, i+8, i)
			out.op("VPERM2F128 $0x31, Y%d, Y%d, Y%d", i+10, i+8, i+2)
		}
		return []string{"Y0", "Y1", "Y2", "Y3"}
	}
	// Y14 is the spare register: Y15 may hold the mask.
	for i := 0; i < 8; i += 2 {
		out.op("VUNPCKLPS Y%d, Y%d, Y14", i+1, i)
		out.op("VUNPCKHPS Y%d, Y%d, Y%d", i+1, i, i+1)
		out.op("VMOVAPS Y14, Y%d", i)
	}
	// Now Y(2p) and Y(2p+1) hold the low and high pairs of rows 2p, 2p+1.
	for i := 0; i < 8; i += 4 {
		for half := range 2 { // low pairs give columns 0, 1 (4, 5); high pairs 2, 3 (6, 7)
			a, b := i+half, i+half+2
			out.op("VUNPCKLPD Y%d, Y%d, Y14", b, a)
			out.op("VUNPCKHPD Y%d, Y%d, Y%d", b, a, b)
			out.op("VMOVAPS Y14, Y%d", a)
		}
	}
	// Column c (and c+4 above it) of rows i..i+3 is in Y(i + order[c]).
	order := []int{0, 2, 1, 3}
	turned := make([]string, 8)
	for c, o := range order {
		out.op("VPERM2F128 $0x20, Y%d, Y%d, Y14", o+4, o)
		out.op("VPERM2F128 $0x31, Y%d, Y%d, Y%d", o+4, o, o+4)
		out.op("VMOVAPS Y14, Y%d", o)
		turned[c], turned[c+4] = "Y"+string(rune('0'+o)), "Y"+string(rune('0'+o+4))
	}
	return turned
}

func log2(n int) int {
	k := 0
	for n > 1 {
		n, k = n/2, k+1
	}
	return k
}
