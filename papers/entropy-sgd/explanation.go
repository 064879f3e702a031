package entropysgd

const summary = "Wide minima tend to generalise better than narrow ones, so Entropy-SGD optimises the local entropy, " +
	"which counts how much low-loss volume lies near a point. An inner loop of Langevin dynamics explores " +
	"that neighbourhood and an outer step moves towards the average it found. Narrow valleys vanish from " +
	"this smoothed landscape, and a schedule for the neighbourhood's size gradually restores the original " +
	"loss."

const explanation = `The problem

The minima that gradient descent finds have a Hessian with a few large eigenvalues
and very many near zero: wide valleys. Narrow minima may be as deep, but a shift of
the data moves the loss away under them. Can a method prefer wide ones, instead of
finding them by luck?

The idea

Do not minimise the loss f at a point, but minus the local entropy around it:

    F(x) = log of the integral of exp(-f(x') - gamma/2 |x - x'|^2) over x'

It counts low loss within a distance of about 1/sqrt(gamma): a deep narrow valley
has little volume, a wide one much. Where f has curvature lambda, -F has
lambda gamma/(lambda + gamma): sharp curvature is cut off at gamma. Its gradient is

    -grad F(x) = gamma (x - <x'>),

<x'> the mean of x' in the density under the integral. A Langevin walk estimates it:
L noisy gradient steps, each on its own minibatch and pulled back to x by gamma, with
a running mean mu of where they were; then x steps toward mu. gamma grows during
training ("scoping"), until -F is f again.

Two conventions are in use for the noise: eps sqrt(eta') in the text, eps
sqrt(2 eta') in the published code. The library documents both; with the second,
eps = 1 samples the density above. In practice eps is 1e-4: next to no noise.

The experiment

A. One variable, where the integral can be done. Parabolas check the formula; a
double well has its lowest place in the narrow well; walks of 20, 200 and 2000 steps
estimate a gradient that is known.

B. A perceptron (two hidden layers of 128) on 1000 images of digits of 14 x 14
pixels, batches of 128, 40 epochs: 280 gradients for every method. A step of
Entropy-SGD with L = 20 takes 20 of them, so that there are 14 steps. The settings of
both methods (54 of Entropy-SGD, 9 of gradient descent) are chosen by the test loss on
a seed that is not judged. Beside them: walks of 5 and 50 steps, gradient descent at its
best rate with momentum 0.9, and "average alone", the same walk without noise and
coupling.

C. The same with 20% of the training labels wrong.

D. Where both trainings have come equally far (a training loss of 0.01 to 0.02), and
at their ends: by how much does noise of 5% on every kernel raise the loss, and what
is the spectrum of the Hessian?

What to look at

"entropy": at gamma = 30 the narrow well is already the higher one; at 3 it is gone.
Claims 1 and 2 are this part, and hold exactly.

"curves": with right labels Entropy-SGD ends with the test loss of gradient descent,
not below: claim 3 is not reproduced, because the baseline's best setting has no
momentum. Against gradient descent with Nesterov's momentum 0.9 alone, as the
specification of the experiment had it, the test loss is 0.96 times as high. And
"average alone" does the same: at these settings (gamma is then 1e-4) the method is an
average of descent, and nothing of the coupling or the noise is left.

With wrong labels it is different: the settings chosen have gamma = 1, and without
coupling the same walk learns all wrong labels by heart. Entropy-SGD is 2 points better
at the end than gradient descent. It also has a training loss five times as high: it
has learned fewer of the wrong labels in the same number of gradients.

The table of curvatures: where both are equally far, noise on the weights raises the
loss by 15% more after Entropy-SGD, and its largest eigenvalue is 12% smaller; claim 4
is not reproduced. What differs more is how far the trainings have come: at its end
gradient descent has the lower training loss and the smaller curvature.

Scale full

Full trains three networks of the paper, all with its dropout (0.2 of the input, 0.5
inside), each on the kind of data that it has there. --data chooses; without it the
built-in images and a built-in text stand in for all three.

    --data mnist            LeNet: 20 and 50 convolutions of 5 x 5, 500 units, batch
                            normalisation; 100 epochs
    --data cifar10          All-CNN-C with batch normalisation, L2 of 0.001;
                            200 epochs of batches of 128
    --data tinyshakespeare  a language model of characters: two LSTM layers of 128,
                            windows of 64, batches of 64; 50 epochs

The text may be any: a file input.txt in the folder that --data-dir names. Settings
are chosen from few (two to six a method) on the seed of the other scales; "average
alone" and the lengths of walks are there too, for the LSTM the first only. Before
LeNet and All-CNN are measured, after every epoch, their running statistics are made
anew from a pass over the training images. Only claims 1 and 2 are judged.

Where this is not the paper: images are standardised by channel, without its global
contrast normalisation and ZCA whitening. The LSTM begins every window from the state
0, and its walks have 5 steps; Entropy-SGD steps with Nesterov's momentum there as
everywhere, while the paper puts Adam in the outer loop. Adam is a baseline beside
gradient descent. The paper's word model (PTB) is left out.

How long: a step takes about 0.1 s for LeNet, 1.3 s for All-CNN and 0.12 s for the LSTM
on two cores, and measuring after every epoch adds half to three quarters. That makes
one to two hours, about 50 hours and half an hour for a training, of which there are
34, 34 and 31 with five seeds. Ask for fewer: --seeds 1 --set epochs=10. No run of this
scale was finished by the authors of this program: steps were measured, and first
epochs watched while the losses fell.`
