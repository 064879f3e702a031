package data

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Tasks on tokens: int32 sequences with an answer that an algorithm computes.

// Parity draws sequences of bits, int32 [batch, length], and their parity
// (1 if the number of ones is odd), int32 [batch].
func Parity(key *fx.Array, batch, length int) (bits, parity *fx.Array) {
	checkEpisodes("Parity", key, batch, length)
	bits = random.Randint(key, fx.Int32, 0, 2, batch, length)
	return bits, bits.Sum(1).Rem(fx.Scalar(int32(2)))
}

// SparseParity is [Parity] of the first k bits only; the others distract.
func SparseParity(key *fx.Array, batch, length, k int) (bits, parity *fx.Array) {
	return SparseModularAddition(key, batch, length, 2, k)
}

// SparseModularAddition draws sequences of numbers below p, int32 [batch,
// length], and the sum of the first k modulo p, int32 [batch]; the other
// numbers distract.
func SparseModularAddition(key *fx.Array, batch, length, p, k int) (numbers, sum *fx.Array) {
	checkEpisodes("SparseModularAddition", key, batch, length, p, k)
	if k > length {
		fail("SparseModularAddition", "the first %d of %d numbers", k, length)
	}
	numbers = random.Randint(key, fx.Int32, 0, int64(p), batch, length)
	return numbers, numbers.SliceAxis(1, 0, k).Sum(1).Rem(fx.Scalar(int32(p)))
}

// Sorting draws sequences of tokens below vocabulary, int32 [batch, length],
// and the same in ascending order.
func Sorting(key *fx.Array, batch, length, vocabulary int) (tokens, sorted *fx.Array) {
	checkEpisodes("Sorting", key, batch, length, vocabulary)
	tokens = random.Randint(key, fx.Int32, 0, int64(vocabulary), batch, length)
	return tokens, tokens.Sort(1)
}

// OperationTable is all pairs of an operation on the numbers below n, the data
// of grokking (Power et al., arXiv:2201.02177): pairs, int32 [n n, 2], in
// order, and their results, int32 [n n]. The operation's results must be from 0
// to n-1.
func OperationTable(n int, operation func(a, b int) int) (pairs, results *fx.Array) {
	checkSizes("OperationTable", "the number of elements", n)
	if n > 1<<14 {
		fail("OperationTable", "a table of %d elements: at most %d", n, 1<<14)
	}
	p, r := make([]int32, 0, 2*n*n), make([]int32, 0, n*n)
	for a := range n {
		for b := range n {
			result := operation(a, b)
			if result < 0 || result >= n {
				fail("OperationTable", "the operation of %d and %d gives %d, which is not from 0 to %d", a, b, result, n-1)
			}
			p = append(p, int32(a), int32(b))
			r = append(r, int32(result))
		}
	}
	return fx.New(p, n*n, 2), fx.New(r)
}

// ModularAddition is the [OperationTable] of a + b modulo n.
func ModularAddition(n int) (pairs, sums *fx.Array) {
	return OperationTable(n, func(a, b int) int { return (a + b) % n })
}

// SplitRows deals the rows of arrays that belong together out to two parts, at
// random: the first takes count of them, the rest the others. It is a mistake
// if the arrays differ in the number of rows, or if either part is empty.
func SplitRows(key *fx.Array, count int, arrays ...*fx.Array) (first, rest []*fx.Array) {
	checkKey("SplitRows", key)
	if len(arrays) == 0 || arrays[0].NDim() == 0 {
		fail("SplitRows", "no arrays with rows")
	}
	n := arrays[0].Dim(0)
	if count < 1 || count >= n {
		fail("SplitRows", "%d of %d rows: at least one must go to each part", count, n)
	}
	order := random.Permutation(key, n)
	for _, a := range arrays {
		if a.NDim() == 0 || a.Dim(0) != n {
			fail("SplitRows", "arrays of shapes %v and %v: they must have as many rows", arrays[0].Shape(), a.Shape())
		}
		first = append(first, a.Take(order.SliceAxis(0, 0, count), 0))
		rest = append(rest, a.Take(order.SliceAxis(0, count, n), 0))
	}
	return first, rest
}
