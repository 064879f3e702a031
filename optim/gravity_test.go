package optim

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// given is a rule whose average starts at given values.
type given struct {
	Gravity
	first []float64
}

func (r given) Init(p []*fx.Array) State {
	s := r.Gravity.Init(p).(HarmonicState)
	at := 0
	for i, a := range p {
		s.Mean[i] = fx.New(r.first[at : at+a.Size()]).Reshape(a.Shape()...).AsType(a.DType())
		at += a.Size()
	}
	return s
}

// TestGravityReference compares with the way that testdata/gravity.py computed
// from the formulas, in which the authors' code agrees.
func TestGravityReference(t *testing.T) {
	raw, err := os.ReadFile("testdata/gravity.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Start, First []float64
		Gradients    [][]float64
		Runs         []struct {
			LearningRate, Beta float64
			StartStep          int
			Parameters         [][]float64
		}
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Runs) != 4 {
		t.Fatalf("%d runs in the file, want 4", len(file.Runs))
	}
	for _, run := range file.Runs {
		r := given{NewGravity(Constant(run.LearningRate), random.New(1)), file.First}
		r.Beta, r.StartStep = run.Beta, run.StartStep
		if w := worst(trajectoryFrom(t, file.Start, r, fx.Float64, file.Gradients, false), run.Parameters); !(w < 1e-13) {
			t.Errorf("rate %v, beta %v, t from %d: off by %g", run.LearningRate, run.Beta, run.StartStep, w)
		}
		other := r
		other.StartStep = 1 - run.StartStep
		if w := worst(trajectoryFrom(t, file.Start, other, fx.Float64, file.Gradients, false), run.Parameters); w < 1e-4 {
			t.Errorf("t from %d hardly differs from t from %d: by %g", other.StartStep, run.StartStep, w)
		}
		for _, d := range []fx.DType{fx.Float32, fx.Float64} {
			plain, compiled := trajectoryFrom(t, file.Start, r, d, file.Gradients, false), trajectoryFrom(t, file.Start, r, d, file.Gradients, true)
			if !sameBits(plain, compiled) {
				t.Errorf("%v: compiled differs from plain by %g", d, worst(plain, compiled))
			}
		}
	}
}

// TestGravityIsItsParts: with v from zero, Gravity is a chain of its pieces.
func TestGravityIsItsParts(t *testing.T) {
	gs := gradients(40)
	whole := with(NewGravity(falling(), nil), func(g *Gravity) { g.Alpha = 0 })
	parts := Chain(SquashGradient(), HarmonicWarmEMA{Beta: 0.9}, ScaleByLearningRate(falling()))
	for _, d := range []fx.DType{fx.Float32, fx.Float64} {
		if a, b := trajectory(t, whole, d, gs, false), trajectory(t, parts, d, gs, false); !sameBits(a, b) {
			t.Errorf("%v: they differ by %g", d, worst(a, b))
		}
	}
}

// TestSquashGradient: the bound, the two ends, the place of the maximum, and
// what has no m.
func TestSquashGradient(t *testing.T) {
	squash := func(g ...float64) []float64 {
		u, _ := SquashGradient().Update([]*fx.Array{fx.New(g)}, nil, []*fx.Array{fx.New(g)})
		return u[0].Float64s()
	}
	for _, g := range gradients(200) {
		z := squash(g...)
		largest := 0.0
		for _, v := range g {
			largest = max(largest, math.Abs(v))
		}
		for i, v := range g {
			if math.Abs(z[i]) > math.Abs(v) || math.Abs(z[i]) > (1+1e-15)/(2*largest) || z[i]*v < 0 {
				t.Fatalf("%v becomes %v, beyond min(|g|, 1/(2 max)) = min(%v, %v)", v, z[i], math.Abs(v), 1/(2*largest))
			}
			if largest <= 0.3 && math.Abs(z[i]-v) > 0.0081*math.Abs(v) {
				t.Fatalf("%v becomes %v although all are below 0.3", v, z[i])
			}
		}
	}
	// With max|g| = 2, m is 1/2, and an element of 1/2 comes out as m/2.
	if z := squash(0.5, -2, 1); z[0] != 0.25 || z[1] != -2.0/17 || z[2] != 0.2 {
		t.Errorf("[0.5 -2 1] becomes %v, want [0.25 -2/17 0.2]", z)
	}
	if z := squash(0, 0, 0); !slices.Equal(z, []float64{0, 0, 0}) {
		t.Errorf("zeros become %v", z)
	}
	if z := squash(1e200, 1); z[0] != 0 || z[1] != 0 {
		t.Errorf("[1e200 1] becomes %v, want zeros: the square is infinite", z)
	}
	if z := squash(math.NaN(), 1); !math.IsNaN(z[0]) || !math.IsNaN(z[1]) {
		t.Errorf("[NaN 1] becomes %v: a NaN must not be hidden", z)
	}
	empty := fx.Zeros(fx.Float32, 0, 3)
	if u, _ := SquashGradient().Update([]*fx.Array{empty}, nil, []*fx.Array{empty}); u[0].Size() != 0 {
		t.Errorf("no elements become %v", u[0].Shape())
	}
	// The maximum is each leaf's own.
	two := []*fx.Array{fx.New([]float64{2}), fx.New([]float64{0.5})}
	if u, _ := SquashGradient().Update(two, nil, two); u[1].Item() != 0.5/(1+0.0625) {
		t.Errorf("a leaf of 0.5 beside one of 2 becomes %v", u[1])
	}
}

// TestHarmonicWarmEMA: the decay rates of the first steps and their limit, and
// that the average of a constant that starts there stays there.
func TestHarmonicWarmEMA(t *testing.T) {
	for start, want := range map[int]float64{0: 0.5, 1: 1.9 / 3} {
		h := HarmonicWarmEMA{Beta: 0.9, StartStep: start}
		rate := func(step int) float64 { return h.DecayRate(fx.Scalar(int32(step))).Item() }
		if rate(0) != want {
			t.Errorf("t from %d: the first decay rate is %v, want %v", start, rate(0), want)
		}
		if r := rate(100); math.Abs(r-0.9) > 0.009 {
			t.Errorf("t from %d: %v after 100 steps, want 0.9 within 1%%", start, r)
		}
		last := 0.0
		for step := range 50 {
			if r := rate(step); !(r > last && r < 0.9) {
				t.Fatalf("the decay rate %v at step %d does not rise to 0.9", r, step)
			}
			last = rate(step)
		}
	}
	// With Beta = 0, b_t = 1/(t+2): the weights fall off at once.
	ones := [][]float64{{1, 1, 1}, {1, 1, 1}, {1, 1, 1}}
	got := trajectoryFrom(t, []float64{0, 0, 0}, Chain(HarmonicWarmEMA{Beta: 0}), fx.Float64, ones, false)
	want := []float64{0.5, 0.5 + (0.5/3 + 2.0/3), 0}
	want[2] = want[1] + (want[1]-want[0])/4 + 3.0/4
	for i := range want {
		if math.Abs(got[i][0]-want[i]) > 1e-15 {
			t.Errorf("Beta 0: sum of averages %v after %d steps, want %v", got[i][0], i+1, want[i])
		}
	}
}

// TestGravityStart: v is normal with deviation alpha/lr, drawn by the key alone,
// and another in every leaf.
func TestGravityStart(t *testing.T) {
	p := []*fx.Array{fx.Zeros(fx.Float32, 40, 50), fx.Zeros(fx.Float64, 2000)}
	mean := func(r Gravity) [][]float64 {
		s := r.Init(p).(HarmonicState)
		return [][]float64{s.Mean[0].Float64s(), s.Mean[1].Float64s()}
	}
	base := NewGravity(Linear(0.2, 0, 10), random.New(5))
	v := mean(base)
	for _, leaf := range v {
		sum, squares := 0.0, 0.0
		for _, x := range leaf {
			sum, squares = sum+x, squares+x*x
		}
		n := float64(len(leaf))
		if m, d := sum/n, math.Sqrt(squares/n); math.Abs(m) > 4*0.05/math.Sqrt(n) || math.Abs(d-0.05) > 4*0.05/math.Sqrt(2*n) {
			t.Errorf("mean %v and deviation %v of %v values, want 0 and alpha/lr = 0.05", m, d, n)
		}
	}
	if !equal(v, mean(base)) {
		t.Error("the same key draws other values")
	}
	other := base
	other.Key = random.New(6)
	if w := mean(other); w[0][0] == v[0][0] || w[1][0] == v[1][0] || math.Abs(v[0][0]-v[1][0]) < 1e-9 {
		t.Error("another key, or another leaf, has the same values")
	}
	if z := mean(with(NewGravity(Constant(0), nil), func(g *Gravity) { g.Alpha = 0 })); z[0][0] != 0 || z[1][0] != 0 {
		t.Error("with Alpha 0 v does not start at zero")
	}
}

// TestGravityBowl: the loss's scale decides. On a bowl with gradients of 20 at
// the start the steps are tiny; on a twentieth of it they are not.
func TestGravityBowl(t *testing.T) {
	end := func(scale float64) float64 {
		opt := FromRule[point](NewGravity(Constant(0.1), random.New(2)))
		step := fx.Jit(func(r run) run {
			p, s, _ := opt.Step(func(p point) *fx.Array { return bowl(p).MulScalar(scale) }, r.P, r.S)
			return run{p, s}
		}, fx.Donate(""))
		now := run{startPoint(), opt.Init(startPoint())}
		for range 3000 {
			now = step(now)
		}
		return bowl(now.P).Item()
	}
	if whole, part := end(1), end(0.05); !(whole > 1) || !(part < 1e-6) {
		t.Errorf("the loss after 3000 steps is %v, and %v with a twentieth of the loss; want above 1 and below 1e-6", whole, part)
	}
}
