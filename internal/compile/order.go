package compile

import "slices"

// The order of steps decides how many values are alive at once. The order in
// which a function's ops were recorded is right for a reverse pass. In forward
// mode it is the worst: all of the function comes first, then all tangents,
// which need every layer's values. There each layer's tangent should follow the
// layer, and memory does not depend on the depth.

// arrange lays p out in memory, with its steps in the recorded order or, if
// that takes less, in the greedy one. Neither order changes a result.
func arrange(p *Program, donated []bool) {
	other := *p
	other.Values, other.Steps = slices.Clone(p.Values), greedy(p, donated)
	plan(p, donated)
	plan(&other, donated)
	if other.held() < p.held() {
		*p = other
	}
}

// held is the memory of a plan: slots, and results that have no donated
// parameter's place.
func (p *Program) held() int {
	sum := 0
	for _, bytes := range p.Slots {
		sum += bytes
	}
	for r, v := range p.Results {
		if !slices.Contains(p.Donated, r) {
			sum += p.Values[v].Len * p.Values[v].DType.Size()
		}
	}
	return sum
}

// greedy orders the steps of p. Of those that can run it takes one that frees
// as much as it fills, if there is one; else the one from which the way to the
// end is longest, so that nothing is made before it is needed; of equals, the
// one that was recorded first.
func greedy(p *Program, donated []bool) []Step {
	g := newOrder(p, donated)
	steps := make([]Step, 0, len(p.Steps))
	for len(g.ready) > 0 {
		best := 0
		for i := 1; i < len(g.ready); i++ {
			if g.before(g.ready[i], g.ready[best]) {
				best = i
			}
		}
		s := g.ready[best]
		g.ready = slices.Delete(g.ready, best, best+1)
		g.run(s)
		steps = append(steps, p.Steps[s])
	}
	return steps
}

// order is the state of greedy. Steps are numbered as recorded.
type order struct {
	p     *Program
	next  [][]int // steps that wait for a step
	waits []int   // for how many steps a step waits
	way   []int   // steps on the longest way from a step to the end
	left  []int   // how many steps still read a value
	ready []int
}

func newOrder(p *Program, donated []bool) *order {
	n := len(p.Steps)
	g := &order{p: p, next: make([][]int, n), waits: make([]int, n), way: make([]int, n), left: make([]int, len(p.Values))}
	maker := make([]int, len(p.Values))
	readers := make([][]int, len(p.Values))
	for i := range maker {
		maker[i] = -1
	}
	for i, s := range p.Steps {
		for _, v := range s.Outs {
			maker[v] = i
		}
	}
	for i, s := range p.Steps {
		for _, v := range distinct(s.Ins) {
			readers[v] = append(readers[v], i)
			g.left[v]++
			if maker[v] >= 0 {
				g.edge(maker[v], i)
			}
		}
	}
	// A result takes the place of a donated parameter where it is made by the
	// last step that reads it.
	for i, v := range p.Params {
		if donated == nil || !donated[i] || len(readers[v]) == 0 {
			continue
		}
		last := readers[v][len(readers[v])-1]
		for _, r := range readers[v] {
			if r != last {
				g.edge(r, last)
			}
		}
	}
	for i := n - 1; i >= 0; i-- { // every edge leads to a higher number
		for _, to := range g.next[i] {
			g.way[i] = max(g.way[i], 1+g.way[to])
		}
	}
	for i, w := range g.waits {
		if w == 0 {
			g.ready = append(g.ready, i)
		}
	}
	return g
}

func (g *order) edge(from, to int) {
	g.next[from] = append(g.next[from], to)
	g.waits[to]++
}

// growth is by how much a step, run now, makes the values in slots grow.
func (g *order) growth(s int) int {
	sum := 0
	for _, v := range g.p.Steps[s].Outs {
		if g.left[v] > 0 {
			sum += g.bytes(v)
		}
	}
	for _, v := range distinct(g.p.Steps[s].Ins) {
		if g.left[v] == 1 {
			sum -= g.bytes(v)
		}
	}
	return sum
}

func (g *order) bytes(v int) int {
	val := g.p.Values[v]
	if val.Place != InSlot {
		return 0
	}
	return val.Len * val.DType.Size()
}

func (g *order) before(a, b int) bool {
	fa, fb := g.growth(a) <= 0, g.growth(b) <= 0
	switch {
	case fa != fb:
		return fa
	case !fa && g.way[a] != g.way[b]:
		return g.way[a] > g.way[b]
	}
	return a < b
}

func (g *order) run(s int) {
	for _, v := range distinct(g.p.Steps[s].Ins) {
		g.left[v]--
	}
	for _, to := range g.next[s] {
		if g.waits[to]--; g.waits[to] == 0 {
			g.ready = append(g.ready, to)
		}
	}
}

// distinct lists the values that a step reads, each once.
func distinct(values []int) []int {
	var once []int
	for i, v := range values {
		if !slices.Contains(values[:i], v) {
			once = append(once, v)
		}
	}
	return once
}
