package kernel

// plainSet returns the kernels in plain Go: the specification.
func plainSet() *Set {
	return &Set{
		Level: Off,
		F32: Floats[float32]{
			Unary: plainUnary32, Binary: plainBinary32, Compare: plainCompare32,
			Select: selectLoop[float32], Fill: fillLoop[float32],
			SumLanes: sumLanes[float32], MaxLanes: maxLanes[float32], MinLanes: minLanes[float32],
			SumRows: sumRows(nil, sumLanes[float32]), MaxRows: maxRows(nil, maxLanes[float32]), MinRows: minRows(nil, minLanes[float32]),
			AddRows: addRows[float32], MulAdd: mulAdd32,
			Gemm: func(g *Gemm[float32], ws *Workspace[float32]) { gemmPlain(g, ws, axpy32) },
		},
		F64: Floats[float64]{
			Unary: plainUnary64, Binary: plainBinary64, Compare: plainCompare64,
			Select: selectLoop[float64], Fill: fillLoop[float64],
			SumLanes: sumLanes[float64], MaxLanes: maxLanes[float64], MinLanes: minLanes[float64],
			SumRows: sumRows(nil, sumLanes[float64]), MaxRows: maxRows(nil, maxLanes[float64]), MinRows: minRows(nil, minLanes[float64]),
			AddRows: addRows[float64], MulAdd: mulAdd64,
			Gemm: func(g *Gemm[float64], ws *Workspace[float64]) { gemmPlain(g, ws, axpy64) },
		},
	}
}

func mulAdd32(dst, x, y []float32) {
	dst, y = dst[:len(x)], y[:len(x)]
	for i, v := range x {
		dst[i] = fma32(v, y[i], dst[i])
	}
}

func mulAdd64(dst, x, y []float64) {
	dst, y = dst[:len(x)], y[:len(x)]
	for i, v := range x {
		dst[i] = fma64(v, y[i], dst[i])
	}
}

// axpy32 adds a*x to acc by fused multiply-add.
func axpy32(acc []float32, a float32, x []float32) {
	acc = acc[:len(x)]
	for j, v := range x {
		acc[j] = fma32(a, v, acc[j])
	}
}

// axpy64 adds a*x to acc by fused multiply-add.
func axpy64(acc []float64, a float64, x []float64) {
	acc = acc[:len(x)]
	for j, v := range x {
		acc[j] = fma64(a, v, acc[j])
	}
}

func selectLoop[T Float](dst []T, cond []uint8, x, y []T) {
	dst, x, y = dst[:len(cond)], x[:len(cond)], y[:len(cond)]
	for i, c := range cond {
		if c != 0 {
			dst[i] = x[i]
		} else {
			dst[i] = y[i]
		}
	}
}

func fillLoop[T Float](dst []T, v T) {
	for i := range dst {
		dst[i] = v
	}
}

func sumLanes[T Float](acc *[Lanes]T, x []T) {
	for i, v := range x {
		acc[i%Lanes] += v
	}
}

func maxLanes[T Float](acc *[Lanes]T, x []T) {
	for i, v := range x {
		acc[i%Lanes] = max(acc[i%Lanes], v)
	}
}

func minLanes[T Float](acc *[Lanes]T, x []T) {
	for i, v := range x {
		acc[i%Lanes] = min(acc[i%Lanes], v)
	}
}

func addRows[T Float](acc, x []T, stride, rows int) {
	for i := range rows {
		for j, v := range x[i*stride:][:len(acc)] {
			acc[j] += v
		}
	}
}
