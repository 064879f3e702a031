package data

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Tasks with long time lags, on which recurrent networks are tried (Hochreiter
// and Schmidhuber 1997; in the form of Pascanu, Mikolov and Bengio 2013 and their
// code): what decides the target stands early in a sequence of distractors. All
// are drawn from a key, may be made inside fx.Jit and under fx.Vmap, and are
// [rows, length, features] of the given float type.

// orderSymbols are those of temporal order: two that count and four distractors.
const orderSymbols = 6

// stretch is the places from tenths/10 of the length on, a tenth of it wide.
type stretch struct{ tenths, width int }

// TemporalOrder makes sequences of 6 symbols, one-hot. At a place in [T/10,
// 2T/10) and at one in [5T/10, 6T/10) stands A or B (features 0 and 1), elsewhere
// one of four distractors. The label [rows], int32, says which two they were,
// the first counting 1 and the second 2: 4 classes. Sequences are 10 symbols
// long at least.
func TemporalOrder(key *fx.Array, d fx.DType, rows, length int) (x, labels *fx.Array) {
	return temporalOrder("TemporalOrder", key, d, rows, length, 1, 5)
}

// TemporalOrder3 is TemporalOrder with three places, in [T/10, 2T/10),
// [3T/10, 4T/10) and [6T/10, 7T/10), and so with 8 classes.
func TemporalOrder3(key *fx.Array, d fx.DType, rows, length int) (x, labels *fx.Array) {
	return temporalOrder("TemporalOrder3", key, d, rows, length, 1, 3, 6)
}

func temporalOrder(op string, key *fx.Array, d fx.DType, rows, length int, tenths ...int) (x, labels *fx.Array) {
	checkSequences(op, key, d, rows, length, 10)
	keys := random.Split(key, 1+2*len(tenths))
	symbols := random.Randint(keys[0], fx.Int32, 2, orderSymbols, rows, length)
	labels = fx.Zeros(fx.Int32, rows)
	for i, t := range tenths {
		symbol := random.Randint(keys[2*i+1], fx.Int32, 0, 2, rows)
		symbols = fx.Where(chosen(keys[2*i+2], rows, length, stretch{t, 1}), symbol.ExpandDims(1), symbols)
		labels = labels.Add(symbol.MulScalar(float64(int(1) << i)))
	}
	return fx.OneHot(symbols, orderSymbols, d), labels
}

// chosen marks one place of each row in a stretch, as bool [rows, length].
func chosen(key *fx.Array, rows, length int, s stretch) *fx.Array {
	place := random.Randint(key, fx.Int32, 0, int64(s.width*length/10), rows).AddScalar(float64(s.tenths * length / 10))
	return fx.OneHot(place, length, fx.Bool)
}

// Addition makes sequences of two features: a mask and a number from U[0, 1).
// The mask is 1 at a place in [0, T/10) and at one in [T/10, 5T/10), else 0. The
// target [rows] is the mean of the two numbers there, as in the authors' code.
// It is usual to count errors of 0.2 and more as failures. Sequences are 10 long
// at least.
func Addition(key *fx.Array, d fx.DType, rows, length int) (x, targets *fx.Array) {
	x, a, b := marked("Addition", key, d, rows, length)
	return x, a.Add(b).MulScalar(0.5)
}

// Multiplication is Addition with the product of the two numbers as the target.
func Multiplication(key *fx.Array, d fx.DType, rows, length int) (x, targets *fx.Array) {
	x, a, b := marked("Multiplication", key, d, rows, length)
	return x, a.Mul(b)
}

func marked(op string, key *fx.Array, d fx.DType, rows, length int) (x, first, second *fx.Array) {
	checkSequences(op, key, d, rows, length, 10)
	keys := random.Split(key, 3)
	values := random.Uniform(keys[0], d, 0, 1, rows, length)
	a, b := chosen(keys[1], rows, length, stretch{0, 1}), chosen(keys[2], rows, length, stretch{1, 4})
	at := func(mask *fx.Array) *fx.Array { return fx.Where(mask, values, fx.ZerosLike(values)).Sum(1) }
	return fx.Stack(2, a.Or(b).AsType(d), values), at(a), at(b)
}

// permutationSymbols are those of Permutation: two that count and 98 others.
const permutationSymbols = 100

// Permutation makes sequences of 100 symbols, one-hot, of which the first is
// symbol 0 or 1 and the others are drawn from the other 98. The label [rows],
// int32, of 100 classes, is the first symbol, which would come next. Sequences
// are 2 long at least.
func Permutation(key *fx.Array, d fx.DType, rows, length int) (x, labels *fx.Array) {
	checkSequences("Permutation", key, d, rows, length, 2)
	keys := random.Split(key, 2)
	labels = random.Randint(keys[0], fx.Int32, 0, 2, rows)
	rest := random.Randint(keys[1], fx.Int32, 2, permutationSymbols, rows, length-1)
	return fx.OneHot(fx.Concatenate(1, labels.ExpandDims(1), rest), permutationSymbols, d), labels
}

// Memorization makes sequences that begin with some positions of symbols out of
// so many values. Then a symbol for waiting (number values) stands at gap places,
// one that asks for the answer (number values+1) at the next, and the symbol for
// waiting at the last positions-1. Inputs [rows, gap + 2 positions, values+2] are
// one-hot. Labels [rows, gap + 2 positions], int32, are the class values everywhere
// but at the last positions, where the first symbols are to be repeated.
func Memorization(key *fx.Array, d fx.DType, rows, gap, positions, values int) (x, labels *fx.Array) {
	const op = "Memorization"
	checkSequences(op, key, d, rows, gap, 1)
	checkSizes(op, "positions and values", positions, values)
	symbols := random.Randint(key, fx.Int32, 0, int64(values), rows, positions)
	fill := func(v, n int) *fx.Array {
		return fx.Full(fx.Int32, float64(v), rows, n)
	}
	x = fx.Concatenate(1, symbols, fill(values, gap), fill(values+1, 1), fill(values, positions-1))
	labels = fx.Concatenate(1, fill(values, gap+positions), symbols)
	return fx.OneHot(x, values+2, d), labels
}

func checkSequences(op string, key *fx.Array, d fx.DType, rows, length, least int) {
	checkKey(op, key)
	if d != fx.Float32 && d != fx.Float64 {
		fail(op, "dtype %v; it must be float32 or float64", d)
	}
	checkSizes(op, "rows and length", rows, length)
	if length < least {
		fail(op, "length %d; sequences are %d long at least", length, least)
	}
}
