package papers

import "github.com/fluxion-go/fluxion/study"

// transport are the planned papers of the family "Transport, densities and energies".
func transport() []*study.Paper {
	return []*study.Paper{
		{
			Number: 7, Slug: "vae-mixture-manifold", Year: 2023, ArXiv: "2303.15244",
			Title:   "Manifold Learning by Mixture Models of VAEs for Inverse Problems",
			Authors: []string{"Giovanni S. Alberti", "Johannes Hertrich", "Matteo Santacesaria", "Silvia Sciutto"},
			Summary: "One generative model with one latent space cannot represent a sphere or a data set of several pieces " +
				"without tearing it. The authors train a mixture of small variational autoencoders whose decoders are " +
				"built from invertible networks; each of them serves as one chart of the manifold. To solve an " +
				"inverse problem, Riemannian gradient descent then runs on the charts, and its iterates pass from one " +
				"to the next.",
		},
		{
			Number: 16, Slug: "convex-gradient-network", Year: 2021, ArXiv: "2111.12187",
			Title:   "Input Convex Gradient Networks",
			Authors: []string{"Jack Richter-Powell", "Jonathan Lorraine", "Brandon Amos"},
			Summary: "Optimal transport maps for the squared distance are gradients of convex functions, and are usually " +
				"modelled by differentiating a network with non-negative weights. This paper models the gradient " +
				"field directly: it integrates J^T J, where J is the Jacobian of an unconstrained network, along the " +
				"line from the origin. With one hidden layer the result is always the gradient of a convex function; " +
				"for deeper networks the paper states the condition under which it is.",
		},
		{
			Number: 20, Slug: "cinc-flow", Year: 2021, ArXiv: "2107.01358",
			Title:   "CInC Flow: Characterizable Invertible 3x3 Convolution",
			Authors: []string{"Sandeep Nagar", "Marius Dufraisse", "Girish Varma"},
			Summary: "Normalizing flows need layers that can be inverted and whose determinant is cheap, which excludes " +
				"ordinary convolutions. If the padding is put on only two sides of the image, a 3x3 convolution " +
				"becomes a triangular map, invertible exactly when one small matrix of its kernel is. One such layer " +
				"replaces the pair of masked convolutions used before; a coupling layer that splits the channels in " +
				"four improves the model further.",
		},
		{
			Number: 50, Slug: "unbiased-dbm", Year: 2023, ArXiv: "2305.19684",
			Title:   "End-to-end Training of Deep Boltzmann Machines by Unbiased Contrastive Divergence with Local Mode Initialization",
			Authors: []string{"Shohei Taniguchi", "Masahiro Suzuki", "Yusuke Iwasawa", "Yutaka Matsuo"},
			Summary: "Short Markov chains give biased gradients for Boltzmann machines. Coupled pairs of chains remove the " +
				"bias but must run until they meet, which takes very long with Gibbs sampling in high dimension. " +
				"Metropolis-Hastings chains started near a mode of the model reject almost every proposal and " +
				"therefore usually meet after a single step, so deep Boltzmann machines can be trained end to end " +
				"without layer-wise pretraining.",
		},
		{
			Number: 60, Slug: "variational-wgf", Year: 2021, ArXiv: "2112.02424",
			Title:   "Variational Wasserstein gradient flow",
			Authors: []string{"Jiaojiao Fan", "Qinsheng Zhang", "Amirhossein Taghvaei", "Yongxin Chen"},
			Summary: "Sampling, diffusion and generative modelling can all be seen as descent of a functional in the " +
				"Wasserstein space of distributions. Earlier neural schemes needed input-convex networks and costly " +
				"log-determinants to evaluate entropies. This paper writes the functional as a maximum over test " +
				"functions, which makes every step a small min-max problem between two ordinary networks trained on " +
				"samples alone, at a cost that hardly grows with the dimension.",
		},
		{
			Number: 79, Slug: "smooth-flow", Year: 2021, ArXiv: "2110.00351",
			Title:   "Smooth Normalizing Flows",
			Authors: []string{"Jonas Köhler", "Andreas Krämer", "Frank Noé"},
			Summary: "In molecular physics a flow's log-density acts as a potential, so its derivatives are forces and " +
				"must be smooth, which popular spline flows are not. The authors build infinitely differentiable " +
				"bijections on intervals and circles from mixtures of smooth ramps. Bisection inverts them, and the " +
				"inverse function theorem provides the derivatives of the inverse; such flows can be trained on " +
				"forces and drive stable simulations.",
		},
		{
			Number: 106, Slug: "dmmd", Year: 2024, ArXiv: "2405.06780",
			Title:   "Deep MMD Gradient Flow without adversarial training",
			Authors: []string{"Alexandre Galashov", "Valentin De Bortoli", "Arthur Gretton"},
			Summary: "This generative model consists of a discriminator alone. Its features are trained to separate clean " +
				"data from noised data at every noise level, as measured by the maximum mean discrepancy, so no " +
				"generator and no adversarial game are needed. Samples arise by moving particles from noise along the " +
				"gradient flow of this discrepancy, with the features of lower and lower noise levels.",
		},
	}
}
