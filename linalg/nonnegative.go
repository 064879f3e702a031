package linalg

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
)

// NonNegativeQP minimises x'Qx/2 + c'x over x >= 0, for a symmetric positive
// semidefinite Q [n, n] and c [n], or for every row of c [k, n], on the host: by
// block principal pivoting (Portugal, Júdice and Vicente 1994), and where Q is
// singular by the active-set method of Lawson and Hanson ("Solving Least Squares
// Problems", 1974, algorithm 23.10). Both end with the exact active set. A
// problem without a minimum, a Q that is not semidefinite where it matters, and
// values that are not finite are errors.
func NonNegativeQP(q, c *fx.Array) (*fx.Array, error) {
	n := checkSquare("NonNegativeQP", q)
	if c == nil || c.NDim() < 1 || c.NDim() > 2 || c.Dim(-1) != n {
		fail("NonNegativeQP", "c is %v for a matrix of size %d", c, n)
	}
	rows := rowsOf(q.Float64s(), n, n)
	if err := checkQuadratic(rows); err != nil {
		return nil, err
	}
	solutions, err := nonNegativeQP(rows, rowsOf(c.Float64s(), c.Size()/max(n, 1), n)...)
	if err != nil {
		return nil, err
	}
	return fx.New(slices.Concat(solutions...), c.Shape()...).AsType(c.DType()), nil
}

// NNLS minimises |A x - b| over x >= 0, for A [m, n] and b [m], by
// NonNegativeQP on the normal equations: A's condition number counts twice.
func NNLS(a, b *fx.Array) (*fx.Array, error) {
	if a == nil || a.NDim() != 2 || b == nil || b.NDim() != 1 || b.Dim(0) != a.Dim(0) {
		fail("NNLS", "A is %v and b is %v", a, b)
	}
	a64 := a.AsType(fx.Float64)
	at := a64.T()
	x, err := NonNegativeQP(at.MatMul(a64), at.MatMul(b.AsType(fx.Float64)).Neg())
	if err != nil {
		return nil, err
	}
	return x.AsType(b.DType()), nil
}

// MinNormWeights minimises w'Gw over the simplex (w >= 0, sum 1), for a
// symmetric positive semidefinite Gramian G [m, m], on the host: the weights
// of the shortest vector in the convex hull of m gradients (Wolfe 1976; the
// direction of MGDA: Désidéri 2012). It solves the equivalent problem
// min y'(G + s 11')y/2 - 1'y over y >= 0 and scales y, where s > 0 changes
// the value on the simplex by a constant only.
func MinNormWeights(g *fx.Array) (*fx.Array, error) {
	m := checkSquare("MinNormWeights", g)
	if m == 0 {
		fail("MinNormWeights", "there are no vectors")
	}
	rows := rowsOf(g.Float64s(), m, m)
	var s float64
	for i := range rows {
		s += rows[i][i] / float64(m)
	}
	if s == 0 {
		s = 1
	}
	c := make([]float64, m)
	for i := range rows {
		c[i] = -1
		for j := range rows[i] {
			// In units of s, so that the tolerances below do not see its size.
			rows[i][j] = rows[i][j]/s + 1
		}
	}
	if err := checkQuadratic(rows); err != nil {
		return nil, fmt.Errorf("MinNormWeights: %w", err)
	}
	solutions, err := nonNegativeQP(rows, c)
	if err != nil {
		return nil, fmt.Errorf("MinNormWeights: %w", err)
	}
	y := solutions[0]
	var sum float64
	for _, v := range y {
		sum += v
	}
	for i := range y {
		y[i] /= sum
	}
	return fx.New(y).AsType(g.DType()), nil
}

var errNotFinite = errors.New("linalg: a value is not finite")

// dependent is the relative size of a pivot that counts as zero.
const dependent = 1e-13

// checkQuadratic looks at the matrix of a program.
func checkQuadratic(q [][]float64) error {
	for i := range q {
		if !allFinite(q[i]) {
			return errNotFinite
		}
		if q[i][i] < 0 {
			return fmt.Errorf("linalg: the matrix is not positive semidefinite: element (%d, %d) is %.3g", i, i, q[i][i])
		}
	}
	return nil
}

func allFinite(v []float64) bool {
	for _, x := range v {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

// nonNegativeQP solves the program for every c, and a matrix that has been
// checked.
func nonNegativeQP(q [][]float64, all ...[]float64) ([][]float64, error) {
	p, out := newPivoting(q), make([][]float64, len(all))
	for i, c := range all {
		if !allFinite(c) {
			return nil, errNotFinite
		}
		x, ok := p.minimise(c)
		if !ok {
			var err error
			if x, err = activeSet(q, c); err != nil {
				return nil, err
			}
		}
		out[i] = x
	}
	return out, nil
}

// activeSet is the method of Lawson and Hanson.
func activeSet(q [][]float64, c []float64) ([]float64, error) {
	n, scale := len(c), 0.0
	for _, v := range c {
		scale = max(scale, math.Abs(v))
	}
	x, passive := make([]float64, n), []int{}
	skip := make([]bool, n) // entering these failed at the current point
	for round := 0; ; round++ {
		if round > 10*n+20 {
			return nil, errors.New("linalg: the active-set method does not end: is the matrix positive semidefinite?")
		}
		enter, best := -1, 0.0
		for j := range n {
			if skip[j] || slices.Contains(passive, j) {
				continue
			}
			size := scale
			for k, v := range q[j] {
				size = max(size, math.Abs(v*x[k]))
			}
			if w := -(dot(q[j], x) + c[j]); w > max(best, 1e-12*size) {
				enter, best = j, w
			}
		}
		if enter < 0 {
			return x, nil
		}
		passive = append(passive, enter)
		moved := false
		for done := false; !done; {
			var t float64
			var err error
			passive, t, done, err = passiveStep(q, c, x, passive)
			if err != nil {
				return nil, err
			}
			moved = moved || t > 0
		}
		if moved {
			clear(skip)
		} else {
			skip[enter] = true
		}
	}
}

// passiveStep moves x toward the minimum over the passive elements, or along a
// direction without curvature, until one of them would change its sign; that
// one leaves. done says that the minimum is reached. t is how far x moved.
func passiveStep(q [][]float64, c, x []float64, passive []int) (_ []int, t float64, done bool, _ error) {
	if len(passive) == 0 {
		return passive, 0, true, nil
	}
	sub, rhs := make([][]float64, len(passive)), make([]float64, len(passive))
	for a, i := range passive {
		for _, j := range passive {
			sub[a] = append(sub[a], q[i][j])
		}
		rhs[a] = -(dot(q[i], x) + c[i]) // minus the gradient: the step solves Q d = rhs
	}
	l, rank := cholesky(sub, dependent)
	var d []float64
	flat := rank < len(passive)
	if flat {
		// Element `rank` depends on those before it: along d the matrix vanishes.
		d = make([]float64, len(passive))
		for a, v := range choleskySolve(l[:rank], sub[rank][:rank]) {
			d[a] = -v
		}
		d[rank] = 1
		slope, size := -dot(d, rhs), 0.0
		for a := range d {
			size += math.Abs(d[a] * rhs[a])
		}
		if math.Abs(slope) <= 1e-13*size { // nothing to gain from it
			return slices.Delete(slices.Clone(passive), rank, rank+1), 0, false, nil
		}
		if slope > 0 {
			for a := range d {
				d[a] = -d[a]
			}
		}
	} else {
		d = choleskySolve(l, rhs)
	}
	t, leave := 1.0, -1
	if flat {
		t = math.Inf(1)
	}
	for a, i := range passive {
		if d[a] < 0 {
			if limit := -x[i] / d[a]; limit < t {
				t, leave = limit, a
			}
		}
	}
	if math.IsInf(t, 1) {
		return nil, 0, false, errors.New("linalg: the problem has no minimum: it falls for ever along a direction without curvature")
	}
	for a, i := range passive {
		x[i] += float64(t * d[a])
	}
	if leave < 0 {
		return passive, t, true, nil
	}
	x[passive[leave]] = 0
	return slices.Delete(slices.Clone(passive), leave, leave+1), t, false, nil
}
