package papers

import "github.com/fluxion-go/fluxion/study"

// multiobjective are the planned papers of the family "Multi-objective, constraints and domain shift".
func multiobjective() []*study.Paper {
	return []*study.Paper{
		{
			Number: 10, Slug: "sparse-training", Year: 2024, ArXiv: "2411.18615",
			Title: "Proactive Gradient Conflict Mitigation in Multi-Task Learning: A Sparse Training Perspective",
			Authors: []string{"Zhi Zhang", "Jiayi Shen", "Congfeng Cao", "Gaole Dai", "Shiji Zhou", "Qizhe Zhang",
				"Shanghang Zhang", "Ekaterina Shutova"},
			Summary: "Methods for multi-task learning usually repair conflicts between task gradients after they occur. " +
				"The authors make conflicts rarer in the first place: only the few largest incoming weights of each " +
				"neuron are trained, and the other shared weights keep their pretrained values. Counting conflicts " +
				"over training confirms the effect, accuracy improves along with it, and the mask can be combined " +
				"with any method that edits gradients.",
		},
		{
			Number: 29, Slug: "fish", Year: 2021, ArXiv: "2104.09937",
			Title: "Gradient Matching for Domain Generalization",
			Authors: []string{"Yuge Shi", "Jeffrey Seely", "Philip H. S. Torr", "N. Siddharth", "Awni Hannun", "Nicolas Usunier",
				"Gabriel Synnaeve"},
			Summary: "A model meant for unseen domains should learn what its training domains have in common. The paper " +
				"encourages updates that help all domains at once by maximising the inner products of their " +
				"gradients. Since this objective needs second derivatives, its algorithm Fish uses a first-order " +
				"shortcut: a copy of the model takes a step on each domain, one after the other, and the model then " +
				"moves part of the way towards it.",
		},
		{
			Number: 41, Slug: "smooth-manifold", Year: 2022, ArXiv: "2210.00301",
			Title:   "Learning Globally Smooth Functions on Manifolds",
			Authors: []string{"Juan Cerviño", "Luiz F. O. Chamon", "Benjamin D. Haeffele", "René Vidal", "Alejandro Ribeiro"},
			Summary: "Laplacian regularisation penalises the average slope of a function over the data, which leaves room " +
				"for a few steep places. This paper minimises the largest slope along the data manifold instead, " +
				"subject to a good fit. Duality turns the problem into Laplacian regularisation with learned weights " +
				"on the points, solved by a short primal-dual loop that also estimates the Lipschitz constant.",
		},
		{
			Number: 47, Slug: "pcgrad", Year: 2020, ArXiv: "2001.06782",
			Title:   "Gradient Surgery for Multi-Task Learning",
			Authors: []string{"Tianhe Yu", "Saurabh Kumar", "Abhishek Gupta", "Sergey Levine", "Karol Hausman", "Chelsea Finn"},
			Summary: "Training on the sum of several losses suffers when their gradients point against one another, differ " +
				"in size and meet strong curvature. PCGrad removes from each task's gradient the part that opposes " +
				"another task's gradient before they are added. The rule has no parameters, works with any optimizer " +
				"and architecture, and improves supervised and reinforcement learning on many tasks.",
		},
		{
			Number: 110, Slug: "config", Year: 2024, ArXiv: "2408.11104",
			Title:   "ConFIG: Towards Conflict-free Training of Physics Informed Neural Networks",
			Authors: []string{"Qiang Liu", "Mengyu Chu", "Nils Thuerey"},
			Summary: "Physics-informed networks minimise residual, boundary and initial losses whose gradients differ in " +
				"size and often oppose each other. ConFIG steps along the one direction that forms the same acute " +
				"angle with all of them, found with a pseudoinverse, and takes longer steps the better the gradients " +
				"agree. A variant with momentum differentiates only one loss per step, so that it costs no more than " +
				"ordinary training.",
		},
	}
}
