package data

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func glyphs(t *testing.T, n int) *Images {
	t.Helper()
	set, err := Glyphs(n, 14, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func apply(t *testing.T, s Shift, set *Images) *Images {
	t.Helper()
	out, err := s.Apply(set, 7)
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Check(); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(out.Labels, set.Labels) {
		t.Errorf("%s changes labels", s.Name)
	}
	return out
}

// TestShiftsUndo: what moves pixels only is undone by its inverse, exactly.
func TestShiftsUndo(t *testing.T) {
	set := glyphs(t, 20)
	for _, s := range []Shift{
		Unshifted(), Rotate(0), Rotate(360), Compose("half turns", Rotate(180), Rotate(180)),
		Compose("turns", Rotate(90), Rotate(90), Rotate(90), Rotate(90)), Compose("to and fro", Rotate(90), Rotate(270)),
		Compose("back", Rotate(-90), Rotate(90)), Compose("mirrors", Mirror(), Mirror()),
	} {
		if got := apply(t, s, set); !slices.Equal(got.Pixels, set.Pixels) {
			t.Errorf("%s: the images changed", s.Name)
		}
	}
	twice := apply(t, Compose("inverted twice", Invert(), Invert()), set)
	for i, v := range twice.Pixels {
		if math.Abs(float64(v-set.Pixels[i])) > 1e-7 {
			t.Fatalf("pixel %d: %v, want %v", i, v, set.Pixels[i])
		}
	}
}

func TestRotateTurnsAnticlockwise(t *testing.T) {
	set := &Images{Height: 3, Width: 3, Channels: 1, Labels: []int32{0}, Classes: []string{"a"}, Pixels: []float32{
		0, 0, .5,
		0, 0, 1,
		0, 0, .5,
	}}
	want := []float32{
		.5, 1, .5,
		0, 0, 0,
		0, 0, 0,
	}
	if got := apply(t, Rotate(90), set); !slices.Equal(got.Pixels, want) {
		t.Errorf("a quarter turn gives %v", got.Pixels)
	}
	// A small turn keeps nearly all ink, and is undone up to interpolation.
	sharp, err := Glyphs(10, 28, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	big := apply(t, Blur(1), sharp)
	turned := apply(t, Rotate(20), big)
	back := apply(t, Rotate(-20), turned)
	same, other := 0.0, 0.0
	for i, v := range big.Pixels {
		same += math.Abs(float64(v - back.Pixels[i]))
		other += math.Abs(float64(v - turned.Pixels[i]))
	}
	if same > other/3 {
		t.Errorf("turned to and fro the images differ by %v, turned by %v", same, other)
	}
}

// TestColourCue: the colour says the class as often as declared.
func TestColourCue(t *testing.T) {
	set := glyphs(t, 2000)
	red, green := Colour{1, 0, 0}, Colour{0, 1, 0}
	two, err := set.Regroup([]string{"low", "high"}, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	sums := func(s *Images, i int) (c [3]float32) {
		for p, v := range s.Image(i) {
			c[p%3] += v
		}
		return c
	}
	for agree, shift := range map[float64]Shift{1: ColourClasses("classes", red, green), 0.9: ColourCue("often", 0.9, red, green), 0.5: ColourAtRandom("any", red, green)} {
		out := apply(t, shift, two)
		hits := 0.0
		for i, label := range out.Labels {
			c := sums(out, i)
			if (c[0] > 0) == (c[1] > 0) || c[2] != 0 {
				t.Fatalf("image %d has colour %v", i, c)
			}
			if c[label] > 0 {
				hits++
			}
		}
		if got := hits / 2000; math.Abs(got-agree) > 0.035 { // 3 deviations of a binomial at 0.5
			t.Errorf("%s: the colour agrees with the class in %v of the images", shift.Name, got)
		}
	}
	noisy, err := two.FlipLabels(0.25, 3)
	if err != nil {
		t.Fatal(err)
	}
	flipped := 0.0
	for i := range noisy.Labels {
		if noisy.Labels[i] != two.Labels[i] {
			flipped++
		}
	}
	if got := flipped / 2000; math.Abs(got-0.25) > 0.03 {
		t.Errorf("%v of the labels are flipped, want 0.25", got)
	}
}

func TestGroundAndTextureKeepInk(t *testing.T) {
	set := &Images{Height: 1, Width: 2, Channels: 1, Labels: []int32{0}, Classes: []string{"a"}, Pixels: []float32{0, 1}}
	got := apply(t, Ground("paper", Colour{0, 0, 0.5}, Colour{1, 1, 1}), set)
	if want := []float32{1, 1, 1, 0, 0, .5}; !slices.Equal(got.Pixels, want) {
		t.Errorf("ink and ground %v, want %v", got.Pixels, want)
	}
	textured := apply(t, Texture(4, 0.6), set)
	if textured.Pixels[1] != 1 || textured.Pixels[0] <= 0 || textured.Pixels[0] > 0.6 {
		t.Errorf("texture gives %v", textured.Pixels)
	}
	blurred := apply(t, Blur(1), set)
	if want := []float32{.5, .5}; !slices.Equal(blurred.Pixels, want) {
		t.Errorf("blur gives %v", blurred.Pixels)
	}
	if got := apply(t, Contrast(0.5, 0.25), set); !slices.Equal(got.Pixels, []float32{.25, .75}) {
		t.Errorf("contrast gives %v", got.Pixels)
	}
}

func TestGlyphDomains(t *testing.T) {
	shifts := []Shift{Unshifted(), Rotate(45), Noisy(0.1), ColourClasses("tinted", Colour{1, 0, 0}, Colour{0, 0, 1})}
	d, err := GlyphDomains(30, 14, 5, 10, shifts...)
	if err != nil {
		t.Fatal(err)
	}
	again, err := GlyphDomains(30, 14, 5, 10, shifts...)
	if err != nil || !slices.Equal(d.Pixels, again.Pixels) || !slices.Equal(d.Labels, again.Labels) {
		t.Errorf("the same seed gives other domains (%v)", err)
	}
	if err := d.Check(); err != nil || d.N() != 120 || d.Channels != 3 || len(d.Domain) != 120 {
		t.Fatalf("%v, shape %v, %d domains", err, d.Shape(), len(d.Domain))
	}
	plain, err := Glyphs(30, 14, 5, 10)
	if err != nil || !slices.Equal(d.Of(0).Pixels, plain.RGB().Pixels) {
		t.Errorf("domain 0 is not stream 10 (%v)", err)
	}
	rest, held := d.HoldOut(1)
	if held.N() != 30 || held.Name != "rotated by 45" || rest.N() != 90 || !slices.Equal(rest.Names, []string{"plain", "noise 0.1", "tinted"}) {
		t.Errorf("held %s, rest %v", held.Name, rest.Names)
	}
	for i := range rest.Names {
		from := i
		if i >= 1 {
			from++
		}
		if !slices.Equal(rest.Of(i).Pixels, d.Of(from).Pixels) {
			t.Errorf("domain %d of the rest is not domain %d", i, from)
		}
	}
	dealt, err := ShiftImages(glyphs(t, 9), 1, Unshifted(), Unshifted2("other"))
	if err != nil || dealt.Of(0).N() != 5 || dealt.Of(1).N() != 4 {
		t.Errorf("dealt %v", err)
	}
}

// Unshifted2 is the same domain by another name.
func Unshifted2(name string) Shift { s := Unshifted(); s.Name = name; return s }

func TestDomainErrors(t *testing.T) {
	set := glyphs(t, 3)
	small, err := Glyphs(3, 10, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	for want, f := range map[string]func() error{
		"data: 0 domains of 0 names: there must be as many, and at least one":                          func() error { _, err := NewDomains(nil); return err },
		`data: domain 1: the name "a" is empty or used twice`:                                          func() error { _, err := NewDomains([]string{"a", "a"}, set, set); return err },
		"data: domain b has images of 10x10 and 10 classes, domain a of 14x14 and 10 classes":          func() error { _, err := NewDomains([]string{"a", "b"}, set, small); return err },
		"data: glyphs: 3 images cannot be dealt out to 4 domains":                                      func() error { _, err := ShiftImages(set, 1, Unshifted(), Mirror(), Invert(), Blur(1)); return err },
		"data: glyphs: red wants grey images, these have 3 channels":                                   func() error { _, err := ColourClasses("red", Colour{1}).Apply(set.RGB(), 1); return err },
		"data: glyphs: a new class for 1 of 10 classes":                                                func() error { _, err := set.Regroup([]string{"x"}, 0); return err },
		"data: glyphs: class 9 becomes class 1 of 1":                                                   func() error { _, err := set.Regroup([]string{"x"}, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1); return err },
		"data: glyphs: labels of 10 classes flipped with probability 2: from 0 to 1, and at least two": func() error { _, err := set.FlipLabels(2, 1); return err },
		"data: glyphs: size 3: must be from 8 to 256 pixels":                                           func() error { _, err := GlyphDomains(3, 3, 1, 0, Mirror()); return err },
	} {
		if err := f(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("error %v\nwant  %s", err, want)
		}
	}
	for want, f := range map[string]func(){
		"an angle of NaN degrees":             func() { Rotate(math.NaN()) },
		"a standard deviation of -1":          func() { Noisy(-1) },
		"the radius [0]: must be at least 1":  func() { Blur(0) },
		"no colours":                          func() { ColourClasses("x") },
		"colour [2 0 0]: red, green and blue": func() { Ground("x", Colour{2}, Colour{}) },
		"an agreement of 0.5 with 1 colours":  func() { ColourCue("x", 0.5, Colour{}) },
		"1 cells of amplitude 0.5":            func() { Texture(1, 0.5) },
	} {
		mustFail(t, want, f)
	}
}
