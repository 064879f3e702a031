package data

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestInspect(t *testing.T) {
	home := t.TempDir()
	t.Setenv(DirVariable, home)
	dir := filepath.Join(home, "tinyshakespeare")
	look := func(deep bool) Inspection {
		t.Helper()
		s, err := Inspect("tinyshakespeare", "", deep)
		if err != nil || s.Dir != dir {
			t.Fatalf("%+v, %v", s, err)
		}
		return s
	}
	if s := look(true); s.Present || s.Valid || s.Files[0].Problem != "missing" || s.Files[0].Size != -1 {
		t.Errorf("nothing there: %+v", s)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "input.txt"), []byte("First Citizen"), 0o644); err != nil {
		t.Fatal(err)
	}
	if s := look(false); !s.Present || s.Valid || s.Files[0].By != "" {
		t.Errorf("not looked into: %+v", s)
	}
	if s := look(true); s.Valid || s.Files[0].By != "SHA-256" || !strings.HasPrefix(s.Files[0].Problem, "damaged: its SHA-256 is ") {
		t.Errorf("damaged: %+v", s)
	}
	corpus, err := OpenText("tinyshakespeare", "")
	if err != nil || len(corpus.Tokens) != 13 {
		t.Errorf("%v, %v", corpus, err)
	}
	if s, err := Inspect("glyphs", "", true); err != nil || !s.Valid {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := Inspect("a8a", "", true); err == nil || !strings.Contains(err.Error(), `did you mean "a9a"`) {
		t.Errorf("error %v", err)
	}
}

// TestInspectRows: without a published checksum the number of rows decides, and
// a checksum noted at the download.
func TestInspectRows(t *testing.T) {
	dir := t.TempDir()
	row := "+1 1:1 34:0.5\n"
	file := filepath.Join(dir, "ionosphere_scale")
	save := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	look := func() Inspection {
		t.Helper()
		s, err := Inspect("ionosphere_scale", dir, true)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	save(file, strings.Repeat(row, 350))
	if s := look(); s.Valid || !strings.Contains(s.Problem, "350 rows, the set has 351") {
		t.Errorf("too few rows: %+v", s)
	}
	save(file, strings.Repeat(row, 351))
	if s := look(); !s.Valid || s.Files[0].By != "format only" || s.Found != "351 rows of 34 features" {
		t.Errorf("by format: %+v", s)
	}
	train, test, err := OpenSparse("ionosphere_scale", dir)
	if err != nil || train.Rows != 351 || test != nil {
		t.Errorf("%v %v %v", train, test, err)
	}
	sum, err := FileSum(file, "SHA-256")
	if err != nil {
		t.Fatal(err)
	}
	save(filepath.Join(dir, ManifestName), sum+"  ionosphere_scale\n")
	if s := look(); !s.Valid || s.Files[0].By != "SHA-256 when downloaded" {
		t.Errorf("by manifest: %+v", s)
	}
	save(file, strings.Repeat("-"+row[1:], 351))
	if s := look(); s.Valid || !strings.HasPrefix(s.Files[0].Problem, "damaged") {
		t.Errorf("changed: %+v", s)
	}
	save(filepath.Join(dir, ManifestName), "nonsense\n")
	if s := look(); s.Valid || !strings.Contains(s.Problem, "line 1: expected a SHA-256 and a name") {
		t.Errorf("a manifest of nonsense: %+v", s)
	}
	for want, f := range map[string]func() error{
		"data: a9a is a set of rows, not a text":                                  func() error { _, err := OpenText("a9a", ""); return err },
		"data: mnist is a set of images, not of rows":                             func() error { _, _, err := OpenSparse("mnist", ""); return err },
		"get it with: fluxion data get a9a":                                       func() error { _, _, err := OpenSparse("a9a", dir); return err },
		"has no file input.txt or tinyshakespeare.txt; get it with: fluxion data": func() error { _, err := OpenText("tinyshakespeare", dir); return err },
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v\nwant  %s", err, want)
		}
	}
}
