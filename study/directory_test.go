package study

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDamagedDirectories changes one file of a finished run and resumes.
func TestDamagedDirectories(t *testing.T) {
	replace := func(old, new string) func(string) string {
		return func(text string) string {
			if !strings.Contains(text, old) {
				panic("nothing to replace: " + old)
			}
			return strings.Replace(text, old, new, 1)
		}
	}
	for _, test := range []struct {
		name, file string
		change     func(string) string
		want       string
	}{
		{"truncated seed", "seed-1.json", func(s string) string { return s[:len(s)/2] }, "seed-1.json is damaged: unexpected EOF; delete the file to run this part again"},
		{"empty seed", "seed-1.json", func(string) string { return "" }, "seed-1.json is damaged: EOF"},
		{"changed value", "seed-1.json", replace(`"value":`, `"value":1`), "seed-1.json is damaged: its contents do not have the digest"},
		{"foreign JSON", "seed-1.json", func(string) string { return `{"a": 1}` }, "seed-1.json is not a record of fluxion"},
		{"other seed", "seed-1.json", replace(`"part":"seed-1"`, `"part":"seed-2"`), "seed-1.json holds the record of seed-2"},
		{"newer format", "seed-1.json", replace(`"format_version":1`, `"format_version":9`), "seed-1.json has format 9, this version of fluxion reads format 1"},
		{"trailing text", "seed-1.json", func(s string) string { return s + "{}" }, "seed-1.json is damaged: something follows the end"},
		{"not a number", "seed-1.json", replace(`"value":`, `"value":"x",  "y":`), `seed-1.json is damaged: "x" is not a number`},
		{"common part gone", "common.json", nil, "common.json is missing, but the seeds depend on it"},
		{"config gone", "config.json", nil, "is not a run directory: it has no config.json"},
		{"config edited", "config.json", replace(`"rate": "0.1"`, `"rate": "0.2"`), "config.json was changed after the run was begun"},
		{"config of something else", "config.json", func(string) string { return "{}" }, "is not a run directory: its config.json is something else"},
		{"config damaged", "config.json", func(s string) string { return s[1:] }, "config.json is damaged"},
		{"config without seeds", "config.json", func(s string) string {
			return s[:strings.Index(s, `"seeds"`)] + `"seeds": []` + s[strings.Index(s, "]")+1:]
		}, "config.json: no seeds"},
	} {
		t.Run(test.name, func(t *testing.T) {
			q := (&toy{}).request(t)
			mustRun(t, q)
			path := filepath.Join(q.Dir, test.file)
			if test.change == nil {
				os.Remove(path)
			} else {
				data, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				os.WriteFile(path, []byte(test.change(string(data))), 0o644)
			}
			y := &toy{}
			_, err := Run(context.Background(), Request{Paper: y.paper(), Resume: q.Dir})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v\n want %q", err, test.want)
			}
			if y.ran.Load() > 0 {
				t.Error("seeds were run")
			}
		})
	}
}

func TestResumeKeepsTheConfiguration(t *testing.T) {
	q := (&toy{}).request(t)
	mustRun(t, q)
	other := (&toy{}).paper()
	other.Slug = "other"
	fewer := (&toy{}).paper()
	fewer.Options = fewer.Options[:3]
	more := (&toy{}).paper()
	more.Options = append(more.Options, IntOption("width", 3, "width"))
	for _, test := range []struct {
		change func(*Request)
		want   string
	}{
		{func(r *Request) { r.Paper = other }, "holds a run of toy, not of other"},
		{func(r *Request) { r.Paper = fewer }, `unknown option "norm"`},
		{func(r *Request) { r.Paper = more }, "the options of toy have changed since it was begun"},
		{func(r *Request) { r.Scale = Quick }, "is continued as it was begun"},
		{func(r *Request) { r.Data = "mnist" }, "is continued as it was begun"},
		{func(r *Request) { r.Dir = "elsewhere" }, "is continued as it was begun"},
		{func(r *Request) { r.Set = map[string]string{"rate": "3"} }, "option rate cannot be changed"},
	} {
		r := Request{Paper: (&toy{}).paper(), Resume: q.Dir}
		test.change(&r)
		if _, err := Run(context.Background(), r); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q", err, test.want)
		}
	}
	// A seed of another run is not taken for one of this.
	second := (&toy{}).request(t)
	second.Set = map[string]string{"rate": "0.2"}
	mustRun(t, second)
	data, _ := os.ReadFile(filepath.Join(second.Dir, "seed-1.json"))
	os.WriteFile(filepath.Join(q.Dir, "seed-1.json"), data, 0o644)
	_, err := Run(context.Background(), Request{Paper: (&toy{}).paper(), Resume: q.Dir})
	if err == nil || !strings.Contains(err.Error(), "belongs to a run with another configuration") {
		t.Errorf("error %v", err)
	}
}

func TestFreshPathsDiffer(t *testing.T) {
	t.Chdir(t.TempDir())
	q := (&toy{}).request(t)
	q.Dir = ""
	first, second := mustRun(t, q).Dir, mustRun(t, q).Dir
	if first == second || !strings.HasPrefix(first, filepath.Join("runs", "toy")+string(filepath.Separator)) {
		t.Errorf("run directories %s and %s", first, second)
	}
}
