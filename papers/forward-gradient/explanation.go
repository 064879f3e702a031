package forwardgradient

const summary = "Forward-mode differentiation gives the slope of a loss along a chosen direction during a single " +
	"evaluation. Multiplying this slope by the direction, drawn at random, estimates the whole gradient " +
	"without bias, with no backward pass and no stored activations. The variance grows with the number of " +
	"parameters, but on small models plain stochastic descent with this estimate can be faster, in time " +
	"to the same loss, than with backpropagation."

const explanation = `The problem

Backpropagation finds the gradient of a loss f: R^d -> R in two passes: one
forward, which has to keep the values of every layer, and one backward through
them. Memory grows with depth, and no layer can learn before the pass has come
back to it. Is there a useful gradient in the forward pass alone?

The idea

Forward mode carries a direction v along with the values and arrives with f and,
exactly, the slope of f along v: c = <grad f, v>. Draw v at random, with
independent components of mean 0 and variance 1, and multiply the slope by the
direction again:

    g = c v,   E[g_i] = sum_j E[v_i v_j] (grad f)_j = (grad f)_i

The forward gradient g is an estimate of the whole gradient, without bias, from
one forward run. Put in the place of the gradient in stochastic gradient descent
it trains networks.

The price is variance. One slope is one number, and the gradient has d:

    E|g - grad f|^2 = (d+1) |grad f|^2    normal directions
                      (d-1) |grad f|^2    directions of signs, the least possible

and the mean over K directions divides this by K. So on f = |p|^2/2 a step of
length eta changes |p|^2 in the mean by the factor 1 - 2 eta + eta^2 (d+2):
descent is stable only for eta < 2/(d+2), where gradient descent is up to 2. But
with steps much smaller than that, many noisy steps add up to what one clean long
step does, and the loss falls as fast per step as with backpropagation. The
paper's experiments are in this regime, and there what counts is the time of a
step.

The experiment

A. Descent on the functions of Beale and Rosenbrock in the plane, from the same
start with different directions. A second, steeper start on Beale's function shows
runs that are lost.

B. Logistic regression on images of digits (28 x 28, pixels from 0 to 1, batches
of 64, 2000 steps) at learning rates from 1e-4 to 0.1, by both methods, from the
same first values and on the same batches; backpropagation also beyond, to 0.3 and
1, the best of which is its own best here (higher rates were not tried). At two rates finite differences (f(p + hv) - f(p))/h take the place
of the slope. All rates fall as exp(-1e-4 t), as in the paper.

C. The same for a perceptron 784-128-64-10.

D. Bias and variance of the estimate at one point, for a random quadratic and for
d of the parameters of a small perceptron.

E. Time and memory. R_f is the time of value and forward gradient over that of the
value alone, R_b the same for backpropagation; medians of 20 timings in turn, after
compilation, while nothing else runs. Memory is read from the plans of the compiled
programs: what is alive at once between arguments and results. Networks of 1 to
32 layers of 256 units show what depth does.

What to look at

The figure "rates": to the left the two methods are the same, to the right the
forward gradient's noise takes over, while backpropagation improves for another
two decades and at its own best rate is far ahead after as many steps. A comparison
at one small rate says nothing about that, nor does one at backpropagation's best.

The figure "cost": what forward mode keeps of the layers does not depend on the
depth. The direction itself is as large as the parameters, and is needed again
when the slope is known.

The time is a matter of implementation, and here forward mode is the slower one
(claims 4b and 4c fail). In both modes a dense layer has two matrix products
besides its own, except the first, which has one, so that at equal speed of
products nothing like the paper's factor of two can be expected. Backpropagation
has to write and read what it keeps; forward mode has to draw a normal number for
every parameter, whatever the batch. Profiles show that drawing is a large part of
its time in networks of wide layers with a batch of 64. With larger batches, or with
cheaper directions such as signs, the share becomes smaller.

Where this differs from the paper: the time of convolutions is measured on single
passes, not on a training. Scale full has the paper's sizes (perceptron
784-1024-1024-10, a network with two pairs of convolutions of 64 channels, 25,000
steps, depth up to 100 layers of width 1024), at its learning rates and at 3e-4;
the list of the convolutional network's layers is from memory.`
