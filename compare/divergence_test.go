package compare

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/train"
)

// breaking is gradient descent that writes a NaN into one leaf at one step.
type breaking struct {
	optim.SGD
	step, leaf int
}

func (b breaking) Update(g []*fx.Array, s optim.State, p []*fx.Array) ([]*fx.Array, optim.State) {
	now := s.(optim.StepState).Step
	u, next := b.SGD.Update(g, s, p)
	for i := range u {
		if i == b.leaf || b.leaf == fx.End {
			u[i] = fx.Where(now.Equal(fx.Const(float64(b.step-1))), fx.FullLike(u[i], math.NaN()), u[i])
		}
	}
	return u, next
}

func broken(step, leaf int) Method {
	return FromRule("broken", "", 0.01, func(lr optim.Schedule) breaking { return breaking{optim.NewSGD(lr), step, leaf} })
}

// TestDivergenceIsFound: at the step, in the parameter, with what was there
// before.
func TestDivergenceIsFound(t *testing.T) {
	c := small()
	c.Task, c.Seeds, c.Rates = MLP(), []uint64{0, 1}, []float64{0.01}
	c.Set = map[string]string{"train": "60", "test": "20", "batch": "16", "hidden": "4", "size": "8"}
	c.Methods = []Method{broken(5, 3), MustMethod("sgd")}
	r := do(t, c)
	if r.Standings[0].Method != "sgd" || r.Standings[0].Diverged != 0 {
		t.Errorf("the first is %s", r.Standings[0].Method)
	}
	s := r.of("broken")
	if s.Diverged != 2 || !math.IsInf(float64(s.Score.Value), 1) {
		t.Errorf("%d diverged, score %v", s.Diverged, s.Score.Value)
	}
	run := s.Runs[0]
	d := run.Divergence
	if d == nil || d.Step != 5 || d.What != "a parameter" || d.Group != "Layers[1].B" || !math.IsNaN(float64(d.Value)) ||
		d.LastStep != 5 || !finite(float64(d.LastLoss)) || !finite(float64(d.Before)) || d.AtStart != 0 || !(d.Before > 0) {
		t.Fatalf("%+v", d)
	}
	if run.Steps != 5 {
		t.Errorf("it went on to step %d", run.Steps)
	}
	good := r.of("sgd").Runs[0].Values["train_loss"]
	for i, v := range run.Values["train_loss"] {
		if last := i == len(run.Values["train_loss"])-1; last && !math.IsInf(v, 1) || !last && v != good[i] {
			t.Errorf("point %d of the curve: %v", i, v)
		}
	}
	folder, err := study.NewFolder(t.TempDir(), "", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Save(folder); err != nil {
		t.Fatal(err)
	}
	arrays, meta, err := train.LoadArrays(folder.Join("diverged-broken-seed-0.safetensors"))
	if err != nil || meta.Step != 4 || len(arrays) != 4 {
		t.Fatalf("%d arrays of step %d, %v", len(arrays), meta.Step, err)
	}
	for name, a := range arrays {
		if !a.IsFinite().All().Bools()[0] {
			t.Errorf("%s is not finite", name)
		}
	}
}

// TestExplosion: a loss that is finite but far above the first is found, too,
// and so is one that is NaN from the beginning.
func TestExplosion(t *testing.T) {
	c := small()
	c.Methods, c.Rates, c.Seeds, c.Evaluations = c.Methods[:1], []float64{30}, []uint64{0}, 2000
	d := do(t, c).Standings[0].Runs[0].Divergence
	if d == nil || d.What != "the loss" || d.Step > 10 || !finite(float64(d.Value)) || d.Group != "X" || !(d.After > d.Before && d.Before > d.AtStart) {
		t.Fatalf("%+v", d)
	}
	if got := d.String(); !strings.HasPrefix(got, "step ") || !strings.Contains(got, "X: largest ") || !strings.Contains(got, "last good loss") {
		t.Error(got)
	}
	c.Limit = 1e300
	if later := do(t, c).Standings[0].Runs[0].Divergence; later == nil || later.Step <= d.Step {
		t.Errorf("with a higher limit: %+v", later)
	}
	open := c.Task.Open
	c.Task.Open = func(s Setup) (Problem, error) {
		p, err := open(s)
		loss := p.Loss
		p.Loss = func(q Params, b any) *fx.Array { return loss(q, b).MulScalar(math.NaN()) }
		return p, err
	}
	d = do(t, c).Standings[0].Runs[0].Divergence
	if d == nil || d.Step != 1 || d.LastStep != 0 || !math.IsNaN(float64(d.LastLoss)) {
		t.Errorf("a loss that is NaN from the beginning: %+v", d)
	}
}

// TestDivergenceAtARate costs the rate, not the method.
func TestDivergenceAtARate(t *testing.T) {
	c := small()
	c.Methods, c.Rates = c.Methods[:1], []float64{0.3, 100}
	s := do(t, c).Standings[0]
	if s.Rate != 0.3 || s.Diverged != 0 || !math.IsInf(s.Tuning[1], 1) {
		t.Errorf("rate %v of scores %v", s.Rate, s.Tuning)
	}
}

// TestPanics: a mistake in a method is an error that names it.
func TestPanics(t *testing.T) {
	c := small()
	wrong := FromRule("wrong", "", 1, func(lr optim.Schedule) optim.Rule { return mistaken{} })
	c.Methods = []Method{wrong}
	_, err := Do(context.Background(), c)
	if err == nil || !strings.HasPrefix(err.Error(), "method wrong on task quadratic, learning rate ") || !strings.Contains(err.Error(), "2 updates for 1 parameters") {
		t.Errorf("error %v", err)
	}
}

type mistaken struct{}

func (mistaken) Init([]*fx.Array) optim.State { return nil }

func (mistaken) Update(g []*fx.Array, s optim.State, _ []*fx.Array) ([]*fx.Array, optim.State) {
	return append(g, g...), s
}
