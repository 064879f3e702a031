package cpu

import (
	"slices"

	"github.com/fluxion-go/fluxion/internal/compile"
	"github.com/fluxion-go/fluxion/internal/graph"
	"github.com/fluxion-go/fluxion/internal/recycle"
)

// Control flow of compiled programs.

// twins are two sets of buffers for a loop's carries: a step reads one and
// writes the other.
type twins [2][]*graph.Buffer

func newTwins(avals []*graph.Node) (t twins) {
	for i := range t {
		for _, n := range avals {
			t[i] = append(t[i], graph.NewBuffer(n.DType, n.Shape.Size()))
		}
	}
	return t
}

func copyAll(dst, src []*graph.Buffer) {
	for i := range dst {
		copy(dst[i].Bytes(), src[i].Bytes())
	}
}

// looping is the memory of one run of a loop.
type looping struct {
	carry         twins
	args, results []*graph.Buffer // of the body
	test, on      []*graph.Buffer // of a while loop's test: arguments and the answer
	views         []graph.Buffer  // elements of stacked arrays
}

// end lets go of the operands and results.
func (l *looping) end() {
	clear(l.args)
	clear(l.results)
	clear(l.test)
	clear(l.views)
}

// scan runs the body once for each element of the inputs. Elements of inputs
// and outputs are views of the stacked arrays; nothing is copied.
func (p *Program) scan(s *compile.Step, body *Program) step {
	a := s.Op.Attrs.(graph.ScanAttrs)
	carries, nIns, nOuts := s.Op.Outs[:a.Carry], len(s.Ins), len(s.Outs)
	free := recycle.NewSpares(func() *looping {
		return &looping{
			carry: newTwins(carries),
			args:  make([]*graph.Buffer, nIns), results: make([]*graph.Buffer, nOuts),
			views: make([]graph.Buffer, a.XS+nOuts-a.Carry),
		}
	})
	return func(f *frame) {
		ins, outs := f.bind(s)
		if a.Length == 0 {
			copyAll(outs[:a.Carry], ins[:a.Carry])
			return
		}
		l := free.Get()
		copy(l.args, ins)
		for t := range a.Length {
			at := t
			if a.Reverse {
				at = a.Length - 1 - t
			}
			for i := range a.Carry {
				if t > 0 {
					l.args[i] = l.carry[t%2][i]
				}
				l.results[i] = l.carry[(t+1)%2][i]
				if t == a.Length-1 {
					l.results[i] = outs[i]
				}
			}
			for i := range a.XS {
				l.args[a.Carry+i] = l.element(i, ins[a.Carry+i], at, a.Length)
			}
			for i := a.Carry; i < len(outs); i++ {
				l.results[i] = l.element(a.XS+i-a.Carry, outs[i], at, a.Length)
			}
			body.run(l.args, l.results, f.watch)
		}
		l.end()
		free.Put(l)
	}
}

// element makes view i show element at of length along x's leading axis.
func (l *looping) element(i int, x *graph.Buffer, at, length int) *graph.Buffer {
	n := x.Len / length
	l.views[i].Bind(x, at*n*x.DType.Size(), x.DType, n)
	return &l.views[i]
}

// while runs the body as long as the test says.
func (p *Program) while(s *compile.Step, test, body *Program) step {
	a := s.Op.Attrs.(graph.WhileAttrs)
	carries, n := s.Op.Outs, len(a.Test.Params)
	free := recycle.NewSpares(func() *looping {
		return &looping{
			carry: newTwins(carries),
			args:  make([]*graph.Buffer, len(a.Body.Params)),
			test:  make([]*graph.Buffer, n), on: test.NewResults(),
		}
	})
	return func(f *frame) {
		ins, outs := f.bind(s)
		l := free.Get()
		copy(l.test, ins[:n])
		copy(l.args, ins[:a.Carry])
		copy(l.args[a.Carry:], ins[n:])
		for t := 0; ; t++ {
			if t > 0 {
				copy(l.test, l.carry[t%2])
				copy(l.args, l.carry[t%2])
			}
			test.run(l.test, l.on, f.watch)
			if graph.View[uint8](l.on[0])[0] == 0 {
				break
			}
			body.run(l.args, l.carry[(t+1)%2], f.watch)
		}
		copyAll(outs, l.args[:a.Carry])
		l.end()
		free.Put(l)
	}
}

func (p *Program) cond(s *compile.Step, then, otherwise *Program) step {
	a := s.Op.Attrs.(graph.CondAttrs)
	n := len(a.Then.Params) - a.N
	return func(f *frame) {
		ins, outs := f.bind(s)
		shared, rest := ins[1:1+a.N], ins[1+a.N:]
		if graph.View[uint8](ins[0])[0] != 0 {
			then.run(slices.Concat(shared, rest[:n]), outs, f.watch)
		} else {
			otherwise.run(slices.Concat(shared, rest[n:]), outs, f.watch)
		}
	}
}
