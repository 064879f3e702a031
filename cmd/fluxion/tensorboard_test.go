package main

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/train/tensorboard"
)

// TestTensorBoard: the logs hold the series of the run, one file for each seed
// and combination of labels, and the figures.
func TestTensorBoard(t *testing.T) {
	t.Chdir(t.TempDir())
	if status, _, err := call(t, "run", "halving", "--seeds", "2", "--tensorboard", "logs"); status == exitError {
		t.Fatal(err)
	}
	scalars, pictures, texts, seeds := 0, 0, 0, map[string]bool{}
	err := filepath.WalkDir("logs", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		parts := strings.Split(filepath.ToSlash(path), "/")
		if len(parts) < 5 || parts[1] != "halving" {
			t.Errorf("a file %s", path)
			return nil
		}
		seeds[parts[3]] = true
		events, err := tensorboard.Read(path)
		if err != nil {
			t.Error(err)
		}
		for _, e := range events {
			switch {
			case e.PNG != nil:
				pictures++
			case e.Text != nil:
				texts++
			default:
				scalars++
			}
		}
		return nil
	})
	if err != nil || scalars == 0 || pictures == 0 || texts != 1 || !seeds["seed-0"] || !seeds["seed-1"] {
		t.Errorf("%v: %d scalars, %d pictures, %d texts, runs %v", err, scalars, pictures, texts, seeds)
	}
}
