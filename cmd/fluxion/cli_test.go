package main

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/fluxion-go/fluxion/study"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a text with a file, and checks that it fits 80 columns.
func golden(t *testing.T, name, got string) {
	t.Helper()
	for i, line := range strings.Split(got, "\n") {
		if utf8.RuneCountInString(line) > 80 && !strings.HasSuffix(name, ".json") {
			t.Errorf("line %d has more than 80 characters: %s", i+1, line)
		}
		if strings.HasSuffix(line, " ") {
			t.Errorf("line %d ends with a space: %q", i+1, line)
		}
	}
	if strings.Contains(got, "\x1b") {
		t.Error("colour codes outside a terminal")
	}
	path := filepath.Join(testdata, name)
	if *update {
		os.MkdirAll(testdata, 0o755)
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("differs from %s (run with -update if that is right):\n%s", path, diff)
	}
}

// testdata is the folder of the golden files, which tests leave.
var testdata string

var changing = regexp.MustCompile(`(?m)in [0-9.]+ s\.$`)

func TestGoldenOutputs(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	testdata = filepath.Join(here, "testdata")
	t.Chdir(t.TempDir())
	for _, test := range []struct {
		file   string
		status int
		args   []string
	}{
		{"list.txt", 0, []string{"list"}},
		{"list-family.txt", 0, []string{"list", "--family", "LATER"}},
		{"list-words.txt", 0, []string{"list", "clark", "On", "--planned"}},
		{"list-ready.json", 0, []string{"list", "--ready", "--json"}},
		{"show.txt", 0, []string{"show", "halving"}},
		{"show.json", 0, []string{"show", "7", "--json"}},
		{"show-planned.txt", 0, []string{"show", "planned-toy"}},
		{"run.txt", 1, []string{"run", "halving", "--scale", "quick"}},
		{"run-set.txt", 1, []string{"run", "halving", "--seeds", "5", "--set", "steps=3", "--data", "mnist", "--out", "mine"}},
		{"help.txt", 0, []string{"--help"}},
		{"help-run.txt", 0, []string{"run", "--help"}},
	} {
		t.Run(test.file, func(t *testing.T) {
			status, out, _ := call(t, test.args...)
			if status != test.status {
				t.Errorf("status %d, want %d", status, test.status)
			}
			golden(t, test.file, changing.ReplaceAllString(out, "in 0.1 s."))
		})
	}
}

// TestWrongUsage: every mistake gets status 2, nothing on the output, and one
// line that says what is wrong.
func TestWrongUsage(t *testing.T) {
	t.Chdir(t.TempDir())
	os.Mkdir("full", 0o755)
	os.WriteFile("full/file", nil, 0o644)
	for _, test := range []struct {
		args string
		want string
	}{
		{"lst", `unknown command "lst" (did you mean "list"?); see fluxion --help`},
		{"--verison", `unknown flag --verison; see fluxion --help`},
		{"list halving nought", `no paper contains "nought"`},
		{"list subtraction clark", `no paper contains all of these words: subtraction, clark`},
		{"list --family toys planned", `no paper of the family "toys" contains "planned"`},
		{"list --ready --planned", `--ready and --planned exclude each other; see fluxion list --help`},
		{"list --family nothing", `no family contains "nothing"; the families are: Toys; Later`},
		{"list --jsn", `unknown flag --jsn (did you mean "--json"?); see fluxion list --help`},
		{"list -x", `unknown flag 'x' in -x; see fluxion list --help`},
		{"show", `fluxion show needs the slug of a paper; see fluxion show --help`},
		{"show halvign", `unknown paper "halvign" (did you mean "halving"?); see fluxion list`},
		{"show zzzzzzzz", `unknown paper "zzzzzzzz"; see fluxion list`},
		{"run", `fluxion run needs the slug of a paper, or "all"; see fluxion run --help`},
		{"run halving slow", `fluxion run does not know what to do with "slow"; see fluxion run --help`},
		{"run planned-toy", `planned-toy is planned: its experiment is not there yet`},
		{"run halving --scale big", `unknown scale "big": choose quick, default or full`},
		{"run halving --scale full", `halving has no scale "full": choose quick or default`},
		{"run halving --seeds 0", `seeds "0": a run has 1 to 10000 seeds`},
		{"run halving --seeds a,b", `seeds "a,b": give a count (5), a range (0-4) or a list (0,3,8)`},
		{"run halving --data cifar", `halving cannot use data set "cifar": choose glyphs or mnist`},
		{"run slow --data mnist", `slow uses no data set`},
		{"run halving --set steps", `--set steps: write it as name=value`},
		{"run halving --set steps=a", `option steps: "a" is not a whole number`},
		{"run halving --set steps=1000", `option steps: 1000 is out of range: 1 to 100`},
		{"run halving --set stp=1", `unknown option "stp" (did you mean "steps"?); the options are steps, start`},
		{"run slow --set stp=1", `unknown option "stp": this paper has no options`},
		{"run halving --set steps=1 --set steps=2", `--set steps=2: option steps is set twice`},
		{"run halving --threads 0", `invalid argument "0" for "--threads" flag: give a whole number from 1 to 4096; see fluxion run --help`},
		{"run halving --threads", `flag needs an argument: --threads; see fluxion run --help`},
		{"run halving --json=maybe", `invalid argument "maybe" for "--json" flag; see fluxion run --help`},
		{"run halving --out full", `full is not empty: choose another folder`},
		{"run halving --resume full", `full is not a run directory: it has no config.json`},
		{"run --resume nowhere", `nowhere: there is no such run directory`},
		{"run all --resume full", `--resume continues one run: give the paper's slug instead of all`},
		{"run all --set a=b", `--set changes one paper's options: give its slug instead of all`},
		{"run broken --out b1", `seed 0: the data set mnist is not there: get it (what was done is kept in b1)`},
		{"run broken --out b2 --set how=panic", `seed 0: fx: MatMul: shapes [2 3] and [4 5] (a mistake in the experiment's code; details in b2/seed-0.panic.txt)`},
	} {
		status, out, errors := call(t, strings.Fields(test.args)...)
		if status != 2 || out != "" {
			t.Errorf("fluxion %s: status %d, output %q", test.args, status, out)
		}
		lines := strings.Split(strings.TrimSuffix(errors, "\n"), "\n")
		if last := lines[len(lines)-1]; last != "fluxion: "+test.want {
			t.Errorf("fluxion %s:\n got %s\nwant fluxion: %s", test.args, last, test.want)
		}
		for _, line := range lines[:len(lines)-1] {
			if !strings.Contains(line, " failed after ") && !strings.Contains(line, " done after ") {
				t.Errorf("fluxion %s also says %q", test.args, line)
			}
		}
	}
}

func TestMistakeInAPaperShowsTheRest(t *testing.T) {
	t.Chdir(t.TempDir())
	status, out, errors := call(t, "run", "broken", "--set", "how=judge")
	if status != 2 || !strings.Contains(out, "inconclusive") {
		t.Errorf("status %d, output\n%s", status, out)
	}
	if !strings.Contains(errors, "fluxion: a mistake in the experiment's code: claim 1: no scalar loss was recorded") {
		t.Errorf("errors %s", errors)
	}
}

func TestJSONOutput(t *testing.T) {
	t.Chdir(t.TempDir())
	status, out, errors := call(t, "run", "halving", "--scale", "quick", "--set", "steps=4", "--json", "--seeds", "1", "--out", "a")
	if status != 1 || errors != "" {
		t.Errorf("status %d, errors %q", status, errors)
	}
	var s study.Summary
	if err := json.Unmarshal([]byte(out), &s); err != nil || s.Paper != "halving" || s.Dir != "a" {
		t.Errorf("JSON %+v, %v", s, err)
	}
}

func TestEverythingReproduced(t *testing.T) {
	t.Chdir(t.TempDir())
	status, out, _ := call(t, "run", "obvious")
	if status != 0 || !strings.Contains(out, "1 of 1 judged claims reproduced") {
		t.Errorf("status %d\n%s", status, out)
	}
}

func TestRunAll(t *testing.T) {
	t.Chdir(t.TempDir())
	// slow is left out: it has no scale quick.
	status, out, errors := call(t, "run", "all", "--scale", "quick", "--out", "runs", "--json")
	var list []study.Summary
	if err := json.Unmarshal([]byte(out), &list); err != nil || len(list) != 1 || list[0].Paper != "halving" {
		t.Errorf("JSON %s, %v", out, err)
	}
	want := "fluxion: skipping slow: it has no scale quick\nfluxion: skipping broken: it has no scale quick\n" +
		"fluxion: skipping obvious: it has no scale quick\n"
	if status != 1 || errors != want {
		t.Errorf("status %d, errors %q", status, errors)
	}
	if _, err := os.Stat("runs/halving/results.json"); err != nil {
		t.Error(err)
	}
}

func TestResumeWithoutSlug(t *testing.T) {
	t.Chdir(t.TempDir())
	call(t, "run", "halving", "--scale", "quick", "--out", "a")
	os.Remove("a/seed-1.json")
	status, out, errors := call(t, "run", "--resume", "a")
	if status != 1 || !strings.Contains(out, "1 of 2 judged claims reproduced") {
		t.Errorf("status %d\n%s%s", status, out, errors)
	}
	if _, err := os.Stat("a/seed-1.json"); err != nil {
		t.Error(err)
	}
}

func TestVersionAndCompletion(t *testing.T) {
	status, out, _ := call(t, "version")
	if status != 0 || !strings.HasPrefix(out, "fluxion ") || strings.Count(out, "\n") != 1 {
		t.Errorf("status %d, %q", status, out)
	}
	_, out, _ = call(t, "version", "--json")
	var v versionJSON
	if err := json.Unmarshal([]byte(out), &v); err != nil || v.Version == "" || v.Go == "" {
		t.Errorf("%s: %v", out, err)
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if status, out, _ := call(t, "completion", shell); status != 0 || !strings.Contains(out, "fluxion") {
			t.Errorf("completion %s: status %d", shell, status)
		}
	}
	_, out, _ = call(t, "__complete", "run", "")
	if !strings.Contains(out, "halving\t") || strings.Contains(out, "planned-toy") {
		t.Errorf("run completes to %q", out)
	}
}
