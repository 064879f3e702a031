package fx

import "github.com/fluxion-go/fluxion/internal/graph"

// Memory is what a compiled function needs of memory, in bytes, as its plan
// says before it runs (XLA's memory analysis). It depends on the function and
// on shapes and dtypes alone, never on the machine. Not counted is the working
// space inside single operations, such as packed blocks of a matrix product.
type Memory struct {
	// Arguments and Results are the arrays that go in and come out.
	Arguments, Results int
	// Donated is how much of the results takes the place of donated arguments.
	Donated int
	// Temporaries is what is between them, at its peak: every intermediate array
	// has a place while somebody may still read it, and places are used again.
	Temporaries int
	// Constants are arrays that the function captured, or that are the same in
	// every call.
	Constants int
}

// Peak is what a call holds in all.
func (m Memory) Peak() int {
	return m.Arguments + m.Results - m.Donated + m.Temporaries + m.Constants
}

// MemoryOf compiles f, as Jit with these options does for an argument like x,
// and gives the memory that its plan needs. Nothing is run: the reverse pass of
// a network too large for this machine can be asked for, given arguments.
func MemoryOf[X, Y any](f func(X) Y, x X, opts ...JitOption) Memory {
	p, in := compiled("MemoryOf", f, x, opts)
	m := Memory{Temporaries: p.run.Temporaries(), Constants: p.run.Constants()}
	for i, n := range in {
		bytes := n.Shape.Size() * n.DType.Size()
		m.Arguments += bytes
		if p.run.Donated[i] >= 0 {
			m.Donated += bytes
		}
	}
	for _, v := range p.run.Results {
		m.Results += p.run.Values[v].Len * p.run.Values[v].DType.Size()
	}
	return m
}

// compiled is f as Jit with these options compiles it for an argument like x,
// and that argument's leaves.
func compiled[X, Y any](op string, f func(X) Y, x X, opts []JitOption) (*jitProgram[Y], []*graph.Node) {
	c := &jitted[X, Y]{f: f}
	for _, o := range opts {
		o(&c.cfg)
	}
	in := nodes(op, Leaves(x))
	for i, n := range in {
		if n.Tracked() {
			graph.Fail(op, "argument %s is under a transformation; it must be an array with a value", name(Paths(x)[i]))
		}
	}
	p := &jitProgram[Y]{}
	c.compile(p, x, in)
	if p.run == nil {
		graph.Fail(op, "the function uses arrays that are under a transformation")
	}
	return p, in
}
