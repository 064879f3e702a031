// Package implicit finds roots and fixed points, and differentiates them by the
// implicit function theorem instead of through the iterations.
//
// A solution x(p) of F(x, p) = 0 has the derivative dx = -(dF/dx)^-1 dF/dp dp:
// one linear system in products with F's Jacobian, which a solver of package
// linalg solves (Blondel et al., "Efficient and Modular Implicit
// Differentiation", 2022). How x was found does not matter: Root and FixedPoint
// use a Solver of this package, Custom any other method. The derivative exists
// in both modes, to any order, under fx.Jit and fx.Vmap; its precision is that
// of the solution and of the linear solve. Starting points and tolerances have
// the derivative zero.
//
// Functions must reach what has a derivative, or is mapped by fx.Vmap, through
// their arguments; what they capture counts as constant.
package implicit
