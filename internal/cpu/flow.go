package cpu

import (
	"slices"

	"github.com/fluxion-go/fluxion/internal/compile"
	"github.com/fluxion-go/fluxion/internal/graph"
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

// scan runs the body once for each element of the inputs. Elements of inputs
// and outputs are views of the stacked arrays; nothing is copied.
func (p *Program) scan(s *compile.Step, body *Program) step {
	a := s.Op.Attrs.(graph.ScanAttrs)
	return func(f *frame) {
		ins, outs := f.bind(s)
		ins, outs = slices.Clone(ins), slices.Clone(outs)
		if a.Length == 0 {
			copyAll(outs[:a.Carry], ins[:a.Carry])
			return
		}
		carry := newTwins(s.Op.Outs[:a.Carry])
		args := slices.Clone(ins)
		results := make([]*graph.Buffer, len(outs))
		views := make([]graph.Buffer, a.XS+len(outs)-a.Carry)
		for t := range a.Length {
			at := t
			if a.Reverse {
				at = a.Length - 1 - t
			}
			for i := range a.Carry {
				if t > 0 {
					args[i] = carry[t%2][i]
				}
				results[i] = carry[(t+1)%2][i]
				if t == a.Length-1 {
					results[i] = outs[i]
				}
			}
			for i := range a.XS {
				x := ins[a.Carry+i]
				n := x.Len / a.Length
				views[i].Bind(x, at*n*x.DType.Size(), x.DType, n)
				args[a.Carry+i] = &views[i]
			}
			for i := a.Carry; i < len(outs); i++ {
				y, v := outs[i], &views[a.XS+i-a.Carry]
				n := y.Len / a.Length
				v.Bind(y, at*n*y.DType.Size(), y.DType, n)
				results[i] = v
			}
			body.run(args, results, f.watch)
		}
	}
}

func (p *Program) while(s *compile.Step, test, body *Program) step {
	a := s.Op.Attrs.(graph.WhileAttrs)
	return func(f *frame) {
		ins, outs := f.bind(s)
		ins, outs = slices.Clone(ins), slices.Clone(outs)
		n := len(a.Test.Params)
		carry := newTwins(s.Op.Outs)
		testArgs, bodyArgs := slices.Clone(ins[:n]), slices.Concat(ins[:a.Carry], ins[n:])
		on := test.NewResults()
		for t := 0; ; t++ {
			if t > 0 {
				copy(testArgs, carry[t%2])
				copy(bodyArgs, carry[t%2])
			}
			test.run(testArgs, on, f.watch)
			if graph.View[uint8](on[0])[0] == 0 {
				copyAll(outs, bodyArgs[:a.Carry])
				return
			}
			body.run(bodyArgs, carry[(t+1)%2], f.watch)
		}
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
