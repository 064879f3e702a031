package optim

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
)

// steep is (x'Dx)/2 with D = diag(1, 10), and its gradient.
func steep(x *fx.Array) *fx.Array {
	return x.Square().Mul(fx.New([]float64{1, 10})).Sum().MulScalar(0.5)
}

// TestAEPGIsTheFormula: with a diagonal preconditioner, in both norms.
func TestAEPGIsTheFormula(t *testing.T) {
	scale := []float64{2, 0.3}
	for _, norm := range []EnergyNorm{MetricEnergy, EuclideanEnergy} {
		o := NewAEPG[*fx.Array](Constant(0.7), 0.5)
		o.Norm = norm
		o.Precondition = func(*fx.Array) func(*fx.Array) *fx.Array {
			return func(v *fx.Array) *fx.Array { return v.Mul(fx.New(scale)) }
		}
		p := fx.New([]float64{1.5, -0.8})
		x, r := []float64{1.5, -0.8}, 0.0
		end, s, info := Descend(o, steep, p, o.Init(p), 6)
		energies, effective := info.Values["energy"].Float64s(), info.Values["effective_step"].Float64s()
		for k := range 6 {
			l := math.Sqrt((x[0]*x[0]+10*x[1]*x[1])/2 + 0.5)
			if k == 0 {
				r = l
			}
			size, v := 0.0, make([]float64, 2)
			for i, d := range []float64{1, 10} {
				g := d * x[i] / (2 * l)
				v[i] = scale[i] * g
				if norm == MetricEnergy {
					size += v[i] * g
				} else {
					size += v[i] * v[i]
				}
			}
			r /= 1 + 2*0.7*size
			for i := range x {
				x[i] -= 2 * 0.7 * r * v[i]
			}
			if math.Abs(energies[k]-r) > 1e-14 || math.Abs(effective[k]-0.7*r/l) > 1e-14 {
				t.Errorf("norm %v, step %d: energy %v and step %v, want %v and %v", norm, k, energies[k], effective[k], r, 0.7*r/l)
			}
		}
		for i, v := range end.Float64s() {
			if math.Abs(v-x[i]) > 1e-14 {
				t.Errorf("norm %v: end %v, want %v", norm, end, x)
			}
		}
		if got := s.(AEPGState).Energy.Item(); got != energies[5] {
			t.Errorf("the state's energy is %v, that of the last step %v", got, energies[5])
		}
	}
}

// TestEnergyLaw: whatever the base step, the energy falls, the identity holds,
// and nothing is infinite.
func TestEnergyLaw(t *testing.T) {
	wavy := func(x *fx.Array) *fx.Array { return steep(x).Add(x.MulScalar(9).Cos().Sum()) }
	for _, norm := range []EnergyNorm{MetricEnergy, EuclideanEnergy} {
		for _, eta := range []float64{1e-3, 0.2, 10, 1e5} {
			o := NewAEPG[*fx.Array](Constant(eta), 3)
			o.Norm = norm
			p := fx.New([]float64{1.5, -0.8})
			end, _, info := fx.Jit(func(p *fx.Array) descended { return descendedOf(Descend(o, wavy, p, o.Init(p), 40)) })(p).parts()
			if end.IsFinite().All().Item() != 1 {
				t.Errorf("η = %v ends at %v", eta, end)
			}
			last, length := math.Inf(1), info.Values["direction_norm"].Float64s()
			for k, r := range info.Values["energy"].Float64s() {
				// Where 1 + 2η|v|² rounds to 1, or r to 0, it stays.
				if stays := 2*eta*length[k]*length[k] < 1e-15 || r < 1e-300; !(r < last) && !(stays && r == last) {
					t.Errorf("η = %v: energy %v after %v at step %d", eta, r, last, k)
				}
				last = r
			}
			if worst := info.Values["energy_residual"].Max().Item(); !(worst < 1e-13) {
				t.Errorf("η = %v: the identity is off by %v", eta, worst)
			}
		}
	}
}

type descended struct {
	P    *fx.Array
	S    State
	Info Info
}

func descendedOf(p *fx.Array, s State, info Info) descended { return descended{p, s, info} }

func (d descended) parts() (*fx.Array, State, Info) { return d.P, d.S, d.Info }

// TestLargeShift: with a large C it is gradient descent with the step η.
func TestLargeShift(t *testing.T) {
	o := NewAEPG[*fx.Array](Constant(0.05), 1e9)
	p := fx.New([]float64{1.5, -0.8})
	got, _, _ := Descend(o, steep, p, o.Init(p), 10)
	gd := FromRule[*fx.Array](NewSGD(Constant(0.05)))
	want, _, _ := Descend(gd, steep, p, gd.Init(p), 10)
	for i, v := range got.Float64s() {
		if math.Abs(v-want.Float64s()[i]) > 1e-7 {
			t.Errorf("end %v, that of gradient descent is %v", got, want)
		}
	}
}

// TestGuard: iterates stay where they are allowed.
func TestGuard(t *testing.T) {
	toNegative := func(x *fx.Array) *fx.Array { return x.AddScalar(1).Square().Sum() }
	positive := func(x *fx.Array) *fx.Array { return x.Greater(fx.Const(0)).All() }
	o := NewAEPG[*fx.Array](Constant(1), 100)
	o.Feasible = positive
	p := fx.New([]float64{1, 2})
	end, _, info := Descend(o, toNegative, p, o.Init(p), 8)
	if end.Min().Item() <= 0 || end.Max().Item() > 1.5 {
		t.Errorf("guarded descent ends at %v", end)
	}
	if info.Values["halvings"].Max().Item() < 1 || info.Values["feasible"].Min().Item() != 1 || info.Values["energy_residual"].Max().Item() > 1e-13 {
		t.Errorf("halvings %v, feasible %v, residual %v", info.Values["halvings"], info.Values["feasible"], info.Values["energy_residual"])
	}
	// A guard that allows nothing: no step is made, and the energy stays.
	o.Feasible, o.MaxHalvings = func(x *fx.Array) *fx.Array { return x.Sub(p).Norm().Equal(fx.Const(0)) }, 3
	end, s, info := o.Step(toNegative, p, o.Init(p))
	if end.Sub(p).Norm().Item() != 0 || info.Values["feasible"].Item() != 0 || info.Values["halvings"].Item() != 3 ||
		math.Abs(s.(AEPGState).Energy.Item()-math.Sqrt(113)) > 1e-14 {
		t.Errorf("to %v, energy %v, %v", end, s, info.Values)
	}
	fxtest.MustFail(t, "optim.AEPG: the start is not feasible", func() { o.Feasible = positive; o.Init(p.Neg()) })
	fx.Jit(func(p *fx.Array) State { return o.Init(p) })(p.Neg()) // is not known there
}

// TestAEGDIsTheFormula, with weight decay, in a tree of two leaves.
func TestAEGDIsTheFormula(t *testing.T) {
	type tree struct{ A, B *fx.Array }
	loss := func(p tree) *fx.Array { return p.A.Square().MulScalar(0.5).Add(p.B.Square().MulScalar(5)) }
	r := NewAEGD(Constant(0.3))
	r.Decay = 0.01
	o := FromRule[tree](r)
	p := tree{fx.Scalar(1.5), fx.Scalar(-0.8)}
	end, _, _ := Descend(o, loss, p, o.Init(p), 5)
	x, energy := []float64{1.5, -0.8}, []float64{0, 0}
	for k := range 5 {
		l := math.Sqrt((x[0]*x[0]+10*x[1]*x[1])/2 + 1)
		for i, d := range []float64{1, 10} {
			if k == 0 {
				energy[i] = l
			}
			g := d*x[i]/(2*l) + 0.01*x[i]
			energy[i] /= 1 + 2*0.3*g*g
			x[i] -= 2 * 0.3 * energy[i] * g
		}
	}
	if a, b := end.A.Item(), end.B.Item(); math.Abs(a-x[0]) > 1e-14 || math.Abs(b-x[1]) > 1e-14 {
		t.Errorf("end (%v, %v), want %v", a, b, x)
	}
}

func TestEnergyMistakes(t *testing.T) {
	p := fx.New([]float64{1, 2})
	with := func(change func(*AEPG[*fx.Array])) func() {
		return func() { o := NewAEPG[*fx.Array](Constant(1), 1); change(&o); o.Init(p) }
	}
	for want, f := range map[string]func(){
		"optim.AEPG: the learning rate is -1 at step 0":                     with(func(o *AEPG[*fx.Array]) { o.LearningRate = Constant(-1) }),
		"optim.AEPG: the learning rate is 0 at step 0; it must be positive": with(func(o *AEPG[*fx.Array]) { o.LearningRate = Constant(0) }),
		"optim.AEPG: the learning rate is nil":                              with(func(o *AEPG[*fx.Array]) { o.LearningRate = nil }),
		"optim.AEPG: C is NaN; it must be finite":                           with(func(o *AEPG[*fx.Array]) { o.C = math.NaN() }),
		"optim.AEPG: no energy norm has the number 2":                       with(func(o *AEPG[*fx.Array]) { o.Norm = 2 }),
		"optim.AEPG: -1 halvings":                                           with(func(o *AEPG[*fx.Array]) { o.MaxHalvings = -1 }),
		"optim.AEPG: the state is a <nil> and must be a optim.AEPGState":    func() { NewAEPG[*fx.Array](Constant(1), 1).Step(steep, p, nil) },
		"optim.AEGD: the weight decay is -1":                                func() { AEGD{Constant(1), 1, -1}.Init([]*fx.Array{p}) },
		"optim.AEGD: C is +Inf; it must be finite":                          func() { AEGD{Constant(1), math.Inf(1), 0}.Init([]*fx.Array{p}) },
		"optim.AEGD: the loss is not known; use the rule through FromRule":  func() { r := NewAEGD(Constant(1)); q := []*fx.Array{p}; r.Update(q, r.Init(q), q) },
	} {
		fxtest.MustFail(t, want, f)
	}
	// Where L + C is not positive, that is what is told.
	o := NewAEPG[*fx.Array](Constant(1), -100)
	next, _, info := o.Step(steep, p, o.Init(p))
	if v := info.Values["shifted_loss"].Item(); v != -79.5 || next.IsNaN().All().Item() != 1 {
		t.Errorf("shifted loss %v, to %v", v, next)
	}
}
