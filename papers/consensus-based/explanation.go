package consensusbased

const summary = "Consensus-based optimization moves a cloud of particles towards an average weighted by their " +
	"objective values and never computes a derivative. The consensus point is shown here to follow all " +
	"the same gradient descent with a particular stochastic perturbation, because one step samples a " +
	"proximal step. This explains why a derivative-free heuristic makes gradient-like progress, and which " +
	"kind of noise carries it over barriers that stop gradient descent and Langevin dynamics."

const explanation = `The problem

Gradient descent stops in the first hollow. Noise can carry it on, but noise that
is the same everywhere and fades with time (Langevin) has to be strong enough for
the walls and weak enough for the minimum. Methods that only compare values, with
many particles, often do get through. Nobody quite says why.

The idea

Consensus-based optimisation (CBO) keeps N particles X_i. Their consensus is the
mean with weights that favour small values,

    x_a = sum X_i w_i / sum w_i,     w_i = exp(-alpha E(X_i)),

and each particle drifts to it, with noise that grows with its distance from it:

    X_i <- X_i - dt lambda (X_i - x_a) + sigma sqrt(dt) |X_i - x_a| B_i

No derivative anywhere. Now take lambda = 1/dt and noise of a fixed width s: the
particles are then N fresh samples around the old consensus (consensus hopping).
With many samples the new consensus is the mean of the density proportional to

    exp(-alpha [E(y) + |y - x|^2 / (2 alpha s^2)]),

which for large alpha sits at the minimum of the bracket. That is the proximal
point, one implicit gradient step of length tau = alpha s^2:

    y = x - tau grad E(y).

For a quadratic E it is that for every alpha. So the consensus point performs
gradient descent with a perturbation of order sqrt(tau/alpha) + 1/sqrt(N) and what
separates CBO from hopping. The perturbation is not a nuisance: it samples values
as far as the cloud reaches, and crosses ripples narrower than that.

The experiment

A. Searches in GrandCanyon3: a deep curved valley from (8, 8) down to the minimum
at the origin, with ripples on its floor and a ridge across. 50 runs for each
seed of CBO with N = 20 to 1000 in two orders of its terms (the formula's, and
that of the authors' code, where the noise takes the distance that is left after
the drift), of hopping, and of gradient descent and annealed Langevin. These two
get longer steps and several noises besides the published ones. A run has found
the minimum if its last consensus, or iterate, is within 0.25 of it.

B. Single hops on a quadratic, and on the same under low waves: their mean and
their scatter against the proximal step and against -tau grad.

C. |x|^2 in 20 dimensions. Isotropic noise is one distance times a vector, which
is longer the more dimensions there are; anisotropic noise takes each coordinate's
own distance.

D. Rastrigin's function over sigma and alpha.

E. Images of digits: the weights of a softmax regression, 1970 numbers, by 100
particles with anisotropic noise and minibatches; with a cooled sigma and an alpha
that doubles with every epoch, as the authors' script has them for MNIST, and with
small steps.

What to look at

The figure "paths": the runs of CBO and of wide hopping follow the valley as if
they had its gradient, and walk through what stops the others. In "likeness" the
error of a hop falls like one over the root of the samples, as long as
alpha s |grad E| stays below about 3. Beyond, a few samples carry all the weight
and the hop is just a jump to the best of them: at alpha = 80 it is no longer
the proximal step. In "found" the width of the cloud is what decides.

Claim 2 is only half reproduced. Gradient descent never gets through. Langevin
with the published noise does in about a quarter of the runs, if it has all of the
published 10,000 steps; after 4000 in very few. (A second program, with finite
differences in place of derivatives, found the same shares.) Its noise then still
is the right one: with twice as much most runs pass by the minimum and few
stay.

The limits: all this counts values, 50,000 for a run of CBO in two dimensions. In
part E every epoch costs as many passes as there are particles, and SGD is far
ahead after the first. With the settings of the authors' script the swarm has
contracted to a point within one epoch of 66 steps (theirs has 1000); of a dozen
other settings the best is shown as "slow".

Scale full has Langevin with 50,000 steps too, Rastrigin in up to 20 dimensions,
and 28 x 28 pixels with 100 epochs, up to 1000 particles and a small convolutional
network. Not included are the constants of the theorem, which the experiment
cannot see.`
