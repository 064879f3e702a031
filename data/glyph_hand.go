package data

import (
	"math"

	"github.com/fluxion-go/fluxion/internal/threefry"
)

// Arithmetic here has to give the same bits everywhere. Go may fuse x*y + z
// into one rounding on some platforms, and does so across statements, but not
// across a conversion: hence mul. Functions that differ between platforms
// (sine, exponential) are avoided; the square root is exactly rounded.

// mul returns x*y rounded.
func mul(x, y float64) float64 { return float64(x * y) }

// variation draws the variation of one image.
type variation struct{ threefry.Stream }

// between draws uniformly from [low, high).
func (r *variation) between(low, high float64) float64 {
	return low + mul(high-low, r.Float64())
}

// normal draws from a bell-shaped distribution of mean 0, the given deviation
// and a range of 3.5 deviations: the sum of four uniform numbers.
func (r *variation) normal(deviation float64) float64 {
	sum := r.Float64() + r.Float64() + r.Float64() + r.Float64() - 2
	return mul(deviation*math.Sqrt(3), sum)
}

// grain draws from a bell-shaped distribution of mean 0, deviation 1 and a
// range of 3.5 with 32 random bits alone: the sum of their four bytes.
func (r *variation) grain() float64 {
	bits := r.Uint32()
	sum := bits&0xff + bits>>8&0xff + bits>>16&0xff + bits>>24
	// A byte has mean 255/2 and variance (256^2 - 1) / 12.
	return (float64(sum) - 510) / math.Sqrt(4*65535.0/12)
}

// hand is how one image is written: a smooth map of the unit square, the same
// for all strokes, and a pen.
type hand struct {
	bend     [2][7]float64 // elastic distortion, see bent
	linear   [4]float64    // stretch, slant and turn, by rows
	shift    point
	width    float64 // half the pen's width, in units of the image's side
	darkness float64 // value of a fully covered pixel
	noise    float64 // deviation of the pixels' noise
}

const (
	jitter = 0.022 // deviation of each point of a stroke
	bendBy = 0.030 // deviation of the coefficients of the distortion
)

func newHand(r *variation) hand {
	var h hand
	for axis := range h.bend {
		for k := range h.bend[axis] {
			h.bend[axis][k] = r.normal(bendBy)
		}
	}
	// A turn by the angle a whose half has the tangent t: rational in t, so
	// that no sine is needed. Slant and stretch come first.
	t := r.normal(0.065)
	norm := 1 + mul(t, t)
	cos, sin := (1-mul(t, t))/norm, 2*t/norm
	slant := 0.08 + r.normal(0.20) // most people lean to the right
	wide, tall := r.between(0.60, 0.96), r.between(0.72, 0.94)
	h.linear = [4]float64{
		mul(cos, wide), mul(-cos, mul(slant, tall)) - mul(sin, tall),
		mul(sin, wide), mul(cos, tall) - mul(sin, mul(slant, tall)),
	}
	h.shift = point{r.normal(0.028), r.normal(0.028)}
	h.width = r.between(0.026, 0.066)
	h.darkness = r.between(0.72, 1)
	h.noise = r.between(0, 0.07)
	return h
}

// bent returns p, in [-1, 1] squared, moved by a smooth random field: all
// polynomials of second degree, and some of third.
func (h *hand) bent(p point) point {
	xx, xy, yy := mul(p.x, p.x), mul(p.x, p.y), mul(p.y, p.y)
	terms := [7]float64{xx, xy, yy, mul(xx, p.x) - p.x, mul(yy, p.y) - p.y, mul(xx, p.y), mul(p.x, yy)}
	moved := [2]float64{p.x, p.y}
	for axis, coefficients := range h.bend {
		for k, c := range coefficients {
			moved[axis] += mul(c, terms[k])
		}
	}
	return point{moved[0], moved[1]}
}

// place maps a point of the written digit to the image.
func (h *hand) place(p point) point {
	q := h.bent(point{mul(2, p.x) - 1, mul(2, p.y) - 1})
	return point{
		0.5 + h.shift.x + mul(0.5, mul(h.linear[0], q.x)+mul(h.linear[1], q.y)),
		0.5 + h.shift.y + mul(0.5, mul(h.linear[2], q.x)+mul(h.linear[3], q.y)),
	}
}

// trace returns the stroke as this hand draws it: a fine polygon.
func (h *hand) trace(s stroke, r *variation) []point {
	through := make([]point, len(s))
	for i, p := range s {
		if i > 0 && p == s[i-1] {
			through[i] = through[i-1] // a corner stays one
			continue
		}
		through[i] = point{p.x + r.normal(jitter), p.y + r.normal(jitter)}
	}
	line := smooth(through)
	for i, p := range line {
		line[i] = h.place(p)
	}
	return line
}

// press returns half the pen's width at a stroke's start and at its end.
func (h *hand) press(r *variation) [2]float64 {
	change := r.normal(0.12)
	return [2]float64{mul(h.width, 1-change), mul(h.width, 1+change)}
}

// smooth returns a fine polygon along the Catmull-Rom spline through the
// points (Catmull and Rom, "A class of local interpolating splines", 1974).
func smooth(through []point) []point {
	const steps = 8
	last := len(through) - 1
	line := make([]point, 0, last*steps+1)
	line = append(line, through[0])
	for i := range last {
		before, after := through[max(i-1, 0)], through[min(i+2, last)]
		for k := 1; k <= steps; k++ {
			u := float64(k) / steps // exact: steps is a power of two
			line = append(line, point{
				catmullRom(before.x, through[i].x, through[i+1].x, after.x, u),
				catmullRom(before.y, through[i].y, through[i+1].y, after.y, u),
			})
		}
	}
	return line
}

// catmullRom goes from b at u = 0 to c at u = 1, with the slopes (c-a)/2 and
// (d-b)/2.
func catmullRom(a, b, c, d, u float64) float64 {
	quadratic := mul(2, a) - mul(5, b) + mul(4, c) - d
	cubic := mul(3, b-c) + d - a
	return b + mul(0.5*u, (c-a)+mul(u, quadratic+mul(u, cubic)))
}
