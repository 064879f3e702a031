// Package kernel holds the innermost loops of the CPU engine.
//
// A kernel's result is defined by the plain-Go code here, never by the vector
// width or the number of threads that happen to run it: the SIMD versions are
// generated from the same description and are tested bit for bit against it.
// (NaNs are equal to each other whatever their payload.)
package kernel

// Level is an instruction set that the kernels can use.
type Level int

const (
	Off    Level = iota // plain Go, the specification
	AVX2                // 256-bit vectors with FMA
	AVX512              // 512-bit vectors (F, BW, DQ, VL)
	NEON                // arm64's 128-bit vectors
)

// Unary names an element-wise function of one operand.
//
// Neg to Sqrt are exact or correctly rounded. The others' largest errors, as
// TestAccuracy measures and bounds them, in units of the last place: float32
// 0.6 (Rsqrt 1.5); float64 Log and Log1p 0.85, Sin and Cos 0.85, Erf 1, Exp
// 1.1, Cosh 1.2, Acos and Asinh 1.4, Atan and Rsqrt 1.5, Atanh 1.7, Tanh and
// Acosh 1.8, Expm1, Tan and Logistic 2, ErfInv 2.1, Sinh 2.3, Asin 2.4, Erfc
// 2.5. Arguments of any size are reduced correctly, denormals are kept.
type Unary int

const (
	Neg Unary = iota
	Abs
	Sign // -1, 0 or 1; NaN stays NaN, a signed zero stays itself
	Floor
	Ceil
	Round // to nearest, ties to even
	Sqrt
	Rsqrt // 1/sqrt(x): two correctly rounded operations
	Exp
	Expm1
	Log
	Log1p
	Sin
	Cos
	Tan
	Asin
	Acos
	Atan
	Sinh
	Cosh
	Tanh
	Asinh
	Acosh
	Atanh
	Logistic
	Erf
	Erfc
	ErfInv
	NumUnary
)

// Binary names an element-wise function of two operands. Pow is within 0.51 ulp
// in float32 and 1.1 in float64, Atan2 within 1.6 in float64.
type Binary int

const (
	Add Binary = iota
	Sub
	Mul
	Div
	Max // a NaN operand wins; +0 is larger than -0 (Go's builtin max)
	Min // a NaN operand wins; -0 is smaller than +0 (Go's builtin min)
	Pow // IEEE 754 pow
	Atan2
	Rem // C's fmod: exact, the sign of the dividend
	NumBinary
)

// Compare names an element-wise comparison; its result is 1 or 0.
type Compare int

const (
	Eq Compare = iota
	Ne
	Lt
	Le
	Gt
	Ge
	NumCompare
)

// Lanes is the number of accumulators of a reduction. Element i of a run goes
// to lane i mod Lanes, and the lanes are combined as a binary tree:
// lane j with lane j+Lanes/2, then halves of halves, down to lane 0.
const Lanes = 32

// BlockK is the length of the runs over which a matrix product accumulates.
// Within a run the products are added by fused multiply-add, in order of k,
// to an accumulator that starts at zero; the runs are then added in order.
const BlockK = 256

// Float is an element type with SIMD kernels.
type Float interface{ ~float32 | ~float64 }

// Floats is the table of kernels for one float type at one level.
//
// All slices of one call have the same length unless said otherwise; any
// length works, zero included. dst may be the same slice as an operand, but
// may not overlap it otherwise.
type Floats[T Float] struct {
	Unary   [NumUnary]func(dst, x []T)
	Binary  [NumBinary]func(dst, x, y []T)
	Compare [NumCompare]func(dst []uint8, x, y []T)

	// Select sets dst[i] to x[i] where cond[i] is not 0, else to y[i].
	Select func(dst []T, cond []uint8, x, y []T)

	// Fill sets every element of dst to v.
	Fill func(dst []T, v T)

	// SumLanes, MaxLanes and MinLanes feed a run of elements to the lanes
	// (x[i] goes to acc[i%Lanes]; every call but the last of a run has a
	// multiple of Lanes elements).
	SumLanes func(acc *[Lanes]T, x []T)
	MaxLanes func(acc *[Lanes]T, x []T)
	MinLanes func(acc *[Lanes]T, x []T)

	// SumRows, MaxRows and MinRows reduce rows of n elements, one after the other
	// in x, to out: lanes and tree of each row.
	SumRows func(out, x []T, n int)
	MaxRows func(out, x []T, n int)
	MinRows func(out, x []T, n int)

	// AddRows adds rows to acc, one after the other: acc[j] += x[i*stride+j] for
	// each of the rows i.
	AddRows func(acc, x []T, stride, rows int)

	// MulAdd sets dst[i] to fma(x[i], y[i], dst[i]).
	MulAdd func(dst, x, y []T)

	// Gemm computes C = A*B, or C += A*B if g.Accumulate.
	Gemm func(g *Gemm[T], ws *Workspace[T])

	// Transpose turns Square rows of depth elements, srcStep apart, into depth
	// rows of Square elements, dstStep apart. It is nil where nothing beats a
	// loop.
	Transpose func(dst *T, dstStep int, src *T, srcStep, depth int)
	Square    int

	// Patches is nil where only Gemm's PackA serves for convolutions.
	Patches *PatchKernel[T]
}

// Gemm describes one matrix product C[m,n] = sum_k A[m,k] B[k,n].
//
// Element (i,k) of A is A[i*AStrideM+k*AStrideK], element (k,j) of B is
// B[k*BStrideK+j*BStrideN], and element (i,j) of C is C[i*CStride+j].
type Gemm[T Float] struct {
	M, N, K            int
	A                  []T
	AStrideM, AStrideK int
	B                  []T
	BStrideK, BStrideN int
	C                  []T
	CStride            int
	Accumulate         bool // add to C, after the first block's sum, instead of overwriting it

	// PackA, if set, stands in for A (implicit matrix product, as in
	// convolution): it writes rows [i0,i0+rows) and columns [k0,k0+depth) of
	// A, row by row, to dst: element (i,k) to dst[(i-i0)*depth+(k-k0)].
	PackA func(dst []T, i0, rows, k0, depth int)
}

// Workspace holds the packing buffers of one worker, so that a compiled step
// allocates nothing. The zero value is ready; it grows as needed.
type Workspace[T Float] struct {
	a, b, tmp, stage []T
	tile             tile
}

// Set is the table of all kernels at one level.
type Set struct {
	Level Level
	F32   Floats[float32]
	F64   Floats[float64]
}
