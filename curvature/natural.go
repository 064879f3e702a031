package curvature

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// NaturalSolver is how a natural gradient is found.
type NaturalSolver int

const (
	// LeastSquares makes the Jacobian and solves by its QR decomposition and the
	// singular values of R: the Moore-Penrose inverse, of any rank. It takes as
	// many products as there are parameters.
	LeastSquares NaturalSolver = iota
	// ConjugateGradients solves with products alone. Without damping the metric
	// must have full rank.
	ConjugateGradients
)

// NaturalGradient is the preconditioner of natural gradient descent with a metric
// of the state (Nurbekyan, Lei and Yang, "Efficient Natural Gradient Descent
// Methods for Large-Scale PDE-Based Optimization Problems", 2023): parameters p
// make a state ρ(p), and the length of a change of p is that of the state's change
// in the metric M of states,
//
//	A = J'MJ + damping I,   J = dρ/dp,   T = A⁻¹ (pseudo-inverse).
//
// With M = I this is Gauss-Newton, with that of Fisher and Rao the natural
// gradient of Amari. At is what optim.AEPG takes as Precondition.
type NaturalGradient[P any] struct {
	State   func(p P) *fx.Array // ρ(p), an array of floats
	Metric  Metric              // of states; nil is L2(1)
	Solver  NaturalSolver
	Damping float64 // not negative
	// Tol is the relative size up to which LeastSquares takes a singular value
	// for 0, or the relative residual at which ConjugateGradients stops. 0 means
	// the default of linalg.LstSq or linalg.CG.
	Tol float64
}

// Validate checks the settings.
func (n NaturalGradient[P]) Validate() error {
	switch {
	case n.State == nil:
		return fmt.Errorf("there is no state")
	case n.Solver != LeastSquares && n.Solver != ConjugateGradients:
		return fmt.Errorf("no solver has the number %d", int(n.Solver))
	case !(n.Damping >= 0) || math.IsInf(n.Damping, 1):
		return fmt.Errorf("the damping is %v; it must be a number that is not negative", n.Damping)
	case !(n.Tol >= 0 && n.Tol < 1):
		return fmt.Errorf("the tolerance is %v; it must be in [0, 1)", n.Tol)
	}
	return nil
}

// factor is the linear function S of changes of p with A = S'S but for damping:
// the Jacobian followed by the metric's root.
func (n NaturalGradient[P]) factor(p P) func(P) *fx.Array {
	rho, jv := fx.Linearize(n.State, p)
	metric := n.Metric
	if metric == nil {
		metric = L2(1)
	}
	root := metric(rho)
	return func(v P) *fx.Array { return root(jv(v)).Flatten() }
}

// At makes the operator at a point. It panics with an *fx.Error if the settings
// are not valid.
func (n NaturalGradient[P]) At(p P) func(P) P {
	if err := n.Validate(); err != nil {
		fail("NaturalGradient", "%v", err)
	}
	s := n.factor(p)
	if n.Solver == ConjugateGradients {
		a := linalg.Normal(s, p)
		if n.Damping > 0 {
			a = linalg.Shifted(a, fx.Const(n.Damping))
		}
		return func(g P) P {
			v, _ := linalg.CG[P]{Tol: n.Tol}.Solve(a, g, linalg.ZerosLike(p))
			return v
		}
	}
	_, unravel := linalg.Ravel(p)
	m := linalg.Dense(s, p)
	if n.Damping > 0 {
		m = fx.Concatenate(0, m, fx.Eye(m.DType(), m.Dim(1)).MulScalar(math.Sqrt(n.Damping)))
	}
	if m.Dim(0) > m.Dim(1) {
		_, m = fx.QR(m) // S = QR has the same S'S as R, which is small
	}
	return func(g P) P {
		flat, _ := linalg.Ravel(g)
		// (S'S)⁺g = S⁺(S')⁺g, without squaring the condition number.
		y, _ := linalg.LstSq(m.T(), flat, n.Tol)
		v, _ := linalg.LstSq(m, y, n.Tol)
		return unravel(v)
	}
}
