package energypreconditioned

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
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

// small is scale default without what the claims can do without; without the
// valley, it has claims 1, 2 and 4 alone.
func small(t *testing.T, methods lineup, valley int) *study.Outcome {
	t.Helper()
	p := experiment{methods, study.PerScale[plan]{Default: plan{
		factors: []float64{0.9, 0.95, 1.1, 1.5, 2.5, 10, 1000}, steps: 700, valley: valley, designs: designSteps, exact: 2000,
	}}}.paper()
	p.Seeds.Quick, p.Seeds.Full, p.Figures = 0, 0, nil
	if valley == 0 {
		p.Claims = []study.Claim{p.Claims[0], p.Claims[1], p.Claims[3]}
	}
	for i := range p.Claims {
		p.Claims[i].Scales = nil
	}
	return studytest.Run(t, study.Request{Paper: p, Seeds: []uint64{0}, Threads: 2})
}

// broken changes what a step of AEPG gives.
type broken struct {
	optimizer
	change func(p, next *fx.Array, before, after optim.AEPGState, info optim.Info) (*fx.Array, optim.AEPGState)
}

func (b broken) Step(loss optim.Loss[*fx.Array], p *fx.Array, s optim.State) (*fx.Array, optim.State, optim.Info) {
	next, t, info := b.optimizer.Step(loss, p, s)
	q, after := b.change(p, next, s.(optim.AEPGState), t.(optim.AEPGState), info)
	return q, after, info
}

// TestBrokenMethodsFail puts wrong methods in the place of the right one. Every
// mistake must cost the claims that speak of it; the right one costs none.
func TestBrokenMethodsFail(t *testing.T) {
	with := func(change func(p, next *fx.Array, before, after optim.AEPGState, info optim.Info) (*fx.Array, optim.AEPGState)) lineup {
		return lineup{func(s setting) optimizer { return broken{aepg(s), change} }}
	}
	for _, c := range []struct {
		name    string
		methods lineup
		fails   []string
	}{
		{"nothing", published, nil},
		// The energy is the root of the loss at every step.
		{"energy not carried", with(func(_, next *fx.Array, _, after optim.AEPGState, _ optim.Info) (*fx.Array, optim.AEPGState) {
			after.Step = fx.Scalar(int32(0))
			return next, after
		}), []string{"1"}},
		// The step takes the energy before it falls.
		{"old energy", with(func(p, next *fx.Array, before, after optim.AEPGState, info optim.Info) (*fx.Array, optim.AEPGState) {
			first := before.Step.Equal(fx.Const(0))
			r := fx.Where(first, info.Values["shifted_loss"].Sqrt(), before.Energy)
			return p.Add(next.Sub(p).Mul(r.Div(info.Values["energy"]))), after
		}), []string{"1"}},
		{"half the step", with(func(p, next *fx.Array, _, after optim.AEPGState, _ optim.Info) (*fx.Array, optim.AEPGState) {
			return p.Add(next).MulScalar(0.5), after
		}), []string{"1", "4"}},
		{"no preconditioner", lineup{func(s setting) optimizer { s.precondition = nil; return aepg(s) }}, []string{"1", "4"}},
		{"no guard", lineup{func(s setting) optimizer { s.feasible = nil; return aepg(s) }}, []string{"4"}},
	} {
		valley := 0
		if c.name == "nothing" {
			valley = 9600
		}
		t.Run(c.name, func(t *testing.T) { studytest.MustLose(t, small(t, c.methods, valley), c.fails...) })
	}
}

// TestSameBits: every part, on a small scale, on one thread and on two.
func TestSameBits(t *testing.T) {
	run := func(threads int) *study.Outcome {
		p := experiment{published, study.PerScale[plan]{Default: plan{
			factors: factors, steps: 60, variants: true, valley: 50, designs: designSteps, exact: 100, starts: 2, fitSteps: 6, map2: 3, plane: 8, network: 3,
		}}}.paper()
		p.Seeds.Quick, p.Seeds.Full = 0, 0
		p.Claims = p.Claims[:1]
		if threads == 1 {
			p.Figures = nil // once is enough
		}
		return studytest.Run(t, study.Request{Paper: p, Seeds: []uint64{0}, Threads: threads})
	}
	studytest.MustHaveSameBits(t, run(1), run(2))
}

// TestEuclideanNorm: the law holds in the other norm, too.
func TestEuclideanNorm(t *testing.T) {
	p := experiment{published, study.PerScale[plan]{Default: plan{factors: []float64{0.9, 1.1, 10}, steps: 100, variants: true, valley: 100, designs: designSteps[:2], exact: 100}}}.paper()
	p.Seeds.Quick, p.Seeds.Full, p.Figures = 0, 0, nil
	p.Claims = p.Claims[:1]
	studytest.MustLose(t, studytest.Run(t, study.Request{Paper: p, Seeds: []uint64{0}, Set: map[string]string{"norm": "euclidean"}}))
}

// TestLaw: what is counted of a run.
func TestLaw(t *testing.T) {
	// One parameter, L = x²/2, c = 1, η = 0.5, from x = 2, by the formula.
	x, r := 2.0, math.Sqrt(3)
	good := run{}
	for range 5 {
		l := math.Sqrt(x*x/2 + 1)
		v := x / (2 * l)
		r /= 1 + v*v
		good.loss, good.energy = append(good.loss, x*x/2), append(good.energy, r)
		good.effective = append(good.effective, 0.5*r/l)
		good.slope, good.size = append(good.slope, -r*v*v), append(good.size, v*v)
		x -= r * v
	}
	if rises, law := good.law(1, 5); rises != 0 || law > 1e-14 {
		t.Errorf("%d rises, law %v of a run by the formula", rises, law)
	}
	good.energy[3] = good.energy[2]
	if rises, law := good.law(1, 5); rises != 1 || law < 1e-3 {
		t.Errorf("%d rises, law %v where the energy stays", rises, law)
	}
	if rises, _ := good.law(1, 3); rises != 0 {
		t.Errorf("%d rises before that", rises)
	}
}

func TestRun(t *testing.T) {
	r := run{loss: []float64{5, 2, 1, 0.1}, least: []float64{1, 0, -1, 2}}
	if r.reached(1, 4) != 2 || !math.IsInf(r.reached(1, 2), 1) || r.outside() != 2 {
		t.Errorf("reached %v, outside %v", r.reached(1, 4), r.outside())
	}
	if !r.finite() || (run{end: []float64{math.NaN()}}).finite() {
		t.Error("finite")
	}
}

// TestMultiplicative: it is the metric's descent with the step 1/dim.
func TestMultiplicative(t *testing.T) {
	a := random.Normal(random.New(1), fx.Float64, designPoints, designDim)
	w := random.Uniform(random.New(2), fx.Float64, 0.5, 1, designPoints)
	w = w.Div(w.Sum())
	loss := designLoss(a)
	one, _, _ := multiplicative{designDim}.Step(loss, w, nil)
	t2 := func(w *fx.Array) func(*fx.Array) *fx.Array {
		return func(v *fx.Array) *fx.Array { return w.Mul(v).Sub(w.Mul(w.Dot(v))) }
	}
	two, _, _ := fixed{eta: fx.Scalar(0.1), precondition: t2}.Step(loss, w, nil)
	if off := one.Sub(two).Abs().Max().Item(); off > 1e-15 || math.Abs(one.Sum().Item()-1) > 1e-14 {
		t.Errorf("they differ by %v; the sum is %v", off, one.Sum())
	}
}

// TestState: the density has mass 1, and the loss its minimum at both orders of
// the means.
func TestState(t *testing.T) {
	m := fx.New([]float64{-5, 6})
	if mass := state(m).Sum().Item() * 2 * stateHalf / stateCells; math.Abs(mass-1) > 1e-14 {
		t.Errorf("mass %v", mass)
	}
	if l := stateLoss(fx.New([]float64{2, -2})).Item(); l > 1e-30 {
		t.Errorf("loss %v with the means exchanged", l)
	}
}
