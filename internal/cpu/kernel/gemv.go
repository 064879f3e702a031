package kernel

import "unsafe"

// gemvKernels are a tiler's kernels for a matrix whose rows are contiguous along
// the summed axis, times a vector: they make the sums of square or of
// gemvGroups*square rows.
type gemvKernels[T Float] struct {
	square    int
	one, four func(sums, a *T, aRow int, x *T, depth int)
}

const (
	gemvGroups = 4
	// gemvColumns is the number of columns up to which a product is made a column
	// at a time: each turns the rows of A anew, within registers, which costs less
	// than to write them down turned as long as few read them.
	gemvColumns = 2
)

// columns makes rows [0,done) of a product with few columns, whole squares of
// them; done is 0 if A's rows are not contiguous.
func (t *tiler[T]) columns(p *product[T], ws *Workspace[T]) (done int) {
	if t.gemv.one == nil || p.n > gemvColumns || p.a.k != 1 || p.a.rows != nil {
		return 0
	}
	square := t.gemv.square
	x := grow(&ws.b, p.n*p.depth)
	for j := range p.n {
		for k := range p.depth {
			x[j*p.depth+k] = p.b.data[j*p.b.outer+k*p.b.k]
		}
	}
	sums := grow(&ws.tmp, gemvGroups*square)
	// Rows a multiple of a page apart fall into the same few places of the nearest
	// cache: the fewer at a time, the better.
	few := p.a.outer*int(unsafe.Sizeof(*new(T)))%4096 == 0
	for done+square <= p.m {
		rows, kernel := square, t.gemv.one
		if !few && done+gemvGroups*square <= p.m {
			rows, kernel = gemvGroups*square, t.gemv.four
		}
		for k0 := 0; k0 < p.depth; k0 += BlockK {
			depth := min(BlockK, p.depth-k0)
			for j := range p.n {
				kernel(&sums[0], &p.a.at(done, k0)[0], p.a.outer, &x[j*p.depth+k0], depth)
				c := p.c[done*p.cStride+j:]
				for i, s := range sums[:rows] {
					if k0 == 0 && !p.accumulate {
						c[i*p.cStride] = s
					} else {
						c[i*p.cStride] += s
					}
				}
			}
		}
		done += rows
	}
	return done
}

// below is the product without its first rows.
func (p product[T]) below(rows int) product[T] {
	p.m -= rows
	p.a.data = p.a.data[rows*p.a.outer:]
	p.c = p.c[rows*p.cStride:]
	return p
}
