package linalg

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// LOBPCG finds k eigenpairs at the Largest or the Smallest end of a symmetric
// operator's spectrum by the locally optimal block preconditioned conjugate
// gradient method (Knyazev, "Toward the Optimal Preconditioned Eigensolver",
// 2001, algorithm 4.1), on the host. Each round makes the best of the span of
// three blocks: the approximations X, their residuals W after the preconditioner
// M, and the directions P of the last round,
//
//	R = A X - X diag(lambda),  W = M R
//	X, P <- Rayleigh-Ritz in span [X, P, W]
//
// It finds eigenvalues that occur several times, keeps three blocks whatever
// the number of rounds, and starts warm: start is a matrix [j, n] whose rows
// come first in the block, such as Eigenpairs.Vectors from a moment ago, or nil.
// M, if not nil, is applied to residuals; at the Smallest end an approximate
// inverse of A, symmetric and positive definite, saves most rounds.
//
// A pair that has the accuracy asked for is locked softly: it stays in the
// block and goes on to improve, but adds no further residual and direction. P is
// made orthogonal to X by its coefficients, before it is formed (Hetmaniuk and
// Lehoucq, "Basis selection in LOBPCG", 2006), so that products with it need not
// be made again. Residuals of the result are computed anew.
//
// Of the options, Extra are vectors beside the k wanted (0 means 5), MaxSteps is
// the most rounds (0 means 200); Magnitude is no end that the method can look
// for.
func LOBPCG[T any](A func(T) T, like T, k int, start, key *fx.Array, M func(T) T, o EigenOptions) (Eigenpairs, error) {
	const op = "LOBPCG"
	if o.Which != Largest && o.Which != Smallest {
		fail(op, "Which is %d; it must be Largest or Smallest", o.Which)
	}
	x, unravel := ravel(op, like)
	n := x.Size()
	checkSteps(op, k, n)
	size, most := o.block(op, k, n, 200)
	b := lobpcg{which: o.Which, product: rowsOfOperator(flat(op, A, like, unravel))}
	if M != nil {
		b.precondition = rowsOfOperator(flat(op, M, like, unravel))
	}
	tol := o.tol(op, x.DType())
	if err := b.begin(Orthonormalize(startBlock(op, start, key, size, n, x.DType()))); err != nil {
		return Eigenpairs{}, err
	}
	for step := 1; ; step++ {
		p := Eigenpairs{Tol: tol * b.scale, Products: b.products}
		all := b.residuals.Norm(1).Float64s()
		p.Values, p.Residuals = b.values[:k], all[:k]
		p.Converged = p.Err() == nil
		if (p.Converged || step >= most) && b.fresh {
			p.Vectors = b.x.SliceAxis(0, 0, k)
			fx.Eval(p.Vectors)
			return p, nil
		}
		var err error
		if p.Converged || step >= most {
			err = b.begin(Orthonormalize(b.x)) // and look again
		} else {
			err = b.round(all, p.Tol)
		}
		if err != nil {
			return Eigenpairs{}, err
		}
	}
}

// lobpcg is the state of LOBPCG: orthonormal rows, and products with them.
type lobpcg struct {
	which                 End
	product, precondition func(*fx.Array) *fx.Array

	x, ax     *fx.Array // [size, n]: Ritz vectors, the wanted end first
	p, ap     *fx.Array // [j, n]: directions, orthogonal to x; nil: none
	values    []float64
	residuals *fx.Array // [size, n]
	scale     float64   // the largest |Ritz value| so far
	products  int
	fresh     bool // ax has just been computed from x
}

// begin takes a block of orthonormal rows.
func (b *lobpcg) begin(block *fx.Array) error {
	b.x, b.ax, b.p, b.ap = block, b.product(block), nil, nil
	b.products += block.Dim(0)
	b.fresh = true
	_, err := b.ritz(block, b.ax)
	return err
}

// ritz replaces x by the best vectors in the span of orthonormal rows, and gives
// their coefficients [size, rows].
func (b *lobpcg) ritz(rows, products *fx.Array) (*fx.Array, error) {
	t := rows.MatMul(products.T())
	values, vectors, err := hostEigh("LOBPCG", t.Add(t.T()).MulScalar(0.5))
	if err != nil {
		return nil, err
	}
	size := b.x.Dim(0)
	var coefficients []float64
	b.values = nil
	for _, i := range order(values, b.which)[:size] {
		b.values = append(b.values, values[i])
		coefficients = append(coefficients, vectors[i]...)
	}
	b.scale = max(b.scale, -values[0], values[len(values)-1])
	d := rows.DType()
	c := fx.New(coefficients, size, rows.Dim(0)).AsType(d)
	b.x, b.ax = c.MatMul(rows), c.MatMul(products)
	b.residuals = b.ax.Sub(fx.New(b.values).AsType(d).ExpandDims(1).Mul(b.x))
	fx.Eval([]*fx.Array{b.x, b.ax, b.residuals})
	return c, nil
}

// round makes one round, with the residuals whose norms exceed tol.
func (b *lobpcg) round(norms []float64, tol float64) error {
	rows, products := []*fx.Array{b.x}, []*fx.Array{b.ax}
	have, n := b.x.Dim(0), b.x.Dim(1)
	active := activeRows(norms, tol)
	if b.p != nil && have+b.p.Dim(0) < n {
		rows, products, have = append(rows, b.p), append(products, b.ap), have+b.p.Dim(0)
	}
	if room := n - have; len(active) > room {
		active = active[:room]
	}
	index := fx.New(active)
	if len(active) > 0 {
		w := b.residuals.Take(index, 0)
		if b.precondition != nil {
			w = b.precondition(w)
		}
		w = Orthonormalize(fx.Concatenate(0, append(rows[:len(rows):len(rows)], w)...)).SliceAxis(0, have, fx.End)
		rows, products = append(rows, w), append(products, b.product(w))
		b.products += len(active)
	}
	s, as := fx.Concatenate(0, rows...), fx.Concatenate(0, products...)
	size := b.x.Dim(0)
	c, err := b.ritz(s, as)
	if err != nil {
		return err
	}
	b.fresh, b.p, b.ap = false, nil, nil
	if len(active) == 0 || s.Dim(0) < size+len(active) {
		return nil
	}
	// The directions: the active vectors without what they had of the last ones.
	old := fx.Zeros(c.DType(), len(active), size)
	moved := fx.Concatenate(1, old, c.Take(index, 0).SliceAxis(1, size, fx.End))
	d := Orthonormalize(fx.Concatenate(0, c, moved)).SliceAxis(0, size, fx.End)
	b.p, b.ap = d.MatMul(s), d.MatMul(as)
	fx.Eval([]*fx.Array{b.p, b.ap})
	return nil
}

// activeRows are the numbers of the residuals larger than tol.
func activeRows(norms []float64, tol float64) []int32 {
	var list []int32
	for i, r := range norms {
		if !(r <= tol) {
			list = append(list, int32(i))
		}
	}
	return list
}

// rowsOfOperator applies an operator on vectors to every row, compiled.
func rowsOfOperator(a func(*fx.Array) *fx.Array) func(*fx.Array) *fx.Array {
	return fx.Jit(fx.Vmap(a))
}

// block checks the options of block methods and gives the block's size and the
// most rounds.
func (o EigenOptions) block(op string, k, n, rounds int) (size, most int) {
	if o.MaxSteps < 0 || o.Extra < 0 {
		fail(op, "MaxSteps is %d and Extra %d; they must not be negative", o.MaxSteps, o.Extra)
	}
	size, most = o.Extra, o.MaxSteps
	if size == 0 {
		size = 5
	}
	if most == 0 {
		most = rounds
	}
	return min(k+size, n), most
}

// startBlock is the rows to begin with: those of start, if any, and random ones.
func startBlock(op string, start, key *fx.Array, size, n int, d fx.DType) *fx.Array {
	block := random.Normal(key, d, size, n)
	if start == nil {
		return block
	}
	if start.NDim() != 2 || start.Dim(1) != n || start.DType() != d {
		fail(op, "the start is %v%v; it must be rows of %d elements of %v", start.DType(), start.Shape(), n, d)
	}
	have := min(start.Dim(0), size)
	return fx.Concatenate(0, start.SliceAxis(0, 0, have), block.SliceAxis(0, have, fx.End))
}
