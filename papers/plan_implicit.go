package papers

import "github.com/fluxion-go/fluxion/study"

// implicit are the planned papers of the family "Implicit and bilevel".
func implicit() []*study.Paper {
	return []*study.Paper{
		{
			Number: 11, Slug: "ift-hypergradient", Year: 2019, ArXiv: "1911.02590",
			Title:   "Optimizing Millions of Hyperparameters by Implicit Differentiation",
			Authors: []string{"Jonathan Lorraine", "Paul Vicol", "David Duvenaud"},
			Summary: "Hyperparameters can be trained by gradient descent on the validation loss if one knows how the " +
				"trained weights respond to them. The implicit function theorem gives this response in terms of an " +
				"inverse Hessian, which the paper approximates by a few terms of a Neumann series at constant memory. " +
				"It thus tunes millions of hyperparameters at once, for instance one weight decay per weight, whole " +
				"distilled training sets, or an augmentation network.",
		},
		{
			Number: 14, Slug: "metagradient", Year: 2025, ArXiv: "2503.13751",
			Title: "Optimizing ML Training with Metagradient Descent",
			Authors: []string{"Logan Engstrom", "Andrew Ilyas", "Benjamin Chen", "Axel Feldmann", "William Moses",
				"Aleksander Madry"},
			Summary: "Choices made before training, such as the selection of data or the learning-rate schedule, influence " +
				"the final model in a way that can be differentiated. This paper computes that metagradient exactly " +
				"through thousands of steps, with memory logarithmic in their number, and shows how to set up " +
				"training so that the result depends smoothly on the choices. Descent on it selects data better than " +
				"earlier methods, finds strong data poisoning attacks and competitive schedules.",
		},
		{
			Number: 58, Slug: "landscape-learning", Year: 2022, ArXiv: "2206.09027",
			Title:   "Landscape Learning for Neural Network Inversion",
			Authors: []string{"Ruoshi Liu", "Chengzhi Mao", "Purva Tendulkar", "Hao Wang", "Carl Vondrick"},
			Summary: "Inverting a network by gradient descent on its input is slow, because the loss as a function of the " +
				"input is rugged. The authors learn another input space, mapped into the original one by a second " +
				"network, in which plain descent follows short paths of low loss. Training records descent " +
				"trajectories and lowers the loss along them, and speeds up inversion of generative models, " +
				"adversarial defence and pose estimation.",
		},
		{
			Number: 69, Slug: "nested-optimization", Year: 2024, ArXiv: "2407.01526",
			Title:   "Scalable Nested Optimization for Deep Learning",
			Authors: []string{"Jonathan Lorraine"},
			Summary: "In hyperparameter tuning, adversarial training and games, some parameters are optimal only relative " +
				"to others that change too. Descent that ignores this response can stall or circle for ever. This " +
				"thesis collects scalable remedies: hypernetworks that learn the response, implicit differentiation, " +
				"momentum with complex coefficients against rotation, and a search for distinct solutions that starts " +
				"where the dynamics bifurcate.",
		},
		{
			Number: 84, Slug: "lv-hba", Year: 2024, ArXiv: "2401.16164",
			Title:   "Constrained Bi-Level Optimization: Proximal Lagrangian Value function Approach and Hessian-free Algorithm",
			Authors: []string{"Wei Yao", "Chengming Yu", "Shangzhi Zeng", "Jin Zhang"},
			Summary: "The inner problem of a bilevel program may have constraints that depend on the outer variables too, " +
				"as in tuning a support vector machine. The usual gradients then need second derivatives and a guess " +
				"of the active constraints. This paper expresses the inner problem as a single smooth inequality, " +
				"derived from a proximal Lagrangian, and solves the result in a single loop with first derivatives " +
				"only, even if the inner solution is not unique.",
		},
	}
}
