package data

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/internal/threefry"
)

// Shift makes another domain of a set: it changes how images look, not what
// they show, so labels are kept. A program can declare its own; what Apply
// draws at random must be a function of the seed and the image's number.
type Shift struct {
	// Name names the domain, such as "rotated by 30".
	Name  string
	Apply func(set *Images, seed uint64) (*Images, error)
}

// Compose applies shifts one after the other, each with a seed of its own.
func Compose(name string, shifts ...Shift) Shift {
	return Shift{name, func(set *Images, seed uint64) (*Images, error) {
		root := threefry.New(seed)
		for i, shift := range shifts {
			stream := root.Child(uint32(i))
			var err error
			if set, err = shift.Apply(set, stream.Uint64()); err != nil {
				return nil, err
			}
		}
		return set, nil
	}}
}

// each is a shift that maps an image on its own, to channels channels (0: as
// many as before). r is the image's own source of random numbers.
func each(name string, channels int, draw func(set *Images, i int, to []float32, r *variation)) Shift {
	return Shift{name, func(set *Images, seed uint64) (*Images, error) {
		t := *set
		t.Name = set.Name + ", " + name
		if channels > 0 {
			t.Channels = channels
		}
		t.Pixels = make([]float32, t.N()*t.ImageLen())
		root := threefry.New(seed)
		for i := range t.N() {
			draw(set, i, t.Image(i), &variation{root.Child(uint32(i))})
		}
		return &t, nil
	}}
}

// pixelwise is a shift that maps each value on its own.
func pixelwise(name string, f func(v float64, r *variation) float64) Shift {
	return each(name, 0, func(set *Images, i int, to []float32, r *variation) {
		for p, v := range set.Image(i) {
			to[p] = float32(math.Max(0, math.Min(1, f(float64(v), r))))
		}
	})
}

// Unshifted leaves images as they are.
func Unshifted() Shift {
	return Shift{"plain", func(set *Images, _ uint64) (*Images, error) { return set, nil }}
}

// Rotate turns images by an angle in degrees, anticlockwise about their centre,
// with bilinear interpolation; what comes from outside is 0. Right angles only
// move pixels (of square images). Rotated MNIST (Ghifary et al., "Domain
// Generalization for Object Recognition with Multi-task Autoencoders", 2015)
// has 0, 15, 30, 45, 60 and 75. It panics if the angle is not finite.
func Rotate(degrees float64) Shift {
	if math.IsNaN(degrees) || math.IsInf(degrees, 0) {
		fail("Rotate", "an angle of %v degrees", degrees)
	}
	turn := math.Mod(degrees, 360)
	cos, sin := cosSin(turn)
	return each(fmt.Sprintf("rotated by %g", degrees), 0, func(set *Images, i int, to []float32, _ *variation) {
		h, w, c := set.Height, set.Width, set.Channels
		cy, cx := float64(h-1)/2, float64(w-1)/2
		for y := range h {
			for x := range w {
				dx, dy := float64(x)-cx, float64(y)-cy
				// y points down: the source of an anticlockwise turn.
				sx := cx + (mul(cos, dx) - mul(sin, dy))
				sy := cy + (mul(sin, dx) + mul(cos, dy))
				set.bilinear(i, sx, sy, to[(y*w+x)*c:(y*w+x+1)*c])
			}
		}
	})
}

// cosSin is exact at right angles, and elsewhere what fx computes, which is
// the same on every platform.
func cosSin(degrees float64) (cos, sin float64) {
	switch math.Mod(degrees+360, 360) {
	case 0:
		return 1, 0
	case 90:
		return 0, 1
	case 180:
		return -1, 0
	case 270:
		return 0, -1
	}
	angle := fx.Scalar(degrees * (math.Pi / 180))
	return angle.Cos().Item(), angle.Sin().Item()
}

// bilinear reads image i at a point between pixels, all channels.
func (s *Images) bilinear(i int, x, y float64, to []float32) {
	image := s.Image(i)
	x0, y0 := math.Floor(x), math.Floor(y)
	fx, fy := x-x0, y-y0
	for c := range to {
		at := func(px, py float64) float64 {
			if px < 0 || py < 0 || px >= float64(s.Width) || py >= float64(s.Height) {
				return 0
			}
			return float64(image[(int(py)*s.Width+int(px))*s.Channels+c])
		}
		top := mul(1-fx, at(x0, y0)) + mul(fx, at(x0+1, y0))
		bottom := mul(1-fx, at(x0, y0+1)) + mul(fx, at(x0+1, y0+1))
		to[c] = float32(mul(1-fy, top) + mul(fy, bottom))
	}
}

// Mirror swaps left and right.
func Mirror() Shift {
	return each("mirrored", 0, func(set *Images, i int, to []float32, _ *variation) {
		w, c := set.Width, set.Channels
		for p, v := range set.Image(i) {
			pixel := p / c
			row, column := pixel/w, pixel%w
			to[(row*w+w-1-column)*c+p%c] = v
		}
	})
}

// Invert swaps light and dark: v becomes 1 - v.
func Invert() Shift {
	return pixelwise("inverted", func(v float64, _ *variation) float64 { return 1 - v })
}

// Contrast makes offset + gain v of every value v, cut off at 0 and 1.
func Contrast(gain, offset float64) Shift {
	return pixelwise(fmt.Sprintf("contrast %g%+g", gain, offset), func(v float64, _ *variation) float64 { return offset + mul(gain, v) })
}

// Noisy adds noise of the given standard deviation to every value (the sum of
// four uniform numbers, which is bell-shaped), cut off at 0 and 1. It panics
// if the deviation is negative or not finite.
func Noisy(deviation float64) Shift {
	if !(deviation >= 0) || math.IsInf(deviation, 0) {
		fail("Noisy", "a standard deviation of %v", deviation)
	}
	return pixelwise(fmt.Sprintf("noise %g", deviation), func(v float64, r *variation) float64 { return v + r.normal(deviation) })
}

// Blur replaces every value by the mean of the square of side 2 radius + 1
// around it, as far as that lies inside. It panics if radius is below 1.
func Blur(radius int) Shift {
	checkSizes("Blur", "the radius", radius)
	return each(fmt.Sprintf("blurred by %d", radius), 0, func(set *Images, i int, to []float32, _ *variation) {
		h, w, c := set.Height, set.Width, set.Channels
		from := set.Image(i)
		for p := range to {
			row, column := p/c/w, p/c%w
			sum, n := 0.0, 0
			for y := max(0, row-radius); y <= min(h-1, row+radius); y++ {
				for x := max(0, column-radius); x <= min(w-1, column+radius); x++ {
					sum += float64(from[(y*w+x)*c+p%c])
					n++
				}
			}
			to[p] = float32(sum / float64(n))
		}
	})
}
