package linalg

import "math"

// blockPivoting minimises x'Qx/2 + c'x over x >= 0 for a positive definite Q by
// block principal pivoting (Portugal, Júdice and Vicente 1994; Kim and Park
// 2011, algorithm 2): it guesses which elements are positive, solves for them,
// and exchanges all elements of the wrong sign at once, or, where that has made
// no progress three times, only the last one. A handful of solutions are enough
// where an active-set method takes one for every positive element.
//
// ok is false where Q proves singular on a guess, or the guesses do not end.
func blockPivoting(q [][]float64, c []float64) (x []float64, ok bool) {
	n := len(c)
	p := guess{q: q, c: c, x: make([]float64, n), gradient: append([]float64{}, c...),
		noise: make([]float64, n), positive: make([]bool, n)}
	fewest, chances := n+1, 3
	for range 5*n + 10 {
		var wrong []int
		for i := range n {
			if p.wrong(i) {
				wrong = append(wrong, i)
			}
		}
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

// guess is which elements of x are positive, and what follows from it.
type guess struct {
	q        [][]float64
	c        []float64
	positive []bool
	x        []float64 // the solution with the others zero
	gradient []float64 // Qx + c; zero where x is positive
	noise    []float64 // of the gradient
}

// wrong tells whether element i violates the conditions of the minimum.
func (p *guess) wrong(i int) bool {
	return p.positive[i] && p.x[i] < 0 || !p.positive[i] && p.gradient[i] < -p.noise[i]
}

func (p *guess) solve() bool {
	var at []int
	scale := 0.0
	for i, v := range p.c {
		if p.positive[i] {
			at = append(at, i)
		}
		scale = max(scale, math.Abs(v))
	}
	sub, rhs := triangle(len(at)), make([]float64, len(at))
	for a, i := range at {
		for b, j := range at[:a+1] {
			sub[a][b] = p.q[i][j]
		}
		rhs[a] = -p.c[i]
	}
	l, rank := cholesky(sub, dependent)
	if rank < len(at) {
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
