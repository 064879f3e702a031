package study

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// RankCorrelation is Spearman's: the correlation of the ranks of two paired
// samples, 1 where one rises with the other and -1 where it falls. Equal values
// share the mean of their ranks. It is NaN where a sample has a NaN, or no two
// different values.
func RankCorrelation(a, b Sample) float64 {
	if len(a) != len(b) {
		panic(fmt.Sprintf("study: the rank correlation of a sample of %d with one of %d", len(a), len(b)))
	}
	if slices.ContainsFunc(a, math.IsNaN) || slices.ContainsFunc(b, math.IsNaN) {
		return math.NaN()
	}
	x, y := doubledRanks(a), doubledRanks(b)
	if n := len(a); n > 1 && distinct(x) && distinct(y) {
		sum := 0
		for i := range x {
			sum += (x[i] - y[i]) / 2 * ((x[i] - y[i]) / 2)
		}
		return 1 - 6*float64(sum)/float64(n*(n*n-1))
	}
	var xx, yy, xy int // whole numbers: 2 rank - mean of all
	for i := range x {
		dx, dy := x[i]-len(a)+1, y[i]-len(a)+1
		xx, yy, xy = xx+dx*dx, yy+dy*dy, xy+dx*dy
	}
	return float64(xy) / math.Sqrt(float64(xx)*float64(yy))
}

// doubledRanks are twice the ranks from 0, so that those of equal values are whole.
func doubledRanks(s Sample) []int {
	order := make([]int, len(s))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(s[i], s[j]) })
	ranks := make([]int, len(s))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && s[order[to]] == s[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			ranks[i] = from + to - 1
		}
		from = to
	}
	return ranks
}

// distinct reports whether no two ranks are equal.
func distinct(ranks []int) bool {
	seen := make([]bool, 2*len(ranks))
	for _, r := range ranks {
		if seen[r] {
			return false
		}
		seen[r] = true
	}
	return true
}
