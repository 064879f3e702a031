package layerrotation

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
	"github.com/fluxion-go/fluxion/study/classify"
	"github.com/fluxion-go/fluxion/study/studytest"
)

// smallPlans is scale quick on fewer test images, and with every kind of training
// at default.
func smallPlans(dataName string) study.PerScale[plan] {
	p := plans(dataName)
	quick := p.Quick.studies[0]
	quick.test = 500
	all := make([]trainings, 0, 3)
	for _, s := range p.Default.studies {
		s.train, s.test, s.epochs, s.batch = 200, 200, 2, 50
		switch s.name {
		case namePerceptron:
			s.network.hidden = []int{16, 16}
			s.arms = []arm{rotating(2, 0), rotating(3, 0.6), descents[1], decays[0], adam, turningAdam(4), {nameWarm, plain(3), 0, 0}}
		default:
			s.arms = s.arms[:1]
		}
		all = append(all, s)
	}
	return study.PerScale[plan]{Quick: plan{[]trainings{quick}}, Default: plan{all}}
}

func small(t *testing.T, methods lineup, scale study.Scale, seeds []uint64, threads int, set map[string]string) *study.Outcome {
	t.Helper()
	p := experiment{methods, smallPlans}.paper()
	if scale == study.Quick || threads > 1 {
		p.Figures = nil // they take as long as the experiment
	}
	return studytest.Run(t, study.Request{Paper: p, Scale: scale, Seeds: seeds, Threads: threads, Set: set})
}

// wrong is Layca with a mistake: without the projection, or without the way back to
// the norm.
type wrong struct {
	optim.Layca
	along, longer bool
}

func (w wrong) Bind(paths []string) optim.Rule {
	w.Layca = w.Layca.Bind(paths).(optim.Layca)
	return w
}

func (w wrong) UpdateExtra(g []*fx.Array, s optim.State, p []*fx.Array, x optim.Extra) ([]*fx.Array, optim.State) {
	updates, next := w.Layca.UpdateExtra(g, s, p, x)
	rho := w.Rate(s.(optim.LaycaState).Step)
	for i, leaf := range p {
		if leaf.NDim() < 2 {
			continue
		}
		step := rho.AsType(leaf.DType())
		switch {
		case w.along:
			there := leaf.Sub(g[i].Mul(leaf.Norm()).Div(g[i].Norm()).Mul(step))
			updates[i] = there.Mul(leaf.Norm().Div(there.Norm())).Sub(leaf)
		case w.longer:
			updates[i] = leaf.Add(updates[i]).Mul(step.Square().AddScalar(1).Sqrt()).Sub(leaf)
		}
	}
	return updates, next
}

// TestBrokenMethodsFail puts wrong methods in the place of the right one. Every
// mistake must cost the claims that speak of it; the right one costs none.
func TestBrokenMethodsFail(t *testing.T) {
	with := func(change func(*lineup)) lineup {
		l := published
		change(&l)
		return l
	}
	layca := func(along, longer bool) lineup {
		return with(func(l *lineup) {
			l.layca = func(base optim.Rule, rate optim.Schedule, m []float64) optim.Rule {
				return wrong{optim.Layca{Base: base, Rate: rate, Multipliers: m}, along, longer}
			}
		})
	}
	for _, c := range []struct {
		name    string
		methods lineup
		fails   []string
	}{
		{"nothing", published, nil},
		{"not projected", layca(true, false), []string{"1"}},
		{"norm grows", layca(false, true), []string{"1"}},
		{"the base alone", with(func(l *lineup) {
			l.layca = func(base optim.Rule, rate optim.Schedule, _ []float64) optim.Rule {
				return optim.Chain(base, optim.ScaleBySchedule(rate))
			}
		}), []string{"1", "4"}},
		{"other layers held back", with(func(l *lineup) {
			l.multipliers = func(alpha float64, layers int) []float64 { return optim.RotationMultipliers(-alpha, layers) }
		}), []string{"1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := map[string]string{}
			if slices.Equal(c.fails, []string{"1"}) {
				set["epochs"] = "1" // more than enough
			}
			studytest.MustLose(t, small(t, c.methods, study.Quick, []uint64{0}, 2, set), c.fails...)
		})
	}
}

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
}

// TestSameBits: threads and the seeds that run beside do not matter; tables and
// figures can be drawn, and one seed decides no claim about three.
func TestSameBits(t *testing.T) {
	one, two := small(t, published, study.Default, []uint64{0, 1}, 1, nil), small(t, published, study.Default, []uint64{0, 1}, 2, nil)
	studytest.MustHaveSameBits(t, one, two)
	if len(one.Figures) != 7 {
		t.Errorf("figures %v", one.Figures)
	}
	for _, v := range one.Verdicts {
		if v.Claim != "1" && v.Claim != "4" && v.Status != study.Inconclusive {
			t.Errorf("claim %s is %s with two seeds", v.Claim, v.Status)
		}
	}
}

// TestPlans: on every data set every training has a name of its own, and the arms
// that claims speak of are there.
func TestPlans(t *testing.T) {
	for _, dataName := range []string{"glyphs", "mnist", "cifar10"} {
		p := plans(dataName)
		for _, scale := range []study.Scale{study.Quick, study.Default, study.Full} {
			for _, s := range p.At(scale).studies {
				seen := map[string]bool{}
				for _, a := range s.arms {
					if seen[a.String()] {
						t.Errorf("%s, %s: %v occurs twice", dataName, scale, a)
					}
					seen[a.String()] = true
				}
			}
		}
		arms := p.Default.studies[0].arms
		for _, a := range slices.Concat(equalLayers, descents, decays, adamsLayca, []arm{adam, rotating(3, 0.6)}) {
			if !slices.Contains(arms, a) {
				t.Errorf("%s: a claim speaks of %v", dataName, a)
			}
		}
	}
}

// TestNetworks: no biases, no scales and no shifts, and as many kernels as said.
func TestNetworks(t *testing.T) {
	e, err := study.NewEnv(context.Background(), Paper(), study.Quick, 3, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []network{perceptron, smallCNN, deepCNN} {
		sets, err := classify.Open(e, data.Options{Size: 16, Train: 20, Test: 10}, 10)
		if err != nil {
			t.Fatal(err)
		}
		net := n.start(sets, 1)
		kernels := 0
		leaves, paths := optim.Floats(net)
		for i, a := range leaves {
			switch {
			case a.NDim() > 1:
				kernels++
			case !strings.Contains(paths[i], "Running"):
				t.Errorf("%s is trained and does not turn", paths[i])
			}
		}
		if kernels != n.layers() {
			t.Errorf("%d kernels, want %d", kernels, n.layers())
		}
		logits, _ := net.Train(sets.Train.Pixels, random.New(0))
		if nn.SoftmaxCrossEntropy(logits, sets.Train.Labels).Mean().Item() > 100 {
			t.Error("the loss explodes")
		}
	}
}

// TestCourse: the course on the host is that of the compiled steps.
func TestCourse(t *testing.T) {
	c := course{steps: 105}
	s := c.schedule()
	for step := range 105 {
		if got := s(fx.Scalar(int32(step))).Item(); got != c.at(step) {
			t.Errorf("step %d: %v and %v", step, got, c.at(step))
		}
	}
	warm := course{100, 10}.schedule()
	if a, b := warm(fx.Scalar(int32(0))).Item(), warm(fx.Scalar(int32(10))).Item(); math.Abs(a-0.1) > 1e-12 || b != 1 {
		t.Errorf("the warm-up goes from %v to %v", a, b)
	}
}

func TestRates(t *testing.T) {
	for k, want := range map[int]rate{0: {"3^0", 1}, 2: {"3^-2", 1.0 / 9}, -1: {"3^1", 3}} {
		if got := third(k); got != want {
			t.Errorf("third(%d) is %v", k, got)
		}
	}
	if got := raised("3^-2.5"); got != "3^{−2.5}" || raised("0.1") != "0.1" {
		t.Errorf("written %s", got)
	}
}

func TestDataErrors(t *testing.T) {
	_, err := study.Run(context.Background(), study.Request{Paper: Paper(), Scale: study.Quick, Data: "mnist", Dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "--data-dir") {
		t.Errorf("MNIST without a folder: %v; want advice that names --data-dir", err)
	}
}
