package kernel

//go:generate go run ./gen

import "math"

// The functions of this file and of those named after the functions they hold
// are at once the plain-Go kernels and the source of the SIMD ones: gen reads
// them, turns every if into a choice between lanes, and writes assembly. They
// therefore keep to a small part of Go: straight lines, calls of each other,
// if statements that assign or return, a loop nowhere but in poly. A return of
// a function marked kernel:scalar makes the vector kernel hand its lanes to
// plain Go.
//
// Every product that meets an addition is converted explicitly, so that no
// compiler fuses the two on its own; gen refuses to go on otherwise.

// poly returns the polynomial with coefficients c, lowest degree first, at x
// (Horner's rule, fused).
func poly(x float64, c []float64) float64 {
	y := c[len(c)-1]
	for i := len(c) - 2; i >= 0; i-- {
		y = fma64(y, x, c[i])
	}
	return y
}

func neg[T Float](x T) T   { return -x }
func abs[T Float](x T) T   { return T(math.Abs(float64(x))) }
func floor[T Float](x T) T { return T(math.Floor(float64(x))) }
func ceil[T Float](x T) T  { return T(math.Ceil(float64(x))) }
func round[T Float](x T) T { return T(math.RoundToEven(float64(x))) }

// sqrt is rounded once: a float32's root in float64 is never near enough to a
// half-way point of float32 to round twice.
func sqrt[T Float](x T) T { return T(math.Sqrt(float64(x))) }

func copysign[T Float](x, y T) T { return T(math.Copysign(float64(x), float64(y))) }

func rsqrt[T Float](x T) T { return 1 / sqrt(x) }

func sign[T Float](x T) T {
	y := copysign(1, x)
	if x == 0 {
		y = x
	}
	if x != x {
		y = x
	}
	return y
}

func add[T Float](x, y T) T     { return x + y }
func sub[T Float](x, y T) T     { return x - y }
func mul[T Float](x, y T) T     { return x * y }
func div[T Float](x, y T) T     { return x / y }
func maximum[T Float](x, y T) T { return max(x, y) }
func minimum[T Float](x, y T) T { return min(x, y) }

func eq[T Float](x, y T) bool { return x == y }
func ne[T Float](x, y T) bool { return x != y }
func lt[T Float](x, y T) bool { return x < y }
func le[T Float](x, y T) bool { return x <= y }
func gt[T Float](x, y T) bool { return x > y }
func ge[T Float](x, y T) bool { return x >= y }

// rem64 is C's fmod. A quotient below 2^51 that rounds up to an integer is one
// too large; every step is exact.
func rem64(x, y float64) float64 {
	a, b := math.Abs(x), math.Abs(y)
	q := a / b
	if !(q < 0x1p51 && b <= maxFinite) {
		return remFar(x, y)
	}
	q = math.Floor(q)
	r := fma64(-q, b, a)
	if r < 0 {
		r = r + b
	}
	return math.Copysign(r, x)
}

func rem32(x, y float32) float32 { return float32(rem64(float64(x), float64(y))) }

// remFar serves large quotients and special values; math.Mod is exact.
//
//kernel:scalar
func remFar(x, y float64) float64 { return math.Mod(x, y) }
