package gravity

const summary = "Gravity treats each parameter as a body that slides down an inclined plane and uses the horizontal " +
	"part of the motion as the step, which grows with the slope and then falls again when the slope is " +
	"very steep. Every gradient entry is thus squashed by a bounded function scaled with the largest " +
	"entry of its tensor. A moving average whose weight rises during training replaces the usual " +
	"momentum. The authors compare it with Adam and RMSProp on VGG networks and report good results " +
	"without tuning."

const explanation = `The problem

Gradient descent makes its longest steps where the loss is steepest, which is
where a step of that length is least to be trusted. Adam and RMSProp answer by
dividing every gradient by its usual size, and then all parameters move at the
same pace, for which a learning rate has to be found. Gravity asks for a middle
way with numbers that need no tuning.

The idea

A body that slides for a fixed time down a plane of slope g comes forward, as
seen from above, in proportion to

    sin a cos a = g / (1 + g^2),   g = tan a :

little on a gentle slope, most at g = 1, and little again down a wall. Gravity
takes this for the step, and moves the maximum to g = m by the largest element
of each tensor's gradient:

    m    = 1 / max|g|
    zeta = g / (1 + (g/m)^2)            so |zeta| <= min(|g|, 1/(2 max|g|))
    b    = (beta t + 1) / (t + 2)       1/2 at first, beta in the end
    v   <- b v + (1 - b) zeta           v starts as noise of size alpha / l
    w   <- w - l v

with l = 0.1, alpha = 0.01, beta = 0.9. The running average begins almost as a
plain mean, so that the first gradients are not drowned by a start at zero.
The noise moves each parameter by about alpha in the first steps.

With G = max|g|, the largest element becomes G/(1+G^4). Where G is well below 1
this is G itself, and Gravity is gradient descent with averaged momentum: rate
0.1 (0.01 in the usual count, where momentum sums instead of averaging),
momentum 0.9. Where G is well above 1, the largest elements make steps of 1/G^3,
and the training may stand still. So the method depends on the loss's scale:
the sum of a batch's losses in place of their mean is another method.

The experiment

Images of digits, 14 x 14 pixels, 4000 to train on and 2000 to try, batches of
128. A perceptron (128 and 64 hidden units, 30 epochs), a small VGG (two stages
of two convolutions, no batch normalisation as in the paper, 10 epochs), and the
perceptron again with twenty classes: half of the images are turned to their
negative, and digit and sign have to be told. Gravity runs with its defaults on
all three, beside Adam and RMSProp at the small rates of the paper's logs (1e-4
and 5e-5), and beside the same two tuned: the best of 2.5e-4, 1e-3, 3e-3 and
1e-2 for the perceptron, by the best validation accuracy on two seeds apart
(Gravity's other rates, 0.03, 0.3 and 1, are tried with the same effort). RMSProp has Keras's
decay 0.9. The control is averaged momentum at rate 0.1, which is Gravity with
neither squashing nor noise nor warm-up.

As in the paper the images that are tried choose the best epoch, which flatters
every method alike; tables show the last epoch as well.

What to look at

"curves": Gravity is far ahead of the baselines as the paper ran them, and tuned
baselines are ahead of Gravity by more than a point: for this budget their
published rates are too small by a factor of ten and more. That is why claim 3
is not reproduced. "rates" shows that Gravity's own 0.1 is not its best either:
at 1 it gains a point. The best rates of all methods lie at the large end of
their grids; still larger ones could only widen the gap of claim 3, and at that
end RMSProp's accuracy wobbles, which makes claim 5 easy (in the pilot, against
3e-3, Gravity's deviation was half of RMSProp's). "steep": max|g|
is seldom near 1, so that the squashing, which is the idea of the paper, hardly
ever acts; "distance": what separates Gravity from averaged momentum is mostly
the noise in the first v. On these tasks the merit of the defaults is that of
momentum with a good learning rate.

Options: tasks chooses the trainings, first-t the count of t of the authors'
PyTorch code, time-decay lets l fall as their Keras code can. Scale full trains
VGG-16 and VGG-19 (two dense layers of 4096) for 100 epochs at the rates of the
logs, for --data mnist, fashion-mnist or cifar10; images of 28 x 28 get a border
where the paper stretches them to 32 x 32. It would take weeks on a laptop, and
only claim 1 is judged there.`
