package bench

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// The program's side of the protocol, on a small workload.
func TestServe(t *testing.T) {
	var out bytes.Buffer
	in := strings.NewReader("peak\nsetup matmul-f32-tn-256\nrun 2\ncost\nheap 2\npeak\n")
	if err := Serve(in, &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 7 || !strings.HasPrefix(lines[0], "ready fluxion") || !strings.HasPrefix(lines[2], "ok ") {
		t.Fatalf("answers %q", lines)
	}
	// 2 n^3 operations; two operands and a result of 4 n^2 bytes.
	if want := "3.3554432e+07 0 786432"; lines[4] != want {
		t.Errorf("cost %q, want %q", lines[4], want)
	}
}

func TestServeRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"run 3\n":                          "run before a setup",
		"setup nothing\n":                  `no workload "nothing"`,
		"setup matmul-f32-nn-256\nrun x\n": `run "x"; it takes a number of steps`,
		"setup matmul-f32-nn-256\nrun 0\n": `run "0"; it takes a number of steps`,
		"setup matmul-f32-nn-256\njump\n":  `unknown command "jump"`,
	} {
		if err := Serve(strings.NewReader(in), &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", in, err, want)
		}
	}
}

func TestOptions(t *testing.T) {
	var out bytes.Buffer
	for want, o := range map[string]Options{
		"whole numbers from 1":             {Pairs: 0, Threads: 1},
		`no workload's name contains "x?"`: {Pairs: 1, Threads: 1, Only: []string{"mlp", "x?"}},
	} {
		if err := Run(context.Background(), o, &out); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", o, err, want)
		}
	}
	if err := Profile("nothing", 1, &out); err == nil {
		t.Error("a profile of nothing")
	}
	if err := Profile("mlp-adam", 0, &out); err == nil {
		t.Error("a profile of no runs")
	}
}

// Names are told apart, fit a command, and every workload with a goal has a
// counterpart in the peer's program.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range workloads() {
		if len(w.name) > 30 || len(w.about) > 48 {
			t.Errorf("%s does not fit 80 columns: %q", w.name, w.about)
		}
		if seen[w.name] || strings.ContainsAny(w.name, " \n") || w.about == "" {
			t.Errorf("workload %q: %q", w.name, w.about)
		}
		seen[w.name] = true
		prefix, _, _ := strings.Cut(w.name, "-")
		if w.goal > 0 && !strings.Contains(torchPeer, `"`+w.name+`"`) && !strings.Contains(torchPeer, `"`+strings.TrimSuffix(w.name, "-backward")+`"`) &&
			prefix != "matmul" && !strings.Contains(torchPeer, `"`+prefix+`": `) {
			t.Errorf("the peer has no %q", w.name)
		}
	}
}

func TestMultiples(t *testing.T) {
	for _, m := range multiples {
		for _, name := range []string{m.name, m.of} {
			if _, err := find(name); err != nil {
				t.Error(err)
			}
		}
	}
}

// The widest row fits 80 columns.
func TestTableFits(t *testing.T) {
	var out bytes.Buffer
	tab := table{out: &out}
	tab.head(&program{name: "fluxion"}, nil, context.Canceled, 2, limits{GFlops: 1234, Bandwidth: 123.4})
	r := row{Workload: "conv-16-32-at-32-by-2-backward", Seconds: 0.12345, Peer: 0.12345, Ratio: 9.99, Low: 9.98, High: 10, Goal: 1.05, OfLimit: 1.37}
	if err := tab.row(r); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		if len(strings.TrimRight(line, "\n")) > 80 {
			t.Errorf("%d columns: %s", len(line), line)
		}
	}
}

func TestProfile(t *testing.T) {
	var out bytes.Buffer
	if err := Profile("mlp-gradient", 2, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"mlp-gradient: the gradient of the perceptron's loss", "dot float32[128 784] float32[784 512]", "at the machine's\nlimits"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
}
