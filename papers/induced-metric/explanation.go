package inducedmetric

const summary = "Pictures of loss landscapes show a surface in a higher-dimensional space, yet optimizers measure " +
	"distances in the flat parameter space below it. Taking the surface's own metric seriously only " +
	"rescales the gradient, by 1 / (1 + xi |g|^2), which acts as a smooth form of clipping. Variants " +
	"embed the logarithm of the loss, which produces a step size schedule, or start from the " +
	"preconditioner of RMSProp; they do well in low dimensions and compete with AdamW on networks."

const explanation = `The problem

Where the loss is steep, gradient descent takes its longest steps, and one of them
can end far from everything that was learnt. Clipping gradients at a length helps,
but the length has to be found, and at it the rule changes abruptly.

The idea

A picture of a loss surface stands in a space of one more dimension than the
parameters, theta -> (theta, sqrt(xi) L(theta)), and lengths on it are measured on
the surface. In the parameters that is the metric

    G = gamma + xi g g^T ,      g the gradient, gamma the metric without the surface,

in which the steepest direction is, because G has only one row too much,

    G^-1 g = gamma^-1 g / (1 + xi g^T gamma^-1 g) .

So nothing changes but the length of the step: it grows with the gradient up to
|g| = 1/sqrt(xi), where it is eta/(2 sqrt(xi)), and falls again beyond. Three
variants:

    plain    gamma = 1             s = 1/(1 + xi |g|^2)
    log      ln L is embedded      s = L/(L^2 + xi |g|^2)
    rms      gamma = sqrt(v)       s = 1/(1 + xi sum g^2/sqrt(v))

with v RMSProp's average of squares. The step is -eta s gamma^-1 m with m the average
of the gradients; xi |g|^2 may be averaged too, and weight decay is not multiplied
by s. The log variant has a schedule built in: near a minimum of value 0 it is a step
of Polyak's, L g/|g|^2 times eta/xi, whatever the loss's scale. |g|^2 is taken over all
parameters, so that a useful xi falls with their number.

The experiment

A. Five functions of two variables, from the starts and to the tolerances of the
paper's code: how many steps does the best setting of a grid take (eight rates, eight
momenta, four xi, three decay rates of v), for each variant, SGD with momentum, and
Adam? Then the same settings from twenty random starts for each seed. B. A perceptron
(64 and 64 hidden units, GELU, 17,418 parameters) on images of digits of 14 x 14 pixels, 4000 to train on, six
epochs in batches of 64 at constant rates: SGD with averaged momentum, with and
without clipping at 0.1, 1 and 10, the three variants at two or three xi, Adam,
AdamW and Muon. C. Single steps for gradients of all lengths.

What to look at

Part A comes to the numbers of the paper's notebook, or to fewer steps where this grid
has better settings; only Adam on Himmelblau's function takes 12 in place of 10. It also shows what they are worth: the setting that makes
plain the fastest on Rosenbrock's function from (0, 0) fails from nearly every random start
around it, and so does SGD's best ("plane", right); those of Adam and log arrive from all. Only the log variant solves
Ackley's function, and it does so from all starts: its step is a guess
at where the loss is 0, which is true of the minima of all five functions, and of no
loss of a network with noise in it.

On the perceptron claim 2 is not reproduced: with xi = 0.1 the plain variant trains
at no larger rate than SGD does. The reason is in the bound on the step, eta/(2 sqrt(xi)):
at rate 3 and xi = 0.1 a step may be 4.7 long, when all weights together are about 12
long at the start; with averaged momentum a few such steps are enough to lose a
network. With xi = 1 the range is wider by a factor of three ("rates"), at
the price of a larger loss at small rates. The claim's second half fails by 3%, which
is within what seeds differ by. Clipping at 0.1 is safe at every rate of the
grid: it bounds the step by 0.1 eta. The best losses of SGD, clipping and plain are
the same within the spread of the seeds, because at the best rate gradients are
seldom long; "lengths" shows that for xi = 0.01 the factor is hardly ever below 0.9.
The rms variant is best with the smallest xi, where it is Adam.

Scale full has the paper's setting for the perceptron (batches of 1024, 200 epochs,
images of 28 x 28; --data mnist), and for --data cifar10 a residual network of 20
layers for 400 epochs in place of the paper's ResNet-18. Its language model, its
regression on polynomials and its Bayesian sweeps are not included; the grids are
those of scale default.`
