package data

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/internal/threefry"
)

// Colour is red, green and blue, each in [0, 1].
type Colour [3]float64

func checkColours(op string, colours ...Colour) {
	if len(colours) == 0 {
		fail(op, "no colours")
	}
	for _, c := range colours {
		for _, v := range c {
			if !(v >= 0 && v <= 1) {
				fail(op, "colour %v: red, green and blue must be from 0 to 1", c)
			}
		}
	}
}

// tinted is a shift of grey images to coloured ones.
func tinted(name string, draw func(set *Images, i int, to []float32, r *variation)) Shift {
	s := each(name, 3, draw)
	return Shift{name, func(set *Images, seed uint64) (*Images, error) {
		if set.Channels != 1 {
			return nil, fmt.Errorf("data: %s: %s wants grey images, these have %d channels", set.Name, name, set.Channels)
		}
		return s.Apply(set, seed)
	}}
}

func paint(image []float32, c Colour, to []float32) {
	for p, v := range image {
		for k := range 3 {
			to[3*p+k] = float32(mul(float64(v), c[k]))
		}
	}
}

// ColourClasses multiplies a grey image by the colour of its class: class i has
// colour i modulo the number of colours. The colour then says all about the
// class, in this domain only, if another domain has other colours.
func ColourClasses(name string, colours ...Colour) Shift {
	checkColours("ColourClasses", colours...)
	return tinted(name, func(set *Images, i int, to []float32, _ *variation) {
		paint(set.Image(i), colours[int(set.Labels[i])%len(colours)], to)
	})
}

// ColourCue multiplies a grey image by the colour of its class, as
// [ColourClasses] does, with probability agree, and else by one of the other
// colours, all equally likely: a cue that is right so often. Coloured MNIST
// (Arjovsky et al., "Invariant Risk Minimization", 2019) has two classes (see
// [Images.Regroup]), a quarter of the labels wrong ([Images.FlipLabels]), and
// agreements of 0.9 and 0.8 in training, 0.1 in the test.
func ColourCue(name string, agree float64, colours ...Colour) Shift {
	checkColours("ColourCue", colours...)
	if !(agree >= 0 && agree <= 1) || len(colours) < 2 {
		fail("ColourCue", "an agreement of %v with %d colours: a probability, and at least two colours", agree, len(colours))
	}
	return tinted(name, func(set *Images, i int, to []float32, r *variation) {
		k := int(set.Labels[i]) % len(colours)
		if r.Float64() >= agree {
			k = (k + 1 + r.IntN(len(colours)-1)) % len(colours)
		}
		paint(set.Image(i), colours[k], to)
	})
}

// ColourAtRandom multiplies a grey image by one of the colours, whatever its
// class: the cue says nothing.
func ColourAtRandom(name string, colours ...Colour) Shift {
	checkColours("ColourAtRandom", colours...)
	return tinted(name, func(set *Images, i int, to []float32, r *variation) {
		paint(set.Image(i), colours[r.IntN(len(colours))], to)
	})
}

// Ground puts a grey image, as ink of one colour, on a ground of another: v
// becomes v ink + (1-v) ground.
func Ground(name string, ink, ground Colour) Shift {
	checkColours("Ground", ink, ground)
	return tinted(name, func(set *Images, i int, to []float32, _ *variation) {
		for p, v := range set.Image(i) {
			for k := range 3 {
				to[3*p+k] = float32(mul(float64(v), ink[k]) + mul(1-float64(v), ground[k]))
			}
		}
	})
}

// Texture puts images on a background of their own: a grid of cells x cells
// random numbers, uniform in [0, amplitude] and interpolated bilinearly, for
// each channel. The image covers it as ink does: v + (1-v) background. It
// panics if there are fewer than two cells or the amplitude is not in (0, 1].
func Texture(cells int, amplitude float64) Shift {
	if cells < 2 || !(amplitude > 0 && amplitude <= 1) {
		fail("Texture", "%d cells of amplitude %v: at least 2, and an amplitude in (0, 1]", cells, amplitude)
	}
	return each(fmt.Sprintf("texture %g", amplitude), 0, func(set *Images, i int, to []float32, r *variation) {
		h, w, c := set.Height, set.Width, set.Channels
		field := Images{Height: cells, Width: cells, Channels: c, Labels: make([]int32, 1), Pixels: make([]float32, cells*cells*c)}
		for k := range field.Pixels {
			field.Pixels[k] = float32(r.between(0, amplitude))
		}
		background := make([]float32, c)
		from := set.Image(i)
		for pixel := range h * w {
			y := float64(pixel/w) * float64(cells-1) / math.Max(1, float64(h-1))
			x := float64(pixel%w) * float64(cells-1) / math.Max(1, float64(w-1))
			field.bilinear(0, x, y, background)
			for k, b := range background {
				v := float64(from[pixel*c+k])
				to[pixel*c+k] = float32(v + mul(1-v, float64(b)))
			}
		}
	})
}

// Regroup gives images the classes of a coarser division: class i becomes
// class of[i]. It is an error if of does not name a class for each one.
func (s *Images) Regroup(classes []string, of ...int) (*Images, error) {
	if len(of) != len(s.Classes) {
		return nil, fmt.Errorf("data: %s: a new class for %d of %d classes", s.Name, len(of), len(s.Classes))
	}
	for i, k := range of {
		if k < 0 || k >= len(classes) {
			return nil, fmt.Errorf("data: %s: class %d becomes class %d of %d", s.Name, i, k, len(classes))
		}
	}
	t := *s
	t.Classes, t.Labels = classes, make([]int32, s.N())
	for i, label := range s.Labels {
		t.Labels[i] = int32(of[label])
	}
	return &t, nil
}

// FlipLabels replaces each label, with the given probability, by one of the
// other classes, all equally likely. It is an error if the probability is none
// or there are fewer than two classes.
func (s *Images) FlipLabels(probability float64, seed uint64) (*Images, error) {
	n := len(s.Classes)
	if !(probability >= 0 && probability <= 1) || n < 2 {
		return nil, fmt.Errorf("data: %s: labels of %d classes flipped with probability %v: from 0 to 1, and at least two classes", s.Name, n, probability)
	}
	root := threefry.New(seed)
	t := *s
	t.Labels = make([]int32, s.N())
	for i, label := range s.Labels {
		r := root.Child(uint32(i))
		if r.Float64() < probability {
			label = int32((int(label) + 1 + r.IntN(n-1)) % n)
		}
		t.Labels[i] = label
	}
	return &t, nil
}
