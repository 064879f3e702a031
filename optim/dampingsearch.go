package optim

import (
	"errors"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// DampingSearch is what [SaddleFreeNewton] and [DampedNewton] have in common: a
// step for each of some dampings alpha, of which the one with the lowest loss is
// made. There is no learning rate. If none is lower than the loss at p, or the
// curvature is not finite, p stays as it is; with the same loss it does so for good,
// until the dampings include a larger one.
type DampingSearch[P any] struct {
	// Curvature is H; nil is the loss' Hessian.
	Curvature Curvature[P]
	// Dampings are the alphas that are tried; positive.
	Dampings []float64
	// Space is where the step is looked for: WholeSpace, or a KrylovSpace for
	// more than a few thousand parameters.
	Space Space
	// Search is the loss that chooses the damping, such as that of a larger batch;
	// nil is the step's own.
	Search Loss[P]
}

// newDampingSearch has the dampings of Pascanu et al. 2014.
func newDampingSearch[P any]() DampingSearch[P] {
	return DampingSearch[P]{Dampings: []float64{1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5}, Space: NewWholeSpace()}
}

// DampingState is the state of these methods.
type DampingState struct {
	Previous *fx.Array // the last step, a vector of linalg.Ravel; zeros before the first
}

// Validate checks the settings.
func (o DampingSearch[P]) Validate() error {
	var err error
	if len(o.Dampings) == 0 {
		err = errors.New("there are no dampings")
	}
	for _, a := range o.Dampings {
		err = errors.Join(err, checkPositive("a damping", a))
	}
	if o.Space == nil {
		return errors.Join(err, errors.New("there is no space to look for steps"))
	}
	return errors.Join(err, o.Space.Validate())
}

func (o DampingSearch[P]) init(op string, p P) State {
	mustBeValid(op, o)
	x, _ := linalg.Ravel(p)
	return DampingState{fx.ZerosLike(x)}
}

// step makes the best of the steps -V (c_i / size(lambda_i, alpha)), where c are the
// gradient's coordinates in the eigenvectors V of H in the space.
func (o DampingSearch[P]) step(op string, loss Loss[P], p P, s State, size func(lambda, alpha *fx.Array) *fx.Array) (P, State, Info) {
	own, ok := s.(DampingState)
	if !ok {
		fail(op, "the state is a %T and must be a %T", s, own)
	}
	v := newVectors(loss, p)
	x, g := v.from.P, v.from.Gradient
	e := o.Space.eigen(op, v.operator(o.Curvature), g, own.Previous)
	coordinates := g.MatMul(e.Vectors)

	search, before, calls := v.loss, asFloat64(v.from.Loss), 1+len(o.Dampings)
	if o.Search != nil {
		search = func(x *fx.Array) *fx.Array { return o.Search(v.unravel(x)) }
		before, calls = asFloat64(search(x)), calls+1
	}
	alphas := fx.New(o.Dampings).AsType(x.DType())
	steps := fx.Vmap(func(alpha *fx.Array) *fx.Array {
		return e.Vectors.MatMul(coordinates.Div(size(e.Values, alpha))).Neg()
	})(alphas)
	losses := fx.Vmap(func(step *fx.Array) *fx.Array { return asFloat64(search(x.Add(step))) })(steps)
	losses = fx.Where(losses.IsFinite(), losses, fx.FullLike(losses, math.Inf(1)))
	best := losses.ArgMin(0)
	fell := losses.Min().Less(before)

	zero := fx.ZerosLike(x)
	made := fx.Where(fell, steps.Take(best, 0), zero)
	info := Info{Loss: v.from.Loss, Values: map[string]*fx.Array{
		"grad_norm":   asFloat64(g).Norm(),
		"damping":     asFloat64(alphas.Take(best, 0)),
		"search_loss": fx.Where(fell, losses.Min(), before),
		"step_norm":   asFloat64(made).Norm(),
		"lowest":      asFloat64(e.Values.Min()),
		"negative":    e.Values.Less(fx.Const(0)).AsType(fx.Float64).Mean(),
		"evaluations": fx.Scalar(int32(calls + e.products)),
		"success":     fell.AsType(fx.Float64),
	}}
	return v.unravel(x.Add(made)), DampingState{made}, info
}

// Space is the space in which [DampingSearch] looks for steps.
type Space interface {
	Validator
	// eigen gives the eigenvalues and eigenvectors of h in the space, which has
	// the gradient g in it; g and previous are vectors [n].
	eigen(op string, h func(*fx.Array) *fx.Array, g, previous *fx.Array) eigen
}

// eigen are k eigenvalues in ascending order, and the eigenvectors as columns [n, k].
type eigen struct {
	Values, Vectors *fx.Array
	products        int // with the operator
}

// WholeSpace is the space of all parameters: H is formed and decomposed exactly.
type WholeSpace struct {
	// Limit is the most parameters that it is used for; Step panics above.
	Limit int
}

// NewWholeSpace limits the parameters to 5000, as curvature.Matrix does: a matrix
// of 200 MB.
func NewWholeSpace() WholeSpace { return WholeSpace{5000} }

// Validate checks the limit.
func (w WholeSpace) Validate() error {
	if w.Limit < 1 {
		return fmt.Errorf("the limit is %d parameters; it must be positive", w.Limit)
	}
	return nil
}

func (w WholeSpace) eigen(op string, h func(*fx.Array) *fx.Array, g, _ *fx.Array) eigen {
	n := g.Dim(0)
	if n > w.Limit {
		fail(op, "%d parameters; the whole space is limited to %d: use a KrylovSpace, or raise the limit", n, w.Limit)
	}
	values, vectors := fx.Eigh(linalg.Dense(h, g))
	return eigen{values, vectors, n}
}

// KrylovSpace is spanned by g, Hg, H^2 g, ... (Dauphin et al. 2014, section 6), by
// the Lanczos method with full re-orthogonalisation: Dim products a step.
type KrylovSpace struct {
	// Dim is the number of dimensions; of fewer parameters, their number.
	Dim int
	// Previous adds the direction of the last step as one more dimension, for one
	// more product.
	Previous bool
}

// NewKrylovSpace makes the space of a number of dimensions with the last direction,
// as the authors have it; their experiments have 500.
func NewKrylovSpace(dim int) KrylovSpace { return KrylovSpace{dim, true} }

// Validate checks the number of dimensions.
func (k KrylovSpace) Validate() error {
	if k.Dim < 1 {
		return fmt.Errorf("the Krylov space has %d dimensions; it needs at least one", k.Dim)
	}
	return nil
}

func (k KrylovSpace) eigen(_ string, h func(*fx.Array) *fx.Array, g, previous *fx.Array) eigen {
	dim := min(k.Dim, g.Dim(0))
	t := linalg.Lanczos(h, g, dim)
	basis, projected, products := t.Basis, t.Dense(), dim
	if k.Previous && dim < g.Dim(0) {
		// Where the last step is zero, or lies in the space, Orthonormalize takes a
		// random direction instead.
		basis = linalg.Orthonormalize(fx.Concatenate(0, basis, previous.ExpandDims(0)))
		last := basis.Index(dim)
		border := basis.MatMul(h(last)) // its products with the basis
		side := border.SliceAxis(0, 0, dim).ExpandDims(1)
		projected = fx.Concatenate(0, fx.Concatenate(1, projected, side), border.ExpandDims(0))
		products++
	}
	values, vectors := fx.Eigh(projected)
	return eigen{values, basis.T().MatMul(vectors), products}
}
