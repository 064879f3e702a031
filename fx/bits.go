package fx

import (
	"slices"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// RandomBits gives uniform random uint32 bits of the given shape: a pure
// function of the key, the primitive behind package random. A key is a uint32
// array whose last axis, of size 2, holds its words; further axes in front of
// it hold many keys and come first in the result.
//
// Element i (in row-major order) of a key's bits is word i%2 of block i/2 of
// Threefry-2x32 with 20 rounds (Salmon et al. 2011) under the key, counted by
// the 64-bit number i/2, high word first.
func RandomBits(key *Array, shape ...int) *Array {
	k := key.node("RandomBits")
	if last := len(k.Shape) - 1; k.DType != Uint32 || last < 0 || k.Shape[last] != 2 {
		graph.Fail("RandomBits", "the key is %v; it must be uint32 with a last axis of size 2", k.Aval())
	}
	checkShape("RandomBits", append(slices.Clone(shape), k.Shape[:len(k.Shape)-1]...))
	return wrap(graph.RandomBits(k, slices.Clone(shape)))
}

// Bitcast reads the bits of each element as another dtype of the same width:
// uint32, int32 and float32, or int64 and float64. It has no derivative.
func (a *Array) Bitcast(d DType) *Array {
	n := a.node("Bitcast")
	if !d.Valid() || n.DType == Bool || d == Bool || n.DType.IsComplex() || d.IsComplex() || d.Size() != n.DType.Size() {
		graph.Fail("Bitcast", "the bits of a %v array do not make %v elements", n.DType, d)
	}
	return wrap(graph.Bitcast(n, d))
}
