package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/compare"
)

// tinyComparison takes no time.
var tinyComparison = []string{"compare", "quadratic", "sgd", "lbfgs", "momentum:mu=0.5", "--set", "dim=4", "--set", "condition=10", "--steps", "20", "--seeds", "3"}

// withoutSeconds drops the column of seconds, which no two runs share, from the
// table in which it is the last.
func withoutSeconds(text string) string {
	lines, inside := strings.Split(text, "\n"), false
	for i, line := range lines {
		switch {
		case strings.HasPrefix(line, "At the end"):
			inside = true
		case line == "":
			inside = false
		case inside:
			line = strings.TrimRight(line, " ")
			lines[i] = strings.TrimRight(line[:strings.LastIndex(line, " ")], " ")
		}
	}
	return strings.Join(lines, "\n")
}

func TestCompareOutput(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	testdata = filepath.Join(here, "testdata")
	t.Chdir(t.TempDir())
	for _, test := range []struct {
		file string
		args []string
	}{
		{"compare.txt", tinyComparison},
		{"compare-diverged.txt", append(tinyComparison, "--rates", "30", "--seeds", "0,")},
		{"compare-list.txt", []string{"compare", "--list"}},
		{"compare-list-task.txt", []string{"compare", "logistic", "--list"}},
		{"compare-list-method.txt", []string{"compare", "adamw", "--list"}},
		{"help-compare.txt", []string{"compare", "--help"}},
	} {
		t.Run(test.file, func(t *testing.T) {
			status, out, err := call(t, test.args...)
			if status != 0 {
				t.Errorf("status %d: %s", status, err)
			}
			golden(t, test.file, changing.ReplaceAllString(withoutSeconds(out), "in 0.1 s."))
		})
	}
	for _, name := range []string{"results.json", "report.md", "figures/comparison.png", "figures/comparison.svg", "figures/rates.png"} {
		if _, err := os.Stat(filepath.Join("runs", "compare-quadratic", "20260102-030405", name)); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(filepath.Join("runs", "compare-quadratic", "20260102-030405-2", "diverged-sgd-seed-0.safetensors")); err != nil {
		t.Error(err)
	}
}

// TestCompareJSON: the same results on the output and in the file, and the same
// digest with other threads.
func TestCompareJSON(t *testing.T) {
	t.Chdir(t.TempDir())
	read := func(text []byte) (r struct {
		Dir string
		compare.Result
	}) {
		t.Helper()
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	status, out, errors := call(t, append(tinyComparison, "--json", "--out", "mine", "--threads", "1")...)
	if status != 0 || errors != "" {
		t.Fatalf("status %d: %s", status, errors)
	}
	r := read([]byte(out))
	file, err := os.ReadFile("mine/results.json")
	if err != nil {
		t.Fatal(err)
	}
	if r.Dir != "mine" || r.Digest == "" || read(file).Digest != r.Digest || len(r.Standings) != 3 {
		t.Errorf("dir %s, digest %s, %d methods", r.Dir, r.Digest, len(r.Standings))
	}
	_, out, _ = call(t, append(tinyComparison, "--json", "--threads", "3")...)
	if again := read([]byte(out)); again.Digest != r.Digest {
		t.Error("another digest with three threads")
	}
	for _, args := range [][]string{{"compare", "--list", "--json"}, {"compare", "mlp", "--list", "--json"}, {"compare", "adam", "--list", "--json"}} {
		if status, out, _ := call(t, args...); status != 0 || !json.Valid([]byte(out)) {
			t.Errorf("%v: status %d", args, status)
		}
	}
}

func TestCompareWrongUsage(t *testing.T) {
	t.Chdir(t.TempDir())
	os.Mkdir("full", 0o755)
	os.WriteFile("full/file", nil, 0o644)
	for args, want := range map[string]string{
		"":                            "fluxion compare needs a task; see fluxion compare --list",
		"mpl":                         `unknown task "mpl" (did you mean "mlp"?); the tasks are quadratic, rosenbrock, logistic, mlp, convnet, transformer, pinn`,
		"mlp adm":                     `unknown method "adm" (did you mean "adam"`,
		"mlp adam adam":               "method adam is given twice",
		"mlp all adam":                `"all" is every method: name no other`,
		"mlp --methods adam,":         "--methods adam,: a name is empty",
		"mlp --steps 0":               "--steps 0: it must be positive",
		"mlp --grid 0":                "--grid 0: it must be positive",
		"mlp --rates 1 --grid 3":      "--rates and --grid exclude each other",
		"mlp --rates 1,x":             `--rates 1,x: "x" is not a number`,
		"mlp --rates -1":              "learning rate -1: it must be positive",
		"mlp --seeds 0":               `seeds "0": a run has 1 to 10000 seeds`,
		"mlp --criterion acc":         `task mlp has no metric "acc" (did you mean "test_accuracy"?)`,
		"mlp --schedule step":         `unknown schedule "step"`,
		"mlp --set hidden":            "--set hidden: write it as name=value",
		"mlp --set hiden=3":           `task mlp: unknown option "hiden" (did you mean "hidden"?)`,
		"mlp --set hidden=0":          "option hidden: 0 is out of range",
		"mlp --data mnits":            `cannot use data set "mnits" (did you mean "mnist"`,
		"mlp --data mnist --data-dir": "flag needs an argument: --data-dir",
		"mlp --data-dir x":            "glyphs is built in and reads no files",
		"quadratic --data mnist":      "task quadratic uses no data set",
		"mlp --out full":              "full is not empty: choose another folder",
		"mlp --list adam":             `--list takes one task or method, not "adam" too`,
		"mpl --list":                  `unknown task "mpl" (did you mean "mlp"?)`,
	} {
		status, out, errors := call(t, append([]string{"compare"}, strings.Fields(args)...)...)
		if status != 2 || out != "" || !strings.Contains(errors, want) || strings.Count(errors, "\n") != 1 {
			t.Errorf("fluxion compare %s: status %d, output %q, error %q; want %s", args, status, out, errors, want)
		}
	}
	if left, _ := filepath.Glob("runs/*/*"); len(left) > 0 {
		t.Errorf("folders of comparisons that were not made: %v", left)
	}
}

// TestCompareMethodsFlag: settings keep their commas.
func TestCompareMethodsFlag(t *testing.T) {
	t.Chdir(t.TempDir())
	args := []string{"compare", "quadratic", "--methods", "sgd,adam:beta1=0.8,beta2=0.9,lion", "--steps", "3", "--rates", "0.01", "--set", "dim=2", "--seeds", "0,", "--json"}
	status, out, errors := call(t, args...)
	var r compare.Result
	if err := json.Unmarshal([]byte(out), &r); status != 0 || err != nil {
		t.Fatalf("status %d, %v: %s", status, err, errors)
	}
	names := map[string]bool{}
	for _, s := range r.Standings {
		names[s.Method] = true
	}
	if len(names) != 3 || !names["sgd"] || !names["lion"] || !names["adam:beta1=0.8,beta2=0.9"] {
		t.Errorf("methods %v", names)
	}
}
