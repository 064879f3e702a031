package thermodynamicngd

const summary = "The natural gradient is expensive because every step solves a linear system with the Fisher or " +
	"Gauss-Newton matrix. The paper hands this system to an analog device whose noisy oscillators settle, " +
	"by physics alone, around the solution, while a digital processor supplies gradients and Jacobians. " +
	"The time given to the device moves the update continuously from plain gradient descent to the " +
	"natural gradient, and simulating the device yields a useful truncated, warm-started solver even " +
	"without the hardware."

const explanation = `The problem

Gradient descent moves far where the loss is steep and hardly at all where it is
flat, and how steep it is depends on how the parameters happen to be scaled. The
natural gradient divides by the curvature: it is the solution v of F v = g, where F
is the Fisher information of the network's predictions, J'HJ averaged over a
minibatch plus a damping lambda I (J is the Jacobian of the outputs, H the Hessian of
the loss in the outputs). It needs fewer steps. But N parameters make F a matrix of
N x N, and each step has another one.

The idea

Systems in nature solve such equations by coming to rest. N oscillators coupled by F,
pushed by the force g and shaken by heat, obey

    dv = -(F v - g) dt + sqrt(2 kappa0) dW

and settle into a normal distribution with mean F^-1 g and covariance kappa0 F^-1. So:
let a processor compute g, J and H, load them into such a device, wait for a time tau,
read v, and use it in the gradient's place. Along a direction of curvature mu the
device has covered the share 1 - e^(-mu tau) of its way: steep directions arrive
early, flat ones are still near where they started. That makes the time a dial:

- started at the gradient, time 0 is gradient descent and a long time the natural
  gradient;
- started where the last step's readout was ("warm"), the device remembers earlier
  gradients, and forgets them by e^(-mu tau) a step: momentum, but only in those
  directions in which it does no harm.

The device of this experiment is a simulation: steps of Euler and Maruyama, each of
which is one product with F, that is, a forward and a backward pass. A time of 0.5
is ten of them. Seen that way TNGD is a linear solver that is broken off early and
starts from its last answer, which is of use without any hardware.

The experiment

A. One minibatch of an untrained network: where the readout is after times from 0 to
50 without noise, and the statistics of 200 noisy readouts, by Euler's steps and by
draws from the exact law (from the eigenvalues of the factors' 640 x 640 Gram matrix).

B. Training: digits of 10 x 10 pixels, a perceptron of 100, 24 and 10 units with 2674
parameters, minibatches of 64, 150 steps. SGD, SGD with momentum 0.9, Adam, the exact
natural gradient, that by 10 and 40 products of conjugate gradients, TNGD from both
starts with times 0.5, 2 and 5, and TNGD-Adam, which feeds the readout to Adam. Each
has its grid of rates; the tables show all of them. Then noise, and two kinds of
delay: the device holds the matrix of d steps before; or a whole readout comes d steps
late.

What to look at

In the figure "time" the two starts tell the paper's story. From the gradient, a longer
time brings the loss down towards the exact natural gradient's (dashed). From the last
readout, even the shortest time ends below it: what the device remembers is worth more
than solving the system exactly. It is not plain momentum: SGD with momentum 0.9 is
better than SGD, and stays behind (see the table).

"training" counts the price. Per step TNGD is far ahead of SGD and Adam. Per gradient
or product it is not: ten products a step are eleven times SGD's work, unless physics
does them. On the same ten products conjugate gradients are next to exact, but without
the memory.

A matrix that is some steps old does no harm, as the paper finds; here it even helps
by some percent. A readout that comes late does harm: the same memory that makes the
warm start good makes it oscillate. TNGD-Adam is close to Adam here: what Adam divides
by undoes the scale that the natural gradient has given to directions.

Scale full

Images: the published network, a convolution of 5 x 5 with 8 channels and dense layers
of 64 and 10 units, on images of 28 x 28 pixels (--data mnist; of the built-in digits
20,000), five epochs in minibatches of 64, or of up to 256 with --set batch=256. What
the library calls exact is there, too, conjugate gradients that have converged:
Woodbury's formula, which part A compares them with, decomposes a matrix of 640 rows
at every step. On two cores that did other work, too, a step took 0.01 seconds with
Adam and 0.13 with 40 products; all trainings of a seed on MNIST together take about
six hours.

Text: --data tinyshakespeare, or sentences for built-in texts, has part C in the place
of the trainings on images, at every scale. A GPT is trained on one text, sentences of
a small grammar, and then tuned to another one: Shakespeare, or sentences that are read
backwards. As in the paper's tuning of DistilBERT, only changes of low rank of the
kernels for queries and values are trained, and a new last layer. SGD, Adam, TNGD,
and TNGD-Adam from both starts each have a grid of rates. Scale full has 4 blocks, 128
features, rank 8, sequences of 128 characters and 500 steps. With 32 sequences a step of
Adam took about a second there, one of ten products 6 and one of 40 products 15; with
the 16 that it has, the training before takes one to two hours, and a seed some six.
Only the first steps of it have been run; scale default is the same with a smaller
model. No claim is judged by it.`
