package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestPatches compares products of patches read in place with Gemm of the same
// rows written out, bit for bit.
func TestPatches(t *testing.T) {
	testPatches(t, "float32", func(s *Set) *Floats[float32] { return &s.F32 })
	testPatches(t, "float64", func(s *Set) *Floats[float64] { return &s.F64 })
}

func testPatches[T Float](t *testing.T, name string, floats func(*Set) *Floats[T]) {
	plain := floats(For(Off))
	for _, l := range simdLevels(t) {
		simd := floats(For(l))
		t.Run(fmt.Sprintf("%s/%v", name, l), func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 4))
			var ws Workspace[T]
			for _, c := range []struct{ rows, groups, n, run, segments int }{
				{1, 1, 1, 1, 1}, {8, 3, 16, 48, 3}, {13, 2, 35, 96, 3}, {3, 2, 64, 192, 3}, {25, 1, 7, 300, 4}, {12, 2, 33, 256, 2}, {5, 4, 20, 100, 11}, {2, 1, 3, 5, 130},
			} {
				p := Patches[T]{Rows: c.rows, N: c.n, RowStride: 1 + r.IntN(c.run+3), Run: c.run, Segments: c.segments, SegmentStride: c.run + r.IntN(20), CStride: c.n + 2}
				for g := range c.groups {
					p.Groups = append(p.Groups, PatchGroup{A: 7*g + r.IntN(5), C: g * c.rows * p.CStride})
				}
				depth := c.run * c.segments
				p.A = inputs[T](r, 64+c.rows*p.RowStride+c.segments*p.SegmentStride)
				for i := range p.A {
					p.A[i] = T(r.NormFloat64())
				}
				b := make([]T, depth*(c.n+1))
				for i := range b {
					b[i] = T(r.NormFloat64())
				}
				k := simd.Patches
				p.B = make([]T, k.Packed(depth, c.n))
				half := depth / 2
				if half > 0 {
					k.PackB(p.B, b, c.n+1, depth, c.n, 0, half)
				}
				k.PackB(p.B, b, c.n+1, depth, c.n, half, depth)
				got, alive := guarded[T](r, c.groups*c.rows*p.CStride, -77)
				for i := range got {
					got[i] = -7
				}
				p.C = got
				k.Run(&p, &ws)
				want := make([]T, len(got))
				for i := range want {
					want[i] = -7
				}
				rows := make([]T, c.rows*depth)
				for _, g := range p.Groups {
					for i := range c.rows {
						for s := range c.segments {
							copy(rows[i*depth+s*c.run:][:c.run], p.A[g.A+i*p.RowStride+s*p.SegmentStride:])
						}
					}
					plain.Gemm(&Gemm[T]{M: c.rows, N: c.n, K: depth, A: rows, AStrideM: depth, AStrideK: 1,
						B: b, BStrideK: c.n + 1, BStrideN: 1, C: want[g.C:], CStride: p.CStride}, &ws)
				}
				compareSlices(t, len(got), got, want, func(i int) string { return fmt.Sprintf("%+v element %d", c, i) })
				if !alive() {
					t.Fatalf("%+v: wrote outside C", c)
				}
			}
		})
	}
}
