package graph

import (
	"cmp"
	"slices"
)

// slicePart is the cotangent of a run of one axis of an array.
type slicePart struct {
	ct              *Node // of the part alone
	axis, from, end int
	whole           *Node // the same, padded to the whole array
}

// partOf reads a cotangent of an array as that of a part of it, padded with zeros:
// what the rule of a slice makes. ok is false if it is none, or reaches along several axes.
func partOf(c *Node) (p slicePart, ok bool) {
	op := c.Op()
	if op == nil || op.Prim != PadP {
		return p, false
	}
	a, value := op.Attrs.(PadAttrs), op.Ins[1]
	if !value.scalar || slices.ContainsFunc(value.Value().Bytes(), func(b byte) bool { return b != 0 }) {
		return p, false
	}
	p = slicePart{ct: op.Ins[0], axis: -1, whole: c}
	for i := range a.Low {
		switch {
		case a.Interior[i] != 0 || a.Low[i] < 0 || a.High[i] < 0:
			return p, false
		case a.Low[i] == 0 && a.High[i] == 0:
		case p.axis >= 0:
			return p, false
		default:
			p.axis, p.from, p.end = i, a.Low[i], a.Low[i]+op.Ins[0].Shape[i]
		}
	}
	return p, p.axis >= 0 && p.end > p.from
}

// joinParts adds up the cotangents of parts of an array: side by side if no two of
// them overlap, with zeros between them, else padded and added. An array that is
// cut into pieces, as a network's gates are, gets its cotangent back in one piece
// so.
func joinParts(x *Node, parts []slicePart) *Node {
	sorted := slices.Clone(parts)
	slices.SortStableFunc(sorted, func(a, b slicePart) int { return cmp.Compare(a.from, b.from) })
	var pieces []*Node
	axis, at := parts[0].axis, 0
	gap := func(to int) {
		if to > at {
			pieces = append(pieces, Full(x.DType, 0, x.Shape.With(axis, to-at)))
		}
	}
	for _, p := range sorted {
		if len(parts) == 1 || p.axis != axis || p.from < at {
			sum := parts[0].whole
			for _, p := range parts[1:] {
				sum = Add(sum, p.whole)
			}
			return sum
		}
		gap(p.from)
		pieces = append(pieces, p.ct)
		at = p.end
	}
	gap(x.Shape[axis])
	return Concatenate(axis, pieces...)
}
