// Package transport computes optimal transport: how one distribution is carried
// to another at the least cost, and what that costs.
//
// Exact distances are for two sets of equally many points ([Wasserstein]), or
// for two normal distributions ([BuresWasserstein]).
package transport
