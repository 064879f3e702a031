package psgd

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
)

// tiny is the experiment with scale full's every part, at sizes that take a second.
func tiny() experiment {
	e := experiment{published, plans}
	p := &e.plans.Full
	p.pairs, p.noises = 20, []float64{noiseSize}
	p.xor = []xorPart{{judgedLength, 2, xorMethods(shortRate)}}
	p.trainImages, p.testImages, p.side, p.batch, p.epochs, p.channels = 32, 16, 8, 8, 1, 2
	p.text = writing{blocks: 1, width: 8, heads: 2, context: 8, batch: 4, steps: 5}
	return e
}

// TestFullPath goes all the way of scale full: every method trains the ResNet-18 and
// the language model at all its rates, and what comes of it is shown.
func TestFullPath(t *testing.T) {
	e := tiny()
	o := small(t, e, study.Full, []uint64{1000}, 2, nil)
	r := o.Results.First()
	for _, c := range []struct {
		name  string
		rates map[string][]float64
		guess float64 // the loss of one
	}{{"train_loss", deepRates, math.Log(10)}, {"text_train", textRates, math.Log(40)}} {
		for method, rates := range c.rates {
			var losses []float64
			for _, rate := range rates {
				losses = append(losses, r.Scalar(c.name, "method", method, "rate", rate))
			}
			if best := slices.Min(losses); !(best > 0 && best < 3*c.guess) {
				t.Errorf("%s of %s is %v; a guess has %v", c.name, method, losses, c.guess)
			}
		}
	}
	if n := len(r.Curve("loss", "method", nameKron, "rate", 0.2).Y); n != 1 {
		t.Errorf("the training on images has %d points", n)
	}
	if a, b := r.Scalar("text_held", "method", nameKron, "rate", 0.03), r.Scalar("text_held", "method", nameKron, "rate", 0.3); a == b {
		t.Errorf("the rate makes no difference to the held-out loss of %v", a)
	}
	var names []string
	for _, f := range figures(o.Results) {
		names = append(names, f.Name)
	}
	if want := []string{"fit", "structure", "noise", "rosenbrock", "xor", "images", "text"}; !slices.Equal(names, want) {
		t.Errorf("the figures are %v, want %v", names, want)
	}
}

// TestText: with a text the images are left out, and the model is trained on it.
func TestText(t *testing.T) {
	dir := t.TempDir()
	text := data.Sentences(5, 3000)
	if err := os.WriteFile(filepath.Join(dir, "input.txt"), []byte(text.Decode(text.Tokens)), 0o600); err != nil {
		t.Fatal(err)
	}
	e := tiny()
	e.plans.Quick = e.plans.Full
	e.plans.Quick.all, e.plans.Quick.noises = false, nil
	p := e.paper()
	p.Figures = nil
	run := func(threads int) *study.Outcome {
		return studytest.Run(t, study.Request{Paper: p, Scale: study.Quick, Seeds: []uint64{1000}, Data: textName, DataDir: dir,
			Set: map[string]string{"xor-steps": "0"}, Threads: threads})
	}
	one := run(1)
	if one.Results.Has("train_loss") || !one.Results.Has("text_held") {
		t.Error("there are images, or no text")
	}
	studytest.MustHaveSameBits(t, one, run(2))

	short := t.TempDir()
	if err := os.WriteFile(filepath.Join(short, "input.txt"), []byte("to be or not to be"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want, dir string
		set       map[string]string
	}{
		{"has no file input.txt", t.TempDir(), nil},
		{"a window alone has 8 and the one that follows", short, nil},
		{"tinyshakespeare is a text; epochs are for images such as those of --data cifar10", dir, map[string]string{"epochs": "1"}},
	} {
		_, err := study.Run(context.Background(), study.Request{Paper: p, Scale: study.Quick, Seeds: []uint64{1000}, Data: textName, DataDir: c.dir, Set: c.set, Dir: t.TempDir()})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v does not say %q", err, c.want)
		}
	}
}

// TestPlan: which networks a scale trains on a data set, and what options change.
func TestPlan(t *testing.T) {
	for _, c := range []struct {
		scale                   study.Scale
		data                    string
		set                     map[string]string
		epochs, channels, steps int
	}{
		{study.Quick, builtIn, nil, 0, 0, 0},
		{study.Default, builtIn, nil, 5, 0, 0},
		{study.Default, textName, nil, 0, 0, 200},
		{study.Full, builtIn, nil, 200, 64, 2000},
		{study.Full, "cifar10", nil, 200, 64, 0},
		{study.Full, textName, nil, 0, 64, 2000},
		{study.Full, "cifar10", map[string]string{"epochs": "3", "channels": "8", "text-steps": "10"}, 3, 8, 10},
		{study.Quick, builtIn, map[string]string{"channels": "8", "text-steps": "10"}, 0, 0, 10},
	} {
		env, err := study.NewEnv(context.Background(), Paper(), c.scale, 0, c.set)
		if err != nil {
			t.Fatal(err)
		}
		env.Data.Name = c.data
		got := experiment{published, plans}.plan(env)
		if got.epochs != c.epochs || got.channels != c.channels || got.text.steps != c.steps || (c.steps > 0 && got.text.context == 0) {
			t.Errorf("%s on %s with %v: %+v", c.scale, c.data, c.set, got)
		}
	}
}
