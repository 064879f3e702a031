package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// gemmCase is a random product: shapes, strides and contents.
type gemmCase[T Float] struct {
	g    Gemm[T]
	name string
}

// sizes that matter: nothing, one, around tiles and vectors, around BlockK.
var gemmSizes = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 16, 17, 24, 31, 32, 33, 47, 64, 65, 100, 129}
var gemmDepths = []int{0, 1, 2, 3, 5, 7, 8, 9, 16, 17, 64, 255, 256, 257, 300, 512, 600}

func randomFloat[T Float](r *rand.Rand) T { return T(r.NormFloat64()) }

// strides returns the strides of an n by k matrix in one of the patterns:
// rows contiguous, columns contiguous, either with a gap, both strided.
func strides(r *rand.Rand, n, k int) (sn, sk, size int) {
	switch r.IntN(5) {
	case 0:
		sn, sk = k, 1
	case 1:
		sn, sk = 1, n
	case 2:
		sn, sk = k+r.IntN(9), 1
	case 3:
		sn, sk = 1, n+r.IntN(9)
	default:
		sn = 2 + r.IntN(3)
		sk = sn*n + r.IntN(3)
	}
	if n > 0 && k > 0 {
		size = (n-1)*sn + (k-1)*sk + 1
	}
	return sn, sk, size
}

func randomGemm[T Float](r *rand.Rand) gemmCase[T] {
	pick := func(s []int) int { return s[r.IntN(len(s))] }
	g := Gemm[T]{M: pick(gemmSizes), N: pick(gemmSizes), K: pick(gemmDepths), Accumulate: r.IntN(2) == 0}
	if r.IntN(5) == 0 { // few columns have kernels of their own
		g.N = 1 + r.IntN(gemvColumns+1)
	}
	fill := func(n int) []T {
		s := make([]T, n)
		for i := range s {
			s[i] = randomFloat[T](r)
		}
		return s
	}
	var n int
	g.AStrideM, g.AStrideK, n = strides(r, g.M, g.K)
	g.A = fill(n)
	g.BStrideN, g.BStrideK, n = strides(r, g.N, g.K)
	g.B = fill(n)
	g.CStride = g.N + r.IntN(3)*r.IntN(9)
	g.C = fill(g.M * g.CStride)
	packed := r.IntN(4) == 0
	if packed {
		a, sm, sk := g.A, g.AStrideM, g.AStrideK
		g.A = nil
		g.PackA = func(dst []T, i0, rows, k0, depth int) {
			for i := range rows {
				for k := range depth {
					dst[i*depth+k] = a[(i0+i)*sm+(k0+k)*sk]
				}
			}
		}
	}
	name := fmt.Sprintf("M=%d N=%d K=%d A(%d,%d) B(%d,%d) C(%d) accumulate=%v PackA=%v", g.M, g.N, g.K,
		g.AStrideM, g.AStrideK, g.BStrideK, g.BStrideN, g.CStride, g.Accumulate, packed)
	return gemmCase[T]{g, name}
}

// naive is the definition, straight from the comments of Gemm and BlockK.
func naive[T Float](g *Gemm[T], fma func(x, y, z T) T) []T {
	c := append([]T(nil), g.C...)
	at := func(i, k int) T { return g.A[i*g.AStrideM+k*g.AStrideK] }
	if g.PackA != nil {
		at = func(i, k int) T {
			var v [1]T
			g.PackA(v[:], i, 1, k, 1)
			return v[0]
		}
	}
	for i := range g.M {
		for j := range g.N {
			if g.K == 0 && !g.Accumulate {
				c[i*g.CStride+j] = 0
			}
			for k0 := 0; k0 < g.K; k0 += BlockK {
				var sum T
				for k := k0; k < min(k0+BlockK, g.K); k++ {
					sum = fma(at(i, k), g.B[k*g.BStrideK+j*g.BStrideN], sum)
				}
				if k0 == 0 && !g.Accumulate {
					c[i*g.CStride+j] = sum
				} else {
					c[i*g.CStride+j] += sum
				}
			}
		}
	}
	return c
}

func TestGemm(t *testing.T) {
	t.Run("f32", func(t *testing.T) { testGemm(t, fma32, func(s *Set) *Floats[float32] { return &s.F32 }) })
	t.Run("f64", func(t *testing.T) { testGemm(t, fma64, func(s *Set) *Floats[float64] { return &s.F64 }) })
}

func testGemm[T Float](t *testing.T, fma func(x, y, z T) T, floats func(*Set) *Floats[T]) {
	r := rand.New(rand.NewPCG(3, 4))
	workspaces := map[Level]*Workspace[T]{}
	cases := 400
	if testing.Short() { // for an emulated processor
		cases = 25
	}
	for range cases {
		c := randomGemm[T](r)
		want := naive(&c.g, fma)
		for _, l := range Available() {
			if workspaces[l] == nil {
				workspaces[l] = new(Workspace[T])
			}
			g := c.g
			// Canaries around C, at a random alignment.
			offset := r.IntN(9)
			buf := make([]T, offset+len(g.C)+40)
			for i := range buf {
				buf[i] = -12345
			}
			g.C = buf[offset : offset+len(g.C) : offset+len(g.C)]
			copy(g.C, c.g.C)
			floats(For(l)).Gemm(&g, workspaces[l])
			for i, v := range g.C {
				if !same(v, want[i]) {
					t.Fatalf("%v: %s: C[%d,%d] = %b, want %b", l, c.name, i/max(1, g.CStride), i%max(1, g.CStride), float64(v), float64(want[i]))
				}
			}
			for i, v := range buf {
				if (i < offset || i >= offset+len(g.C)) && v != -12345 {
					t.Fatalf("%v: %s: wrote outside C, at %d of %d", l, c.name, i-offset, len(g.C))
				}
			}
		}
	}
}

func TestGemmTooShort(t *testing.T) {
	for _, l := range Available() {
		for name, change := range map[string]func(g *Gemm[float32]){
			"A": func(g *Gemm[float32]) { g.A = g.A[:len(g.A)-1] },
			"B": func(g *Gemm[float32]) { g.B = g.B[:len(g.B)-1] },
			"C": func(g *Gemm[float32]) { g.C = g.C[:len(g.C)-1] },
		} {
			g := Gemm[float32]{M: 9, N: 9, K: 9, A: make([]float32, 81), AStrideM: 9, AStrideK: 1,
				B: make([]float32, 81), BStrideK: 9, BStrideN: 1, C: make([]float32, 81), CStride: 9}
			change(&g)
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%v: a short %s does not panic", l, name)
					}
				}()
				For(l).F32.Gemm(&g, new(Workspace[float32]))
			}()
		}
	}
}

func BenchmarkGemm(b *testing.B) {
	for _, l := range Available() {
		if l == Off {
			continue
		}
		for _, s := range [][3]int{
			{64, 64, 64}, {256, 256, 256}, {512, 512, 512}, {1024, 1024, 1024},
			{128, 512, 784}, {128, 512, 512}, {128, 10, 512}, {1, 512, 512}, {512, 1, 512}, {6, 1024, 1024}, {4096, 16, 144},
		} {
			for _, form := range []string{"NN", "NT", "TN"} {
				name := fmt.Sprintf("%v/%dx%dx%d/%s", l, s[0], s[1], s[2], form)
				b.Run("f32/"+name, func(b *testing.B) { benchGemm(b, For(l).F32.Gemm, s, form) })
				b.Run("f64/"+name, func(b *testing.B) { benchGemm(b, For(l).F64.Gemm, s, form) })
			}
		}
	}
}

func benchGemm[T Float](b *testing.B, gemm func(*Gemm[T], *Workspace[T]), s [3]int, form string) {
	m, n, k := s[0], s[1], s[2]
	g := &Gemm[T]{M: m, N: n, K: k, A: make([]T, m*k), AStrideM: k, AStrideK: 1,
		B: make([]T, k*n), BStrideK: n, BStrideN: 1, C: make([]T, m*n), CStride: n}
	if form[0] == 'T' {
		g.AStrideM, g.AStrideK = 1, m
	}
	if form[1] == 'T' {
		g.BStrideK, g.BStrideN = 1, k
	}
	ws := new(Workspace[T])
	for b.Loop() {
		gemm(g, ws)
	}
	b.ReportMetric(2*float64(m)*float64(n)*float64(k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
