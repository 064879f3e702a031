package proxyprox

const summary = "Often the true objective is costly to differentiate while a related one, from synthetic data or a " +
	"simulator for instance, is almost free. ProxyProx shifts the cheap function by a linear term so that " +
	"its slope agrees with one stochastic gradient of the true objective, and then solves a proximal step " +
	"on it approximately. The number of expensive gradients depends on the smoothness of the difference " +
	"of the two functions only, however badly conditioned the objective itself is."
const explanation = `The problem

Gradients of what one really wants to minimise, F, can be dear: each costs labels by
hand, runs of a robot, a round over private users. Often there is a related function h,
the proxy, whose gradients cost next to nothing: the loss on synthetic or public data,
a simulator's, or that part of the loss that needs no labels. Minimising h alone ends
in the wrong place. Starting at its minimiser helps once, and then all that h knows
about the shape of F, its narrow valleys and flat floors, is thrown away.

The idea

At x_t take one stochastic gradient g of F. Tilt the proxy until its slope at x_t is
g, and go towards the tilted proxy's minimiser, but not too far:

    phi(x) = <g - h'(x_t), x - x_t> + h(x) + |x - x_t|^2 / (2 eta)

The next point is an approximate minimiser of phi, which takes gradients of h alone.
At a fixed point F' = 0: the tilt takes the proxy's bias away. And in its curvature
the step is implicit in h and explicit only in the difference F - h. So eta is bound
by delta, how smooth that difference is, not by the smoothness L of F: F may be as
badly conditioned as it likes if h is so in the same way. Without noise the number of
gradients of F is that of gradient descent on a delta-smooth function. It is enough to
solve phi roughly: until its gradient is at most kappa |x - x_t| / eta, with kappa = 1/4.

A case for every day: logistic regression has the loss A(<w, x>) - y <w, x>. The first
term holds all the curvature and no label; its mean over inputs without labels is the
proxy, and the difference is nearly linear.

The experiment

A. Quadratics of 50 variables with curvatures from 0.01 to 10. The objective has
curvature delta more in ten random directions, and its minimiser lies elsewhere.
Gradients of F until F - F* has fallen by 1e-3 (with noise of norm 1: by 1e-2), at the
best rate of each grid, for ProxyProx with exact inner solutions, gradient descent, and
gradient descent from the proxy's minimiser. Then inner solutions by gradient descent,
with kappa from 1/4 to 5.

B. Logistic regression of 100 features of very different scales, all of which matter
alike; the proxy has 4000 inputs without labels, and Newton's method with conjugate
gradients works inside. 40 labelled batches of 500, and 400 of 8.

C. A perceptron on digits turned by 30 degrees and coloured at random, 16 for each of
300 gradients; the proxy is clean digits, and 20 steps of Adam solve a step roughly. Each
step has a minibatch of the proxy of its own, the same in the tilt and inside.

What to look at

"delta": gradient descent does not care how good the proxy is, ProxyProx does: it takes
a sixth of the gradients at delta = 1 and an eightieth at 0.03. Two parts of claim 1
are missed, both narrowly: at delta = 0.3 the ratio is 0.053 where at most 0.05 is
asked for, and the slope of the count is 0.64, not 0.7. A fall by 1e-3 takes 2, 3, 7
and 18 gradients, so few that whole steps and the threefold spacing of eta (the best is
the last below 2/delta, where it would diverge) decide. To 1e-6, where there is more to
count, it is 12, 29, 81 and 215: a slope of 0.8. With noise, gradient descent from
the proxy's minimiser is nearly as good: where a rough answer is all that noise allows,
a good start is most of it; and on two seeds of five the eta with the best median is
too large for ProxyProx.

"labels" holds the control that keeps the claim honest. With large batches the inputs
without labels help a lot. With batches of 8 the noise of labels decides, eta must be as
small as gradient descent's rate, and the two curves lie on each other, behind Adam.

"images": claim 5 is not reproduced. ProxyProx from random values (0.26) is well ahead
of SGD (0.32), but not of Adam at its best rate (0.24), and training on the proxy first
and then fine-tuning by Adam is better than both (0.225), on every seed. Started from
the proxy ProxyProx is at 0.25. Its step is of one length in all directions where the
proxy has no curvature, as SGD's is, and with 16 images noise decides, where the theory
promises nothing, as in part B. What ProxyProx costs stands in the tables too: up to
hundreds of proxy gradients for one of the objective.

Scale full has all noise levels and grids, and C with images of 28 x 28 (those in files
at their own size), a perceptron of 128 units and T = 5000 gradients, of 15,000 images of
the objective and 5000 of the proxy (--set objective-images=..., proxy-images=...). The
pair depends on --data and --set objective=...: turned, images of the set turned and
coloured (MNIST, Fashion-MNIST, KMNIST, glyphs; photographs are turned only); private,
a public and a private part of one set, which is usual for cifar10; kmnist, the named set
as the proxy of KMNIST with labels of its own. A step of ProxyProx with its 21 gradients
of the proxy takes 0.07 s of one core and a step of SGD 0.005 s, so that a seed, which
has 45,000 and 100,000 of them, takes an hour; five on two cores about three hours. Not
included are the paper's distributed instances (other clients' data as the proxy).`
