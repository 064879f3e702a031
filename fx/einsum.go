package fx

import (
	"slices"
	"strings"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// Einsum is the sum of products that spec describes (Einstein's convention, as
// in numpy): "ij,jk->ik" is the product of two matrices, "ii->i" the diagonal
// of one, "bij,bkj->bik" a batch of products. Each operand has one letter for
// each axis. The result is the product of the operands, summed over every
// letter that is not behind "->". "..." stands for any further axes, which
// broadcast. Without "->", the result has the axes of "..." and then every
// letter that occurs once, in alphabetical order.
//
// A letter repeated in one operand takes the diagonal. Axes of size 1
// broadcast against the other axes of their letter. Operands are of one float or
// complex dtype (a single one may be of any number type), and are multiplied from left
// to right.
func Einsum(spec string, operands ...*Array) *Array {
	s := parseEinsum(spec, nodes("Einsum", operands))
	terms := make([]term, len(operands))
	for i, a := range operands {
		terms[i] = s.prepare(a.n, s.inputs[i])
	}
	for i := range terms {
		terms[i] = terms[i].sumExcept(s.neededBy(terms, i))
	}
	acc := terms[0]
	for i := 1; i < len(terms); i++ {
		later := slices.Clone(s.output)
		for _, t := range terms[i+1:] {
			later = append(later, t.letters...)
		}
		acc = acc.times(terms[i], later)
	}
	return wrap(s.arrange(acc))
}

// term is an operand, or a product of some, with the letters of its axes.
type term struct {
	n       *graph.Node
	letters []letter
}

// letter is an axis in a specification: a character, or, below 0, an axis of
// "..." counted from the last one (-1).
type letter int

type einsum struct {
	spec   string
	inputs [][]letter
	output []letter
	size   map[letter]int
}

func (s *einsum) fail(format string, args ...any) {
	graph.Fail("Einsum", "%q: "+format, append([]any{s.spec}, args...)...)
}

// parseEinsum reads a specification and finds the size of every letter.
func parseEinsum(spec string, ns []*graph.Node) *einsum {
	s := &einsum{spec: spec, size: map[letter]int{}}
	left, right, explicit := strings.Cut(strings.ReplaceAll(spec, " ", ""), "->")
	parts := strings.Split(left, ",")
	if len(parts) != len(ns) {
		s.fail("%d operands in the specification, and %d are given", len(parts), len(ns))
	}
	dots := 0 // axes that "..." stands for
	for i, p := range parts {
		ls := s.letters(p, len(ns[i].Shape), i)
		for _, l := range ls {
			if l < 0 {
				dots = max(dots, -int(l))
			}
		}
		s.inputs = append(s.inputs, ls)
		s.measure(i, ns[i], ls)
	}
	for i, n := range ns {
		if n.DType != ns[0].DType {
			s.fail("operands are %v and %v; convert one with AsType", ns[0].Aval(), n.Aval())
		}
		if len(ns) > 1 {
			needInexact("Einsum", ns[i])
		}
	}
	numeric("Einsum", ns[:1])
	if explicit {
		s.explicitOutput(right, dots)
	} else {
		s.implicitOutput(dots)
	}
	return s
}

// letters reads one operand's part of the specification; the output is operand
// -1, with rank axes behind "...".
func (s *einsum) letters(part string, rank, operand int) []letter {
	var out []letter
	before, after, dots := strings.Cut(part, "...")
	named := len(before) + len(after)
	for _, side := range []string{before, after} {
		for _, c := range side {
			if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
				s.fail("the character %q is no letter, comma, \"->\" or \"...\"", c)
			}
		}
	}
	if operand >= 0 && (named > rank || (named < rank && !dots)) {
		s.fail("operand %d has %d axes in the specification, and its shape has %d", operand, named, rank)
	}
	for _, c := range before {
		out = append(out, letter(c))
	}
	if dots {
		n := rank
		if operand >= 0 {
			n = rank - named
		}
		for i := n; i > 0; i-- {
			out = append(out, letter(-i))
		}
	}
	for _, c := range after {
		out = append(out, letter(c))
	}
	return out
}

// measure records an operand's sizes.
func (s *einsum) measure(i int, n *graph.Node, ls []letter) {
	for ax, l := range ls {
		d := n.Shape[ax]
		have, ok := s.size[l]
		if ok && d != have && d != 1 && have != 1 {
			s.fail("%s has size %d in operand %d (shape %v) and %d before", l, d, i, n.Shape, have)
		}
		if !ok || have == 1 {
			s.size[l] = d
		}
	}
}

func (l letter) String() string {
	if l < 0 {
		return "an axis of \"...\""
	}
	return "letter " + string(rune(l))
}

func (s *einsum) explicitOutput(part string, dots int) {
	if strings.Contains(part, "->") {
		s.fail("more than one \"->\"")
	}
	s.output = s.letters(part, dots, -1)
	if dots > 0 && !strings.Contains(part, "...") {
		s.fail("the operands have axes under \"...\" and the result has none")
	}
	for i, l := range s.output {
		if _, ok := s.size[l]; !ok {
			s.fail("%s of the result is in no operand", l)
		}
		if slices.Contains(s.output[:i], l) {
			s.fail("%s is twice in the result", l)
		}
	}
}

func (s *einsum) implicitOutput(dots int) {
	for i := dots; i > 0; i-- {
		s.output = append(s.output, letter(-i))
	}
	count := map[letter]int{}
	for _, ls := range s.inputs {
		for _, l := range ls {
			count[l]++
		}
	}
	for c := letter('A'); c <= 'z'; c++ {
		if count[c] == 1 {
			s.output = append(s.output, c)
		}
	}
}

// prepare takes the diagonals of repeated letters, and drops axes of size 1
// whose letter is longer elsewhere.
func (s *einsum) prepare(n *graph.Node, ls []letter) term {
	t := term{n, slices.Clone(ls)}
	for i, j := repeated(t.letters); j > 0; i, j = repeated(t.letters) {
		l := t.letters[i]
		if p, q := t.n.Shape[i], t.n.Shape[j]; p != q {
			s.fail("%s is an axis of size %d and one of size %d of the same operand", l, p, q)
		}
		t.n = diagonal(t.n, i, j, 0)
		t.letters = append(slices.Delete(slices.Delete(t.letters, j, j+1), i, i+1), l)
	}
	var shape graph.Shape
	var kept []letter
	for i, l := range t.letters {
		if t.n.Shape[i] != 1 || s.size[l] == 1 {
			shape, kept = append(shape, t.n.Shape[i]), append(kept, l)
		}
	}
	return term{graph.Reshape(t.n, shape), kept}
}

// repeated finds two axes i < j of one letter; j is 0 if there are none.
func repeated(ls []letter) (i, j int) {
	for j := range ls {
		if i := slices.Index(ls, ls[j]); i < j {
			return i, j
		}
	}
	return 0, 0
}

// neededBy lists the letters that the result or another operand has.
func (s *einsum) neededBy(terms []term, i int) []letter {
	out := slices.Clone(s.output)
	for j, t := range terms {
		if j != i {
			out = append(out, t.letters...)
		}
	}
	return out
}

// sumExcept sums over the letters that are not needed.
func (t term) sumExcept(needed []letter) term {
	var axes []int
	var kept []letter
	for i, l := range t.letters {
		if slices.Contains(needed, l) {
			kept = append(kept, l)
		} else {
			axes = append(axes, i)
		}
	}
	return term{graph.ReduceSum(t.n, axes), kept}
}

// times multiplies two terms and sums over the letters that both have and
// nobody needs later.
func (t term) times(u term, later []letter) term {
	var d graph.DotAttrs
	var batch, freeT, freeU []letter
	for i, l := range t.letters {
		switch j := slices.Index(u.letters, l); {
		case j < 0:
			freeT = append(freeT, l)
		case slices.Contains(later, l):
			d.BatchX, d.BatchY, batch = append(d.BatchX, i), append(d.BatchY, j), append(batch, l)
		default:
			d.ContractX, d.ContractY = append(d.ContractX, i), append(d.ContractY, j)
		}
	}
	for _, l := range u.letters {
		if !slices.Contains(t.letters, l) {
			freeU = append(freeU, l)
		}
	}
	all := slices.Concat(batch, freeT, freeU)
	if len(d.ContractX) == 0 { // nothing to sum: a broadcast product
		return term{graph.Mul(t.spread(all, u), u.spread(all, t)), all}
	}
	return term{graph.Dot(t.n, u.n, d), all}
}

// spread arranges t's axes as in all, those that only u has repeated.
func (t term) spread(all []letter, u term) *graph.Node {
	var perm, axes []int
	shape := make(graph.Shape, len(all))
	for i, l := range all {
		if at := slices.Index(t.letters, l); at >= 0 {
			perm, axes = append(perm, at), append(axes, i)
			shape[i] = t.n.Shape[at]
		} else {
			shape[i] = u.n.Shape[slices.Index(u.letters, l)]
		}
	}
	return graph.Broadcast(graph.Transpose(t.n, perm), shape, axes)
}

// arrange puts the axes of the product in the result's order.
func (s *einsum) arrange(t term) *graph.Node {
	perm := make([]int, len(s.output))
	for i, l := range s.output {
		perm[i] = slices.Index(t.letters, l)
	}
	return graph.Transpose(t.n, perm)
}
