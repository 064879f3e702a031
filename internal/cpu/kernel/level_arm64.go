package kernel

import "sync"

// supported tells whether this machine can run level l: every arm64 that Go
// supports has NEON.
func supported(l Level) bool { return l == Off || l == NEON }

var sets = map[Level]func() *Set{
	Off:  sync.OnceValue(plainSet),
	NEON: sync.OnceValue(neonSet),
}

func neonSet() *Set {
	t32 := &tiler[float32]{lanes: 4, tiles: tiles32NEON, pack: pack32NEON, transpose: transpose32NEON, square: 4,
		gemv: gemvKernels[float32]{4, gemvOne32NEON, gemvFour32NEON}}
	t64 := &tiler[float64]{lanes: 2, tiles: tiles64NEON, pack: pack64NEON, transpose: transpose64NEON, square: 2,
		gemv: gemvKernels[float64]{2, gemvOne64NEON, gemvFour64NEON}}
	return &Set{
		Level: NEON,
		F32: Floats[float32]{
			Unary: simdUnary32NEON, Binary: simdBinary32NEON, Compare: simdCompare32NEON,
			Select: selectKernel(select32NEON, 4), Fill: fillKernel(fill32NEON), MulAdd: mulAddKernel(mulAdd32NEON),
			AddRows:   addRowsKernel(addRows32NEON),
			SumLanes:  laneKernel(sumLanes32NEON, sumLanes[float32]),
			SumRows:   sumRows(nil, laneKernel(sumLanes32NEON, sumLanes[float32])),
			MaxLanes:  laneKernel(maxLanes32NEON, maxLanes[float32]),
			MaxRows:   maxRows(nil, laneKernel(maxLanes32NEON, maxLanes[float32])),
			MinLanes:  laneKernel(minLanes32NEON, minLanes[float32]),
			MinRows:   minRows(nil, laneKernel(minLanes32NEON, minLanes[float32])),
			Gemm:      t32.gemm,
			Patches:   t32.patchKernel(),
			Transpose: t32.transpose, Square: t32.square,
		},
		F64: Floats[float64]{
			Unary: simdUnary64NEON, Binary: simdBinary64NEON, Compare: simdCompare64NEON,
			Select: selectKernel(select64NEON, 2), Fill: fillKernel(fill64NEON), MulAdd: mulAddKernel(mulAdd64NEON),
			AddRows:   addRowsKernel(addRows64NEON),
			SumLanes:  laneKernel(sumLanes64NEON, sumLanes[float64]),
			SumRows:   sumRows(nil, laneKernel(sumLanes64NEON, sumLanes[float64])),
			MaxLanes:  laneKernel(maxLanes64NEON, maxLanes[float64]),
			MaxRows:   maxRows(nil, laneKernel(maxLanes64NEON, maxLanes[float64])),
			MinLanes:  laneKernel(minLanes64NEON, minLanes[float64]),
			MinRows:   minRows(nil, laneKernel(minLanes64NEON, minLanes[float64])),
			Gemm:      t64.gemm,
			Patches:   t64.patchKernel(),
			Transpose: t64.transpose, Square: t64.square,
		},
	}
}
