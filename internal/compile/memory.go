package compile

import "github.com/fluxion-go/fluxion/internal/graph"

// Temporaries is the memory in bytes that one run needs at its peak beside
// parameters, results and constants, as planned: the slots, and what the
// hungriest step with functions of its own needs for them.
func (p *Program) Temporaries() int {
	slots, most := 0, 0
	for _, bytes := range p.Slots {
		slots += bytes
	}
	for i := range p.Steps {
		most = max(most, p.Steps[i].temporaries())
	}
	return slots + most
}

// temporaries is what a step of control flow needs while it runs: its functions
// run one at a time; a loop keeps two sets of its carry.
func (s *Step) temporaries() int {
	most := 0
	for _, sub := range s.Sub {
		most = max(most, sub.Temporaries())
	}
	if s.Op == nil {
		return most
	}
	switch a := s.Op.Attrs.(type) {
	case graph.ScanAttrs:
		most += 2 * bytesOf(s.Op.Outs[:a.Carry])
	case graph.WhileAttrs:
		most += 2 * bytesOf(s.Op.Outs)
	}
	return most
}

func bytesOf(nodes []*graph.Node) int {
	sum := 0
	for _, n := range nodes {
		sum += n.Shape.Size() * n.DType.Size()
	}
	return sum
}

// Constants is the memory in bytes of the arrays that the program holds as
// constants, those of its steps' functions included. An array that several of
// them hold counts once.
func (p *Program) Constants() int {
	seen := map[*graph.Buffer]bool{}
	p.constants(seen)
	sum := 0
	for b := range seen {
		sum += b.Len * b.DType.Size()
	}
	return sum
}

func (p *Program) constants(seen map[*graph.Buffer]bool) {
	for _, v := range p.Values {
		if v.Place == InConst {
			seen[v.Const] = true
		}
	}
	for _, s := range p.Steps {
		for _, sub := range s.Sub {
			sub.constants(seen)
		}
	}
}
