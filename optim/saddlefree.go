package optim

import "github.com/fluxion-go/fluxion/fx"

// SaddleFreeNewton is Newton's method with the sizes of the curvatures (Pascanu,
// Dauphin, Ganguli and Bengio 2014, arXiv:1405.4604; Dauphin et al. 2014,
// algorithm 1):
//
//	p+ = p - (|H| + alpha I)^-1 g
//
// where |H| has H's eigenvectors and the absolute values of its eigenvalues (see
// linalg.AbsEigSolve), so that it leaves a saddle as fast as Newton's method comes
// to a minimum. alpha is the best of [DampingSearch].
//
// Info.Values has "grad_norm"; "damping", the alpha of the lowest loss;
// "search_loss", the loss that chose it, at the new parameters; "step_norm";
// "lowest", the lowest eigenvalue of H in the space; "negative", the share of
// negative ones; "evaluations" of the loss or its gradient, each product with H
// counting as one; and "success", which is 0 where no damping lowers the loss.
type SaddleFreeNewton[P any] struct{ DampingSearch[P] }

// NewSaddleFreeNewton makes the method with the dampings 1, 0.1, ..., 1e-5 of the
// paper, and the exact Hessian of up to 5000 parameters.
func NewSaddleFreeNewton[P any]() SaddleFreeNewton[P] {
	return SaddleFreeNewton[P]{newDampingSearch[P]()}
}

// Init starts without a last step.
func (o SaddleFreeNewton[P]) Init(p P) State { return o.init("SaddleFreeNewton", p) }

// Step makes one step.
func (o SaddleFreeNewton[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	return o.step("SaddleFreeNewton", loss, p, s, func(lambda, alpha *fx.Array) *fx.Array { return lambda.Abs().Add(alpha) })
}

// DampedNewton is Newton's method with a damping that is searched for as in
// [SaddleFreeNewton], whose baseline it is, with the same Info.Values:
//
//	p+ = p - (H + alpha I)^-1 g
//
// While alpha is below the size of a negative curvature, the step goes uphill along
// that direction, towards the saddle. With a semidefinite curvature, such as the
// Gauss-Newton matrix, it is the Levenberg-Marquardt method.
type DampedNewton[P any] struct{ DampingSearch[P] }

// NewDampedNewton makes the method with the settings of NewSaddleFreeNewton.
func NewDampedNewton[P any]() DampedNewton[P] { return DampedNewton[P]{newDampingSearch[P]()} }

// NewDampedGaussNewton makes the method with a Gauss-Newton matrix, as
// curvature.GaussNewton makes it.
func NewDampedGaussNewton[P any](matrix Curvature[P]) DampedNewton[P] {
	o := NewDampedNewton[P]()
	o.Curvature = matrix
	return o
}

// Init starts without a last step.
func (o DampedNewton[P]) Init(p P) State { return o.init("DampedNewton", p) }

// Step makes one step.
func (o DampedNewton[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	return o.step("DampedNewton", loss, p, s, func(lambda, alpha *fx.Array) *fx.Array { return lambda.Add(alpha) })
}
