package layerrotation

const summary = "The authors follow, layer by layer, the angle between the current weights and those at " +
	"initialisation. Across architectures, data sets and optimizers, networks generalise best when every " +
	"layer ends almost orthogonal to its start, even among runs that fit the training set equally well. " +
	"Their optimizer wrapper Layca prescribes the rotation of each layer per step, which turns the " +
	"observation into a testable intervention and offers one explanation for weight decay, warm-up and " +
	"the weaknesses of adaptive methods."

const explanation = `The problem

Two trainings of one network can both recognise every training image and differ
by many points on new ones. The loss does not tell them apart. What does, without
looking at new images?

The idea

Look at how far each layer turned. W_0 are a layer's first values, W those now:

    d = 1 - <W, W_0> / (|W| |W_0|)

0 is where it started, 1 a right angle. A layer that hardly turned still is its
random start plus a little; one that turned by a right angle has learned all that
it does. Where a normalisation follows, a layer's length means nothing, so that
the angle is all there is to change.

To see whether rotation is the cause and not a sign of something else, it has to be
set by hand. Layca takes any optimizer's step s and prescribes its angle:

    s  <- s - (<s,W>/|W|^2) W        only what turns
    s  <- s |W|/|s|                  as long as the weights
    W' =  W + rho m s
    W  <- W' |W|/|W'|                turned by arctan(rho m), as long as before

rho takes the learning rate's place. The multipliers m let layers differ, by one
number alpha: above 0 first layers turn less, below 0 last ones do. Nothing else is
trained: networks have no biases, and normalisations no scale and no shift.

The experiment

A perceptron (four hidden layers of 128, batch normalisation) on 1000 images of
digits of 14 x 14 pixels, 60 epochs of batches of 128, so that every training fits
the training set; the rate falls to a fifth at 80% and to a twenty-fifth at 93% of
the steps. Layca at 3^-1 to 3^-5, and at 3^-3 with alpha -0.6 and 0.6; gradient
descent at 1 to 3^-3; with weight decay (100 epochs); with a warm-up of 5 epochs to
a rate of 3; Adam, alone and with Layca. Every method's rate is chosen by the test
accuracy, as in the paper: the baselines' too. A small convolutional network repeats
the sweep. In the toy one layer is as wide as the image and can be looked at.

What to look at

"rotation": trainings with nearly the same training loss, side by side. Gradient
descent turns a hidden layer by 0.01 to 0.02, since every step makes its weights
longer and the next one turns them less; "steps" shows that. Weight decay keeps them
short: nothing happens for 40 epochs (lr x decay x steps must reach about 3), then
the layers turn, and the accuracy is Layca's. A warm-up makes a large rate possible,
and with it larger rotations; so does Adam's at 0.01, where it turns layers by 0.14
and loses less than a point. "accuracy" puts all trainings into one picture: from 0
to 0.2 accuracy rises steeply with rotation; alpha = 0.6, which lets the last layers
do all the turning, is far below; and beyond 0.8, at 3^-1, accuracy falls again.
The paper has its best accuracies near 1; at this size they are in between, at 0.2
to 0.7 for both networks. A distance of 1 is also where a long random walk ends,
which is why steps are shown besides.
"features": at small angles the kernels are still the noise that they started as.

Scale quick makes 15 epochs and judges claim 4 on gradient descent alone: so soon
Adam with Layca is still 1.2 points behind.

Scale full

Full trains four of the paper's five tasks and its toy. --data chooses; without it the
built-in images stand in for all of them.

    --data cifar10   C10-CNN1: 24 convolutions and a linear layer, 25 in all
                     C10-CNN2: VGG-16 with dropout of 0.3 to 0.5 and augmentation
    --data cifar100  C100-resnet: ResNet-32
                     C100-WRN: WRN-28-10 with dropout of 0.3 and augmentation
    --data mnist     the toy: 784 hidden units, 1000 images of each digit on average,
                     batches of 2048

Augmentation moves images by up to 4 pixels and mirrors photographs. The fifth task,
an 11-layer network on Tiny ImageNet, is left out: its folders are not in an order that
the loader of pictures reads. All networks are without biases, scales and shifts, for
every method. Each gets 100 epochs in batches of 128 of Layca at 3^0 to 3^-7 and four
alpha, gradient descent at five rates, and the methods of the paper's last section
(momentum, normalised gradients, Adam, RMSprop, Adagrad) with Layca and without. A
shortcut with a kernel of its own is a layer too; ResNet-32 has none, its new channels
begin at 0. One number of epochs and one course of the rate for all tasks, and the
weight decay, 5e-4, are ours. Only claim 1 is judged.

How long: on two cores a step takes about 1.2 s for C10-CNN1, 1.8 s for C10-CNN2, 0.7 s
for C100-resnet and, reckoned from a batch of 8, 22 s for C100-WRN; a training of
39,000 steps 13, 20 and 8 hours, and 10 days. With 29 methods and three seeds they are
for large machines; the toy takes minutes. With --seeds 1 --set epochs=1 all methods
take 4, 6 and 2 hours, and 3 days. No run of this scale was finished by the authors of
this program: steps were measured, and first losses watched as they fell.`
