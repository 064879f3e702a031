package gradientregularization

const summary = "Penalising the squared norm of the gradient leads training to flat minima, but differentiating that " +
	"penalty normally needs a second backward pass through the first. Here the derivative is estimated " +
	"from the gradients at the current point and at a point slightly uphill, which is cheaper. " +
	"Surprisingly, with a fairly long uphill step the network generalises better than with the exact " +
	"derivative, and with a downhill step worse; a small solvable linear network explains the difference, " +
	"and SAM and flooding turn out to be relatives."

const explanation = `The problem

Of all the places where a network fits its data, flat ones often generalise
better. A way to get there is to penalise the gradient's norm:

    L + gamma/2 |grad L|^2,    whose gradient is G + gamma HG,

with G = grad L and H the Hessian. HG is a derivative of a derivative, which costs
about three gradients and a framework that can take it.

The idea

HG is how G changes along itself, so that two gradients will do:

    F-GR    R = (grad L(w + eps G) - G) / eps        a step up
    B-GR    R = (G - grad L(w - eps G)) / eps        a step down
    DB      R = HG                                   double backpropagation

As eps goes to 0 all are the same. The point of the paper is that eps should not
go to 0: a step up of some length is better than the exact derivative, and a step
down is worse. F-GR with gamma = eps is the gradient at w + eps G, which is SAM but
for its normalised step; and flooding, which climbs when the loss is too low, makes
steps down and up in turn, which add up to -lr^2 times R with eps = lr.

Why, in a network that can be solved

A diagonal linear network predicts x'beta with beta = w+^2 - w-^2, and starts with
all w at alpha. Gradient flow keeps w+ w- = alpha^2, and what it finds is the more
sparse the smaller alpha is. With the penalty, each coordinate's alpha falls,

    alpha_i = alpha exp(-4 gamma integral of q_i q'_i dt),   q = X'(X beta - y)/n,

where q' is q at the place of the other gradient. Uphill the residual is larger, and
so is q': F-GR lowers alpha more than DB, and B-GR less.

The experiment

Sparse regression with such networks: 100 features, 50 rows of N(1, I), five
coefficients that are not zero, no noise, until the loss is 1e-6 or 30000 steps are made
(most settings end there, near 1e-5). A second case has a small rate, to
compare with the flow; a third has centred rows. Then perceptrons on images of digits,
with momentum 0.9: plain at 4 rates, F-GR and DB at two of them over a grid of gamma and
eps. And the time of a step.

What to look at

"side": error and effective alpha against eps, one line from down to up, in the claimed
order for every seed. "mechanism": theory and measurement agree in every coordinate;
what is left is that steps are not a flow: at three times the rate it is three times as
much. The table of the centred case is the other half of the story: there q is
largest on the coordinates that carry the signal, their alpha falls most, and the
penalty makes the error worse. Whether flat is better depends on the data.

"images": the gain is small, a quarter of a point at the best of 12 settings, which is the size
of the seeds' spread, and DB at gamma = 0.05 has as much; on these images
nothing can be said of up against down. The gradient and the largest
eigenvalue at equal training loss (taken between the two epochs around a loss of 0.02) are a fifth
and a quarter lower in the median, but not in every seed. "cost": with few and small layers
the work beside the matrix products shows; at depth 8 the ratios come to the
count of products, 2 and 3, with what compilation saves.

The library has double backpropagation as the forward derivative of the gradient
along itself; "twice reverse" is the penalty differentiated by a second reverse pass.

Options: epochs 0 leaves the images out. Scale full trains ResNet-20 (the paper has
ResNet-18) for 200 epochs on --data cifar10.`
