package data

import "math"

// canvas is a square of pixels that strokes are drawn on.
type canvas struct {
	size int
	ink  []float64 // coverage of each pixel, in [0, 1]
}

func newCanvas(size int) *canvas {
	return &canvas{size: size, ink: make([]float64, size*size)}
}

func (c *canvas) clear() { clear(c.ink) }

// stroke inks a polygon, given in units of the side, with a round pen whose
// half width goes evenly from width[0] to width[1].
func (c *canvas) stroke(line []point, width [2]float64) {
	side := float64(c.size)
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		along := (float64(i) - 0.5) / float64(len(line)-1)
		half := width[0] + mul(along, width[1]-width[0])
		c.segment(point{mul(a.x, side), mul(a.y, side)}, point{mul(b.x, side), mul(b.y, side)}, mul(half, side))
	}
}

// segment inks all pixels near the segment from a to b. A pixel is covered as
// far as the pen's edge, at distance half from the segment, lies beyond its
// centre: linearly over one pixel, which smooths the edge. All lengths are in
// pixels.
func (c *canvas) segment(a, b point, half float64) {
	reach := half + 0.5
	x0, x1 := c.span(math.Min(a.x, b.x)-reach, math.Max(a.x, b.x)+reach)
	y0, y1 := c.span(math.Min(a.y, b.y)-reach, math.Max(a.y, b.y)+reach)
	dx, dy := b.x-a.x, b.y-a.y
	length2 := mul(dx, dx) + mul(dy, dy)
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			px, py := float64(x)+0.5-a.x, float64(y)+0.5-a.y
			t := 0.0 // the nearest point is a + t (b - a)
			if length2 > 0 {
				t = math.Max(0, math.Min(1, (mul(px, dx)+mul(py, dy))/length2))
			}
			ex, ey := px-mul(t, dx), py-mul(t, dy)
			distance2 := mul(ex, ex) + mul(ey, ey)
			if distance2 >= mul(reach, reach) {
				continue
			}
			cover := math.Min(1, reach-math.Sqrt(distance2))
			c.ink[y*c.size+x] = math.Max(c.ink[y*c.size+x], cover)
		}
	}
}

// span returns the pixels, from first up to but not including end, whose
// centres lie between low and high.
func (c *canvas) span(low, high float64) (first, end int) {
	side := float64(c.size)
	first = int(math.Max(0, math.Min(side, math.Floor(low))))
	end = int(math.Max(0, math.Min(side, math.Ceil(high))))
	return first, end
}

// develop turns coverage into values: full ink is darkness, and every pixel
// gets noise of the given deviation; the result is cut off at 0 and 1.
func (c *canvas) develop(darkness, noise float64, r *variation) {
	for i, ink := range c.ink {
		value := mul(darkness, ink) + mul(noise, r.grain())
		c.ink[i] = math.Max(0, math.Min(1, value))
	}
}

// copyTo rounds the values to float32.
func (c *canvas) copyTo(pixels []float32) {
	for i, v := range c.ink {
		pixels[i] = float32(v)
	}
}
