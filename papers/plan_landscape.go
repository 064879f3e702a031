package papers

import "github.com/fluxion-go/fluxion/study"

// landscape are the planned papers of the family "Landscape and diagnostics".
func landscape() []*study.Paper {
	return []*study.Paper{
		{
			Number: 12, Slug: "tiny-subspace", Year: 2018, ArXiv: "1812.04754",
			Title:   "Gradient Descent Happens in a Tiny Subspace",
			Authors: []string{"Guy Gur-Ari", "Daniel A. Roberts", "Ethan Dyer"},
			Summary: "In classification with k classes, the gradient soon points almost entirely along the k directions of " +
				"largest curvature. The paper measures this across architectures and data sets, shows that the " +
				"subspace then moves only slowly for the rest of training, and reproduces the effect in a solvable " +
				"model. If learning really is this low-dimensional, optimizers can concentrate their effort there.",
		},
		{
			Number: 36, Slug: "gradient-coherence", Year: 2022, ArXiv: "2203.10036",
			Title:   "On the Generalization Mystery in Deep Learning",
			Authors: []string{"Satrajit Chatterjee", "Piotr Zielinski"},
			Summary: "Networks can memorise random labels, so why do they generalise on real ones? The proposed answer is " +
				"that the gradient is a sum over examples: directions on which many of them agree are amplified, and " +
				"those that serve single examples stay weak. The authors bound the generalisation gap by a measure of " +
				"this agreement, show that it tells real data from random data, and suppress memorisation by " +
				"replacing the mean of the gradients with a robust average.",
		},
		{
			Number: 42, Slug: "gfs-sharpness", Year: 2023, ArXiv: "2305.13064",
			Title:   "Gradient Descent Monotonically Decreases the Sharpness of Gradient Flow Solutions in Scalar Networks and Beyond",
			Authors: []string{"Itai Kreisler", "Mor Shpigel Nacson", "Daniel Soudry", "Yair Carmon"},
			Summary: "With large step sizes both loss and sharpness oscillate, so neither shows whether gradient descent " +
				"makes progress. The authors propose another quantity: start gradient flow at the current weights, " +
				"let it converge, and take the sharpness of where it ends. For scalar networks they prove that it " +
				"falls at every step until it lies just below two over the step size, after which the loss converges; " +
				"experiments suggest that the same holds for ordinary networks.",
		},
		{
			Number: 65, Slug: "non-differentiable", Year: 2024, ArXiv: "2401.08426",
			Title:   "GD doesn't make the cut: Three ways that non-differentiability affects neural network training",
			Authors: []string{"Siddharth Krishna Kumar"},
			Summary: "ReLU networks and L1 penalties are differentiable only almost everywhere, yet training methods are " +
				"analysed as if they were smooth. The paper names three consequences: constant steps do not converge " +
				"and the rates are slower, a larger L1 penalty trained this way can increase the L1 norm without " +
				"producing zeros, and the edge-of-stability picture fails even for some simple convex functions. " +
				"Together they argue for proximal methods wherever kinks matter.",
		},
		{
			Number: 74, Slug: "landscape-sensitivity", Year: 2024, ArXiv: "2403.01128",
			Title:   "Sensitivity Analysis On Loss Landscape",
			Authors: []string{"Salman Faroz"},
			Summary: "A tiny network trained on tabular data can be read through the derivatives of its loss with respect " +
				"to the weights. First, second and third derivatives serve as measures of which inputs matter, how " +
				"inputs relate to one another, and how symmetric the response is. The second derivatives are reported " +
				"to resemble the matrix of Spearman rank correlations, and repeated training offers several views of " +
				"the same data.",
		},
		{
			Number: 78, Slug: "opposing-signals", Year: 2023, ArXiv: "2311.04163",
			Title:   "Outliers with Opposing Signals Have an Outsized Effect on Neural Network Optimization",
			Authors: []string{"Elan Rosenfeld", "Andrej Risteski"},
			Summary: "Some small groups of training examples share a strong feature but pull the network in opposite " +
				"directions, such as images of blue sky that show a bird or a plane. While the two pulls balance, the " +
				"network walks along a narrow valley; as it becomes more sensitive to the feature the balance breaks, " +
				"and the loss of the groups oscillates and spikes. The authors find such groups automatically and use " +
				"them to explain progressive sharpening, the edge of stability, and why Adam differs from SGD.",
		},
		{
			Number: 86, Slug: "dropout-sme", Year: 2023, ArXiv: "2305.15850",
			Title:   "Stochastic Modified Equations and Dynamics of Dropout Algorithm",
			Authors: []string{"Zhongwang Zhang", "Yuqing Li", "Tao Luo", "Zhi-Qin John Xu"},
			Summary: "Dropout turns gradient descent into a random process even when all data are used in each step. The " +
				"paper approximates this process by stochastic differential equations of first and second weak order, " +
				"and writes down the loss and the noise that dropout effectively has. Measurements show that the " +
				"noise is stronger in sharper directions, which explains the drift of dropout to flat minima.",
		},
		{
			Number: 87, Slug: "outlier-alignment", Year: 2023, ArXiv: "2310.03010",
			Title:   "High-dimensional SGD aligns with emerging outlier eigenspaces",
			Authors: []string{"Gérard Ben Arous", "Reza Gheissari", "Jiaoyang Huang", "Aukosh Jagannath"},
			Summary: "Experiments had long suggested that SGD travels along the few outlying eigenvectors of the Hessian. " +
				"For two high-dimensional mixture classification problems, trained with one-layer and two-layer " +
				"networks, this paper proves it: once the number of steps is of the order of the dimension, the " +
				"weights and the outlier eigenspaces of Hessian and gradient matrices share one small subspace, layer " +
				"by layer. When training ends at a poor classifier, the outlier space of the last layer has lower " +
				"rank, which makes the rank a diagnostic.",
		},
		{
			Number: 90, Slug: "sgd-generalization", Year: 2021, ArXiv: "2104.04874",
			Title:   "SGD Implicitly Regularizes Generalization Error",
			Authors: []string{"Daniel A. Roberts"},
			Summary: "How much does one gradient step widen the gap between training and test loss? A short calculation " +
				"gives the answer as step size times gradient covariance over the number of samples, averaged over " +
				"data sets. Full-batch descent meets the same sampling error again in every step, while disjoint " +
				"small batches decorrelate successive updates and so reach, on average, a lower test loss after one " +
				"pass over the data.",
		},
		{
			Number: 100, Slug: "roughness-index", Year: 2021, ArXiv: "2103.11069",
			Title:   "Roughness Index for Loss Landscapes of Neural Network Models of Partial Differential Equations",
			Authors: []string{"Keke Wu", "Xiangru Jian", "Rui Du", "Jingrun Chen", "Xiang Zhou"},
			Summary: "Eigenvalues of the Hessian say nothing about how a loss wiggles a little further away. The roughness " +
				"index cuts the landscape along random lines, takes the total variation of every slice, and compares " +
				"spread with mean over the directions. Applied to networks that solve differential equations, it " +
				"finds the least-squares formulation of the deep Galerkin method less rough near its minimisers than " +
				"the energy formulation of the deep Ritz method.",
		},
		{
			Number: 103, Slug: "gradient-weight-alignment", Year: 2025, ArXiv: "2510.25480",
			Title:   "Gradient-Weight Alignment as a Train-Time Proxy for Generalization in Classification Tasks",
			Authors: []string{"Florian A. Hölzl", "Daniel Rueckert", "Georgios Kaissis"},
			Summary: "Early stopping usually costs a validation set. This paper looks instead at the angle between each " +
				"sample's negative gradient and the weights of the classifier: samples that are learned together with " +
				"the rest push in the direction the weights already have, memorised or mislabelled ones push against " +
				"it. The alignment comes almost for free in the forward pass, its peak over the epochs marks a good " +
				"stopping time, and per-sample values rank the training data.",
		},
		{
			Number: 111, Slug: "sgd-phase-diagram", Year: 2025, ArXiv: "2509.01349",
			Title:   "Phase diagram and eigenvalue dynamics of stochastic gradient descent in multilayer neural networks",
			Authors: []string{"Chanju Park", "Biagio Lucini", "Gert Aarts"},
			Summary: "Physicists describe disordered systems by phase diagrams, and the authors do the same for network " +
				"training. The variance of the initial weights plays the part of disorder, and the ratio of learning " +
				"rate to batch size that of temperature. Three phases appear, in which the singular values of the " +
				"weight matrices develop structure, stay frozen or drown in noise; a stochastic equation of motion " +
				"for them tells which phase a run is in.",
		},
		{
			Number: 119, Slug: "dropout-connectivity", Year: 2019, ArXiv: "1912.10095",
			Title:   "Landscape Connectivity and Dropout Stability of SGD Solutions for Over-parameterized Neural Networks",
			Authors: []string{"Alexander Shevchenko", "Marco Mondelli"},
			Summary: "Mixing the weights of two trained networks usually gives a bad network. The paper proves that wide " +
				"networks found by SGD lose little when half of their neurons are removed and the rest is rescaled, " +
				"and that this stability yields an explicit path between two such solutions, a few straight pieces " +
				"long, on which the loss remains low. The loss increase vanishes with growing width, which the " +
				"experiments confirm.",
		},
	}
}
