package fx

import "math"

// lowest and highest are the ends of a dtype's range, infinities for floats.
func lowest(d DType) float64 {
	switch d {
	case Int32:
		return math.MinInt32
	case Int64:
		return -1 << 53 // what a float64 holds exactly; see exact
	case Uint8, Uint32, Bool:
		return 0
	}
	return math.Inf(-1)
}

func highest(d DType) float64 {
	switch d {
	case Int32:
		return math.MaxInt32
	case Int64:
		return 1 << 53
	case Uint8:
		return math.MaxUint8
	case Uint32:
		return math.MaxUint32
	case Bool:
		return 1
	}
	return math.Inf(1)
}
