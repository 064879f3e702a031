package rectifiedflow

const summary = "To carry noise to data, or one set of images to another, fit a velocity field to the straight lines between random pairs of points " +
	"and follow it. Paths of such a flow cannot cross, so it pairs the points anew, and every convex cost of the pairs falls. Fit a second flow to " +
	"the new pairs: its paths are almost straight, and a single Euler step does what took a hundred."

const explanation = `The problem

Two distributions are known by samples only: say noise and images, or photographs
of summer and of winter. Nobody says which point belongs to which. We want a map
that carries the one distribution to the other. Diffusion models do it by an
ordinary differential equation whose paths are curved, so that a sample costs tens
or hundreds of evaluations of the network.

The idea

Pair the points at random and join each pair by a straight line,

    X_t = t X1 + (1-t) X0.

Many lines cross, and where they do no flow can follow them all. Fit the velocity
that follows them on average, by least squares:

    min over v of  V = integral over t of E|(X1 - X0) - v(X_t, t)|^2

The best v is the mean direction of the lines through a point. Follow it from
Z0 = X0, dZ/dt = v(Z, t): at every time the cloud of points Z_t has the
distribution of X_t, so Z1 has that of X1. But the flow's paths cannot cross.
Where two lines did, the points have exchanged their partners. That makes every
convex cost of the pairs smaller, E c(Z1 - Z0) <= E c(X1 - X0).

Now take the pairs (Z0, Z1), which hardly cross any more, and do it again
("reflow"). The paths become straight, and on a straight path one Euler step is
exact. How straight a flow is says

    S = integral over t of E|(Z1 - Z0) - v(Z_t, t)|^2,

and Pythagoras keeps the books: what one rectification saves in quadratic cost is
exactly S + V. In the end the flow can be distilled: train z0 + v(z0, 0) alone to
hit the ends of its own paths, and the model needs one evaluation.

Other motions in place of the straight line, X_t = alpha X1 + beta X0, give the
probability-flow equations of diffusion models. They carry the distribution just
as rightly, but their paths stay curved, however often they are fitted again.

The experiment

A. In the plane: three clusters at the corners of a triangle are carried to three
at the corners of the opposite one. A perceptron with three hidden layers of 100
learns three rounds of the method, two of the VP diffusion's motion, and two of
the same curve at constant speed, 2500 steps of Adam on 512 of 5000 pairs each.
One-step regression of X1 on X0 stands beside them: it can only answer with the
mean. The learning rate of each is chosen from 0.002 and 0.005 on a seed apart.
Distances W2 from the target are exact (an assignment of 510 points to 510).

B. On the line, where only the increasing map is optimal for all costs.

C. Images (--set images=yes, and at scale full): a U-Net makes digits of noise in
two rounds and a distillation, and carries digits to the domain of turned and
negated ones. A small classifier's features judge by the Frechet distance.

What to look at

In the figure "paths" the first flow's paths run toward the middle, where all
lines crossed, and turn away at the last moment; one reflow later they go straight
to the nearest cluster. "steps" shows what that is worth: a flat curve needs no
steps. "straightness" puts the diffusion's motion beside it. On the line
the learned map has a steep part where the right hump splits. In the transfer of
images nothing asks for a digit to be turned or its class to be kept: the flow
carries an image to a near one of the other domain, which is what least cost means.

Scale full trains longer on more points (10,000 steps of 2048), and the images at
their own size with a larger U-Net. The paper's CIFAR-10 figures took weeks on
several graphics processors; its published numbers (Frechet inception distance
2.58 with 127 steps, 4.85 with one) are not within reach here, and the network
that judges is another. Dropout and the LPIPS loss of its distillation are left
out.`
