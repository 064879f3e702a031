package liegroup

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
)

// Family is a Lie group of matrices Q that preconditioners P = Q'Q are taken from.
type Family interface {
	// Validate says what is wrong with the settings.
	Validate() error
	// PerLeaf says that every leaf of the parameters has a Q of its own. Otherwise
	// all of them are one vector, for one Q.
	PerLeaf() bool
	// Start makes a Q near I for a block: a vector [n], or a leaf if PerLeaf. The
	// key is for what is drawn. It panics where the block does not suit the family.
	Start(block *fx.Array, key *fx.Array) Factor
}

// Factor is Q of one block, a tree.
type Factor interface {
	// Scale is Q times a float64 scalar.
	Scale(by *fx.Array) Factor
	// Update takes one step for a pair of arrays like the block.
	Update(v, h *fx.Array, f Fit) Factor
	// Apply is Q'Q g, for g like the block.
	Apply(g *fx.Array) *fx.Array
	// Dense is Q'Q as a matrix [n, n], for n elements in row-major order.
	Dense() *fx.Array
}

// Fit is how an update is made.
type Fit struct {
	Step       *fx.Array // of the fit, a float64 scalar in (0, 1]
	Normalizer Normalizer
	Key        *fx.Array // for what is chosen at random
}

// Normalizer is what the step of the fit is divided by.
type Normalizer int

const (
	// SecondOrder divides by an upper bound of the criterion's curvature along the
	// group, such as |a|^2 + |b|^2. The authors' step for it is 0.1.
	SecondOrder Normalizer = iota
	// FirstOrder divides by the size of the gradient itself, so that updates do not
	// become smaller near the optimum. The authors' step for it is 0.01.
	FirstOrder
)

func (n Normalizer) String() string {
	switch n {
	case SecondOrder:
		return "SecondOrder"
	case FirstOrder:
		return "FirstOrder"
	}
	return fmt.Sprintf("Normalizer(%d)", int(n))
}

// Validate says whether it is one of the two.
func (n Normalizer) Validate() error {
	if n != SecondOrder && n != FirstOrder {
		return fmt.Errorf("there is no %v; the normalizers are SecondOrder and FirstOrder", n)
	}
	return nil
}

// over is mu = step / size in the type of size, and 0 where the size is.
func (f Fit) over(size *fx.Array) *fx.Array {
	mu := f.Step.AsType(size.DType()).Div(size)
	return fx.Where(size.Greater(fx.Const(0)), mu, fx.ZerosLike(mu))
}

// times is a array times a float64 scalar, which is rounded once.
func times(a, by *fx.Array) *fx.Array { return a.Mul(by.AsType(a.DType())) }

// square is |x|^2.
func square(x *fx.Array) *fx.Array { return x.Square().Sum() }

// column is a vector as a matrix of one column.
func column(x *fx.Array) *fx.Array { return x.ExpandDims(1) }

// vectorOf rejects blocks that are no vectors.
func vectorOf(op string, block *fx.Array) int {
	if block.NDim() != 1 || !block.DType().IsFloat() || block.Size() == 0 {
		fail(op, "the block is %v%v; it must be a float vector that is not empty", block.DType(), block.Shape())
	}
	return block.Dim(0)
}

// fail reports a mistake in the calling program.
func fail(op, format string, args ...any) { fx.Fail("liegroup."+op, format, args...) }
