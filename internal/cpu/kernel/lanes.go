package kernel

// whole returns n rounded down to a multiple of step.
func whole(n, step int) int { return n - n%step }

// laneKernel makes a reduction kernel of an assembly loop over whole rounds of
// the lanes; plain serves the rest.
func laneKernel[T Float](rounds func(acc *[Lanes]T, x *T, rounds int), plain func(acc *[Lanes]T, x []T)) func(acc *[Lanes]T, x []T) {
	return func(acc *[Lanes]T, x []T) {
		n := whole(len(x), Lanes)
		if n > 0 {
			rounds(acc, &x[0], n/Lanes)
		}
		plain(acc, x[n:])
	}
}

func fillKernel[T Float](fill func(dst *T, v T, n int)) func(dst []T, v T) {
	return func(dst []T, v T) {
		if len(dst) > 0 {
			fill(&dst[0], v, len(dst))
		}
	}
}

func mulAddKernel[T Float](mulAdd func(dst, x, y *T, n int)) func(dst, x, y []T) {
	return func(dst, x, y []T) {
		dst, y = dst[:len(x)], y[:len(x)]
		if len(x) > 0 {
			mulAdd(&dst[0], &x[0], &y[0], len(x))
		}
	}
}

func addRowsKernel[T Float](addRows func(acc, x *T, stride, rows, n int)) func(acc, x []T, stride, rows int) {
	return func(acc, x []T, stride, rows int) {
		if len(acc) > 0 && rows > 0 {
			_ = x[(rows-1)*stride+len(acc)-1]
			addRows(&acc[0], &x[0], stride, rows, len(acc))
		}
	}
}

// selectKernel makes a Select of an assembly loop over whole vectors.
func selectKernel[T Float](vectors func(dst *T, cond *uint8, x, y *T, n int), lanes int) func(dst []T, cond []uint8, x, y []T) {
	return func(dst []T, cond []uint8, x, y []T) {
		dst, x, y = dst[:len(cond)], x[:len(cond)], y[:len(cond)]
		n := whole(len(cond), lanes)
		if n > 0 {
			vectors(&dst[0], &cond[0], &x[0], &y[0], n)
		}
		selectLoop(dst[n:], cond[n:], x[n:], y[n:])
	}
}
