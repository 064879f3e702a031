package linalg

import "math"

// minimise finds the least x'Qx/2 + c'x over x >= 0 for a positive definite Q by
// block principal pivoting (Portugal, Júdice and Vicente 1994; Kim and Park
// 2011, algorithm 2): it guesses which elements are positive, solves for them,
// and exchanges all elements of the wrong sign at once, or, where that has made
// no progress three times, only the last one. A handful of solutions are enough
// where an active-set method takes one for every positive element.
//
// ok is false where Q proves singular on a guess, or the guesses do not end.
func (p *pivoting) minimise(c []float64) (x []float64, ok bool) {
	n := len(c)
	p.c, p.x = c, make([]float64, n)
	clear(p.positive)
	clear(p.noise)
	copy(p.gradient, c)
	fewest, chances := n+1, 3
	for range 5*n + 10 {
		wrong := p.wrong()
		if len(wrong) == 0 {
			return p.x, true
		}
		switch {
		case len(wrong) < fewest:
			fewest, chances = len(wrong), 3
		case chances > 0:
			chances--
		default:
			wrong = wrong[len(wrong)-1:]
		}
		for _, i := range wrong {
			p.positive[i] = !p.positive[i]
		}
		if !p.solve() {
			return nil, false
		}
	}
	return nil, false
}

// pivoting is a guess at which elements of x are positive, what follows from it,
// and room to work in.
type pivoting struct {
	q        [][]float64
	c        []float64
	positive []bool
	x        []float64 // the solution with the others zero
	gradient []float64 // Qx + c; zero where x is positive
	noise    []float64 // of the gradient

	factor [][]float64
	list   []int
}

func newPivoting(q [][]float64) *pivoting {
	n := len(q)
	return &pivoting{q: q, positive: make([]bool, n), gradient: make([]float64, n), noise: make([]float64, n), factor: triangle(n)}
}

// wrong lists the elements that violate the conditions of the minimum.
func (p *pivoting) wrong() []int {
	p.list = p.list[:0]
	for i, positive := range p.positive {
		if positive && p.x[i] < 0 || !positive && p.gradient[i] < -p.noise[i] {
			p.list = append(p.list, i)
		}
	}
	return p.list
}

func (p *pivoting) solve() bool {
	at, scale := p.list[:0], 0.0
	for i, v := range p.c {
		if p.positive[i] {
			at = append(at, i)
		}
		scale = max(scale, math.Abs(v))
	}
	p.list = at
	l, rhs := p.factor[:len(at)], make([]float64, len(at))
	for a, i := range at {
		for b, j := range at[:a+1] {
			l[a][b] = p.q[i][j]
		}
		rhs[a] = -p.c[i]
	}
	if factorise(l, dependent) < len(at) {
		return false
	}
	solution := choleskySolve(l, rhs)
	clear(p.x)
	for a, i := range at {
		p.x[i] = solution[a]
	}
	for i, row := range p.q {
		p.gradient[i], p.noise[i] = 0, 0
		if p.positive[i] {
			continue
		}
		sum, size := p.c[i], scale
		for a, j := range at {
			term := float64(row[j] * solution[a])
			sum, size = sum+term, max(size, math.Abs(term))
		}
		p.gradient[i], p.noise[i] = sum, 1e-12*size
	}
	return true
}
