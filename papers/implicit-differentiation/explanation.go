package implicitdifferentiation

const summary = "Differentiating the solution of an optimisation problem used to need a derivation by hand for each " +
	"solver. Here the user states the optimality conditions as a function whose root is the solution; " +
	"automatic differentiation and one linear solve give the derivative, whatever algorithm found the " +
	"root. The approach covers proximal, projected and fixed-point methods, has a bound on the error " +
	"caused by inexact solutions, and was released as the library JAXopt."

const explanation = `The problem

Much of learning is an optimisation inside another one: a penalty is tuned by what
the fitted model does on other data, a layer of a network is itself the solution of
a quadratic program, a training set is distilled to ten images. All need the
derivative of a solution x*(theta) in what the problem depends on. One can
differentiate through the iterations of the solver (unrolling): it needs the
solver's code, keeps every iterate in memory, and inherits every kink of the
algorithm. Or one derives, by hand, what the implicit function theorem says for
this very problem.

The idea

Separate the two halves. Any code may find x*. The user says, as a function, what
makes it a solution: F(x*, theta) = 0. Then

    A dx = B dtheta,   A = -dF/dx,   B = dF/dtheta,

and both directions need products with A and B only, which automatic
differentiation of F gives. Forward mode solves with A, reverse mode with its
transpose. What F is does not depend on the solver: the gradient of the objective,
the conditions of Karush, Kuhn and Tucker, or one step of a fixed-point iteration
minus x, for which the proximal gradient, projected gradient, mirror descent,
Newton's and block coordinate maps are all at hand. A solution found by coordinate
descent may be differentiated through the condition of mirror descent.

How good is it at a solution that is only nearly one? If A is at least alpha, and A
and B change with x at most like gamma and beta, the error of the Jacobian is at
most (beta/alpha + gamma R/alpha^2) times the error of x, where R bounds B. Errors
do not blow up.

The experiment

A. Ridge regression and lasso, 100 x 10: the error of the Jacobian against that of
the iterate, along 300 steps of gradient descent.
B. The weight theta of a multiclass support vector machine, through its dual: three
solvers, two optimality conditions, six gradients that must be one. What a step
costs in time and memory, implicit against unrolled, with 2000 iterations inside.
C. Ten images distilled from two thousand.
D. Sparse codes with a dictionary learned for a classifier, on made-up data with the
shape of a survival study, beside logistic regressions and a dictionary learned
without the task.
E. 64 soft discs of two sizes packed in a periodic box by FIRE, and how they move
if the small ones grow.
F. Nineteen optimality conditions, each on a random problem, against central
differences, and against formulas where there are any.

What to look at

The figure "precision": the implicit error follows the iterate's with slope one and
stays below the bound; the unrolled one lags by a growing factor. On the lasso the
implicit Jacobian becomes exact as soon as the right elements are zero. The figure
"cost": memory is the point.

What differs

At residuals of 1e-9 six gradients can agree to five digits only if the dual has one
solution, so the comparison is made on 60 examples with 20 features, where about
half of the examples are support vectors and mirror descent needs some ten thousand
steps. Time and memory are measured on 700 examples; block coordinate descent runs
20 sweeps there, because unrolling 2000 would keep 1.4 million copies of the dual
variables. Unrolling is without checkpoints. The paper's own data (breast-cancer
survival, MNIST, 128 discs) are replaced by glyphs and made-up data; --data mnist
takes the real digits.

Three of the published effects are weaker here, or absent. A step of the
distillation is hardly faster with implicit gradients: 60 inner steps on ten images
are little work, and conjugate gradients need about as many products with the
Hessian as unrolling needs backward steps. The task-driven dictionary is no better
than logistic regression on the made-up study, whose few examples it overfits; no
claim depends on it. And no derivative unrolled through FIRE blows up: the
iterations run until the forces are 1e-10, near the minimum they contract errors of
the derivative like those of the positions, and forward mode follows them. What is
left is that the unrolled sensitivity is usually 10 to 100,000 times less exact than
the implicit one, of the same solution, and in the worst packing wrong by twice its
own size.`
