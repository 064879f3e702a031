package compile

import (
	"fmt"
	"strings"
)

// String lists the program's steps, for people who look for where time goes.
func (p *Program) String() string {
	var b strings.Builder
	p.write(&b, "")
	return b.String()
}

func (p *Program) write(b *strings.Builder, indent string) {
	bytes := 0
	for _, s := range p.Slots {
		bytes += s
	}
	fmt.Fprintf(b, "%s%d parameters, %d results, %d steps, %d slots (%d bytes)\n", indent, len(p.Params), len(p.Results), len(p.Steps), len(p.Slots), bytes)
	for i, s := range p.Steps {
		fmt.Fprintf(b, "%s%3d %s\n", indent, i, p.describe(s))
		for _, sub := range s.Sub {
			sub.write(b, indent+"      ")
		}
	}
}

func (p *Program) describe(s Step) string {
	vals := func(vs []int) string {
		var parts []string
		for _, v := range vs {
			val := p.Values[v]
			place := [...]string{"", " param", " result", " const"}[val.Place]
			parts = append(parts, fmt.Sprintf("%%%d:%v[%d]%s", v, val.DType, val.Len, place))
		}
		return strings.Join(parts, ", ")
	}
	name := "copy"
	if s.Op != nil {
		name = s.Op.Prim.Name
	}
	if s.Loop != nil {
		var ops []string
		for _, in := range s.Loop.Instrs {
			ops = append(ops, in.Op.Prim.Name)
		}
		loop := fmt.Sprintf("loop(%s)", strings.Join(ops, " "))
		name = loop
		for _, k := range s.Loop.Sinks {
			name += " " + k.Op.Prim.Name
		}
	}
	return fmt.Sprintf("%s = %s <- %s", vals(s.Outs), name, vals(s.Ins))
}
