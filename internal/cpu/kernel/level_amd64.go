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
	t32 := &tiler[float32]{lanes: 8, tiles: tiles32AVX2, pack: pack32AVX2, transpose: transpose32AVX2, square: 8,
		gemv: gemvKernels[float32]{8, gemvOne32AVX2, gemvFour32AVX2}}
	t64 := &tiler[float64]{lanes: 4, tiles: tiles64AVX2, pack: pack64AVX2, transpose: transpose64AVX2, square: 4,
		gemv: gemvKernels[float64]{4, gemvOne64AVX2, gemvFour64AVX2}}
	return &Set{
		Level: AVX2,
		F32: Floats[float32]{
			Unary: simdUnary32AVX2, Binary: simdBinary32AVX2, Compare: simdCompare32AVX2,
			Select: selectKernel(select32AVX2, 8), Fill: fillKernel(fill32AVX2), MulAdd: mulAddKernel(mulAdd32AVX2),
			AddRows:   addRowsKernel(addRows32AVX2),
			SumLanes:  laneKernel(sumLanes32AVX2, sumLanes[float32]),
			SumRows:   sumRows(sumRows32AVX2, laneKernel(sumLanes32AVX2, sumLanes[float32])),
			MaxLanes:  laneKernel(maxLanes32AVX2, maxLanes[float32]),
			MaxRows:   maxRows(maxRows32AVX2, laneKernel(maxLanes32AVX2, maxLanes[float32])),
			MinLanes:  laneKernel(minLanes32AVX2, minLanes[float32]),
			MinRows:   minRows(minRows32AVX2, laneKernel(minLanes32AVX2, minLanes[float32])),
			Gemm:      t32.gemm,
			Patches:   t32.patchKernel(),
			Transpose: t32.transpose, Square: t32.square,
		},
		F64: Floats[float64]{
			Unary: simdUnary64AVX2, Binary: simdBinary64AVX2, Compare: simdCompare64AVX2,
			Select: selectKernel(select64AVX2, 4), Fill: fillKernel(fill64AVX2), MulAdd: mulAddKernel(mulAdd64AVX2),
			AddRows:   addRowsKernel(addRows64AVX2),
			SumLanes:  laneKernel(sumLanes64AVX2, sumLanes[float64]),
			SumRows:   sumRows(sumRows64AVX2, laneKernel(sumLanes64AVX2, sumLanes[float64])),
			MaxLanes:  laneKernel(maxLanes64AVX2, maxLanes[float64]),
			MaxRows:   maxRows(maxRows64AVX2, laneKernel(maxLanes64AVX2, maxLanes[float64])),
			MinLanes:  laneKernel(minLanes64AVX2, minLanes[float64]),
			MinRows:   minRows(minRows64AVX2, laneKernel(minLanes64AVX2, minLanes[float64])),
			Gemm:      t64.gemm,
			Patches:   t64.patchKernel(),
			Transpose: t64.transpose, Square: t64.square,
		},
	}
}

func avx512Set() *Set {
	t32 := &tiler[float32]{lanes: 16, tiles: tiles32AVX512, pack: pack32AVX512, transpose: transpose32AVX2, square: 8,
		gemv: gemvKernels[float32]{16, gemvOne32AVX512, gemvFour32AVX512}}
	t64 := &tiler[float64]{lanes: 8, tiles: tiles64AVX512, pack: pack64AVX512, transpose: transpose64AVX2, square: 4,
		gemv: gemvKernels[float64]{8, gemvOne64AVX512, gemvFour64AVX512}}
	return &Set{
		Level: AVX512,
		F32: Floats[float32]{
			Unary: simdUnary32AVX512, Binary: simdBinary32AVX512, Compare: simdCompare32AVX512,
			Select: selectKernel(select32AVX512, 16), Fill: fillKernel(fill32AVX512), MulAdd: mulAddKernel(mulAdd32AVX512),
			AddRows:   addRowsKernel(addRows32AVX512),
			SumLanes:  laneKernel(sumLanes32AVX512, sumLanes[float32]),
			SumRows:   sumRows(sumRows32AVX512, laneKernel(sumLanes32AVX512, sumLanes[float32])),
			MaxLanes:  laneKernel(maxLanes32AVX512, maxLanes[float32]),
			MaxRows:   maxRows(maxRows32AVX512, laneKernel(maxLanes32AVX512, maxLanes[float32])),
			MinLanes:  laneKernel(minLanes32AVX512, minLanes[float32]),
			MinRows:   minRows(minRows32AVX512, laneKernel(minLanes32AVX512, minLanes[float32])),
			Gemm:      t32.gemm,
			Patches:   t32.patchKernel(),
			Transpose: t32.transpose, Square: t32.square,
		},
		F64: Floats[float64]{
			Unary: simdUnary64AVX512, Binary: simdBinary64AVX512, Compare: simdCompare64AVX512,
			Select: selectKernel(select64AVX512, 8), Fill: fillKernel(fill64AVX512), MulAdd: mulAddKernel(mulAdd64AVX512),
			AddRows:   addRowsKernel(addRows64AVX512),
			SumLanes:  laneKernel(sumLanes64AVX512, sumLanes[float64]),
			SumRows:   sumRows(sumRows64AVX512, laneKernel(sumLanes64AVX512, sumLanes[float64])),
			MaxLanes:  laneKernel(maxLanes64AVX512, maxLanes[float64]),
			MaxRows:   maxRows(maxRows64AVX512, laneKernel(maxLanes64AVX512, maxLanes[float64])),
			MinLanes:  laneKernel(minLanes64AVX512, minLanes[float64]),
			MinRows:   minRows(minRows64AVX512, laneKernel(minLanes64AVX512, minLanes[float64])),
			Gemm:      t64.gemm,
			Patches:   t64.patchKernel(),
			Transpose: t64.transpose, Square: t64.square,
		},
	}
}
