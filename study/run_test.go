package study

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func mustRun(t *testing.T, q Request) *Outcome {
	t.Helper()
	o, err := Run(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestRunStoresEverything(t *testing.T) {
	y := &toy{}
	q := y.request(t)
	q.Paper.Figures = toyFigures
	o := mustRun(t, q)
	if y.ran.Load() != 4 || y.commons.Load() != 1 {
		t.Errorf("%d seeds and %d common parts ran, want 4 and 1", y.ran.Load(), y.commons.Load())
	}
	want := []Status{Reproduced, NotReproduced, Reproduced}
	for i, v := range o.Verdicts {
		if v.Status != want[i] {
			t.Errorf("claim %s: %s (%s), want %s", v.Claim, v.Status, v.Deciding(), want[i])
		}
	}
	if len(o.Mistakes) > 0 {
		t.Errorf("mistakes: %v", o.Mistakes)
	}
	for _, name := range []string{"config.json", "common.json", "seed-0.json", "seed-3.json", "results.json",
		"metrics.csv", "report.md", "figures/error.png", "figures/error.svg"} {
		if info, err := os.Stat(filepath.Join(o.Dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s is missing or empty", name)
		}
	}
	left, _ := filepath.Glob(filepath.Join(o.Dir, temporary+"*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	loaded, err := Load(o.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := loaded.Digest(); got != o.Digest {
		t.Errorf("the digest of what was stored is %s, of what was recorded %s", got, o.Digest)
	}
}

func TestResultsFile(t *testing.T) {
	q := (&toy{}).request(t)
	q.Paper.Figures = toyFigures
	o := mustRun(t, q)
	data, err := os.ReadFile(filepath.Join(o.Dir, "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	var s Summary
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	if s.Digest != o.Digest || s.Status != NotReproduced || len(s.Claims) != 3 || len(s.SeedDigests) != 4 {
		t.Errorf("results.json: digest %s, status %s, %d claims, %d seeds", s.Digest, s.Status, len(s.Claims), len(s.SeedDigests))
	}
	if len(s.Figures) != 1 || s.Figures[0] != "figures/error.png" {
		t.Errorf("figures %v", s.Figures)
	}
}

func TestReportNamesWhatMatters(t *testing.T) {
	q := (&toy{}).request(t)
	q.Set = map[string]string{"steps": "41"}
	q.Paper.Figures = toyFigures
	o := mustRun(t, q)
	report, err := os.ReadFile(filepath.Join(o.Dir, "report.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# A Toy", "2 of 3 judged claims reproduced, 1 not reproduced", "figures/error.svg",
		"final{method=wild}", "best_rate", "Lower is better.", o.Digest, "steps=41", "| option rate | 0.1 |"} {
		if !strings.Contains(string(report), want) {
			t.Errorf("report.md does not contain %q", want)
		}
	}
}

// TestDigestIsStable: threads, resumption and the order of seeds do not matter;
// options, seeds and data set do.
func TestDigestIsStable(t *testing.T) {
	y := &toy{}
	base := mustRun(t, y.request(t)).Digest
	same := map[string]func(*Request){
		"one thread":    func(q *Request) { q.Threads = 1 },
		"many threads":  func(q *Request) { q.Threads = 16 },
		"other order":   func(q *Request) { q.Seeds = []uint64{3, 1, 0, 2} },
		"same option":   func(q *Request) { q.Set = map[string]string{"rate": "1e-1"} },
		"data folder":   func(q *Request) { q.DataDir = "somewhere" },
		"other version": func(q *Request) { q.Version = "v2" },
	}
	for name, change := range same {
		q := y.request(t)
		change(&q)
		if got := mustRun(t, q).Digest; got != base {
			t.Errorf("%s: the digest changes", name)
		}
	}
	different := map[string]func(*Request){
		"seeds":    func(q *Request) { q.Seeds = FirstSeeds(3) },
		"option":   func(q *Request) { q.Set = map[string]string{"rate": "0.2"} },
		"data set": func(q *Request) { q.Data = "mnist" },
	}
	for name, change := range different {
		q := y.request(t)
		change(&q)
		if got := mustRun(t, q).Digest; got == base {
			t.Errorf("%s: the digest stays the same", name)
		}
	}
}

func TestInterruptAndResume(t *testing.T) {
	whole := mustRun(t, (&toy{}).request(t))
	ctx, cancel := context.WithCancel(context.Background())
	y := &toy{before: func(seed uint64) error {
		if seed == 2 {
			cancel()
		}
		return nil
	}}
	q := y.request(t)
	q.Threads = 1
	_, err := Run(ctx, q)
	var interrupted *Interrupted
	if !errors.As(err, &interrupted) || !IsInterrupted(err) || !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want *Interrupted", err)
	}
	if interrupted.Done != 2 || interrupted.Total != 4 || interrupted.Dir != q.Dir {
		t.Errorf("interrupted with %d of %d in %s", interrupted.Done, interrupted.Total, interrupted.Dir)
	}
	if _, err := os.Stat(filepath.Join(q.Dir, "seed-2.json")); err == nil {
		t.Error("the cancelled seed was stored")
	}
	os.WriteFile(filepath.Join(q.Dir, temporary+"123"), []byte("x"), 0o644)
	again := &toy{}
	o := mustRun(t, Request{Paper: again.paper(), Resume: q.Dir, Version: "test"})
	if again.ran.Load() != 2 || again.commons.Load() != 0 {
		t.Errorf("resuming ran %d seeds and %d common parts, want 2 and 0", again.ran.Load(), again.commons.Load())
	}
	if o.Digest != whole.Digest {
		t.Error("the resumed run has another digest than an uninterrupted one")
	}
	if _, err := os.Stat(filepath.Join(q.Dir, temporary+"123")); err == nil {
		t.Error("unfinished files are not removed")
	}
	last := &toy{}
	if o := mustRun(t, Request{Paper: last.paper(), Resume: q.Dir, Version: "test"}); last.ran.Load() != 0 || o.Digest != whole.Digest {
		t.Errorf("resuming a complete run ran %d seeds", last.ran.Load())
	}
	more := &toy{}
	o = mustRun(t, Request{Paper: more.paper(), Resume: q.Dir, Version: "test", Seeds: FirstSeeds(6)})
	if more.ran.Load() != 2 || len(o.Results.Seeds) != 6 {
		t.Errorf("asking for two seeds more ran %d, has %d", more.ran.Load(), len(o.Results.Seeds))
	}
}

func TestFailureKeepsOtherSeeds(t *testing.T) {
	for _, test := range []struct {
		name  string
		hook  func(uint64) error
		want  string
		stack bool
	}{
		{"error", func(s uint64) error {
			if s == 1 {
				return errHook
			}
			return nil
		}, "seed 1: hook", false},
		{"panic", func(s uint64) error {
			if s == 1 {
				panic("shape mismatch")
			}
			return nil
		}, "seed 1: shape mismatch", true},
		{"panic with an error", func(s uint64) error {
			if s == 1 {
				panic(errHook)
			}
			return nil
		}, "seed 1: hook", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			y := &toy{before: test.hook}
			q := y.request(t)
			q.Threads = 1
			_, err := Run(context.Background(), q)
			var failed *PartError
			if !errors.As(err, &failed) || err.Error() != test.want || IsInterrupted(err) {
				t.Fatalf("error %v, want %q", err, test.want)
			}
			if (failed.Stack != "") != test.stack {
				t.Errorf("stack file %q", failed.Stack)
			}
			if test.stack {
				if text, _ := os.ReadFile(failed.Stack); !strings.Contains(string(text), "goroutine") {
					t.Error("the stack file has no stack")
				}
			}
			if y.ran.Load() != 1 {
				t.Errorf("%d seeds ran to the end, want only the one before the failure", y.ran.Load())
			}
			repaired := &toy{}
			mustRun(t, Request{Paper: repaired.paper(), Resume: q.Dir})
			if repaired.ran.Load() != 3 {
				t.Errorf("resuming ran %d seeds, want 3", repaired.ran.Load())
			}
		})
	}
}

func TestMistakeInJudgeIsReported(t *testing.T) {
	y := &toy{badJudge: true}
	o := mustRun(t, y.request(t))
	if len(o.Mistakes) != 1 || !strings.Contains(o.Mistakes[0].Error(), "claim 2: no scalar finale{method=plain} was recorded (recorded: final)") {
		t.Errorf("mistakes: %v", o.Mistakes)
	}
	if v := o.Verdicts[1]; v.Status != Inconclusive || v.Reason == "" {
		t.Errorf("verdict %+v", v)
	}
	if o.Verdicts[0].Status != Reproduced {
		t.Error("another claim is affected")
	}
}

func TestMistakeInFiguresIsReported(t *testing.T) {
	y := &toy{}
	q := y.request(t)
	q.Paper.Figures = func(r *Results) []*Figure {
		return append(toyFigures(r), &Figure{Name: "broken", Panels: []Panel{&Lines{Curves: []Curve{{X: []float64{1}}}}}})
	}
	o := mustRun(t, q)
	if len(o.Figures) != 1 || len(o.Mistakes) != 1 || !strings.Contains(o.Mistakes[0].Error(), "figure broken: panel 1: curve") {
		t.Errorf("figures %v, mistakes %v", o.Figures, o.Mistakes)
	}
}

func TestScalesAndSeedsOfClaims(t *testing.T) {
	y := &toy{}
	q := y.request(t)
	q.Scale = Quick
	if v := mustRun(t, q).Verdicts[2]; v.Status != NotJudged || v.Reason != "judged only at scale default" {
		t.Errorf("verdict %+v", v)
	}
	q = y.request(t)
	q.Seeds = FirstSeeds(2)
	if v := mustRun(t, q).Verdicts[2]; v.Status != Inconclusive || v.Reason != "needs 3 seeds, has 2" {
		t.Errorf("verdict %+v", v)
	}
}

// TestRefusals lists requests that must not run, with their messages.
func TestRefusals(t *testing.T) {
	planned := &Paper{Number: 1, Slug: "later", Title: "Later", Authors: []string{"A"}, Year: 2020, Family: "F"}
	full := t.TempDir()
	os.WriteFile(filepath.Join(full, "x"), nil, 0o644)
	for _, test := range []struct {
		change func(*Request)
		want   string
	}{
		{func(q *Request) { q.Paper = planned }, "later is planned: its experiment is not there yet"},
		{func(q *Request) { q.Scale = Full }, `toy has no scale "full": choose quick or default`},
		{func(q *Request) { q.Data = "mnits" }, `toy cannot use data set "mnits" (did you mean "mnist"?): choose glyphs or mnist`},
		{func(q *Request) { q.Set = map[string]string{"step": "3"} }, `unknown option "step" (did you mean "steps"?); the options are steps, rate, noisy, norm`},
		{func(q *Request) { q.Set = map[string]string{"steps": "x"} }, `option steps: "x" is not a whole number`},
		{func(q *Request) { q.Set = map[string]string{"steps": "0"} }, `option steps: 0 is out of range: 1 to 1000`},
		{func(q *Request) { q.Set = map[string]string{"rate": "inf"} }, `option rate: "inf" is not a finite number`},
		{func(q *Request) { q.Set = map[string]string{"noisy": "maybe"} }, `option noisy: "maybe" is not true or false`},
		{func(q *Request) { q.Set = map[string]string{"norm": "l3"} }, `option norm: "l3" is not one of l1 or l2`},
		{func(q *Request) { q.Threads = -1 }, "-1 threads: give a positive number"},
		{func(q *Request) { q.Dir = full }, full + " is not empty: choose another folder"},
		{func(q *Request) { q.Dir = filepath.Join(full, "x") }, "cannot use " + filepath.Join(full, "x") + " as run directory: not a directory"},
		{func(q *Request) { q.Dir = ""; q.Resume = full }, full + " is not a run directory: it has no config.json"},
		{func(q *Request) { q.Dir = ""; q.Resume = full + "/no" }, full + "/no: there is no such run directory"},
	} {
		y := &toy{}
		q := y.request(t)
		test.change(&q)
		_, err := Run(context.Background(), q)
		if err == nil || err.Error() != test.want {
			t.Errorf("error %q\n want %q", fmt.Sprint(err), test.want)
		}
		if y.ran.Load() > 0 {
			t.Errorf("%q: seeds were run", test.want)
		}
	}
}
