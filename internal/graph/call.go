package graph

import "slices"

// Calls of closed functions: Checkpoint, and functions with their own
// derivative rules. Operands are the function's parameters, captured last.

// CallAttrs is a function that is applied as one op.
type CallAttrs struct {
	Body *Func
	N    int // operands that the caller passed; the rest was captured

	// Tangent is a custom_jvp's rule: it maps N primals and N tangents to the
	// tangents of the results.
	Tangent func(primals, tangents []*Node) []*Node

	// Fwd and Bwd are a custom_vjp's rule: Fwd maps N primals to what Bwd
	// needs beside the cotangents of the results to give N cotangents.
	Fwd func(primals []*Node) []*Node
	Bwd func(residuals, ct []*Node) []*Node
}

var CheckpointP, CustomJVPP, CustomVJPP *Prim

func inferCall(attrs any, _ []*Node) ([]Aval, error) { return Avals(attrs.(CallAttrs).Body.Outs), nil }

func init() {
	CheckpointP = &Prim{Name: "checkpoint", Infer: inferCall, JVP: jvpInlined, VJP: vjpRecomputed, Batch: batchCall}
	CustomJVPP = &Prim{Name: "custom_jvp", Infer: inferCall, JVP: jvpCustom, VJP: vjpOfJVP, Batch: batchCustom}
	CustomVJPP = &Prim{Name: "custom_vjp", Infer: inferCall, JVP: jvpOfVJP, VJP: vjpCustom, Batch: batchCustom}
}

// jvpInlined differentiates a second copy of the body.
func jvpInlined(op *Op, t []*Node) []*Node {
	return op.Attrs.(CallAttrs).Body.record(aliases(op.Ins)).Pushforward(t)
}

// aliases makes nodes that stand for the operands of one copy of a body, even
// where one value is passed twice.
func aliases(ins []*Node) []*Node {
	out := make([]*Node, len(ins))
	for i, n := range ins {
		out[i] = Apply(Identity, nil, n)[0]
	}
	return out
}

// record applies fn to args, which are nodes of its own, and tapes it.
func (fn *Func) record(args []*Node) *Tape { return Record(args, fn.Inline(args...)) }

// vjpRecomputed runs the body again, behind barriers that keep the second run
// from being merged with the first, and walks back through that.
func vjpRecomputed(op *Op, ct []*Node, _ []bool) []*Node {
	again := make([]*Node, len(op.Ins))
	for i, n := range op.Ins {
		again[i] = Apply(BarrierP, nil, n)[0]
	}
	return op.Attrs.(CallAttrs).Body.record(again).Pullback(ct)
}

func batchCall(op *Op, size int, ins []*Node, batched []bool) ([]*Node, []bool) {
	a := op.Attrs.(CallAttrs)
	body, flags := batchBody(a.Body, size, batched, nil)
	return Apply(op.Prim, CallAttrs{Body: body, N: a.N}, ins...), flags
}

// batchBody batches a closed function. Results flagged in force are given the
// new axis even if they do not need it.
func batchBody(fn *Func, size int, batched, force []bool) (*Func, []bool) {
	avals := Avals(fn.Params)
	for i := range avals {
		if batched[i] {
			avals[i].Shape = avals[i].Shape.Prepend(size)
		}
	}
	var flags []bool
	out, captured := Trace("Vmap", avals, func(ps []*Node) []*Node {
		var outs []*Node
		outs, flags = fn.AsTape().Batch(size, ps, batched)
		return forceAxis(outs, flags, force, size)
	})
	if len(captured) > 0 {
		out.bake(captured)
	}
	return out, flags
}

// forceAxis gives the results flagged in force the new axis.
func forceAxis(outs []*Node, flags, force []bool, size int) []*Node {
	outs = slices.Clone(outs)
	for i := range outs {
		if force != nil && force[i] && !flags[i] {
			outs[i], flags[i] = AddAxis(outs[i], size), true
		}
	}
	return outs
}

// bake moves computations that do not depend on any parameter, and so were
// hoisted, back into the body. It is only for what rules make out of nothing
// (zeros, indices), never for what a user captured.
func (fn *Func) bake(captured []*Node) {
	fn.Params = fn.Params[:len(fn.Params)-len(captured)]
	have := map[*Op]bool{}
	for _, op := range fn.Ops {
		have[op] = true
	}
	for _, op := range Between(captured, 0, nil) {
		if !have[op] {
			fn.Ops = append(fn.Ops, op)
		}
	}
	slices.SortFunc(fn.Ops, func(a, b *Op) int {
		if a.ID() < b.ID() {
			return -1
		}
		return 1
	})
}

func jvpCustom(op *Op, t []*Node) []*Node {
	a := op.Attrs.(CallAttrs)
	full := make([]*Node, a.N)
	for i := range full {
		full[i] = orZero(t[i], op.Ins[i])
	}
	return a.Tangent(op.Ins[:a.N], full)
}

// vjpOfJVP transposes a custom tangent rule: the rule is linear in the
// tangents, so its own VJP at any tangent (zero) is its transpose.
func vjpOfJVP(op *Op, ct []*Node, need []bool) []*Node {
	a := op.Attrs.(CallAttrs)
	zeros := make([]*Node, a.N)
	for i := range zeros {
		zeros[i] = like(op.Ins[i], 0)
	}
	t := aliases(zeros)
	back := Record(t, a.Tangent(op.Ins[:a.N], t)).Pullback(ct)
	return append(back, make([]*Node, len(op.Ins)-a.N)...)
}

func vjpCustom(op *Op, ct []*Node, _ []bool) []*Node {
	a := op.Attrs.(CallAttrs)
	full := make([]*Node, len(ct))
	for i := range ct {
		full[i] = orZero(ct[i], op.Outs[i])
	}
	back := a.Bwd(a.Fwd(op.Ins[:a.N]), full)
	return append(slices.Clone(back), make([]*Node, len(op.Ins)-a.N)...)
}

// jvpOfVJP transposes a custom cotangent rule, which is linear in ct.
func jvpOfVJP(op *Op, t []*Node) []*Node {
	a := op.Attrs.(CallAttrs)
	res := a.Fwd(op.Ins[:a.N])
	zeros := make([]*Node, len(op.Outs))
	for i, o := range op.Outs {
		zeros[i] = like(o, 0)
	}
	ct := aliases(zeros)
	return Record(ct, a.Bwd(res, ct)).Pullback(t[:a.N])
}

// batchCustom batches the function and its rules alike; every operand and
// result gets the new axis, so that the rules agree with the function.
func batchCustom(op *Op, size int, ins []*Node, batched []bool) ([]*Node, []bool) {
	a := op.Attrs.(CallAttrs)
	full := slices.Clone(ins)
	for i := range full {
		if !batched[i] {
			full[i] = AddAxis(full[i], size)
		}
	}
	all := make([]bool, max(len(ins), len(op.Outs)))
	for i := range all {
		all[i] = true
	}
	b := CallAttrs{N: a.N}
	var flags []bool
	b.Body, flags = batchBody(a.Body, size, all[:len(ins)], all[:len(op.Outs)])
	outs := Avals(op.Outs)
	prims := Avals(op.Ins[:a.N])
	if a.Tangent != nil {
		b.Tangent = func(p, t []*Node) []*Node {
			return batchRule(size, slices.Concat(p, t), slices.Concat(prims, prims), func(ps []*Node) []*Node {
				return a.Tangent(ps[:a.N], ps[a.N:])
			})
		}
	}
	if a.Fwd != nil {
		b.Fwd = func(p []*Node) []*Node {
			return batchRule(size, p, prims, a.Fwd)
		}
		b.Bwd = func(r, ct []*Node) []*Node {
			unbatched := make([]Aval, len(r))
			for i := range r {
				unbatched[i] = Aval{r[i].Shape[1:], r[i].DType}
			}
			return batchRule(size, slices.Concat(r, ct), slices.Concat(unbatched, outs), func(ps []*Node) []*Node {
				return a.Bwd(ps[:len(r)], ps[len(r):])
			})
		}
	}
	return Apply(op.Prim, b, full...), flags
}

// batchRule traces f for one example and applies it to batched args; nil
// results (zero) stay nil, all others get the new axis.
func batchRule(size int, args []*Node, avals []Aval, f func([]*Node) []*Node) []*Node {
	var isNil []bool
	fn, captured := Trace("Vmap", avals, func(ps []*Node) []*Node {
		var some []*Node
		for _, o := range f(ps) {
			isNil = append(isNil, o == nil)
			if o != nil {
				some = append(some, o)
			}
		}
		return some
	})
	flags := make([]bool, len(fn.Params))
	force := make([]bool, len(fn.Outs))
	for i := range args {
		flags[i] = true
	}
	for i := range force {
		force[i] = true
	}
	outs, got := fn.AsTape().Batch(size, append(slices.Clone(args), captured...), flags)
	outs = forceAxis(outs, got, force, size)
	full := make([]*Node, len(isNil))
	for i := range full {
		if !isNil[i] {
			full[i], outs = outs[0], outs[1:]
		}
	}
	return full
}
