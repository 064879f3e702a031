package compile

import "slices"

// plan lays values out in memory: a value takes a slot while it is alive, a
// loop writes over an operand that nobody reads afterwards, and results take
// the memory of donated parameters where that is possible.
func plan(p *Program, donated []bool) {
	pl := &planner{p: p, last: make([]int, len(p.Values)), slot: make([]int, len(p.Values))}
	for i := range pl.slot {
		pl.slot[i], pl.last[i] = -1, -1
	}
	for i, s := range p.Steps {
		for _, v := range s.Ins {
			pl.last[v] = i
		}
		for _, v := range s.Outs { // a value nobody reads dies where it is made
			pl.last[v] = max(pl.last[v], i)
		}
	}
	p.Donated = make([]int, len(p.Params))
	for i := range p.Donated {
		p.Donated[i] = -1
	}
	for i, s := range p.Steps {
		for _, out := range s.Outs {
			pl.place(i, s, out, donated)
		}
		for _, v := range slices.Concat(s.Ins, s.Outs) {
			pl.release(i, v)
		}
	}
	pl.donateRest(donated)
}

type planner struct {
	p    *Program
	last []int // the last step that reads a value
	slot []int // of values in slots
	free []int // slots
}

// bytes is a value's size, rounded up to whole cache lines.
func (pl *planner) bytes(v int) int {
	val := pl.p.Values[v]
	return (val.Len*val.DType.Size() + 63) / 64 * 64
}

// place finds memory for a step's result.
func (pl *planner) place(i int, s Step, out int, donated []bool) {
	val := &pl.p.Values[out]
	if s.Loop != nil {
		for _, in := range s.Ins {
			if pl.overwrite(i, s, in, out, donated) {
				return
			}
		}
	}
	if val.Place != InSlot {
		return
	}
	need := pl.bytes(out)
	best := -1
	for _, f := range pl.free { // the smallest that is large enough, else the largest
		size, have := pl.p.Slots[f], 0
		if best >= 0 {
			have = pl.p.Slots[best]
		}
		if best < 0 || (size >= need && (have < need || size < have)) || (size < need && have < need && size > have) {
			best = f
		}
	}
	// A slot of another size is left to values that need it: a small value that
	// lives long would keep a large one from them.
	if best < 0 || pl.p.Slots[best] < need/2 && need > 4096 || pl.p.Slots[best] > 4*need {
		pl.slot[out] = len(pl.p.Slots)
		pl.p.Slots = append(pl.p.Slots, need)
	} else {
		pl.free = slices.DeleteFunc(pl.free, func(f int) bool { return f == best })
		pl.p.Slots[best] = max(pl.p.Slots[best], need)
		pl.slot[out] = best
	}
	val.Index = pl.slot[out]
}

// release frees the slot of a value that step i was the last to touch.
func (pl *planner) release(i, v int) {
	if pl.last[v] == i && pl.slot[v] >= 0 && pl.p.Values[v].Place == InSlot {
		pl.free = append(pl.free, pl.slot[v])
		pl.slot[v] = -1
	}
}

// overwrite lets a loop write out where operand in was, if in dies here, is
// read in step with the writing, and not after it.
func (pl *planner) overwrite(i int, s Step, in, out int, donated []bool) bool {
	a, b := pl.p.Values[in], &pl.p.Values[out]
	if pl.last[in] != i || a.Len != b.Len || a.DType.Size() != b.DType.Size() || !inStep(s.Loop, in, out) {
		return false
	}
	switch {
	case a.Place == InSlot && b.Place == InSlot && pl.slot[in] >= 0:
		pl.slot[out], pl.slot[in] = pl.slot[in], -1
		b.Index = pl.slot[out]
		return true
	case a.Place == InParam && b.Place == InResult && a.DType == b.DType && donated != nil && donated[a.Index] &&
		pl.p.Donated[a.Index] < 0 && !slices.Contains(pl.p.Donated, b.Index):
		pl.p.Donated[a.Index] = b.Index
		return true
	}
	return false
}

// inStep reports whether a loop reads value in only as it lies, and never
// after it has stored value out.
func inStep(l *Loop, in, out int) bool {
	at := -1
	for _, st := range l.Stores {
		if st.Value == out {
			at = st.Instr
		}
	}
	for j, ld := range l.Loads {
		if ld.Value != in {
			continue
		}
		if ld.View != nil {
			return false
		}
		for k := at + 1; k < len(l.Instrs); k++ {
			if slices.Contains(l.Instrs[k].Src, j) {
				return false
			}
		}
	}
	return true
}

// donateRest pairs results that no loop could write in place with donated
// parameters of their size that are dead before the result is made.
func (pl *planner) donateRest(donated []bool) {
	if donated == nil {
		return
	}
	made := make([]int, len(pl.p.Values))
	for i, s := range pl.p.Steps {
		for _, v := range s.Outs {
			made[v] = i
		}
	}
	for r, v := range pl.p.Results {
		if slices.Contains(pl.p.Donated, r) {
			continue
		}
		val := pl.p.Values[v]
		for i, pv := range pl.p.Params {
			par := pl.p.Values[pv]
			if donated[i] && pl.p.Donated[i] < 0 && par.Len == val.Len && par.DType == val.DType && pl.last[pv] < made[v] {
				pl.p.Donated[i] = r
				break
			}
		}
	}
}
