package papers

import "github.com/fluxion-go/fluxion/study"

// learningDynamics are the planned papers of the family "Learning dynamics".
func learningDynamics() []*study.Paper {
	return []*study.Paper{
		{
			Number: 2, Slug: "tangent-alignment", Year: 2021, ArXiv: "2110.11749",
			Title:   "Feature Learning and Signal Propagation in Deep Neural Networks",
			Authors: []string{"Yizhang Lou", "Chris Mingard", "Yoonsoo Nam", "Soufiane Hayou"},
			Summary: "Some layers of a network adapt to the labels far more than others: plotted against depth, the " +
				"alignment of their tangent features with the labels rises and then falls. The authors explain the " +
				"peak by two losses of information at initialisation, since inputs become alike on the way up and " +
				"gradients become unrelated on the way down. Learning is strongest where the two balance, a layer " +
				"that for critically initialised ReLU networks of depth L grows like L^(3/5).",
		},
		{
			Number: 19, Slug: "circuit-curriculum", Year: 2025, ArXiv: "2501.02362",
			Title:   "Easing Optimization Paths: a Circuit Perspective",
			Authors: []string{"Ambroise Odonnat", "Wassim Bouaziz", "Vivien Cabannes"},
			Summary: "On structured tasks the same small network may learn perfectly from one seed and stay at chance from " +
				"another. The paper looks at training as a competition of circuits, useful ones being reinforced and " +
				"spurious ones pruned, in a one-layer transformer that adds numbers modulo p and is small enough to " +
				"be drawn. It argues that learning is easy once the circuits a task is made of exist, and illustrates " +
				"this with a curriculum of increasing moduli.",
		},
		{
			Number: 24, Slug: "lojasiewicz", Year: 2022, ArXiv: "2202.10670",
			Title:   "From Optimization Dynamics to Generalization Bounds via Łojasiewicz Gradient Inequality",
			Authors: []string{"Fusheng Liu", "Haizhao Yang", "Soufiane Hayou", "Qianxiao Li"},
			Summary: "If the gradient along a training path is bounded below by a power of the remaining loss, the path " +
				"converges at a known rate and has a bounded length. A short path means that only a small ball around " +
				"the initial weights was ever explored, and the complexity of this ball bounds the generalisation " +
				"error. The constants can be estimated from the loss and the gradient norm recorded during a run, and " +
				"the resulting bound reacts to sample size and to wrong labels.",
		},
		{
			Number: 25, Slug: "gradient-starvation", Year: 2020, ArXiv: "2011.09468",
			Title: "Gradient Starvation: A Learning Proclivity in Neural Networks",
			Authors: []string{"Mohammad Pezeshki", "Sékou-Oumar Kaba", "Yoshua Bengio", "Aaron Courville", "Doina Precup",
				"Guillaume Lajoie"},
			Summary: "As soon as one feature classifies an example with confidence, cross-entropy sends hardly any " +
				"gradient, and other informative features are never learned. The paper proves in the linearised " +
				"regime how a strong feature starves the ones coupled to it. Its remedy, spectral decoupling, " +
				"replaces weight decay by a penalty on the logits; weaker features are then kept, which helps when " +
				"the strongest one is a shortcut.",
		},
		{
			Number: 43, Slug: "kernel-gan-gda", Year: 2023, ArXiv: "2305.08277",
			Title:   "Local Convergence of Gradient Descent-Ascent for Training Generative Adversarial Networks",
			Authors: []string{"Evan Becker", "Parthe Pandit", "Sundeep Rangan", "Alyson K. Fletcher"},
			Summary: "Adversarial training may converge, oscillate or diverge, and one rarely knows beforehand which. With " +
				"a kernel discriminator, and generated samples that move freely, the game close to a solution is " +
				"linear and falls apart into small systems, one for each isolated real point. From their eigenvalues " +
				"follows the convergence rate as a function of both learning rates, regularisation and kernel width, " +
				"with sharp boundaries between the regimes.",
		},
		{
			Number: 53, Slug: "bures-wasserstein", Year: 2023, ArXiv: "2303.03027",
			Title:   "Critical Points and Convergence Analysis of Generative Deep Linear Networks Trained with Bures-Wasserstein Loss",
			Authors: []string{"Pierre Bréchet", "Katerina Papagiannouli", "Jing An", "Guido Montúfar"},
			Summary: "A deep linear generator fed with Gaussian noise produces a Gaussian, so matching a target in " +
				"Wasserstein distance becomes a problem about covariance matrices. The paper characterises all " +
				"critical points of this loss for generators of bounded rank, tells which of them is the best, and " +
				"proves that both gradient flow and gradient descent with finite steps converge. The result is an " +
				"exactly solvable model of generative training; a smoothed loss avoids the singular gradient at low " +
				"rank.",
		},
		{
			Number: 55, Slug: "symmetric-single-index", Year: 2023, ArXiv: "2310.02117",
			Title:   "Symmetric Single Index Learning",
			Authors: []string{"Aaron Zweig", "Joan Bruna"},
			Summary: "Single-index models, whose label depends on one unknown direction of the input, are a standard test " +
				"of what gradient methods can learn. This paper asks the same question for inputs that are sets, with " +
				"labels that depend on one direction in the space of power sums. For a suitable input distribution, " +
				"gradient flow on a DeepSets network finds the hidden direction, in a time governed by an adapted " +
				"information exponent.",
		},
		{
			Number: 59, Slug: "grokking", Year: 2025, ArXiv: "2509.21519",
			Title:   "Provable Scaling Laws of Feature Emergence from Learning Dynamics of Grokking",
			Authors: []string{"Yuandong Tian"},
			Summary: "In grokking, a network first memorises its training set and generalises only long afterwards. For " +
				"two-layer networks on group arithmetic the paper divides this history into three stages: the top " +
				"layer fits random features, then each hidden unit on its own climbs an explicit energy whose maxima " +
				"are the useful features, and finally the units interact so that missing features are found. The " +
				"theory predicts how much data suffices and what weight decay and spectral optimizers contribute.",
		},
		{
			Number: 72, Slug: "relu-knots", Year: 2021, ArXiv: "2111.02278",
			Title:   "Mean-field Analysis of Piecewise Linear Solutions for Wide ReLU Networks",
			Authors: []string{"Alexander Shevchenko", "Vyacheslav Kungurtsev", "Marco Mondelli"},
			Summary: "To which function does training lead a very wide ReLU network that sees a few points on a line? In " +
				"the mean-field limit, with weight decay and noisy gradient steps, the weights settle into a Gibbs " +
				"distribution, and as the noise vanishes the function becomes piecewise linear. Between two " +
				"neighbouring training inputs it has at most three kinks, which need not lie at the inputs, an exact " +
				"description of a bias towards simple functions.",
		},
		{
			Number: 82, Slug: "matrix-sensing", Year: 2023, ArXiv: "2301.11500",
			Title:   "Understanding Incremental Learning of Gradient Descent: A Fine-grained Analysis of Matrix Sensing",
			Authors: []string{"Jikai Jin", "Zhiyuan Li", "Kaifeng Lyu", "Simon S. Du", "Jason D. Lee"},
			Summary: "Gradient descent from a tiny start seems to learn simple things first. For matrix sensing, the " +
				"recovery of a low-rank matrix from linear measurements, this paper makes the statement exact: the " +
				"iterates pass close to the best solution of rank one, then of rank two, and so on, until they reach " +
				"the truth. The proof follows the whole trajectory and also covers factors with fewer columns than " +
				"the true rank.",
		},
		{
			Number: 105, Slug: "tubal-factorization", Year: 2024, ArXiv: "2410.16247",
			Title:   "Implicit Regularization for Tubal Tensor Factorizations via Gradient Descent",
			Authors: []string{"Santhosh Karnik", "Anna Veselovska", "Mark Iwen", "Felix Krahmer"},
			Summary: "Gradient descent on over-parametrised matrix factorisations is known to prefer low rank. The authors " +
				"extend this to third-order tensors under the t-product, a multiplication by slices in the Fourier " +
				"domain with its own notion of rank. From a small random start, gradient descent with ordinary steps " +
				"first behaves like a power iteration that finds the right subspace and then converges to the tensor " +
				"of low tubal rank, with no penalty and no rank to guess.",
		},
		{
			Number: 116, Slug: "early-alignment", Year: 2023, ArXiv: "2307.12851",
			Title:   "Early Neuron Alignment in Two-layer ReLU Networks with Small Initialization",
			Authors: []string{"Hancheng Min", "Enrique Mallada", "René Vidal"},
			Summary: "Trained from very small weights, a wide ReLU network behaves almost like a few neurons. For data " +
				"whose classes are separated by their correlations, the paper describes why: at first the neurons " +
				"only rotate, until each responds to one class or to nothing, after a time logarithmic in the number " +
				"of samples, whatever the scale of the small weights. Only then do the weights become larger, the " +
				"loss decays at the rate 1/t, and the first layer ends with a rank of nearly two.",
		},
	}
}
