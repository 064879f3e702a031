package landscape

import (
	"fmt"
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// Objective is a training loss L(w) = 1/N sum_i l(f(w, x_i), y_i) as its two
// parts, which is how its curvature is taken apart. Both capture the data.
type Objective[P any] struct {
	// Outputs is f: the model's outputs for all examples, [N, k] or [N].
	Outputs func(P) *fx.Array
	// Losses is l: each example's loss, [N], for such outputs.
	Losses func(outputs *fx.Array) *fx.Array
}

// Loss is L, a scalar.
func (o Objective[P]) Loss(p P) *fx.Array { return o.mean(o.Outputs(p)) }

// mean is L as a function of the outputs.
func (o Objective[P]) mean(outputs *fx.Array) *fx.Array {
	losses := o.Losses(outputs)
	if losses.NDim() != 1 || outputs.NDim() < 1 || losses.Dim(0) != outputs.Dim(0) {
		fail("Objective", "Losses gives %v for outputs %v; it must give one loss for each example", losses.Shape(), outputs.Shape())
	}
	return losses.Mean()
}

// hessianProduct is H v, by forward differentiation of the gradient.
func (o Objective[P]) hessianProduct(p, v P) P { return fx.HVP(o.Loss, p, v) }

// gaussNewtonProduct is G v = 1/N sum_i J_i' A_i J_i v (Schraudolph 2002): J v
// by forward mode, A by a Hessian product in the outputs alone, J' by reverse
// mode.
func (o Objective[P]) gaussNewtonProduct(p, v P) P {
	outputs, jv := fx.JVP(o.Outputs, p, v)
	ajv := fx.HVP(o.mean, outputs, jv)
	_, pull := fx.VJP(o.Outputs, p)
	return pull(ajv)
}

// Exact are the limits of complete matrices.
type Exact struct {
	// Block is how many columns are computed together; 0 means 32. More take
	// more memory and, from some tens on, no less time.
	Block int
	// MaxParameters is the largest M allowed, because M x M numbers must fit
	// into memory and the eigenvalues take M^3 operations; 0 means 6000.
	MaxParameters int
}

// Curvature computes complete matrices of second derivatives of an objective,
// M x M for M parameters, column by column with Hessian-vector products (Sagun
// et al. 2017). Elements are in the order of linalg.Ravel. It compiles once for
// all points.
type Curvature[P any] struct {
	limits          Exact
	loss            func(P) *fx.Array
	hessian, gaussN func(columns[P]) *fx.Array
}

// columns asks for some columns of a matrix at P: Block of them from Start on.
type columns[P any] struct {
	P     P
	Start *fx.Array // int32 scalar
	Block int
}

// NewCurvature prepares the matrices of an objective. Use float64 parameters:
// in float32 the rounding of the largest eigenvalue hides the bulk.
func NewCurvature[P any](o Objective[P], limits Exact) *Curvature[P] {
	if o.Outputs == nil || o.Losses == nil {
		fail("NewCurvature", "the objective needs both Outputs and Losses")
	}
	if limits.Block < 0 || limits.MaxParameters < 0 {
		fail("NewCurvature", "Block is %d and MaxParameters %d; they must not be negative", limits.Block, limits.MaxParameters)
	}
	if limits.Block == 0 {
		limits.Block = 32
	}
	if limits.MaxParameters == 0 {
		limits.MaxParameters = 6000
	}
	c := &Curvature[P]{limits: limits, loss: fx.Jit(o.Loss)}
	c.hessian = fx.Jit(blockOf(o.hessianProduct))
	c.gaussN = fx.Jit(blockOf(o.gaussNewtonProduct))
	return c
}

// blockOf multiplies a block of unit vectors: [Block, M].
func blockOf[P any](product func(p, v P) P) func(columns[P]) *fx.Array {
	return func(c columns[P]) *fx.Array {
		w, unravel := linalg.Ravel(c.P)
		index := fx.Arange(fx.Int32, w.Size())
		units := c.Start.Add(fx.Arange(fx.Int32, c.Block)).ExpandDims(1).Equal(index).AsType(w.DType())
		return fx.Vmap(func(e *fx.Array) *fx.Array {
			column, _ := linalg.Ravel(product(c.P, unravel(e)))
			return column
		})(units)
	}
}

// matrix assembles the M columns at p and makes the matrix symmetric; asymmetry
// is the largest |a_ij - a_ji| before that, as a share of the largest |a_ij|.
func (c *Curvature[P]) matrix(block func(columns[P]) *fx.Array, p P) (a *fx.Array, asymmetry float64, err error) {
	w, _ := linalg.Ravel(p)
	m := w.Size()
	if m > c.limits.MaxParameters {
		return nil, 0, fmt.Errorf("landscape: a complete matrix of %d parameters; the limit is %d: use linalg.TopEigen or linalg.LanczosQuadrature, or raise Exact.MaxParameters", m, c.limits.MaxParameters)
	}
	if l := c.loss(p).Item(); math.IsNaN(l) || math.IsInf(l, 0) {
		return nil, 0, fmt.Errorf("landscape: the loss is %v here: are the parameters and the data finite, and is every label a class?", l)
	}
	b := min(c.limits.Block, m)
	rows := make([]float64, 0, m*m)
	for have := 0; have < m; have += b {
		start := min(have, m-b) // the last block overlaps the one before it
		values := block(columns[P]{p, fx.Scalar(int32(start)), b}).Float64s()
		rows = append(rows, values[(have-start)*m:]...)
	}
	for i, v := range rows {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, 0, fmt.Errorf("landscape: the second derivative of parameters %d and %d is %v", i/m, i%m, v)
		}
	}
	asymmetry = symmetrise(rows, m)
	return fx.New(rows, m, m), asymmetry, nil
}

// symmetrise replaces a by (a + a')/2.
func symmetrise(a []float64, m int) (asymmetry float64) {
	var largest, difference float64
	for i := range m {
		for j := range i + 1 {
			x, y := a[i*m+j], a[j*m+i]
			largest = max(largest, math.Abs(x), math.Abs(y))
			difference = max(difference, math.Abs(x-y))
			mean := x/2 + y/2
			a[i*m+j], a[j*m+i] = mean, mean
		}
	}
	if largest == 0 {
		return 0
	}
	return difference / largest
}

// Hessian is the Hessian of the loss at p, float64 [M, M], symmetric. It is an
// error if M is above the limit, or if the loss or an element is not finite.
func (c *Curvature[P]) Hessian(p P) (*fx.Array, error) {
	h, _, err := c.matrix(c.hessian, p)
	return h, err
}

// Decomposition is a Hessian H = G + R, all float64 [M, M] and symmetric.
type Decomposition struct {
	H *fx.Array
	// G is the Gauss-Newton matrix 1/N sum_i J_i' A_i J_i, with J_i the Jacobian
	// of example i's outputs and A_i the Hessian of its loss in the outputs. For
	// a convex loss it is positive semidefinite, of rank at most N rank(A).
	G *fx.Array
	// R = 1/N sum_i sum_c dl/df_c grad^2 f_c is the curvature of the model
	// itself; it fades as the examples are fitted.
	R *fx.Array
	// Asymmetry is the largest |H_ij - H_ji| as computed, before H was made
	// symmetric, as a share of the largest |H_ij|: rounding.
	Asymmetry float64
}

// Decompose computes H, G and R at p. Errors are Hessian's.
func (c *Curvature[P]) Decompose(p P) (Decomposition, error) {
	h, asymmetry, err := c.matrix(c.hessian, p)
	if err != nil {
		return Decomposition{}, err
	}
	g, _, err := c.matrix(c.gaussN, p)
	if err != nil {
		return Decomposition{}, err
	}
	d := Decomposition{H: h, G: g, R: h.Sub(g), Asymmetry: asymmetry}
	fx.Eval(d.R)
	return d, nil
}

// RemainderShare is |R| / |H| in the Frobenius norm: how far the Hessian is
// from its Gauss-Newton part.
func (d Decomposition) RemainderShare() float64 { return frobenius(d.R) / frobenius(d.H) }

func frobenius(a *fx.Array) float64 {
	return math.Sqrt(sumOf(slices.Values(a.Float64s()), func(v float64) float64 { return v * v }))
}
