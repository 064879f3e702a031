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

Scale full

Part B then trains in batches of 1024 for 200 epochs on images of 28 x 28, as the
paper does (--data mnist), over the grids of scale default: about half a day.

The paper's three larger tasks are data sets of their own. They take the place of
part B, and have a random search in the place of grids: 50 trainings with each of seven
methods, whose rate, momentum, xi, beta, decay rate of v and weight decay are drawn
from the ranges of the published code. A training counts with its best epoch; each
seed is another search, so that the spread shows what luck there is in the best of
50. The table sets the paper's figures beside it, which come from searches that were
mostly longer, Bayesian, and ended bad trainings early.

    --data polynomials      regression of a polynomial of degree 6 in 4 variables by a
                            perceptron of 32 and 32 units, 200 epochs
    --data tinyshakespeare  a GPT of 4 blocks and 128 features on sequences of 256
    --data sentences        characters, 250 epochs; the second is a built-in text
    --data cifar10          ResNet-18, batches of 1024, 400 epochs

How long this takes, from steps measured on two cores that did other work, too: a
training on polynomials 2.5 seconds, a seed's search a quarter of an hour. A step of
the GPT took 35 seconds, one training (3750 steps) would take a day and a half and a
search more than a year. A step of ResNet-18 took 31 seconds with 256 images, so about
two minutes with 1024; one training (19,200 steps) would take four weeks, and a search
decades. These two are what the paper has, for machines that are much larger; with
--set epochs=1 they are a start, and for texts and polynomials the scales quick and
default are small searches of the same kind. What was seen of them here: those small
searches on polynomials and on Shakespeare, and of scale full the first steps alone,
in which the losses fall. None has been run to the end, and no claim is judged by them.

Other than in the published code: the GPT has no dropout and the first values of
GPT-2; images are normalised; polynomials have as many variables as the points, where
the code has six and reads the last of four columns three times; all trainings of a
seed share first values and the order of examples; Muon has matrices alone, and Adam
the rest, as there.`
