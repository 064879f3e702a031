package compile

import (
	"slices"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// maxLoop is the number of ops in one fused loop: beyond it, a loop's
// temporaries no longer stay in the first-level cache.
const maxLoop = 48

// unit is what becomes one step: a group of element-wise ops over one flat
// space, or a single other op. Units run in the order of at.
type unit struct {
	at    int // all that the unit reads is made by units before this place
	ops   []*graph.Op
	loop  bool
	n     int         // elements of a loop's space
	sinks []*graph.Op // reductions that take results of the loop
	gone  *unit       // the unit that took this one in
}

// fuser groups the ops of a function into units.
type fuser struct {
	fn    *graph.Func
	root  map[*graph.Node]*graph.Node // the node in whose memory a reshape lies
	of    map[*graph.Op]*unit
	users map[*graph.Node][]*graph.Op // of a root
	units []*unit

	donated []bool
	inlined map[*graph.Op]bool
}

// fuse groups ops. View ops (broadcast, slice, reverse) that are read only by
// loops become loads of those and belong to no unit.
func fuse(fn *graph.Func, donated []bool) *fuser {
	f := &fuser{
		fn: fn, root: map[*graph.Node]*graph.Node{}, of: map[*graph.Op]*unit{}, users: map[*graph.Node][]*graph.Op{},
		donated: donated, inlined: map[*graph.Op]bool{},
	}
	for _, op := range fn.Ops {
		for _, in := range op.Ins {
			r := f.rootOf(in)
			f.users[r] = append(f.users[r], op)
		}
	}
	for i, op := range fn.Ops {
		switch {
		case f.alias(op):
		case loops(op) && f.inlines(op):
			f.inlined[op] = true
		case loops(op):
			f.place(i, op)
		case view(op) && f.readByLoops(op.Outs[0]):
		default:
			f.add(&unit{at: i, ops: []*graph.Op{op}})
		}
	}
	f.units = slices.DeleteFunc(f.units, func(u *unit) bool { return u.gone != nil })
	f.sinkReductions()
	slices.SortStableFunc(f.units, func(a, b *unit) int { return a.at - b.at })
	return f
}

func (f *fuser) add(u *unit) {
	f.units = append(f.units, u)
	for _, op := range u.ops {
		f.of[op] = u
	}
}

// alias reports whether an op's result is its operand, seen differently.
func (f *fuser) alias(op *graph.Op) bool {
	return op.Prim == graph.ReshapeP || op.Prim == graph.BarrierP || op.Prim == graph.Identity
}

// rootOf follows aliases to the node whose memory holds the value.
func (f *fuser) rootOf(n *graph.Node) *graph.Node {
	if r, ok := f.root[n]; ok {
		return r
	}
	r := n
	if op := n.Op(); op != nil && f.alias(op) && !slices.Contains(f.fn.Params, n) {
		r = f.rootOf(op.Ins[0])
	}
	f.root[n] = r
	return r
}

// loops reports whether an op can be part of a fused loop.
func loops(op *graph.Op) bool { return op.Prim.Elementwise && !op.Prim.Barrier }

// view reports whether a loop can read an op's operand in place of its result.
func view(op *graph.Op) bool {
	return op.Prim == graph.BroadcastP || op.Prim == graph.SliceP || op.Prim == graph.ReverseP
}

// readByLoops reports whether only loops read n, and no result is n.
func (f *fuser) readByLoops(n *graph.Node) bool {
	for _, o := range f.fn.Outs {
		if f.rootOf(o) == n {
			return false
		}
	}
	for _, op := range f.users[n] {
		if f.alias(op) {
			continue // its own users are listed under the same root
		}
		if !loops(op) {
			return false
		}
	}
	return true
}

// source is what an op's operand is read from: the unit that makes it (nil for
// parameters and constants).
func (f *fuser) source(in *graph.Node) *unit {
	r := f.rootOf(in)
	op := r.Op()
	if op == nil {
		return nil
	}
	if u := f.of[op]; u != nil {
		return u
	}
	if view(op) {
		return f.source(op.Ins[0])
	}
	return nil
}

// direct is the unit that computes an operand as a member of a loop.
func (f *fuser) direct(in *graph.Node, n int) *unit {
	if op := f.rootOf(in).Op(); op != nil {
		if u := f.of[op]; u != nil && u.loop && u.n == n {
			return u
		}
	}
	return nil
}

// place puts an element-wise op into the latest loop that makes an operand of
// it, if everything else that it reads is made before that loop; or into a new
// loop. Then it draws in earlier loops that only this one reads.
func (f *fuser) place(at int, op *graph.Op) {
	n := op.Outs[0].Shape.Size()
	ins, inlined := f.operands(op)
	var home *unit
	for _, in := range ins {
		if u := f.direct(in, n); u != nil && (home == nil || u.at > home.at) && len(u.ops)+len(inlined) < maxLoop {
			home = u
		}
	}
	if home != nil {
		for _, in := range ins {
			if s := f.source(in); s != nil && s != home && s.at >= home.at {
				home = nil
				break
			}
			if f.direct(in, n) != home && f.source(in) == home {
				home = nil // it reads a stretched or sliced result of the loop
				break
			}
		}
	}
	if home == nil {
		home = &unit{at: at, loop: true, n: n}
		f.units = append(f.units, home)
	}
	home.take(inlined...)
	home.take(op)
	f.of[op] = home
	for _, in := range ins {
		if u := f.direct(in, n); u != nil && u != home && f.onlyFeeds(u, home) && len(u.ops)+len(home.ops) <= maxLoop {
			f.merge(u, home)
		}
	}
}

// onlyFeeds reports whether all that reads u so far is in home or runs later,
// and nothing reads it through a view from within home.
func (f *fuser) onlyFeeds(u, home *unit) bool {
	for _, op := range u.ops {
		if f.inlined[op] {
			continue // others do it on their own
		}
		for _, user := range f.unitsReading(op.Outs[0]) {
			if view(user) {
				return false
			}
			v := f.of[user]
			if v != nil && v != u && v != home && v.at < home.at {
				return false
			}
		}
	}
	return true
}

// readers lists the ops that read n, aliases looked through.
func (f *fuser) readers(n *graph.Node) []*graph.Op {
	return slices.DeleteFunc(slices.Clone(f.users[n]), func(op *graph.Op) bool { return f.alias(op) })
}

// unitsReading lists the ops that read n and belong to a unit, or will: inlined
// ones looked through.
func (f *fuser) unitsReading(n *graph.Node) (ops []*graph.Op) {
	for _, op := range f.readers(n) {
		if f.inlined[op] {
			ops = append(ops, f.unitsReading(op.Outs[0])...)
		} else {
			ops = append(ops, op)
		}
	}
	return ops
}

// merge moves u's ops into home, which runs later.
func (f *fuser) merge(u, home *unit) {
	u.gone = home
	for _, op := range u.ops {
		if !f.inlined[op] {
			f.of[op] = home
		}
	}
	home.take(u.ops...)
	slices.SortFunc(home.ops, func(a, b *graph.Op) int {
		if a.ID() < b.ID() {
			return -1
		}
		return 1
	})
}

// maxSinks is the number of reductions that one loop feeds.
const maxSinks = 8

// sinkReductions lets a reduction take its operand from the loop that makes it,
// tile by tile. The loop stores the operand only if others read it too. All
// reductions of a loop go over the same axes of the same shape.
func (f *fuser) sinkReductions() {
	for _, u := range f.units {
		if u.loop || len(u.ops) != 1 {
			continue
		}
		op := u.ops[0]
		if op.Prim != graph.ReduceSumP && op.Prim != graph.ReduceMaxP && op.Prim != graph.ReduceMinP || !op.Ins[0].DType.IsFloat() || !neighbours(op) {
			continue
		}
		x := f.rootOf(op.Ins[0])
		p := f.direct(x, x.Shape.Size())
		if p == nil || p.n == 0 || len(p.sinks) == maxSinks || len(p.sinks) > 0 && !alike(p.sinks[0], op) {
			continue
		}
		p.sinks = append(p.sinks, op)
		u.gone = p
		f.of[op] = p
	}
	f.units = slices.DeleteFunc(f.units, func(u *unit) bool { return u.gone != nil })
}

// alike reports whether two reductions go over the same axes.
func alike(a, b *graph.Op) bool {
	return a.Ins[0].DType == b.Ins[0].DType && a.Ins[0].Shape.Equal(b.Ins[0].Shape) && slices.Equal(a.Attrs.([]int), b.Attrs.([]int))
}

// neighbours reports whether a reduction's axes are next to each other, so
// that its operand need not be transposed.
func neighbours(op *graph.Op) bool {
	axes := op.Attrs.([]int)
	return axes[len(axes)-1]-axes[0] == len(axes)-1
}
