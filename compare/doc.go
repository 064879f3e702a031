// Package compare runs optimizers on the same problem, side by side and fairly.
//
//	result, err := compare.Do(ctx, compare.Comparison{
//		Task:    compare.MLP(),
//		Methods: []compare.Method{compare.MustMethod("adam"), mine},
//	})
//
// A [Method] is a name and a function of the learning rate; a [Task] is a
// problem: parameters from a key, the loss of a minibatch, metrics. Both are
// found by name ([FindMethod], [FindTask]) or made by the user: [FromRule],
// [FromOptimizer], [FromStream] and [FromCurvature] make methods, [Define] and
// [DefineModel] a task's problem.
//
// # What is fair
//
// Every method gets the same number of learning rates to choose from, spaced
// alike around its usual one, unless they are given. The choice is made on seeds
// that are never ranked. The ranked seeds then start from the same parameters
// and see the same minibatches for every method.
//
// The budget is in evaluations of the gradient, one for each call of the loss.
// A method that needs several for a step makes fewer steps. What happens inside
// loops is the method's to count: Info.Values["evaluations"], as L-BFGS has it,
// stands in for the calls that are seen.
//
// Seeds run in parallel. Times are those of the compiled steps alone, without
// data, evaluation and compilation, and are only comparable where nothing else
// runs; one thread measures most evenly. All but times is the same, bit for bit,
// for the same seeds, on any number of threads.
//
// # What goes wrong
//
// The loss and every parameter are looked at after every step. A run in which
// one is not finite, or in which the loss exceeds Comparison.Limit times the
// larger of 1 and its first value, ends there, as a [Divergence] that says at
// which step, in which parameter, and what the last good values were. It counts
// as the worst possible result and is listed; nothing averages over it.
package compare
