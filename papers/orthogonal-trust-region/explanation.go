package orthogonaltrustregion

const summary = "The Muon optimizer replaces the momentum of a weight matrix by the nearest orthogonal matrix, at " +
	"first for empirical reasons. This paper derives the step as the minimiser of a linear model over a " +
	"ball in the spectral norm; other norms give normalised SGD and signSGD, and one convergence analysis " +
	"covers all of them. It explains why momentum has to be taken before the orthogonalisation and why " +
	"decoupled weight decay helps."

const explanation = `The problem

Muon trains networks with a step that looks odd. It averages the gradients of a
weight matrix, replaces the average by the nearest orthogonal matrix, so that all
its singular values become 1, and moves by a learning rate along that. It works
well, at large scale too. Why should one throw away the singular values? Why
average first and orthogonalise afterwards, when the older Orthogonal-SGDM does it
the other way round and is worse? And why does weight decay matter so much for it?

The idea

A gradient says how the loss changes nearby, and nothing of what is far. So go to
where its linear model is least, but not farther than a radius eta:

    x_{k+1} = argmin { <m_k, x> : |x - x_k| <= eta } ,
    m_0 = g_0 ,  m_k = (1-alpha) m_{k-1} + alpha g_k .

What this step is depends on the norm in which the radius is measured:

    Frobenius          -m/|m|      normalised SGD with momentum
    largest element    -sign(m)    sign momentum
    spectral           -U V^T      Muon, for m = U S V^T
    columns            -m with every column normalised

One analysis serves them all. What it needs is that m be near the gradient, in the
dual norm (for the spectral norm the sum of the singular values):

    E|m_k - grad f(x_k)| <= (1-alpha)^k rho sigma + sqrt(alpha) rho sigma + L eta/alpha .

The first term forgets the start, the second is the noise (of deviation sigma) that
the average leaves, the third the lag of an average behind a moving point. More
noise asks for a smaller alpha. If each gradient is orthogonalised before the
average, there is no such bound: the orthogonal factor of a noisy matrix is biased,
and an average of biased things stays biased.

With weight decay the ball lies around (1-beta) x_k instead, so that the iterates
never leave |x| <= eta/beta once they are inside: the method minimises over that
ball, as Frank and Wolfe's does. Taking gradients at
x + (1/alpha - 1)(x - x_last) makes the average stand at x itself where the gradient
is linear, and takes the lag away.

The experiment

A. A quadratic function |A X B - C|^2/2 of 16 x 16 matrices with noise of three
sizes: both sides of the lemma above and of the theorem on the least gradient, for
three norms, five alphas and two radii. L is found by climbing to the greatest
curvature in the norm. B. Orthogonal factors of means against means of factors; and
what five Newton-Schulz steps, Muon's cheap substitute for a singular value
decomposition, make of singular values. C. A perceptron (196-128-128-10) on images
of digits, five passes over 4000 images in batches of 64, learning rates that fall
linearly to zero: Muon (signs for biases), Orthogonal-SGDM, sign momentum,
normalised SGD, Adam, SGD with momentum, four rates each; alpha from 1 to 0.05 and
three weight decays for Muon. Newton-Schulz against exact factors runs on a smaller
network (196-32-32-10), because the exact ones of the large one take a quarter of a
second each. D. Weight decay: the norm of iterates that start outside of the ball,
and the loss over its least value in the ball as the run gets longer, with
beta = 2 ln K/K and alpha = beta^(2/3). E. Extrapolation on a quartic function.

What to look at

"order" is the paper's point in one picture: at alpha = 1 the two orders are the
same method, bit for bit; as soon as there is an average, the one that averages
gradients gains a factor of a thousand in training loss, the other next to nothing.
"bounds" has both sides of the lemma: the bound is within a factor of two where the
noise dominates, which is at large alpha, and up to ten times too large where the
lag does. The theorem's bound on the gradient is loose by a factor of seven and
more. "factors" has the bias. "methods" shows that well-tuned methods come close to
each other on such small images: Muon is half a point ahead of Adam, and less than
that of normalised SGD. A weight decay of 0.1 adds a little; one of 1 holds every
matrix in the unit ball, which is too small for the task.

The paper has theory only. The algorithms with weight decay and extrapolation were
built from its abstract and from practice. Its composite term R is in the library
(optim.NewCompositeTrustRegion) and is not tried here.

Scale full takes images of 28 x 28 pixels (20,000 glyphs, or all of MNIST) and
longer runs. With --data tinyshakespeare part C trains language models of characters
instead (at full four blocks of width 128 for 3000 steps): Muon for the matrices of
the blocks beside Adam for the rest, against Adam for all. No claim is about them.`
