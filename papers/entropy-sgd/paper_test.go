package entropysgd

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/landscape"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
	"github.com/fluxion-go/fluxion/study/studytest"
)

// smallPlans is scale quick, and at default all parts with few images and settings; at
// full all networks, narrow ones, on a few images and characters.
func smallPlans(dataName string) study.PerScale[[]plan] {
	p := plans(dataName)
	p.Quick[0].test = 200
	small := func(p plan) plan {
		p.train, p.test, p.batch, p.epochs = 120, 100, 20, 2
		p.sgd, p.entropy = slices.Clone(p.sgd[:2]), slices.Clone(p.entropy[:2])
		for i := range p.entropy {
			p.entropy[i].walk = 4
		}
		return p
	}
	standard := small(p.Default[0])
	standard.network.hidden = []int{16}
	standard.epochs = 10 // 60 minibatches: one step of L = 50
	p.Default = []plan{standard}
	for i, full := range p.Full {
		full = small(full)
		full.train, full.test, full.variants, full.tuned = 60, 40, false, full.network.lstm > 0
		if full.network.allCNN[0] > 0 {
			full.network.allCNN, full.side = [2]int{4, 6}, 16
		}
		if full.network.lstm > 0 {
			full.network.lstm, full.text, full.adam, full.variants = 8, text{1200, 8}, full.adam[:1], true
		}
		p.Full[i] = full
	}
	return p
}

func small(t *testing.T, methods lineup, scale study.Scale, seeds []uint64, threads int, set map[string]string) *study.Outcome {
	t.Helper()
	p := experiment{methods, smallPlans}.paper()
	if scale == study.Quick || threads > 1 {
		p.Figures = nil // they take as long as the experiment
	}
	return studytest.Run(t, study.Request{Paper: p, Scale: scale, Seeds: seeds, Threads: threads, Set: set})
}

// TestBrokenMethodsFail puts wrong methods in the place of the right one. Every
// mistake must cost the claims that speak of it; the right one costs none.
func TestBrokenMethodsFail(t *testing.T) {
	with := func(change func(*lineup)) lineup {
		l := published
		change(&l)
		return l
	}
	for _, c := range []struct {
		name    string
		methods lineup
		fails   []string
	}{
		{"nothing", published, nil},
		{"half the coupling", with(func(l *lineup) {
			l.coupled = func(f func(*fx.Array) *fx.Array, x []float64, gamma float64, over landscape.Interval) landscape.LocalEntropy {
				return landscape.LocalEntropy1D(f, x, gamma/2, over)
			}
		}), []string{"1"}},
		{"no volume", with(func(l *lineup) {
			l.coupled = func(f func(*fx.Array) *fx.Array, x []float64, gamma float64, over landscape.Interval) landscape.LocalEntropy {
				e := landscape.LocalEntropy1D(f, x, gamma, over)
				for i, v := range f(fx.New(x)).Float64s() {
					e.F[i] = -v
				}
				return e
			}
		}), []string{"2"}},
		{"walks that stop", with(func(l *lineup) {
			l.sampled = func(f func(*fx.Array) *fx.Array, p *fx.Array, gamma float64, s landscape.Sampler) *fx.Array {
				s.Steps = min(s.Steps, 100)
				return landscape.LocalEntropyGrad(f, p, gamma, s)
			}
		}), []string{"1"}},
		{"decay that nobody asked for", with(func(l *lineup) {
			l.net = func(lr optim.Schedule, key *fx.Array) optim.EntropySGD[nn.Sequential] {
				o := optim.NewEntropySGD[nn.Sequential](lr, key)
				o.WeightDecay = 1e-3
				return o
			}
		}), []string{"1"}},
		{"decay in the step", with(func(l *lineup) {
			l.plane = func(lr optim.Schedule, key *fx.Array) optim.EntropySGD[*fx.Array] {
				o := optim.NewEntropySGD[*fx.Array](lr, key)
				o.WeightDecay = 1e-3
				return o
			}
		}), []string{"1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			studytest.MustLose(t, small(t, c.methods, study.Quick, []uint64{0}, 2, map[string]string{"epochs": "3"}), c.fails...)
		})
	}
}

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
}

// TestSameBits: threads and the seeds that run beside do not matter; tables and
// figures can be drawn, and two seeds decide no claim about five.
func TestSameBits(t *testing.T) {
	one, two := small(t, published, study.Default, []uint64{0, 1}, 1, nil), small(t, published, study.Default, []uint64{0, 1}, 2, nil)
	studytest.MustHaveSameBits(t, one, two)
	if len(one.Figures) != 3 {
		t.Errorf("figures %v", one.Figures)
	}
	for _, v := range one.Verdicts {
		if v.Claim > "2" && v.Status != study.Inconclusive {
			t.Errorf("claim %s is %s with two seeds", v.Claim, v.Status)
		}
	}
	// The settings chosen are those with the lowest loss.
	common := one.Results.Common
	for _, method := range []string{nameSGD, nameEntropy} {
		labels := plan{}.with(true, method)
		grid := smallPlans("glyphs").Default[0].grid(method)
		best := grid[int(common.Scalar("chosen", labels...))]
		loss := func(a arm) float64 {
			return common.Scalar("tuning_loss", append(slices.Clone(labels), "settings", a.String())...)
		}
		for _, a := range grid {
			if loss(a) < loss(best) {
				t.Errorf("%s: %v is chosen with %v, and %v has %v", method, best, loss(best), a, loss(a))
			}
		}
	}
}

// TestFull: the networks of scale full train by every method, with running statistics
// of their own, and come into tables and figures.
func TestFull(t *testing.T) {
	o := small(t, published, study.Full, []uint64{0}, 1, nil)
	methods := map[string][]string{nameLeNet: {nameSGD, nameEntropy}, nameAllCNN: {nameSGD, nameEntropy}, nameLSTM: {nameSGD, nameAdam, nameEntropy, nameAverage}}
	for network, want := range methods {
		if got := o.Results.Values("test_loss", "method", "network", network); !slices.Equal(got, want) {
			t.Errorf("%s is trained by %v, want %v", network, got, want)
		}
		for _, method := range want {
			if loss := o.Results.Sample("test_loss", "network", network, "method", method)[0]; !(loss < 5) {
				t.Errorf("%s, %s: test loss %v", network, method, loss)
			}
		}
	}
	if len(o.Figures) != 1+len(methods) {
		t.Errorf("figures %v", o.Figures)
	}
}

// TestPublishedNetworks: the networks have the layers and the numbers of parameters
// that they are known for.
func TestPublishedNetworks(t *testing.T) {
	for _, c := range []struct {
		plan       plan
		shape      []int
		parameters int
	}{
		{publishedPlans("mnist")[0], []int{2, 28, 28, 1}, 431_080 + 4*(20+50+500)},
		// All-CNN-C has 1.37 million, here with a bias less and a normalisation more
		// for each channel.
		{publishedPlans("cifar10")[0], []int{2, 32, 32, 3}, 1_369_738 - 3*96 - 5*192 + 4*(3*96+5*192)},
	} {
		sets := &classify.Sets{Train: classify.Images{Pixels: fx.Zeros(fx.Float32, c.shape...)}, Classes: 10}
		net := c.plan.network.start(sets, 0)
		if n := nn.ParameterCount(net); n != c.parameters {
			t.Errorf("%s has %d parameters, want %d", c.plan.name, n, c.parameters)
		}
		if logits := net.Apply(sets.Train.Pixels); !slices.Equal(logits.Shape(), []int{2, 10}) {
			t.Errorf("%s: logits of shape %v", c.plan.name, logits.Shape())
		}
	}
}

// TestWindows: an example's labels are the characters that follow its own.
func TestWindows(t *testing.T) {
	s := text{window: 3}.windows([]int32{0, 1, 2, 3, 4, 5, 6, 7})
	if got := s.Pixels.String() + s.Labels.String(); got != "int32[2 3][[0 1 2] [3 4 5]]int32[2 3][[1 2 3] [4 5 6]]" {
		t.Error(got)
	}
	if n := (text{window: 3}).windows([]int32{0, 1, 2}).N(); n != 0 {
		t.Errorf("3 characters make %d windows of 3 and their successors", n)
	}
}

// TestOwnText: a file in tiny-shakespeare's place is read and learned from; one that
// is too short is an error that says so.
func TestOwnText(t *testing.T) {
	dir := t.TempDir()
	write := func(n int) {
		if err := os.WriteFile(filepath.Join(dir, "input.txt"), []byte(strings.Repeat("to be or not to be; ", n)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(60)
	p := experiment{published, smallPlans}.paper()
	p.Figures = nil
	o := studytest.Run(t, study.Request{Paper: p, Scale: study.Full, Seeds: []uint64{0}, Data: textName, DataDir: dir})
	if loss := o.Results.Sample("test_loss", "method", nameAdam)[0]; !(loss < 3) {
		t.Errorf("test loss %v", loss)
	}
	write(1)
	_, err := study.Run(context.Background(), study.Request{Paper: Paper(), Scale: study.Full, Data: textName, DataDir: dir, Dir: filepath.Join(dir, "run")})
	if err == nil || !strings.Contains(err.Error(), "20 characters are too few for batches of 64 windows of 64") {
		t.Errorf("a text of 20 characters: %v", err)
	}
}

func TestEquallyFar(t *testing.T) {
	points := func(losses ...float64) []point {
		var list []point
		for _, l := range losses {
			list = append(list, point{trainLoss: l})
		}
		return list
	}
	a, b, ok := equallyFar(points(0.5, 0.018, 0.011, 0.001), points(0.3, 0.0121, 0.009))
	if !ok || a.trainLoss != 0.011 || b.trainLoss != 0.0121 {
		t.Errorf("%v and %v, %v", a.trainLoss, b.trainLoss, ok)
	}
	if _, _, ok := equallyFar(points(0.5, 0.009), points(0.015)); ok {
		t.Error("a training without a point in the range has one")
	}
}

func TestPlans(t *testing.T) {
	for _, scale := range []study.Scale{study.Quick, study.Default, study.Full} {
		for _, dataName := range Paper().DataSets {
			for _, p := range plans(dataName).At(scale) {
				seen := map[arm]bool{}
				for _, a := range slices.Concat(p.sgd, p.adam, p.entropy) {
					if seen[a] {
						t.Errorf("%s, %s: %v occurs twice", dataName, scale, a)
					}
					seen[a] = true
				}
			}
		}
	}
}

func TestErrors(t *testing.T) {
	_, err := study.Run(context.Background(), study.Request{Paper: Paper(), Scale: study.Quick, Data: "mnist", Dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "--data-dir") {
		t.Errorf("MNIST without a folder: %v; want advice that names --data-dir", err)
	}
	_, err = study.Run(context.Background(), study.Request{Paper: Paper(), Scale: study.Quick, Dir: t.TempDir(), Set: map[string]string{"epochs": "2"}})
	if err == nil || !strings.Contains(err.Error(), "2 epochs have 14 minibatches, and a step takes 20: set more epochs") {
		t.Errorf("fewer minibatches than a step takes: %v", err)
	}
}
