package kernel

import "unsafe"

// tiler holds what the blocked matrix product needs from an instruction set.
// The blocking is the one of Goto and van de Geijn ("Anatomy of
// high-performance matrix multiplication", 2008): a strip of B stays in L1, a
// block of A in L2, a panel of B in L3, and a micro-kernel keeps a tile of C
// in registers.
type tiler[T Float] struct {
	lanes int             // elements of a vector
	tiles [][]func(*tile) // micro-kernels by rows and vectors of columns

	// pack copies depth rows of n elements, zeros up to a whole vector.
	pack func(dst *T, dstStep int, src *T, srcStep, depth, n int)
	// transpose turns square rows of depth elements into depth rows.
	transpose func(dst *T, dstStep int, src *T, srcStep, depth int)
	square    int
	gemv      gemvKernels[T]
}

// tile is the argument of a micro-kernel. Steps and strides are in bytes; the
// generated code knows the layout. The last vector of columns has valid lanes.
type tile struct {
	depth       int
	a           unsafe.Pointer
	aRow, aStep int
	b           unsafe.Pointer
	bStep       int
	c           unsafe.Pointer
	cRow        int
	valid       int
	add         int // 0: overwrite C, 1: add to it

	// from is where the sums go on from, row by row; nil means from zero.
	from    unsafe.Pointer
	fromRow int
	// The summed axis is depth long: a first segment, and then others of the same
	// length but for the last; skip and skipB are what is added to A's and B's place
	// between them.
	first, segment, skip, skipB int
}

// Blocks of A have about this many bytes (half of a common L2), panels of B
// this many (a share of L3).
const (
	blockBytesA = 192 << 10
	panelBytesB = 1 << 20
	nearBytesB  = 32 << 10 // L1
)

// operand is A, or B with its axes exchanged: outer runs over rows of A or
// columns of B, k over the summed axis.
type operand[T Float] struct {
	data     []T
	outer, k int // strides
	rows     func(dst []T, i0, rows, k0, depth int)
}

// at returns the elements from (i,k) on.
func (o *operand[T]) at(i, k int) []T { return o.data[i*o.outer+k*o.k:] }

// product is one matrix product in the tiler's terms.
type product[T Float] struct {
	m, n, depth int
	a, b        operand[T]
	c           []T
	cStride     int
	accumulate  bool
}

// gemm is Gemm by tiles.
func (t *tiler[T]) gemm(g *Gemm[T], ws *Workspace[T]) {
	if g.M <= 0 || g.N <= 0 {
		return
	}
	if g.K <= 0 {
		clearUnlessAccumulating(g)
		return
	}
	checkGemm(g)
	p := product[T]{
		m: g.M, n: g.N, depth: g.K,
		a: operand[T]{g.A, g.AStrideM, g.AStrideK, g.PackA},
		b: operand[T]{g.B, g.BStrideN, g.BStrideK, nil},
		c: g.C, cStride: g.CStride, accumulate: g.Accumulate,
	}
	if p.n <= t.lanes/2 && p.m > p.n {
		if done := t.columns(&p, ws); done == p.m {
			return
		} else if done > 0 {
			p = p.below(done)
		}
		t.narrow(&p, ws)
	} else {
		t.run(&p, ws)
	}
	ws.tile = tile{} // let go of the operands
}

// narrow makes a product with few columns as its transpose, so that the
// vectors run along the many rows. Multiplication commutes: the bits are the
// same.
func (t *tiler[T]) narrow(p *product[T], ws *Workspace[T]) {
	q := product[T]{m: p.n, n: p.m, depth: p.depth, a: p.b, b: p.a, accumulate: p.accumulate}
	if p.n == 1 && p.cStride == 1 {
		q.c, q.cStride = p.c, p.m
		t.run(&q, ws)
		return
	}
	q.c, q.cStride = grow(&ws.tmp, p.n*p.m), p.m
	if p.accumulate {
		for i := range p.m {
			for j := range p.n {
				q.c[j*p.m+i] = p.c[i*p.cStride+j]
			}
		}
	}
	t.run(&q, ws)
	for i := range p.m {
		for j := range p.n {
			p.c[i*p.cStride+j] = q.c[j*p.m+i]
		}
	}
}

// run goes over panels of B's columns and blocks of k and of A's rows.
func (t *tiler[T]) run(p *product[T], ws *Workspace[T]) {
	maxRows := len(t.tiles) - 1
	tileM := min(p.m, maxRows)
	tileN := t.lanes * (len(t.tiles[tileM]) - 1)
	size := int(unsafe.Sizeof(*new(T)))
	panelN := panelBytesB / (BlockK * size) / tileN * tileN
	blockM := blockBytesA / (BlockK * size) / maxRows * maxRows
	for j0 := 0; j0 < p.n; j0 += panelN {
		n := min(panelN, p.n-j0)
		for k0 := 0; k0 < p.depth; k0 += BlockK {
			depth := min(BlockK, p.depth-k0)
			add := p.accumulate || k0 > 0
			// Packing a strip of B pays when many tiles read it, and sooner if
			// its rows lie far apart.
			near := p.b.k*depth*size <= nearBytesB && p.m <= 8*maxRows
			direct := p.b.outer == 1 && p.b.rows == nil && (p.m <= maxRows || near)
			// A strip that one tile reads is packed just before, into L1.
			once := !direct && p.m <= maxRows
			if !direct && !once {
				t.packPanel(p, ws, j0, n, tileN, k0, depth)
			}
			for i0 := 0; i0 < p.m; i0 += blockM {
				m := min(blockM, p.m-i0)
				a := t.blockOfA(p, ws, i0, m, k0, depth, n > tileN)
				for j := 0; j < n; j += tileN {
					w := min(tileN, n-j)
					b, bStep := t.stripOfB(p, ws, direct, once, j0, j, w, k0, depth)
					t.strip(p, ws, &a, b, bStep, i0, m, j0+j, w, depth, add)
				}
			}
		}
	}
}

// strip makes m rows by n columns of C, n at most a tile's width.
func (t *tiler[T]) strip(p *product[T], ws *Workspace[T], a *blockA[T], b []T, bStep, i0, m, j, n, depth int, add bool) {
	size := int(unsafe.Sizeof(*new(T)))
	vectors := (n + t.lanes - 1) / t.lanes
	maxRows := len(t.tiles) - 1
	u := &ws.tile
	u.depth, u.first = depth, depth
	u.aRow, u.aStep = a.row*size, a.step*size
	u.b, u.bStep = unsafe.Pointer(&b[0]), bStep*size
	u.cRow = p.cStride * size
	u.valid = n - (vectors-1)*t.lanes
	u.from = nil
	u.add = 0
	if add {
		u.add = 1
	}
	for i := 0; i < m; i += maxRows {
		u.a = unsafe.Pointer(&a.data[i/maxRows*a.tile])
		u.c = unsafe.Pointer(&p.c[(i0+i)*p.cStride+j])
		t.tiles[min(maxRows, m-i)][vectors](u)
	}
}

// blockA is a block of A as the micro-kernel reads it.
type blockA[T Float] struct {
	data      []T
	row, step int // strides along rows and k
	tile      int // from one tile's rows to the next
}

// blockOfA returns rows [i0,i0+m) and columns [k0,k0+depth) of A: in place if
// few tiles read it (reused is false), else gathered in the workspace so that
// it stays in L2 and touches few pages.
func (t *tiler[T]) blockOfA(p *product[T], ws *Workspace[T], i0, m, k0, depth int, reused bool) blockA[T] {
	rows := len(t.tiles) - 1
	a := &p.a
	switch {
	case a.rows != nil:
		buf := grow(&ws.a, m*depth)
		a.rows(buf, i0, m, k0, depth)
		return blockA[T]{buf, depth, 1, rows * depth}
	case !reused || m == 1:
		return blockA[T]{a.at(i0, k0), a.outer, a.k, rows * a.outer}
	case a.k == 1:
		// Rows a little more than a power of two apart do not compete for
		// the same sets of the cache.
		stride := depth + 64/int(unsafe.Sizeof(*new(T)))
		buf := grow(&ws.a, m*stride)
		for i := range m {
			copy(buf[i*stride:][:depth], a.at(i0+i, k0))
		}
		return blockA[T]{buf, stride, 1, rows * stride}
	}
	width := t.padded(rows)
	panels := (m + rows - 1) / rows
	buf := grow(&ws.a, panels*depth*width)
	for i := 0; i < m; i += rows {
		t.packStrip(buf[i/rows*depth*width:], width, ws, a, i0+i, min(rows, m-i), k0, depth)
	}
	return blockA[T]{buf, 1, width, depth * width}
}

// packPanel packs columns [j0,j0+n) of B strip by strip.
func (t *tiler[T]) packPanel(p *product[T], ws *Workspace[T], j0, n, tileN, k0, depth int) {
	buf := grow(&ws.b, t.padded(n)*depth)
	for j := 0; j < n; j += tileN {
		w := min(tileN, n-j)
		t.packStrip(buf[j*depth:], t.padded(w), ws, &p.b, j0+j, w, k0, depth)
	}
}

func (t *tiler[T]) padded(n int) int { return (n + t.lanes - 1) / t.lanes * t.lanes }

// stripOfB returns columns [j0+j,j0+j+w) of B and their step along k: in place
// if direct, except that a strip that ends within a vector is packed, so that
// nothing is read past the end of B; packed now if it is read once.
func (t *tiler[T]) stripOfB(p *product[T], ws *Workspace[T], direct, once bool, j0, j, w, k0, depth int) ([]T, int) {
	width := t.padded(w)
	if !direct && !once {
		return ws.b[j*depth:], width
	}
	if direct && w == width {
		return p.b.at(j0+j, k0), p.b.k
	}
	buf := grow(&ws.b, width*depth)
	t.packStrip(buf, width, ws, &p.b, j0+j, w, k0, depth)
	return buf, width
}

// packStrip writes element (i,k) of n outer indices and depth k's to
// dst[k*width+i], zeros from n to width.
func (t *tiler[T]) packStrip(dst []T, width int, ws *Workspace[T], o *operand[T], i0, n, k0, depth int) {
	src := operand[T]{outer: o.outer, k: o.k}
	if o.rows != nil {
		src = operand[T]{data: grow(&ws.stage, n*depth), outer: depth, k: 1}
		o.rows(src.data, i0, n, k0, depth)
	} else {
		src.data = o.at(i0, k0)
	}
	_ = dst[width*depth-1]
	if src.outer == 1 || n == 1 {
		t.pack(&dst[0], width, &src.data[0], src.k, depth, n)
		if t.padded(n) < width {
			padZero(dst, width, t.padded(n), depth)
		}
		return
	}
	done := 0
	if src.k == 1 || depth == 1 {
		for ; done+t.square <= n; done += t.square {
			t.transpose(&dst[done], width, &src.data[done*src.outer], src.outer, depth)
		}
	}
	for k := range depth {
		row := dst[k*width:][:width]
		for i := done; i < n; i++ {
			row[i] = src.data[i*src.outer+k*src.k]
		}
		clear(row[n:])
	}
}

// padZero clears columns [from,width) of depth rows.
func padZero[T Float](dst []T, width, from, depth int) {
	for k := range depth {
		clear(dst[k*width+from : (k+1)*width])
	}
}
