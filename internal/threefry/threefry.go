// Package threefry is the counter-based random number generator under all of
// fluxion's randomness: Threefry-2x32 with 20 rounds, from Salmon, Moraes,
// Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3" (SC 2011).
//
// A counter-based generator has no hidden state: block number c under key k is
// a pure function of (k, c). Any number of goroutines, or machines, can
// therefore draw any part of a sequence in any order and get the same bits.
// Only 32-bit integer operations are used, so that every platform agrees.
package threefry

import "math/bits"

// parity is the constant C240 of the Threefish key schedule, in its 32-bit
// form; it keeps an all-zero key from giving an all-zero schedule.
const parity = 0x1BD11BDA

// Block enciphers the counter (c0, c1) under the key (k0, k1): 64 random bits.
// For one key it is a bijection on counters, so that no two counters share a
// block.
func Block(k0, k1, c0, c1 uint32) (uint32, uint32) {
	k2 := parity ^ k0 ^ k1
	x0, x1 := c0+k0, c1+k1
	// Five groups of four rounds. The rotations alternate between the two rows
	// of the paper's table 2; after each group the next two words of the
	// rotated key schedule and the group's number are added.
	x0, x1 = roundsA(x0, x1)
	x0, x1 = x0+k1, x1+k2+1
	x0, x1 = roundsB(x0, x1)
	x0, x1 = x0+k2, x1+k0+2
	x0, x1 = roundsA(x0, x1)
	x0, x1 = x0+k0, x1+k1+3
	x0, x1 = roundsB(x0, x1)
	x0, x1 = x0+k1, x1+k2+4
	x0, x1 = roundsA(x0, x1)
	return x0 + k2, x1 + k0 + 5
}

func roundsA(x0, x1 uint32) (uint32, uint32) {
	x0 += x1
	x1 = bits.RotateLeft32(x1, 13) ^ x0
	x0 += x1
	x1 = bits.RotateLeft32(x1, 15) ^ x0
	x0 += x1
	x1 = bits.RotateLeft32(x1, 26) ^ x0
	x0 += x1
	x1 = bits.RotateLeft32(x1, 6) ^ x0
	return x0, x1
}

func roundsB(x0, x1 uint32) (uint32, uint32) {
	x0 += x1
	x1 = bits.RotateLeft32(x1, 17) ^ x0
	x0 += x1
	x1 = bits.RotateLeft32(x1, 29) ^ x0
	x0 += x1
	x1 = bits.RotateLeft32(x1, 16) ^ x0
	x0 += x1
	x1 = bits.RotateLeft32(x1, 24) ^ x0
	return x0, x1
}
