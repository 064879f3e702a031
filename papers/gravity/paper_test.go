package gravity

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
)

// smallPlans is a perceptron on fewer images, with the arms of scale quick.
func smallPlans(data string) study.PerScale[plan] {
	p := plans(data).Quick
	p.train, p.test = 1000, 200
	p.tasks = slices.Clone(p.tasks)
	p.tasks[0].network.hidden = []int{48}
	p.tasks[0].epochs = 24
	tuned := p
	tuned.tuningSeeds = 1
	tuned.tasks = slices.Clone(p.tasks)
	tuned.tasks[0].tuned, tuned.tasks[0].sweep = tunedMethods, true
	return study.PerScale[plan]{Quick: p, Default: tuned}
}

// small runs the experiment with the given method on a small scale.
func small(t *testing.T, methods lineup, scale study.Scale, seeds []uint64, threads int, set map[string]string) *study.Outcome {
	t.Helper()
	p := experiment{methods, smallPlans}.paper()
	if scale == study.Quick {
		p.Figures = nil // they take longer than the experiment
	}
	return studytest.Run(t, study.Request{Paper: p, Scale: scale, Seeds: seeds, Set: maps.Clone(set), Threads: threads})
}

// leafwise is a wrong squashing.
type leafwise func(g *fx.Array) *fx.Array

func (leafwise) Init([]*fx.Array) optim.State { return nil }

func (f leafwise) Update(g []*fx.Array, s optim.State, _ []*fx.Array) ([]*fx.Array, optim.State) {
	out := make([]*fx.Array, len(g))
	for i := range g {
		out[i] = f(g[i])
	}
	return out, s
}

// TestBrokenMethodsFail puts wrong methods in the place of the right one. Every
// mistake must cost the claims that speak of it; the right one costs none.
func TestBrokenMethodsFail(t *testing.T) {
	from := func(squash optim.Rule, average func() optim.Rule) lineup {
		return lineup{squash: squash, gravity: func(s setting) optim.Rule {
			return optim.Chain(squash, average(), optim.ScaleByLearningRate(s.rate))
		}}
	}
	warm := func() optim.Rule { return optim.HarmonicWarmEMA{Beta: mu} }
	overMax := leafwise(func(g *fx.Array) *fx.Array { return g.Div(g.Div(g.Abs().Max()).Square().AddScalar(1)) })
	amplified := leafwise(func(g *fx.Array) *fx.Array { return g.Mul(g.Mul(g.Abs().Max()).Square().AddScalar(1)) })
	cases := []struct {
		name    string
		methods lineup
		fails   []string
	}{
		{"nothing", published, nil},
		{"m = max|g|", from(overMax, warm), []string{"4"}},
		{"multiplied, not divided", from(amplified, warm), []string{"4"}},
		{"a sum in place of the average", from(optim.SquashGradient(), func() optim.Rule { return optim.Trace{Mu: mu} }), []string{"4"}},
		{"beta 0.99", from(optim.SquashGradient(), func() optim.Rule { return optim.HarmonicWarmEMA{Beta: 0.99} }), []string{"4"}},
		{"uphill", lineup{squash: optim.SquashGradient(), gravity: func(s setting) optim.Rule { return optim.Chain(gravity(s), optim.Scale(-1)) }}, []string{"1", "4"}},
		{"a twentieth of the step", lineup{squash: optim.SquashGradient(), gravity: func(s setting) optim.Rule { return optim.Chain(gravity(s), optim.Scale(0.05)) }},
			[]string{"1", "4"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			o := small(t, c.methods, study.Quick, []uint64{0}, 1, nil)
			studytest.MustLose(t, o, c.fails...)
		})
	}
}

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
}

// TestPlan: the plan of a scale with the options of a user.
func TestPlan(t *testing.T) {
	for _, c := range []struct {
		scale  study.Scale
		data   string
		set    map[string]string
		tasks  string
		trials int // of the first task
	}{
		{study.Quick, "glyphs", nil, "MLP", 4},
		{study.Default, "glyphs", nil, "MLP, small VGG, 20 classes", 17},
		{study.Default, "glyphs", map[string]string{"tasks": "mlp"}, "MLP", 17},
		{study.Quick, "cifar10", map[string]string{"tasks": "small", "epochs": "2"}, "MLP, small VGG, 20 classes", 6},
		{study.Full, "glyphs", nil, "VGG-16, VGG-19", 3},
		{study.Quick, "glyphs", map[string]string{"tasks": "vgg"}, "VGG-16, VGG-19", 3},
	} {
		env, err := study.NewEnv(context.Background(), Paper(), c.scale, 0, c.set)
		if err != nil {
			t.Fatal(err)
		}
		env.Data.Name = c.data
		env.Common = study.NewRecorder().Record()
		p := experiment{published, plans}.plan(env)
		var names []string
		for _, task := range p.tasks {
			names = append(names, task.name)
			if c.set["epochs"] == "2" && task.epochs != 2 {
				t.Errorf("%v: %s has %d epochs, want 2", c.set, task.name, task.epochs)
			}
		}
		if got := strings.Join(names, ", "); got != c.tasks || len(p.tasks[0].trials(env)) != c.trials {
			t.Errorf("%s %v: tasks %s with %d trials, want %s with %d", c.scale, c.set, got, len(p.tasks[0].trials(env)), c.tasks, c.trials)
		}
		if c.data == "cifar10" && p.side != 16 {
			t.Errorf("CIFAR-10's images have side %d, want 16: half of their own", p.side)
		}
		if first := p.tasks[0].trials(env)[0].method; c.tasks != "VGG-16, VGG-19" && first != nameControl {
			t.Errorf("%s is trained first; the others need the control on the way", first)
		}
	}
}

// TestSameBits: threads and the seeds that run beside do not matter.
func TestSameBits(t *testing.T) {
	set := map[string]string{"epochs": "2"}
	one, two := small(t, published, study.Quick, []uint64{0, 1}, 1, set), small(t, published, study.Quick, []uint64{0, 1}, 2, set)
	if one.Digest != two.Digest {
		t.Errorf("digests %s and %s with one thread and with two", one.Digest, two.Digest)
	}
	labels := []any{"task", nameMLP, "method", nameGravity}
	alone := small(t, published, study.Quick, []uint64{1}, 2, set)
	if a, b := alone.Results.First().Scalar("train_loss", labels...), one.Results.Seeds[1].Record.Scalar("train_loss", labels...); a != b {
		t.Errorf("seed 1 has %v alone and %v beside seed 0", a, b)
	}
}

// TestTuning: the rate with the highest accuracy is chosen, and one seed decides
// no claim about five. Figures can be drawn.
func TestTuning(t *testing.T) {
	o := small(t, published, study.Default, []uint64{0}, 1, map[string]string{"epochs": "3"})
	common := o.Results.Common
	for _, method := range tunedMethods {
		at := func(rate float64) float64 { return common.Scalar("tuning_accuracy", "method", method, "at", rate) }
		chosen := common.Scalar("rate", "method", method)
		for _, rate := range grids[method] {
			if at(rate) > at(chosen) {
				t.Errorf("%s: rate %v is chosen with %v, but %v has %v", method, chosen, at(chosen), rate, at(rate))
			}
		}
		if len(grids[method]) != 4 {
			t.Errorf("%s has %d rates; all have four", method, len(grids[method]))
		}
	}
	for _, v := range o.Verdicts {
		if v.Status == study.Reproduced && v.Claim != "4" {
			t.Errorf("claim %s is reproduced by one seed of three epochs", v.Claim)
		}
	}
	if len(o.Figures) != 5 {
		t.Errorf("figures %v, want 5", o.Figures)
	}
}

func TestDataErrors(t *testing.T) {
	_, err := study.Run(context.Background(), study.Request{Paper: Paper(), Scale: study.Quick, Data: "mnist", Dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "--data-dir") {
		t.Errorf("MNIST without a folder: %v; want advice that names --data-dir", err)
	}
	few := experiment{published, func(string) study.PerScale[plan] {
		p := smallPlans("glyphs").Quick
		p.train = 100
		return study.PerScale[plan]{Quick: p, Default: p}
	}}.paper()
	if _, err := study.Run(context.Background(), study.Request{Paper: few, Scale: study.Quick, Dir: t.TempDir()}); err == nil ||
		!strings.Contains(err.Error(), "100 training images; a batch alone has 128") {
		t.Errorf("fewer images than a batch: %v", err)
	}
}
