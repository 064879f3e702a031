package data

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawImages makes a small set with arbitrary values in [0, 1].
func drawImages(t *rapid.T) *Images {
	s := &Images{
		Name:     "drawn",
		Height:   rapid.IntRange(1, 4).Draw(t, "height"),
		Width:    rapid.IntRange(1, 4).Draw(t, "width"),
		Channels: rapid.IntRange(1, 3).Draw(t, "channels"),
		Classes:  []string{"a", "b", "c"},
	}
	n := rapid.IntRange(1, 20).Draw(t, "n")
	for range n * s.ImageLen() {
		s.Pixels = append(s.Pixels, rapid.Float32Range(0, 1).Draw(t, "value"))
	}
	for range n {
		s.Labels = append(s.Labels, rapid.Int32Range(0, 2).Draw(t, "label"))
	}
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestGatherCopiesImages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawImages(t)
		indices := rapid.SliceOf(rapid.IntRange(0, s.N()-1)).Draw(t, "indices")
		pixels, labels := s.Gather(indices)
		if len(pixels) != len(indices)*s.ImageLen() || len(labels) != len(indices) {
			t.Fatalf("%d values and %d labels for %d indices", len(pixels), len(labels), len(indices))
		}
		for k, i := range indices {
			if labels[k] != s.Labels[i] || !slices.Equal(pixels[k*s.ImageLen():][:s.ImageLen()], s.Image(i)) {
				t.Fatalf("place %d does not hold image %d", k, i)
			}
		}
		before := slices.Clone(s.Pixels)
		for i := range pixels {
			pixels[i] = -1
		}
		if !slices.Equal(before, s.Pixels) {
			t.Fatal("writing to a batch changed the set")
		}
	})
}

func TestSubsetDrawsWithoutReplacement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawImages(t)
		for i := range s.N() { // make images distinguishable
			s.Image(i)[0] = float32(i)
		}
		seed := rapid.Uint64().Draw(t, "seed")
		n := rapid.IntRange(1, s.N()).Draw(t, "size")
		sub, err := s.Subset(n, seed)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[float32]bool{}
		for k := range n {
			i := sub.Image(k)[0]
			if seen[i] || sub.Labels[k] != s.Labels[int(i)] {
				t.Fatalf("image %v drawn twice or with another label", i)
			}
			seen[i] = true
		}
		whole, err := s.Subset(s.N(), seed)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(sub.Pixels, whole.Pixels[:len(sub.Pixels)]) {
			t.Fatal("a smaller subset is not the beginning of a larger one")
		}
	})
}

func TestShrinkKeepsChannelMeans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawImages(t)
		factor := rapid.IntRange(1, 3).Draw(t, "factor")
		big := enlarge(s, factor)
		small, err := big.Shrink(factor)
		if err != nil {
			t.Fatal(err)
		}
		if err := small.Check(); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(small.Pixels, s.Pixels) {
			t.Fatal("shrinking does not undo repeating every pixel")
		}
		// All the way down to one pixel: the mean of each channel.
		if s.Height == s.Width {
			point, err := s.Shrink(s.Height)
			if err != nil {
				t.Fatal(err)
			}
			for i := range s.N() {
				for c := range s.Channels {
					var mean float64
					for p := c; p < s.ImageLen(); p += s.Channels {
						mean += float64(s.Image(i)[p]) / float64(s.Height*s.Width)
					}
					if math.Abs(mean-float64(point.Image(i)[c])) > 1e-6 {
						t.Fatalf("image %d channel %d: %v, want the mean %v", i, c, point.Image(i)[c], mean)
					}
				}
			}
		}
	})
}

// enlarge repeats every pixel factor x factor times.
func enlarge(s *Images, factor int) *Images {
	big := *s
	big.Height, big.Width = s.Height*factor, s.Width*factor
	big.Pixels = make([]float32, s.N()*big.ImageLen())
	for i := range s.N() {
		for y := range big.Height {
			for x := range big.Width {
				for c := range s.Channels {
					big.Image(i)[(y*big.Width+x)*s.Channels+c] = s.Image(i)[((y/factor)*s.Width+x/factor)*s.Channels+c]
				}
			}
		}
	}
	return &big
}

func TestNormaliseGivesMeanZeroAndDeviationOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawImages(t)
		for c := range s.Channels { // every channel varies
			s.Pixels[c] = 2
		}
		if s.N()*s.Height*s.Width == 1 {
			t.Skip("one pixel has no deviation")
		}
		n, _, err := Normalise(s, s)
		if err != nil {
			t.Fatal(err)
		}
		m, err := n.Moments()
		if err != nil {
			t.Fatal(err)
		}
		for c := range s.Channels {
			if math.Abs(m.Mean[c]) > 1e-6 || math.Abs(m.Std[c]-1) > 1e-6 {
				t.Fatalf("channel %d has mean %v and deviation %v", c, m.Mean[c], m.Std[c])
			}
		}
	})
}

func TestNormaliseUsesTheTrainingMoments(t *testing.T) {
	set := func(values ...float32) *Images {
		return &Images{Name: "set", Height: 1, Width: 1, Channels: 1, Pixels: values, Labels: make([]int32, len(values)), Classes: []string{"a"}}
	}
	train, test, err := Normalise(set(1, 3), set(2, 4, 0))
	if err != nil {
		t.Fatal(err)
	}
	if want := []float32{-1, 1}; !slices.Equal(train.Pixels, want) {
		t.Errorf("train %v, want %v", train.Pixels, want)
	}
	if want := []float32{0, 2, -2}; !slices.Equal(test.Pixels, want) {
		t.Errorf("test %v, want %v", test.Pixels, want)
	}
}

func TestImagesErrors(t *testing.T) {
	grey := func() *Images {
		return &Images{Name: "set", Height: 2, Width: 4, Channels: 1, Pixels: make([]float32, 16), Labels: []int32{0, 1}, Classes: []string{"a", "b"}}
	}
	nan := float32(math.NaN())
	for _, c := range []struct {
		want string
		call func(s *Images) error
	}{
		{"data: set: image size 0x4x1, want positive height, width and channels",
			func(s *Images) error { s.Height = 0; return s.Check() }},
		{"data: set: 15 values, want 16 (2 images of 2x4x1)",
			func(s *Images) error { s.Pixels = s.Pixels[1:]; return s.Check() }},
		{"data: set: image 1 has label 2, want 0 to 1",
			func(s *Images) error { s.Labels[1] = 2; return s.Check() }},
		{"data: set: image 0 has label -1, want 0 to 1",
			func(s *Images) error { s.Labels[0] = -1; return s.Check() }},
		{"data: set: image 1 has the value NaN",
			func(s *Images) error { s.Pixels[9] = nan; return s.Check() }},
		{"data: set: cannot take 3 of 2 images",
			func(s *Images) error { _, err := s.Subset(3, 0); return err }},
		{"data: set: cannot take 0 of 2 images",
			func(s *Images) error { _, err := s.Subset(0, 0); return err }},
		{"data: set: cannot shrink 2x4 images by a factor of 4",
			func(s *Images) error { _, err := s.Shrink(4); return err }},
		{"data: set: cannot shrink 2x4 images by a factor of 0",
			func(s *Images) error { _, err := s.Shrink(0); return err }},
		{"data: set: cannot normalise by a standard deviation of 0 (channel 0)",
			func(s *Images) error { _, _, err := Normalise(s, s); return err }},
		{"data: set: cannot normalise by a standard deviation of NaN (channel 0)",
			func(s *Images) error { s.Pixels[0] = nan; _, _, err := Normalise(s, s); return err }},
		{"data: set: moments of 3 and 1 channels for images of 1",
			func(s *Images) error {
				_, err := s.Normalise(Moments{Mean: make([]float64, 3), Std: []float64{1}})
				return err
			}},
		{"data: set: no images to take a mean of",
			func(s *Images) error { s.Pixels, s.Labels = nil, nil; _, err := s.Moments(); return err }},
	} {
		if err := c.call(grey()); err == nil || err.Error() != c.want {
			t.Errorf("error %v, want %s", err, c.want)
		}
	}
}

func TestImagePanicsOutOfRange(t *testing.T) {
	s := &Images{Height: 1, Width: 1, Channels: 1, Pixels: []float32{0}, Labels: []int32{0}}
	for i, want := range map[int]string{-1: "data: image -1 of a set of 1", 1: "data: image 1 of a set of 1"} {
		func() {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("panic %v, want %s", got, want)
				}
			}()
			s.Gather([]int{i})
		}()
	}
}
