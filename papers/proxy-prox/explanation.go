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

"delta": gradient descent does not care how good the proxy is, ProxyProx does, and
beats it by a factor of five at delta = 1 and of a hundred at 0.03. With noise the
advantage is smaller, and starting gradient descent at the proxy's minimiser is nearly
as good: where a rough answer is all that noise allows, a good start is most of it.

"labels" holds the control that keeps the claim honest. With large batches the inputs
without labels help a lot. With batches of 8 the noise of labels decides, eta must be as
small as gradient descent's rate, and the two curves lie on each other, behind Adam.

"images": the theory speaks of the number of gradients and promises nothing about what
a network generalises to. Adam with the highest of its rates is hard to beat here, and
training on the proxy first with fine-tuning by Adam harder; read the table, not the
name of the method. What ProxyProx costs stands in the tables too: hundreds of proxy
gradients for one of the objective.

Scale full has images of 28 x 28 and 5000 gradients. Not included are the paper's
distributed instances (other clients' data as the proxy).`
