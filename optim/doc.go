// Package optim holds the optimizers: rules that turn gradients into updates,
// schedules of the learning rate, and wrappers that combine them.
//
// There are two interfaces. An [Optimizer] gets the loss as a function, so that
// it can take its value, its gradient anywhere, products with its Hessian, and
// run line searches and inner loops. A [Rule] is the common special case that
// needs only the gradient: it maps gradients to updates, which are added to the
// parameters, and rules chain. [FromRule] makes an optimizer of a rule:
//
//	opt := optim.FromRule[Net](optim.Chain(
//		optim.ClipByGlobalNorm(1),
//		optim.NewAdam(optim.Constant(1e-3)),
//	))
//	state := opt.Init(net)
//	step := fx.Jit(func(in Step) Step {
//		net, state, info := opt.Step(in.Loss, in.Net, in.State)
//		...
//	}, fx.Donate("Net"), fx.Donate("State"))
//
// Rules are structs whose constructor fills in the published defaults and whose
// fields may be changed, so that 0 is a legal decay rate. They are values: what
// a rule remembers is in its [State], a tree like any other, which Jit
// compiles, train saves and Vmap maps.
//
// # Line searches
//
// A [LineSearch] finds a step length along a direction and says whether its
// conditions hold: [StrongWolfe] those of Wolfe, [Backtracking] Armijo's. They are
// made for optimizers to use, as [LBFGS] does, inside one compiled step.
//
// # Curvature
//
// Second-order methods take their matrix as a [Curvature]: an operator at p, such
// as package curvature makes, or nil for the loss' Hessian. A [Metric] says how
// they measure steps, a [DampedSystem] how they solve for one. [PSGD] learns a
// preconditioner from products with the Hessian instead; package liegroup has the
// families that it may be of. [TNGD] solves by a device of oscillators that relaxes,
// package ode's OrnsteinUhlenbeck.
//
// # Proxies
//
// [ProxyProx] takes few gradients of a dear objective and many of a cheap relative of
// it, which any Optimizer minimises inside; [EstimateDelta] says how near the two are.
//
// # Numbers
//
// Scalars (learning rates, bias corrections, step sizes) are computed in
// float64 and rounded once to the type of the leaf they are applied to, as
// PyTorch's are. A bias correction is tracked, c_t = beta c_{t-1} + (1-beta),
// rather than computed as 1-beta^t: it is the sum of the weights in the moving
// average, which stays right when beta changes on the way, and it has no
// cancellation. Steps are counted in int32, from 0.
//
// # Errors
//
// Settings that cannot be (a decay rate outside [0, 1), a negative or NaN rate)
// are errors of Validate and panics of Init; a state of another rule, or
// gradients that do not match the parameters, are panics of Update. All panics
// carry an [*fx.Error].
package optim
