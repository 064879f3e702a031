package papers

import "github.com/fluxion-go/fluxion/study"

// beyondBackpropagation are the planned papers of the family "Beyond backpropagation".
func beyondBackpropagation() []*study.Paper {
	return []*study.Paper{
		{
			Number: 31, Slug: "direct-feedback-alignment", Year: 2019, ArXiv: "1906.04554",
			Title:   "Principled Training of Neural Networks with Direct Feedback Alignment",
			Authors: []string{"Julien Launay", "Iacopo Poli", "Florent Krzakala"},
			Summary: "Direct feedback alignment trains every layer with the output error sent through a fixed random " +
				"matrix, so that no backward chain through the network is needed. It works because the forward " +
				"weights adapt until these random signals roughly agree with the true gradient. The paper measures " +
				"this agreement layer by layer, derives from it which scalings, activations and regularisers suit the " +
				"method, and shows that narrow layers spoil it, which may be why convolutional networks resist.",
		},
		{
			Number: 35, Slug: "guided-forward-gradient", Year: 2023, ArXiv: "2306.06968",
			Title:   "Can Forward Gradient Match Backpropagation?",
			Authors: []string{"Louis Fournier", "Stéphane Rivaud", "Eugene Belilovsky", "Michael Eickenberg", "Edouard Oyallon"},
			Summary: "A forward gradient sees only one direction per step, and a random direction in a large network is " +
				"almost orthogonal to the true gradient. The authors take better guesses from small auxiliary losses " +
				"attached to the blocks of the network, and compare guesses, target losses and places of perturbation " +
				"systematically. Local guesses improve greatly on random ones, yet a gap to backpropagation remains " +
				"when the end-to-end loss is the target.",
		},
		{
			Number: 37, Slug: "equilibrium-propagation", Year: 2023, ArXiv: "2309.02214",
			Title:   "Improving equilibrium propagation without weight symmetry through Jacobian homeostasis",
			Authors: []string{"Axel Laborieux", "Friedemann Zenke"},
			Summary: "Equilibrium propagation obtains gradients from a network that relaxes twice, once freely and once " +
				"with its output nudged towards the target, but in theory the nudge must be infinitesimal and the " +
				"weights symmetric. This paper separates the errors that finite nudges and asymmetric weights cause. " +
				"Nudges along a circle in the complex plane remove the first; an additional objective that keeps the " +
				"Jacobian of the dynamics nearly symmetric reduces the second, enough to train on reduced-size " +
				"ImageNet.",
		},
		{
			Number: 39, Slug: "auglocal", Year: 2024, ArXiv: "2402.17318",
			Title:   "Scaling Supervised Local Learning with Augmented Auxiliary Networks",
			Authors: []string{"Chenxiang Ma", "Jibin Wu", "Chenyang Si", "Kay Chen Tan"},
			Summary: "Training each layer with its own classifier saves memory and removes the backward dependence between " +
				"layers, but accuracy drops sharply once there are tens of such layers. AugLocal gives every layer an " +
				"auxiliary network modelled on some of its successors in the main network, sampled evenly up to the " +
				"output, with fewer of them towards the top. Networks cut into dozens of local pieces then come close " +
				"to backpropagation with about 40% less memory.",
		},
		{
			Number: 77, Slug: "forward-forward-collaboration", Year: 2023, ArXiv: "2305.12393",
			Title:   "Layer Collaboration in the Forward-Forward Algorithm",
			Authors: []string{"Guy Lorberbom", "Itai Gat", "Yossi Adi", "Alexander Schwing", "Tamir Hazan"},
			Summary: "The forward-forward algorithm trains each layer to respond strongly to inputs paired with the true " +
				"label and weakly to inputs paired with a wrong one, without any backward pass. The paper shows that " +
				"layers trained like this ignore one another, so that depth brings little. Adding the activity of the " +
				"other layers, held constant, to the score that each layer optimises makes them share the work and " +
				"lowers the error at no extra cost.",
		},
	}
}
