package kernel

import "math"

// rowsKernel reduces rows of n elements by lanes and tree. whole does rows of
// whole rounds of the lanes; it may be nil.
//
// Rows that are no longer than the lanes are common (the classes of a softmax,
// the axes of a point): short does them without lanes. Lanes that hold only the
// identity change nothing, so that the bits are the same.
func rowsKernel[T Float](whole func(out, x *T, rounds, rows int), lanes func(acc *[Lanes]T, x []T), short func(row []T) T, identity T) func(out, x []T, n int) {
	return func(out, x []T, n int) {
		if len(out) == 0 {
			return
		}
		x = x[:len(out)*n]
		switch {
		case whole != nil && n%Lanes == 0:
			whole(&out[0], &x[0], n/Lanes, len(out))
		case n <= Lanes:
			for i := range out {
				out[i] = short(x[i*n : (i+1)*n])
			}
		default:
			var acc [Lanes]T
			for i := range out {
				for j := range acc {
					acc[j] = identity
				}
				lanes(&acc, x[i*n:(i+1)*n])
				if whole != nil {
					whole(&out[i], &acc[0], 1, 1)
				} else {
					out[i] = short(acc[:])
				}
			}
		}
	}
}

// sumRows, maxRows and minRows make the kernels of an instruction set.
func sumRows[T Float](whole func(out, x *T, rounds, rows int), lanes func(acc *[Lanes]T, x []T)) func(out, x []T, n int) {
	return rowsKernel(whole, lanes, shortSum[T], 0)
}

func maxRows[T Float](whole func(out, x *T, rounds, rows int), lanes func(acc *[Lanes]T, x []T)) func(out, x []T, n int) {
	return rowsKernel(whole, lanes, shortMax[T], T(math.Inf(-1)))
}

func minRows[T Float](whole func(out, x *T, rounds, rows int), lanes func(acc *[Lanes]T, x []T)) func(out, x []T, n int) {
	return rowsKernel(whole, lanes, shortMin[T], T(math.Inf(1)))
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

func shortSum[T Float](row []T) T {
	var acc [Lanes]T
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

func shortMax[T Float](row []T) T {
	m := row[0]
	for _, v := range row[1:] {
		m = max(m, v)
	}
	return m
}

func shortMin[T Float](row []T) T {
	m := row[0]
	for _, v := range row[1:] {
		m = min(m, v)
	}
	return m
}
