package xgrad

const summary = "An optimizer's state already tells roughly where the weights will be a few updates from now. XGrad " +
	"computes the gradient at that predicted point, returns to the actual weights, and applies the usual " +
	"update with it. This carries Nesterov's look-ahead over to Adam, AdamW and others for one extra copy " +
	"of the weights and no extra gradient; the authors report small, consistent gains in accuracy on " +
	"vision and language tasks."

const explanation = `The problem

With momentum most of the next step is known before its gradient: it is what the
optimizer remembers. The gradient is then taken at a place that the weights are
about to leave anyway. Nesterov's momentum looks ahead for that reason, but only
gradient descent with momentum has such a form.

The idea

Ask the optimizer's state D where it would go, and take the gradient there:

    ahead = w - s lr D          D from the state before this gradient
    g     = gradient at ahead
    w, D <- the usual step from w, with g

For momentum D is its buffer; for Adam and AdamW it is the corrected average
over the root of the corrected second moment, without weight decay; AdaBelief,
AMSGrad and AdaM3 have their own, and RMSProp's is its last quotient. One integer
s says how many updates to look ahead; s = 0 is the base optimizer, bit for bit,
and 1, 2 and 3 are the published choices. Before the first step there is nothing
to predict. The real weights are kept, not computed back; evaluation uses them.

With momentum mu, Nesterov looks lr mu D ahead, so that s = 1 goes a little
further. On a parabola of curvature h, with k = lr h,

    D_t = (mu - s k) D_{t-1} + h w_{t-1},   w_t = w_{t-1} - lr D_t :

looking ahead damps the momentum by s k, more where the curve is steeper. The
price is room for the learning rate: it is stable for k < 2(1+mu)/(1+2s) only.

The experiment

A. A perceptron (two hidden layers of 128) on images of digits of 14 x 14 pixels,
4000 to train on, batches of 64, 6 epochs. SGDM (mu 0.9, weight decay 5e-4), Adam,
AdamW and AdaBelief at the listed rates, each with s = 0, 1, 2, 4 and 8, and
Nesterov beside SGDM. Everything is paired: for all s the same first values and
the same batches, so that effects of a few percent can be seen. Losses are those
of the whole training set at the real weights. No rate is tuned for any s: the
claims compare each setting with itself, and the figure shows all rates.

B. Momentum on parabolas of 3000 curvatures: where does it stop being stable?

C. A character model (LSTM of 64 units, AdamW at 2e-3) on made-up sentences, with
s = 0, 1 and 2, 400 steps (2000 with --set characters=2000).

The time of a step is measured with and without prediction in turns, before
anything else runs.

What to look at

"gain": where a curve falls below 1, looking ahead has paid; at the large rates it
rises again as soon as s uses up the room of claim 4, and there prediction makes
the training worse or unstable. "stability" shows how that room shrinks. A gain in
training speed at a small learning rate is not yet a gain over a better learning
rate: compare the rows of the tables before believing that s is worth more than
the rate.

Scale full trains a residual network of 20 layers with batch normalisation for 200
epochs (--data cifar10), with s from 0 to 3; the paper's ResNet-18 is a wider
relative. Its statistics are taken at the predicted weights, in the one forward
pass. Only claims 4 and 5 are judged there. Not included are the paper's larger
models: VGG, DenseNet, ViT, GNMT, BERT and GANs.`
