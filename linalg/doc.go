// Package linalg solves linear systems, eigenproblems, and small quadratic and
// assignment problems.
//
// An operator is a Go function, func(T) T, that is linear in a tree of arrays:
// one array, a model's parameters, anything that fx calls a tree. No method
// forms its matrix. Inside, a tree's float arrays are laid end to end as one
// vector (Ravel), so that a method reads like its published algorithm; arrays
// of other types are not part of the vector and come back unchanged.
//
// Iterative methods are built of fx.While and fx.Scan. They run inside fx.Jit
// and fx.Vmap, in float32 and float64, and return beside the solution a Report
// that says how far they got and why they stopped. Derivatives of a solution
// come from Solve, which solves the adjoint system instead of differentiating
// the iterations.
//
// Methods whose documentation says "on the host" look at values: they work on
// computed arrays, outside fx.Jit and fx.Vmap, and have no derivative.
//
// Dense factorisations (Cholesky, LU, QR, eigenvalues, singular values) are
// fx's own.
package linalg
