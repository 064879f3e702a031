package graph

import (
	"maps"
	"slices"
)

// vjpScan runs the loop backwards. The body's own pullback is taken once, as a
// graph; what that graph needs from the forward step (its residuals) becomes
// stacked outputs of a second forward scan, which replaces the first wherever
// both stand in one program. The backward scan carries the cotangents of the
// carries and sums up those of the captured operands.
func vjpScan(op *Op, ct []*Node, need []bool) []*Node {
	a := op.Attrs.(ScanAttrs)
	p := a.pull(op, ct, need)
	forward := p.rerun(op)
	return p.backward(op, forward, ct)
}

// scanPull is the pullback of one step as a graph over placeholders.
type scanPull struct {
	a      ScanAttrs
	params []*Node        // forward parameters: carry, xs, captured
	next   []*Node        // forward results
	ctIn   []*Node        // cotangents of results; nil where there is none
	ctOut  []*Node        // cotangents of parameters; nil where there is none
	need   []bool         // of parameters
	saved  []*Node        // residuals: to be stacked by the forward scan
	back   []*Op          // the ops of the pullback, on residuals and cotangents
	fixed  map[*Node]bool // depends on captured operands only
	moving map[*Node]bool // depends on carry or xs, but not on cotangents
}

func (a ScanAttrs) pull(op *Op, ct []*Node, need []bool) *scanPull {
	p := &scanPull{a: a, need: slices.Clone(need)}
	for i := range a.Carry { // a carry's cotangent passes through every step
		p.need[i] = op.Ins[i].DType.Differentiable()
	}
	scope := &Scope{Name: "Grad", Abstract: true}
	for _, av := range Avals(a.Body.Params) {
		p.params = append(p.params, Placeholder(av, scope))
	}
	tape := a.Body.record(p.params)
	p.next = tape.Outs
	p.ctIn = make([]*Node, len(p.next))
	for i, o := range p.next {
		if o.DType.Differentiable() && (i < a.Carry || ct[i] != nil) {
			p.ctIn[i] = Placeholder(o.Aval(), scope)
		}
	}
	p.ctOut = tape.Pullback(p.ctIn)
	for i := range p.ctOut {
		if !p.need[i] {
			p.ctOut[i] = nil
		}
	}
	p.findResiduals()
	return p
}

// findResiduals separates the pullback's graph into what depends on
// cotangents, which the backward scan computes, and the rest, which it gets.
// Cheap spreading of a saved value is computed again rather than saved.
func (p *scanPull) findResiduals() {
	stop, onCt, isParam := map[*Node]bool{}, map[*Node]bool{}, map[*Node]bool{}
	for _, c := range p.ctIn {
		if c != nil {
			stop[c], onCt[c] = true, true
		}
	}
	carry, xs, captured := p.a.split(p.params)
	p.fixed = map[*Node]bool{}
	for _, c := range captured {
		p.fixed[c] = true
	}
	for _, n := range p.params {
		stop[n], isParam[n] = true, true
	}
	ops := Between(p.ctOut, p.params[0].ID-1, stop)
	moving := map[*Node]bool{}
	p.moving = moving
	for _, n := range slices.Concat(carry, xs) {
		moving[n] = true
	}
	for _, op := range ops {
		ct, mv := false, false
		for _, in := range op.Ins {
			ct, mv = ct || onCt[in], mv || moving[in]
		}
		for _, o := range op.Outs {
			onCt[o] = ct
			moving[o] = !ct && mv
			p.fixed[o] = !ct && !mv
		}
	}
	kept := map[*Node]bool{}
	again := map[*Op]bool{}
	var save func(n *Node)
	save = func(n *Node) {
		if p.fixed[n] && (n.Is(BroadcastP) || n.Is(IotaP)) {
			again[n.Op()] = true // cheaper made anew in each step than passed in
			for _, in := range n.Op().Ins {
				save(in)
			}
			return
		}
		if kept[n] || !moving[n] || slices.Contains(xs, n) {
			return
		}
		kept[n] = true
		if !isParam[n] && (n.Is(BroadcastP) || n.Is(ReshapeP) || n.Is(ConvertP)) {
			again[n.Op()] = true
			save(n.Op().Ins[0])
			return
		}
		p.saved = append(p.saved, n)
	}
	for _, op := range ops {
		if onCt[op.Outs[0]] {
			again[op] = true
			for _, in := range op.Ins {
				save(in)
			}
		}
	}
	for _, c := range p.ctOut {
		if c != nil {
			save(c)
		}
	}
	p.thin(again)
	for _, op := range ops {
		if again[op] {
			p.back = append(p.back, op)
		}
	}
}

// rerun is the forward scan with the residuals as further outputs.
func (p *scanPull) rerun(op *Op) []*Node {
	if len(p.saved) == 0 {
		return nil
	}
	a := p.a
	fn, captured := Close(p.params, slices.Concat(p.next, p.saved), p.params[0].ID-1)
	if len(captured) > 0 {
		fn.bake(captured)
	}
	b := ScanAttrs{Body: fn, Carry: a.Carry, XS: a.XS, Length: a.Length, Reverse: a.Reverse, Base: op}
	return Apply(ScanP, b, op.Ins...)[len(op.Outs):]
}

// backward builds and runs the backward scan, and what goes over all of its steps
// at once.
func (p *scanPull) backward(op *Op, saved, ct []*Node) []*Node {
	a := p.a
	_, inXs, inCap := a.split(op.Ins)
	_, pXs, pCap := a.split(p.params)

	// What depends on captured operands alone is computed once, outside.
	outside := map[*Node]*Node{}
	for i, c := range pCap {
		outside[c] = inCap[i]
	}
	p.fix(outside)

	var init, stacked []*Node
	var carryAt, sumAt []int // which parameter each backward carry belongs to
	for i := range a.Carry {
		if p.ctIn[i] != nil {
			init = append(init, orZero(ct[i], op.Outs[i]))
			carryAt = append(carryAt, i)
		}
	}
	later := p.products()
	for i := a.Carry + a.XS; i < len(p.params); i++ {
		if _, ok := later[i]; !ok && p.ctOut[i] != nil {
			init = append(init, like(op.Ins[i], 0))
			sumAt = append(sumAt, i)
		}
	}
	back, read := p.inside(later)
	// Each step gets what it reads: the rest need not stay in memory.
	at := map[*Node]*Node{}
	for i, n := range p.saved {
		at[n] = saved[i]
	}
	for i, n := range pXs {
		at[n] = inXs[i]
	}
	passed := slices.DeleteFunc(slices.Concat(p.saved, pXs), func(n *Node) bool { return !read[n] })
	for _, n := range passed {
		stacked = append(stacked, at[n])
	}
	var yAt []int
	for i := a.Carry; i < len(op.Outs); i++ {
		if p.ctIn[i] != nil {
			stacked = append(stacked, ct[i])
			yAt = append(yAt, i)
		}
	}
	var xAt []int
	outs := Scan("Grad", init, stacked, a.Length, !a.Reverse, func(c, x []*Node) (next, y []*Node) {
		env := map[*Node]*Node{}
		for n, v := range outside {
			env[n] = v
		}
		for i, at := range carryAt {
			env[p.ctIn[at]] = c[i]
		}
		for i, n := range passed {
			env[n] = x[i]
		}
		for i, at := range yAt {
			env[p.ctIn[at]] = x[len(passed)+i]
		}
		Replay(back, env)
		at := func(i int) *Node { return lookup(env, []*Node{p.ctOut[i]})[0] }
		for _, i := range carryAt {
			if p.ctOut[i] == nil {
				next = append(next, like(p.params[i], 0))
			} else {
				next = append(next, at(i))
			}
		}
		for j, i := range sumAt {
			next = append(next, Add(c[len(carryAt)+j], at(i)))
		}
		xAt = xAt[:0]
		for i := a.Carry; i < a.Carry+a.XS; i++ {
			if p.ctOut[i] != nil {
				xAt = append(xAt, i)
				y = append(y, at(i))
			}
		}
		return next, y
	})
	out := make([]*Node, len(op.Ins))
	for j, i := range slices.Concat(carryAt, sumAt, xAt) {
		out[i] = outs[j]
	}
	for i := a.Carry + a.XS; i < len(p.params); i++ { // in order, as programs are the same every time
		q, ok := later[i]
		if !ok {
			continue
		}
		out[i] = q.over(func(n *Node) *Node {
			if s := at[n]; s != nil {
				return s
			}
			return out[p.inputOf(n)]
		})
	}
	return out
}

// products lists the captured operands, by parameter, whose cotangents are products
// over all steps: those that can be, unless a step needs the same product for
// something else.
func (p *scanPull) products() map[int]product {
	all := map[int]product{}
	for i := p.a.Carry + p.a.XS; i < len(p.params); i++ {
		if q, ok := p.productOf(p.ctOut[i]); ok {
			all[i] = q
		}
	}
	ops, _ := p.inside(all)
	maps.DeleteFunc(all, func(_ int, q product) bool { return slices.Contains(ops, q.dot) })
	return all
}

// inside is what a step does for the cotangents that are not made later, and what it
// reads.
func (p *scanPull) inside(later map[int]product) (ops []*Op, read map[*Node]bool) {
	read = map[*Node]bool{}
	for i, c := range p.ctOut {
		if _, ok := later[i]; !ok && c != nil {
			read[c] = true
		}
	}
	for _, op := range slices.Backward(p.back) {
		if slices.ContainsFunc(op.Outs, func(o *Node) bool { return read[o] }) {
			ops = append(ops, op)
			for _, in := range op.Ins {
				read[in] = true
			}
		}
	}
	slices.Reverse(ops)
	return ops, read
}

// product is the cotangent of a captured operand that is a matrix product in every
// step, such as that of a recurrent network's weights: of values that are stacked
// anyway, as residuals or as the cotangents of inputs. One product over all steps
// then takes the place of many small ones and their sums (cuDNN does the same).
type product struct {
	dot       *Op
	transpose *Op // of the result's axes, or nil
}

// productOf sees a cotangent as a product of stacked values.
func (p *scanPull) productOf(c *Node) (q product, ok bool) {
	if c == nil {
		return q, false
	}
	d := c
	if c.Is(TransposeP) {
		q.transpose, d = c.Op(), c.Op().Ins[0]
	}
	if !d.Is(DotP) {
		return q, false
	}
	q.dot = d.Op()
	_, xs, _ := p.a.split(p.params)
	for _, in := range q.dot.Ins {
		if !slices.Contains(p.saved, in) && !slices.Contains(xs, in) && p.inputOf(in) < 0 {
			return q, false
		}
	}
	return q, true
}

// inputOf is the stacked input of which n is the cotangent, or -1.
func (p *scanPull) inputOf(n *Node) int {
	for i := p.a.Carry; i < p.a.Carry+p.a.XS; i++ {
		if p.ctOut[i] == n {
			return i
		}
	}
	return -1
}

// over is the sum over all steps; stack gives an operand's values, stacked.
func (q product) over(stack func(*Node) *Node) *Node {
	a := q.dot.Attrs.(DotAttrs)
	d := Dot(stack(q.dot.Ins[0]), stack(q.dot.Ins[1]), DotAttrs{
		BatchX: shifted(a.BatchX), BatchY: shifted(a.BatchY),
		ContractX: append([]int{0}, shifted(a.ContractX)...), ContractY: append([]int{0}, shifted(a.ContractY)...),
	})
	if q.transpose != nil {
		d = Transpose(d, q.transpose.Attrs.([]int))
	}
	return d
}

// fix adds to env the values of nodes that depend on captured operands only.
func (p *scanPull) fix(env map[*Node]*Node) {
	var want []*Node
	made := map[*Node]bool{}
	for _, op := range p.back {
		for _, o := range op.Outs {
			made[o] = true
		}
	}
	for _, op := range p.back {
		for _, in := range op.Ins {
			if p.fixed[in] && !made[in] {
				want = append(want, in)
			}
		}
	}
	for _, c := range p.ctOut {
		if c != nil && p.fixed[c] && !made[c] {
			want = append(want, c)
		}
	}
	stop := map[*Node]bool{}
	for _, n := range p.params {
		stop[n] = true
	}
	Replay(Between(want, p.params[0].ID-1, stop), env)
}
