package rectifiedflow

import (
	"context"
	"maps"
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/flow"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
)

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
}

// TestPlan: the plan of a scale with the options of a user.
func TestPlan(t *testing.T) {
	for _, c := range []struct {
		scale  study.Scale
		set    map[string]string
		steps  int
		ways   int
		images bool
		side   int
	}{
		{study.Quick, nil, 700, 1, false, 14},
		{study.Default, map[string]string{"images": "yes", "image-side": "7"}, 2500, 3, true, 7},
		{study.Default, map[string]string{"steps": "9"}, 9, 3, false, 14},
		{study.Full, nil, 10_000, 3, true, 28},
		{study.Full, map[string]string{"images": "no"}, 10_000, 3, false, 28},
	} {
		env, err := study.NewEnv(context.Background(), Paper(), c.scale, 0, c.set)
		if err != nil {
			t.Fatal(err)
		}
		e := experiment{plans, flow.Linear(), reflowed}
		p := e.plan(env)
		if p.steps != c.steps || len(e.ways(p)) != c.ways || p.images != c.images || p.side != c.side {
			t.Errorf("%s %v: %d steps, %d ways, images %v of side %d", c.scale, c.set, p.steps, len(e.ways(p)), p.images, p.side)
		}
	}
}

// smallPlans is scale default with less of everything.
func smallPlans(string) study.PerScale[plan] {
	return study.PerScale[plan]{Default: plan{
		rounds: 2, hidden: []int{48, 48}, steps: 1400, distill: 50, batch: 200, stored: 3000, judged: 150, fine: 40,
		euler: []int{1, 100}, rates: []float64{1e-2},
		side: 8, features: 8, levels: []int{1}, blocks: 1, train: 100, test: 70,
		imageSteps: 8, imageBatch: 8, imagePairs: 16, average: 0.9, warmup: 4, pairSteps: 2, imageEuler: []int{1, 3},
	}}
}

// small runs an experiment on that scale.
func small(t *testing.T, e experiment, threads int, set map[string]string) *study.Outcome {
	t.Helper()
	e.plans = smallPlans
	p := e.paper()
	p.Seeds.Quick, p.Seeds.Full = 0, 0
	for i := range p.Claims {
		p.Claims[i].Scales = nil
	}
	if set["images"] != "yes" {
		p.Figures = nil
	}
	return studytest.Run(t, study.Request{Paper: p, Seeds: []uint64{0}, Set: maps.Clone(set), Threads: threads})
}

// TestBrokenMethodsFail puts mistakes into the method. Each costs the claims
// that speak of it; the right method loses none.
func TestBrokenMethodsFail(t *testing.T) {
	right := experiment{linear: flow.Linear(), reflow: reflowed}
	shuffled, coarse, short, squared := right, right, right, right
	shuffled.reflow = func(v flow.Field, starts *fx.Array, s flow.Solver) (flow.Pairs, error) {
		pairs, err := reflowed(v, starts, s)
		return pairs.Shuffled(random.New(1)), err
	}
	coarse.reflow = func(v flow.Field, starts *fx.Array, _ flow.Solver) (flow.Pairs, error) {
		return reflowed(v, starts, flow.Euler(2))
	}
	// It stops halfway to X1.
	short.linear.Alpha = func(t *fx.Array) *fx.Array { return t.MulScalar(0.5) }
	// Its ends are right, but it is not a straight line through X0 and X1.
	squared.linear = flow.SubVP()
	for _, c := range []struct {
		name  string
		e     experiment
		fails []string
	}{
		{"nothing", right, nil},
		{"partners exchanged between rounds", shuffled, []string{"1"}},
		{"pairs of a coarse solver", coarse, []string{"2"}},
		{"half the way", short, []string{"3", "4"}},
		{"the diffusion's motion", squared, []string{"1", "4"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := small(t, c.e, 2, nil)
			studytest.MustLose(t, o, c.fails...)
		})
	}
}

// TestSameBits: threads do not matter.
func TestSameBits(t *testing.T) {
	set := map[string]string{"steps": "20"}
	e := experiment{linear: flow.Linear(), reflow: reflowed}
	studytest.MustHaveSameBits(t, small(t, e, 1, set), small(t, e, 2, set))
}

// TestImages: with images, every table and figure can be made.
func TestImages(t *testing.T) {
	o := small(t, experiment{linear: flow.Linear(), reflow: reflowed}, 2, map[string]string{"images": "yes", "steps": "20"})
	if len(o.Figures) != 6 || len(o.Tables) != 5 {
		t.Errorf("figures %v, %d tables", o.Figures, len(o.Tables))
	}
}

// TestMixtures: samples have the means and variances that were asked for.
func TestMixtures(t *testing.T) {
	from, to := triangles()
	_, hump := humps()
	const n = 30_000
	for name, c := range map[string]struct {
		points    *fx.Array
		mean      []float64
		meanNorm2 float64 // E|x|^2
	}{
		"from":      {from.Sample(random.New(1), fx.Float32, n), []float64{0, 0}, 25.6},
		"to, even":  {even(to, random.New(2), n), []float64{0, 0}, 25.6},
		"two humps": {hump.Sample(random.New(3), fx.Float32, n), []float64{-1.8}, 0.7*9 + 0.3 + 0.5},
	} {
		for i, m := range c.points.Mean(0).AsType(fx.Float64).Float64s() {
			if math.Abs(m-c.mean[i]) > 0.06 {
				t.Errorf("%s: mean %v, want %v", name, m, c.mean[i])
			}
		}
		if got := c.points.Square().Sum(1).Mean().Item(); math.Abs(got-c.meanNorm2) > 0.15 {
			t.Errorf("%s: mean square %v, want %v", name, got, c.meanNorm2)
		}
	}
}

// TestOtherDomain: there and back is the identity, bit for bit.
func TestOtherDomain(t *testing.T) {
	x := random.Normal(random.New(1), fx.Float32, 2, 5, 5, 3)
	if backDomain(otherDomain(x)).Sub(x).Abs().Max().Item() != 0 {
		t.Error("turning back is not exact")
	}
}
