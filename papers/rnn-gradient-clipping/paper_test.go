package rnngradientclipping

import (
	"math"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
)

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
}

// small runs the experiment at scale quick with the given methods.
func small(t *testing.T, methods lineup, seeds []uint64, threads int) *study.Outcome {
	t.Helper()
	p := experiment{methods, plans()}.paper()
	p.Figures = nil // they take longer than the rest
	return studytest.Run(t, study.Request{Paper: p, Scale: study.Quick, Seeds: seeds,
		Threads: threads, Set: map[string]string{"limit": "500"}})
}

// with are the published methods with a change.
func with(change func(l *lineup)) lineup {
	l := published
	change(&l)
	return l
}

// Deliberate mistakes.
var (
	noClipping = with(func(l *lineup) { l.clip = func() optim.Rule { return optim.Scale(1) } })
	standing   = with(func(l *lineup) { l.clip = func() optim.Rule { return optim.ClipByGlobalNorm(1e-3) } })
	noOmega    = with(func(l *lineup) {
		l.omega = func(u, _, _ *fx.Array) (*fx.Array, *fx.Array) { return fx.Scalar(float32(0)), fx.ZerosLike(u) }
	})
	vanishing = with(func(l *lineup) {
		l.omega = func(u, delta, slope *fx.Array) (*fx.Array, *fx.Array) {
			omega, g := published.omega(u, delta, slope)
			return omega, g.Neg()
		}
	})
	backwards = with(func(l *lineup) {
		l.signals = func(c nn.RNNCell, x, start *fx.Array, loss func(h *fx.Array) *fx.Array) (value, h, delta *fx.Array) {
			value, h, delta = published.signals(c, x, start, loss)
			return value, h, delta.Flip(0)
		}
	})
)

// TestBrokenMethodsFail: every mistake costs the claims that speak of it; the
// right methods lose none.
func TestBrokenMethodsFail(t *testing.T) {
	for _, c := range []struct {
		name    string
		methods lineup
		fails   []string
	}{
		{"nothing", published, nil},
		{"no clipping", noClipping, []string{"2"}},
		{"a threshold that stops everything", standing, []string{"2"}},
		{"no regulariser", noOmega, []string{"4b"}},
		{"a regulariser that lets signals vanish", vanishing, []string{"4b"}},
		{"signals in the wrong order", backwards, []string{"5"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := small(t, c.methods, []uint64{0, 1}, 2)
			studytest.MustLose(t, o, c.fails...)
		})
	}
}

// TestBrokenRemedies: the claims that take five seeds and a long gap, on shorter
// sequences, with the settings that quick has: both hold, and neither without the
// remedies.
func TestBrokenRemedies(t *testing.T) {
	if testing.Short() {
		t.Skip("about ten seconds")
	}
	tasks := plans().Quick
	tasks.length, tasks.limit, tasks.long, tasks.signals = 19, 600, 25, nil
	tasks.others = []part{{task: nameOrder, start: nameSmartTanh, length: tasks.long, limit: 600, arms: []string{nameSGD, nameCR}}}
	for _, c := range []struct {
		name    string
		methods lineup
		kept    bool
	}{
		{"nothing", published, true},
		{"neither clipping nor regulariser", lineup{noClipping.clip, noOmega.omega, published.signals}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := experiment{c.methods, study.PerScale[plan]{Quick: tasks, Default: tasks}}.paper()
			p.Figures = nil
			// The others speak of what is not measured here.
			p.Claims = slices.DeleteFunc(p.Claims, func(claim study.Claim) bool { return claim.ID != "1" && claim.ID != "3" })
			o := studytest.Run(t, study.Request{Paper: p, Seeds: []uint64{0, 1, 2, 3, 4}, Threads: 2})
			for _, v := range o.Verdicts {
				if (v.Status == study.Reproduced) != c.kept {
					t.Errorf("claim %s: %v", v.Claim, v.Checks)
				}
			}
		})
	}
}

// TestSameBits: threads and the seeds that run beside do not matter.
func TestSameBits(t *testing.T) {
	one, two := small(t, published, []uint64{0, 1}, 1), small(t, published, []uint64{1}, 2)
	for _, s := range two.Results.Seeds[0].Record.Scalars {
		var pairs []any
		for _, l := range s.Labels {
			pairs = append(pairs, l.Key, l.Value)
		}
		if other := one.Results.Seeds[1].Record.Scalar(s.Name, pairs...); math.Float64bits(other) != math.Float64bits(float64(s.Value)) {
			t.Errorf("%s is %v alone and %v beside seed 0", s.ID, s.Value, other)
		}
	}
}

// TestStarts: the paper's three initialisations.
func TestStarts(t *testing.T) {
	for name, want := range map[string]struct{ deviation, radius float64 }{
		nameSigmoid: {0.01, 0}, nameBasicTanh: {0.1, 0}, nameSmartTanh: {0, 0.95},
	} {
		u := startNamed(name).network(random.New(1), 6, units, 4).Cell.U.AsType(fx.Float64)
		if d := u.Square().Mean().Sqrt().Item(); want.deviation > 0 && math.Abs(d/want.deviation-1) > 0.05 {
			t.Errorf("%s: deviation %v", name, d)
		}
		if r := linalg.SpectralRadius(u).Item(); want.radius > 0 && math.Abs(r-want.radius) > 1e-5 {
			t.Errorf("%s: radius %v", name, r)
		}
	}
}

// TestUpdateIsTheAlgorithm makes one step of SGD-CR by hand: the loss's gradient,
// alpha times that of Omega with signals from a derivative at each state, one
// joint norm, and the step.
func TestUpdateIsTheAlgorithm(t *testing.T) {
	r := newTrainer(published.arm(nameCR), startNamed(nameBasicTanh), taskNamed(nameOrder), 12)
	l := r.first(seeding{random.New(3), fx.Scalar(0.1), fx.Scalar(2.0)})
	next, loss, norm := r.update(l)

	key := random.FoldIn(random.FoldIn(l.Key, partTraining), 0)
	x, labels := r.task.draw(key, fx.Float32, batchSize, 12)
	value := func(n network) *fx.Array {
		h, _ := nn.Unroll(n.Cell, x, n.Cell.Start(batchSize), false)
		return nn.SoftmaxCrossEntropy(n.Readout.Apply(last(h)), labels).Mean()
	}
	want, g := fx.ValueAndGrad(value)(l.Net)
	// The signal at the last state, and backwards from there.
	h, _ := nn.Unroll(l.Net.Cell, x, l.Net.Cell.Start(batchSize), false)
	delta := fx.Grad(func(h *fx.Array) *fx.Array {
		return nn.SoftmaxCrossEntropy(l.Net.Readout.Apply(h), labels).Mean()
	})(last(h))
	signals := []*fx.Array{delta}
	for k := 11; k > 0; k-- {
		delta = delta.Mul(nn.TanhSlope(h.SliceAxis(1, k, k+1).Squeeze(1))).MatMul(l.Net.Cell.U.T())
		signals = append([]*fx.Array{delta}, signals...)
	}
	_, more := nn.NewVanishingRegularizer().Omega(l.Net.Cell.U, fx.Stack(1, signals...), nn.TanhSlope(h))
	g.Cell.U = g.Cell.U.Add(more.MulScalar(2))
	leaves := fx.Leaves(g)
	size := optim.GlobalNorm(leaves).Item()
	if math.Abs(norm.Item()-size) > 1e-5*size || math.Abs(loss.Item()-want.Item()) > 1e-6 {
		t.Errorf("norm %v and loss %v, by hand %v and %v", norm, loss, size, want)
	}
	by := 0.1 * math.Min(1, threshold/size)
	before := fx.Leaves(l.Net)
	for i, a := range fx.Leaves(next.Net) {
		by := before[i].Sub(leaves[i].MulScalar(by))
		if d := a.Sub(by).Abs().Max().Item(); d > 1e-6 {
			t.Errorf("leaf %d is off by %v", i, d)
		}
	}
}

// TestFullPlan: scale full declares every start, length and task.
func TestFullPlan(t *testing.T) {
	p := plans().Full
	seen := map[string]bool{}
	for _, part := range p.others {
		if seen[part.String()] {
			t.Errorf("%v twice", part)
		}
		seen[part.String()] = true
		taskNamed(part.task)
		startNamed(part.start)
	}
	if len(seen) != 15+12 {
		t.Errorf("%d parts", len(seen))
	}
}
