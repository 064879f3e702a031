package compile

import (
	"fmt"
	"strings"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// Cost is the work of a step or a program.
type Cost struct {
	// Products are the multiplications and additions of matrix products and
	// convolutions, two for each fused multiply-add. A tap that meets padding
	// counts.
	Products float64
	// Elements are the elements that everything else computes: one for each op of
	// a loop and element, be it an addition or a logarithm.
	Elements float64
	// Bytes are what goes to and comes from memory: operands and results, each
	// once. What stays inside a fused loop, and how often a product reads its
	// operands again, does not count.
	Bytes float64
}

// Plus is the sum of two costs, the other n times.
func (c Cost) Plus(n float64, o Cost) Cost {
	return Cost{c.Products + n*o.Products, c.Elements + n*o.Elements, c.Bytes + n*o.Bytes}
}

// Cost is the work of one run. A loop of which the length is not known
// beforehand counts once, of two branches the dearer.
func (p *Program) Cost() (sum Cost) {
	for i := range p.Steps {
		sum = sum.Plus(1, p.CostOf(&p.Steps[i]))
	}
	return sum
}

// CostOf is the work of one step.
func (p *Program) CostOf(s *Step) Cost {
	switch s.Kind {
	case RunScan:
		return Cost{}.Plus(float64(s.Op.Attrs.(graph.ScanAttrs).Length), s.Sub[0].Cost())
	case RunWhile:
		return s.Sub[0].Cost().Plus(1, s.Sub[1].Cost())
	case RunCond:
		a, b := s.Sub[0].Cost(), s.Sub[1].Cost()
		if a.Products+a.Elements > b.Products+b.Elements {
			return a
		}
		return b
	}
	return p.OwnCost(s)
}

// OwnCost is the work of one step without that of its functions.
func (p *Program) OwnCost(s *Step) (c Cost) {
	if len(s.Sub) > 0 {
		return c
	}
	for _, v := range s.Outs {
		c.Bytes += p.bytes(v)
	}
	if s.Loop != nil {
		c.Elements = float64(s.Loop.N) * float64(len(s.Loop.Instrs))
		c.Elements += float64(s.Loop.N) * float64(len(s.Loop.Sinks))
		for _, ld := range s.Loop.Loads {
			c.Bytes += min(p.bytes(ld.Value), float64(s.Loop.N*p.Values[ld.Value].DType.Size()))
		}
		return c
	}
	for _, v := range s.Ins {
		c.Bytes += p.bytes(v)
	}
	if s.Op == nil {
		return c
	}
	out := float64(s.Op.Outs[0].Shape.Size())
	switch a := s.Op.Attrs.(type) {
	case graph.DotAttrs:
		c.Products = 2 * out
		for _, axis := range a.ContractX {
			c.Products *= float64(s.Op.Ins[0].Shape[axis])
		}
		return c
	case graph.ConvAttrs:
		c.Products = convProducts(a, s.Op.Outs[0].Shape, s.Op.Ins[1].Shape)
		return c
	case graph.ConvKernelAttrs:
		c.Products = convProducts(a.ConvAttrs, s.Op.Ins[1].Shape, s.Op.Outs[0].Shape)
		return c
	}
	if !looksOnly(s.Op) {
		c.Elements = out
		for _, in := range s.Op.Ins {
			c.Elements = max(c.Elements, float64(in.Shape.Size()))
		}
	}
	return c
}

// convProducts counts a convolution's products, or those of its derivatives: it
// has the result's shape and the kernel's. Of a stretched image's taps, only those
// count that do not meet the zeros.
func convProducts(a graph.ConvAttrs, out, w graph.Shape) float64 {
	n := 2 * float64(out.Size()) * float64(w[:len(w)-1].Size())
	for _, d := range a.InDilation {
		n /= float64(d)
	}
	return n
}

// looksOnly reports whether an op moves elements and computes none.
func looksOnly(op *graph.Op) bool {
	return view(op) || op.Prim == graph.ReshapeP || op.Prim == graph.PadP || op.Prim == graph.ConcatenateP
}

func (p *Program) bytes(v int) float64 {
	return float64(p.Values[v].Len) * float64(p.Values[v].DType.Size())
}

// Label names a step for a person: what it does, and the shapes that it does it
// to.
func (p *Program) Label(s *Step) string {
	if s.Kind == Copy {
		return "copy " + p.Values[s.Outs[0]].String()
	}
	var b strings.Builder
	if s.Op != nil {
		b.WriteString(s.Op.Prim.Name)
	}
	if s.Loop == nil {
		for _, in := range s.Op.Ins[:min(2, len(s.Op.Ins))] {
			fmt.Fprintf(&b, " %v", in.Aval())
		}
		return b.String()
	}
	b.WriteString(s.Loop.names())
	shape := s.Loop.Instrs[len(s.Loop.Instrs)-1].Op.Outs[0]
	fmt.Fprintf(&b, " %v", shape.Aval())
	return b.String()
}

// names lists a loop's ops and the reductions that it feeds.
func (l *Loop) names() string {
	var ops, sinks []*graph.Op
	for _, in := range l.Instrs {
		ops = append(ops, in.Op)
	}
	for _, k := range l.Sinks {
		sinks = append(sinks, k.Op)
	}
	name := "loop(" + counted(ops) + ")"
	if len(sinks) > 0 {
		name += " " + counted(sinks)
	}
	return name
}

// counted lists ops' names, those that come again with their number.
func counted(ops []*graph.Op) string {
	var order []string
	count := map[string]int{}
	for _, op := range ops {
		name := op.Prim.Name
		if count[name] == 0 {
			order = append(order, name)
		}
		count[name]++
	}
	for i, name := range order {
		if n := count[name]; n > 1 {
			order[i] = fmt.Sprintf("%s*%d", name, n)
		}
	}
	return strings.Join(order, " ")
}

func (v Value) String() string { return fmt.Sprintf("%v[%d]", v.DType, v.Len) }
