package graph

import (
	"fmt"
	"slices"
	"sync/atomic"
)

// Shape is the extent of each axis.
type Shape []int

// Size is the number of elements.
func (s Shape) Size() int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}

// Equal reports whether two shapes are the same.
func (s Shape) Equal(t Shape) bool { return slices.Equal(s, t) }

// With returns a copy of s with axis i set to n.
func (s Shape) With(i, n int) Shape {
	t := slices.Clone(s)
	t[i] = n
	return t
}

// Prepend returns the shape [n, s...].
func (s Shape) Prepend(n int) Shape { return append(Shape{n}, s...) }

// Aval is what is known of a value before it is computed.
type Aval struct {
	Shape Shape
	DType DType
}

func (a Aval) String() string { return fmt.Sprintf("%s%v", a.DType, []int(a.Shape)) }

// Node is a value in the graph: a constant, a placeholder, or one result of an
// op. It is immutable but for two things that an evaluation adds: the computed
// value, and the forgetting of the op that computed it.
type Node struct {
	ID     uint64 // larger than the ID of every node it depends on
	Shape  Shape
	op     atomic.Pointer[Op]
	buf    atomic.Pointer[Buffer]
	rare   *rare // nil for most
	Index  int32 // which result of its op
	DType  DType
	Weak   bool // a constant that takes the other operand's dtype
	scalar bool // ScalarNode made it
}

// rare is what few nodes have, apart: the results of a compiled step are nodes too,
// and the smaller the better. Nodes may share one; it does not change.
type rare struct {
	scopes []*Scope // transformations under way that the value depends on
	exact  float64  // a weak constant's value, before it was rounded to its dtype
}

func (n *Node) scopes() []*Scope {
	if n.rare == nil {
		return nil
	}
	return n.rare.scopes
}

// WeakConstant is a rank-0 constant that takes the other operand's dtype where it
// meets one, and is of type d elsewhere.
func WeakConstant(d DType, v float64) *Node {
	n := ScalarNode(d, v)
	n.Weak, n.rare = true, &rare{exact: v}
	return n
}

// Exact is a weak constant's value, before it was rounded to its dtype.
func (n *Node) Exact() float64 { return n.rare.exact }

// Op is one application of a primitive.
type Op struct {
	Prim  *Prim
	Attrs any // the primitive's static parameters, printable with %v; nil if none
	Ins   []*Node
	Outs  []*Node
}

// ID orders ops: an op's ID is larger than that of every op it depends on.
func (o *Op) ID() uint64 { return o.Outs[0].ID }

// Prim is a primitive with all its rules.
type Prim struct {
	Name string

	// Infer gives the results' shapes and types, or says what is wrong.
	Infer func(attrs any, ins []*Node) ([]Aval, error)

	// JVP gives the tangent of every result, for one tangent per operand; nil
	// stands for zero. A nil rule means that all derivatives are zero.
	JVP func(op *Op, dx []*Node) []*Node

	// VJP gives the cotangent of every operand for which need is set, for one
	// cotangent per result; nil stands for zero. A nil rule means zero.
	VJP func(op *Op, ct []*Node, need []bool) []*Node

	// Batch applies the op to operands of which the batched ones have a new
	// leading axis of the given size. It says which results have one.
	Batch func(op *Op, size int, ins []*Node, batched []bool) ([]*Node, []bool)

	// Elementwise primitives compute element i of their one result from
	// element i of each operand; all operands have the result's shape.
	Elementwise bool

	// Effect marks ops that must not be merged with equal ones.
	Barrier bool
}

// Scope is one transformation under way. Its aliases are alive until it ends;
// its placeholders have no value.
type Scope struct {
	Name     string // the transformation, for error messages
	Abstract bool   // its nodes are placeholders: they have no value
	ended    atomic.Bool
}

// End says that the transformation is over.
func (s *Scope) End() { s.ended.Store(true) }

var lastID atomic.Uint64

func newNode(a Aval) *Node {
	return &Node{ID: lastID.Add(1), Shape: a.Shape, DType: a.DType}
}

// Constant is a leaf with a value. The buffer must not change afterwards.
func Constant(b *Buffer, shape Shape) *Node {
	if b.Len != shape.Size() {
		panic(fmt.Sprintf("graph: a buffer of %d elements for shape %v", b.Len, shape))
	}
	n := newNode(Aval{shape, b.DType})
	n.buf.Store(b)
	return n
}

// Placeholder is a leaf without a value.
func Placeholder(a Aval, s *Scope) *Node {
	n := newNode(a)
	n.rare = &rare{scopes: []*Scope{s}}
	return n
}

// Alias is a new node with n's value, alive for the scope's transformation.
func Alias(n *Node, s *Scope) *Node {
	a := Apply(Identity, nil, n)[0]
	a.rare = &rare{scopes: append(slices.Clone(a.scopes()), s)}
	if b := n.Value(); b != nil {
		b.Share()
		a.buf.Store(b)
	}
	return a
}

// Apply adds an op to the graph and returns its results.
func Apply(p *Prim, attrs any, ins ...*Node) []*Node {
	avals, err := p.Infer(attrs, ins)
	if err != nil {
		Fail(p.Name, "%v", err)
	}
	op := &Op{Prim: p, Attrs: attrs, Ins: ins, Outs: make([]*Node, len(avals))}
	under := mergeScopes(ins)
	for i, a := range avals {
		n := newNode(a)
		n.Index, n.rare = int32(i), under
		n.op.Store(op)
		op.Outs[i] = n
	}
	return op.Outs
}

// mergeScopes is the union of the operands' live or abstract scopes: that of one of
// them where it has all.
func mergeScopes(ins []*Node) *rare {
	var out []*Scope
	for _, in := range ins {
		for _, s := range in.scopes() {
			if (s.Abstract || !s.ended.Load()) && !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	if out == nil {
		return nil
	}
	for _, in := range ins {
		if slices.Equal(in.scopes(), out) {
			return in.rare
		}
	}
	return &rare{scopes: out}
}

// Aval is the node's shape and type.
func (n *Node) Aval() Aval { return Aval{n.Shape, n.DType} }

// Op is the op that computes n; nil for a leaf and for an evaluated node that
// no live transformation needs.
func (n *Node) Op() *Op { return n.op.Load() }

// Value is n's value if it is known, else nil.
func (n *Node) Value() *Buffer { return n.buf.Load() }

// Abstract is the transformation on whose placeholders n depends; nil if none.
func (n *Node) Abstract() *Scope {
	for _, s := range n.scopes() {
		if s.Abstract {
			return s
		}
	}
	return nil
}

// Tracked reports whether n depends on an alias or placeholder of a
// transformation under way.
func (n *Node) Tracked() bool {
	for _, s := range n.scopes() {
		if s.Abstract || !s.ended.Load() {
			return true
		}
	}
	return false
}

// SetValue records the value that an evaluation found, and forgets the op
// unless a transformation under way needs it.
func (n *Node) SetValue(b *Buffer) {
	n.buf.Store(b)
	if !n.Tracked() {
		n.op.Store(nil)
		n.rare = nil
	}
}

// Give takes n's value away from it, for good, so that its memory can be
// written to. It says whether it was n that had the value.
func (n *Node) Give() bool {
	b := n.buf.Load()
	return b != nil && n.op.Load() == nil && n.buf.CompareAndSwap(b, nil)
}

// Gone reports whether n's value was given away.
func (n *Node) Gone() bool { return n.op.Load() == nil && n.buf.Load() == nil && n.Abstract() == nil }

// Is reports whether n is the result of an op of primitive p.
func (n *Node) Is(p *Prim) bool {
	op := n.Op()
	return op != nil && op.Prim == p
}
