package graph

import "slices"

// WhileAttrs is a loop that runs as long as Test holds. Operands: Carry
// carries, what the test captured, what the body captured.
type WhileAttrs struct {
	Test, Body *Func
	Carry      int
}

var WhileP *Prim

// While traces test and body and adds the loop.
func While(name string, init []*Node, test func([]*Node) *Node, body func([]*Node) []*Node) []*Node {
	t, capT := Trace(name, Avals(init), func(c []*Node) []*Node { return []*Node{test(c)} })
	b, capB := Trace(name, Avals(init), body)
	return Apply(WhileP, WhileAttrs{t, b, len(init)}, slices.Concat(init, capT, capB)...)
}

// Split cuts the operands into carries and what each function captured.
func (a WhileAttrs) Split(ins []*Node) (carry, test, body []*Node) {
	n := len(a.Test.Params)
	return ins[:a.Carry], ins[a.Carry:n], ins[n:]
}

func init() {
	WhileP = &Prim{
		Name:  "while",
		Infer: func(attrs any, ins []*Node) ([]Aval, error) { return Avals(ins[:attrs.(WhileAttrs).Carry]), nil },
		JVP:   jvpWhile,
		VJP: func(*Op, []*Node, []bool) []*Node {
			Fail("While", "a While loop has no reverse-mode derivative, because the number of steps is not known; use Scan, or JVP")
			return nil
		},
		Batch: batchWhile,
	}
}

func jvpWhile(op *Op, t []*Node) []*Node {
	a := op.Attrs.(WhileAttrs)
	carry, capT, capB := a.Split(op.Ins)
	_, _, dB := a.Split(t)
	has := make([]bool, a.Carry)
	for i := range has {
		has[i] = t[i] != nil
	}
	// step runs the body on values and tangents.
	step := func(c, dc []*Node) (next, d []*Node) {
		tape := a.Body.record(aliases(slices.Concat(c, capB)))
		return tape.Outs, tape.Pushforward(slices.Concat(dc, dB))
	}
	for again := true; again; {
		again = false
		Trace("JVP", Avals(carry), func(c []*Node) []*Node {
			dc := make([]*Node, a.Carry)
			for i := range dc {
				if has[i] {
					dc[i] = c[i]
				}
			}
			_, d := step(c, dc)
			for i := range d {
				if d[i] != nil && !has[i] {
					has[i], again = true, true
				}
			}
			return nil
		})
	}
	init := slices.Clone(carry)
	for i := range has {
		if has[i] {
			init = append(init, orZero(t[i], carry[i]))
		}
	}
	outs := While("JVP", init,
		func(c []*Node) *Node { return a.Test.Inline(slices.Concat(c[:a.Carry], capT)...)[0] },
		func(c []*Node) []*Node {
			dc, rest := make([]*Node, a.Carry), c[a.Carry:]
			for i := range dc {
				if has[i] {
					dc[i], rest = rest[0], rest[1:]
				}
			}
			next, d := step(c[:a.Carry], dc)
			next = slices.Clone(next)
			for i := range has {
				if has[i] {
					next = append(next, orZero(d[i], next[i]))
				}
			}
			return next
		})
	out, rest := make([]*Node, a.Carry), outs[a.Carry:]
	for i := range has {
		if has[i] {
			out[i], rest = rest[0], rest[1:]
		}
	}
	return out
}

// batchWhile runs until no example goes on; those that are done keep their
// values. If all examples share the condition, only the body is batched.
func batchWhile(op *Op, size int, ins []*Node, batched []bool) ([]*Node, []bool) {
	a := op.Attrs.(WhileAttrs)
	carry, capT, capB := a.Split(ins)
	n := len(a.Test.Params)
	flags := slices.Clone(batched[:a.Carry])
	testFlags := func() []bool { return slices.Concat(flags, batched[a.Carry:n]) }
	bodyFlags := func() []bool { return slices.Concat(flags, batched[n:]) }
	perExample := false
	for again := true; again; {
		again = false
		_, got := batchBody(a.Body, size, bodyFlags(), nil)
		_, gotTest := batchBody(a.Test, size, testFlags(), nil)
		perExample = gotTest[0]
		for i := range flags {
			if (got[i] || perExample) && !flags[i] {
				flags[i], again = true, true
			}
		}
	}
	init := slices.Clone(carry)
	for i := range init {
		if flags[i] && !batched[i] {
			init[i] = AddAxis(init[i], size)
		}
	}
	test := func(c []*Node) *Node {
		outs, _ := a.Test.AsTape().Batch(size, slices.Concat(c, capT), testFlags())
		return outs[0]
	}
	outs := While("Vmap", init,
		func(c []*Node) *Node {
			t := test(c)
			if perExample {
				t = ReduceMax(t, []int{0})
			}
			return t
		},
		func(c []*Node) []*Node {
			next, got := a.Body.AsTape().Batch(size, slices.Concat(c, capB), bodyFlags())
			next = forceAxis(next, got, flags, size)
			if perExample {
				on := test(c)
				for i := range next {
					next[i] = Select(Broadcast(on, next[i].Shape, []int{0}), next[i], c[i])
				}
			}
			return next
		})
	return outs, flags
}
