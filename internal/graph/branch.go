package graph

import (
	"fmt"
	"slices"
)

// CondAttrs chooses between two functions. Operands: the condition (rank-0
// bool), N shared operands, what the first captured, what the second captured.
type CondAttrs struct {
	Then, Else *Func
	N          int
}

var CondP *Prim

// Cond traces both branches on args and adds the choice.
func Cond(name string, pred *Node, args []*Node, then, otherwise func([]*Node) []*Node) []*Node {
	f, capF := Trace(name, Avals(args), then)
	g, capG := Trace(name, Avals(args), otherwise)
	return Apply(CondP, CondAttrs{f, g, len(args)}, slices.Concat([]*Node{pred}, args, capF, capG)...)
}

// Branches lists the two functions with the operands of each.
func (a CondAttrs) Branches(ins []*Node) (fns [2]*Func, args [2][]*Node) {
	shared, rest := ins[1:1+a.N], ins[1+a.N:]
	n := len(a.Then.Params) - a.N
	return [2]*Func{a.Then, a.Else}, [2][]*Node{slices.Concat(shared, rest[:n]), slices.Concat(shared, rest[n:])}
}

func init() {
	CondP = &Prim{
		Name: "cond",
		Infer: func(attrs any, ins []*Node) ([]Aval, error) {
			a := attrs.(CondAttrs)
			f, g := Avals(a.Then.Outs), Avals(a.Else.Outs)
			if len(f) != len(g) {
				return nil, fmt.Errorf("branches give %d and %d results", len(f), len(g))
			}
			for i := range f {
				if !f[i].Shape.Equal(g[i].Shape) || f[i].DType != g[i].DType {
					return nil, fmt.Errorf("branches give %v and %v", f[i], g[i])
				}
			}
			if ins[0].DType != Bool || len(ins[0].Shape) != 0 {
				return nil, fmt.Errorf("condition is %v", ins[0].Aval())
			}
			return f, nil
		},
		JVP: jvpCond, VJP: vjpCond, Batch: batchCond,
	}
}

// branchRules applies a rule to both branches under the same condition. rule
// is given a branch and where its operands are among the op's.
func branchRules(op *Op, rule func(fn *Func, args []*Node, index []int) []*Node) []*Node {
	a := op.Attrs.(CondAttrs)
	fns, args := a.Branches(op.Ins)
	var index [2][]int
	n := len(a.Then.Params) - a.N
	index[0] = span(1, len(a.Then.Params))
	index[1] = slices.Concat(span(1, a.N), span(1+a.N+n, len(a.Else.Params)-a.N))
	branch := func(i int) func([]*Node) []*Node {
		return func([]*Node) []*Node { return rule(fns[i], args[i], index[i]) }
	}
	return Cond("Cond", op.Ins[0], nil, branch(0), branch(1))
}

func jvpCond(op *Op, t []*Node) []*Node {
	outs := branchRules(op, func(fn *Func, args []*Node, index []int) []*Node {
		tangents := make([]*Node, len(args))
		for i, at := range index {
			tangents[i] = t[at]
		}
		tape := fn.record(aliases(args))
		var out []*Node
		for i, d := range tape.Pushforward(tangents) {
			if fn.Outs[i].DType.Differentiable() {
				out = append(out, orZero(d, fn.Outs[i]))
			}
		}
		return out
	})
	full := make([]*Node, len(op.Outs))
	for i, o := range op.Outs {
		if o.DType.Differentiable() {
			full[i], outs = outs[0], outs[1:]
		}
	}
	return full
}

func vjpCond(op *Op, ct []*Node, need []bool) []*Node {
	outs := branchRules(op, func(fn *Func, args []*Node, index []int) []*Node {
		back := fn.record(aliases(args)).Pullback(ct)
		all := make([]*Node, len(op.Ins))
		for i, at := range index {
			all[at] = back[i]
		}
		var out []*Node
		for i, c := range all {
			if need[i] {
				out = append(out, orZero(c, op.Ins[i]))
			}
		}
		return out
	})
	full := make([]*Node, len(op.Ins))
	for i := range full {
		if need[i] {
			full[i], outs = outs[0], outs[1:]
		}
	}
	return full
}

// batchCond keeps the choice if all examples share the condition; otherwise
// it computes both branches and selects.
func batchCond(op *Op, size int, ins []*Node, batched []bool) ([]*Node, []bool) {
	a := op.Attrs.(CondAttrs)
	fns, args := a.Branches(ins)
	flags := [2][]bool{}
	n := len(a.Then.Params) - a.N
	flags[0] = batched[1 : 1+len(a.Then.Params)]
	flags[1] = slices.Concat(batched[1:1+a.N], batched[1+a.N+n:])
	all := make([]bool, len(op.Outs))
	for i := range all {
		all[i] = true
	}
	run := func(i int) []*Node {
		outs, got := fns[i].AsTape().Batch(size, args[i], flags[i])
		return forceAxis(outs, got, all, size)
	}
	if !batched[0] {
		return Cond("Vmap", ins[0], nil, func([]*Node) []*Node { return run(0) }, func([]*Node) []*Node { return run(1) }), all
	}
	f, g := run(0), run(1)
	outs := make([]*Node, len(f))
	for i := range f {
		outs[i] = Select(Broadcast(ins[0], f[i].Shape, []int{0}), f[i], g[i])
	}
	return outs, all
}
