package gradientnormalizedsmoothness

const summary = "Newton's method must be damped wherever its quadratic model is wrong, and the right amount of " +
	"damping differs from point to point. This paper measures, at each iterate, how far one can go before " +
	"gradient and approximate Hessian mispredict the gradient by more than a fraction of its own norm, " +
	"and regularises the step with the ratio of gradient norm to that distance. The method adapts the " +
	"distance by doubling and halving, accepts crude curvature such as Fisher or Gauss-Newton matrices, " +
	"and attains the known global rates of several function classes without being told which one it " +
	"faces."

const explanation = `The problem

Newton's method trusts a quadratic model of the function: gradient g and Hessian
H predict the gradient at x + h as g + H h. Far from the minimum the prediction
is wrong and a full step may lead anywhere, so the step is damped,

    x+ = x - (H + lambda B)^-1 g

where B measures lengths: |h| = (h'Bh)^(1/2), and for gradients |g|* =
(g'B^-1 g)^(1/2). How large should lambda be? Theory has an answer for each class
of functions (Lipschitz gradients, Lipschitz or Hoelder continuous Hessians,
quasi-self-concordant, ...), each with a constant that nobody knows. And in
machine learning H itself is mostly replaced by something cheaper: a Fisher or
Gauss-Newton matrix.

The idea

Ask at every point for one number: the largest distance gamma within which the
prediction errs by at most the fraction |h|/gamma of the gradient's own norm,

    |f'(x+h) - g - H h|*  <=  |g|* |h| / gamma    for all |h| <= gamma

and take lambda = |g|*/gamma. The step then stays within gamma, where the model
is good, and lowers f by at least gamma |g+|*^2 / (8 |g|*), g+ being the new
gradient. It does not matter why the model errs, be it third derivatives or a
crude H: errors of both kinds add up like resistances, 1/gamma <= 1/gamma1 +
1/gamma2, and near the solution of many problems the second kind fades with the
gradient. gamma need not be known either. The promised decrease can be checked:
halve gamma until it holds, double it after every step. That takes two trials a
step on average.

The experiment

Five families, with exact Hessians and the approximations that the authors' code
has:

    LogSumExp     log sum_i exp(<a_i,x> - b_i)     H = A' diag(softmax) A
    |Ax - b|^4    A is wide                        H = 2 (A'u)(A'u)', rank one
    Rosenbrock    |u(x)|^5, u two equations        Gauss-Newton matrix
    Chebyshev     |u(x)|^4, u a chain of 100       Gauss-Newton matrix
    logistic      400 separable examples           mean of g_i g_i' (Fisher)

beside cubic Newton, the super-universal Newton method (lambda = M |g|*^(2/3))
and gradient descent with a step that is doubled and halved, in B = A'A and in the
Euclidean metric. All of these adapt themselves from the parameter 1: nothing is
tuned. Every step of the method is checked against its promises, which are computed
anew. For the rank-one curvature a second run solves by Sherman and Morrison's
formula and must follow the same way.

What to look at

In the figure "residual" the approximate curvature keeps up with the exact one, on
|Ax - b|^4 and on Chebyshev's chain it is even ahead, since it is always
semidefinite. The figure "gamma" shows the reason for the speed: in the gradient
method the trusted distance shrinks together with the gradient, with curvature it
stays or grows. Chebyshev's chain is not convex: about one start in five leads all
methods to a stationary point with a small positive f, which no method of descent
leaves.

What did not come out as expected: on separable logistic regression the gradient
method is no slower than the Fisher matrix (claim 4b). The loss flattens as it falls,
L with it, and a line search that may double its step follows: 1e-7 after about a
hundred iterations. A gradient method whose step never grows, drawn beside it, is
above 1e-3 after 3000. So the linear rate is there (4a), and curvature is not
needed for it. The loss that the Fisher matrix leaves at iteration 150 scatters over
three powers of ten from seed to seed.

The bound |x+ - x| <= gamma holds for semidefinite H. The exact Hessians of the two
systems of equations are not, and a step there may be a little longer.

Scale full has the sizes of the authors' notebook (LogSumExp and the chain in 1000
dimensions, 100 x 200 matrices), more powers and smoothings, and 1000 Newton steps.
A file in LIBSVM's format adds a logistic loss of your own: --set libsvm=FILE.`
