package kernel

import (
	"sync"

	"golang.org/x/sys/cpu"
)

// supported tells whether this machine and its operating system can run
// level l.
func supported(l Level) bool {
	avx2 := cpu.X86.HasAVX2 && cpu.X86.HasFMA
	switch l {
	case Off:
		return true
	case AVX2:
		return avx2
	case AVX512:
		return avx2 && cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL
	}
	return false
}

var sets = map[Level]func() *Set{
	Off:    sync.OnceValue(plainSet),
	AVX2:   sync.OnceValue(avx2Set),
	AVX512: sync.OnceValue(avx512Set),
}

func avx2Set() *Set {
	s := *plainSet()
	s.Level = AVX2
	s.F32.Unary, s.F32.Binary, s.F32.Compare = simdUnary32AVX2, simdBinary32AVX2, simdCompare32AVX2
	s.F64.Unary, s.F64.Binary, s.F64.Compare = simdUnary64AVX2, simdBinary64AVX2, simdCompare64AVX2
	t32 := &tiler[float32]{lanes: 8, tiles: tiles32AVX2, pack: pack32AVX2, transpose: transpose32AVX2, square: 8}
	t64 := &tiler[float64]{lanes: 4, tiles: tiles64AVX2, pack: pack64AVX2, transpose: transpose64AVX2, square: 4}
	s.F32.Gemm, s.F64.Gemm = t32.gemm, t64.gemm
	return &s
}

func avx512Set() *Set {
	s := *plainSet()
	s.Level = AVX512
	s.F32.Unary, s.F32.Binary, s.F32.Compare = simdUnary32AVX512, simdBinary32AVX512, simdCompare32AVX512
	s.F64.Unary, s.F64.Binary, s.F64.Compare = simdUnary64AVX512, simdBinary64AVX512, simdCompare64AVX512
	t32 := &tiler[float32]{lanes: 16, tiles: tiles32AVX512, pack: pack32AVX512, transpose: transpose32AVX2, square: 8}
	t64 := &tiler[float64]{lanes: 8, tiles: tiles64AVX512, pack: pack64AVX512, transpose: transpose64AVX2, square: 4}
	s.F32.Gemm, s.F64.Gemm = t32.gemm, t64.gemm
	return &s
}
