// Package swarm minimises functions by clouds of particles that look at values
// alone, without a gradient: consensus-based optimisation and its relatives.
//
// An [Objective] takes one point [d] to a float scalar; the methods evaluate it
// at all particles in one batch (fx.Vmap). Each method is a struct of settings,
// whose Init makes the state to begin with and whose Step makes one step:
//
//	method := swarm.NewCBO()
//	state := method.Init(key, swarm.Cloud(key, centre, 0.5, 200))
//	state, course := method.Run(objective, state, 250)
//	if err := course.Err(); err != nil { ... }
//
// Run is all steps as one Scan. Steps evaluate nothing, so that they can be
// compiled by fx.Jit, and mapped by fx.Vmap over many runs at once:
//
//	runs := fx.Jit(fx.Vmap(func(key *fx.Array) *fx.Array {
//		_, course := method.Run(objective, method.Init(key, start), 250)
//		return course.Consensus // [250, d]
//	}))(random.SplitArray(key, 50)) // [50, 250, d]
//
// For a model, a tree of arrays, there is [Optimizer], which goes wherever an
// optim.Optimizer does; or linalg.Ravel makes the vector and the way back. For
// minibatches call Step with the objective of each batch.
//
// # Consensus and gradients
//
// [ConsensusPoint] is the softmin-weighted mean of the particles. For particles
// drawn around x with deviation s it is, up to an error that vanishes with the
// number of particles and as α grows with τ = α s² fixed, the proximal point
//
//	argmin E(y) + |y - x|²/(2τ),
//
// an implicit gradient step of length τ: [ConsensusHopping] repeats just that, and
// [MinimisingMovement] makes the step itself. (K. Riedl, T. Klock, C. Geldhauser
// and M. Fornasier, "Gradient is All You Need?", arXiv:2306.09778.) The weights
// degenerate to those of one particle where α s |∇E| is above about 3; the
// consensus then moves by a few s at most.
//
// # Values that are not finite
//
// A particle whose objective is NaN or infinite has weight 0. If that is so of
// all, the consensus is NaN, and [Course.Err] says at which step.
package swarm
