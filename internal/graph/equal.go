package graph

import (
	"fmt"
	"strconv"
	"strings"
)

// Key is the same for ops that give the same results: those of one primitive
// with equal parameters on the same operands.
func Key(p *Prim, attrs any, ins []*Node) string {
	var b strings.Builder
	b.WriteString(p.Name)
	switch a := attrs.(type) {
	case nil:
	case ScanAttrs:
		fmt.Fprintf(&b, "%p.%d.%d.%d.%t", a.Body, a.Carry, a.XS, a.Length, a.Reverse)
	case WhileAttrs:
		fmt.Fprintf(&b, "%p.%p", a.Test, a.Body)
	case CondAttrs:
		fmt.Fprintf(&b, "%p.%p", a.Then, a.Else)
	default:
		fmt.Fprintf(&b, "%v", a)
	}
	for _, n := range ins {
		b.WriteByte('#')
		b.WriteString(strconv.FormatUint(n.ID, 36))
	}
	return b.String()
}

// firsts maps the nodes of a tape, and what was computed beside it, to the first
// that is equal by construction, where that is another one. Only what the
// program says counts, never what a value happens to be, so that a traced and an
// evaluated tape have the same.
func (t *Tape) firsts() map[*Node]*Node {
	first := map[*Node]*Node{}
	seen := map[string]*Op{}
	scalars := map[string]*Node{}
	of := func(n *Node) *Node {
		if f := first[n]; f != nil {
			return f
		}
		if n.scalar {
			key := n.DType.String() + string(n.Value().Bytes())
			if scalars[key] == nil {
				scalars[key] = n
			}
			return scalars[key]
		}
		return n
	}
	for _, op := range t.recent {
		if op.Prim == Identity {
			first[op.Outs[0]] = of(op.Ins[0])
			continue
		}
		if op.Prim.Barrier {
			continue
		}
		ins := make([]*Node, len(op.Ins))
		for i, n := range op.Ins {
			ins[i] = of(n)
		}
		key := Key(op.Prim, op.Attrs, ins)
		have := seen[key]
		if have == nil {
			seen[key] = op
			continue
		}
		for i, o := range op.Outs {
			first[o] = have.Outs[i]
		}
	}
	return first
}
