package energypreconditioned

const summary = "Preconditioned gradient methods still need a step size, and too large a value makes them diverge. " +
	"This paper attaches a scalar energy to the iteration that can only decrease and that scales each " +
	"step, so a reckless base step shrinks itself instead of blowing up. The construction accepts any " +
	"preconditioner, natural gradient and Hessian-Riemannian ones included, costs one gradient per step, " +
	"and has proven rates, which improve for convex objectives and under the Polyak-Lojasiewicz " +
	"condition."

const explanation = `The problem

A preconditioner changes the geometry of descent: a natural gradient measures a
step by what it does to the model's output, a Hessian-Riemannian one by a barrier
that keeps the iterates positive. None of this says how long a step may be. Beyond
a limit, which nobody knows beforehand, the iteration diverges.

The idea

Choose c such that L + c is positive, and let l = sqrt(L + c). With T the
preconditioner, the inverse of a metric A,

    v  = T grad l                      grad l = grad L / (2 l)
    r <- r / (1 + 2 eta v'Av)          r = l at the start
    p <- p - 2 eta r v                 with the new r

The energy r imitates l along the flow, but it is carried and not computed from
the loss. Its step is -2 eta r v, so that r_new - r = grad l . (p_new - p), and

    r_new^2 = r^2 - (r_new - r)^2 - |p_new - p|_A^2 / eta.

So r only falls, whatever the function and however long eta is; and all steps
together are bounded by the first energy. Written out, the step is eta r/l along
T grad L: where the base step eta is too long, the loss rises or |v| is large, r
falls, and the step with it, until it is short enough. One gradient a step; no
search.

What it costs: r never rises again. If c is small beside the first loss, r falls
as fast as l does at the start and then goes on falling, and the method can stand
still far from a minimum. If c is large, r/l hardly changes: fixed steps with a
brake.

The experiment

A. A quadratic in 100 dimensions, condition 100, c = 1e4, with base steps from 0.3
to 1000 times the stability limit, with the identity and with a diagonal
preconditioner; against fixed steps, AEGD (an energy for each element) and
backtracking.

B. Rosenbrock's function from (-1.2, 1) for c from 1 to 1e4, with the identity and
with the natural gradient of its residuals (Gauss-Newton).

C. D-optimal design: weights on the simplex, 50 points in R^10, with the metric of
the entropy, T = diag(w) - ww'. The fixed step 0.1 then is the multiplicative
algorithm, which gives the reference. Projected gradients beside it.

D. The means of a mixture of two Gaussians from its density on a grid, with natural
gradients by six metrics of densities: L2, Fisher-Rao, Wasserstein, H1, H-1 and
none. Base steps are tuned for each metric, for AEPG and for fixed steps alike.

The energy law is checked from outside, by the points before and after each step,
in all of these.

What to look at

"beyond": fixed steps end at the limit; the energy carries on to five times that,
at a price of up to 1.4 in iterations at 2.5 times. At ten times the first steps
cost so much energy that the rest is not enough: it does not diverge, but it comes
to rest at ten times the first loss. "valley" shows the same for c: with c = 1000 eight times the base step
makes no difference; with c = 1 and eta = 0.004 the method stands still at a loss
of 0.86, and 10 is too little for most steps.
On the simplex the energy promises nothing: a long step may make a weight
negative, where the metric is none. There AEPG leaves the simplex as the fixed
step does, a few steps later, and the guard (halve eta until the step is inside) is
what helps. Projected gradients with their best step are faster than both here.

The other methods: backtracking, which evaluates the loss a few times more in each
step, needs fewer steps in A than any fixed step, and AEGD at 1.5 times the limit
fewer still: separate energies help where the axes are those of the quadratic. In
D, AEPG's longer base steps carry it out of some basins where fixed steps stay: more
starts are solved, in more steps. Wasserstein's metric, which the paper's example
favours, is not ahead of the plain gradient here: as long as the Gaussians are
apart, transport measures how far their means move, which is what the plain
gradient does already.

Scale full runs longer, maps the starts more finely, and adds the mixture in the
plane on 64 x 64 cells, where the Wasserstein metric needs an elliptic solution for
every change, and a small physics-informed network by Gauss-Newton.

The norm in the denominator is the metric's, v'Av. The paper's first version may
have had |v|^2: --set norm=euclidean. The identity then holds in that norm.`
