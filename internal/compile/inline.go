package compile

import (
	"slices"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// A few cheap ops on one large array, such as its difference from its mean, cost
// less to do again than to store and load. Every loop that reads their results
// does them on its own: they are inlined, and belong to no unit.

// maxInlined is the number of ops behind an inlined result, itself included.
const maxInlined = 4

// cheap are the ops that a loop does at the speed of the first-level cache.
var cheap = map[*graph.Prim]bool{}

func init() {
	for _, p := range []*graph.Prim{graph.NegP, graph.AddP, graph.SubP, graph.MulP, graph.MaxP, graph.MinP, graph.AbsP} {
		cheap[p] = true
	}
}

// inlines decides about an element-wise op, all operands of which have their place:
// it must be cheap, read by loops only, and come from one large array that stands
// in memory anyway.
func (f *fuser) inlines(op *graph.Op) bool {
	n := op.Outs[0]
	if !cheap[op.Prim] || !f.readOnlyByLoops(n) {
		return false
	}
	ops := []*graph.Op{op}
	var large *graph.Node
	var small []*graph.Node
	for i := 0; i < len(ops); i++ {
		for _, in := range ops[i].Ins {
			r := f.rootOf(in)
			switch o := r.Op(); {
			case o != nil && f.inlined[o]:
				if !slices.Contains(ops, o) {
					ops = append(ops, o)
				}
			case o != nil && o.Prim == graph.BroadcastP && f.of[o] == nil && !slices.Contains(f.fn.Params, r):
				if 8*o.Ins[0].Shape.Size() > n.Shape.Size() {
					return false
				}
				small = append(small, o.Ins[0])
			case large != nil && large != r || r.Shape.Size() != n.Shape.Size():
				return false
			default:
				large = r
			}
		}
	}
	return len(ops) <= maxInlined && large != nil && f.stored(large, small)
}

// stored reports whether a large array stands in memory whatever happens to a
// reader of it and of some small ones: it is given, or no loop makes it, or one
// that runs before the small ones are known.
func (f *fuser) stored(large *graph.Node, small []*graph.Node) bool {
	if i := slices.Index(f.fn.Params, large); i >= 0 {
		return f.donated == nil || !f.donated[i] // else it may be overwritten early
	}
	op := large.Op()
	if op == nil {
		return true
	}
	u := f.of[op]
	if u == nil {
		return false // a view
	}
	return !u.loop || slices.ContainsFunc(small, func(s *graph.Node) bool { v := f.source(s); return v != nil && v.at > u.at })
}

// readOnlyByLoops reports whether only element-wise ops of its own size read n.
func (f *fuser) readOnlyByLoops(n *graph.Node) bool {
	if slices.ContainsFunc(f.fn.Outs, func(o *graph.Node) bool { return f.rootOf(o) == n }) {
		return false
	}
	return !slices.ContainsFunc(f.readers(n), func(op *graph.Op) bool { return !loops(op) })
}

// operands are what a unit must read for an op: its operands, but for inlined
// ones those behind them.
func (f *fuser) operands(op *graph.Op) (ins []*graph.Node, inlined []*graph.Op) {
	for _, in := range op.Ins {
		o := f.rootOf(in).Op()
		if o == nil || !f.inlined[o] {
			ins = append(ins, in)
			continue
		}
		more, before := f.operands(o)
		ins = append(ins, more...)
		inlined = append(append(inlined, before...), o)
	}
	return ins, inlined
}

// take adds ops to a unit that it does not have yet.
func (u *unit) take(ops ...*graph.Op) {
	for _, op := range ops {
		if !slices.Contains(u.ops, op) {
			u.ops = append(u.ops, op)
		}
	}
}
