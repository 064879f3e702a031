package linalg

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
)

// QP is a small dense convex quadratic program,
//
//	minimise x'Hx/2 + C'x  subject to  Eq x = EqB,  In x <= InB,
//
// with a symmetric positive definite H [n, n] and C [n]. Eq [p, n] with EqB
// [p], and In [m, n] with InB [m], may be nil. Values must be known.
type QP struct {
	H, C    *fx.Array
	Eq, EqB *fx.Array
	In, InB *fx.Array
}

// QPSolution is a QP's minimiser and its multipliers: H x + C + Eq' y + In' z =
// 0, z >= 0, and z is 0 where an inequality is slack.
type QPSolution struct {
	X          *fx.Array // [n]
	Y          *fx.Array // [p]
	Z          *fx.Array // [m]
	Active     []int     // the inequalities that hold with equality, with multipliers
	Value      float64
	Iterations int
}

// ErrInfeasible is what a QP without feasible points returns.
var ErrInfeasible = errors.New("linalg: the constraints contradict each other")

// constraint is normal'x >= bound, or = bound.
type constraint struct {
	normal     []float64
	bound      float64
	equality   bool
	sign       float64 // of the multiplier, in the caller's convention
	multiplier float64
}

// Solve solves the program on the host by the dual active-set method of Goldfarb
// and Idnani, "A numerically stable dual method for solving strictly convex
// quadratic programs", 1983 (the algorithm of section 3): it starts at the
// unconstrained minimum and takes violated constraints in, the most violated
// first. The active set's normal equations are factorised anew each time,
// which suits a few hundred unknowns. It returns ErrInfeasible, or another
// error if H is not positive definite or a value is not finite.
func (p QP) Solve() (QPSolution, error) {
	n, constraints, err := p.read()
	if err != nil {
		return QPSolution{}, err
	}
	h := rowsOf(p.H.Float64s(), n, n)
	l, rank := cholesky(h, dependent)
	if rank < n {
		return QPSolution{}, fmt.Errorf("linalg: QP: H is not positive definite (pivot %d); adding a small multiple of the identity makes it so", rank)
	}
	c := p.C.Float64s()
	x := choleskySolve(l, c)
	for i := range x {
		x[i] = -x[i]
	}
	s := dualActiveSet{l: l, x: x, all: constraints}
	if err := s.run(); err != nil {
		return QPSolution{}, err
	}
	return p.solution(s, h, c), nil
}

// read checks the program and lists its constraints.
func (p QP) read() (int, []constraint, error) {
	const op = "QP"
	n := checkSquare(op, p.H)
	if p.C == nil || p.C.NDim() != 1 || p.C.Dim(0) != n {
		fail(op, "C is %v for %d unknowns", p.C, n)
	}
	var out []constraint
	add := func(name string, a, b *fx.Array, equality bool) {
		if a == nil && b == nil {
			return
		}
		if a == nil || b == nil || a.NDim() != 2 || a.Dim(1) != n || b.NDim() != 1 || b.Dim(0) != a.Dim(0) {
			fail(op, "%s is %v and its right-hand side %v, for %d unknowns", name, a, b, n)
		}
		bounds := b.Float64s()
		for i, row := range rowsOf(a.Float64s(), a.Dim(0), n) {
			for j := range row {
				row[j] = -row[j]
			}
			out = append(out, constraint{normal: row, bound: -bounds[i], equality: equality, sign: 1})
		}
	}
	add("Eq", p.Eq, p.EqB, true)
	add("In", p.In, p.InB, false)
	for _, a := range []*fx.Array{p.H, p.C, p.Eq, p.EqB, p.In, p.InB} {
		if a != nil && a.IsFinite().All().Item() == 0 {
			return 0, nil, errNotFinite
		}
	}
	return n, out, nil
}

// dualActiveSet is the state of the method: the factor of H, the point, all
// constraints and which are active.
type dualActiveSet struct {
	l      [][]float64
	x      []float64
	all    []constraint
	active []int
	steps  int
}

func (s *dualActiveSet) run() error {
	for {
		add := s.violated()
		if add < 0 {
			return nil
		}
		for entered := false; !entered; {
			if s.steps++; s.steps > 50*(len(s.all)+len(s.x)+1) {
				return errors.New("linalg: QP: the active-set method does not end")
			}
			var err error
			if entered, err = s.step(add); err != nil {
				return err
			}
		}
	}
}

// violated is the constraint to take in: an equality that is not active yet, or
// the most violated inequality; -1 if there is none. An equality's normal is
// turned so that it is violated from below.
func (s *dualActiveSet) violated() int {
	worst, at := 0.0, -1
	for i := range s.all {
		c := &s.all[i]
		if slices.Contains(s.active, i) {
			continue
		}
		slack, size := c.slack(s.x)
		if c.equality && slack > 0 {
			for j := range c.normal {
				c.normal[j] = -c.normal[j]
			}
			c.bound, c.sign, slack = -c.bound, -c.sign, -slack
		}
		if -slack <= 1e-12*size {
			continue
		}
		if c.equality {
			return i
		}
		if slack/size < worst {
			worst, at = slack/size, i
		}
	}
	return at
}

// slack is normal'x - bound, and the size of the terms that it is made of.
func (c *constraint) slack(x []float64) (slack, size float64) {
	var length float64
	for j, v := range c.normal {
		length += math.Abs(v * x[j])
		size = max(size, math.Abs(v))
	}
	return dot(c.normal, x) - c.bound, max(length+math.Abs(c.bound), size)
}

// step goes toward satisfying constraint `add`: it enters the active set
// (true), or one that stands in the way leaves.
func (s *dualActiveSet) step(add int) (bool, error) {
	c := &s.all[add]
	// z = H^-1 (n - N r) is the step in x, r = (N'H^-1N)^-1 N'H^-1 n the one in
	// the multipliers of the active normals N. With L L' = H and whitened normals
	// L^-1 N, these are a projection.
	n := forward(s.l, c.normal)
	r, rest := s.projectOut(n)
	curvature := dot(rest, rest)
	if curvature <= dependent*dot(n, n) {
		curvature = 0
	}
	partial, leave := math.Inf(1), -1
	for a, i := range s.active {
		if d := &s.all[i]; !d.equality && r[a] > 0 {
			if t := d.multiplier / r[a]; t < partial {
				partial, leave = t, a
			}
		}
	}
	full := math.Inf(1)
	if curvature > 0 {
		slack, _ := c.slack(s.x)
		full = max(0, -slack/curvature)
	}
	t := min(partial, full)
	if math.IsInf(t, 1) {
		return false, ErrInfeasible
	}
	if curvature > 0 {
		for i, v := range backward(s.l, rest) {
			s.x[i] += float64(t * v)
		}
	}
	for a, i := range s.active {
		s.all[i].multiplier -= float64(t * r[a])
	}
	c.multiplier += t
	if t == full {
		s.active = append(s.active, add)
		return true, nil
	}
	s.all[s.active[leave]].multiplier = 0
	s.active = slices.Delete(s.active, leave, leave+1)
	return false, nil
}

// projectOut gives the coefficients r of a whitened normal in the active ones,
// and what they leave of it.
func (s *dualActiveSet) projectOut(n []float64) (r, rest []float64) {
	k := len(s.active)
	whitened, gram, rhs := make([][]float64, k), make([][]float64, k), make([]float64, k)
	for a, i := range s.active {
		whitened[a] = forward(s.l, s.all[i].normal)
	}
	for a := range whitened {
		rhs[a] = dot(whitened[a], n)
		for b := range whitened {
			gram[a] = append(gram[a], dot(whitened[a], whitened[b]))
		}
	}
	rest = slices.Clone(n)
	if k == 0 {
		return nil, rest
	}
	l, _ := cholesky(gram, 0)
	r = choleskySolve(l, rhs)
	for a, w := range whitened {
		for i := range rest {
			rest[i] -= float64(r[a] * w[i])
		}
	}
	return r, rest
}

func (p QP) solution(s dualActiveSet, h [][]float64, c []float64) QPSolution {
	out := QPSolution{X: fx.New(s.x, len(s.x)).AsType(p.C.DType()), Iterations: s.steps}
	out.Value = dot(s.x, multiply(h, s.x))/2 + dot(c, s.x)
	var y, z []float64
	for i, k := range s.all {
		if k.equality {
			y = append(y, float64(k.sign*k.multiplier))
			continue
		}
		if slices.Contains(s.active, i) {
			out.Active = append(out.Active, len(z))
		}
		z = append(z, k.multiplier)
	}
	out.Y, out.Z = fx.New(y, len(y)).AsType(p.C.DType()), fx.New(z, len(z)).AsType(p.C.DType())
	return out
}
