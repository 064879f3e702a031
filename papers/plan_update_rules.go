package papers

import "github.com/fluxion-go/fluxion/study"

// updateRules are the planned papers of the family "Update rules".
func updateRules() []*study.Paper {
	return []*study.Paper{
		{
			Number: 75, Slug: "large-scale-optimization", Year: 2016, ArXiv: "1606.04838",
			Title:   "Optimization Methods for Large-Scale Machine Learning",
			Authors: []string{"Léon Bottou", "Frank E. Curtis", "Jorge Nocedal"},
			Summary: "A survey of the optimization methods behind machine learning, built around the stochastic gradient " +
				"method. It explains why noisy steps beat full-batch ones per data access, proves their convergence " +
				"with explicit constants, and organises what goes beyond them along two axes: reducing the noise, as " +
				"with growing batches, gradient aggregation and averaging, and using curvature, as with Newton-CG, " +
				"quasi-Newton and natural gradient methods. It is a map of the field and a source of bounds that code " +
				"can be checked against.",
		},
		{
			Number: 76, Slug: "convex-schedules", Year: 2025, ArXiv: "2501.18965",
			Title:   "The Surprising Agreement Between Convex Optimization Theory and Learning-Rate Scheduling for Large Model Training",
			Authors: []string{"Fabian Schaipp", "Alexander Hägele", "Adrien Taylor", "Umut Simsekli", "Francis Bach"},
			Summary: "A bound on the last iterate of SGD for convex, non-smooth functions depends on little more than the " +
				"learning-rate schedule. Evaluated numerically, it has the shape of loss curves from training large " +
				"language models, including the sudden drop during the final cooldown. It can therefore stand in for " +
				"experiments: the authors use it to compare schedules, to transfer the best learning rate, and to " +
				"prolong a run that has already ended, and confirm the predictions on real models.",
		},
		{
			Number: 104, Slug: "trajectory-invariance", Year: 2025, ArXiv: "2509.25049",
			Title:   "Efficient Hyperparameter Tuning via Trajectory Invariance Principle",
			Authors: []string{"Bingrui Li", "Jiaxin Wen", "Zhanpeng Zhou", "Jun Zhu", "Jianfei Chen"},
			Summary: "Learning rate and weight decay are usually tuned as two independent numbers. In pre-training runs " +
				"with AdamW the authors find that loss curves first coincide for equal learning rates and later for " +
				"equal products of learning rate and weight decay. The search therefore needs only one dimension, " +
				"across these families of identical curves, and existing scaling laws become simpler when written in " +
				"terms of the product.",
		},
	}
}
