package data

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// DelayedXOR makes sequences of two features: a mask, and -1 or 1 with equal
// probability. The mask is 1 at the two places of Addition. The label [rows], int32,
// is 1 if the numbers there differ, else 0: neither of them says anything about it
// alone, so that a network that remembers only one of them has no better loss than
// log 2. Sequences are 10 long at least.
func DelayedXOR(key *fx.Array, d fx.DType, rows, length int) (x, labels *fx.Array) {
	checkSequences("DelayedXOR", key, d, rows, length, 10)
	keys := random.Split(key, 3)
	signs := random.Rademacher(keys[0], d, rows, length)
	a, b := chosen(keys[1], rows, length, stretch{0, 1}), chosen(keys[2], rows, length, stretch{1, 4})
	at := func(mask *fx.Array) *fx.Array { return fx.Where(mask, signs, fx.ZerosLike(signs)).Sum(1) }
	return fx.Stack(2, a.Or(b).AsType(d), signs), at(a).NotEqual(at(b)).AsType(fx.Int32)
}
