package papers

import "github.com/fluxion-go/fluxion/study"

// models are the planned papers of the family "Models, merging and explanation".
func models() []*study.Paper {
	return []*study.Paper{
		{
			Number: 4, Slug: "pacs", Year: 2025, ArXiv: "2509.02522",
			Title:   "Implicit Actor Critic Coupling via a Supervised Learning Framework for RLVR",
			Authors: []string{"Jiaming Li", "Longze Chen", "Ze Gong", "Yukun Chen", "Lu Wang", "Wanwei He", "Run Luo", "Min Yang"},
			Summary: "Language models are trained on reasoning tasks by sampling answers that a checker marks as right or " +
				"wrong. Instead of building a policy gradient from the marks, PACS treats them as labels of a " +
				"classification problem whose score measures how much more likely the policy has made an answer, " +
				"relative to other answers of the same group. Minimising cross-entropy recovers a policy gradient at " +
				"the start and weighs each answer by its prediction error, so one network acts as actor and critic.",
		},
		{
			Number: 21, Slug: "neural-turing-machine", Year: 2014, ArXiv: "1410.5401",
			Title:   "Neural Turing Machines",
			Authors: []string{"Alex Graves", "Greg Wayne", "Ivo Danihelka"},
			Summary: "A neural Turing machine joins a network to an external memory that it reads and writes by soft " +
				"attention, addressing cells by content or by stepping from one location to the next. Every operation " +
				"is differentiable, so the machine learns simple algorithms from examples by gradient descent. On " +
				"copying, recall and sorting it learns faster than an LSTM and keeps working on sequences longer than " +
				"those it was trained on.",
		},
		{
			Number: 64, Slug: "git-rebasin", Year: 2022, ArXiv: "2209.04836",
			Title:   "Git Re-Basin: Merging Models modulo Permutation Symmetries",
			Authors: []string{"Samuel K. Ainsworth", "Jonathan Hayase", "Siddhartha Srinivasa"},
			Summary: "The hidden units of a network can be reordered without changing its function, so two trained " +
				"networks may differ more in the order of their units than in what they learned. Three algorithms " +
				"find an order of one network that fits the other: by matching activations, by matching weights, or " +
				"by lowering the loss of the merged model. After that, sufficiently wide networks can be interpolated " +
				"with little or no rise of the loss, which suggests that training ends in one basin up to symmetry.",
		},
		{
			Number: 66, Slug: "mats", Year: 2023, ArXiv: "2312.04339",
			Title:   "Merging by Matching Models in Task Subspaces",
			Authors: []string{"Derek Tam", "Mohit Bansal", "Colin Raffel"},
			Summary: "Several models fine-tuned from the same start are to be merged into one without training on all " +
				"tasks. Averaging, Fisher merging and regression-based merging can all be written as one linear " +
				"system that matches the models in the directions that matter to each. Solving it with conjugate " +
				"gradients rather than in closed form permits richer matrices and a good starting point, and gave the " +
				"best merged models among the methods compared.",
		},
		{
			Number: 68, Slug: "smoothgrad", Year: 2017, ArXiv: "1706.03825",
			Title:   "SmoothGrad: removing noise by adding noise",
			Authors: []string{"Daniel Smilkov", "Nikhil Thorat", "Been Kim", "Fernanda Viégas", "Martin Wattenberg"},
			Summary: "How the score of a class changes with each pixel should show what an image classifier looks at, but " +
				"it usually looks like noise. SmoothGrad averages these gradients over noisy copies of the image, " +
				"which equals the gradient of a smoothed score. The maps become visibly cleaner, the trick combines " +
				"with other gradient-based explanations, and the paper adds practical advice on drawing them.",
		},
		{
			Number: 118, Slug: "feature-shift", Year: 2021, ArXiv: "2107.06929",
			Title:   "Feature Shift Detection: Localizing Which Features Have Shifted via Conditional Distribution Tests",
			Authors: []string{"Sean Kulinski", "Saurabh Bagchi", "David I. Inouye"},
			Summary: "When a sensor fails or is tampered with, one wants to know not only that the data changed but which " +
				"feature is responsible. Tests on single features miss an attacker who keeps their distributions " +
				"intact, so this paper tests the distribution of each feature given all others. Differentiating a " +
				"model of the joint log-density in its input gives the conditional scores of all features at once, " +
				"which makes the whole test about as cheap as a single evaluation.",
		},
	}
}
