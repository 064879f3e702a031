// Package layering holds the test that imports run one way through the house.
package layering

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/fluxion-go/fluxion/"

// floors lists the house from the ground up: a package imports only from its
// own floor and those below. A directory stands for everything under it unless
// a longer one is named. A new top-level directory gets its place here.
var floors = [][]string{
	{"internal/cpu/kernel", "internal/threefry", "internal/nearest", "internal/recycle"},
	{"internal/graph"},
	{"internal/compile"},
	{"internal/cpu"},
	{"fx"},
	{"random", "linalg", "ode", "project", "prox"},
	{"nn", "optim", "train", "data", "onnx"},
	{"curvature", "gradient", "landscape", "implicit", "bilevel", "minimax", "multiobjective", "transport", "flow", "diffusion",
		"normflow", "energy", "local", "pde", "fem", "federated", "distributed", "merge", "explain", "swarm", "symmetry"},
	{"study"},
	{"compare"},
	{"papers"},
	{"cmd", "web", "bench"},
	{"internal/layering"},
}

// shared are the internal packages that are no part of the engine: every floor
// may use them.
var shared = map[string]bool{"internal/threefry": true, "internal/nearest": true}

// floorOf is a package's floor; -1 if it has none.
func floorOf(pkg string) int {
	best, floor := -1, -1
	for i, dirs := range floors {
		for _, d := range dirs {
			if (pkg == d || strings.HasPrefix(pkg, d+"/")) && len(d) > best {
				best, floor = len(d), i
			}
		}
	}
	return floor
}

// allowed says what is wrong with an import, or "".
func allowed(from, to string) string {
	f, t := floorOf(from), floorOf(to)
	switch {
	case f < 0:
		return from + " has no floor: give it one in internal/layering"
	case t < 0:
		return to + " has no floor: give it one in internal/layering"
	case t > f:
		return from + " imports " + to + ", which stands above it"
	}
	// What the engine is made of is fx's own business, and the bench's.
	if strings.HasPrefix(to, "internal/") && !shared[to] && floorOf(from) > floorOf("fx") && !strings.HasPrefix(from, "bench") {
		return from + " imports " + to + ", which only fx may"
	}
	return ""
}

func TestImportsRunOneWay(t *testing.T) {
	root := filepath.Join("..", "..")
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			// A directory with its own go.mod is another module (a generator).
			_, mod := os.Stat(filepath.Join(path, "go.mod"))
			if name := d.Name(); path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "runs" || mod == nil) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		files++
		dir, _ := filepath.Rel(root, filepath.Dir(path))
		for _, imp := range f.Imports {
			name, _ := strconv.Unquote(imp.Path.Value)
			if to, ok := strings.CutPrefix(name, module); ok {
				if wrong := allowed(filepath.ToSlash(dir), to); wrong != "" {
					t.Errorf("%s: %s", path, wrong)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 20 {
		t.Fatalf("only %d files found: is the root right?", files)
	}
}

func TestRulesCanFail(t *testing.T) {
	for _, c := range [][2]string{
		{"fx", "nn"}, {"nn", "papers/laprop"}, {"study", "papers"}, {"optim", "internal/graph"},
		{"internal/graph", "fx"}, {"papers/laprop", "cmd/fluxion"}, {"novelty", "fx"}, {"fx", "novelty"},
	} {
		if allowed(c[0], c[1]) == "" {
			t.Errorf("%s may import %s", c[0], c[1])
		}
	}
	for _, c := range [][2]string{{"nn", "random"}, {"papers/laprop", "optim"}, {"fx", "internal/cpu"}, {"random", "internal/threefry"}, {"study", "internal/nearest"}} {
		if wrong := allowed(c[0], c[1]); wrong != "" {
			t.Error(wrong)
		}
	}
}
