package gravity

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// TestWatched: what it sees of two steps, by hand, and that it does not touch
// the rule's updates.
func TestWatched(t *testing.T) {
	p := []*fx.Array{fx.Zeros(fx.Float64, 2), fx.Zeros(fx.Float64, 1)}
	w := watched{optim.Scale(-2), optim.SquashGradient()}
	s := w.Init(p)
	step := func(a, b, c float64) watchedState {
		var u []*fx.Array
		u, s = w.Update([]*fx.Array{fx.New([]float64{a, b}), fx.New([]float64{c})}, s, p)
		if got := u[0].Float64s(); got[0] != -2*a || got[1] != -2*b {
			t.Errorf("updates %v of %v and %v: the rule's are changed", got, a, b)
		}
		return s.(watchedState)
	}
	// Leaf 0 has max 2: 0.5 comes out as 0.25 = 1/(2 max), the bound itself. Leaf
	// 1 has 0.25, which changes by 0.25^4/(1+0.25^4).
	now := step(0.5, -2, 0.25)
	change := math.Pow(0.25, 4) / (1 + math.Pow(0.25, 4))
	if now.Steepest.Item() != 2 || math.Abs(now.Bound.Item()-1) > 1e-12 || math.Abs(now.Change.Item()-change) > 1e-12 {
		t.Errorf("steepest %v, bound %v, change %v; want 2, 1, %v", now.Steepest, now.Bound, now.Change, change)
	}
	now = step(0, 0, 0)
	if now.Steepest.Item() != 0 || math.Abs(now.Change.Item()-change) > 1e-12 {
		t.Errorf("after zeros: steepest %v, change %v", now.Steepest, now.Change)
	}
}

// TestAveraging: the rates that the method shows are those of the formula.
func TestAveraging(t *testing.T) {
	for set, start := range map[string]float64{"0": 0, "1": 1} {
		env, err := study.NewEnv(context.Background(), Paper(), study.Quick, 0, map[string]string{"first-t": set})
		if err != nil {
			t.Fatal(err)
		}
		experiment{published, plans}.averaging(env)
		rates := env.Record.Record().Curve("decay_rate")
		for i, step := range rates.X {
			at := step + start
			if want := (0.9*at + 1) / (at + 2); math.Abs(rates.Y[i]-want) > 1e-12 {
				t.Fatalf("t from %s: %v at step %v, want %v", set, rates.Y[i], step, want)
			}
		}
	}
}

// TestSigned: half of the images are turned to the negative, and these alone are
// further classes.
func TestSigned(t *testing.T) {
	n := 400
	pixels := random.Normal(random.New(1), fx.Float32, n, 2, 2, 1)
	labels := make([]int32, n)
	for i := range labels {
		labels[i] = int32(i % 10)
	}
	got := signed(classify.Images{Pixels: pixels, Labels: fx.New(labels)}, random.New(2), 10)
	before, after, turned := pixels.Float64s(), got.Pixels.Float64s(), 0
	for i, label := range got.Labels.Int32s() {
		sign := 1.0
		if label >= 10 {
			sign = -1
			turned++
		}
		if label%10 != labels[i] || label > 19 {
			t.Fatalf("image %d of class %d is of class %d", i, labels[i], label)
		}
		for k := range 4 {
			if after[4*i+k] != sign*before[4*i+k] {
				t.Fatalf("image %d of class %d: pixel %v was %v", i, label, after[4*i+k], before[4*i+k])
			}
		}
	}
	if turned < 150 || turned > 250 {
		t.Errorf("%d of %d images are turned", turned, n)
	}
}

// TestNetworks: sizes of the perceptron, of the small VGG and of VGG-16.
func TestNetworks(t *testing.T) {
	set := func(side, channels int) *classify.Sets {
		return &classify.Sets{Train: classify.Images{Pixels: fx.Zeros(fx.Float32, 1, side, side, channels)}, Classes: 10}
	}
	p := plans("glyphs")
	for _, c := range []struct {
		task       task
		side, want int
	}{
		{p.Default.tasks[0], 14, 196*128 + 128 + 128*64 + 64 + 64*10 + 10},
		{p.Default.tasks[1], 14, 80 + 584 + 1168 + 2320 + (3*3*16*64 + 64) + 650},
	} {
		net := c.task.network.start(set(c.side, 1), 0)
		if got := nn.ParameterCount(net); got != c.want {
			t.Errorf("%s has %d parameters, want %d", c.task.name, got, c.want)
		}
		if shape := net.Apply(fx.Zeros(fx.Float32, 3, c.side, c.side, 1)).Shape(); !slices.Equal(shape, []int{3, 10}) {
			t.Errorf("%s gives %v", c.task.name, shape)
		}
	}
	// VGG-16 has 13 convolutions, VGG-19 sixteen.
	for i, want := range []int{13, 16} {
		n := 0
		for _, stage := range p.Full.tasks[i].network.stages {
			n += len(stage)
		}
		if n != want {
			t.Errorf("%s has %d convolutions, want %d", p.Full.tasks[i].name, n, want)
		}
	}
}

func TestDistances(t *testing.T) {
	at := func(x, y float64) nn.Sequential {
		return nn.Sequential{nn.Linear{W: fx.New([]float64{x}, 1, 1), B: fx.New([]float64{y})}}
	}
	a := []nn.Sequential{at(0, 0), at(4, 5), at(0, 0)}
	b := []nn.Sequential{at(0, 0), at(1, 1), at(0, 2)}
	got := distances(a, b)
	if want := []float64{0, 5 / math.Sqrt2, 1}; !slices.EqualFunc(got, want, func(x, y float64) bool { return math.Abs(x-y) < 1e-15 }) {
		t.Errorf("distances %v, want %v", got, want)
	}
}

func TestBins(t *testing.T) {
	for v, want := range map[float64]int{0: 0, 0.0015: 0, 0.002: 1, 0.3: 7, 1: 9, 1.9: 9, 50: 10, math.Inf(1): 10} {
		if got := bin(v); got != want {
			t.Errorf("%v is in bin %d, want %d", v, got, want)
		}
	}
	if got := bin(math.NaN()); got != len(steepBins)-1 {
		t.Errorf("NaN is in bin %d, want the last", got)
	}
}
