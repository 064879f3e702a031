package cpu

import (
	"github.com/fluxion-go/fluxion/internal/compile"
	"github.com/fluxion-go/fluxion/internal/graph"
	"github.com/fluxion-go/fluxion/internal/recycle"
)

// Program is a compiled program, ready to run on an engine. It may run many
// times at once.
type Program struct {
	*compile.Program
	e     *Engine
	steps []step
	free  *recycle.Spares[frame]
}

// frame is the memory of one run.
type frame struct {
	values []*graph.Buffer
	ins    []*graph.Buffer // operands and results of the step that runs
	outs   []*graph.Buffer
	watch  *Watch // nil if nobody measures
}

// step runs one step of a program.
type step func(f *frame)

// Load prepares a compiled program.
func (e *Engine) Load(c *compile.Program) *Program {
	p := &Program{Program: c, e: e}
	for i := range c.Steps {
		p.steps = append(p.steps, p.step(&c.Steps[i]))
	}
	p.free = recycle.NewSpares(func() *frame { return newFrame(c) })
	return p
}

func newFrame(p *compile.Program) *frame {
	f := &frame{values: make([]*graph.Buffer, len(p.Values))}
	slots := make([]*graph.Buffer, len(p.Slots))
	for i, bytes := range p.Slots {
		slots[i] = graph.NewBuffer(graph.Uint8, bytes)
	}
	for i, v := range p.Values {
		switch v.Place {
		case compile.InSlot:
			f.values[i] = new(graph.Buffer)
			f.values[i].Bind(slots[v.Index], 0, v.DType, v.Len)
		case compile.InConst:
			f.values[i] = v.Const
		}
	}
	return f
}

// Run computes the results into out, whose buffers the caller provides: fresh
// ones, or for a result that takes a donated parameter's memory, that buffer.
func (p *Program) Run(in, out []*graph.Buffer) { p.run(in, out, nil) }

func (p *Program) run(in, out []*graph.Buffer, w *Watch) {
	f := p.free.Get()
	f.watch = w
	for i, v := range p.Values {
		switch v.Place {
		case compile.InParam:
			f.values[i] = in[v.Index]
		case compile.InResult:
			f.values[i] = out[v.Index]
		}
	}
	for i, s := range p.steps {
		if w != nil {
			w.run(&p.Steps[i], s, f)
			continue
		}
		s(f)
	}
	for i, v := range p.Values { // keep nothing alive
		if v.Place == compile.InParam || v.Place == compile.InResult {
			f.values[i] = nil
		}
	}
	p.free.Put(f)
}

// NewResults allocates buffers for all results.
func (p *Program) NewResults() []*graph.Buffer {
	out := make([]*graph.Buffer, len(p.Results))
	for i, v := range p.Results {
		out[i] = graph.NewBuffer(p.Values[v].DType, p.Values[v].Len)
	}
	return out
}

func (f *frame) bind(s *compile.Step) (ins, outs []*graph.Buffer) {
	f.ins, f.outs = f.ins[:0], f.outs[:0]
	for _, v := range s.Ins {
		f.ins = append(f.ins, f.values[v])
	}
	for _, v := range s.Outs {
		f.outs = append(f.outs, f.values[v])
	}
	return f.ins, f.outs
}

func (p *Program) step(s *compile.Step) step {
	var subs []*Program
	for _, c := range s.Sub {
		subs = append(subs, p.e.Load(c))
	}
	switch s.Kind {
	case compile.RunLoop:
		l := p.e.newLoop(s.Loop)
		return func(f *frame) { l.run(f) }
	case compile.Reduce:
		return p.e.newLoop(s.Loop).reduction(s)
	case compile.Copy:
		return func(f *frame) { copy(f.values[s.Outs[0]].Bytes(), f.values[s.Ins[0]].Bytes()) }
	case compile.RunScan:
		return p.scan(s, subs[0])
	case compile.RunWhile:
		return p.while(s, subs[0], subs[1])
	case compile.RunCond:
		return p.cond(s, subs[0], subs[1])
	}
	run := p.e.prepare(s.Op)
	return func(f *frame) { run(f.bind(s)) }
}
