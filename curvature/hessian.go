package curvature

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// Hessian is the operator of the matrix of second derivatives of a loss at p,
// by forward differentiation of the gradient (Pearlmutter, "Fast Exact
// Multiplication by the Hessian", 1994). The gradient is evaluated once, at p.
func Hessian[P any](loss func(P) *fx.Array, p P) func(P) P {
	_, h := fx.Linearize(fx.Grad(loss), p)
	return h
}

// GaussNewton is the operator of the generalised Gauss-Newton matrix J'AJ of a
// loss of a model's output at p, where J is the model's Jacobian and A the
// Hessian of the loss in the output (Schraudolph, "Fast Curvature Matrix-Vector
// Products", 2002). It is positive semidefinite if the loss is convex in the
// output, and equals the Hessian where the model is linear or the loss'
// derivative in the output is zero.
//
// It averages as the loss does: with a mean over N examples, it is the mean of
// their matrices. For a negative log-likelihood whose outputs are natural
// parameters (softmax cross-entropy of logits, half the squared error of means)
// it is the Fisher information (Martens 2020, section 9.2).
func GaussNewton[P, Y any](model func(P) Y, loss func(Y) *fx.Array, p P) func(P) P {
	y, jv, jt := jacobian(model, p)
	_, a := fx.Linearize(fx.Grad(loss), y)
	return func(v P) P { return jt(a(jv(v))) }
}

// jacobian is a model's value at p, and products with its Jacobian there and
// with the transpose, which share one evaluation.
func jacobian[P, Y any](model func(P) Y, p P) (y Y, jv func(P) Y, jt func(Y) P) {
	y, jv = fx.Linearize(model, p)
	_, jt = fx.VJP(jv, linalg.ZerosLike(p))
	return y, jv, jt
}
