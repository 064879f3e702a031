package energypreconditioned

const summary = "Preconditioned gradient methods still need a step size, and too large a value makes them diverge. " +
	"This paper attaches a scalar energy to the iteration that can only decrease and that scales each " +
	"step, so a reckless base step shrinks itself instead of blowing up. The construction accepts any " +
	"preconditioner, natural gradient and Hessian-Riemannian ones included, costs one gradient per step, " +
	"and has proven rates, which improve for convex objectives and under the Polyak-Lojasiewicz " +
	"condition."

const explanation = `TODO`
