package graph

import "fmt"

// RandomBitsP gives uniform random bits: attrs is the Shape of the uint32 bits
// for one key. Keys are uint32 arrays whose last axis, of size 2, holds the
// words of a key; their other axes come first in the result. Element i of a
// key's bits is word i%2 of block i/2 of Threefry-2x32 under the key, counted
// by the 64-bit number i/2, high word first: any element can be computed alone.
var RandomBitsP = &Prim{
	Name: "random_bits",
	Infer: func(attrs any, ins []*Node) ([]Aval, error) {
		key := ins[0]
		last := len(key.Shape) - 1
		if key.DType != Uint32 || last < 0 || key.Shape[last] != 2 {
			return nil, fmt.Errorf("key is %v; it must be uint32 with a last axis of size 2", key.Aval())
		}
		return []Aval{{append(append(Shape{}, key.Shape[:last]...), attrs.(Shape)...), Uint32}}, nil
	},
	Batch: func(op *Op, _ int, ins []*Node, _ []bool) ([]*Node, []bool) {
		return Apply(op.Prim, op.Attrs, ins[0]), []bool{true}
	},
}

// RandomBits draws bits of the given shape from every key.
func RandomBits(key *Node, shape Shape) *Node { return Apply(RandomBitsP, shape, key)[0] }

// BitcastP reads the bits of each element as another type of the same width,
// which is in attrs.
var BitcastP = &Prim{
	Name: "bitcast", Elementwise: true, Batch: batchElementwise,
	Infer: func(attrs any, ins []*Node) ([]Aval, error) {
		from, to := ins[0].DType, attrs.(DType)
		if from == Bool || to == Bool || from.IsComplex() || to.IsComplex() || from.Size() != to.Size() {
			return nil, fmt.Errorf("bits of %v as %v", from, to)
		}
		return []Aval{{ins[0].Shape, to}}, nil
	},
}

// Bitcast is x itself if it has the type already.
func Bitcast(x *Node, d DType) *Node {
	if x.DType == d {
		return x
	}
	return Apply(BitcastP, d, x)[0]
}
