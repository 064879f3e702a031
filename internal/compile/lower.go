package compile

import (
	"slices"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// lowering turns units into steps and nodes into values.
type lowering struct {
	*fuser
	p     *Program
	value map[*graph.Node]int // of a root
	fold  func(*graph.Op) []*graph.Buffer
}

func lower(fn *graph.Func, donated []bool, fold func(*graph.Op) []*graph.Buffer) *Program {
	l := &lowering{fuser: fuse(fn, donated), p: &Program{}, value: map[*graph.Node]int{}, fold: fold}
	for i, n := range fn.Params {
		l.value[n] = len(l.p.Values)
		l.p.Params = append(l.p.Params, len(l.p.Values))
		l.p.Values = append(l.p.Values, Value{DType: n.DType, Len: n.Shape.Size(), Place: InParam, Index: i})
	}
	for _, u := range l.units {
		l.step(u)
	}
	l.results()
	arrange(l.p, donated)
	return l.p
}

// valueOf is the value that holds n's root.
func (l *lowering) valueOf(n *graph.Node) int {
	r := l.rootOf(n)
	if v, ok := l.value[r]; ok {
		return v
	}
	v := Value{DType: r.DType, Len: r.Shape.Size()}
	if r.Op() == nil {
		b := r.Value()
		if b == nil {
			panic("compile: a placeholder from outside the function: " + r.Aval().String())
		}
		b.Share()
		v.Place, v.Const = InConst, b
	}
	l.value[r] = len(l.p.Values)
	l.p.Values = append(l.p.Values, v)
	return l.value[r]
}

func (l *lowering) valuesOf(ns []*graph.Node) []int {
	out := make([]int, len(ns))
	for i, n := range ns {
		out[i] = l.valueOf(n)
	}
	return out
}

func (l *lowering) step(u *unit) {
	if u.loop {
		l.loop(u)
		return
	}
	op := u.ops[0]
	s := Step{Op: op, Ins: l.valuesOf(op.Ins), Outs: l.valuesOf(op.Outs)}
	sub := func(fn *graph.Func) { s.Sub = append(s.Sub, Compile(fn, nil, l.fold)) }
	switch a := op.Attrs.(type) {
	case graph.ScanAttrs:
		s.Kind = RunScan
		sub(a.Body)
	case graph.WhileAttrs:
		s.Kind = RunWhile
		sub(a.Test)
		sub(a.Body)
	case graph.CondAttrs:
		s.Kind = RunCond
		sub(a.Then)
		sub(a.Else)
	}
	l.p.Steps = append(l.p.Steps, s)
}

// loop lowers a group of element-wise ops.
func (l *lowering) loop(u *unit) {
	lp := &Loop{N: u.n}
	s := Step{Kind: RunLoop, Loop: lp}
	made := map[*graph.Node]int{} // roots made by this loop, as instr numbers
	for i, op := range u.ops {
		made[op.Outs[0]] = i
	}
	type key struct {
		value int
		view  *graph.Op
	}
	loads := map[key]int{}
	// ref is an operand's number: a load, or an instr counted from -1 down
	// until the number of loads is known.
	ref := func(in *graph.Node) int {
		r := l.rootOf(in)
		if i, ok := made[r]; ok {
			return -1 - i
		}
		k := key{}
		if op := r.Op(); op != nil && view(op) && l.of[op] == nil && !slices.Contains(l.fn.Params, r) {
			k = key{l.valueOf(op.Ins[0]), op}
		} else {
			k = key{value: l.valueOf(r)}
		}
		if _, ok := loads[k]; !ok {
			loads[k] = len(lp.Loads)
			lp.Loads = append(lp.Loads, Load{Value: k.value, View: k.view})
			if !slices.Contains(s.Ins, k.value) {
				s.Ins = append(s.Ins, k.value)
			}
		}
		return loads[k]
	}
	for _, op := range u.ops {
		in := Instr{Op: op}
		for _, n := range op.Ins {
			in.Src = append(in.Src, ref(n))
		}
		lp.Instrs = append(lp.Instrs, in)
	}
	for i := range lp.Instrs {
		for j, r := range lp.Instrs[i].Src {
			if r < 0 {
				lp.Instrs[i].Src[j] = len(lp.Loads) + (-1 - r)
			}
		}
	}
	for _, op := range u.sinks {
		s.Kind = Reduce
		v := l.valueOf(op.Outs[0])
		lp.Sinks = append(lp.Sinks, Sink{Instr: made[l.rootOf(op.Ins[0])], Op: op, Value: v})
		s.Outs = append(s.Outs, v)
	}
	for i, op := range u.ops {
		if !l.inlined[op] && l.readOutside(u, op.Outs[0]) {
			v := l.valueOf(op.Outs[0])
			lp.Stores = append(lp.Stores, Store{Instr: i, Value: v})
			s.Outs = append(s.Outs, v)
		}
	}
	l.p.Steps = append(l.p.Steps, s)
}

// readOutside reports whether anything but the loop itself reads n.
func (l *lowering) readOutside(u *unit, n *graph.Node) bool {
	if slices.ContainsFunc(l.fn.Outs, func(r *graph.Node) bool { return l.rootOf(r) == n }) {
		return true
	}
	return slices.ContainsFunc(l.readers(n), func(op *graph.Op) bool { return l.of[op] != u })
}

// results gives every result a value of its own, so that the caller can say
// where each goes.
func (l *lowering) results() {
	taken := map[int]bool{}
	for i, n := range l.fn.Outs {
		v := l.valueOf(n)
		if val := l.p.Values[v]; val.Place != InSlot || taken[v] {
			c := len(l.p.Values)
			l.p.Values = append(l.p.Values, Value{DType: val.DType, Len: val.Len, Place: InResult, Index: i})
			l.p.Steps = append(l.p.Steps, Step{Kind: Copy, Ins: []int{v}, Outs: []int{c}})
			v = c
		} else {
			l.p.Values[v].Place, l.p.Values[v].Index = InResult, i
		}
		taken[v] = true
		l.p.Results = append(l.p.Results, v)
	}
}
