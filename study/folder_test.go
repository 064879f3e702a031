package study

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	f, err := NewFolder("", "thing", now)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join("runs", "thing", "20260102-030405"); f.Path() != want {
		t.Errorf("path %s, want %s", f.Path(), want)
	}
	second, err := NewFolder("", "thing", now)
	if err != nil || second.Path() == f.Path() {
		t.Errorf("a second folder in the same second: %s, %v", second.Path(), err)
	}
	second.Remove()
	if exists(second.Path()) {
		t.Error("an empty folder is not removed")
	}
	if err := f.WriteJSON("a.json", Floats{1, 2}); err != nil {
		t.Fatal(err)
	}
	figure := &Figure{Name: "line", Panels: []Panel{&Lines{Curves: []Curve{{Label: "a", X: []float64{0, 1}, Y: []float64{0, 1}}}}}}
	path, err := f.WriteFigure(figure)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, f.Join("figures/line.svg"), f.Join("a.json")} {
		if info, err := os.Stat(name); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	f.Remove()
	if !exists(f.Path()) {
		t.Error("a folder with files in it is removed")
	}
	if _, err := f.WriteFigure(&Figure{Name: "none"}); err == nil {
		t.Error("a figure without panels is written")
	}
	if _, err := NewFolder(f.Path(), "", now); err == nil {
		t.Error("a folder with files in it is taken")
	}
}
