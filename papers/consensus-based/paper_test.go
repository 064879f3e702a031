package consensusbased

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
	"github.com/fluxion-go/fluxion/swarm"
)

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
}

// small runs the claims' settings alone, with fewer hops.
func small(t *testing.T, methods lineup, threads int) *study.Outcome {
	t.Helper()
	p := experiment{methods, study.PerScale[plan]{Default: plan{
		runs: 12, counts: []int{20, 200}, hops: []float64{0.4, 0.7},
		places: []string{placeBowl}, alphas: []float64{5}, samples: []int{100, 1000, 10_000}, hopping: 60,
	}}}.paper()
	p.Seeds.Quick, p.Seeds.Full, p.Figures = 0, 0, nil
	p.Claims = []study.Claim{p.Claims[0], p.Claims[2], p.Claims[3]}
	for i := range p.Claims {
		p.Claims[i].Scales = nil
	}
	p.Claims[1].Judge = func(r *study.Results, j *study.Judgement) {
		// 12 runs of one seed are few: what separates the deviations remains.
		share := func(s float64) float64 { return r.Sample("found", "method", nameHopping, "s", s).Mean() }
		j.Above("found more often with wide samples", study.Value(share(0.7)-share(0.4)), 0.3)
	}
	return studytest.Run(t, study.Request{Paper: p, Seeds: []uint64{0}, Threads: threads})
}

// TestBrokenMethodsFail puts wrong methods in the place of the right ones. Every
// mistake must cost the claims that speak of it; the right ones cost none.
func TestBrokenMethodsFail(t *testing.T) {
	cbo := func(change func(*swarm.CBO)) lineup {
		l := published
		l.cbo = func(o swarm.Order) swarm.CBO {
			c := published.cbo(o)
			change(&c)
			return c
		}
		return l
	}
	hops := func(change func(n int, alpha, s float64) hopper) lineup {
		l := published
		l.hopping = change
		return l
	}
	for _, c := range []struct {
		name    string
		methods lineup
		fails   []string
	}{
		{"nothing", published, nil},
		{"noise of √dt twice", cbo(func(c *swarm.CBO) { c.Sigma = optim.Constant(1.6 * math.Sqrt(c.Dt)) }), []string{"1"}},
		{"the mean of the particles", cbo(func(c *swarm.CBO) { c.Alpha = optim.Constant(1e-12) }), []string{"1"}},
		{"hops by the best sample", hops(func(n int, _, s float64) hopper { return published.hopping(n, 1e15, s) }), []string{"4"}},
		{"hops half as wide", hops(func(n int, alpha, s float64) hopper { return published.hopping(n, alpha, s/2) }), []string{"3", "4"}},
		{"hops up", hops(func(n int, alpha, s float64) hopper { return upward{published.hopping(n, alpha, s)} }), []string{"3", "4"}},
	} {
		t.Run(c.name, func(t *testing.T) { studytest.MustLose(t, small(t, c.methods, 2), c.fails...) })
	}
}

// upward hops to where the objective is large.
type upward struct{ hopper }

func negative(e swarm.Objective) swarm.Objective {
	return func(x *fx.Array) *fx.Array { return e(x).Neg() }
}

func (u upward) Step(e swarm.Objective, s swarm.HoppingState) (swarm.HoppingState, swarm.Course) {
	return u.hopper.Step(negative(e), s)
}

func (u upward) Run(e swarm.Objective, s swarm.HoppingState, n int) (swarm.HoppingState, swarm.Course) {
	return u.hopper.Run(negative(e), s, n)
}

// TestSameBits: every part, on a small scale, on one thread and on two.
func TestSameBits(t *testing.T) {
	run := func(threads int) *study.Outcome {
		p := experiment{published, study.PerScale[plan]{Default: plan{
			runs: 3, counts: []int{20, 200}, hops: []float64{0.4, 0.6, 0.7}, descents: descents(300),
			places: []string{placeBowl, placeWaves}, alphas: []float64{5, 80}, samples: []int{100, 10_000}, hopping: 4,
			stability: true, dims: []int{3}, phaseRuns: 1, phaseSteps: 30,
			learners: []learner{{"linear", 10, paceScript}, {"convolutional", 5, paceSlow}}, epochs: 1, train: 240, test: 50, side: 8,
		}}}.paper()
		p.Seeds.Quick, p.Seeds.Full = 0, 0
		p.Claims = p.Claims[3:4]
		if threads == 1 {
			p.Figures = nil // once is enough
		}
		return studytest.Run(t, study.Request{Paper: p, Seeds: []uint64{0}, Threads: threads})
	}
	studytest.MustHaveSameBits(t, run(1), run(2))
}

// TestDescent: without noise it is gradient descent; with noise its first step
// has the strength σ √step / log 2.
func TestDescent(t *testing.T) {
	x := fx.New([]float64{1, -2})
	path := descent{0, 0.1, 3}.run(bowl, random.New(0), x).Float64s()
	for k := range 3 {
		for i, a := range []float64{1, 4} {
			want := x.Float64s()[i] * math.Pow(1-0.1*a, float64(k+1))
			if math.Abs(path[2*k+i]-want) > 1e-14 {
				t.Errorf("step %d: %v, want %v", k, path[2*k:2*k+2], want)
			}
		}
	}
	first := fx.Vmap(func(key *fx.Array) *fx.Array { return descent{3, 0.01, 1}.run(bowl, key, x).Index(0) })(random.SplitArray(random.New(1), 4000))
	want := 3 * 0.1 / math.Ln2
	if got := first.Std(0).Mean().Item(); math.Abs(got/want-1) > 0.03 {
		t.Errorf("noise of deviation %v, want %v", got, want)
	}
}

func TestLogSlope(t *testing.T) {
	if s := logSlope([]float64{1, 10, 100}, []float64{5, 0.5, 0.05}); math.Abs(s+1) > 1e-12 {
		t.Errorf("slope %v of 5/x", s)
	}
	if s := logSlope([]float64{1}, []float64{1}); !math.IsNaN(s) {
		t.Errorf("slope %v of one point", s)
	}
}

// TestRecordEnds: what is counted of runs.
func TestRecordEnds(t *testing.T) {
	paths := fx.New([]float64{
		3, 0, 0.1, 0, // finds it
		0, 0.2, 1, 0, // passes by
		5, 5, math.NaN(), 0,
	}, 3, 2, 2)
	r := study.NewRecorder()
	recordEnds(r, paths)
	got := r.Record()
	if found, passed := got.Scalar("found"), got.Scalar("passed"); found != 1.0/3 || passed != 2.0/3 || got.Scalar("distance") != 1 {
		t.Errorf("found %v, passed %v, distance %v", found, passed, got.Scalar("distance"))
	}
}
