package data

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/internal/threefry"
	"pgregory.net/rapid"
)

func makeGlyphs(t rapid.TB, n, size int, seed uint64, stream uint32) *Images {
	t.Helper()
	s, err := Glyphs(n, size, seed, stream)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// digest is of the exact bits of all labels and pixels.
func digest(s *Images) string {
	h := sha256.New()
	for i, label := range s.Labels {
		var b []byte
		b = binary.LittleEndian.AppendUint32(b, uint32(label))
		for _, v := range s.Image(i) {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// TestGlyphsKeepTheirBits pins the images: every platform must make these, and
// published results rest on them.
func TestGlyphsKeepTheirBits(t *testing.T) {
	for _, c := range []struct {
		size   int
		seed   uint64
		stream uint32
		want   string
	}{
		{14, 0, 0, "e41e969b9e36d207"},
		{14, 0, 1, "fc04e6534157eb12"},
		{28, 0, 0, "faf3abb475df0dfa"},
		{33, 1 << 40, 0, "9357d46b23e85a32"},
	} {
		if got := digest(makeGlyphs(t, 200, c.size, c.seed, c.stream)); got != c.want {
			t.Errorf("size %d, seed %d, stream %d: digest %s, want %s", c.size, c.seed, c.stream, got, c.want)
		}
	}
}

// TestGlyphArithmeticKeepsItsBits looks at the float64 values from which the
// pixels are rounded: a product fused with a sum shows here on the platforms
// that fuse, long before it changes a pixel.
func TestGlyphArithmeticKeepsItsBits(t *testing.T) {
	source := newGlyphSource(threefry.New(1))
	c := newCanvas(20)
	h := sha256.New()
	for i := range uint32(100) {
		source.draw(c, i, source.label(i))
		for _, v := range c.ink {
			h.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(v)))
		}
	}
	if got, want := hex.EncodeToString(h.Sum(nil)[:8]), "04f7ab54e2ccb76f"; got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
}

func TestGlyphsDependOnSeedStreamAndIndexAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed, stream := rapid.Uint64().Draw(t, "seed"), rapid.Uint32().Draw(t, "stream")
		size := rapid.IntRange(minGlyphSize, 40).Draw(t, "size")
		long := makeGlyphs(t, 30, size, seed, stream)
		if err := long.Check(); err != nil {
			t.Fatal(err)
		}
		for i, v := range long.Pixels {
			if v < 0 || v > 1 {
				t.Fatalf("value %d is %v", i, v)
			}
		}
		n := rapid.IntRange(1, 30).Draw(t, "n")
		procs := runtime.GOMAXPROCS(rapid.IntRange(1, 5).Draw(t, "threads"))
		short := makeGlyphs(t, n, size, seed, stream)
		runtime.GOMAXPROCS(procs)
		if !slices.Equal(short.Pixels, long.Pixels[:len(short.Pixels)]) || !slices.Equal(short.Labels, long.Labels[:n]) {
			t.Fatalf("the first %d of 30 images differ from %d images", n, n)
		}
	})
}

func TestGlyphStreamsAndSeedsShareNothing(t *testing.T) {
	seen := map[string]string{}
	for name, s := range map[string]*Images{
		"seed 0 train": makeGlyphs(t, 500, 14, 0, 0),
		"seed 0 test":  makeGlyphs(t, 500, 14, 0, 1),
		"seed 1 train": makeGlyphs(t, 500, 14, 1, 0),
	} {
		for i := range s.N() {
			one := digest(s.Select([]int{i}))
			if where, there := seen[one]; there {
				t.Errorf("image %d of %s is also in %s", i, name, where)
			}
			seen[one] = name
		}
	}
}

func TestGlyphsAreBalanced(t *testing.T) {
	s := makeGlyphs(t, 1000, 8, 5, 0)
	positions := map[[2]int32]int{}
	for ten := 0; ten < s.N(); ten += 10 {
		digits := slices.Clone(s.Labels[ten : ten+10])
		for i, d := range digits {
			positions[[2]int32{int32(i), d}]++
		}
		slices.Sort(digits)
		if !slices.Equal(digits, []int32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
			t.Fatalf("images %d to %d show %v", ten, ten+9, digits)
		}
	}
	for at, n := range positions { // 10 expected, deviation 3
		if n > 28 {
			t.Errorf("digit %d is at place %d of its ten in %d of 100", at[1], at[0], n)
		}
	}
}

// TestGlyphSizesShowTheSameDrawings shrinks large images, and expects nearly
// the small ones: closer than to any other drawing of the same digit.
func TestGlyphSizesShowTheSameDrawings(t *testing.T) {
	large := makeGlyphs(t, 100, 56, 3, 0)
	small := makeGlyphs(t, 100, 14, 3, 0)
	shrunk, err := large.Shrink(4)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		own := squaredDistance(shrunk.Image(i), small.Image(i))
		for j := range 100 {
			if j != i && small.Labels[j] == small.Labels[i] && squaredDistance(shrunk.Image(i), small.Image(j)) <= own {
				t.Errorf("large image %d looks like small image %d", i, j)
			}
		}
	}
}

// TestGlyphsLieInTheirFrame: ink reaches the border rarely and lightly, and
// every image has some.
func TestGlyphsLieInTheirFrame(t *testing.T) {
	s := makeGlyphs(t, 1000, 28, 9, 0)
	touching := 0
	for i := range s.N() {
		img := s.Image(i)
		var border, ink int
		for p, v := range img {
			if v > 0.5 {
				ink++
				if y, x := p/28, p%28; y == 0 || y == 27 || x == 0 || x == 27 {
					border++
				}
			}
		}
		if ink < 15 || ink > 350 {
			t.Errorf("image %d has %d bright pixels of 784", i, ink)
		}
		if border > 2 {
			touching++
		}
	}
	if touching > 20 {
		t.Errorf("%d of 1000 images touch the border", touching)
	}
}

// TestGlyphDifficulty measures with the two simplest classifiers. The nearest
// class mean must do far better than chance but not well: shapes vary. The
// nearest training image must do well but not perfectly: digits can be told
// apart, and generalising takes more than remembering.
func TestGlyphDifficulty(t *testing.T) {
	train, test, err := GlyphSets(2000, 400, 14, 0)
	if err != nil {
		t.Fatal(err)
	}
	means := make([][]float32, 10)
	for d := range means {
		means[d] = make([]float32, train.ImageLen())
	}
	for i := range train.N() {
		for p, v := range train.Image(i) {
			means[train.Labels[i]][p] += v / float32(train.N()/10)
		}
	}
	var byMean, byNeighbour float64
	for i := range test.N() {
		img := test.Image(i)
		mean := closest(img, len(means), func(d int) []float32 { return means[d] })
		neighbour := closest(img, train.N(), train.Image)
		if int32(mean) == test.Labels[i] {
			byMean += 1 / float64(test.N())
		}
		if train.Labels[neighbour] == test.Labels[i] {
			byNeighbour += 1 / float64(test.N())
		}
	}
	t.Logf("accuracy of the nearest mean %.3f, of the nearest neighbour %.3f", byMean, byNeighbour)
	if byMean < 0.6 || byMean > 0.92 {
		t.Errorf("accuracy of the nearest mean is %.3f, want 0.6 to 0.92", byMean)
	}
	if byNeighbour < 0.88 || byNeighbour > 0.995 {
		t.Errorf("accuracy of the nearest neighbour is %.3f, want 0.88 to 0.995", byNeighbour)
	}
}

func closest(img []float32, n int, candidate func(int) []float32) int {
	best, at := math.Inf(1), 0
	for i := range n {
		if d := squaredDistance(img, candidate(i)); d < best {
			best, at = d, i
		}
	}
	return at
}

func squaredDistance(a, b []float32) float64 {
	var sum float64
	for i, v := range a {
		d := float64(v) - float64(b[i])
		sum += float64(d * d)
	}
	return sum
}

func TestGlyphErrors(t *testing.T) {
	for want, c := range map[string]struct{ n, size int }{
		"data: glyphs: 0 images: must be at least 1":                    {0, 28},
		"data: glyphs: -5 images: must be at least 1":                   {-5, 28},
		"data: glyphs: 2000000000 images of 28x28: at most 1369568 fit": {2000000000, 28},
		"data: glyphs: size 0: must be from 8 to 256 pixels":            {1, 0},
		"data: glyphs: size 1000000: must be from 8 to 256 pixels":      {1, 1000000},
	} {
		if s, err := Glyphs(c.n, c.size, 0, 0); err == nil || err.Error() != want || s != nil {
			t.Errorf("%+v: error %v, want %s", c, err, want)
		}
	}
	if _, _, err := GlyphSets(10, 0, 14, 0); err == nil {
		t.Error("no error for an empty test set")
	}
}

func BenchmarkGlyphs(b *testing.B) {
	for b.Loop() {
		if _, err := Glyphs(1000, 28, 0, 0); err != nil {
			b.Fatal(err)
		}
	}
}
