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
solvers, two optimality conditions, six gradients that must be one. Then the weight
is tuned by twenty steps of gradient descent on the validation loss, by each solver
with either condition and unrolled: what the loss does, and what a step takes.
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
"cost": memory is the point. "tuning": where the solver has converged all gradients
lead the same way; five sweeps of block coordinate descent have not, and the implicit
gradients, which take the iterate for a solution, differ. "packing", in the middle:
the derivatives on FIRE's way down.

What differs

At residuals of 1e-9 six gradients can agree to five digits only if the dual has one
solution, so the comparison is made on 60 examples with 20 features, where about
half of the examples are support vectors and mirror descent needs some ten thousand
steps. Time and memory are measured on 700 examples; block coordinate descent makes
5 sweeps there, because unrolling 2500 would keep 1.8 million copies of the dual
variables. Unrolling is without checkpoints. The paper's own data (breast-cancer
survival, MNIST, 128 discs) are replaced by glyphs and made-up data; --data mnist
takes the real digits.

Where the effect is weaker

Time. No implicit step can be faster than the iterations that find the solution, and
unrolling costs those and their transposes. For mirror descent the forward pass is
two matrix products, a logarithm and a softmax a step, its transpose two products and
little else: of an unrolled step the forward pass alone is about half (0.30 of
0.63 seconds of processor time, for 2000 steps; projected gradient: 0.43 of 0.94). The
linear system adds up to a tenth, by 85 iterations of BiCGStab (21 for projected
gradient) whose products do not run the map again: it is linearised once. So a ratio
of 0.5 is the edge of what can be had where reverse mode is this cheap, and a busy
machine decides. The same holds for the distillation: the outer loss on 2000 images
and its gradient take 1.35 ms of a step, the 60 inner steps 0.85 ms, the linear system
(five iterations of conjugate gradients) 0.4 ms, all the rest 0.45 ms; unrolling takes
4.95 ms in all. Were the derivative of the inner problem free, a step would still take
more than half of that.

Codes. On the made-up study the dictionary learned for the task, started from the
unsupervised one and tuned over the same ridges, is as good as that one and no
better: the median AUC of five splits is 0.715 (0.691 to 0.766) against 0.715 (0.691
to 0.768); logistic regression on the measurements has 0.703 (0.676 to 0.742) with an
l1 and 0.694 (0.683 to 0.747) with an l2 penalty. The paper's order is different: the
unsupervised dictionary is the worst there (68.3, against 72.4 and 73.2 with spreads
above 2). Here 16 atoms can hold all 12 factors behind the measurements, so learning
without the task loses nothing that the task could bring back; what it adds is seen on
the 150 training patients, 0.857 for 0.828. The learning rate must be small: at 0.005
the dictionary learns its patients by heart and falls to 0.689. No claim depends on it.

Packings. The published blow-up of derivatives unrolled through FIRE is there on
the way, and gone at the end. The setting is the paper's kind: soft discs at 0.9 of
the box's area, a little above jamming, and FIRE with its resets. While contacts form
and break, the derivative grows to up to a hundred times its final size (pilot seeds,
forces between 1e-2 and 1e-4), and FIRE that stops on the way gives a derivative that
at its worst is wrong by 1.2 to 11 times its size. But the iterations run until forces
are 1e-10: in the last basin they are nearly linear, contract errors of the derivative
like those of the positions, and forward mode follows them. What is left is that the unrolled
sensitivity is 20 to 450,000 times less exact than the implicit one, of the same
solution, and in the worst packing wrong by twice its own size. Far from the end the
implicit derivative is wrong as well, as the theorem says: where FIRE has stopped at
1e-2 there is no equilibrium yet.
`
