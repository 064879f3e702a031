package linalg

import (
	"strconv"

	"github.com/fluxion-go/fluxion/fx"
)

// SolveLower solves L x = b for a sparse lower triangular L and b [n]: forward
// substitution. Rows that do not wait for each other are computed together
// (level scheduling: Saad 2003, section 11.6.2). L needs its whole diagonal; a
// zero on it gives infinities. The solution is differentiable in L's values
// and b, through the transposed solve.
func SolveLower(l CSR, b *fx.Array) *fx.Array { return solveTriangular("SolveLower", l, b, false) }

// SolveUpper solves U x = b for a sparse upper triangular U: back substitution.
func SolveUpper(u CSR, b *fx.Array) *fx.Array { return solveTriangular("SolveUpper", u, b, true) }

func solveTriangular(op string, m CSR, b *fx.Array, upper bool) *fx.Array {
	m.check(op)
	if m.Pattern.Rows != m.Pattern.Cols {
		fail(op, "the matrix is %dx%d; it must be square", m.Pattern.Rows, m.Pattern.Cols)
	}
	m.checkOperand(op, b, 1, m.Pattern.Rows)
	m.schedule(op, upper) // reports what is no triangle here
	x, _ := SolveWith(CSR.MatVec, m, b, func(m CSR) Solver[*fx.Array] { return substitution{m, upper} })
	return x
}

// substitution solves a triangular system exactly.
type substitution struct {
	m     CSR
	upper bool
}

// Solve is Solver's.
func (s substitution) Solve(_ func(*fx.Array) *fx.Array, b, _ *fx.Array) (*fx.Array, Report) {
	x := s.m.schedule("substitution", s.upper).run(s.m.Values, b)
	zero := fx.Full(b.DType(), 0)
	return x, Report{Method: "substitution", Iterations: fx.Scalar(int32(1)), Residual: zero, Target: zero, Code: code(Converged)}
}

// Adjoint is Solver's.
func (s substitution) Adjoint(_ func(*fx.Array) *fx.Array, _ *fx.Array) (func(*fx.Array) *fx.Array, Solver[*fx.Array]) {
	t := s.m.T()
	return t.MatVec, substitution{t, !s.upper}
}

// schedule lists the rows of a triangular matrix in groups that depend on
// earlier groups only, padded to one width and one number of elements a row.
// Solving goes through the groups with a window of the elements solved last,
// as long as the farthest dependency: along a banded matrix it is short.
type schedule struct {
	wrong string // why the pattern is no triangle with a diagonal, or ""

	window int       // elements to remember
	rows   *fx.Array // [groups, width]: row, or n
	needs  *fx.Array // [groups, depth, width]: place in the window of what an element beside the diagonal multiplies, or window
	beside *fx.Array // [groups, depth, width]: that element's place in the values, or nonzeros
	pivots *fx.Array // [groups, width]: the diagonal's place, or nonzeros+1
	places *fx.Array // [n]: where among all groups a row is
}

func (a CSR) schedule(op string, upper bool) *schedule {
	s := a.Pattern.lower()
	if upper {
		s = a.Pattern.upper()
	}
	if s.wrong != "" {
		fail(op, "%s", s.wrong)
	}
	return s
}

// newSchedule groups the rows of a pattern.
func newSchedule(p *Pattern, upper bool) *schedule {
	n, nonzeros := p.Rows, len(p.Col)
	level, depth := make([]int, n), 1
	var groups [][]int
	for step := range n {
		i := step
		if upper {
			i = n - 1 - step
		}
		if p.Find(i, i) < 0 {
			return &schedule{wrong: "row " + strconv.Itoa(i) + " has no element on the diagonal"}
		}
		for _, j := range p.Col[p.RowStart[i]:p.RowStart[i+1]] {
			if j != i && (j > i) != upper {
				return &schedule{wrong: "the element (" + strconv.Itoa(i) + ", " + strconv.Itoa(j) + ") is outside the triangle"}
			}
			if j != i {
				level[i] = max(level[i], level[j]+1)
			}
		}
		depth = max(depth, p.RowStart[i+1]-p.RowStart[i]-1)
		if level[i] == len(groups) {
			groups = append(groups, nil)
		}
		groups[level[i]] = append(groups[level[i]], i)
	}
	groups, width := evenly(groups, n)
	place, window := make([]int, n), 1
	for g, group := range groups {
		for w, i := range group {
			place[i] = g*width + w
		}
	}
	// first is the place where the group of a place begins.
	first := func(place int) int { return place - place%width }
	for i, at := range place {
		for _, j := range p.Col[p.RowStart[i]:p.RowStart[i+1]] {
			if j != i {
				window = max(window, first(at)-place[j])
			}
		}
	}
	rows, pivots := filled(len(groups)*width, n), filled(len(groups)*width, nonzeros+1)
	needs, beside := filled(len(groups)*width*depth, window), filled(len(groups)*width*depth, nonzeros)
	for i, at := range place {
		rows[at], pivots[at] = i, p.Find(i, i)
		d := first(at)*depth + at%width
		for k := p.RowStart[i]; k < p.RowStart[i+1]; k++ {
			if j := p.Col[k]; j != i {
				needs[d], beside[d] = window-(first(at)-place[j]), k
				d += width
			}
		}
	}
	shape := []int{len(groups), depth, width}
	return &schedule{
		window: window,
		rows:   index32(rows).Reshape(len(groups), width), pivots: index32(pivots).Reshape(len(groups), width),
		needs: index32(needs).Reshape(shape...), beside: index32(beside).Reshape(shape...),
		places: index32(place),
	}
}

// evenly cuts wide groups, so that padding to one width at most about triples
// the work.
func evenly(groups [][]int, n int) ([][]int, int) {
	width := max(1, 2*n/max(1, len(groups)))
	var out [][]int
	widest := 1
	for _, g := range groups {
		for len(g) > width {
			out, g, widest = append(out, g[:width]), g[width:], width
		}
		out, widest = append(out, g), max(widest, len(g))
	}
	return out, widest
}

func filled(n, v int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = v
	}
	return out
}

// run substitutes group after group.
func (s *schedule) run(values, b *fx.Array) *fx.Array {
	if b.Dim(0) == 0 {
		return b
	}
	zero := fx.Zeros(values.DType(), 1)
	extended := fx.Concatenate(0, values, zero, fx.OnesLike(zero))
	type group struct{ needs, beside, pivots, b *fx.Array }
	width := s.rows.Dim(1)
	_, x := fx.Scan(func(window *fx.Array, g group) (*fx.Array, *fx.Array) {
		known := fx.Concatenate(0, window, zero).Take(g.needs, 0).Mul(g.beside).Sum(0)
		x := g.b.Sub(known).Div(g.pivots)
		if width >= s.window {
			return x.SliceAxis(0, width-s.window, width), x
		}
		return fx.Concatenate(0, window.SliceAxis(0, width, fx.End), x), x
	}, fx.Zeros(values.DType(), s.window), group{
		needs:  s.needs,
		beside: extended.Take(s.beside, 0), pivots: extended.Take(s.pivots, 0),
		b: b.Pad(0, fx.Padding{After: 1}).Take(s.rows, 0),
	})
	return x.Flatten().Take(s.places, 0)
}
