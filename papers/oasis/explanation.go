package oasis

const summary = "OASIS removes the learning rate from second-order diagonal scaling. Random probes estimate the " +
	"diagonal of the Hessian, which scales the gradient, and the step size follows from comparing how " +
	"parameters and gradients changed in the scaled norm. Both adaptations cost one Hessian-vector " +
	"product per step; convergence is proved in deterministic and stochastic settings, and untuned runs " +
	"match tuned baselines on regression and image classification."

const explanation = `The problem

Where features have different scales the loss is steep in some parameters and
flat in others, and one step size for all is too long for the first or too short
for the second. Adam divides by the size of gradients, which evens this out, but
then has a learning rate of its own, in the parameters' units, which has to be
found for each problem. Newton's method needs none and costs a Hessian.

The idea

Two estimates, both from what a step has at hand. The Hessian's diagonal from
one random vector z of signs, since z * Hz has the diagonal as its mean, and Hz
costs about as much as two gradients; it is averaged over the steps:

    D    <- beta2 D + (1 - beta2) z * Hz
    Dhat  = max(|D|, alpha)                      elementwise, no square root
    w    <- w - eta g / Dhat

And the step size from how much the gradient changed over the last step, in the
norm in which curvature is near one:

    eta = min( sqrt(1 + theta) eta,  |w - w'|_Dhat / (2 |g - g'|*_Dhat) )
    |x|_Dhat = sqrt(x' Dhat x),   |x|*_Dhat = sqrt(x' Dhat^-1 x)

theta is the last ratio of step sizes, so that steps shrink at once and grow by
a bounded factor. With Dhat = 1 this is AdGD (Malitsky and Mishchenko 2020). On
minibatches g and g' are gradients of the same batch at both points.

The first D is the mean of 100 probes. Nothing in this has units: a multiple of
the loss, or of a feature, changes no iterate (claim 3).

The experiment

Logistic regression, 1000 rows and 100 features with standard deviations
10^U(-kappa/2, kappa/2), labels of a logistic teacher, penalty 1/n, from w = 0
with the whole data at each iteration. F* is found by Newton's method. OASIS at 9
settings of (beta2, alpha); AdGD; gradient descent with backtracking; Adam at 6
rates and AdaHessian (the same diagonal, but averaged as squares, with Adam's root
and a rate) at 4, of which the best counts, seed by seed. Then the squared error
of the sigmoid, which is not convex; logistic regression with batches of 64; and
a small network on images with the momentum variant (alpha = 0.1, beta1 = 0.9).

What to look at

"gap": with scaled features AdGD and line search stand still and OASIS comes down
like Adam at its best rate, or faster. In iterations: each of OASIS costs three
gradients and D_0 costs 200, so that in gradients Adam is the cheaper one ("gradients"
in the tables), once its rate is known. At kappa = 4 the first hundred iterations
of OASIS rise: the diagonal of the flat features drowns in the noise of the steep
ones, the step overshoots there, and it takes until the average has settled. A D
that passes near zero is what makes the path sensitive: the loss times 1000 rounds
otherwise, and iterates then differ by up to a hundredth on the way (they
meet again at the optimum). Times 1024, which rounds nothing, every bit agrees.

"settings": OASIS arrives at all settings, Adam at some rates. "steps": what the
step size does, and how it collapses if gradients of two batches are subtracted.

Two claims are not reproduced, both by a narrow margin. Claim 2 in its control: at
kappa = 0, where scaling has nothing to do, OASIS needs 14 iterations and AdGD 11,
which is 27% more where 25% were asked for: the price of a noisy diagonal.
Claim 4 in its second half: one seed has only one rate of Adam, not two, that does not
arrive in 1000 iterations (0.003 just does); OASIS itself is within its bounds.

"minibatches": D_0 is then averaged over a first pass that moves nothing. With beta2 =
0.999 OASIS is level with tuned Adam on logistic regression; with 0.99 the diagonal is
too noisy for 100 features and the loss is a third worse, so that here there
is something to tune. On images it lies behind tuned baselines by a good deal in loss and by
two points in accuracy.

Options: rows is a file in LIBSVM's format (a9a, rcv1, ...), which is kept sparse
and takes the place of the drawn features; no claim speaks of it. Scale full trains
ResNet-20 for 160 epochs on --data cifar10 (or mnist).`
