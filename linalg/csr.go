package linalg

import (
	"slices"
	"sync"

	"github.com/fluxion-go/fluxion/fx"
)

// CSR is a sparse matrix in compressed rows. Its values are an array like any
// other: computed, traced, differentiated. Its pattern is static, and shared:
// two matrices of one pattern are added by adding their values.
type CSR struct {
	Pattern *Pattern
	Values  *fx.Array // [nonzeros], in the pattern's order
}

// Pattern says where a sparse matrix has elements: in row i they are at the
// places RowStart[i] to RowStart[i+1], in the columns Col, which ascend within
// a row. Do not change one that is in use.
type Pattern struct {
	Rows, Cols int
	RowStart   []int // [Rows+1]
	Col        []int // [nonzeros]

	rowIndex, colIndex func() *fx.Array // of each nonzero, int32
	transposed         func() transposition
	lower, upper       func() *schedule // of triangular solves
}

// transposition is a pattern's transpose and where its nonzeros come from.
type transposition struct {
	pattern *Pattern
	from    *fx.Array // int32
}

// NewPattern makes a pattern from compressed rows. Indices that cannot be are
// an error.
func NewPattern(rows, cols int, rowStart, col []int) *Pattern {
	const op = "NewPattern"
	if rows < 0 || cols < 0 || len(rowStart) != rows+1 || rowStart[0] != 0 || rowStart[rows] != len(col) {
		fail(op, "%d rows, %d columns, %d row starts, %d elements: the row starts must be %d numbers from 0 to the number of elements", rows, cols, len(rowStart), len(col), rows+1)
	}
	for i := range rows {
		if rowStart[i+1] < rowStart[i] || rowStart[i+1] > len(col) {
			fail(op, "row %d goes from %d to %d of %d elements", i, rowStart[i], rowStart[i+1], len(col))
		}
		for k := rowStart[i]; k < rowStart[i+1]; k++ {
			if j := col[k]; j < 0 || j >= cols {
				fail(op, "row %d has an element in column %d of %d", i, j, cols)
			} else if k > rowStart[i] && j <= col[k-1] {
				fail(op, "row %d has column %d after column %d; they must ascend", i, j, col[k-1])
			}
		}
	}
	p := &Pattern{Rows: rows, Cols: cols, RowStart: slices.Clone(rowStart), Col: slices.Clone(col)}
	p.rowIndex = sync.OnceValue(func() *fx.Array { return index32(p.rowOf()) })
	p.colIndex = sync.OnceValue(func() *fx.Array { return index32(p.Col) })
	p.transposed = sync.OnceValue(p.transpose)
	p.lower = sync.OnceValue(func() *schedule { return newSchedule(p, false) })
	p.upper = sync.OnceValue(func() *schedule { return newSchedule(p, true) })
	return p
}

func index32(v []int) *fx.Array {
	out := make([]int32, len(v))
	for i, x := range v {
		out[i] = int32(x)
	}
	return fx.New(out)
}

// rowOf is the row of each nonzero.
func (p *Pattern) rowOf() []int {
	out := make([]int, len(p.Col))
	for i := range p.Rows {
		for k := p.RowStart[i]; k < p.RowStart[i+1]; k++ {
			out[k] = i
		}
	}
	return out
}

func (p *Pattern) transpose() transposition {
	start := make([]int, p.Cols+1)
	for _, j := range p.Col {
		start[j+1]++
	}
	for j := range p.Cols {
		start[j+1] += start[j]
	}
	next, col, from := slices.Clone(start), make([]int, len(p.Col)), make([]int, len(p.Col))
	for k, i := range p.rowOf() {
		at := next[p.Col[k]]
		next[p.Col[k]]++
		col[at], from[at] = i, k
	}
	return transposition{NewPattern(p.Cols, p.Rows, start, col), index32(from)}
}

// Find is the place of element (i, j), or -1 if the pattern has none.
func (p *Pattern) Find(i, j int) int {
	k, ok := slices.BinarySearch(p.Col[p.RowStart[i]:p.RowStart[i+1]], j)
	if !ok {
		return -1
	}
	return p.RowStart[i] + k
}

// FromTriplets makes a matrix of elements v[k] at row i[k] and column j[k], in
// any order; elements at one place are added up, in their order. v [len(i)] is
// a float array, traced or not: the assembly has a derivative.
func FromTriplets(rows, cols int, i, j []int, v *fx.Array) CSR {
	const op = "FromTriplets"
	if len(i) != len(j) || v == nil || v.NDim() != 1 || v.Dim(0) != len(i) || !v.DType().IsFloat() {
		fail(op, "%d rows, %d columns and values %v: they must be as many, and floats", len(i), len(j), v)
	}
	order := make([]int, len(i))
	for k := range order {
		order[k] = k
		if i[k] < 0 || i[k] >= rows || j[k] < 0 || j[k] >= cols {
			fail(op, "element %d is at (%d, %d) of a %dx%d matrix", k, i[k], j[k], rows, cols)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if i[a] != i[b] {
			return i[a] - i[b]
		}
		return j[a] - j[b]
	})
	start, col, slot := make([]int, rows+1), []int{}, make([]int, len(i))
	for n, k := range order {
		if n == 0 || i[k] != i[order[n-1]] || j[k] != j[order[n-1]] {
			col = append(col, j[k])
			start[i[k]+1]++
		}
		slot[k] = len(col) - 1
	}
	for r := range rows {
		start[r+1] += start[r]
	}
	values := fx.Zeros(v.DType(), len(col)).ScatterAdd(index32(slot).ExpandDims(1), v)
	return CSR{NewPattern(rows, cols, start, col), values}
}

// FromDense makes a matrix of the elements of a computed matrix that are not 0.
func FromDense(a *fx.Array) CSR {
	if a == nil || a.NDim() != 2 || !a.DType().IsFloat() {
		fail("FromDense", "%v is no matrix of floats", a)
	}
	v, cols := a.Float64s(), a.Dim(1)
	var i, j []int
	var flat []int
	for k, x := range v {
		if x != 0 {
			i, j, flat = append(i, k/cols), append(j, k%cols), append(flat, k)
		}
	}
	return FromTriplets(a.Dim(0), cols, i, j, a.Flatten().Take(index32(flat), 0))
}

// check rejects values that do not fit the pattern.
func (a CSR) check(op string) {
	if a.Pattern == nil || a.Values == nil {
		fail(op, "the matrix has no pattern or no values")
	}
	if a.Values.NDim() != 1 || a.Values.Dim(0) != len(a.Pattern.Col) || !a.Values.DType().IsFloat() {
		fail(op, "the values are %v%v for a pattern of %d elements", a.Values.DType(), a.Values.Shape(), len(a.Pattern.Col))
	}
}

// MatVec is A x for a vector x [cols]. A row's elements are added in order.
func (a CSR) MatVec(x *fx.Array) *fx.Array {
	a.check("MatVec")
	a.checkOperand("MatVec", x, 1, a.Pattern.Cols)
	terms := x.Take(a.Pattern.colIndex(), 0).Mul(a.Values)
	return fx.Zeros(x.DType(), a.Pattern.Rows).ScatterAdd(a.Pattern.rowIndex().ExpandDims(1), terms)
}

// MatVecT is A' x for a vector x [rows].
func (a CSR) MatVecT(x *fx.Array) *fx.Array {
	a.check("MatVecT")
	a.checkOperand("MatVecT", x, 1, a.Pattern.Rows)
	terms := x.Take(a.Pattern.rowIndex(), 0).Mul(a.Values)
	return fx.Zeros(x.DType(), a.Pattern.Cols).ScatterAdd(a.Pattern.colIndex().ExpandDims(1), terms)
}

// MatMul is A X for a dense matrix X [cols, k].
func (a CSR) MatMul(x *fx.Array) *fx.Array {
	a.check("MatMul")
	a.checkOperand("MatMul", x, 2, a.Pattern.Cols)
	terms := x.Take(a.Pattern.colIndex(), 0).Mul(a.Values.ExpandDims(1))
	return fx.Zeros(x.DType(), a.Pattern.Rows, x.Dim(1)).ScatterAdd(a.Pattern.rowIndex().ExpandDims(1), terms)
}

func (a CSR) checkOperand(op string, x *fx.Array, rank, size int) {
	if x == nil || x.NDim() != rank || x.Dim(0) != size || x.DType() != a.Values.DType() {
		fail(op, "the operand is %v for a %dx%d matrix of %v", x, a.Pattern.Rows, a.Pattern.Cols, a.Values.DType())
	}
}

// T is the transposed matrix.
func (a CSR) T() CSR {
	a.check("T")
	t := a.Pattern.transposed()
	return CSR{t.pattern, a.Values.Take(t.from, 0)}
}

// Dense is the matrix with its zeros.
func (a CSR) Dense() *fx.Array {
	a.check("Dense")
	at := fx.Stack(1, a.Pattern.rowIndex(), a.Pattern.colIndex())
	return fx.Zeros(a.Values.DType(), a.Pattern.Rows, a.Pattern.Cols).ScatterSet(at, a.Values)
}

// Diagonal is the main diagonal.
func (a CSR) Diagonal() *fx.Array {
	a.check("Diagonal")
	var rows, places []int
	for i := range min(a.Pattern.Rows, a.Pattern.Cols) {
		if k := a.Pattern.Find(i, i); k >= 0 {
			rows, places = append(rows, i), append(places, k)
		}
	}
	zero := fx.Zeros(a.Values.DType(), min(a.Pattern.Rows, a.Pattern.Cols))
	return zero.ScatterSet(index32(rows).ExpandDims(1), a.Values.Take(index32(places), 0))
}

// Lower is the lower triangle with the diagonal.
func (a CSR) Lower() CSR {
	a.check("Lower")
	p := a.Pattern
	start, col, from := make([]int, p.Rows+1), []int{}, []int{}
	for i := range p.Rows {
		for k := p.RowStart[i]; k < p.RowStart[i+1] && p.Col[k] <= i; k++ {
			col, from = append(col, p.Col[k]), append(from, k)
		}
		start[i+1] = len(col)
	}
	return CSR{NewPattern(p.Rows, p.Cols, start, col), a.Values.Take(index32(from), 0)}
}
