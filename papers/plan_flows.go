package papers

import "github.com/fluxion-go/fluxion/study"

// flows are the planned papers of the family "Flows and diffusion".
func flows() []*study.Paper {
	return []*study.Paper{
		{
			Number: 5, Slug: "multisample-flow", Year: 2023, ArXiv: "2304.14772",
			Title: "Multisample Flow Matching: Straightening Flows with Minibatch Couplings",
			Authors: []string{"Aram-Alexandre Pooladian", "Heli Ben-Hamu", "Carles Domingo-Enrich", "Brandon Amos", "Yaron Lipman",
				"Ricky T. Q. Chen"},
			Summary: "Flow matching learns a velocity field from straight lines between noise and data points that are " +
				"paired at random. Random pairs produce crossing lines, and the field, which can only average them, " +
				"becomes curved and expensive to integrate. The paper pairs the points within each minibatch by " +
				"optimal transport or cheaper couplings; both marginals stay exact, the gradients are less noisy, and " +
				"few integration steps suffice.",
		},
		{
			Number: 22, Slug: "rectified-ot", Year: 2022, ArXiv: "2209.14577",
			Title:   "Rectified Flow: A Marginal Preserving Approach to Optimal Transport",
			Authors: []string{"Qiang Liu"},
			Summary: "Repeated rectification straightens a coupling of two distributions but in general does not lead to " +
				"the cheapest one, since straight couplings can still rotate mass needlessly. This paper restricts " +
				"the velocity to gradients shaped by the chosen convex cost, which removes the rotation. Each round " +
				"is one unconstrained regression that preserves both marginals and lowers the cost, so optimal " +
				"transport is approached from within the set of couplings and without a min-max problem.",
		},
		{
			Number: 49, Slug: "hierarchical-rectified-flow", Year: 2025, ArXiv: "2507.13350",
			Title:   "Hierarchical Rectified Flow Matching with Mini-Batch Couplings",
			Authors: []string{"Yichi Zhang", "Yici Yan", "Alex Schwing", "Zhizhen Zhao"},
			Summary: "At one point of space and time many training paths cross, so the velocity is really a random " +
				"variable, of which flow matching keeps only the mean. Hierarchical rectified flow models its " +
				"distribution by a second flow in velocity space, so that sampled paths may cross and stay straight. " +
				"This paper adds minibatch couplings at both levels: pairing data with noise makes the velocity " +
				"distribution simpler, pairing velocities makes the inner flow straight, and samples need fewer " +
				"network evaluations.",
		},
		{
			Number: 52, Slug: "ncsn", Year: 2019, ArXiv: "1907.05600",
			Title:   "Generative Modeling by Estimating Gradients of the Data Distribution",
			Authors: []string{"Yang Song", "Stefano Ermon"},
			Summary: "Langevin dynamics can sample from data if the score, the gradient of the log-density, is known; but " +
				"the score is undefined off the data manifold and poorly learned where data are rare. The authors add " +
				"Gaussian noise of decreasing strength, train one network to estimate the scores at all noise levels, " +
				"and sample by following them from the strongest noise to the weakest. The method needs no adversary " +
				"and no restricted architecture, reached the best inception score of unconditional models on CIFAR-10 " +
				"at the time, and is one of the roots of diffusion models.",
		},
		{
			Number: 61, Slug: "dale-langevin", Year: 2025, ArXiv: "2510.02730",
			Title:   "Dale meets Langevin: A Multiplicative Denoising Diffusion Model",
			Authors: []string{"Nishanth Shetty", "Madhava Prasath", "Chandra Sekhar Seelamantula"},
			Summary: "Usual diffusion models add noise, which ignores that some quantities stay positive, as synapses keep " +
				"their sign by Dale's law. Here the noise multiplies: geometric Brownian motion carries data to a " +
				"log-normal distribution, and its time reversal samples by multiplicative updates, the counterpart of " +
				"exponentiated gradient descent. A matching denoising loss learns the required score, the usual one " +
				"times the state, and the sign-preserving sampler keeps every sample positive.",
		},
		{
			Number: 62, Slug: "wgf-matching", Year: 2025, ArXiv: "2509.00336",
			Title:   "Are We Really Learning the Score Function? Reinterpreting Diffusion Models Through Wasserstein Gradient Flow Matching",
			Authors: []string{"An B. Vuong", "Michael T. McCann", "Javier E. Santos", "Yen Ting Lin"},
			Summary: "A true score is a gradient field, but the fields that diffusion networks learn are not, as measured " +
				"here by the asymmetry of Jacobians and by integrals along closed paths. They generate well all the " +
				"same. The explanation offered is that training matches the velocity of a gradient flow in " +
				"Wasserstein space, and that errors which only circulate within the density do not change how it is " +
				"transported.",
		},
		{
			Number: 71, Slug: "constant-acceleration-flow", Year: 2024, ArXiv: "2411.00322",
			Title:   "Constant Acceleration Flow",
			Authors: []string{"Dogyun Park", "Sojin Lee", "Sihyeon Kim", "Taehoon Lee", "Youngjoon Hong", "Hyunwoo J. Kim"},
			Summary: "Rectified flow assumes that every path from noise to data has constant velocity, and where such " +
				"paths cross, its network has to average. This paper lets each path accelerate uniformly from its own " +
				"initial velocity, learns both quantities, and feeds the velocity to the network of the acceleration " +
				"so that it knows which path it is on. Distilled from a teacher's pairs, the model generates and " +
				"inverts images more accurately in one or a few steps.",
		},
		{
			Number: 73, Slug: "align-your-tangent", Year: 2025, ArXiv: "2510.00658",
			Title:   "Align Your Tangent: Training Better Consistency Models via Manifold-Aligned Tangents",
			Authors: []string{"Beomsu Kim", "Byunghee Cha", "Jong Chul Ye"},
			Summary: "Consistency models generate in one step, but training them takes long runs and large batches. The " +
				"authors find that near convergence the training signal mostly moves outputs along the data manifold " +
				"instead of towards it. They measure output changes in the features of a small network trained to " +
				"recognise how an image was perturbed, whose gradients point to the manifold; training becomes " +
				"several times faster and tolerates small batches.",
		},
		{
			Number: 85, Slug: "alphaflow", Year: 2025, ArXiv: "2510.20771",
			Title: "AlphaFlow: Understanding and Improving MeanFlow Models",
			Authors: []string{"Huijie Zhang", "Aliaksandr Siarohin", "Willi Menapace", "Michael Vasilkovsky", "Sergey Tulyakov",
				"Qing Qu", "Ivan Skorokhodov"},
			Summary: "MeanFlow learns the average velocity over a time interval and so generates in one step from scratch. " +
				"The paper splits its loss into a flow-matching part and a consistency part and shows that their " +
				"gradients oppose each other. Its remedy is a family of losses with one parameter that contains flow " +
				"matching, shortcut models and MeanFlow, and that moves from the first to the last during training; " +
				"on ImageNet the result beats MeanFlow at all sizes tested.",
		},
		{
			Number: 96, Slug: "c2ot", Year: 2025, ArXiv: "2503.10636",
			Title:   "The Curse of Conditions: Analyzing and Improving Optimal Transport for Conditional Flow-Based Generation",
			Authors: []string{"Ho Kei Cheng", "Alexander Schwing"},
			Summary: "Pairing noise with data by minibatch optimal transport straightens flows, but it harms conditional " +
				"generation. The pairing makes the noise depend on the condition during training, while at test time " +
				"noise is drawn independently, so the network meets combinations it never saw. The paper adds a cost " +
				"that keeps pairs within equal or similar conditions; the flow stays straight and the mismatch " +
				"disappears.",
		},
		{
			Number: 108, Slug: "physics-informed-diffusion", Year: 2024, ArXiv: "2403.14404",
			Title:   "Physics-Informed Diffusion Models",
			Authors: []string{"Jan-Hendrik Bastek", "WaiChing Sun", "Dennis M. Kochmann"},
			Summary: "Diffusion models trained on solutions of a differential equation produce fields that look right but " +
				"violate the equation. This work adds a second likelihood to training, which demands that the " +
				"predicted clean field leave no residual, with a tolerance that shrinks along with the noise level. " +
				"Samples satisfy the physics far better, sampling costs nothing extra, and inequality constraints or " +
				"design objectives fit into the same form.",
		},
		{
			Number: 113, Slug: "stochastic-interpolants", Year: 2023, ArXiv: "2310.03725",
			Title: "Stochastic interpolants with data-dependent couplings",
			Authors: []string{"Michael S. Albergo", "Mark Goldstein", "Nicholas M. Boffi", "Rajesh Ranganath",
				"Eric Vanden-Eijnden"},
			Summary: "Generative flows usually begin at noise that knows nothing of the sample. For tasks such as " +
				"inpainting and super-resolution a much better start exists, namely the degraded image with a little " +
				"noise. The paper shows that the framework of stochastic interpolants allows such a coupling of start " +
				"and target, with the same simple regression loss, and obtains shorter paths and better restorations.",
		},
		{
			Number: 114, Slug: "syncdiffusion", Year: 2023, ArXiv: "2306.05178",
			Title:   "SyncDiffusion: Coherent Montage via Synchronized Joint Diffusions",
			Authors: []string{"Yuseung Lee", "Kunho Kim", "Hyunjin Kim", "Minhyuk Sung"},
			Summary: "Panoramas can be made with an ordinary image diffusion model by denoising overlapping windows and " +
				"averaging them, but distant windows drift to different scenes. SyncDiffusion predicts at every step " +
				"what each window will finally look like, measures how much this prediction differs perceptually from " +
				"that of one anchor window, and shifts the window so as to lower the difference. It needs no training " +
				"and makes the whole picture coherent.",
		},
	}
}
