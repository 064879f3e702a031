package random

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/internal/threefry"
)

// Tags keep the uses of a key apart. A derived key is drawn from the key with
// a tag in its first word, so that no child is also one of the numbers that
// the key itself draws, and children by Split differ from those by FoldIn.
const (
	seedTag  = 0x73656564 // "seed"
	splitTag = 0x73706c74 // "splt"
	foldTag  = 0x666f6c64 // "fold"
)

// New makes the key of a seed: block (seedTag, 0) under the seed's two words,
// high word first. Keys of neighbouring seeds are unrelated.
func New(seed uint64) *fx.Array {
	k0, k1 := threefry.Block(uint32(seed>>32), uint32(seed), seedTag, 0)
	return fx.New([]uint32{k0, k1}, 2)
}

// tagged is the key with a tag in its first word.
func tagged(key *fx.Array, tag uint32) *fx.Array {
	return key.Xor(fx.New([]uint32{tag, 0}, 2))
}

// Split makes n keys of one. They are independent of each other and of what
// the key itself draws. The first keys are the same for every n.
func Split(key *fx.Array, n int) []*fx.Array {
	checkSplit("Split", key, n)
	all := SplitArray(key, n)
	out := make([]*fx.Array, n)
	for i := range out {
		out[i] = all.Index(i)
	}
	return out
}

// SplitArray is Split with the keys in one array, [n, 2], for fx.Vmap and
// fx.Scan. Key i is block i under the key with its first word xor splitTag.
func SplitArray(key *fx.Array, n int) *fx.Array {
	checkSplit("SplitArray", key, n)
	return fx.RandomBits(tagged(key, splitTag), n, 2)
}

func checkSplit(op string, key *fx.Array, n int) {
	checkKey(op, key)
	if n < 0 {
		fail(op, "%d keys", n)
	}
}

// FoldIn makes a key of a key and an integer: the number of a step, an
// example, a layer. Different integers give unrelated keys. The integer may be
// a scalar array of an integer type, such as a step counter inside fx.Jit;
// equal values give equal keys whatever their type.
//
// The key with its first word xor foldTag draws block 0; the integer's high
// and low words, as 64-bit two's complement, are xored into it; the result's
// block 0 is the new key.
func FoldIn[N int | int32 | int64 | uint32 | *fx.Array](key *fx.Array, data N) *fx.Array {
	checkKey("FoldIn", key)
	var d *fx.Array
	switch v := any(data).(type) {
	case int:
		d = fx.Scalar(int64(v))
	case int32:
		d = fx.Scalar(v)
	case int64:
		d = fx.Scalar(v)
	case uint32:
		d = fx.Scalar(v)
	case *fx.Array:
		d = v
	}
	if d == nil {
		fail("FoldIn", "the data is nil")
	}
	switch d.DType() {
	case fx.Uint8, fx.Uint32, fx.Int32, fx.Int64:
	default:
		fail("FoldIn", "the data is %v; it must be an integer", d.DType())
	}
	if d.NDim() != 0 {
		fail("FoldIn", "the data has shape %v; it must be a scalar (use fx.Vmap for many)", d.Shape())
	}
	wide := d.AsType(fx.Int64)
	words := fx.Stack(0, wide.ShiftRight(fx.Const(32)).AsType(fx.Uint32), wide.AsType(fx.Uint32))
	return fx.RandomBits(fx.RandomBits(tagged(key, foldTag), 2).Xor(words), 2)
}

// Bits draws uniform uint32 bits: fx.RandomBits of the key.
func Bits(key *fx.Array, shape ...int) *fx.Array {
	checkKey("Bits", key)
	checkShape("Bits", shape)
	return fx.RandomBits(key, shape...)
}

// words draws two words for each element of a shape: block i holds element i.
func words(key *fx.Array, shape []int) (high, low *fx.Array) {
	all := fx.RandomBits(key, append(append([]int{}, shape...), 2)...)
	w := fx.Split(all, 2, -1)
	return w[0].Reshape(shape...), w[1].Reshape(shape...)
}

// pow2 is 2 to the power e.
func pow2(e int) float64 { return math.Ldexp(1, e) }
