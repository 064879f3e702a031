package compile

import (
	"fmt"
	"slices"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// foldLimit is the number of elements up to which ops on constants are
// computed when the program is compiled.
const foldLimit = 1 << 16

// Optimize rewrites a function: calls are inlined, equal ops are merged, ops on
// constants are computed, what changes nothing is dropped, and what no result
// needs is left out.
func Optimize(fn *graph.Func, fold func(*graph.Op) []*graph.Buffer) *graph.Func {
	o := &optimizer{env: map[*graph.Node]*graph.Node{}, seen: map[string][]*graph.Node{}, fold: fold}
	// Fresh parameters: those of a body may be nodes that have an op outside,
	// behind which no rewrite may look.
	scope := &graph.Scope{Name: "Jit", Abstract: true}
	params := make([]*graph.Node, len(fn.Params))
	for i, p := range fn.Params {
		params[i] = graph.Placeholder(p.Aval(), scope)
		o.env[p] = params[i]
	}
	o.replay(bigger(fn.Ops))
	return prune(params, o.all(fn.Outs))
}

// bigger puts, in place of each scan that another scan repeats with more
// results, that other scan: see graph.ScanAttrs.Base.
func bigger(ops []*graph.Op) []*graph.Op {
	by, here := map[*graph.Op]*graph.Op{}, map[*graph.Op]bool{}
	for _, op := range ops {
		here[op] = true
		if a, ok := op.Attrs.(graph.ScanAttrs); ok && here[a.Base] {
			by[a.Base] = op
		}
	}
	if len(by) == 0 {
		return ops
	}
	out := make([]*graph.Op, 0, len(ops))
	for _, op := range ops {
		big, ok := by[op]
		if !ok {
			out = append(out, op)
			continue
		}
		// The bigger scan has the same operands, so it can stand here; its
		// first results stand for the base's.
		out = append(out, &graph.Op{Prim: big.Prim, Attrs: big.Attrs, Ins: big.Ins,
			Outs: append(slices.Clone(op.Outs), big.Outs[len(op.Outs):]...)})
	}
	// The bigger scan itself is now done twice; drop its later self.
	return slices.DeleteFunc(out, func(op *graph.Op) bool {
		a, ok := op.Attrs.(graph.ScanAttrs)
		return ok && a.Base != nil && by[a.Base] == op
	})
}

type optimizer struct {
	env  map[*graph.Node]*graph.Node
	seen map[string][]*graph.Node
	fold func(*graph.Op) []*graph.Buffer
	cons map[string]*graph.Node // scalar constants by type and value
}

func (o *optimizer) get(n *graph.Node) *graph.Node {
	if m, ok := o.env[n]; ok {
		return m
	}
	m := n
	if n.Literal() {
		// One node for each value, so that equal ops meet.
		key := n.DType.String() + fmt.Sprint(n.Shape) + string(n.Value().Bytes())
		if o.cons == nil {
			o.cons = map[string]*graph.Node{}
		}
		if have, ok := o.cons[key]; ok {
			m = have
		} else {
			o.cons[key] = n
		}
	}
	o.env[n] = m
	return m
}

func (o *optimizer) all(ns []*graph.Node) []*graph.Node {
	out := make([]*graph.Node, len(ns))
	for i, n := range ns {
		out[i] = o.get(n)
	}
	return out
}

func (o *optimizer) replay(ops []*graph.Op) {
	for _, op := range ops {
		ins := o.all(op.Ins)
		for i, n := range o.rewrite(op, ins) {
			o.env[op.Outs[i]] = n
		}
	}
}

// rewrite gives the results of op on the rewritten operands.
func (o *optimizer) rewrite(op *graph.Op, ins []*graph.Node) []*graph.Node {
	switch op.Prim {
	case graph.Identity, graph.StopGradientP:
		return ins
	case graph.CheckpointP, graph.CustomJVPP, graph.CustomVJPP:
		return o.inline(op.Attrs.(graph.CallAttrs).Body, ins)
	}
	if len(op.Outs) == 1 {
		if n := o.simplify(op, ins); n != nil {
			return []*graph.Node{n}
		}
	}
	return o.apply(op.Prim, op.Attrs, ins)
}

// inline rewrites a function's ops in place of its call.
func (o *optimizer) inline(fn *graph.Func, args []*graph.Node) []*graph.Node {
	outer := o.env
	o.env = map[*graph.Node]*graph.Node{}
	for i, p := range fn.Params {
		o.env[p] = args[i]
	}
	o.replay(bigger(fn.Ops))
	outs := o.all(fn.Outs)
	o.env = outer
	return outs
}

// apply adds an op, unless an equal one exists or it can be computed now.
func (o *optimizer) apply(p *graph.Prim, attrs any, ins []*graph.Node) []*graph.Node {
	key := ""
	if !p.Barrier {
		key = graph.Key(p, attrs, ins)
		if have, ok := o.seen[key]; ok {
			return have
		}
	}
	outs := graph.Apply(p, attrs, ins...)
	if folded := o.constant(outs); folded != nil {
		outs = folded
	}
	if key != "" {
		o.seen[key] = outs
	}
	return outs
}

// constant computes an op whose operands are all constants. Broadcasts stay:
// a loop reads them as they are.
func (o *optimizer) constant(outs []*graph.Node) []*graph.Node {
	op := outs[0].Op()
	if o.fold == nil || op.Prim == graph.BroadcastP || op.Prim.Barrier {
		return nil
	}
	for _, in := range op.Ins {
		if in.Op() != nil || in.Value() == nil {
			return nil
		}
	}
	for _, n := range outs {
		if n.Shape.Size() > foldLimit {
			return nil
		}
	}
	buffers := o.fold(op)
	if buffers == nil {
		return nil
	}
	folded := make([]*graph.Node, len(outs))
	for i, b := range buffers {
		folded[i] = o.get(graph.Constant(b, outs[i].Shape))
	}
	return folded
}

// prune keeps the ops that the results need.
func prune(params, outs []*graph.Node) *graph.Func {
	stop := map[*graph.Node]bool{}
	for _, p := range params {
		stop[p] = true
	}
	return &graph.Func{Params: params, Outs: outs, Ops: graph.Between(outs, 0, stop)}
}
