package sinkhornnewton

const summary = "Sinkhorn's iteration for optimal transport with an entropy is simple, but it needs thousands of rounds where the entropy is weak. " +
	"It climbs a concave function one block of variables at a time, so Newton's method suggests itself, whose Hessian is the transport plan. Near the " +
	"solution nearly all of the plan is next to 0: keep its few largest elements, solve the sparse system by conjugate gradients, and a few tens of " +
	"cheap iterations reach machine precision."

const explanation = `The problem

Carry masses r_i to places with masses c_j at the least cost, where a unit from i
to j costs C_ij. That is a linear program; adding an entropy makes it smooth:

    min over P with row sums r and column sums c of
        sum of P_ij C_ij + (1/eta) sum of P_ij log P_ij

The larger eta is, the nearer is the solution to that of the linear program.
The solution has the form P_ij = exp(eta (x_i + y_j - C_ij) - 1), and Sinkhorn's
iteration finds the potentials: choose x such that the row sums are right, then y
such that the column sums are, and so on. Each round costs two passes over C. With
a weak entropy it takes tens of thousands.

The idea

The potentials maximise a concave function, the dual

    f(x, y) = -(1/eta) sum of P_ij + r.x + c.y,

and Sinkhorn's rounds climb it, one block at a time. Newton's method climbs with
both at once. The gradient is what the sums lack, (r - P1, c - P'1), and the
Hessian is the plan itself:

    -eta [ diag(P1)   P        ]
         [ P'         diag(P'1) ]

A dense system would cost far more than a Sinkhorn round. But the solution
of the linear program has about one element a row, and with a large eta the plan
is near it: all but a few elements a row are next to nothing. So keep only the
largest ones (the diagonal stays whole; the matrix is then still definite), and
solve by conjugate gradients, where a product costs as much as there are elements.
Start after 20 Sinkhorn rounds, when the plan has become sparse. A line search
keeps f rising. The paper shows that the plan becomes sparse quickly (theorem 1),
and observes, without proof, that the steps converge faster than any geometric
sequence.

The experiment

Four problems. lap: the assignment problem with random costs. points: two clouds
of points in the square, squared distances. glyph-l2 and glyph-l1: the ink of one
image to that of another, squared or summed distances of the pixels; with the
latter many plans are optimal. Each is solved by Sinkhorn's iteration (with
logarithms of sums, capped at 10,000 rounds), by the sparse method at 2, 5 and
15 elements a row after 20 and 100 Sinkhorn rounds (300 for glyph-l1, too), by one
that adapts its density, and by Newton's method with the whole plan. The Sinkhorn
baseline is also tuned by over-relaxation, on one problem. Iterations are counted
until the marginal error |P1 - r| + |P'1 - c| is 1e-11.

What to look at

In the figure "error" Newton's steps fall off a cliff where the rounds crawl. The
first steps may raise the error (though never lower f): the quadratic model is
poor there. "sparsity" shows the mass outside the largest elements: on lap two a
row hold nearly everything, on points they do not, and with 2 a row the method
fails there (see the table). The bound of theorem 1 holds and is far away.

Scale full has 500 points, eta = 1200 and images of 28 x 28 pixels, which is the
paper's setting; the cap is 100,000 rounds.`
