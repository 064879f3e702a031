package cpu

// border is the padding around images with two axes.
type border struct {
	rows, cols   int // of an image with its padding, as far as windows reach
	channels     int
	asIs         bool // the images need no padding
	height, line int  // of the image itself: rows, and elements of one
	above, left  int  // rows of padding, and elements of each row of it; negative if the image is cut
}

func newBorder[T float32 | float64](c *convolution[T]) border {
	b := border{channels: c.c, height: c.in[1], line: c.in[2] * c.c, above: c.padLow[1], left: c.padLow[2] * c.c}
	b.rows = (c.out[1]-1)*c.strides[1] + (c.taps[1]-1)*c.kernelDilation[1] + 1
	b.cols = (c.out[2]-1)*c.strides[2] + (c.taps[2]-1)*c.kernelDilation[2] + 1
	b.asIs = c.padLow == (axes3{}) && b.rows <= c.in[1] && b.cols <= c.in[2]
	if b.asIs {
		b.rows, b.cols = c.in[1], c.in[2]
	}
	return b
}

// size is the number of elements of an image with its padding.
func (b *border) size() int { return b.at(b.rows, 0) }

// at is the place of a row's column.
func (b *border) at(row, col int) int { return (row*b.cols + col) * b.channels }

// pad writes rows [lo,hi) of an image with its padding.
func pad[T float32 | float64](b *border, dst, src []T, lo, hi int) {
	width := b.cols * b.channels
	// Columns of the image that are seen, and where they go.
	from, to := max(0, -b.left), max(0, b.left)
	n := max(0, min(b.line-from, width-to))
	for row := lo; row < hi; row++ {
		d := dst[row*width:][:width]
		h := row - b.above
		if h < 0 || h >= b.height || n == 0 {
			clear(d)
			continue
		}
		clear(d[:to])
		copy(d[to:to+n], src[h*b.line+from:])
		clear(d[to+n:])
	}
}

// rowsOfTaps reports whether a convolution goes over images with two axes, as they
// are, and a row of its taps is contiguous in them.
func (c *convolution[T]) rowsOfTaps() bool {
	return c.taps[0] == 1 && c.in[0] == 1 && c.out[0] == 1 && c.padLow[0] == 0 && c.inDilation == ones3 &&
		(c.kernelDilation[2] == 1 || c.taps[2] == 1) && c.featureGroups == 1
}
