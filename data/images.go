// Package data gives training examples: labelled image sets, built in or read
// from files, tables and texts; distributions, problems and tasks that are made
// by the program; and shuffled mini-batches whose place can be saved and
// resumed.
//
//	train, test, err := data.Open("glyphs", "", data.Options{Size: 14})
//	batches, err := data.NewBatches(train.N(), 64, seed, data.BatchOptions{})
//	pixels, labels := train.Gather(batches.Next())
//
// Everything here is a pure function of files, options and seeds: the same
// bits on every platform and on any number of threads.
package data

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/internal/threefry"
)

// Images is a set of labelled images of one size, held in memory. Treat a set
// as immutable: methods that change something return another set.
type Images struct {
	// Name says where the set comes from, for messages and reports.
	Name string
	// Height and Width are in pixels; Channels is 1 for grey, 3 for colour.
	Height, Width, Channels int
	// Pixels holds the images one after the other, each in row, column,
	// channel order (NHWC). Values lie in [0, 1], 0 the background, until
	// [Images.Normalise].
	Pixels []float32
	// Labels holds one class per image: an index of Classes.
	Labels []int32
	// Classes names the classes.
	Classes []string
}

// N returns the number of images.
func (s *Images) N() int { return len(s.Labels) }

// ImageLen returns the number of values of one image: Height*Width*Channels.
func (s *Images) ImageLen() int { return s.Height * s.Width * s.Channels }

// Shape returns [N, Height, Width, Channels], the shape of Pixels.
func (s *Images) Shape() []int { return []int{s.N(), s.Height, s.Width, s.Channels} }

// Image returns the values of image i, of length ImageLen, not copied. It
// panics if there is no image i.
func (s *Images) Image(i int) []float32 {
	if i < 0 || i >= s.N() {
		panic(fmt.Sprintf("data: image %d of a set of %d", i, s.N()))
	}
	n := s.ImageLen()
	return s.Pixels[i*n : (i+1)*n : (i+1)*n]
}

// Check reports the first inconsistency of a set: sizes that do not agree,
// labels without a class, or values that are not finite. The sets of this
// package pass; a set that a program builds by hand may not.
func (s *Images) Check() error {
	switch {
	case s.Height < 1 || s.Width < 1 || s.Channels < 1:
		return fmt.Errorf("data: %s: image size %dx%dx%d, want positive height, width and channels", s.Name, s.Height, s.Width, s.Channels)
	case len(s.Pixels) != s.N()*s.ImageLen():
		return fmt.Errorf("data: %s: %d values, want %d (%d images of %dx%dx%d)", s.Name, len(s.Pixels), s.N()*s.ImageLen(), s.N(), s.Height, s.Width, s.Channels)
	}
	for i, label := range s.Labels {
		if label < 0 || int(label) >= len(s.Classes) {
			return fmt.Errorf("data: %s: image %d has label %d, want 0 to %d", s.Name, i, label, len(s.Classes)-1)
		}
	}
	for i, v := range s.Pixels {
		if v64 := float64(v); math.IsNaN(v64) || math.IsInf(v64, 0) {
			return fmt.Errorf("data: %s: image %d has the value %v", s.Name, i/s.ImageLen(), v)
		}
	}
	return nil
}

// Gather copies the images and labels at the given indices, in that order:
// a mini-batch of shape [len(indices), Height, Width, Channels] and its labels.
// An index may occur more than once. It panics if one is out of range.
func (s *Images) Gather(indices []int) (pixels []float32, labels []int32) {
	pixels = make([]float32, 0, len(indices)*s.ImageLen())
	labels = make([]int32, 0, len(indices))
	for _, i := range indices {
		pixels = append(pixels, s.Image(i)...)
		labels = append(labels, s.Labels[i])
	}
	return pixels, labels
}

// Select returns the set of the images at the given indices, in that order.
// It panics if an index is out of range.
func (s *Images) Select(indices []int) *Images {
	t := *s
	t.Pixels, t.Labels = s.Gather(indices)
	return &t
}

// Subset returns n images drawn without replacement. Subsets of one set under
// one seed are nested: a smaller one is the beginning of a larger one. It is
// an error to ask for fewer than 1 or more than N.
func (s *Images) Subset(n int, seed uint64) (*Images, error) {
	if n < 1 || n > s.N() {
		return nil, fmt.Errorf("data: %s: cannot take %d of %d images", s.Name, n, s.N())
	}
	stream := threefry.New(seed)
	return s.Select(stream.Permutation(s.N())[:n]), nil
}

// Shrink returns the set at 1/factor of its height and width: every pixel is
// the mean of a factor x factor block. It is an error if factor is less than
// 1 or does not divide both sides.
func (s *Images) Shrink(factor int) (*Images, error) {
	if factor < 1 || s.Height%factor != 0 || s.Width%factor != 0 {
		return nil, fmt.Errorf("data: %s: cannot shrink %dx%d images by a factor of %d", s.Name, s.Height, s.Width, factor)
	}
	t := *s
	t.Height, t.Width = s.Height/factor, s.Width/factor
	t.Pixels = make([]float32, t.N()*t.ImageLen())
	for i := range t.N() {
		from, to := s.Image(i), t.Image(i)
		for p := range to {
			channel := p % s.Channels
			column := p / s.Channels % t.Width
			row := p / s.Channels / t.Width
			var sum float64
			for y := row * factor; y < (row+1)*factor; y++ {
				for x := column * factor; x < (column+1)*factor; x++ {
					sum += float64(from[(y*s.Width+x)*s.Channels+channel])
				}
			}
			to[p] = float32(sum / float64(factor*factor))
		}
	}
	return &t, nil
}
