// Package gradient estimates gradients without a reverse pass.
//
// Forward mode gives, with the value of a function f: R^d -> R at p, its exact
// slope c = <∇f, v> along a direction v. For a random v of mean 0 and identity
// covariance, c v is an estimate of ∇f without bias, because E[v v'] = I: the
// forward gradient (Baydin, Pearlmutter, Syme, Wood and Torr, "Gradients without
// Backpropagation", 2022). No layer's values are kept for later.
//
//	e := gradient.Forward[nn.MLP]{Directions: gradient.Directions{Count: 4}}
//	estimate := e.Estimate(key, loss, net) // Value, Grad, Slopes
//
// [Difference] is the same with finite differences in place of the exact slope:
// it needs values of f alone, and pays with a bias. [Measure] compares an
// estimator with the true gradient. [Estimated] gives the estimate to any
// optimizer, and [Surrogate] to whatever takes gradients of a loss.
//
// # Variance
//
// The price is variance: from one direction little can be known about d
// numbers. Let κ be the fourth moment of a component of v. Then E|c v|² =
// (d-1+κ) |∇f|², so the mean square error of an estimate from K independent
// directions is, relative to |∇f|²,
//
//	Normal      κ = 3    (d+1) / K
//	Uniform     κ = 9/5  (d-1/5) / K
//	Rademacher  κ = 1    (d-1) / K, the least of all laws with independent components
//	Orthogonal           d/K - 1, which is 0 at K = d
//
// ([Directions.Variance]). Gradient descent therefore has to make smaller steps:
// on f = |p|²/2 with one Normal direction, E|p|² changes by the factor
// 1 - 2η + η²(d+2) in a step, which is least at η = 1/(d+2) and grows from
// η = 2/(d+2). With steps far smaller than that the noise averages out, and a
// step decreases the loss as one of gradient descent does.
//
// # Random numbers
//
// An estimate is a function of its key. Take a new key for every step, one that
// has nothing to do with the choice of the minibatch. Directions are drawn for
// the function as a whole; for a direction for each example, use fx.Vmap over
// examples and keys.
//
// # Numbers that are not finite
//
// A slope that is NaN or infinite makes the whole estimate so. Estimate.Slopes
// shows it; optim.SkipNonFinite leaves such steps out.
package gradient
