package jacobiandescent

const summary = "With several objectives there is a whole Jacobian of gradients, and an aggregator must turn it into " +
	"one step. The paper states three properties that an aggregator should have, among them that no " +
	"objective gets worse to first order, finds that none of the known ones has all three, and constructs " +
	"UPGrad, which projects every gradient onto the cone of non-conflicting directions and averages the " +
	"results. Treating each training example as its own objective then speeds up ordinary training."

const explanation = `The problem

Often several losses matter at once: tasks, physical equations, fairness terms, or
simply the training examples, each with a loss of its own. The usual answer is to
minimise their mean. But along the mean gradient a loss with a short gradient may
well get worse, because a long one points the other way.

The idea

Keep the gradients apart, as the rows of the Jacobian J, and step along A(J) for an
aggregator A:

    x <- x - eta A(J)

What should A do? The paper asks for three things. Non-conflicting: J A(J) >= 0, so
that to first order no objective rises. Linear under scaling: an objective counts in
proportion to the length of its gradient, so that near its optimum it fades out
smoothly. Weighted: A(J) is a combination of the gradients. The mean has the last
two, MGDA (the shortest vector in the gradients' convex hull) the first and the
last.

UPGrad has all three. The directions along which nothing gets worse form a cone,
{y : J y >= 0}. Project every gradient onto that cone, and average:

    A(J) = 1/m sum_i project(g_i)  =  J'w
    w_i = argmin { v'Gv : v >= e_i },  G = J J',  w = 1/m sum_i w_i

Each projection is a small quadratic program in the Gramian G alone, so J need not be
stored: for a linear layer the Gramian of the examples' gradients is the elementwise
product of two small Gramians, of its inputs and of the derivatives by its outputs.

The experiment

A. Trajectories on two pairs of quadratic functions of the plane. On (x1^2, x2^2) the
gradients are perpendicular and nothing needs projecting; but MGDA is as short as the
shorter gradient, and stops wherever one of them vanishes. On two long valleys turned
against each other the mean gradient leads quickly to a good average, and on the way
raises one objective for more than a thousand steps.

B. The properties on random Jacobians with gradients of very different lengths,
aggregator by aggregator: how often a step conflicts with some gradient, how far
A((a+b)J) is from A(aJ) + A(bJ) for scalings a and b of the rows, how much of A(J) is
outside the gradients' span.

C. Instance-wise risk minimisation: a small network learns to classify 1024 images,
and a batch of 32 images is 32 objectives. Every aggregator gets its own learning rate,
chosen on a seed apart, from a grid of equal size, by the area under the curve of the
training loss. PCGrad adds up where the others average, so its grid lies lower. Mean
and UPGrad are also compared at batch sizes 4, 16 and 64, tuned anew at each.

What to look at

The figure "properties": UPGrad's row is dark in every column. ConFIG's is too, as long
as the gradients are independent; five gradients in a plane, of which any three are
dependent, tell the two apart (the paper's table does not list ConFIG). MGDA should not
conflict either; its customary iteration stops before it is exact where the lengths
differ by orders of magnitude. Nash-MTL has no solution, and no direction, where some
combination of the gradients vanishes.

The figure "training": UPGrad's loss is lowest from the third epoch on, with an angle to
the mean gradient of only some 17 degrees. DualProj, which projects the mean once,
lies between. The figure "batches": the gain grows with the batch, for two gradients
conflict less often than sixty-four.

At scale default on cuts of the real sets (1024 images, seen at 14 x 14 or 16 x 16
pixels) all claims were reproduced too. The area under UPGrad's loss over Mean's
at batch sizes 4, 32 and 64 was

    glyphs     0.93   0.84   0.67
    MNIST      0.95   0.84   0.74
    CIFAR-10   0.97   0.85   0.74

Comparison is on training loss, as in the paper; nothing is said about test accuracy.
The time of an epoch is listed relative to Mean's, which here also computes the Gramian
that it does not need.

Scale full has the convolutional network, images of their whole size, 8 seeds and a
grid of twice as many rates; --set network=cnn, --set optimizer=adam and --data mnist or
cifar10 choose these by themselves. Fashion-MNIST and KMNIST come in MNIST's file
format: name their folder as --data mnist. Not included: SVHN and EuroSAT.`
