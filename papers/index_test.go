package papers

// index is what the catalogue has to contain: the families in their order, and
// the number and the slug of each of their papers.
var index = []struct{ family, papers string }{
	{"Update rules",
		"6 gradient-normalized-smoothness, 9 laprop, 15 gradient-regularization, 18 teleportation, 23 " +
			"proxy-prox, 33 thermodynamic-ngd, 34 saddle-free-newton, 46 psgd, 48 induced-metric, 51 entropy-sgd, " +
			"54 consensus-based, 56 layer-rotation, 75 large-scale-optimization, 76 convex-schedules, 81 " +
			"energy-preconditioned, 88 orthogonal-trust-region, 89 rnn-gradient-clipping, 92 oasis, 98 xgrad, 99 " +
			"gravity, 104 trajectory-invariance"},
	{"Landscape and diagnostics",
		"3 hessian-spectrum, 12 tiny-subspace, 36 gradient-coherence, 42 gfs-sharpness, 65 " +
			"non-differentiable, 74 landscape-sensitivity, 78 opposing-signals, 86 dropout-sme, 87 " +
			"outlier-alignment, 90 sgd-generalization, 100 roughness-index, 103 gradient-weight-alignment, 111 " +
			"sgd-phase-diagram, 119 dropout-connectivity"},
	{"Learning dynamics",
		"2 tangent-alignment, 19 circuit-curriculum, 24 lojasiewicz, 25 gradient-starvation, 43 " +
			"kernel-gan-gda, 53 bures-wasserstein, 55 symmetric-single-index, 59 grokking, 72 relu-knots, 82 " +
			"matrix-sensing, 105 tubal-factorization, 116 early-alignment"},
	{"Beyond backpropagation",
		"31 direct-feedback-alignment, 32 forward-gradient, 35 guided-forward-gradient, 37 " +
			"equilibrium-propagation, 39 auglocal, 77 forward-forward-collaboration"},
	{"Multi-objective, constraints and domain shift",
		"10 sparse-training, 29 fish, 41 smooth-manifold, 47 pcgrad, 110 config, 112 jacobian-descent"},
	{"Flows and diffusion",
		"5 multisample-flow, 22 rectified-ot, 49 hierarchical-rectified-flow, 52 ncsn, 61 dale-langevin, 62 " +
			"wgf-matching, 71 constant-acceleration-flow, 73 align-your-tangent, 85 alphaflow, 94 rectified-flow, " +
			"96 c2ot, 108 physics-informed-diffusion, 113 stochastic-interpolants, 114 syncdiffusion"},
	{"Transport, densities and energies",
		"7 vae-mixture-manifold, 16 convex-gradient-network, 20 cinc-flow, 50 unbiased-dbm, 60 " +
			"variational-wgf, 79 smooth-flow, 106 dmmd, 109 sinkhorn-newton"},
	{"Solvers, manifolds and saddle points",
		"8 drcgd, 17 alpd, 28 nn-gradient-estimate, 30 deep-conjugate-direction, 115 learned-preconditioner"},
	{"PDEs and physics",
		"13 hard-constraint-moe, 27 neural-pde-solver, 38 teng, 40 operator-preconditioning, 44 neuralom, 45 " +
			"fluidlab, 67 lagrangian-pinn, 70 multiphysics-bench, 101 surface-evolution, 107 " +
			"neural-field-process, 117 bem-fem-aeroacoustics"},
	{"Implicit and bilevel",
		"11 ift-hypergradient, 14 metagradient, 58 landscape-learning, 69 nested-optimization, 84 lv-hba, 97 " +
			"implicit-differentiation"},
	{"Federated and distributed",
		"1 federated-adversarial, 26 fsgld, 57 sme-attack, 63 dadao, 80 qsr, 83 mt-dao, 91 fedce, 93 " +
			"sequential-gradient-coding, 95 streaming-diloco, 102 fedspeed"},
	{"Models, merging and explanation",
		"4 pacs, 21 neural-turing-machine, 64 git-rebasin, 66 mats, 68 smoothgrad, 118 feature-shift"},
}
