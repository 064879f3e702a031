package compare

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// tiny are options that make each task quick.
var tiny = map[string]map[string]string{
	"quadratic": {"dim": "6", "noise": "0.1"}, "rosenbrock": {"dim": "3", "noise": "0.1"},
	"logistic":    {"rows": "100", "features": "5", "batch": "10"},
	"mlp":         {"train": "60", "test": "20", "batch": "16", "hidden": "4", "size": "8"},
	"convnet":     {"train": "40", "test": "20", "batch": "8", "hidden": "4", "filters": "2", "size": "8"},
	"transformer": {"batch": "2", "context": "8", "features": "8", "blocks": "1"},
	"pinn":        {"points": "8", "width": "4", "equation": "burgers", "resample": "true"},
}

func open(t *testing.T, task Task, set map[string]string, d study.DataSet) (Problem, error) {
	t.Helper()
	settings, err := study.NewSettings(task.Options, set)
	if err != nil {
		t.Fatal(err)
	}
	if d.Name == "" && len(task.DataSets) > 0 {
		d.Name = task.DataSets[0]
	}
	return task.Open(Setup{settings, d})
}

// TestEveryTask: the loss has a gradient in every parameter, batches are pure
// functions of the seed, and a few steps of Adam make the first metric smaller.
func TestEveryTask(t *testing.T) {
	for _, task := range Tasks() {
		t.Run(task.Name, func(t *testing.T) {
			p, err := open(t, task, tiny[task.Name], study.DataSet{})
			if err != nil {
				t.Fatal(err)
			}
			params := p.Init(random.New(0))
			one, again, other := p.Batches(1), p.Batches(1), p.Batches(2)
			flat := func(b any) (all []float64) {
				for _, a := range fx.Leaves(b) {
					all = append(all, a.AsType(fx.Float64).Float64s()...)
				}
				return all
			}
			first := one()
			if a := flat(first); !slices.Equal(a, flat(again())) || slices.Equal(a, flat(other())) || slices.Equal(a, flat(one())) {
				t.Error("the batches are no sequence of the seed")
			}
			g, paths := optim.Floats(fx.Grad(func(q Params) *fx.Array { return p.Loss(q, first) })(params))
			for i, a := range g {
				if v := a.Abs().Max().Item(); !(v > 0) || !finite(v) {
					t.Errorf("the gradient of %s is %v at most", paths[i], v)
				}
			}
			c := small()
			c.Task, c.Set, c.Methods, c.Seeds, c.Evaluations = task, tiny[task.Name], []Method{MustMethod("adam")}, []uint64{0}, 10
			c.Rates = []float64{0.01}
			run := do(t, c).Standings[0].Runs[0]
			values := run.Values[task.Metrics[0].Name]
			if last := values[len(values)-1]; !(last < values[0]) {
				t.Errorf("%s from %v to %v", task.Metrics[0].Name, values[0], last)
			}
			for _, m := range task.Metrics {
				if len(run.Values[m.Name]) != len(values) {
					t.Errorf("metric %s has %d points", m.Name, len(run.Values[m.Name]))
				}
			}
		})
	}
}

// TestSpectrum: the Hessian of the quadratic has the spectrum that was chosen.
func TestSpectrum(t *testing.T) {
	for _, c := range []struct {
		set  map[string]string
		want []float64
	}{
		{map[string]string{"spectrum": "list", "eigenvalues": "3,0.5,7"}, []float64{0.5, 3, 7}},
		{map[string]string{"dim": "3", "condition": "100"}, []float64{0.01, 0.1, 1}},
		{map[string]string{"dim": "3", "spectrum": "power", "exponent": "2"}, []float64{1.0 / 9, 0.25, 1}},
	} {
		p, err := open(t, Quadratic(), c.set, study.DataSet{})
		if err != nil {
			t.Fatal(err)
		}
		batch := p.Batches(0)()
		n := len(c.want)
		h := fx.Hessian(func(x *fx.Array) *fx.Array { return p.Loss(point{x}, batch) })(fx.Ones(fx.Float64, n))
		for i, got := range fx.Eigvalsh(h).Float64s() {
			if math.Abs(got-c.want[i]) > 1e-12 {
				t.Errorf("%v: eigenvalue %v, want %v", c.set, got, c.want[i])
			}
		}
	}
}

// TestEquations: the known solutions satisfy the differential equations and
// their conditions, so that residual, border and solution agree.
func TestEquations(t *testing.T) {
	const nu = 0.05
	x := random.Uniform(random.New(3), fx.Float64, 0.1, 0.9, 20, 2)
	sine := func(at *fx.Array) *fx.Array {
		s := at.Reshape(at.Dim(0)).MulScalar(math.Pi)
		return s.Sin().Add(s.MulScalar(4).Sin().MulScalar(0.25))
	}
	cole := func(at *fx.Array) *fx.Array {
		return coleHopf(at.Take(fx.Scalar(int32(0)), 1), at.Take(fx.Scalar(int32(1)), 1), nu)
	}
	for _, c := range []struct {
		name string
		e    equation
		u    scalarField
		at   *fx.Array
	}{
		{"poisson", poisson(fx.Float64), sine, x.SliceAxis(1, 0, 1)},
		{"burgers", burgers(fx.Float64, nu), cole, x},
	} {
		if worst := c.e.residual(c.u, c.at).Abs().Max().Item(); worst > 1e-9 {
			t.Errorf("%s: the solution leaves a residual of %v", c.name, worst)
		}
		if worst := c.u(c.e.known).Sub(c.e.solution).Abs().Max().Item(); worst > 1e-12 {
			t.Errorf("%s: the solution differs by %v from the known one", c.name, worst)
		}
		wrong := func(at *fx.Array) *fx.Array { return c.u(at).MulScalar(1.1) }
		if worst := c.e.residual(wrong, c.at).Abs().Max().Item(); worst < 1e-2 {
			t.Errorf("%s: another function leaves a residual of only %v", c.name, worst)
		}
	}
	e := burgers(fx.Float64, nu)
	shifted := e.border.Add(fx.New([]float64{0, 1e-9})) // at t = 0 the integral has no width
	if worst := cole(shifted).Sub(e.values).Abs().Max().Item(); worst > 1e-6 {
		t.Errorf("burgers: the solution misses the border by %v", worst)
	}
}

// TestUsersFiles: a LIBSVM file and a text by their paths.
func TestUsersFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	rows := write("mine.libsvm", strings.Repeat("+1 1:1 3:0.5\n-1 2:1\n+1 1:2\n", 10))
	p, err := open(t, Logistic(), map[string]string{"batch": "0"}, study.DataSet{Name: rows})
	if err != nil {
		t.Fatal(err)
	}
	if e := p.Batches(0)().(examples); e.n() != 24 || e.X.Dim(1) != 3 {
		t.Errorf("rows of shape %v", e.X.Shape())
	}
	text := write("mine.txt", strings.Repeat("hello world\n", 50))
	if _, err := open(t, Transformer(), map[string]string{"context": "8"}, study.DataSet{Name: text}); err != nil {
		t.Error(err)
	}
	three := write("three", "1 1:1\n2 1:1\n3 1:1\n")
	for _, c := range []struct {
		task Task
		set  map[string]string
		name string
		want string
	}{
		{Logistic(), nil, three, "has 3 different labels: logistic regression is for two"},
		{Logistic(), map[string]string{"batch": "25"}, rows, "option batch: 25 examples in a batch, but there are only 24"},
		{Logistic(), nil, dir, "is a folder: --data takes a LIBSVM file"},
		{MLP(), nil, rows, "is a file: --data takes a folder of pictures"},
		{Transformer(), nil, dir, "is a folder: --data takes a text file"},
		{Transformer(), nil, write("short", "abcdefgh"), "must be more than the context of 32"},
		{Transformer(), map[string]string{"heads": "5"}, "", "option heads: 32 features do not divide among 5 heads"},
		{Quadratic(), map[string]string{"spectrum": "list"}, "", "spectrum=list needs option eigenvalues"},
		{Quadratic(), map[string]string{"spectrum": "list", "eigenvalues": "1,-1"}, "", `option eigenvalues: "-1" is not`},
		{Quadratic(), map[string]string{"eigenvalues": "1"}, "", "option eigenvalues is for spectrum=list"},
	} {
		if _, err := open(t, c.task, c.set, study.DataSet{Name: c.name}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %v %s: %v, want %s", c.task.Name, c.set, c.name, err, c.want)
		}
	}
}

// TestPictures: a folder of pictures is split into training and test images.
func TestPictures(t *testing.T) {
	set, err := data.Glyphs(20, 8, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := most(set, 7); err != nil || got.N() != 7 {
		t.Errorf("%v", err)
	}
	if got, _ := most(set, 100); got.N() != 20 {
		t.Errorf("%d images of 20", got.N())
	}
	a, b := split(12)
	if !slices.Equal(b, []int{4, 9}) || len(a) != 10 {
		t.Errorf("split into %v and %v", a, b)
	}
}
