package papers

import "github.com/fluxion-go/fluxion/study"

// federated are the planned papers of the family "Federated and distributed".
func federated() []*study.Paper {
	return []*study.Paper{
		{
			Number: 1, Slug: "federated-adversarial", Year: 2022, ArXiv: "2208.03635",
			Title:   "Federated Adversarial Learning: A Framework with Convergence Analysis",
			Authors: []string{"Xiaoxiao Li", "Zhao Song", "Jiaming Yang"},
			Summary: "Federated learning keeps data on the clients, and adversarial training defends against small " +
				"malicious changes of the inputs. The paper combines both: in every local step each client attacks " +
				"its own examples and trains on the result, and a server averages the models. For wide two-layer ReLU " +
				"networks and clients with different data it proves that the worst-case training loss becomes " +
				"arbitrarily small.",
		},
		{
			Number: 26, Slug: "fsgld", Year: 2020, ArXiv: "2004.11231",
			Title:   "Federated Stochastic Gradient Langevin Dynamics",
			Authors: []string{"Khaoula El Mekkaoui", "Diego Mesquita", "Paul Blomstedt", "Samuel Kaski"},
			Summary: "Langevin sampling of a Bayesian posterior goes wrong when the data stay on different clients, since " +
				"a chain that spends many steps at one client drifts to that client's own mode. FSGLD corrects each " +
				"local gradient with simple approximations of the clients' likelihoods, prepared once. The correction " +
				"is zero on average but cancels the pull of the current client, so chains can work locally for long " +
				"and communicate rarely.",
		},
		{
			Number: 57, Slug: "sme-attack", Year: 2023, ArXiv: "2306.00127",
			Title:   "Surrogate Model Extension (SME): A Fast and Accurate Weight Update Attack on Federated Learning",
			Authors: []string{"Junyi Zhu", "Ruicong Yao", "Matthew B. Blaschko"},
			Summary: "Sending weights after many local steps was thought to protect a client's data better than sending " +
				"gradients. The attack looks for images whose gradient, at a surrogate model between the weights " +
				"before and after local training, points along the observed change, and learns the position of the " +
				"surrogate as well. It reconstructs images accurately, up to a hundred times faster than attacks that " +
				"simulate the whole local training, and so serves as an audit of privacy.",
		},
		{
			Number: 63, Slug: "dadao", Year: 2022, ArXiv: "2208.00779",
			Title:   "DADAO: Decoupled Accelerated Decentralized Asynchronous Optimization",
			Authors: []string{"Adel Nabli", "Edouard Oyallon"},
			Summary: "Nodes of a network minimise the sum of their functions without a server and without any common " +
				"clock: gradient steps and pairwise exchanges happen at independent random times. Between these " +
				"events the variables follow a linear differential equation, which provides momentum. Gradient steps " +
				"and communication are thereby accelerated and decoupled, with a communication cost that depends " +
				"favourably on the topology of the graph.",
		},
		{
			Number: 80, Slug: "qsr", Year: 2023, ArXiv: "2310.14423",
			Title:   "A Quadratic Synchronization Rule for Distributed Deep Learning",
			Authors: []string{"Xinran Gu", "Kaifeng Lyu", "Sanjeev Arora", "Jingzhao Zhang", "Longbo Huang"},
			Summary: "Workers that take several local steps between averages save communication, but how many steps should " +
				"it be? As the learning rate decays, this rule lets the number grow with the inverse square of the " +
				"learning rate. A theory of slow motion near the minimisers explains why this scaling favours flat " +
				"minima; on ImageNet it saves communication and time and improves test accuracy at once.",
		},
		{
			Number: 83, Slug: "mt-dao", Year: 2025, ArXiv: "2510.05361",
			Title: "MT-DAO: Multi-Timescale Distributed Adaptive Optimizers with Local Updates",
			Authors: []string{"Alex Iacob", "Andrej Jovanovic", "Mher Safaryan", "Meghdad Kurmanji", "Lorenzo Sani",
				"Samuel Horváth", "William F. Shen", "Xinchi Qiu", "Nicholas D. Lane"},
			Summary: "When workers average only now and then, the momentum of Adam forgets the common direction within a " +
				"few steps, and every worker goes astray on its noise. MT-DAO keeps slow momenta that outlast the " +
				"interval between averages, next to the current gradient, and mixes them so that the step stays " +
				"responsive. In language-model pre-training it closes the gap to fully synchronous training at a " +
				"fraction of the communication.",
		},
		{
			Number: 91, Slug: "fedce", Year: 2023, ArXiv: "2303.16520",
			Title: "Fair Federated Medical Image Segmentation via Client Contribution Estimation",
			Authors: []string{"Meirui Jiang", "Holger R. Roth", "Wenqi Li", "Dong Yang", "Can Zhao", "Vishwesh Nath", "Daguang Xu",
				"Qi Dou", "Ziyue Xu"},
			Summary: "When hospitals train a model together, weights by data size favour the majority and leave unusual " +
				"sites behind. FedCE measures the contribution of each client while training runs, from the direction " +
				"of its update and from how much the model suffers on its data if its share is left out, and uses the " +
				"estimates as weights. Performance becomes more even across sites, and the same numbers give each " +
				"participant its credit.",
		},
		{
			Number: 93, Slug: "sequential-gradient-coding", Year: 2022, ArXiv: "2211.13802",
			Title:   "Sequential Gradient Coding For Straggler Mitigation",
			Authors: []string{"M. Nikhil Krishnan", "MohammadReza Ebrahimi", "Ashish Khisti"},
			Summary: "Gradient coding lets a master obtain the exact gradient although some workers are slow, at the price " +
				"of redundant computation in every round. If several gradients are needed in sequence and each may " +
				"arrive a few rounds late, the redundancy can also lie in time: what a slow worker leaves undone is " +
				"scheduled again, and coding is needed for a small remainder only. The schemes tolerate realistic " +
				"patterns of stragglers with much less load, as shown on hundreds of cloud workers.",
		},
		{
			Number: 95, Slug: "streaming-diloco", Year: 2025, ArXiv: "2501.18512",
			Title: "Streaming DiLoCo with overlapping communication: Towards a Distributed Free Lunch",
			Authors: []string{"Arthur Douillard", "Yanislav Donchev", "Keith Rush", "Satyen Kale", "Zachary Charles",
				"Zachary Garrett", "Gabriel Teston", "Dave Lacey", "Ross McIlroy", "Jiajun Shen", "Alexandre Ramé",
				"Arthur Szlam", "Marc'Aurelio Ranzato", "Paul Barham"},
			Summary: "DiLoCo trains distant replicas of a model with many local steps between synchronisations, but each " +
				"of these still sends the whole model at once. The streaming version synchronises one fragment at a " +
				"time, continues training while a fragment is under way, and sends it with four bits per number. The " +
				"required bandwidth falls by two orders of magnitude while language models of up to four billion " +
				"parameters keep nearly the quality of data-parallel training.",
		},
		{
			Number: 102, Slug: "fedspeed", Year: 2023, ArXiv: "2302.10429",
			Title:   "FedSpeed: Larger Local Interval, Less Communication Round, and Higher Generalization Accuracy",
			Authors: []string{"Yan Sun", "Li Shen", "Tiansheng Huang", "Liang Ding", "Dacheng Tao"},
			Summary: "Long local training saves communication but lets the clients of a federation drift apart and overfit " +
				"their data. FedSpeed holds them near the global model with a proximal term, removes the bias of this " +
				"term with a correction learned per client, and evaluates gradients a little uphill, as SAM does, to " +
				"find flat minima. More local steps per round then give higher accuracy in fewer rounds.",
		},
	}
}
