package recycle

import "math/bits"

// sizes is the number of sizes from a power of two to the next: a block is at
// most an eighth larger than what was asked for.
const sizes = 8

// class is the smallest class whose blocks hold n words, n positive.
func class(n int) int {
	shift := max(0, bits.Len(uint(n-1))-4)
	return shift*sizes + (n+1<<shift-1)>>shift
}

// sizeOf is the number of words of a class's blocks.
func sizeOf(c int) int {
	shift := max(0, c-sizes-1) / sizes
	return (c - shift*sizes) << shift
}
