package graph

import (
	"cmp"
	"slices"
)

// cheapAgain are the ops of which a few take less time than a residual's way
// through memory.
var cheapAgain = map[*Prim]bool{}

func init() {
	for _, p := range []*Prim{NegP, AddP, SubP, MulP} {
		cheapAgain[p] = true
	}
}

// mostAgain is how many ops are done again instead of saving a residual.
const mostAgain = 4

// thin takes residuals out that a few cheap ops make of others, and marks these ops
// as done again: where y is saved, y(1-y) need not be. Operands of products stay,
// since a product may be taken out of the loop with them.
func (p *scanPull) thin(again map[*Op]bool) {
	t := thinning{p: p, kept: map[*Node]bool{}}
	_, xs, _ := p.a.split(p.params)
	for _, n := range slices.Concat(p.saved, xs) {
		t.kept[n] = true
	}
	operand := map[*Node]bool{}
	for op := range again {
		if !op.Prim.Elementwise {
			for _, in := range op.Ins {
				operand[in] = true
			}
		}
	}
	// The latest first: those that it is made of have their turn after it.
	late := slices.SortedFunc(slices.Values(p.saved), func(a, b *Node) int { return cmp.Compare(b.ID, a.ID) })
	for _, n := range late {
		if operand[n] {
			continue
		}
		if ops, ok := t.remake(n, nil); ok && len(ops) <= mostAgain {
			delete(t.kept, n)
			for _, op := range ops {
				again[op] = true
			}
		}
	}
	p.saved = slices.DeleteFunc(p.saved, func(n *Node) bool { return !t.kept[n] })
}

// thinning decides which residuals are kept.
type thinning struct {
	p    *scanPull
	kept map[*Node]bool // residuals, and inputs of the loop
}

// remake adds the ops that make n of what is kept and of what does not change from
// step to step.
func (t *thinning) remake(n *Node, ops []*Op) ([]*Op, bool) {
	op := n.Op()
	if op == nil || slices.Contains(t.p.params, n) || len(ops) > mostAgain {
		return nil, false
	}
	spread := op.Prim == BroadcastP || op.Prim == ReshapeP
	if !spread && !cheapAgain[op.Prim] {
		return nil, false
	}
	if !slices.Contains(ops, op) {
		ops = append(ops, op)
	}
	for _, in := range op.Ins {
		// What does not change is made outside, but for its spreading.
		if t.kept[in] || !t.p.moving[in] && !in.Is(BroadcastP) {
			continue
		}
		var ok bool
		if ops, ok = t.remake(in, ops); !ok {
			return nil, false
		}
	}
	return ops, true
}
