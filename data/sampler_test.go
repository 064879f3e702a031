package data

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// TestSamplers: every named one draws finite points of its dimension, the same
// in Jit, nested in the dtype, and by component where it has some.
func TestSamplers(t *testing.T) {
	for i, name := range SamplerNames() {
		s, err := NewSampler(name)
		if err != nil {
			t.Fatal(err)
		}
		key := random.New(uint64(i))
		points := s.Sample(key, fx.Float64, 500)
		if !slices.Equal(points.Shape(), []int{500, s.Dim()}) || points.DType() != fx.Float64 || points.IsFinite().All().Item() != 1 {
			t.Errorf("%s: %v", name, points)
		}
		jitted := fx.Jit(func(key *fx.Array) *fx.Array { return s.Sample(key, fx.Float64, 500) })(key)
		if !slices.Equal(points.Float64s(), jitted.Float64s()) {
			t.Errorf("%s: other points in Jit", name)
		}
		if got := s.Sample(key, fx.Float32, 5); got.DType() != fx.Float32 {
			t.Errorf("%s: dtype %v", name, got.DType())
		}
		l, ok := s.(Labelled)
		if !ok {
			continue
		}
		same, components := l.SampleLabelled(key, fx.Float64, 500)
		if !slices.Equal(same.Float64s(), points.Float64s()) {
			t.Errorf("%s: SampleLabelled draws other points", name)
		}
		counts := make([]int, l.Components())
		for _, c := range components.Int32s() {
			counts[c]++
		}
		if slices.Min(counts) == 0 {
			t.Errorf("%s: components drawn %v times", name, counts)
		}
	}
	want := `data: no distribution is called "moon" (did you mean "moons"?); there are gaussian, 8gaussians,`
	if _, err := NewSampler("moon"); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error %v\nwant  %s", err, want)
	}
}

// TestDensities: the density integrates to 1, and to the share of the sample in
// each quarter of the plane and within a disc.
func TestDensities(t *testing.T) {
	for name, s := range map[string]Density{
		"gaussian":     Gaussian(2),
		"ring":         GaussianRing(8, 2, 0.3),
		"grid":         GaussianGrid(3, 2, 0.3),
		"uneven":       GaussianMixture{Means: [][]float64{{1, 0}, {-1, 1}}, Std: []float64{0.3, 0.6}, Weights: []float64{1, 3}},
		"rings":        Rings{Radii: []float64{1, 2.5}, Noise: 0.3},
		"checkerboard": Checkerboard{},
		"small board":  Checkerboard{Cells: 2, Half: 1.5},
	} {
		const side, half = 240, 6.0 // the squares' edges fall between cells
		cell := 2 * half / side
		axis := fx.Linspace(fx.Float64, -half+cell/2, half-cell/2, side)
		grid := fx.Stack(2, axis.BroadcastTo(side, side), axis.ExpandDims(1).BroadcastTo(side, side))
		density := s.LogProb(grid).Exp().MulScalar(cell * cell)
		if total := density.Sum().Item(); math.Abs(total-1) > 0.004 {
			t.Errorf("%s: the density integrates to %v", name, total)
		}
		const n = 20000
		points := s.Sample(random.New(4), fx.Float64, n)
		for what, region := range map[string]func(x, y *fx.Array) *fx.Array{
			"upper right": func(x, y *fx.Array) *fx.Array { return x.Greater(fx.Const(0)).And(y.Greater(fx.Const(0))) },
			"right":       func(x, y *fx.Array) *fx.Array { return x.Greater(fx.Const(0.4)) },
			"disc":        func(x, y *fx.Array) *fx.Array { return x.Square().Add(y.Square()).Less(fx.Const(1.3)) },
		} {
			share := region(column(points, 0), column(points, 1)).AsType(fx.Float64).Mean().Item()
			mass := fx.Where(region(column(grid, 0), column(grid, 1)), density, fx.ZerosLike(density)).Sum().Item()
			// Four deviations of the share, and the grid's own error.
			if math.Abs(share-mass) > 4*0.5/math.Sqrt(n)+0.006 {
				t.Errorf("%s, %s: %v of the sample, mass %v", name, what, share, mass)
			}
		}
	}
	if got := (Checkerboard{}).LogProb(fx.New([]float64{-3.5, -1.5}, 1, 2)).Item(); !math.IsInf(got, -1) {
		t.Errorf("the log density of an empty square is %v", got)
	}
}

// TestShapesWithoutNoise: the points lie where the documentation says.
func TestShapesWithoutNoise(t *testing.T) {
	const n = 300
	points, component := Moons{}.SampleLabelled(random.New(1), fx.Float64, n)
	p, c := points.Float64s(), component.Int32s()
	for i := range n {
		x, y := p[2*i], p[2*i+1]
		if c[i] == 1 {
			x, y = 1-x, 0.5-y
		}
		if math.Abs(math.Hypot(x, y)-1) > 1e-12 || y < -1e-12 {
			t.Fatalf("moon %d has the point (%v, %v)", c[i], p[2*i], p[2*i+1])
		}
	}
	points, component = Spirals{Noise: -1}.SampleLabelled(random.New(1), fx.Float64, n)
	p, c = points.Float64s(), component.Int32s()
	for i := range n {
		r := math.Hypot(p[2*i], p[2*i+1])
		angle := r/3*2*math.Pi*1.5 + float64(c[i])*math.Pi
		if math.Hypot(p[2*i]-r*math.Cos(angle), p[2*i+1]-r*math.Sin(angle)) > 1e-9 {
			t.Fatalf("arm %d has the point (%v, %v)", c[i], p[2*i], p[2*i+1])
		}
	}
	roll, along := SwissRoll3D{}.SampleAlong(random.New(1), fx.Float64, n)
	p, tt := roll.Float64s(), along.Float64s()
	for i := range n {
		if x, y, z := p[3*i], p[3*i+1], p[3*i+2]; math.Abs(x-tt[i]*math.Cos(tt[i])) > 1e-9 || math.Abs(z-tt[i]*math.Sin(tt[i])) > 1e-9 || y < 0 || y > 21 {
			t.Fatalf("the roll has the point (%v, %v, %v)", x, y, z)
		}
	}
	wheel := Pinwheel{Rate: 1e-9, RadialStd: 1e-9, TangentialStd: 1e-9}.Sample(random.New(1), fx.Float64, n).Float64s()
	for i := range n {
		if math.Abs(math.Hypot(wheel[2*i], wheel[2*i+1])-2) > 1e-6 {
			t.Fatalf("the pinwheel has the point %v", wheel[2*i:2*i+2])
		}
	}
	means := OrthonormalMeans(random.New(2), 3, 5, 2)
	gram := means.MatMul(means.T()).Sub(fx.Eye(fx.Float64, 3).MulScalar(4)).Abs().Max().Item()
	if blobs := Blobs(means, 0.1); gram > 1e-12 || blobs.Components() != 3 || blobs.Dim() != 5 {
		t.Errorf("orthonormal means are off by %v", gram)
	}
}

func TestSamplerMistakes(t *testing.T) {
	key, f := random.New(0), fx.Float32
	for want, call := range map[string]func(){
		"data.Moons.Sample: the key is nil":                                           func() { Moons{}.Sample(nil, f, 1) },
		"data.Moons.Sample: the number of points [0]: must be at least 1":             func() { Moons{}.Sample(key, f, 0) },
		"data.Moons.Sample: points of type int32; a float type is needed":             func() { Moons{}.Sample(key, fx.Int32, 1) },
		"data.Moons.Sample: noise -1: must not be negative":                           func() { Moons{Noise: -1}.Sample(key, f, 1) },
		"data.Rings.Sample: no radii":                                                 func() { Rings{}.Sample(key, f, 1) },
		"data.Rings.LogProb: noise [0]: must be positive":                             func() { Rings{Radii: []float64{1}}.LogProb(fx.Zeros(f, 2)) },
		"points of type float32 and shape [3]; they must be floats of shape [..., 2]": func() { Gaussian(2).LogProb(fx.Zeros(f, 3)) },
		"data.Checkerboard.Sample: 3 squares a side: must be an even number":          func() { Checkerboard{Cells: 3}.Sample(key, f, 1) },
		"a mixture without components":                                                func() { GaussianMixture{}.Sample(key, f, 1) },
		"mean 1 has 1 coordinates, the first 2":                                       func() { GaussianMixture{Means: [][]float64{{1, 2}, {1}}}.Sample(key, f, 1) },
		"2 standard deviations and 3 weights for 3 components":                        func() { GaussianMixture{Means: [][]float64{{1}, {1}, {1}}, Std: []float64{1, 1}}.Sample(key, f, 1) },
		"data.OrthonormalMeans: 3 orthogonal vectors in 2 dimensions":                 func() { OrthonormalMeans(key, 3, 2, 1) },
		"data.Pinwheel.Sample: the number of arms [-1]":                               func() { Pinwheel{Arms: -1}.Sample(key, f, 1) },
		"data.Spirals.Sample: turns [-1]: must be positive":                           func() { Spirals{Turns: -1}.Sample(key, f, 1) },
		"data.GaussianRing: radius and standard deviation [1 0]: must be positive":    func() { GaussianRing(8, 1, 0) },
		"data.Blobs: the means must be an array of shape [components, dim]":           func() { Blobs(fx.Zeros(f, 3), 1) },
	} {
		mustFail(t, want, call)
	}
}
