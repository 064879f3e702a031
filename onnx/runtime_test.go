package onnx_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/onnx"
	"github.com/fluxion-go/fluxion/random"
)

// job is a model to run, what we found, and how much may differ.
type job struct {
	name      string
	model     []byte
	inputs    map[string]*fx.Array
	want      map[string]*fx.Array
	tolerance float64
}

// stirred adds noise to every parameter, so that nothing is 0 or 1 that was made
// so, and hides what is behind it.
func stirred[P any](params P) P {
	n := uint64(0)
	return fx.Map(func(a *fx.Array) *fx.Array {
		if n++; !a.DType().IsFloat() {
			return a
		}
		noise := random.Normal(random.New(n), a.DType(), a.Shape()...).MulScalar(0.05)
		return a.Add(noise)
	}, params)
}

// makeJob exports f, and evaluates it at x, or at other if the batch is free.
func makeJob[P, X, Y any](t *testing.T, name string, tolerance float64, params P, f func(P, X) Y, x X, others ...X) []job {
	t.Helper()
	params = stirred(params)
	opts := onnx.Options{}
	if len(others) > 0 {
		opts.Batch = "batch"
	}
	model, err := onnx.Export(params, f, x, opts)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return nil
	}
	named := func(tree any, alone string) map[string]*fx.Array {
		m := map[string]*fx.Array{}
		leaves := fx.Leaves(tree)
		for i, path := range fx.Paths(tree) {
			if path == "" {
				path = alone
			}
			m[path] = leaves[i]
		}
		return m
	}
	var jobs []job
	for i, x := range append([]X{x}, others...) {
		label := name
		if i > 0 {
			label = fmt.Sprintf("%s, other batch %d", name, i)
		}
		jobs = append(jobs, job{label, model, named(x, "x"), named(f(params, x), "y"), tolerance})
	}
	return jobs
}

// tensorJSON is what testdata/run.js reads and writes. Numbers that JSON has not
// are strings.
type tensorJSON struct {
	Type string `json:"type,omitempty"`
	Dims []int  `json:"dims"`
	Data []any  `json:"data"`
}

const runtimeVariable = "FLUXION_ONNXRUNTIME"

// run runs the jobs in ONNX Runtime and compares. It is skipped unless the
// variable names a directory in which `npm install onnxruntime-node` was run.
func run(t *testing.T, jobs []job) {
	t.Helper()
	dir := os.Getenv(runtimeVariable)
	node, err := exec.LookPath("node")
	if dir == "" || err != nil {
		t.Skipf("set %s to a directory in which npm install onnxruntime-node was run, to compare with ONNX Runtime", runtimeVariable)
	}
	type jobJSON struct {
		Model  string                `json:"model"`
		Inputs map[string]tensorJSON `json:"inputs"`
	}
	var list []jobJSON
	for i, j := range jobs {
		path := filepath.Join(t.TempDir(), fmt.Sprintf("%d.onnx", i))
		if err := os.WriteFile(path, j.model, 0o644); err != nil {
			t.Fatal(err)
		}
		inputs := map[string]tensorJSON{}
		for name, a := range j.inputs {
			data := []any{}
			for _, v := range a.Float64s() {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					data = append(data, strings.Replace(fmt.Sprint(v), "Inf", "Infinity", 1))
					continue
				}
				data = append(data, v)
			}
			inputs[name] = tensorJSON{a.DType().String(), a.Shape(), data}
		}
		list = append(list, jobJSON{path, inputs})
	}
	text, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("testdata/run.js")
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(node, script)
	command.Stdin = bytes.NewReader(text)
	command.Env = append(os.Environ(), "NODE_PATH="+filepath.Join(dir, "node_modules"))
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.Bytes())
	}
	var results []struct {
		Outputs map[string]tensorJSON
		Error   string
	}
	if err := json.Unmarshal(out, &results); err != nil || len(results) != len(jobs) {
		t.Fatalf("%v\n%s", err, out)
	}
	for i, j := range jobs {
		if results[i].Error != "" {
			t.Errorf("%s: %s", j.name, results[i].Error)
			continue
		}
		for name, want := range j.want {
			compare(t, j.name+", "+name, want, results[i].Outputs[name], j.tolerance)
		}
	}
}

// compare says how far two arrays are apart, relative to the largest element or
// 1.
func compare(t *testing.T, name string, want *fx.Array, got tensorJSON, tolerance float64) {
	t.Helper()
	if !slices.Equal(want.Shape(), got.Dims) {
		t.Errorf("%s: shape %v, want %v", name, got.Dims, want.Shape())
		return
	}
	worst, largest := 0.0, 0.0
	for i, w := range want.Float64s() {
		g := number(got.Data[i])
		if !math.IsInf(w, 0) && !math.IsNaN(w) {
			largest = math.Max(largest, math.Abs(w))
		}
		if math.IsNaN(w) && math.IsNaN(g) || w == g {
			continue
		}
		worst = math.Max(worst, math.Abs(w-g))
		if math.IsNaN(w - g) {
			worst = math.Inf(1)
		}
	}
	if largest == 0 {
		t.Errorf("%s: all zeros, which compares nothing", name)
	}
	scale := math.Max(1, largest)
	t.Logf("%-40s differs by %.2g of %.3g", name, worst, scale)
	if worst > tolerance*scale {
		t.Errorf("%s: differs by %v of %v", name, worst, scale)
	}
}

func number(v any) float64 {
	switch v := v.(type) {
	case float64:
		return v
	case string:
		f, _ := strconv.ParseFloat(v, 64)
		return f
	}
	return math.NaN()
}
