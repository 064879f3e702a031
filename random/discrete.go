package random

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// Categorical draws an index along an axis of the logits (unnormalised
// logarithms of probabilities, in float32 or float64), for every place of the
// other axes: int32, with the axis gone. It takes the largest of logits plus
// Gumbel noise (the Gumbel-max trick: Gumbel 1954; Maddison, Tarlow and Minka,
// "A* Sampling", 2014). A logit of minus infinity is never drawn, unless all
// of them are: then the index is 0.
func Categorical(key, logits *fx.Array, axis int) *fx.Array {
	checkKey("Categorical", key)
	if logits == nil {
		fail("Categorical", "the logits are nil")
	}
	checkFloat("Categorical", logits.DType())
	shape := logits.Shape()
	if axis < -len(shape) || axis >= len(shape) {
		fail("Categorical", "axis %d of logits of shape %v", axis, shape)
	}
	if logits.Dim(axis) == 0 {
		fail("Categorical", "logits of shape %v have no category along axis %d", shape, axis)
	}
	noise := exponential(key, logits.DType(), shape).Log().Neg()
	return logits.Add(noise).ArgMax(axis)
}

// Permutation draws a permutation of 0, 1, ..., n-1, all equally probable: the
// int32 order in which 64 random bits for each index, as int64 numbers, stand
// when they are sorted. (Equal bits, which favour the order of the indices,
// have a probability below n^2/2^65.)
func Permutation(key *fx.Array, n int) *fx.Array {
	checkKey("Permutation", key)
	checkCount("Permutation", n)
	high, low := words(key, []int{n})
	bits := high.AsType(fx.Int64).ShiftLeft(fx.Const(32)).Or(low.AsType(fx.Int64))
	return bits.ArgSort(0)
}

func checkCount(op string, n int) {
	if n < 0 || n > math.MaxInt32 {
		fail(op, "%d elements; there may be 0 to 2^31-1", n)
	}
}

// Shuffle puts the parts of an array along an axis into a random order, that
// of Permutation.
func Shuffle(key, a *fx.Array, axis int) *fx.Array {
	checkKey("Shuffle", key)
	if a == nil {
		fail("Shuffle", "the array is nil")
	}
	if axis < -a.NDim() || axis >= a.NDim() {
		fail("Shuffle", "axis %d of an array of shape %v", axis, a.Shape())
	}
	return a.Take(Permutation(key, a.Dim(axis)), axis)
}

// Choice draws k different indices below n, int32, all sets and orders equally
// probable: the first k of Permutation. Randint draws with repetition.
func Choice(key *fx.Array, n, k int) *fx.Array {
	checkKey("Choice", key)
	checkCount("Choice", n)
	if k < 0 || k > n {
		fail("Choice", "%d different indices below %d", k, n)
	}
	return Permutation(key, n).SliceAxis(0, 0, k)
}
