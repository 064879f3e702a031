package graph

import "fmt"

// Matrix decompositions and triangular solves, of the last two axes; the axes
// before them are a batch. Each has the forward rule of the literature; the
// reverse rule is its transpose.
var CholeskyP, TriangularSolveP, LUP, QRP, EighP, EigvalshP, SVDP *Prim

// TriangularAttrs says how a triangular matrix is stored and used: which
// triangle holds it, whether its transpose is meant, and whether its diagonal
// is ones. Nothing else of the matrix is read.
type TriangularAttrs struct{ Upper, Transpose, Unit bool }

// triangle keeps the part of x that is read of a matrix stored so.
func (t TriangularAttrs) triangle(x *Node) *Node {
	keep := GtP
	if t.Upper {
		keep = LtP
	}
	part := where(keep, x)
	if !t.Unit {
		part = Add(part, where(EqP, x))
	}
	return part
}

func Cholesky(a *Node) *Node { return un(CholeskyP, a) }

// TriangularSolve gives x with op(a) x = b.
func TriangularSolve(a, b *Node, t TriangularAttrs) *Node {
	return Apply(TriangularSolveP, t, a, b)[0]
}

// mt swaps the last two axes.
func mt(x *Node) *Node {
	perm := span(0, len(x.Shape))
	n := len(perm)
	perm[n-2], perm[n-1] = n-1, n-2
	return Transpose(x, perm)
}

// mm multiplies matrices of one batch.
func mm(x, y *Node) *Node {
	n := len(x.Shape) - 2
	return Dot(x, y, DotAttrs{BatchX: span(0, n), BatchY: span(0, n), ContractX: []int{n + 1}, ContractY: []int{n}})
}

// rowFactor spreads one number a row over the columns of each matrix,
// columnFactor one number a column over the rows.
func rowFactor(v *Node, shape Shape) *Node { return Broadcast(v, shape, span(0, len(v.Shape))) }
func columnFactor(v *Node, shape Shape) *Node {
	axes := span(0, len(v.Shape))
	axes[len(axes)-1] = len(shape) - 1
	return Broadcast(v, shape, axes)
}

// where keeps x where p holds between row and column index, and is 0 elsewhere.
func where(p *Prim, x *Node) *Node {
	n := len(x.Shape)
	hit := bin(p, Iota(Int32, x.Shape, n-2), Iota(Int32, x.Shape, n-1))
	return Select(hit, x, like(x, 0))
}

// lowerHalf is the lower triangle with half of the diagonal.
func lowerHalf(x *Node) *Node { return Add(where(GtP, x), times(where(EqP, x), 0.5)) }

// diagonal is each matrix's diagonal.
func diagonal(x *Node) *Node { return ReduceSum(where(EqP, x), []int{len(x.Shape) - 1}) }

func matrixAval(ins []*Node, square bool) error {
	x := ins[0]
	if n := len(x.Shape); n < 2 || !x.DType.IsFloat() || square && x.Shape[n-1] != x.Shape[n-2] {
		return fmt.Errorf("operand is %v", x.Aval())
	}
	return nil
}

// factors declares a decomposition: shapes gives those of the results after
// the batch axes.
func factors(name string, square bool, shapes func(m, n int) []Shape, types func(DType) []DType, jvp func(*Op, []*Node) []*Node) *Prim {
	p := &Prim{Name: name, JVP: jvp, VJP: transposeOfJVP}
	p.Infer = func(_ any, ins []*Node) ([]Aval, error) {
		if err := matrixAval(ins, square); err != nil {
			return nil, err
		}
		x := ins[0]
		k := len(x.Shape) - 2
		var out []Aval
		for i, s := range shapes(x.Shape[k], x.Shape[k+1]) {
			d := x.DType
			if types != nil {
				d = types(d)[i]
			}
			out = append(out, Aval{append(x.Shape[:k:k], s...), d})
		}
		return out, nil
	}
	p.Batch = func(op *Op, _ int, ins []*Node, _ []bool) ([]*Node, []bool) {
		outs := Apply(op.Prim, op.Attrs, ins...)
		flags := make([]bool, len(outs))
		for i := range flags {
			flags[i] = true
		}
		return outs, flags
	}
	return p
}

// transposeOfJVP derives a reverse rule from the forward one, which is linear
// in the tangents: its own pullback at any tangent is its transpose.
func transposeOfJVP(op *Op, ct []*Node, need []bool) []*Node {
	zeros := make([]*Node, 0, len(op.Ins))
	for i, n := range op.Ins {
		if need[i] {
			zeros = append(zeros, like(n, 0))
		}
	}
	t := aliases(zeros)
	tangents, rest := make([]*Node, len(op.Ins)), t
	for i := range tangents {
		if need[i] {
			tangents[i], rest = rest[0], rest[1:]
		}
	}
	var outs, cts []*Node
	for i, d := range op.Prim.JVP(op, tangents) {
		if d != nil && ct[i] != nil {
			outs, cts = append(outs, d), append(cts, ct[i])
		}
	}
	back := Record(t, outs).Pullback(cts)
	full := make([]*Node, len(op.Ins))
	for i := range full {
		if need[i] {
			full[i], back = back[0], back[1:]
		}
	}
	return full
}

func init() {
	one := func(s Shape) []Shape { return []Shape{s} }
	CholeskyP = factors("cholesky", true, func(n, _ int) []Shape { return one(Shape{n, n}) }, nil, jvpCholesky)
	QRP = factors("qr", false, func(m, n int) []Shape { return []Shape{{m, min(m, n)}, {min(m, n), n}} }, nil, jvpQR)
	EighP = factors("eigh", true, func(n, _ int) []Shape { return []Shape{{n}, {n, n}} }, nil, jvpEigh)
	EigvalshP = factors("eigvalsh", true, func(n, _ int) []Shape { return one(Shape{n}) }, nil, jvpEigvalsh)
	SVDP = factors("svd", false, func(m, n int) []Shape {
		k := min(m, n)
		return []Shape{{m, k}, {k}, {n, k}}
	}, nil, jvpSVD)
	LUP = factors("lu", true, func(n, _ int) []Shape { return []Shape{{n, n}, {n}} },
		func(d DType) []DType { return []DType{d, Int32} }, jvpLU)
	initTriangularSolve()
}

// jvpCholesky: with A = L L^T, dL = L phi(L^-1 dA L^-T) (Murray 2016, eq. 7).
func jvpCholesky(op *Op, t []*Node) []*Node {
	l := op.Outs[0]
	half := TriangularSolve(l, t[0], TriangularAttrs{})  // L^-1 dA
	s := TriangularSolve(l, mt(half), TriangularAttrs{}) // L^-1 (L^-1 dA)^T
	sym := times(Add(s, mt(s)), 0.5)                     // dA's asymmetry is not seen
	return []*Node{mm(l, lowerHalf(sym))}
}

// jvpQR: with A = Q R and B = dA R^-1, Q^T B is split into an antisymmetric and
// an upper part (Walter et al. 2012). It needs at least as many rows as
// columns.
func jvpQR(op *Op, t []*Node) []*Node {
	q, r := op.Outs[0], op.Outs[1]
	if k := len(op.Ins[0].Shape); op.Ins[0].Shape[k-2] < op.Ins[0].Shape[k-1] {
		Fail("QR", "the derivative of a matrix with more columns than rows (%v) is not known", op.Ins[0].Shape)
	}
	b := mt(TriangularSolve(r, mt(t[0]), TriangularAttrs{Upper: true, Transpose: true})) // dA R^-1
	qb := mm(mt(q), b)
	low := where(GtP, qb)
	omega := Sub(low, mt(low))
	dq := Add(mm(q, Sub(omega, qb)), b)
	dr := mm(Sub(qb, omega), r)
	return []*Node{dq, dr}
}

// inverseGaps is 1/(w_j - w_i), and 0 on the diagonal.
func inverseGaps(w *Node) *Node {
	n := w.Shape[len(w.Shape)-1]
	shape := append(w.Shape[:len(w.Shape):len(w.Shape)], n)
	gap := Sub(columnFactor(w, shape), rowFactor(w, shape))
	eye := bin(EqP, Iota(Int32, shape, len(shape)-2), Iota(Int32, shape, len(shape)-1))
	return Select(eye, like(gap, 0), recip(Select(eye, like(gap, 1), gap)))
}

// jvpEigh: with A = V diag(w) V^T and C = V^T dA V, dw = diag(C) and
// dV = V (C / gaps) (Giles 2008, section 3.1). Equal eigenvalues have no
// derivative of their vectors.
func jvpEigh(op *Op, t []*Node) []*Node {
	w, v := op.Outs[0], op.Outs[1]
	c := mm(mm(mt(v), times(Add(t[0], mt(t[0])), 0.5)), v)
	return []*Node{diagonal(c), mm(v, Mul(c, inverseGaps(w)))}
}

// jvpEigvalsh: as for EighP, whose vectors are computed only here.
func jvpEigvalsh(op *Op, t []*Node) []*Node {
	v := Apply(EighP, nil, op.Ins[0])[1]
	return []*Node{diagonal(mm(mm(mt(v), times(Add(t[0], mt(t[0])), 0.5)), v))}
}

// jvpSVD: with A = U diag(s) V^T and C = U^T dA V, ds = diag(C), and the
// rotations of U and V come from C's symmetric and antisymmetric parts (Giles
// 2008, section 3.2; Townsend 2016). Results are U, s and V.
func jvpSVD(op *Op, t []*Node) []*Node {
	u, s, v := op.Outs[0], op.Outs[1], op.Outs[2]
	c := mm(mm(mt(u), t[0]), v)
	f := inverseGaps(Mul(s, s))
	rows, columns := rowFactor(s, c.Shape), columnFactor(s, c.Shape)
	du := mm(u, Mul(f, Add(Mul(c, columns), Mul(rows, mt(c)))))
	dv := mm(v, Mul(f, Add(Mul(rows, c), Mul(mt(c), columns))))
	// What moves out of the span of U (or V), if that is not everything.
	k := len(op.Ins[0].Shape) - 2
	m, n := op.Ins[0].Shape[k], op.Ins[0].Shape[k+1]
	if m > n {
		av := mm(t[0], v)
		out := Sub(av, mm(u, mm(mt(u), av)))
		du = Add(du, Div(out, columnFactor(s, out.Shape)))
	}
	if n > m {
		au := mm(mt(t[0]), u)
		out := Sub(au, mm(v, mm(mt(v), au)))
		dv = Add(dv, Div(out, columnFactor(s, out.Shape)))
	}
	return []*Node{du, diagonal(c), dv}
}

// jvpLU: with P A = L U and X = L^-1 P dA U^-1, dL = L low(X) and dU = up(X) U.
// The first result holds L below the diagonal, without its ones, and U.
func jvpLU(op *Op, t []*Node) []*Node {
	lu, perm := op.Outs[0], op.Outs[1]
	// P as a matrix: row i has its one at column perm[i].
	p := Convert(bin(EqP, rowFactor(perm, lu.Shape), Iota(Int32, lu.Shape, len(lu.Shape)-1)), lu.DType)
	lower := TriangularAttrs{Unit: true}
	x := TriangularSolve(lu, mm(p, t[0]), lower)
	x = mt(TriangularSolve(lu, mt(x), TriangularAttrs{Upper: true, Transpose: true}))
	eye := where(EqP, like(lu, 1))
	l := Add(where(GtP, lu), eye)
	u := where(LeP, lu)
	return []*Node{Add(mm(l, where(GtP, x)), mm(where(LeP, x), u)), nil}
}

func initTriangularSolve() {
	p := &Prim{Name: "triangular_solve"}
	p.Infer = func(_ any, ins []*Node) ([]Aval, error) {
		if err := matrixAval(ins, true); err != nil {
			return nil, err
		}
		a, b := ins[0], ins[1]
		k := len(a.Shape) - 2
		if len(b.Shape) != len(a.Shape) || b.DType != a.DType || !b.Shape[:k].Equal(a.Shape[:k]) || b.Shape[k] != a.Shape[k] {
			return nil, fmt.Errorf("operands %v and %v", a.Aval(), b.Aval())
		}
		return []Aval{b.Aval()}, nil
	}
	// From op(A) X = B: op(A) dX = dB - op(dA) X, where dA counts in its
	// triangle only.
	p.JVP = func(op *Op, t []*Node) []*Node {
		a, x, attrs := op.Ins[0], op.Outs[0], op.Attrs.(TriangularAttrs)
		rhs := t[1]
		if t[0] != nil {
			da := attrs.triangle(t[0])
			if attrs.Transpose {
				da = mt(da)
			}
			d := Neg(mm(da, x))
			if rhs == nil {
				rhs = d
			} else {
				rhs = Add(rhs, d)
			}
		}
		return []*Node{TriangularSolve(a, rhs, attrs)}
	}
	// The transposed system gives B's cotangent; A's is minus its product with
	// X, in A's triangle.
	p.VJP = func(op *Op, ct []*Node, need []bool) []*Node {
		attrs := op.Attrs.(TriangularAttrs)
		back := attrs
		back.Transpose = !attrs.Transpose
		b := TriangularSolve(op.Ins[0], ct[0], back)
		out := []*Node{nil, b}
		if need[0] {
			d := mm(b, mt(op.Outs[0]))
			if attrs.Transpose {
				d = mt(d)
			}
			out[0] = Neg(attrs.triangle(d))
		}
		return out
	}
	p.Batch = func(op *Op, size int, ins []*Node, batched []bool) ([]*Node, []bool) {
		full := []*Node{ins[0], ins[1]}
		for i := range full {
			if !batched[i] {
				full[i] = AddAxis(full[i], size)
			}
		}
		return Apply(op.Prim, op.Attrs, full...), []bool{true}
	}
	TriangularSolveP = p
}
