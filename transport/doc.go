// Package transport computes optimal transport: how one distribution is carried
// to another at the least cost, and what that costs.
//
// Exact distances are for two sets of equally many points ([Wasserstein]), or
// for two normal distributions ([BuresWasserstein]). For weighted sets and any
// cost there is the problem with an entropy, [Entropic], which [Sinkhorn] and,
// where the entropy is weak, [SinkhornNewton] solve. Its value and its plan have
// derivatives ([Value], [Plan]), to any order and whatever the solver.
package transport
