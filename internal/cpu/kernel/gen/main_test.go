package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestFresh fails when the generated files are not what the generator writes
// for the functions as they are.
func TestFresh(t *testing.T) {
	for name, want := range generate("..") {
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s is stale: run go generate in internal/cpu/kernel", name)
		}
	}
}
