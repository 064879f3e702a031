package kernel

import "unsafe"

// Turned describes one block of the summed axis, of at most BlockK, of a matrix
// product whose first operand is read in place, turned: its rows are the columns
// of overlapping windows, as in the gradient of a convolution's kernel.
//
// The summed axis is that of the pieces, in order. A piece goes over segments of
// Run elements, Step apart, and segments are SegmentStep apart; it may begin and
// end within one. Row i of a group begins at A[piece.A + group.A + i], and in the
// result at C[group.C + i*CStride]. Rows of B lie BStride apart. With Add, the
// product is added to C.
//
// A product of few columns is better made the other way round, with vectors along
// the rows: Swapped makes C turned. A is then read up to a vector beyond a group.
type Turned[T Float] struct {
	Groups            []TurnedRows
	Pieces            []TurnedPiece
	A                 []T
	Step, SegmentStep int
	Run               int
	B                 []T
	BStride, N        int
	C                 []T
	CStride           int
	Add, Swapped      bool
}

// TurnedRows is a group of rows that are neighbours in A.
type TurnedRows struct{ A, C, Rows int }

// TurnedPiece is a part of the summed axis: of Depth elements, the First of which
// are of one segment.
type TurnedPiece struct{ A, First, Depth int }

// turned goes over strips of B and tiles of rows; the sums of a tile go on from
// piece to piece.
func (t *tiler[T]) turned(p *Turned[T], ws *Workspace[T]) {
	if p.Swapped {
		t.swapped(p, ws)
		return
	}
	depth := 0
	for _, q := range p.Pieces {
		depth += q.Depth
	}
	width, most := t.stripWidth(), len(t.tiles)-1
	sums := grow(&ws.tmp, most*width)
	size := int(unsafe.Sizeof(*new(T)))
	u := &ws.tile
	*u = tile{aRow: size, aStep: p.Step * size, segment: p.Run, skip: (p.SegmentStep - p.Run*p.Step) * size}
	for j := 0; j < p.N; j += width {
		w := min(width, p.N-j)
		vectors := (w + t.lanes - 1) / t.lanes
		padded := vectors * t.lanes
		b, bStep := p.B[j:], p.BStride
		if p.N > width || w < padded { // else it is read as it is
			b, bStep = grow(&ws.b, padded*depth), padded
			t.pack(&b[0], padded, &p.B[j], p.BStride, depth, w)
		}
		u.valid, u.bStep = w-(vectors-1)*t.lanes, bStep*size
		for _, g := range p.Groups {
			rows := tileRowsFor(g.Rows, most)
			for i := 0; i < g.Rows; i += rows {
				m := min(rows, g.Rows-i)
				t.turnedTile(p, u, t.tiles[m][vectors], g.A+i, p.C[g.C+i*p.CStride+j:], b, bStep, sums)
			}
		}
	}
	*u = tile{}
}

func (t *tiler[T]) turnedTile(p *Turned[T], u *tile, kernel func(*tile), a int, c, b []T, bStep int, sums []T) {
	k := 0
	for i := range p.Pieces {
		q := &p.Pieces[i]
		t.through(p, u, i, c, sums)
		u.a, u.b = unsafe.Pointer(&p.A[q.A+a]), unsafe.Pointer(&b[k*bStep])
		kernel(u)
		k += q.Depth
	}
}

// through says where a piece's sums come from and go to: the next piece, or C.
func (t *tiler[T]) through(p *Turned[T], u *tile, piece int, c, sums []T) {
	size := int(unsafe.Sizeof(*new(T)))
	q := &p.Pieces[piece]
	u.depth, u.first = q.Depth, q.First
	u.c, u.cRow, u.add = unsafe.Pointer(&sums[0]), len(sums)/(len(t.tiles)-1)*size, 0
	u.from, u.fromRow = nil, u.cRow
	if piece > 0 {
		u.from = unsafe.Pointer(&sums[0])
	}
	if piece == len(p.Pieces)-1 {
		u.c, u.cRow = unsafe.Pointer(&c[0]), p.CStride*size
		if p.Add {
			u.add = 1
		}
	}
}

// swappedRows is the number of neighbouring rows that go well together in a swapped
// product of n columns; 0 if it had better not be swapped.
func (t *tiler[T]) swappedRows(n int) int {
	if n > t.lanes || n < 4 {
		return 0
	}
	return t.lanes * (len(t.tiles[t.swappedTile(n)]) - 1)
}

// swappedTile is the height of the tiles of a swapped product of n columns: of those
// that cover them evenly, the one with most sums.
func (t *tiler[T]) swappedTile(n int) int {
	best, most := 1, 0
	for r := 1; r < len(t.tiles); r++ {
		if h := tileRowsFor(n, r); h == r && r*(len(t.tiles[r])-1) > most {
			best, most = r, r*(len(t.tiles[r])-1)
		}
	}
	return best
}

// swapped goes over tiles of columns; vectors run along the rows.
func (t *tiler[T]) swapped(p *Turned[T], ws *Workspace[T]) {
	height := t.swappedTile(p.N)
	sums := grow(&ws.tmp, (len(t.tiles)-1)*t.lanes*(len(t.tiles[height])-1))
	size := int(unsafe.Sizeof(*new(T)))
	u := &ws.tile
	*u = tile{aRow: size, aStep: p.BStride * size, segment: p.Run, bStep: p.Step * size, skipB: (p.SegmentStep - p.Run*p.Step) * size}
	for _, g := range p.Groups {
		vectors := (g.Rows + t.lanes - 1) / t.lanes
		u.valid = g.Rows - (vectors-1)*t.lanes
		for j := 0; j < p.N; j += height {
			m := min(height, p.N-j)
			k := 0
			for i := range p.Pieces {
				t.through(p, u, i, p.C[g.C+j*p.CStride:], sums)
				u.a, u.b = unsafe.Pointer(&p.B[k*p.BStride+j]), unsafe.Pointer(&p.A[p.Pieces[i].A+g.A])
				t.tiles[m][vectors](u)
				k += p.Pieces[i].Depth
			}
		}
	}
	*u = tile{}
}
