package teleportation

const summary = "Symmetries of a network let its parameters move far without changing the function it computes. " +
	"Teleportation uses this freedom during training: it jumps along the level set of the loss to a point " +
	"with a steeper gradient, or to one that is flatter. The authors prove that a jump can speed up all " +
	"later steps and not only the next one, relate the sharpness and curvature of the reached minima to " +
	"generalisation, and show that the jumps combine with common optimizers or can be learned by a " +
	"meta-optimizer."

const explanation = `The problem

A network computes the same function for many values of its parameters. Multiply
what enters a ReLU unit by two and halve what leaves it: nothing changes. For the
loss all these values are one. For training they are not: gradients differ, and so
does the curvature around. Gradient descent takes whichever it happens to be at.

The idea

Let a group G act on the parameters w with L(g.w) = L(w). Before a step, move to
where it will do most,

    g* = argmax over g of |grad L(g.w)|^2,      w <- g*.w

by some steps of gradient ascent in g, and go on from there. The loss stays. Three
kinds of g are used between two layers V and U with activation f (here on rows x,
and with a for the activations f(x V)):

    scaling      V <- V D,                U <- D^-1 U       D positive, f a ReLU
    inverse      V <- x^+ f^-1(a g),      U <- g^-1 U       any matrix g
    projection   V <- V g,                U <- f(x V g)^+ a U

where ^+ is the pseudo-inverse. The first is a symmetry for all data. The others
keep the outputs on a batch x, if the batch is small enough; on a larger one the
projection is a least-squares fit, and the loss changes a little. The derivative
in g goes through all of it, the pseudo-inverse too, and through a second
derivative of the loss.

Why should one jump help all later steps? Where |grad L| is largest on a level
set, the gradient of |grad L|^2/2, which is H grad L with the Hessian H, must be
parallel to the normal of the level set, which is grad L. So grad L is an
eigenvector of H there, and points where Newton's step H^-1 grad L does. On a
quadratic one jump to the eigenvector of the largest curvature is enough for ever.

Instead of the gradient, a teleport can raise or lower the sharpness (the mean loss
at distances 0.1 to 0.9) or the curvature of curves that run within the level set.

The experiment

A. A logistic loss of two weights (40 points, features of scales 3 and 0.3), for
which the best point of a level set is found by looking along 720 rays: gradient
descent of rate 1/L without teleports, with one at the start, and with one before
every step. A quadratic of 20 dimensions with curvatures 1 to 10,000.

B. Networks 196-16-10-10 without biases, leaky ReLU, batches of 20, on 4000 images
of digits, with the paper's optimizers, rates and teleports: 8, before the first 8
steps of the training, of 10 inner steps each. Beside the paper's action
(projection with batches of 200) the exact projection with batches of 8 and the
scaling; random elements of the same size; a training whose state is reset 8 times
and does not teleport; and trainings that make more steps instead. Teleports and
trainings without them also run with 3 and 10 times the paper's rates.

C. Thirty trainings by SGD, where they end, and a single teleport half-way, in each
of four directions, for one of six.

What to look at

The figure "convex" shows the mechanism. Gradient descent crawls along the floor
of a valley for nearly a thousand steps. A teleport climbs along the level set to
the steep wall, from which one step crosses the valley near the minimum. Four or
five such steps are enough. How many it takes depends on the rate: a step of 1/L
contracts the steep direction by 1 - lambda/L, with lambda the largest curvature at
the minimum. Where lambda is nearly the bound L that is nearly Newton's step. On one
seed of the five that are judged the classes hardly overlap, lambda is 0.13 L, and
it takes 69 steps, 0.0502 times those of gradient descent, where the claim allows
0.05: so claim 1 is not reproduced, by a hair. The pilot's worst of
20 seeds had 0.03. Everything else that claim 1 says holds on all seeds.

For networks the figures "training" and "rates" have to be read together. At the
paper's learning rates teleports help early in training, with every optimizer, and
for SGD, momentum and Adam some of it is left after 10 epochs (AdaGrad's gain is that
of the reset, and RMSProp's nearly so). A random element of the same size does
nothing, so it is the search that helps. But these rates are far too small for this
problem: ten times the rate ends at a fifth to a tenth of the loss, and there teleports
make no clear difference, or harm. What a teleport does to the gradient, a
growth by some 10%, a larger rate does as well. Nor are teleports cheap here: 8 of
them take the time of some 3000 steps, more than the whole training has, see the
table of costs. A single epoch more, a fifteenth of that time, gains about as much.
In the paper's setting, with 120,000 steps, the same cost is small. The exact actions
show why the paper's code may prefer the inexact one: where a batch is nearly as
large as a layer, the matrix that is inverted is nearly singular, the search finds
that, and gradients explode (batch 8). The scaling is exact for all data and stable,
and gains one or two per cent.

In part C sharpness and validation loss go together. But the training loss alone
correlates better, and what sharpness adds to it (their difference) does not
correlate at all: trainings that have got further are lower everywhere around. We find
no correlation with curvature; the paper's is negative. A teleport to lower
sharpness does end at a lower validation loss, by some 6%; so, mostly, does one to
higher sharpness, whose steeper gradients make up for the loss that the inexact
projection costs it.

Where the text is silent we chose: the classes of part A (weights of deviation 0.3,
see the code for what others do), the rates of the teleports in part C, on pilot
seeds, and the pixels' normalisation. Scale full has the paper's settings: 28 x 28
pixels, 40 epochs, for SGD and AdaGrad smaller teleports in the third epoch, 100
trainings in C, and part D, in which LSTMs learn the teleport, the rate or the step
of regressions by three layers of 20 x 20 (--set meta-runs=0 leaves it out). The
LSTMs read directions and log-norms of gradients instead of raw ones, and learned
rates stay within their bounds by a sigmoid instead of clamping. Scale full was not
run as a whole. In a trial of part D with a third of the units and of the lessons
(seed 1000) the mean loss after 100 steps on new tasks was 23 for tuned gradient
descent, 16 with learned teleports before its steps and 6 with learned steps; learned
steps and teleports together diverged, and so did not show the paper's gain.`
