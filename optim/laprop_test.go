package optim

import (
	"fmt"
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"pgregory.net/rapid"
)

// lapropScalar is LaProp with all its variants for one parameter, in float64,
// written from the specification in the order of the authors' laprop.py.
func lapropScalar(l LaProp, lr func(t int) float64) formula {
	mu, nu := l.Beta1, l.Beta2
	var n, gbar, largest, m, a, c float64
	return func(t int, p, g float64) float64 {
		rate := lr(t)
		n = nu*n + (1-nu)*g*g
		c = nu*c + (1 - nu)
		use := n
		if l.Centered {
			gbar = nu*gbar + (1-nu)*g
			if t > l.Warm {
				use = max(0, n-gbar*gbar)
			}
		}
		if l.AMSGrad {
			if !(l.Centered && t <= l.Warm) {
				largest = max(largest, use)
				use = largest
			}
		}
		u := 0.0
		if g != 0 {
			u = g / (math.Sqrt(use/c) + l.Epsilon)
		}
		step := 0.0
		if l.LRInBuffer {
			m = mu*m + (1-mu)*rate*u
			a = mu*a + (1-mu)*rate
			if rate != 0 {
				step = m / (a / rate)
			}
		} else {
			m = mu*m + (1-mu)*u
			step = rate * m / (1 - math.Pow(mu, float64(t)))
		}
		if l.Decay.Mode == DecayTimesRate { // the fairseq copy: before the step
			return p*(1-rate*l.Decay.Value) - step
		}
		p -= step // laprop.py: after it
		return p - l.Decay.Value*p
	}
}

func TestLaPropVariants(t *testing.T) {
	gs := gradients(refSteps)
	for i := range 32 {
		l := NewLaProp(falling())
		l.Beta1, l.Beta2 = 0.9, []float64{0.99, 0.7, 0.3}[i%3]
		l.Centered, l.AMSGrad, l.LRInBuffer = i&1 > 0, i&2 > 0, i&4 > 0
		if i&8 > 0 {
			l.Decay.Value = 0.01
		}
		if i&16 > 0 {
			l.Decay.Mode = DecayTimesRate
		}
		name := fmt.Sprintf("nu=%v centered=%t amsgrad=%t buffer=%t decay=%v %v", l.Beta2, l.Centered, l.AMSGrad, l.LRInBuffer, l.Decay.Value, l.Decay.Mode)
		t.Run(name, func(t *testing.T) {
			// The centred quotient of a gradient that is almost its average is
			// ill-conditioned: a rounding error of n counts g^2/(n-gbar^2) times.
			limit := 1e-11
			if l.Centered {
				limit = 1e-8
			}
			want := reference(start, gs, func() formula { return lapropScalar(l, rates) })
			if w := worst(trajectory(t, l, fx.Float64, gs, false), want); !(w < limit) {
				t.Errorf("float64 is off by %g", w)
			}
			for _, d := range []fx.DType{fx.Float32, fx.Float64} {
				if plain := trajectory(t, l, d, gs[:15], false); !sameBits(plain, trajectory(t, l, d, gs[:15], true)) {
					t.Errorf("%v: compiled differs from plain", d)
				}
			}
		})
	}
}

// Another decay rate in the middle of a run: the tracked weight stays that of
// the average, where 1-nu^t would be wrong.
func TestDecayRateMayChange(t *testing.T) {
	a, b := NewLaProp(Constant(0.01)), NewLaProp(Constant(0.01))
	b.Beta2 = 0.5
	p := []*fx.Array{fx.Scalar(1.0)}
	s := a.Init(p)
	n, c := 0.0, 0.0
	for t0, g := range gradients(20) {
		nu, rule := 0.999, a
		if t0 >= 10 {
			nu, rule = 0.5, b
		}
		n, c = nu*n+(1-nu)*g[0]*g[0], nu*c+(1-nu)
		_, s = rule.Update([]*fx.Array{fx.Scalar(g[0])}, s, p)
	}
	own := s.(AdamState).Second
	if got, want := own.Square[0].Item()/own.Weight.Item(), n/c; math.Abs(got/want-1) > 1e-12 {
		t.Errorf("corrected second moment %v, want %v", got, want)
	}
}

// updatesOf runs a rule for one parameter and gives its steps.
func updatesOf(r Rule, d fx.DType, gs []float64) []float64 {
	p := []*fx.Array{fx.Zeros(d)}
	s := r.Init(p)
	out := make([]float64, len(gs))
	for t, g := range gs {
		var u []*fx.Array
		u, s = r.Update([]*fx.Array{fx.Scalar(g).AsType(d)}, s, p)
		fx.Eval(u, s)
		out[t] = u[0].Item()
	}
	return out
}

func bareAdam(mu, nu float64) Adam {
	a := NewAdam(Constant(1))
	a.Beta1, a.Beta2, a.Epsilon, a.CorrectFirst, a.CorrectSecond = mu, nu, 0, false, false
	return a
}

func bareLaProp(mu, nu float64) LaProp {
	l := NewLaProp(Constant(1))
	l.Beta1, l.Beta2, l.Epsilon, l.CorrectFirst, l.CorrectSecond = mu, nu, 0, false, false
	return l
}

func TestUpdateBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mu := float64(rapid.IntRange(0, 999).Draw(t, "mu")) / 1000
		nu := float64(rapid.IntRange(0, 9999).Draw(t, "nu")) / 10000
		magnitude := rapid.Custom(func(t *rapid.T) float64 {
			g := rapid.SampledFrom([]float64{0, 1, -1}).Draw(t, "sign") * rapid.Float64Range(0.1, 1).Draw(t, "g")
			return g * math.Pow(10, float64(rapid.IntRange(-12, 12).Draw(t, "e"))) // squares stay normal numbers
		})
		gs := rapid.SliceOfN(magnitude, 1, 30).Draw(t, "gradients")
		bound, adamBound := UpdateBound(mu, nu)
		l := bareLaProp(mu, nu)
		l.CorrectFirst = rapid.Bool().Draw(t, "correct m")
		for i, u := range updatesOf(l, fx.Float64, gs) {
			if !(math.Abs(u) <= bound*(1+1e-12)) {
				t.Fatalf("step %d of LaProp is %v, beyond %v", i, u, bound)
			}
		}
		for i, u := range updatesOf(bareAdam(mu, nu), fx.Float64, gs) {
			if math.Abs(u) > adamBound*(1+1e-9) {
				t.Fatalf("step %d of Adam is %v, beyond %v", i, u, adamBound)
			}
		}
	})
	// The bound is reached: a first gradient without correction.
	bound, _ := UpdateBound(0, 0.75)
	if u := updatesOf(bareLaProp(0, 0.75), fx.Float64, []float64{3})[0]; math.Abs(u) != bound || bound != 2 {
		t.Errorf("step %v, bound %v; both must be 2", u, bound)
	}
	if _, adam := UpdateBound(0.9, 0.81); !math.IsInf(adam, 1) {
		t.Errorf("Adam's bound at mu = sqrt(nu) is %v", adam)
	}
}

// One spike and then zeros: Adam's steps grow by mu/sqrt(nu) each, LaProp's
// shrink by mu.
func TestSpikeResponse(t *testing.T) {
	const mu, nu = 0.9, 0.5
	gs := make([]float64, 60)
	gs[0] = 1
	adam, laprop := updatesOf(bareAdam(mu, nu), fx.Float64, gs), updatesOf(bareLaProp(mu, nu), fx.Float64, gs)
	for i := 1; i < len(gs); i++ {
		if r := adam[i] / adam[i-1]; math.Abs(r-mu/math.Sqrt(nu)) > 1e-12 {
			t.Fatalf("Adam's step %d is %v times the one before", i, r)
		}
		if r := laprop[i] / laprop[i-1]; math.Abs(r-mu) > 1e-12 {
			t.Fatalf("LaProp's step %d is %v times the one before", i, r)
		}
	}
	if bound, _ := UpdateBound(mu, nu); math.Abs(adam[59]) < 10*bound {
		t.Errorf("Adam's step after 60 steps is only %v", adam[59])
	}
}

// With nu = 0 LaProp is the momentum of signs, bit for bit in float32.
func TestNuZeroIsSignedMomentum(t *testing.T) {
	var gs, signs []float64
	for _, g := range gradients(200) {
		for _, v := range g {
			gs = append(gs, v)
			s := 0.0
			if v != 0 {
				s = math.Copysign(1, v)
			}
			signs = append(signs, s)
		}
	}
	l := NewLaProp(Constant(0.01))
	l.Beta2 = 0
	got := updatesOf(l, fx.Float32, gs)
	ofSigns := updatesOf(Chain(Average{0.9, true}, ScaleByLearningRate(Constant(0.01))), fx.Float32, signs)
	signed := updatesOf(NewSignedMomentum(Constant(0.01), 0.9), fx.Float32, gs)
	for i := range got {
		// LaProp rounds lr/c once; the chains 1/c and then lr.
		if math.Abs(got[i]-ofSigns[i]) > 3e-9 {
			t.Fatalf("step %d: LaProp %v, momentum of signs %v", i, got[i], ofSigns[i])
		}
		if signed[i] != ofSigns[i] {
			t.Fatalf("step %d: signed momentum %v, momentum of signs %v", i, signed[i], ofSigns[i])
		}
	}
	l.CorrectFirst = false
	plain := Chain(Average{Beta: 0.9}, ScaleByLearningRate(Constant(0.01)))
	got, ofSigns = updatesOf(l, fx.Float32, gs), updatesOf(plain, fx.Float32, signs)
	for i := range got {
		if got[i] != ofSigns[i] {
			t.Fatalf("uncorrected, step %d: LaProp %v, momentum of signs %v", i, got[i], ofSigns[i])
		}
	}
}

// With mu = 0, LaProp, Adam and RMSProp with correction are the same.
func TestMuZero(t *testing.T) {
	gs := gradients(100)
	adam, laprop, rms := NewAdam(Constant(0.01)), NewLaProp(Constant(0.01)), NewRMSProp(Constant(0.01))
	adam.Beta1, laprop.Beta1 = 0, 0
	adam.Beta2, laprop.Beta2, rms.Decay = 0.9, 0.9, 0.9
	laprop.Epsilon = adam.Epsilon
	rms.Corrected = true
	want := trajectory(t, adam, fx.Float32, gs, false)
	if got := trajectory(t, laprop, fx.Float32, gs, false); !sameBits(got, want) {
		t.Errorf("LaProp differs from Adam by %g", worst(got, want))
	}
	if got := trajectory(t, rms, fx.Float32, gs, false); !sameBits(got, want) {
		t.Errorf("RMSProp differs from Adam by %g", worst(got, want))
	}
}

// The combinators make the same optimizers from parts.
func TestCombinators(t *testing.T) {
	gs := gradients(100)
	lr := Constant(0.01)
	second := SecondMoment{Beta: 0.9, Epsilon: 1e-8, Corrected: true}
	adam, laprop := NewAdam(lr), NewLaProp(lr)
	adam.Beta2, laprop.Beta2, laprop.Epsilon = 0.9, 0.9, 1e-8
	rms := NewRMSProp(lr)
	rms.Decay, rms.Mu, rms.Corrected = 0.9, 0.5, true
	for name, c := range map[string][2]Rule{
		"Adam":    {adam, Chain(ThenNormalise(Average{0.9, true}, second), ScaleByLearningRate(lr))},
		"LaProp":  {laprop, Chain(NormaliseThen(second, Average{0.9, true}), ScaleByLearningRate(lr))},
		"RMSProp": {rms, Chain(NormaliseThen(second, Trace{Mu: 0.5}), ScaleByLearningRate(lr))},
	} {
		if w := worst(trajectory(t, c[0], fx.Float64, gs, false), trajectory(t, c[1], fx.Float64, gs, true)); !(w < 1e-12) {
			t.Errorf("%s differs from its parts by %g", name, w)
		}
	}
}

// Adam's momentum term is LaProp's times sqrt(n_{t-1}/n_t): the paper's K_t.
func TestAdamRescalesItsMomentum(t *testing.T) {
	const mu, nu = 0.9, 0.7
	gs := []float64{1, -0.3, 2, 0.5, 0.01, 4}
	adam := updatesOf(bareAdam(mu, nu), fx.Float64, gs)
	n, u := 0.0, 0.0
	for i, g := range gs {
		before := n
		n = nu*n + (1-nu)*g*g
		k := math.Sqrt(before / n)
		u = mu*k*u - (1-mu)*g/math.Sqrt(n)
		if math.Abs(adam[i]-u) > 1e-13 {
			t.Fatalf("step %d: %v, want %v", i, adam[i], u)
		}
	}
}
