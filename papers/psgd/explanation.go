package psgd

const summary = "PSGD learns a preconditioner while it trains, from Hessian-vector products along random directions. " +
	"The criterion of the fit tolerates noisy gradients, and its optimum is the inverse of the absolute " +
	"Hessian, so indefinite problems do no harm. Keeping the factor inside a matrix Lie group, such as " +
	"triangular, low-rank or Kronecker-structured matrices, makes the updates multiplicative and always " +
	"invertible, with no damping or line search."

const explanation = `The problem

Where a loss is steep in one direction and flat in another, a gradient step is
too long for the first or too short for the second. Newton's method divides by
the Hessian, H^-1 g, which evens this out, and brings three troubles: H is too
large to hold, negative curvature turns its steps towards saddles, and on
minibatches H and g are noisy. BFGS learns H^-1 from pairs of a step and the
change of the gradient, and adopts whatever noise there is in them. Damping and
line searches are the usual remedies, each with settings of its own.

The idea

Draw a random direction v at each step and ask for h = Hv on the same minibatch,
at about twice the price of a gradient. Fit a positive definite P to such pairs
so that it minimises

    c(P) = mean of  h'Ph + v'P^-1 v

The first term wants P small where H is large, the second keeps it from
vanishing. At the minimum P = (mean hh')^(-1/2): the inverse of |H|, which has
H's eigenvectors and the sizes of its eigenvalues. Negative curvature does no
harm, and noise on h only adds to mean hh', which makes P smaller: the more
noise, the more careful.

Write P = Q'Q and keep Q in a group of matrices. With a = Qh and b = Q^-T v, the
update is

    Q <- Q - mu (aa' - bb') Q,    mu = step / (|a|^2 + |b|^2)

with aa' - bb' projected to what the group allows. It multiplies Q by a matrix
close to 1, so that Q stays invertible whatever comes, without damping. Both
learning rates, of the fit and of the parameters, have no units; 0.1 is a step
of the fit that works everywhere. The step of the parameters is -lr P m with a
moving average m of gradients, its length clipped.

Which group decides what it costs and what it can say:

    triangular     n^2 numbers         any P
    X-shaped       2n                  a diagonal and an anti-diagonal
    low rank       n (2 rank + 1)      (1 + UV') times a diagonal
    Kronecker      m^2 + k^2 for each  two sides of a matrix of parameters
                   m x k matrix

The experiment

A. The fit alone: 20 parameters, 5000 pairs, four Hessians (positive definite of
condition 100, the same with every fourth eigenvalue negative, a diagonal plus
rank 5, a Kronecker product), all families, BFGS on the same pairs, and the
closed form, which has to keep and factorise mean hh'. Then noise on h.

B. Rosenbrock's valley from (-1.2, 1), where the Hessian turns on the way,
against gradient descent and Adam at the best of five rates.

C. The delayed exclusive or: a tanh network of 30 units reads signs, of which two
in the first half are marked, and is to say whether these two differ. On
sequences of 16; at scale full also of 30, 64 and 128, where the answer lies
further back.

D. A perceptron on images (14 x 14, 5 passes over 2000) with momentum 0.9:
loss against steps, against gradients' worth of work (a product with the Hessian
counts two), and against seconds. At scale full a ResNet-18.

E. At scale full, or with --data tinyshakespeare, a language model of characters.

And the invariance: in other parameters theta' with theta = A theta', PSGD makes
the same steps if A^-T is in the group. For upper triangular Q that is a lower
triangular A; the specification of this experiment has Q' = Q A and an upper
triangular one, which does not fit the definition of h.

What to look at

"fit": each family falls to where its group can come, and no further. "noise" is
where this differs from what is often said of BFGS. On a positive definite
Hessian noise of deviation 0.1 does BFGS no harm, as v'h stays positive: it comes
to 0.13 in a few hundred pairs and wavers there, while PSGD with the short step
is still on its way. That half of claim 1b is not reproduced here. BFGS is lost
where the Hessian is indefinite, even without noise, or where the noise is as
large as the curvature. Convergence is slower the worse the conditioning: with a
step of 0.01 5000 pairs are few.

"xor" and "success": on sequences of 16 PSGD solves the task, but so does SGD
with the larger of its two rates, and Adam is faster than all of them: that half
of claim 4 is not reproduced. The orthogonal start carries information over 16
steps by itself. On sequences of 30 the difference is the paper's. Claim 4b, which
is our addition, speaks of it at scale full; with Kronecker factors, and SGD at the
larger rate, it has been judged once: gradient descent stayed at the loss of a guess
in all of five seeds, and PSGD found its way out in three within 3000 steps, one
short of what the claim asks.

"images" is where PSGD has to pay: step for step it is level with the best
baselines or ahead of them, and a step costs three gradients, unless pairs are
made at one step in ten only.

Scale full

D trains a ResNet-18 for 200 epochs in minibatches of 128, with momentum 0.9 and a
cosine schedule: low rank and X-shaped at the authors' rate 0.02, Kronecker at
theirs of 0.2, and momentum and Adam at three rates each around their usual ones.
For Kronecker's sake kernels of convolutions [h, w, in, out] are matrices
[h w in, out] and vectors have one row; sides above 1024 have diagonals. Images are
not augmented, and there is no weight decay: the specification of this experiment
names neither. E trains a GPT of 4 layers of width 128 (4 heads, 64 characters, minibatches of
12, 2000 steps: the sizes of the smallest setting of nanoGPT for this text) with a
cosine schedule, every method at four rates.

    fluxion run psgd --scale full --data cifar10
    fluxion run psgd --scale full --data tinyshakespeare

are the published settings; without --data images and text are the built-in ones.
D is a matter of months on two cores. From steps of 16 images that were measured
there, one of 128 takes about 4 s with Adam and 12 s with PSGD, of which a second
is Kronecker's triangular solves. A training has 78,000 steps, so that it takes 3.5
days or 10; a seed has three of PSGD and six of the baselines, 52 days; five seeds
are 6200 hours. E takes about two hours a seed: 12 trainings with PSGD, whose steps
took about a quarter of a second, and 8 with the baselines. Neither has been run to
its end, so no claim speaks of D at this scale or of E, and nothing is said here of
the accuracy that the authors report. To see it move, make it smaller:

    fluxion run psgd --scale full --data cifar10 --seeds 1 --set pairs=100 \
      --set xor-steps=0 --set epochs=1 --set images=2560 --set channels=8

Not included: the paper's runs with noisy labels and with blurred images.`
