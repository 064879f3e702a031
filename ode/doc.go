// Package ode integrates ordinary and stochastic differential equations whose
// state is a tree of arrays.
//
// Solve takes dy/dt = f(t, y) from times[0] on and gives the state at every
// time. Times may ascend or descend, and need not be evenly spaced. A Scheme
// says how: Fixed takes the same steps whatever happens, through fx.Scan, and
// is differentiable in both modes, with everything that f captures; Adaptive
// controls its error, through fx.While, and is differentiable in forward mode.
// Adjoint gives reverse-mode gradients without keeping the steps.
//
// OrnsteinUhlenbeck is the process of coupled oscillators that solves linear systems
// by coming to rest; OrnsteinUhlenbeckLaw is its exact law.
//
// Everything runs inside fx.Jit and fx.Vmap. Leaves of a state that are not
// floats stay as they are.
package ode
