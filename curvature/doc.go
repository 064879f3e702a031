// Package curvature makes operators of the second-order matrices of learning:
// the Hessian, the generalised Gauss-Newton matrix, and Fisher information,
// empirical and true; and the Kronecker factors of linear layers (KFAC), whose
// inverse is cheap.
//
// An operator is a func(P) P on trees like the parameters, as in package
// linalg, whose methods take it from there:
//
//	h := curvature.Hessian(loss, params)
//	top, err := linalg.TopEigen(h, params, 10, key, linalg.EigenOptions{})
//	spectrum := linalg.LanczosQuadrature(h, params, key, probes, steps)
//	trace := linalg.Trace(h, params, key, probes)
//	mean, stderr := linalg.Diagonal(h, params, key, probes)
//	step, report := linalg.CG[Params]{}.Solve(linalg.Shifted(h, damping), grad, Params{})
//
// Making an operator evaluates the functions once, at the parameters; a product
// then costs one or two passes. Matrix forms the matrix of a small one, and
// GaussNewtonFactors a Gauss-Newton matrix of few examples by its factors.
//
// # Preconditioners
//
// HessianRiemannian and NaturalGradient make, at every point, the inverse of a
// metric: of a potential's Hessian, with linear constraints, or of what a change
// of the parameters does to a state, measured in a Metric of states (L2,
// FisherRao, H1, HMinus1, Wasserstein). Their At is the Precondition of
// optim.AEPG:
//
//	o := optim.NewAEPG[*fx.Array](optim.Constant(0.1), c)
//	o.Precondition = curvature.OnSimplex(fx.Float64, n).At
package curvature
