package papers

import "github.com/fluxion-go/fluxion/study"

// pdes are the planned papers of the family "PDEs and physics".
func pdes() []*study.Paper {
	return []*study.Paper{
		{
			Number: 13, Slug: "hard-constraint-moe", Year: 2024, ArXiv: "2402.13412",
			Title:   "Scaling physics-informed hard constraints with mixture-of-experts",
			Authors: []string{"Nithin Chalapathi", "Yiheng Du", "Aditi S. Krishnapriyan"},
			Summary: "A network can be forced to satisfy a differential equation by a layer that solves a nonlinear " +
				"least-squares problem for the coefficients of learned basis functions. One such solve over a whole " +
				"space-time grid is slow, ill-conditioned and limited in what it can express. This paper splits the " +
				"grid among experts, each with its own small solve and coefficients over a shared basis, " +
				"differentiated implicitly and in parallel; accuracy, stability and cost all improve.",
		},
		{
			Number: 27, Slug: "neural-pde-solver", Year: 2024, ArXiv: "2410.06820",
			Title: "Learning a Neural Solver for Parametric PDE to Enhance Physics-Informed Methods",
			Authors: []string{"Lise Le Boudec", "Emmanuel de Bézenac", "Louis Serrano", "Ramon Daniel Regueiro-Espino", "Yuan Yin",
				"Patrick Gallinari"},
			Summary: "Minimising the residual of a differential equation is so badly conditioned that ordinary optimizers " +
				"may need tens of thousands of steps. The authors train a network to be the optimizer: it sees the " +
				"gradient of the physics loss together with the parameters of the equation and returns an update. " +
				"After training on a family of equations with known solutions, it solves a new member in a handful of " +
				"steps with the physics loss alone.",
		},
		{
			Number: 38, Slug: "teng", Year: 2024, ArXiv: "2404.10771",
			Title:   "TENG: Time-Evolving Natural Gradient for Solving PDEs With Deep Neural Nets Toward Machine Precision",
			Authors: []string{"Zhuo Chen", "Jacob McCarran", "Esteban Vizcaino", "Marin Soljačić", "Di Luo"},
			Summary: "A network can represent the solution of an evolution equation at one moment, but each time step must " +
				"then find the parameters of the next network, and the errors of this fit add up. TENG solves every " +
				"fit by several natural-gradient steps, which are least-squares problems in function space, down to " +
				"nearly machine precision. What remains is the error of the classical time integrator, far below that " +
				"of earlier neural solvers on heat, Allen-Cahn and Burgers equations.",
		},
		{
			Number: 40, Slug: "operator-preconditioning", Year: 2023, ArXiv: "2310.05801",
			Title:   "An operator preconditioning perspective on training in physics-informed machine learning",
			Authors: []string{"Tim De Ryck", "Florent Bonnet", "Siddhartha Mishra", "Emmanuel de Bézenac"},
			Summary: "Why are physics-informed networks hard to train even on simple linear equations? Close to " +
				"initialisation, the speed of gradient descent depends on the conditioning of the differential " +
				"operator's Hermitian square composed with an integral operator of the model. Since squaring the " +
				"operator makes this conditioning poor, for instance at high frequencies, the paper proposes to " +
				"precondition it by rescaling parameters, and shows large gains for models with Fourier features.",
		},
		{
			Number: 44, Slug: "neuralom", Year: 2025, ArXiv: "2505.21020",
			Title: "NeuralOM: Neural Ocean Model for Subseasonal-to-Seasonal Simulation",
			Authors: []string{"Yuan Gao", "Hao Wu", "Fan Xu", "Yanfei Xiang", "Ruijian Gou", "Ruiqi Shu", "Qingsong Wen",
				"Xian Wu", "Kun Wang", "Xiaomeng Huang"},
			Summary: "The ocean changes so slowly that a network which predicts the next day mostly learns to copy, and " +
				"its small errors build up over weeks. NeuralOM predicts deviations from climatology in two stages, a " +
				"base forecast and a residual correction trained on longer rollouts. Both are graph networks on a " +
				"multi-scale mesh whose messages describe how two places differ and resemble each other; at 60 days " +
				"the error is about 13% below the best previous model.",
		},
		{
			Number: 45, Slug: "fluidlab", Year: 2023, ArXiv: "2303.02346",
			Title: "FluidLab: A Differentiable Environment for Benchmarking Complex Fluid Manipulation",
			Authors: []string{"Zhou Xian", "Bo Zhu", "Zhenjia Xu", "Hsiao-Yu Tung", "Antonio Torralba", "Katerina Fragkiadaki",
				"Chuang Gan"},
			Summary: "FluidLab is a simulator of liquids, solids and gases through which one can differentiate, with " +
				"manipulation tasks such as latte art, mixing and pouring. Exact gradients alone turn out not to " +
				"solve these tasks, because contacts are not smooth and long horizons are full of poor local minima. " +
				"The authors propose optimisation schemes that make gradients useful, and compare them with " +
				"reinforcement learning and gradient-free search.",
		},
		{
			Number: 67, Slug: "lagrangian-pinn", Year: 2022, ArXiv: "2205.02902",
			Title:   "Lagrangian PINNs: A causality-conforming solution to failure modes of physics-informed neural networks",
			Authors: []string{"Rambod Mojgani", "Maciej Balajewicz", "Pedram Hassanzadeh"},
			Summary: "Physics-informed networks fail on fast transport: the residual becomes small while the predicted " +
				"solution is flat and wrong. The authors trace this to the frame of reference, since a moving profile " +
				"is hard to compress at fixed positions but simple along its characteristics. Their model learns with " +
				"one small network where material points travel and with another what state they carry, and its error " +
				"stays small at speeds where the usual formulation breaks down.",
		},
		{
			Number: 70, Slug: "multiphysics-bench", Year: 2025, ArXiv: "2505.17575",
			Title:   "Multiphysics Bench: Benchmarking and Investigating Scientific Machine Learning for Multiphysics PDEs",
			Authors: []string{"Changfan Yang", "Lichen Bai", "Yinpeng Wang", "Shufei Zhang", "Zeke Xie"},
			Summary: "Most benchmarks for learned solvers contain one physical field at a time, while engineering problems " +
				"couple several. This one offers six coupled problems, from heating by microwaves to sound in elastic " +
				"structures, with data, error metrics and four families of solvers. Applied as they are, the solvers " +
				"do poorly, and the authors work out how fields of different scale and competing loss terms should be " +
				"treated.",
		},
		{
			Number: 101, Slug: "surface-evolution", Year: 2022, ArXiv: "2201.09636",
			Title: "Neural Implicit Surface Evolution",
			Authors: []string{"Tiago Novello", "Vinicius da Silva", "Guilherme Schardong", "Luiz Schirmer", "Helio Lopes",
				"Luiz Velho"},
			Summary: "A moving surface can be stored as the zero set of one network that takes space and time as input. " +
				"The paper trains such a network with sine activations on a given shape at one or two times and on " +
				"the level set equation of the motion everywhere else, without simulated frames or meshes. It covers " +
				"transport by vector fields, smoothing and sharpening by mean curvature, and interpolation between " +
				"shapes.",
		},
		{
			Number: 107, Slug: "neural-field-process", Year: 2023, ArXiv: "2309.06660",
			Title:   "Generalizable Neural Fields as Partially Observed Neural Processes",
			Authors: []string{"Jeffrey Gu", "Kuan-Chieh Wang", "Serena Yeung"},
			Summary: "Fitting one neural field to every signal is slow and shares nothing between signals; moreover, often " +
				"only projections or rendered views of the field are observed. The paper treats the collection of " +
				"signals as a neural process seen through a known forward map: an encoder summarises the " +
				"observations, a decoder predicts the field, and the likelihood is evaluated on what the sensors see. " +
				"New signals need one forward pass, and results improve on meta-learned initialisations and " +
				"hypernetworks.",
		},
		{
			Number: 117, Slug: "bem-fem-aeroacoustics", Year: 2014, ArXiv: "1402.2439",
			Title: "Boundary Element and Finite Element Coupling for Aeroacoustics Simulations",
			Authors: []string{"Nolwenn Balin", "Fabien Casenave", "François Dubois", "Eric Duceau", "Stefan Duprey",
				"Isabelle Terrasse"},
			Summary: "Sound around an aircraft engine travels through flow that varies near the body and is uniform far " +
				"away. The near region is discretised with finite elements and the unbounded rest with boundary " +
				"elements. A Prandtl-Glauert transformation removes the uniform flow from the equation of the outer " +
				"region, which becomes the classical Helmholtz equation; existing boundary element codes apply, and " +
				"the two discretisations fit together cleanly.",
		},
	}
}
