package kernel

import "unsafe"

// Patches describes a matrix product whose first operand is read in place,
// although its rows overlap: the patches of images that a convolution takes.
//
// Rows come in groups. Element (s, k) of row i of a group, s below Segments and
// k below Run, is A[group.A + i*RowStride + s*SegmentStride + k], and its index
// along the summed axis is s*Run+k. Row i of the result is at
// C[group.C + i*CStride].
type Patches[T Float] struct {
	Rows, N       int
	Groups        []PatchGroup
	A             []T
	RowStride     int
	Run, Segments int
	SegmentStride int
	B             []T // as PackB made it
	C             []T
	CStride       int
}

// PatchGroup is where a group of rows begins in A and C.
type PatchGroup struct{ A, C int }

// PatchKernel is the product of patches for one float type, where an
// instruction set has it. Its results are those of Gemm.
type PatchKernel[T Float] struct {
	// TileRows is the number of rows that go well together: it and what is not
	// much less.
	TileRows int
	// IsPacked reports whether a B of n columns without gaps is packed as it is.
	IsPacked func(n int) bool
	// Packed is the length of a packed B of k rows and n columns; PackB packs
	// rows [k0,k1) of B, whose rows lie stride elements apart.
	Packed func(k, n int) int
	PackB  func(dst, b []T, stride, k, n, k0, k1 int)
	Run    func(p *Patches[T], ws *Workspace[T])
	// SwappedRows is the number of neighbouring rows that go well together in a
	// swapped product of n columns; 0 if it had better not be swapped.
	SwappedRows func(n int) int
	// Turned is a block of a product with the matrix of patches turned.
	Turned func(p *Turned[T], ws *Workspace[T])
}

func (t *tiler[T]) patchKernel() *PatchKernel[T] {
	return &PatchKernel[T]{TileRows: len(t.tiles) - 1, IsPacked: t.isPacked, Packed: t.packedSize, PackB: t.packB,
		Run: t.patches, Turned: t.turned, SwappedRows: t.swappedRows}
}

// stripWidth is the number of columns of a strip of B.
func (t *tiler[T]) stripWidth() int { return t.lanes * (len(t.tiles[len(t.tiles)-1]) - 1) }

// packedSize counts whole vectors. A strip of B has all k of its columns, one
// strip after the other.
func (t *tiler[T]) packedSize(k, n int) int { return k * t.padded(n) }

func (t *tiler[T]) isPacked(n int) bool { return n <= t.stripWidth() && n%t.lanes == 0 }

func (t *tiler[T]) packB(dst, b []T, stride, k, n, k0, k1 int) {
	width := t.stripWidth()
	for j := 0; j < n; j += width {
		w := min(width, n-j)
		p := t.padded(w)
		t.pack(&dst[j*k+k0*p], p, &b[k0*stride+j], stride, k1-k0, w)
	}
}

// patches goes over blocks of k, strips of B and tiles of rows. Within a block the
// sums go on from segment to segment, in order of k, as in Gemm.
func (t *tiler[T]) patches(p *Patches[T], ws *Workspace[T]) {
	depth := p.Run * p.Segments
	rows := tileRowsFor(p.Rows, len(t.tiles)-1)
	width := t.stripWidth()
	size := int(unsafe.Sizeof(*new(T)))
	u := &ws.tile
	*u = tile{aRow: p.RowStride * size, aStep: size, cRow: p.CStride * size, segment: p.Run, skip: (p.SegmentStride - p.Run) * size}
	for k0 := 0; k0 < depth; k0 += BlockK {
		u.depth = min(BlockK, depth-k0)
		u.first = min(p.Run-k0%p.Run, u.depth)
		if k0 > 0 {
			u.add = 1
		}
		from := k0/p.Run*p.SegmentStride + k0%p.Run
		for j := 0; j < p.N; j += width {
			w := min(width, p.N-j)
			vectors := (w + t.lanes - 1) / t.lanes
			padded := vectors * t.lanes
			u.valid, u.bStep = w-(vectors-1)*t.lanes, padded*size
			u.b = unsafe.Pointer(&p.B[j*depth+k0*padded])
			for _, g := range p.Groups {
				for i := 0; i < p.Rows; i += rows {
					m := min(rows, p.Rows-i)
					u.a = unsafe.Pointer(&p.A[g.A+i*p.RowStride+from])
					u.c = unsafe.Pointer(&p.C[g.C+i*p.CStride+j])
					t.tiles[m][vectors](u)
				}
			}
		}
	}
	*u = tile{}
}

// tileRowsFor cuts rows evenly: the tile's height with which no more tiles than
// necessary cover them.
func tileRowsFor(rows, most int) int {
	tiles := (rows + most - 1) / most
	return (rows + tiles - 1) / tiles
}
