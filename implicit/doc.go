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
// Conditions of optimality are functions too: Stationary, KKT and ConeResidual for
// Root, and the maps GradientDescent, ProximalGradient, ProjectedGradient,
// MirrorDescent, BlockProximalGradient and NewtonStep for FixedPoint. With a map, a
// Solver is an optimisation method: Picard is gradient descent, proximal gradient
// (ISTA), projected gradient or mirror descent, and Nesterov is their accelerated
// form (FISTA). BlockCoordinateDescent, NonlinearLeastSquares and QuadraticProgram
// are for problems with a structure of their own. Projections are in package
// project, proximal operators in prox.
//
// Functions must reach what has a derivative, or is mapped by fx.Vmap, through
// their arguments; what they capture counts as constant.
package implicit
