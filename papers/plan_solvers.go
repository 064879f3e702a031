package papers

import "github.com/fluxion-go/fluxion/study"

// solvers are the planned papers of the family "Solvers, manifolds and saddle points".
func solvers() []*study.Paper {
	return []*study.Paper{
		{
			Number: 8, Slug: "drcgd", Year: 2023, ArXiv: "2308.10547",
			Title:   "Decentralized Riemannian Conjugate Gradient Method on the Stiefel Manifold",
			Authors: []string{"Jun Chen", "Haishan Ye", "Mengmeng Wang", "Tianxin Huang", "Guang Dai", "Ivor W. Tsang", "Yong Liu"},
			Summary: "Agents on a network want to minimise the sum of their private functions over matrices with " +
				"orthonormal columns, as in distributed principal component analysis. This is the first conjugate " +
				"gradient method for the setting: neighbours average points and search directions, and simple " +
				"projections replace retractions and vector transport. The authors prove global convergence and find " +
				"it faster than decentralised gradient descent in experiments.",
		},
		{
			Number: 17, Slug: "alpd", Year: 2022, ArXiv: "2209.04604",
			Title:   "Accelerated Primal-Dual Methods for Convex-Strongly-Concave Saddle Point Problems",
			Authors: []string{"Mohammad Khalafi", "Digvijay Boob"},
			Summary: "Primal-dual methods for saddle point problems are fast if a proximal step can be taken on the primal " +
				"function; if only its gradient is available, linearising it slows convergence down. ALPD evaluates " +
				"this gradient at Nesterov's extrapolated points and so recovers the optimal rate within a single " +
				"loop. For couplings that are nonlinear in the primal variable, an inexact variant with an inner loop " +
				"saves gradients of the coupling.",
		},
		{
			Number: 28, Slug: "nn-gradient-estimate", Year: 2020, ArXiv: "2006.15043",
			Title:   "Nearest Neighbour Based Estimates of Gradients: Sharp Nonasymptotic Bounds and Applications",
			Authors: []string{"Guillaume Ausset", "Stephan Clémençon", "François Portier"},
			Summary: "How does one estimate the gradient of an unknown function from noisy values at random points? The " +
				"authors fit a linear model with an L1 penalty to the nearest neighbours of a point and bound the " +
				"error for finite samples, showing that it works in high dimension if the gradient is locally sparse. " +
				"They use the estimate to guide random forests, to optimise without derivatives, and to measure " +
				"disentanglement.",
		},
		{
			Number: 30, Slug: "deep-conjugate-direction", Year: 2022, ArXiv: "2205.10763",
			Title: "A Deep Conjugate Direction Method for Iteratively Solving Linear Systems",
			Authors: []string{"Ayano Kaneda", "Osman Akar", "Jingyu Chen", "Victoria Alicia Trevino Kala", "David Hyde",
				"Joseph Teran"},
			Summary: "Conjugate gradients search along directions derived from the residual. Here a small convolutional " +
				"network proposes the direction, while the outer iteration keeps the exact line search and the " +
				"orthogonalisation against earlier directions, so it still converges to any tolerance. Trained " +
				"without labels on a discrete Poisson equation, it carries over to other obstacles and resolutions " +
				"and takes far fewer iterations.",
		},
		{
			Number: 115, Slug: "learned-preconditioner", Year: 2023, ArXiv: "2305.16432",
			Title:   "Learning Preconditioner for Conjugate Gradient PDE Solvers",
			Authors: []string{"Yichen Li", "Peter Yichen Chen", "Tao Du", "Wojciech Matusik"},
			Summary: "Good preconditioners speed up conjugate gradients but can be slow to build. A graph neural network " +
				"reads the sparse matrix of a discretised equation as a graph and writes a triangular factor with the " +
				"same sparsity, so that the preconditioner is positive definite by construction and cheap to make. " +
				"Training weighs errors by how they act on solutions from the problem's own distribution, which saves " +
				"more iterations than matching the matrix itself.",
		},
	}
}
