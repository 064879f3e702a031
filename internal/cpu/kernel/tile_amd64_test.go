package kernel

import (
	"testing"
	"unsafe"
)

// BenchmarkTile measures a full micro-kernel on data in L1: the limit of Gemm.
func BenchmarkTile(b *testing.B) {
	for _, l := range Available() {
		switch l {
		case AVX2:
			b.Run("f32/avx2", func(b *testing.B) { benchTile[float32](b, tiles32AVX2[6][2], 6, 16) })
			b.Run("f64/avx2", func(b *testing.B) { benchTile[float64](b, tiles64AVX2[6][2], 6, 8) })
		case AVX512:
			b.Run("f32/avx512", func(b *testing.B) { benchTile[float32](b, tiles32AVX512[12][2], 12, 32) })
			b.Run("f64/avx512", func(b *testing.B) { benchTile[float64](b, tiles64AVX512[12][2], 12, 16) })
		}
	}
}

func benchTile[T Float](b *testing.B, f func(*tile), rows, cols int) {
	const depth = BlockK
	size := int(unsafe.Sizeof(*new(T)))
	a, x, c := make([]T, rows*(depth+16)), make([]T, depth*cols), make([]T, rows*cols)
	t := &tile{depth: depth, first: depth, a: unsafe.Pointer(&a[0]), aRow: (depth + 16) * size, aStep: size,
		b: unsafe.Pointer(&x[0]), bStep: cols * size, c: unsafe.Pointer(&c[0]), cRow: cols * size, valid: cols / 2, add: 1}
	for b.Loop() {
		f(t)
	}
	b.ReportMetric(2*float64(rows*cols*depth)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
