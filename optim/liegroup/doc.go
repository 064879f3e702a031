// Package liegroup fits preconditioners P = Q'Q to pairs of a random vector v and
// what a symmetric matrix H makes of it, h = Hv, while such pairs come in (Li 2015,
// arXiv:1512.04202; Pooladzandi and Li 2024, arXiv:2402.04553). It is what
// optim.PSGD learns its steps with, and of use on its own: as the preconditioner of
// conjugate gradients or of Langevin dynamics.
//
// P minimises the criterion
//
//	c(P) = E[ h'Ph + v'P^-1 v ],   v ~ N(0, I),
//
// whose minimum is P = E[hh']^(-1/2): without noise |H|^-1, the inverse with the
// absolute values of H's eigenvalues, so that an indefinite H is no obstacle. With
// gradients in the place of h, P whitens them (Preconditioner.Whiten).
//
// Q stays in a Lie group of matrices, the [Family]. Each pair multiplies it by a
// matrix near I,
//
//	Q <- (I - mu (aa' - bb')) Q,   a = Qh,   b = Q^-T v,
//
// with the gradient aa' - bb' projected onto the group's algebra and mu = step /
// (its size). So Q stays invertible without damping, the step is a number without
// units, and reparametrising by a matrix A with A^-T in the group changes nothing:
//
//   - [Triangular]: upper triangular Q, n^2 numbers; the paper's dense or Newton type
//   - [General]: any Q, whose inverse is kept beside it
//   - [XMat]: a diagonal and an anti-diagonal, 2n numbers
//   - [LowRank]: (I + UV')D with a diagonal D, n (2 rank + 1) numbers; LRA or UVd
//   - [Kronecker]: Qr (x) Ql for each matrix of the parameters; affine
//
// The first four treat all leaves together as one vector, Kronecker each leaf.
//
//	p := liegroup.New(liegroup.Triangular{}, []*fx.Array{x}, random.New(0))
//	p = p.Update([]*fx.Array{v}, []*fx.Array{h}, fx.Scalar(0.1))
//	d := p.Apply([]*fx.Array{g})
//
// Everything is a function of arrays and a [Preconditioner] is a tree, so that
// fx.Jit, fx.Scan and fx.Vmap take it. There is no epsilon anywhere: where a
// normaliser is 0, so is the step.
//
// Mistakes of the calling program panic with an *fx.Error.
package liegroup
