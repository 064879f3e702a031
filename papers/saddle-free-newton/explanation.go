package saddlefreenewton

const summary = "Arguments from statistical physics suggest that what slows down training in high dimensions are not " +
	"bad local minima but saddle points and the plateaus around them. Newton's method is even attracted " +
	"to saddles, since it divides by negative curvature with its sign. The saddle-free Newton method " +
	"scales each direction by the inverse of its curvature's magnitude and ignores the sign, so that it " +
	"leaves saddles as quickly as it approaches minima; for larger networks it works in a small Krylov " +
	"subspace."

const explanation = `The problem

Where the gradient of a loss vanishes, each direction goes up or down. For a
random function of many variables it is all but impossible that all of them go
up unless the loss is already low: the higher the loss of a critical point, the
larger the share of directions that lead down (its index). So training does not
get stuck in bad minima; it slows down on the plateaus around saddles. Gradient
descent leaves a saddle slowly, because what it moves along a direction is
proportional to the small gradient there. Newton's method divides the gradient
by the curvature lambda of each direction, which is right where lambda is
positive. Where it is negative the division turns the step around, uphill:
Newton's method walks into saddles. Damping, dividing by lambda + alpha, helps
only if alpha exceeds the most negative curvature, and then shrinks all other
steps too.

The idea

Divide by the size of the curvature. With H = sum of lambda_i e_i e_i',

    step = -(|H| + alpha I)^-1 g     where |H| = sum of |lambda_i| e_i e_i'

Directions of negative curvature are left at the speed at which those of
positive curvature are closed. The formula comes from minimising the first-order
model of the loss in a region in which the second-order model differs from it by
a bounded amount, |d'Hd|. alpha is chosen in each step: of 1, 0.1, ..., 1e-5 the
one that leads to the lowest loss. There is no learning rate.

For many parameters H cannot be decomposed. Then the step is made inside the
Krylov space spanned by g, Hg, H^2 g, ... (and the last step), whose k dimensions
cost k products of H with a vector.

The experiment

A. Perceptrons with 100 inputs (digits of 10 x 10 pixels, 1000 of them), 2 or 5
tanh units and 10 classes start with values of size 0.01, next to the saddle at 0
where all units are alike. Saddle-free Newton, damped Newton and damped
Gauss-Newton, all with the exact matrix, the same six dampings and the same
search; and SGD with momentum 0.9 at three rates.
B. SGD trains the network with 5 units for 60 epochs; then each method gets 8
steps.
C. Two toy saddles, 5x^2 - y^2 from (1, 1)/1000 and x^3 - 3xy^2 from (0.2, 0.02).
D. Critical points of the network with 2 units: from points along a training,
moved by noise, the Levenberg-Marquardt method lowers the norm of the gradient;
loss and index where it ends.
E. Krylov spaces of 5, 20 and 50 dimensions, with 5 and 25 hidden units.

What to look at

The figure "escape": all methods start on the same plateau, at log 10. Of the two
that know the Hessian damped Newton may begin a little earlier; after about five steps
saddle-free Newton overtakes it. With 5 units it keeps its lead. With 2 units the
loss soon levels off for both, and at step 30 damped Newton has caught up on some
seeds and passed on one: this part of claim 1 is not reproduced (0.954 where at most
0.95 is asked for; on the pilot's seeds it was 0.77 to 0.91). The paper too sees the
gap grow with the number of units. Below, the lowest eigenvalue.
The figure "toys" shows the mechanism bare, in which each step multiplies
the distance from the saddle by a fixed number.

The Gauss-Newton matrix, which reviewers of the paper asked for, is the surprise: it
beats both. It has no negative curvature to be misled by or to be slowed down by:
along what the Hessian calls a steep descent it sees next to none, and only the
damping limits its step. And exact saddle-free steps are not the best ones: with 5
units a Krylov space of 20 dimensions reaches a lower loss in 20 steps than all 565
directions do, because it leaves alone the many directions of tiny curvature.

The points of part D are near-critical, not critical. The search lowers the
gradient's norm from between 0.1 and 1 to some 0.01 within ten steps, and then
hardly moves: it has found flat places of that norm, as searches of this kind
mostly do in networks (Frye et al. 2021). None came to 1e-5.

Scale full has 25 hidden units too, all images, and a deep autoencoder,
784-1000-500-250-30 and back, which SGD trains for 200 epochs before saddle-free
Newton takes over in a Krylov space of 500 dimensions (whose basis takes 5.7 GB:
--set autoencoder-krylov=100 makes it smaller). Not included is the paper's
recurrent network on Penn Treebank characters.`
