package cpu

import (
	"github.com/fluxion-go/fluxion/internal/cpu/kernel"
	"github.com/fluxion-go/fluxion/internal/graph"
)

// Rows that are no longer than the lanes are common (the classes of a softmax, the
// axes of a point), and calling kernels on each costs far more than their few
// additions. Lanes that hold only the identity change nothing, so they are left out:
// the result has the bits of lanesOf and tree.

// shortRow reduces a row of 1 to kernel.Lanes elements.
type shortRow[T float32 | float64] func(row []T) T

func shortRowOf[T float32 | float64](p *graph.Prim) shortRow[T] {
	switch p {
	case graph.ReduceMaxP:
		return shortMax[T]
	case graph.ReduceMinP:
		return shortMin[T]
	}
	return shortSum[T]
}

// halfOf is half of the smallest power of two that is at least n: where the tree of a
// row of n elements starts.
func halfOf(n int) int {
	w := 1
	for w < n {
		w *= 2
	}
	return w / 2
}

func shortSum[T float32 | float64](row []T) T {
	var acc [kernel.Lanes]T
	for i, v := range row {
		acc[i] += v // of zero: -0 becomes 0, as in a lane
	}
	for w := halfOf(len(row)); w > 0; w /= 2 {
		for j := range w {
			acc[j] += acc[j+w]
		}
	}
	return acc[0]
}

// The order of comparisons does not matter, but for which NaN wins.

func shortMax[T float32 | float64](row []T) T {
	m := row[0]
	for _, v := range row[1:] {
		m = max(m, v)
	}
	return m
}

func shortMin[T float32 | float64](row []T) T {
	m := row[0]
	for _, v := range row[1:] {
		m = min(m, v)
	}
	return m
}
