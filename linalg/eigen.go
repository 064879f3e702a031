package linalg

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// End names the eigenvalues that TopEigen looks for.
type End int

// Ends of a spectrum.
const (
	Largest   End = iota // algebraically largest, the largest first
	Smallest             // algebraically smallest, the smallest first
	Magnitude            // largest in absolute value, the largest first
)

// EigenOptions are the settings of TopEigen, SubspaceIteration and LOBPCG.
type EigenOptions struct {
	Which    End
	Tol      float64 // a pair is good if |Av - lambda v| <= Tol max|lambda|; 0 means 1e-3 in float32, 1e-8 in float64
	MaxSteps int     // TopEigen: largest basis, 0 means 300 + 2k. The others: most rounds with the block, 0 means 200
	Extra    int     // SubspaceIteration and LOBPCG: vectors beside the k wanted; 0 means 5
}

// Eigenpairs are some eigenvalues and eigenvectors of a symmetric operator.
type Eigenpairs struct {
	Values    []float64
	Vectors   *fx.Array // [k, n]: row i belongs to value i, a vector of Ravel with norm 1
	Residuals []float64 // |A v - lambda v| for each
	Tol       float64   // the residual that was asked for
	Products  int       // products with A
	Converged bool
}

// Err is nil if every pair has the accuracy asked for, else says which does not.
func (p Eigenpairs) Err() error {
	for i, r := range p.Residuals {
		if !(r <= p.Tol) {
			return fmt.Errorf("linalg: eigenpair %d of %d has residual %.3g where %.3g was asked for, after %d products", i, len(p.Values), r, p.Tol, p.Products)
		}
	}
	return nil
}

func (o EigenOptions) tol(op string, d fx.DType) float64 {
	if t := nonNegative(op, "Tol", o.Tol); t > 0 {
		return t
	}
	if d == fx.Float64 {
		return 1e-8
	}
	return 1e-3
}

// TopEigen finds k eigenpairs at one end of the spectrum of a symmetric
// operator on trees like `like`, on the host, by Lanczos from a start drawn from
// the key. The basis grows until the pairs are good or it has MaxSteps vectors;
// Err says which. Of an eigenvalue that occurs several times exactly, the
// Krylov space of one start sees one copy: use LOBPCG there.
//
// A residual is Beta[m-1] times the last element of the Ritz vector, which in
// exact arithmetic is |Av - lambda v|.
func TopEigen[T any](A func(T) T, like T, k int, key *fx.Array, o EigenOptions) (Eigenpairs, error) {
	const op = "TopEigen"
	x, unravel := ravel(op, like)
	n := x.Size()
	checkSteps(op, k, n)
	if o.MaxSteps < 0 {
		fail(op, "MaxSteps is %d; it must not be negative", o.MaxSteps)
	}
	most := o.MaxSteps
	if most == 0 {
		most = 300 + 2*k
	}
	most = min(max(most, k), n)
	a := flat(op, A, like, unravel)
	tol := o.tol(op, x.DType())

	t := Tridiagonal{next: random.Normal(key, x.DType(), n)}
	for m := min(most, max(2*k+10, 20)); ; m = min(most, m+m/2) {
		t = grow(a, t, m)
		values, z, err := hostEigh(op, t.Dense())
		if err != nil {
			return Eigenpairs{}, err
		}
		largest := max(math.Abs(values[0]), math.Abs(values[m-1]))
		picked := order(values, o.Which)[:k]
		beta := t.Beta.Index(m - 1).Item()
		p := Eigenpairs{Tol: tol * largest, Products: m}
		rows := make([]float64, 0, k*m)
		for _, i := range picked {
			p.Values = append(p.Values, values[i])
			p.Residuals = append(p.Residuals, math.Abs(beta*z[i][m-1]))
			rows = append(rows, z[i]...)
		}
		p.Converged = p.Err() == nil
		if p.Converged || m == most {
			p.Vectors = fx.New(rows, k, m).AsType(x.DType()).MatMul(t.Basis)
			fx.Eval(p.Vectors)
			return p, nil
		}
	}
}

// grow extends a factorisation to m steps, compiled.
func grow(a func(*fx.Array) *fx.Array, t Tridiagonal, m int) Tridiagonal {
	if t.Alpha == nil {
		return fx.Jit(func(v *fx.Array) Tridiagonal { return lanczos(a, v, m) })(t.next)
	}
	if more := m - t.Alpha.Dim(0); more > 0 {
		return fx.Jit(func(t Tridiagonal) Tridiagonal { return t.extend(a, more) })(t)
	}
	return t
}

// hostEigh is the eigenvalues of a small symmetric matrix, ascending, and its
// eigenvectors as rows.
func hostEigh(op string, m *fx.Array) ([]float64, [][]float64, error) {
	l, v := fx.Eigh(m.AsType(fx.Float64))
	values := l.Float64s()
	if math.IsNaN(values[0]) {
		return nil, nil, fmt.Errorf("linalg: %s: a product with the operator is not finite", op)
	}
	return values, rowsOf(v.T().Float64s(), len(values), len(values)), nil
}

// order lists the indices of ascending values from the wanted end on.
func order(values []float64, which End) []int {
	n := len(values)
	out := make([]int, 0, n)
	lo, hi := 0, n-1
	for lo <= hi {
		switch {
		case which == Smallest, which == Magnitude && math.Abs(values[lo]) > math.Abs(values[hi]):
			out = append(out, lo)
			lo++
		case which == Largest, which == Magnitude:
			out = append(out, hi)
			hi--
		default:
			fail("TopEigen", "Which is %d; it must be Largest, Smallest or Magnitude", which)
		}
	}
	return out
}

// SubspaceIteration finds k eigenpairs at one end of a symmetric operator's
// spectrum by block iteration with Rayleigh-Ritz projection, on the host (Golub
// and Van Loan 2013, section 8.2.4; with Largest or Smallest, on the operator
// shifted by its other end, which Ritz values estimate). It finds eigenvalues
// that occur several times, and starts warm: start is a matrix [j, n] whose
// rows come first in the block, such as Eigenpairs.Vectors from a moment ago,
// or nil. It converges slowly if the spectrum has no gap behind the block.
func SubspaceIteration[T any](A func(T) T, like T, k int, start, key *fx.Array, o EigenOptions) (Eigenpairs, error) {
	const op = "SubspaceIteration"
	x, unravel := ravel(op, like)
	n, d := x.Size(), x.DType()
	checkSteps(op, k, n)
	size, most := o.block(op, k, n, 200)
	tol := o.tol(op, d)
	block := startBlock(op, start, key, size, n, d)
	// One round: the projected matrix, and the products, for a basis of the block.
	type round struct{ Q, AQ, T *fx.Array }
	project := fx.Jit(func(block *fx.Array) round {
		q := Orthonormalize(block)
		aq := fx.Vmap(flat(op, A, like, unravel))(q)
		return round{q, aq, q.MatMul(aq.T())}
	})
	for step := 1; ; step++ {
		r := project(block)
		values, z, err := hostEigh(op, r.T)
		if err != nil {
			return Eigenpairs{}, err
		}
		picked := order(values, o.Which)
		p := Eigenpairs{Products: step * size}
		rows := make([]float64, 0, size*size)
		for _, i := range picked {
			rows = append(rows, z[i]...)
			p.Values = append(p.Values, values[i])
		}
		s := fx.New(rows, size, size).AsType(d)
		ritz, products := s.MatMul(r.Q), s.MatMul(r.AQ)
		lambda := fx.New(p.Values).AsType(d).ExpandDims(1)
		residuals := products.Sub(lambda.Mul(ritz)).Norm(1).Float64s()
		p.Tol = tol * max(math.Abs(values[0]), math.Abs(values[size-1]))
		p.Values, p.Residuals = p.Values[:k], residuals[:k]
		p.Converged = p.Err() == nil
		if p.Converged || step == most {
			p.Vectors = ritz.SliceAxis(0, 0, k)
			fx.Eval(p.Vectors)
			return p, nil
		}
		block = products
		if shift := otherEnd(values, o.Which); shift != 0 {
			block = products.Add(ritz.MulScalar(shift))
		}
	}
}

// otherEnd is a shift after which the wanted end has the largest magnitude, as
// far as Ritz values tell.
func otherEnd(ascending []float64, which End) float64 {
	switch which {
	case Largest:
		return max(0, -ascending[0])
	case Smallest:
		return -max(0, ascending[len(ascending)-1])
	}
	return 0
}
