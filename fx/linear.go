package fx

import "github.com/fluxion-go/fluxion/internal/graph"

// Linear algebra on the last two axes; the axes before them are a batch.
// Everything is differentiable in both modes, and computed in float64 whatever
// the dtype, with the same bits everywhere.

// matrices checks that a is a float array of matrices.
func matrices(op string, a *Array, square bool) *graph.Node {
	n := a.node(op)
	needFloat(op, n)
	if len(n.Shape) < 2 {
		graph.Fail(op, "the array has shape %v; it must have at least two axes", n.Shape)
	}
	if k := len(n.Shape); square && n.Shape[k-1] != n.Shape[k-2] {
		graph.Fail(op, "the matrices of shape %v are not square", n.Shape)
	}
	return n
}

// symmetric is (a + a^T) / 2.
func symmetric(a *Array) *Array { return a.Add(a.T()).MulScalar(0.5) }

// Cholesky is the lower triangular L with a = L L^T of a symmetric positive
// definite matrix (of whose asymmetry the mean is taken). From the first pivot
// on that is not positive, L is NaN.
func Cholesky(a *Array) *Array {
	matrices("Cholesky", a, true)
	return wrap(graph.Cholesky(symmetric(a).n))
}

// Triangle says how a triangular matrix is stored and used.
type Triangle struct {
	Upper     bool // it is in the upper triangle; the other one is not read
	Transpose bool // its transpose is meant
	Unit      bool // its diagonal is ones and is not read
}

// SolveTriangular gives x with a x = b for a triangular matrix a [..., n, n]
// and b [..., n, k]. A zero on the diagonal gives infinities or NaN.
func SolveTriangular(a, b *Array, t Triangle) *Array {
	x, y := systems("SolveTriangular", a, b)
	return wrap(graph.TriangularSolve(x, y, graph.TriangularAttrs(t)))
}

// systems checks the operands of a solve and broadcasts their batches.
func systems(op string, a, b *Array) (x, y *graph.Node) {
	x, y = matrices(op, a, true), matrices(op, b, false)
	if x.DType != y.DType {
		graph.Fail(op, "operands are %v and %v; convert one with AsType", x.Aval(), y.Aval())
	}
	i, j := len(x.Shape)-2, len(y.Shape)-2
	if x.Shape[i] != y.Shape[j] {
		graph.Fail(op, "shapes %v and %v: the matrix has %d rows, the right-hand side %d", x.Shape, y.Shape, x.Shape[i], y.Shape[j])
	}
	lead := func(n *graph.Node) *graph.Node { return graph.Full(Bool, 0, n.Shape[:len(n.Shape)-2]) }
	batch := broadcastShapes(op, []*graph.Node{lead(x), lead(y)})
	grow := func(n *graph.Node) *graph.Node {
		return broadcastTo(n, append(append(graph.Shape(nil), batch...), n.Shape[len(n.Shape)-2:]...))
	}
	return grow(x), grow(y)
}

// LU factors square matrices with partial pivoting: row i of L U is row
// perm[i] of a. perm is int32 [..., n].
func LU(a *Array) (perm, l, u *Array) {
	n := matrices("LU", a, true)
	outs := graph.Apply(graph.LUP, nil, n)
	f := wrap(outs[0])
	eye := Eye(n.DType, n.Shape[len(n.Shape)-1])
	return wrap(outs[1]), f.Tril(-1).Add(eye), f.Triu(0)
}

// QR is the reduced factorisation a = Q R of [..., m, n] into [..., m, k] and
// [..., k, n] with k = min(m, n). R's diagonal is not negative, so that it is
// unique for full rank. Its derivative needs m >= n and full rank.
func QR(a *Array) (q, r *Array) {
	outs := graph.Apply(graph.QRP, nil, matrices("QR", a, false))
	return wrap(outs[0]), wrap(outs[1])
}

// Eigh gives the eigenvalues [..., n] of symmetric matrices (of whose asymmetry
// the mean is taken) in ascending order, and the eigenvectors as columns of
// [..., n, n], the largest component of each positive. Eigenvectors of equal
// eigenvalues have no derivative: it is infinite or NaN.
func Eigh(a *Array) (values, vectors *Array) {
	matrices("Eigh", a, true)
	outs := graph.Apply(graph.EighP, nil, symmetric(a).n)
	return wrap(outs[0]), wrap(outs[1])
}

// Eigvalsh is Eigh's eigenvalues alone, bit for bit, in a fraction of the time.
func Eigvalsh(a *Array) *Array {
	matrices("Eigvalsh", a, true)
	return wrap(graph.Apply(graph.EigvalshP, nil, symmetric(a).n)[0])
}

// SVD is the reduced decomposition a = U diag(s) V^T of [..., m, n], with
// U [..., m, k], s [..., k] descending, V^T [..., k, n] and k = min(m, n); the
// largest component of each row of V^T is positive. Vectors of equal or zero
// singular values have no derivative.
func SVD(a *Array) (u, s, vt *Array) {
	outs := graph.Apply(graph.SVDP, nil, matrices("SVD", a, false))
	return wrap(outs[0]), wrap(outs[1]), wrap(outs[2]).T()
}

// Solve gives x with a x = b for square a [..., n, n] and b [..., n, k], by LU.
// A singular matrix gives infinities or NaN.
func Solve(a, b *Array) *Array {
	x, y := systems("Solve", a, b)
	outs := graph.Apply(graph.LUP, nil, x)
	lu, perm := outs[0], wrap(outs[1])
	rows := wrap(y).TakeAlongAxis(perm.ExpandDims(-1).BroadcastTo(y.Shape...), -2)
	half := graph.TriangularSolve(lu, rows.n, graph.TriangularAttrs{Unit: true})
	return wrap(graph.TriangularSolve(lu, half, graph.TriangularAttrs{Upper: true}))
}

// Inverse is the inverse of square matrices. Solve is faster and more exact
// where the inverse is only multiplied with.
func Inverse(a *Array) *Array {
	n := matrices("Inverse", a, true)
	return Solve(a, Eye(n.DType, n.Shape[len(n.Shape)-1]).BroadcastTo(n.Shape...))
}

// LogDet is the sign (1, -1 or 0) of each determinant and the logarithm of its
// absolute value.
func LogDet(a *Array) (sign, log *Array) {
	n := matrices("LogDet", a, true)
	outs := graph.Apply(graph.LUP, nil, n)
	d := wrap(outs[0]).Diagonal(0)
	size := n.Shape[len(n.Shape)-1]
	// The permutation's sign is that of its number of inversions.
	p := wrap(outs[1])
	greater := p.ExpandDims(-1).Greater(p.ExpandDims(-2)) // [i, j]: p_i > p_j
	before := Arange(Int32, size).ExpandDims(-1).Less(Arange(Int32, size))
	odd := greater.And(before).AsType(Int32).Sum(-1, -2).And(Scalar(int32(1))).AsType(n.DType)
	sign = d.Sign().Prod(-1).Mul(Const(1).Sub(odd.MulScalar(2)))
	return sign, d.Abs().Log().Sum(-1)
}

// Det is each determinant.
func Det(a *Array) *Array {
	sign, log := LogDet(a)
	return sign.Mul(log.Exp())
}
