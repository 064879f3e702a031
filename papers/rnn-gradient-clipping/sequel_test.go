package rnngradientclipping

import (
	"context"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
)

var tinySize = size{start: nameBasicTanh, units: 6, length: 9, limit: 100, characters: 4000, pieces: 40, phrase: 3}

// environment is one outside any run.
func environment(t *testing.T, set map[string]string) *study.Env {
	t.Helper()
	env, err := study.NewEnv(context.Background(), Paper(), study.Quick, 0, set)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

// TestCharactersGoOn: batch by batch the rows go through the training part of the
// text, a target is the character so many ahead, and a pass begins anew.
func TestCharactersGoOn(t *testing.T) {
	corpus := data.Sentences(contentSeed, tinySize.characters)
	train, _, _ := corpus.Split(trainShare)
	for _, ahead := range horizons {
		q, err := openCharacters(environment(t, nil), tinySize, ahead)
		if err != nil {
			t.Fatal(err)
		}
		stretch := len(train.Tokens) / batchSize
		passes := (stretch - ahead) / tinySize.length
		for _, step := range []int{0, 1, passes - 1, passes} {
			b := q.draw(nil, fx.Scalar(int32(step)))
			x, targets := b.X.ArgMax(-1).AsType(fx.Int32).Int32s(), b.Targets.Int32s()
			for i := range x {
				at := i/tinySize.length*stretch + step%passes*tinySize.length + i%tinySize.length
				if x[i] != train.Tokens[at] || targets[i] != train.Tokens[at+ahead] {
					t.Fatalf("%d ahead, step %d: place %d", ahead, step, i)
				}
			}
			if fresh := b.Fresh.Bools()[0]; fresh != (step%passes == 0) {
				t.Errorf("step %d of %d: fresh is %v", step, passes, fresh)
			}
		}
	}
}

// TestMusicIsPredictedFromThePast: the input is the target of the step before, and
// what is filled up does not count.
func TestMusicIsPredictedFromThePast(t *testing.T) {
	s := tinySize
	s.length = 7 // pieces of 9 steps are cut
	q, err := openMusic(environment(t, nil), s)
	if err != nil {
		t.Fatal(err)
	}
	b := q.draw(random.New(1), fx.Scalar(int32(0)))
	if d := b.X.SliceAxis(1, 1, fx.End).Sub(b.Targets.SliceAxis(1, 0, 6)).Abs().Max().Item(); d != 0 {
		t.Errorf("inputs are not the targets before: %v", d)
	}
	if b.X.SliceAxis(1, 0, 1).Abs().Max().Item() != 0 {
		t.Error("the first step is not predicted from silence")
	}
	// A cost of 1 where a step is and of 100 elsewhere has the mean 1.
	q.cost = func(y, _ *fx.Array) *fx.Array { return y }
	y := fx.Where(q.test.Weights.Greater(fx.Const(0)), fx.OnesLike(q.test.Weights), fx.FullLike(q.test.Weights, 100))
	if m := q.mean(y, q.test).Item(); m != 1 {
		t.Errorf("mean cost %v, want 1", m)
	}
}

// TestPairCost counts by hand: of 6 characters 4 are a, with one added 5 of 8; after
// an a stand 1 b and 2 a.
func TestPairCost(t *testing.T) {
	train, test := []int32{0, 0, 0, 1, 1, 0}, []int32{0, 0, 1}
	for before, want := range map[int]float64{
		0: -(2*math.Log2(5.0/8) + math.Log2(3.0/8)) / 3,
		1: -(math.Log2(3.0/5) + math.Log2(2.0/5)) / 2,
	} {
		if got := pairCost(train, test, 2, before); math.Abs(got-want) > 1e-12 {
			t.Errorf("%d before: %v, want %v", before, got, want)
		}
	}
}

// TestSequels runs text and music small: every arm has a finite cost, tables and
// figures show them, and threads change no bit.
func TestSequels(t *testing.T) {
	run := func(threads int) *study.Outcome {
		tasks := plans().Quick
		tasks.characters, tasks.music, tasks.signals, tasks.length = tinySize, tinySize, nil, 10
		p := experiment{published, study.PerScale[plan]{Quick: tasks, Default: tasks}}.paper()
		p.Claims = p.Claims[5:] // the theory; others speak of what is not measured
		figures := p.Figures
		p.Figures = func(r *study.Results) []*study.Figure { return figures(r)[5:] }
		return studytest.Run(t, study.Request{Paper: p, Scale: study.Quick, Seeds: []uint64{0}, Threads: threads,
			Set: map[string]string{"limit": "100", nameCharacters: "yes", nameMusic: "yes"}})
	}
	o := run(1)
	studytest.MustHaveSameBits(t, o, run(2))
	r := o.Results
	if names := sequelsOf(r); strings.Join(names, "; ") != "characters, 1 ahead; characters, 5 ahead; music" {
		t.Errorf("sequels %v", names)
	}
	for _, name := range sequelsOf(r) {
		for _, arm := range everyArm {
			if c := r.Sample("cost", "sequel", name, "arm", arm)[0]; !(c > 0 && c < 100) {
				t.Errorf("%s, %s: cost %v", name, arm, c)
			}
		}
	}
	if tables := sequelTables(r); len(tables) != 2 || len(tables[0].Rows) != 3*3+2+2+3 {
		t.Errorf("tables %v", tables)
	}
}

// TestSequelsLearn: a network of the music comes below what the frequencies of keys
// alone give, and SGD with clipping bears the rate at which SGD does not.
func TestSequelsLearn(t *testing.T) {
	s := tinySize
	s.units, s.limit, s.pieces = 32, 300, 200
	q, err := openMusic(environment(t, nil), s)
	if err != nil {
		t.Fatal(err)
	}
	target := q.test.Targets.AsType(fx.Float64)
	p := target.Reshape(-1, data.PianoKeys).Mean(0)
	some := p.Greater(fx.Const(0))
	p = fx.Where(some, p, fx.FullLike(p, 0.5))
	entropy := p.Mul(p.Log()).Add(fx.Const(1).Sub(p).Mul(fx.Const(1).Sub(p).Log())).Neg()
	alone := fx.Where(some, entropy, fx.ZerosLike(entropy)).Sum().Item()
	cost := func(arm string, rate float64) float64 {
		return newPredictor(published.arm(arm), q).run(environment(t, nil), arm, 0, setting{rate: rate}).test
	}
	clipped, plain := cost(nameC, 1), cost(nameSGD, 1)
	if !(clipped < alone) || !(clipped < plain) {
		t.Errorf("costs at rate 1: %v with clipping, %v without, %v by frequencies", clipped, plain, alone)
	}
}

func TestSequelErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "one.json")
	if err := os.WriteFile(file, []byte(`{"train": [[[60]]], "test": [[[62]]]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		data, dir, want string
		set             map[string]string
	}{
		{"", "", "no such file", map[string]string{nameMusic: "yes", "rolls": "nowhere.json"}},
		{"", "", "no valid part, and one piece to train on", map[string]string{nameMusic: "yes", "rolls": file}},
		{"tinyshakespeare", t.TempDir(), "has no file input.txt", map[string]string{nameCharacters: "yes"}},
	} {
		set := maps.Clone(c.set)
		set["limit"] = "100"
		_, err := study.Run(context.Background(), study.Request{Paper: Paper(), Scale: study.Quick, Data: c.data, DataDir: c.dir, Set: set, Dir: t.TempDir()})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want %s", c.set, err, c.want)
		}
	}
	s := tinySize
	s.length = 1000
	if _, err := openCharacters(environment(t, nil), s, 1); err == nil || !strings.Contains(err.Error(), "too few for 20 sequences of 1000") {
		t.Errorf("a short text: %v", err)
	}
}
