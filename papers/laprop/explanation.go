package laprop

const summary = "Adam collects momentum from raw gradients and scales the sum afterwards, so an old large gradient " +
	"can be divided by a second moment that has already forgotten it, and the step explodes. LaProp exchanges the two " +
	"operations: every gradient is scaled when it arrives, and the momentum averages the scaled values. For the price of " +
	"one moved line the two decay rates can be chosen freely, and training stays stable where Adam fails."

const explanation = `The problem

Adam keeps two running averages of the gradient g: of its values, m, which
forgets at the rate mu (the momentum), and of its squares, n, which forgets at the
rate nu (the second moment). It steps along m / sqrt(n). The division makes every
parameter move about one learning rate per step, however large or small its
gradients are. But m and n remember for different times. A large gradient enters
both; n forgets it after about 1/(1-nu) steps, m after about 1/(1-mu). If n
forgets first, what m still remembers of the large gradient is divided by the
root of what is left in n, which is nearly nothing. From one step to the next
the quotient grows by the factor mu / sqrt(nu). With the usual mu = 0.9 and
nu = 0.999 that is below one, and all is well. With nu = 0.5 it is 1.27: sixty
steps after the spike the update is a million times too large.

The idea

Divide first, average afterwards:

    Adam     m <- mu m + (1-mu) g                step = m / (sqrt(n) + eps)
    LaProp   m <- mu m + (1-mu) g/(sqrt(n)+eps)  step = m

where n <- nu n + (1-nu) g^2 in both, and both correct m and n for their start at
zero. Now each gradient is divided by the second moment of its own time, and
never again. Three things follow. A step is never longer than 1/sqrt(1-nu)
learning rates, for any gradients and any mu. After a spike the steps fade like
mu^t. And every nu from 0 to 1 makes sense: at nu = 0 each quotient is the sign
of the gradient and LaProp is momentum of signs; near 1 it is as slow and
adaptive as Adam. Memory and cost are Adam's.

The experiment

A. Searches for the minimum of Rosenbrock's function, a curved valley, with noise
of deviation sigma added to the gradient: how many steps do LaProp, Adam and
AMSGrad take from (0, 0) until they are within 0.1 of (1, 1)?

B. Training at every pair of decay rates, mu = 0.9 and 0.99 against nu from 0.999
down to 0.1: a three-layer perceptron (one hidden layer of 128 units, learning
rate 1e-3) and a narrow deep one (20 hidden layers of 32 units, 3e-4) on images of
digits of 14 x 14 pixels, 4 passes over 4000 images in batches of 64. Adam and
LaProp get the same eps of 1e-15. Adam with its usual 1e-8, which sets a floor
under the divisor, runs beside them.

C. The promises of the formulas: the answer to a single spike, the bound on
thousands of steps in answer to wild made-up gradients, and the limit nu = 0,
compared bit for bit with momentum of signs.

What to look at

The figure "grid" is the point of the paper: at the usual nu = 0.999 there is
nothing to choose between the two; further right, where mu exceeds sqrt(nu), Adam
is lost while LaProp hardly notices. Adam is not worse everywhere: at the edge, at
nu = 0.9 or 0.7, a training by Adam that survives often ends lower. The figure
"spike" shows why so few survive further on. The learning rate is
the same for both methods, because both step about one learning rate; at scale
full it is chosen for each method and each pair of decay rates from 1e-4, 4e-4
and 1e-3, on a seed that is not judged.

Scale full has the images at 28 x 28 pixels (20,000 glyphs, or all of MNIST),
more noise levels and decay rates in A, and a sweep over depths from 10 to 100
hidden layers. Claim 1 is judged with tuned learning rates there and may well
fail: in a pilot (one seed, 8000 images of MNIST) Adam at nu = 0.5 came through
with its tuned rate, a tenth of LaProp's, and three times LaProp's loss, whereas
on the tuning seed the same setting had diverged. Not included are the paper's experiments with a transformer
without warm-up, because the library has no attention layers yet, and with
style transfer, language models and games.`
