package thermodynamicngd

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
)

// smallTuning is scale full with less of everything.
var smallTuning = func() study.PerScale[plan] {
	p := plans
	p.Full.train, p.Full.test, p.Full.side, p.Full.conv, p.Full.hidden, p.Full.batch, p.Full.readoutDt = 100, 50, 8, false, 4, 8, 0.2
	c := &p.Full.tuning
	c.characters, c.blocks, c.width, c.context, c.rank, c.batch, c.before, c.steps, c.every = 3000, 1, 8, 8, 2, 8, 100, 30, 10
	c.arms = tunings([]float64{1}, []float64{1e-2}, []float64{0.6})
	return p
}()

func tuneSmall(t *testing.T, dataName, dir string, threads int) *study.Outcome {
	t.Helper()
	return studytest.Run(t, study.Request{Paper: experiment{published, smallTuning}.paper(), Scale: study.Full, Data: dataName, DataDir: dir,
		Seeds: []uint64{0}, Threads: threads})
}

// TestTuning: every method learns something of the new text, threads change no bit,
// and the claims on images are not judged.
func TestTuning(t *testing.T) {
	o := tuneSmall(t, dataSentences, "", 2)
	studytest.MustHaveSameBits(t, o, tuneSmall(t, dataSentences, "", 1))
	if len(o.Figures) != 2 || len(o.Tables) != 3 {
		t.Errorf("figures %v, %d tables", o.Figures, len(o.Tables))
	}
	r := o.Results
	if n := r.Common.Scalar("tuned_parameters"); n != float64(2*2*2*8+8*len(vocabulary())) {
		t.Errorf("%v parameters", n)
	}
	for _, a := range smallTuning.Full.tuning.arms {
		labels := a.labels()
		loss := r.First().Curve("tuning_loss", labels...)
		if first, last := loss.Y[0], loss.Y[len(loss.Y)-1]; len(loss.Y) != 3 || loss.X[2] != 30 || !(last < first) {
			t.Errorf("%v: losses %v at %v", a, loss.Y, loss.X)
		}
		if end := r.First().Scalar("tuning_held", labels...); !(end < r.Common.Scalar("untuned")) {
			t.Errorf("%v: %v held out, %v before", a, end, r.Common.Scalar("untuned"))
		}
	}
	for _, v := range o.Verdicts {
		if want := v.Claim == "1" || v.Claim == "2"; (v.Status == study.Reproduced) != want {
			t.Errorf("claim %s is %s", v.Claim, v.Status)
		}
	}
}

func vocabulary() []rune { return data.Sentences(textSeed, 3000).Vocabulary }

func TestTuningOfFile(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, "input.txt"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(strings.Repeat("To be, or not to be, that is the Question?\n", 30))
	if n := tuneSmall(t, dataShakespeare, dir, 2).Results.Common.Scalar("tuned_parameters"); !(n > float64(2*2*2*8+8*len(vocabulary()))) {
		t.Errorf("%v parameters: the new text has characters of its own", n)
	}
	write("Too short. Much too short.")
	_, err := study.Run(context.Background(), study.Request{Paper: experiment{published, smallTuning}.paper(), Scale: study.Full, Data: dataShakespeare, DataDir: dir, Dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "tinyshakespeare: the last tenth of 26 characters is too short for a sequence of 8") {
		t.Errorf("a short text: %v", err)
	}
}

// TestAdapters: new ones leave the model as it is, others add Down Up to kernels of
// queries and values alone, and the model that they change stays as it was.
func TestAdapters(t *testing.T) {
	base := nn.NewGPT(random.New(1), nn.GPTOptions{Vocabulary: 7, Context: 5, Features: 8, Heads: 2, Blocks: 2})
	a := newAdapters(random.New(2), base, 3)
	tokens := random.Randint(random.New(3), fx.Int32, 0, 7, 2, 5)
	before := base.Apply(tokens).Float64s()
	fxtest.MustBeNear(t, "new adapters", adapted(base, a).Apply(tokens).Float64s(), before, 0)
	a.Query[1].Up = fx.Ones(fx.Float32, 3, 8)
	a.Value[0].Up = fx.Ones(fx.Float32, 3, 8)
	g := adapted(base, a)
	moved := map[string]bool{"Blocks[1].Attention.Query.W": true, "Blocks[0].Attention.Value.W": true, "Head": true}
	paths := fx.Paths(base)
	changed := 0
	for i, p := range fx.Paths(g) {
		if p == "Head" {
			continue
		}
		if (fx.Leaves(g)[i].Sub(fx.Leaves(base)[i]).Abs().Max().Item() > 0) != moved[p] || paths[i] != p {
			t.Errorf("%s has changed: %v", p, !moved[p])
		}
		if moved[p] {
			changed++
		}
	}
	if changed != 2 {
		t.Errorf("%d kernels have changed", changed)
	}
	want := base.Blocks[1].Attention.Query.W.Add(a.Query[1].Down.Sum(1).ExpandDims(1))
	fxtest.MustBeNear(t, "kernel", g.Blocks[1].Attention.Query.W.Float64s(), want.Float64s(), 1e-6)
	fxtest.MustBeNear(t, "the model itself", base.Apply(tokens).Float64s(), before, 0)
}

// TestTextFisher: symmetric, and positive semidefinite.
func TestTextFisher(t *testing.T) {
	base := nn.NewGPT(random.New(1), nn.GPTOptions{Vocabulary: 5, Context: 4, Features: 4, Heads: 2, Blocks: 1, DType: fx.Float64})
	a := newAdapters(random.New(2), base, 2)
	a = fx.Map(func(x *fx.Array) *fx.Array {
		return x.AsType(fx.Float64).Add(x.AsType(fx.Float64).AddScalar(0.3).Sin())
	}, a)
	w := windows{random.Randint(random.New(3), fx.Int32, 0, 5, 3, 4), random.Randint(random.New(4), fx.Int32, 0, 5, 3, 4)}
	f := linalg.Dense(func(v adapters) *fx.Array { r, _ := linalg.Ravel(textFisher(base, w)(a)(v)); return r }, a)
	if apart := f.Sub(f.T()).Abs().Max().Item(); apart > 1e-14 {
		t.Errorf("the matrix is off symmetric by %v", apart)
	}
	if values, _ := fx.Eigh(f); values.Min().Item() < -1e-14 || values.Max().Item() < 1e-3 {
		t.Errorf("eigenvalues from %v to %v", values.Min(), values.Max())
	}
}

// TestFullPlan: five epochs of all images, or as many steps as the options say.
func TestFullPlan(t *testing.T) {
	for name, images := range map[string][2]int{dataGlyphs: {20_000, 20_000}, "mnist": {0, 60_000}, dataShakespeare: {20_000, 20_000}} {
		for set, want := range map[string]int{"64": 5 * (images[1] / 64), "256": 5 * (images[1] / 256)} {
			env, err := study.NewEnv(context.Background(), Paper(), study.Full, 0, map[string]string{"batch": set})
			if err != nil {
				t.Fatal(err)
			}
			env.Data.Name = name
			p := experiment{published, plans}.plan(env)
			if got := p.on(images[1]); p.train != images[0] || got.steps != want || !p.conv || p.side != 28 || p.hidden != 64 {
				t.Errorf("%s, batch %s: %d images, %d steps, want %d", name, set, p.train, got.steps, want)
			}
		}
	}
	env, err := study.NewEnv(context.Background(), Paper(), study.Full, 0, map[string]string{"steps": "7"})
	if err != nil {
		t.Fatal(err)
	}
	if p := (experiment{published, plans}).plan(env); p.on(60_000).steps != 7 || p.tuning.steps != 7 || p.tuning.every != 7 {
		t.Errorf("%d and %d steps, every %d", p.on(60_000).steps, p.tuning.steps, p.tuning.every)
	}
}
