package saddlefreenewton

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
)

// smallPlans is scale quick on a tenth of the images, and all parts with the
// smallest network.
func smallPlans(string) study.PerScale[plan] {
	return study.PerScale[plan]{
		Quick: plan{images: 100, nets: []net{{2, 10, 0}}},
		Default: plan{images: 100, nets: []net{{2, 3, 2}}, switching: 2, before: 1, starts: 2, searchImages: 100,
			krylov: []int{2}, krylovDims: []int{3}},
		Full: plan{encoder: []int{6, 3}, encoderEpochs: 2, encoderSteps: 2, encoderImages: 100, encoderRate: 0.01},
	}
}

func small(t *testing.T, methods lineup, scale study.Scale, threads int, set map[string]string) *study.Outcome {
	t.Helper()
	p := experiment{methods, smallPlans}.paper()
	if scale == study.Quick {
		p.Figures = nil // they take longer than the experiment
	}
	return studytest.Run(t, study.Request{Paper: p, Scale: scale, Seeds: []uint64{0}, Threads: threads, Set: set})
}

// newton is the baseline in the place of the method.
func newton[P any](s optim.DampingSearch[P]) optim.Optimizer[P] {
	return optim.DampedNewton[P]{DampingSearch: s}
}

// TestBrokenMethodsFail puts wrong methods in the place of the right one. Every
// mistake must cost the claims that speak of it; the right one costs none, and
// threads change no bit of it.
func TestBrokenMethodsFail(t *testing.T) {
	for _, c := range []struct {
		name    string
		methods lineup
		fails   []string
	}{
		{"nothing", published, nil},
		{"curvature with its sign", lineup{newton[nn.MLP], newton[*fx.Array]}, []string{"1", "4"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := small(t, c.methods, study.Quick, 1, nil)
			studytest.MustLose(t, o, c.fails...)
			if c.fails == nil {
				studytest.MustHaveSameBits(t, o, small(t, c.methods, study.Quick, 2, nil))
			}
		})
	}
}

// TestAllParts: every part runs, one seed decides no claim about three, and the
// figures can be drawn.
func TestAllParts(t *testing.T) {
	one := small(t, published, study.Default, 2, map[string]string{"autoencoder": "yes", "autoencoder-krylov": "3"})
	if len(one.Figures) < 6 || len(one.Tables) != 4 {
		t.Errorf("figures %v, %d tables", one.Figures, len(one.Tables))
	}
	for _, v := range one.Verdicts {
		if v.Status == study.Reproduced && v.Claim != "4" {
			t.Errorf("claim %s is reproduced by one seed of three steps", v.Claim)
		}
	}
	errors := one.Results.First().Curve("error", "part", "F", "method", nameFree).Y
	if len(errors) != 2 || !(errors[1] <= errors[0]) {
		t.Errorf("the autoencoder's errors are %v", errors)
	}
}

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
	_, err := study.Run(context.Background(), study.Request{Paper: Paper(), Scale: study.Quick, Data: "mnist", Dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "--data-dir") {
		t.Errorf("MNIST without a folder: %v; want advice that names --data-dir", err)
	}
	_, err = study.Run(context.Background(), study.Request{Paper: Paper(), Scale: study.Quick, Dir: t.TempDir(), Set: map[string]string{"images": "50"}})
	if err == nil || !strings.Contains(err.Error(), "50 training images; a batch alone has 100") {
		t.Errorf("fewer images than a batch: %v", err)
	}
}

// TestNetwork: the number of parameters that the specification names, and the
// images' scale.
func TestNetwork(t *testing.T) {
	for hidden, want := range map[int]int{2: 232, 5: 565, 25: 2785} {
		if got := nn.ParameterCount(network(random.New(1), hidden)); got != want {
			t.Errorf("%d hidden: %d parameters, want %d", hidden, got, want)
		}
	}
	env, err := study.NewEnv(context.Background(), Paper(), study.Quick, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	env.Data.Name = "glyphs"
	d, err := sharedImages(env, plan{images: 100})
	if err != nil {
		t.Fatal(err)
	}
	x := d.small.Pixels
	if !slices.Equal(x.Shape(), []int{100, 100}) || math.Abs(x.Mean().Item()) > 1e-12 || math.Abs(x.Std().Item()-1) > 1e-12 || !slices.Equal(d.whole.Shape(), []int{100, 784}) {
		t.Errorf("images %v with mean %v and deviation %v, whole %v", x.Shape(), x.Mean(), x.Std(), d.whole.Shape())
	}
	// The first pixel is the mean of four in the middle of the image.
	train, _, err := data.Open("glyphs", "", data.Options{Train: 100, Test: 10})
	if err != nil {
		t.Fatal(err)
	}
	mean := func(i int) float64 {
		p := train.Image(i)
		return float64(p[4*28+4]+p[4*28+5]+p[5*28+4]+p[5*28+5]) / 4
	}
	v := x.Float64s()
	first, last := mean(0), mean(0)
	for i := range 100 {
		if m := mean(i); m > last {
			last = m
			// Standardising keeps the order.
			if v[100*i] < v[0] {
				t.Errorf("image %d has %v, brighter than %v, but %v after standardising, darker than %v", i, m, first, v[100*i], v[0])
			}
		}
	}
}

func TestStatistics(t *testing.T) {
	if got := correlation([]float64{1, 2, 3}, []float64{2, 4, 6}); math.Abs(got-1) > 1e-15 {
		t.Errorf("correlation of a line is %v", got)
	}
	if got := correlation([]float64{1, 2, 3, 4}, []float64{1, -1, -1, 1}); math.Abs(got) > 1e-15 {
		t.Errorf("correlation of a valley is %v", got)
	}
	c := study.Series{X: []float64{0, 1, 2}, Y: []float64{3, 2, 1}}
	if got := firstBelow(c, 2); got != 1 {
		t.Errorf("first at %v", got)
	}
	if got := firstBelow(c, 0.5); !math.IsInf(got, 1) {
		t.Errorf("first at %v", got)
	}
	if got := cut(study.Curve{X: c.X, Y: c.Y, Low: c.Y, High: c.Y}, 2); len(got.X) != 2 || len(got.High) != 2 {
		t.Errorf("cut to %v", got)
	}
}

// TestMoved: noise of at most the largest parameter, different for every key.
func TestMoved(t *testing.T) {
	m := network(random.New(1), 2)
	largest := 0.0
	for _, a := range fx.Leaves(m) {
		largest = max(largest, a.Abs().Max().Item())
	}
	scales := map[float64]bool{}
	for i := range 5 {
		apart := 0.0
		other := moved(random.FoldIn(random.New(2), i), m)
		for k, a := range fx.Leaves(other) {
			apart = max(apart, a.Sub(fx.Leaves(m)[k]).Abs().Max().Item())
		}
		if apart > largest || apart == 0 {
			t.Errorf("moved by %v, more than %v", apart, largest)
		}
		scales[apart] = true
	}
	if len(scales) != 5 {
		t.Errorf("scales %v", scales)
	}
}
