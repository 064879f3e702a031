package kernel

// gemmPlain is the specification of Gemm: block after block of k, one row of
// C at a time. axpy adds a*x to a row by fused multiply-add.
func gemmPlain[T Float](g *Gemm[T], ws *Workspace[T], axpy func(acc []T, a T, x []T)) {
	if g.M <= 0 || g.N <= 0 {
		return
	}
	if g.K <= 0 {
		clearUnlessAccumulating(g)
		return
	}
	checkGemm(g)
	for k0 := 0; k0 < g.K; k0 += BlockK {
		depth := min(BlockK, g.K-k0)
		b := rowsOfB(g, ws, k0, depth)
		for i := range g.M {
			a, stride := rowOfA(g, ws, i, k0, depth)
			acc := grow(&ws.tmp, g.N)
			clear(acc)
			for k := range depth {
				axpy(acc, a[k*stride], b.data[k*b.stride:][:g.N])
			}
			c := g.C[i*g.CStride:][:g.N]
			if k0 == 0 && !g.Accumulate {
				copy(c, acc)
				continue
			}
			for j, v := range acc {
				c[j] += v
			}
		}
	}
}

// checkGemm panics, as an index expression does, if an operand is too short.
func checkGemm[T Float](g *Gemm[T]) {
	if g.PackA == nil {
		_ = g.A[(g.M-1)*g.AStrideM+(g.K-1)*g.AStrideK]
	}
	_ = g.B[(g.K-1)*g.BStrideK+(g.N-1)*g.BStrideN]
	_ = g.C[(g.M-1)*g.CStride+g.N-1]
}

// clearUnlessAccumulating writes the empty sum.
func clearUnlessAccumulating[T Float](g *Gemm[T]) {
	if g.Accumulate {
		return
	}
	for i := range g.M {
		clear(g.C[i*g.CStride:][:g.N])
	}
}

// rows is a matrix whose rows are contiguous.
type rows[T Float] struct {
	data   []T
	stride int
}

// rowsOfB returns rows [k0, k0+depth) of B with contiguous rows, copied to the
// workspace if they are not so already.
func rowsOfB[T Float](g *Gemm[T], ws *Workspace[T], k0, depth int) rows[T] {
	if g.BStrideN == 1 {
		return rows[T]{g.B[k0*g.BStrideK:], g.BStrideK}
	}
	b := grow(&ws.b, depth*g.N)
	for k := range depth {
		for j := range g.N {
			b[k*g.N+j] = g.B[(k0+k)*g.BStrideK+j*g.BStrideN]
		}
	}
	return rows[T]{b, g.N}
}

// rowOfA returns elements [k0, k0+depth) of row i of A and their stride.
func rowOfA[T Float](g *Gemm[T], ws *Workspace[T], i, k0, depth int) ([]T, int) {
	if g.PackA == nil {
		return g.A[i*g.AStrideM+k0*g.AStrideK:], g.AStrideK
	}
	a := grow(&ws.a, depth)
	g.PackA(a, i, 1, k0, depth)
	return a, 1
}

// grow returns the first n elements of the buffer, enlarged if need be; their
// values are arbitrary.
func grow[T Float](buf *[]T, n int) []T {
	if cap(*buf) < n {
		*buf = make([]T, n)
	}
	return (*buf)[:n]
}
