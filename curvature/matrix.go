package curvature

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// MatrixOptions are the settings of Matrix and ExactDiagonal. The zero value is
// the default.
type MatrixOptions struct {
	Limit int // most parameters; 0 means 5000, a matrix of 200 MB in float64
	Block int // products made at a time; 0 means 64
}

func (o MatrixOptions) check(op string, n int) (MatrixOptions, error) {
	if o.Limit < 0 || o.Block < 0 {
		fail(op, "Limit is %d and Block %d; they must not be negative", o.Limit, o.Block)
	}
	if o.Limit == 0 {
		o.Limit = 5000
	}
	if o.Block == 0 {
		o.Block = 64
	}
	if n > o.Limit {
		return o, fmt.Errorf("curvature: %s: %d parameters are more than the limit of %d; for larger problems linalg.TopEigen finds the edges of the spectrum, linalg.LanczosQuadrature its density, linalg.Diagonal the diagonal (or raise Limit)", op, n, o.Limit)
	}
	return o, nil
}

// blocks calls f with the products of the operator with unit vectors from..to:
// rows of a matrix [to-from, n].
func blocks[P any](A func(P) P, p P, o MatrixOptions, f func(from int, rows *fx.Array)) {
	x, unravel := linalg.Ravel(p)
	n, d := x.Size(), x.DType()
	product := fx.Jit(fx.Vmap(func(j *fx.Array) *fx.Array {
		e := fx.Arange(fx.Int32, n).Equal(j).AsType(d)
		y, _ := linalg.Ravel(A(unravel(e)))
		if y.Size() != n {
			fail("Matrix", "the operator maps %d floats to %d", n, y.Size())
		}
		return y
	}))
	all := fx.Arange(fx.Int32, n)
	for from := 0; from < n; from += o.Block {
		rows := product(all.SliceAxis(0, from, min(n, from+o.Block)))
		fx.Eval(rows)
		f(from, rows)
	}
}

// Matrix is the matrix [n, n] of a symmetric operator on trees like p, as
// vectors of linalg.Ravel, on the host: n products, in blocks. It is made
// symmetric, (A + A')/2. Too many parameters, values that are not finite, and
// an operator that is not symmetric up to rounding (1e-2 of the largest element
// in float32, 1e-10 in float64) are errors.
func Matrix[P any](A func(P) P, p P, o MatrixOptions) (*fx.Array, error) {
	x, _ := linalg.Ravel(p)
	o, err := o.check("Matrix", x.Size())
	if err != nil {
		return nil, err
	}
	var parts []*fx.Array
	blocks(A, p, o, func(_ int, rows *fx.Array) { parts = append(parts, rows) })
	m := fx.Concatenate(0, parts...)
	largest := m.Abs().Max().Item()
	if m.IsFinite().All().Item() == 0 {
		return nil, fmt.Errorf("curvature: Matrix: a product with the operator is not finite")
	}
	tol := 1e-10
	if x.DType() == fx.Float32 {
		tol = 1e-2
	}
	if off := m.Sub(m.T()).Abs().Max().Item(); off > tol*largest {
		return nil, fmt.Errorf("curvature: Matrix: the operator is not symmetric: elements differ by %.3g, the largest is %.3g", off, largest)
	}
	m = m.Add(m.T()).MulScalar(0.5)
	fx.Eval(m)
	return m, nil
}

// ExactDiagonal is an operator's diagonal, a tree like p, by one product for
// each parameter, in blocks, on the host. linalg.Diagonal estimates it.
func ExactDiagonal[P any](A func(P) P, p P, o MatrixOptions) (P, error) {
	x, unravel := linalg.Ravel(p)
	o, err := o.check("ExactDiagonal", x.Size())
	if err != nil {
		return p, err
	}
	var parts []*fx.Array
	blocks(A, p, o, func(from int, rows *fx.Array) { parts = append(parts, rows.Diagonal(from)) })
	d := fx.Concatenate(0, parts...)
	fx.Eval(d)
	return unravel(d), nil
}

// Parts are the Hessian H = G + R of a loss of a model's output, G its
// Gauss-Newton part and R what the second derivatives of the model contribute.
type Parts struct{ H, G, R *fx.Array }

// Decompose makes the matrices of Parts, for small problems (Sagun et al. 2017).
func Decompose[P, Y any](model func(P) Y, loss func(Y) *fx.Array, p P, o MatrixOptions) (Parts, error) {
	h, err := Matrix(Hessian(func(p P) *fx.Array { return loss(model(p)) }, p), p, o)
	if err != nil {
		return Parts{}, err
	}
	g, err := Matrix(GaussNewton(model, loss, p), p, o)
	if err != nil {
		return Parts{}, err
	}
	return Parts{h, g, h.Sub(g)}, nil
}
