package threefry

import "math/bits"

// Words writes words first, first+1, ... of key (k0, k1) to dst: word i is
// word i%2 of Block(k0, k1, hi, lo), where hi and lo are the halves of i/2.
// Any part of the sequence can hence be written alone.
func Words(dst []uint32, k0, k1 uint32, first uint64) {
	if len(dst) > 0 && first%2 == 1 {
		c := first / 2
		_, dst[0] = Block(k0, k1, uint32(c>>32), uint32(c))
		dst, first = dst[1:], first+1
	}
	c := first / 2
	for len(dst) >= 4 {
		two(dst[:4:4], k0, k1, c)
		dst, c = dst[4:], c+2
	}
	for len(dst) > 0 {
		x, y := Block(k0, k1, uint32(c>>32), uint32(c))
		dst[0] = x
		if len(dst) == 1 {
			return
		}
		dst[1] = y
		dst, c = dst[2:], c+1
	}
}

// two writes blocks c and c+1. Their rounds alternate, because each round
// waits for the one before it and a processor can do two at a time.
func two(dst []uint32, k0, k1 uint32, c uint64) {
	k2 := parity ^ k0 ^ k1
	d := c + 1
	x0, x1 := uint32(c>>32)+k0, uint32(c)+k1
	y0, y1 := uint32(d>>32)+k0, uint32(d)+k1
	x0, x1, y0, y1 = twoA(x0, x1, y0, y1)
	x0, x1, y0, y1 = x0+k1, x1+k2+1, y0+k1, y1+k2+1
	x0, x1, y0, y1 = twoB(x0, x1, y0, y1)
	x0, x1, y0, y1 = x0+k2, x1+k0+2, y0+k2, y1+k0+2
	x0, x1, y0, y1 = twoA(x0, x1, y0, y1)
	x0, x1, y0, y1 = x0+k0, x1+k1+3, y0+k0, y1+k1+3
	x0, x1, y0, y1 = twoB(x0, x1, y0, y1)
	x0, x1, y0, y1 = x0+k1, x1+k2+4, y0+k1, y1+k2+4
	x0, x1, y0, y1 = twoA(x0, x1, y0, y1)
	dst[0], dst[1], dst[2], dst[3] = x0+k2, x1+k0+5, y0+k2, y1+k0+5
}

func twoA(x0, x1, y0, y1 uint32) (uint32, uint32, uint32, uint32) {
	x0, y0 = x0+x1, y0+y1
	x1, y1 = bits.RotateLeft32(x1, 13)^x0, bits.RotateLeft32(y1, 13)^y0
	x0, y0 = x0+x1, y0+y1
	x1, y1 = bits.RotateLeft32(x1, 15)^x0, bits.RotateLeft32(y1, 15)^y0
	x0, y0 = x0+x1, y0+y1
	x1, y1 = bits.RotateLeft32(x1, 26)^x0, bits.RotateLeft32(y1, 26)^y0
	x0, y0 = x0+x1, y0+y1
	x1, y1 = bits.RotateLeft32(x1, 6)^x0, bits.RotateLeft32(y1, 6)^y0
	return x0, x1, y0, y1
}

func twoB(x0, x1, y0, y1 uint32) (uint32, uint32, uint32, uint32) {
	x0, y0 = x0+x1, y0+y1
	x1, y1 = bits.RotateLeft32(x1, 17)^x0, bits.RotateLeft32(y1, 17)^y0
	x0, y0 = x0+x1, y0+y1
	x1, y1 = bits.RotateLeft32(x1, 29)^x0, bits.RotateLeft32(y1, 29)^y0
	x0, y0 = x0+x1, y0+y1
	x1, y1 = bits.RotateLeft32(x1, 16)^x0, bits.RotateLeft32(y1, 16)^y0
	x0, y0 = x0+x1, y0+y1
	x1, y1 = bits.RotateLeft32(x1, 24)^x0, bits.RotateLeft32(y1, 24)^y0
	return x0, x1, y0, y1
}
