package symmetry

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// hyperbola acts on the plane by (x e^t, y e^-t), which keeps x y.
type hyperbola struct{}

func (hyperbola) Zero(*fx.Array) []*fx.Array { return []*fx.Array{fx.Scalar(0.0)} }

func (hyperbola) Apply(t []*fx.Array, p *fx.Array) *fx.Array {
	return p.Mul(fx.Stack(0, t[0], t[0].Neg()).Exp())
}

func (hyperbola) Exp(m []*fx.Array, s *fx.Array) []*fx.Array { return []*fx.Array{m[0].Mul(s)} }

// saddle is (x y - 1)^2 / 2, which hyperbola keeps. |grad|^2 is (x y - 1)^2 (x^2 + y^2).
func saddle(p *fx.Array) *fx.Array {
	return p.Index(0).Mul(p.Index(1)).SubScalar(1).Square().MulScalar(0.5)
}

// TestMove: on the hyperbola each step is known.
func TestMove(t *testing.T) {
	o := NewTeleport[*fx.Array](hyperbola{}, GradNorm[*fx.Array]())
	o.Steps, o.Rate = 3, 0.01
	for _, d := range []Direction{Max, Min} {
		o.Direction = d
		x, y := 2.0, 1.0
		var want []float64
		for range 3 {
			want = append(want, x*x+y*y)
			step := 0.01 * 2 * (x*x - y*y)
			if d == Min {
				step = -step
			}
			x, y = x*math.Exp(step), y*math.Exp(-step)
		}
		want = append(want, x*x+y*y)
		p, trace := fx.Jit(func(p *fx.Array) moved { q, tr := o.Move(saddle, p); return moved{q, tr} })(fx.New([]float64{2, 1})).parts()
		fxtest.MustBeNear(t, "place", p.Float64s(), []float64{x, y}, 1e-14)
		fxtest.MustBeNear(t, "objective", trace.Objective.Float64s(), want, 1e-13)
		if (want[3] > want[0]) != (d == Max) {
			t.Errorf("direction %d takes the objective from %g to %g", d, want[0], want[3])
		}
		if first := trace.Size.Float64s()[0]; math.Abs(first-0.06) > 1e-15 {
			t.Errorf("the first step has size %g, want 0.06", first)
		}
	}
}

type moved struct {
	P     *fx.Array
	Trace Trace
}

func (m moved) parts() (*fx.Array, Trace) { return m.P, m.Trace }

// TestMoveEnds: at the cap, and before a step that is not finite; from there on
// nothing moves.
func TestMoveEnds(t *testing.T) {
	o := NewTeleport[*fx.Array](hyperbola{}, GradNorm[*fx.Array]())
	o.Steps, o.Rate, o.Cap = 10, 0.02, 6
	start := fx.New([]float64{2, 1})
	p, trace := o.Move(saddle, start)
	values, sizes := trace.Objective.Float64s(), trace.Size.Float64s()
	made := 0
	for made < 10 && sizes[made] > 0 {
		made++
	}
	if made == 0 || made == 10 || values[made] <= 6 || values[made-1] > 6 || values[10] != values[made] {
		t.Errorf("%d steps were made, with objectives %v", made, values)
	}
	if v := o.Objective(saddle, p).Item(); v != values[10] {
		t.Errorf("the place has the objective %g, the trace %g", v, values[10])
	}
	o.Rate, o.Cap = 1e6, math.Inf(1)
	p, trace = o.Move(saddle, start)
	fxtest.MustBeNear(t, "place after a step that is not finite", p.Float64s(), []float64{2, 1}, 0)
	if n := trace.Size.Norm().Item(); n != 0 {
		t.Errorf("steps of size %g were made", n)
	}
}

// TestNetworksGainGradient: with each exact action the gradient grows and the loss
// stays; random moves of the same sizes keep the loss too, and gain less.
func TestNetworksGainGradient(t *testing.T) {
	x := normal(2, 4, 6)
	loss := lossOn(x)
	for _, c := range exactActions(x) {
		o := NewTeleport(c.action, GradNorm[nn.MLP]())
		// Small: four examples between four units make a square matrix, whose inverse explodes near by.
		o.Rate = 1e-3
		p, trace := fx.Jit(func(p nn.MLP) place { q, tr := o.Move(loss, p); return place{q, tr} })(c.net).parts()
		before, after := trace.Objective.Index(0).Item(), trace.Objective.Index(-1).Item()
		if after < 1.01*before {
			t.Errorf("%s: the squared norm goes from %g to %g", c.name, before, after)
		}
		if r := (Change{loss(c.net).Item(), loss(p).Item()}).Relative(); r > 1e-10 {
			t.Errorf("%s: the loss changes by %g", c.name, r)
		}
		q, random := o.RandomMove(loss, c.net, random.New(5))
		if end := random.Objective.Index(-1).Item(); end >= after {
			t.Errorf("%s: random steps lead to %g, the search to %g", c.name, end, after)
		}
		fxtest.MustBeNear(t, c.name+": size of the first step", random.Size.Float64s()[:1], trace.Size.Float64s()[:1], 1e-12)
		if r := (Change{loss(c.net).Item(), loss(q).Item()}).Relative(); r > 1e-10 {
			t.Errorf("%s: a random move changes the loss by %g", c.name, r)
		}
	}
}

type place struct {
	P     nn.MLP
	Trace Trace
}

func (m place) parts() (nn.MLP, Trace) { return m.P, m.Trace }

// TestCurvature: of the hyperbola x y = c at (x, y) it is 2 x y / (x^2+y^2)^(3/2),
// whatever the speed; its derivative agrees with differences.
func TestCurvature(t *testing.T) {
	o := Curvature[*fx.Array](hyperbola{}, random.New(1), 3)
	for _, p := range [][]float64{{2, 1}, {0.3, 4}} {
		x, y := p[0], p[1]
		want := 2 * x * y / math.Pow(x*x+y*y, 1.5)
		fxtest.MustBeNear(t, "curvature", []float64{o(saddle, fx.New(p)).Item()}, []float64{want}, 1e-13)
	}
	x := normal(2, 4, 6)
	for _, c := range exactActions(x)[:6] {
		psi := Curvature(c.action, random.New(3), 2)
		m := element(c.action, c.net, 40, 1)
		at := func(s *fx.Array) *fx.Array { return psi(nil, c.action.Apply(linalg.Scale(s, m), c.net)) }
		const h = 1e-5
		slope := fx.Grad(at)(fx.Scalar(0.0)).Item()
		fxtest.MustBeNear(t, c.name, []float64{slope}, []float64{(at(fx.Scalar(h)).Item() - at(fx.Scalar(-h)).Item()) / (2 * h)}, 1e-5)
	}
}

// TestSharpness: of |x|^2/2 it is |x|^2/2 + mean r^2/2, and mean r mean <u, x> on
// top, which is zero on average for directions from the sphere and not for those of
// the positive orthant.
func TestSharpness(t *testing.T) {
	bowl := func(x *fx.Array) *fx.Array { return x.Square().Sum().MulScalar(0.5) }
	rest := 0.0
	o := NewSharpnessOptions()
	for _, r := range o.Radii {
		rest += r * r / 2 / 9
	}
	for _, gaussian := range []bool{false, true} {
		o.Gaussian, o.Directions = gaussian, 400
		phi := Sharpness[*fx.Array](random.New(1), o)
		fxtest.MustBeNear(t, "at 0", []float64{phi(bowl, fx.Zeros(fx.Float64, 8)).Item()}, []float64{rest}, 1e-14)
		far := fx.Ones(fx.Float64, 8)
		tilt := phi(bowl, far).Item() - 4 - rest
		if gaussian != (math.Abs(tilt) < 0.1) || !gaussian && math.Abs(tilt-0.5*math.Sqrt(8*0.75)) > 0.05 {
			t.Errorf("gaussian %v: the tilt is %g", gaussian, tilt)
		}
	}
	fxtest.MustFail(t, "Sharpness: 0 directions and 9 distances", func() { o.Directions = 0; Sharpness[*fx.Array](random.New(1), o) })
	o.Directions = 1
	fxtest.MustFail(t, "Sharpness: the distance -1", func() { o.Radii = []float64{-1}; Sharpness[*fx.Array](random.New(1), o) })
	fxtest.MustFail(t, "Curvature: 0 samples", func() { Curvature[*fx.Array](hyperbola{}, random.New(1), 0) })
}

// TestWithTeleport: the teleports and the steps between them are those made by
// hand, compiled as well; the state is new after a teleport, or goes on.
func TestWithTeleport(t *testing.T) {
	base := optim.FromRule[*fx.Array](optim.NewMomentum(optim.Constant(0.01), 0.9))
	jump := NewTeleport[*fx.Array](hyperbola{}, GradNorm[*fx.Array]())
	jump.Steps, jump.Rate = 2, 0.01
	start := fx.New([]float64{2, 1})
	for _, reset := range []bool{true, false} {
		o := WithTeleport(base, jump, AtSteps(1, 3))
		o.Reset = reset
		p, s := start, base.Init(start)
		var want []float64
		for k := range 5 {
			if k == 1 || k == 3 {
				p, _ = jump.Move(saddle, p)
				if reset {
					s = base.Init(p)
				}
			}
			p, s, _ = base.Step(saddle, p, s)
			want = append(want, p.Float64s()...)
		}
		q, state := start, o.Init(start)
		var got []float64
		for k := range 5 {
			var info optim.Info
			q, state, info = o.Step(saddle, q, state)
			got = append(got, q.Float64s()...)
			told, gain := info.Values["teleported"].Item(), info.Values["objective_after"].Item()-info.Values["objective_before"].Item()
			if (told == 1) != (k == 1 || k == 3) || (told == 1) != (gain > 0) {
				t.Errorf("step %d tells: teleported %v, gain %v", k, told, gain)
			}
		}
		fxtest.MustBeNear(t, "by hand", got, want, 1e-14)
		end := fx.Jit(func(p *fx.Array) *fx.Array { p, _, _ = optim.Descend(o, saddle, p, o.Init(p), 5); return p })(start)
		fxtest.MustBeNear(t, "compiled", end.Float64s(), want[8:], 1e-14)
	}
	other := WithTeleport(base, jump, Every(2))
	other.Loss = func(p *fx.Array) *fx.Array { return saddle(p).MulScalar(3) }
	_, _, info := other.Step(saddle, start, other.Init(start))
	fxtest.MustBeNear(t, "a loss of its own", []float64{info.Values["objective_before"].Item()}, []float64{9 * 5}, 1e-14)
	for step, want := range []bool{true, false, true} {
		if got := other.When(fx.Scalar(int32(step))).Bools()[0]; got != want {
			t.Errorf("every second step: %v at step %d", got, step)
		}
	}
}

func TestTeleportErrors(t *testing.T) {
	start := fx.New([]float64{2, 1})
	good := NewTeleport[*fx.Array](hyperbola{}, GradNorm[*fx.Array]())
	base := optim.FromRule[*fx.Array](optim.NewSGD(optim.Constant(0.01)))
	for want, change := range map[string]func(*Teleport[*fx.Array]){
		"Teleport: a teleport needs an action and an objective": func(o *Teleport[*fx.Array]) { o.Action = nil },
		"the direction is 2; it must be Max or Min":             func(o *Teleport[*fx.Array]) { o.Direction = 2 },
		"0 steps; there must be one at least":                   func(o *Teleport[*fx.Array]) { o.Steps = 0 },
		"the rate is -1; it must be positive":                   func(o *Teleport[*fx.Array]) { o.Rate = -1 },
		"the cap is not a number":                               func(o *Teleport[*fx.Array]) { o.Cap = math.NaN() },
	} {
		o := good
		change(&o)
		fxtest.MustFail(t, want, func() { o.Move(saddle, start) })
		fxtest.MustFail(t, want, func() { o.RandomMove(saddle, start, random.New(1)) })
	}
	vector := good
	vector.Objective = func(_ optim.Loss[*fx.Array], p *fx.Array) *fx.Array { return p }
	fxtest.MustFail(t, "Teleport: the objective is float64[2]; it must be a float scalar", func() { vector.Move(saddle, start) })
	fxtest.MustFail(t, "WithTeleport: When is nil", func() { WithTeleport(base, good, nil).Init(start) })
	fxtest.MustFail(t, "WithTeleport: the state is a int", func() { WithTeleport(base, good, Every(1)).Step(saddle, start, 3) })
	fxtest.MustFail(t, "AtSteps: step -1", func() { AtSteps(-1) })
	fxtest.MustFail(t, "Every: every 0 steps", func() { Every(0) })
}
