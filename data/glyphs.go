package data

import (
	"fmt"
	"runtime"
	"sync"

	"github.com/fluxion-go/fluxion/internal/threefry"
)

const (
	// minGlyphSize and maxGlyphSize bound the side of a glyph, in pixels.
	// Below, digits cannot be told apart.
	minGlyphSize = 8
	maxGlyphSize = 256
	// maxPixels bounds a set in memory: 4 GiB of float32, 1.3 million glyphs
	// of 28x28.
	maxPixels = 1 << 30
)

// Glyphs makes a set of n hand-drawn looking digits, 0 to 9, of size x size
// grey pixels in [0, 1], light on a dark ground. It is a stand-in for scanned
// digits that needs no download: each image is one of several ways to write
// the digit, drawn with a pen of its own width, pressure and darkness, then
// jittered, bent, slanted, turned, stretched and shifted at random.
//
// Image i is a pure function of (seed, stream, i, size), bit for bit on every
// platform: a longer set begins with the images of a shorter one, and another
// size shows the same drawings at another resolution (the noise of the pixels
// aside). Different streams of one seed share nothing; [GlyphSets] uses 0 for
// training and 1 for testing. Every run of ten images from a multiple of ten
// has each digit once, in random order.
//
// It is an error if n is not positive, size not from 8 to 256, or n*size*size
// over 2^30.
func Glyphs(n, size int, seed uint64, stream uint32) (*Images, error) {
	switch {
	case n < 1:
		return nil, fmt.Errorf("data: glyphs: %d images: must be at least 1", n)
	case size < minGlyphSize || size > maxGlyphSize:
		return nil, fmt.Errorf("data: glyphs: size %d: must be from %d to %d pixels", size, minGlyphSize, maxGlyphSize)
	case n > maxPixels/(size*size):
		return nil, fmt.Errorf("data: glyphs: %d images of %dx%d: at most %d fit", n, size, size, maxPixels/(size*size))
	}
	set := &Images{
		Name:   "glyphs",
		Height: size, Width: size, Channels: 1,
		Pixels:  make([]float32, n*size*size),
		Labels:  make([]int32, n),
		Classes: digitClasses,
	}
	root := threefry.New(seed)
	source := newGlyphSource(root.Child(stream))
	// The order in which images are made does not matter: share them out.
	workers := min(runtime.GOMAXPROCS(0), n)
	var done sync.WaitGroup
	for w := range workers {
		done.Go(func() {
			c := newCanvas(size)
			for i := w; i < n; i += workers {
				set.Labels[i] = source.label(uint32(i))
				source.draw(c, uint32(i), set.Labels[i])
				c.copyTo(set.Image(i))
			}
		})
	}
	done.Wait()
	return set, nil
}

// GlyphSets makes a training and a test set of [Glyphs] that share no image.
func GlyphSets(nTrain, nTest, size int, seed uint64) (train, test *Images, err error) {
	if train, err = Glyphs(nTrain, size, seed, 0); err != nil {
		return nil, nil, err
	}
	if test, err = Glyphs(nTest, size, seed, 1); err != nil {
		return nil, nil, err
	}
	train.Name, test.Name = "glyphs training images", "glyphs test images"
	return train, test, nil
}

// glyphSource draws the images of one stream.
type glyphSource struct {
	labels, images threefry.Stream
}

func newGlyphSource(s threefry.Stream) glyphSource {
	return glyphSource{labels: s.Child(0), images: s.Child(1)}
}

// label returns the digit of image i: its place in the random order of its ten.
func (g *glyphSource) label(i uint32) int32 {
	ten := g.labels.Child(i / 10)
	return int32(ten.Permutation(10)[i%10])
}

// draw leaves image i on the canvas.
func (g *glyphSource) draw(c *canvas, i uint32, digit int32) {
	r := variation{g.images.Child(i)}
	ways := digitWays[digit]
	way := ways[r.IntN(len(ways))]
	hand := newHand(&r)
	c.clear()
	for _, s := range way {
		c.stroke(hand.trace(s, &r), hand.press(&r))
	}
	c.develop(hand.darkness, hand.noise, &r)
}
