// Package multiobjective combines the gradients of several objectives into one
// step: aggregators of Jacobians, the products they need, and Jacobian descent.
//
// For objectives f: R^n -> R^m, J [m, n] is their Jacobian, one gradient in
// each row, and G = J J' [m, m] its Gramian. An [Aggregator] A makes one vector
// of J, and Jacobian descent steps along it, x <- x - eta A(J). Nearly all
// aggregators are weighted sums of the gradients, A(J) = J'w, whose weights
// depend on G alone: a [Weighting]. G is small, and J itself is then never
// needed, see [Descent].
//
// Three properties tell aggregators apart (Quinton and Rey, "Jacobian Descent
// for Multi-Objective Optimization", 2024, section 2.2):
//
//   - non-conflicting: J A(J) >= 0, to first order no objective gets worse;
//   - linear under scaling: A(diag(c) J) is linear in c > 0, so that every
//     gradient counts in proportion to its length;
//   - weighted: A(J) is in the span of the gradients.
//
// [UPGrad] has all three. Weights are computed on the host in float64, whatever
// the dtype of the gradients: at batch size 32 a Gramian in float32 is too
// coarse for quadratic programs.
//
// A NaN or an infinity in J, a setting that does not fit the number of
// objectives, and an iteration without a solution are returned as errors;
// arrays of the wrong shape panic, as everywhere.
package multiobjective
