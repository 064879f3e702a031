package optim

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
)

// value is a schedule's value at a step, plain and compiled, which must agree.
func value(t *testing.T, s Schedule, step int) float64 {
	t.Helper()
	at := fx.Scalar(int32(step))
	plain, compiled := s(at), fx.Jit((func(*fx.Array) *fx.Array)(s))(at)
	if plain.DType() != fx.Float64 || plain.NDim() != 0 {
		t.Errorf("the schedule gives %v%v", plain.DType(), plain.Shape())
	}
	if a, b := plain.Item(), compiled.Item(); math.Float64bits(a) != math.Float64bits(b) {
		t.Errorf("step %d: plain %v, compiled %v", step, a, b)
	}
	return plain.Item()
}

func TestSchedules(t *testing.T) {
	const far = math.MaxInt32
	for name, c := range map[string]struct {
		schedule Schedule
		want     map[int]float64 // by step
	}{
		"constant":   {Constant(0.3), map[int]float64{0: 0.3, 1: 0.3, far: 0.3}},
		"linear":     {Linear(1, 3, 4), map[int]float64{0: 1, 1: 1.5, 3: 2.5, 4: 3, 5: 3, far: 3}},
		"polynomial": {Polynomial(2, 1, 2, 10), map[int]float64{0: 2, 5: 1.25, 9: 1.01, 10: 1, 11: 1, far: 1}},
		"root":       {Polynomial(1, 0, 0.5, 4), map[int]float64{0: 1, 3: 0.5, 4: 0}},
		"cosine":     {Cosine(1, 0, 6), map[int]float64{0: 1, 2: 0.75, 3: 0.5, 4: 0.25, 6: 0, 7: 0, far: 0}},
		"cosine up":  {Cosine(1, 2, 2), map[int]float64{0: 1, 1: 1.5, 2: 2}},
		"exponential": {Exponential(8, 0.5, 10), map[int]float64{
			0: 8, 10: 4, 20: 2, 5: 8 / math.Sqrt2, 10000: 8 * math.Pow(0.5, 1000)}},
		"steps":     {Steps(1, 0.1, 3, 5), map[int]float64{0: 1, 2: 1, 3: 0.1, 4: 0.1, 5: 0.01, far: 0.01}},
		"no steps":  {Steps(1, 0.1), map[int]float64{0: 1, far: 1}},
		"piecewise": {Piecewise([]float64{1, 5, 2}, 10, 11), map[int]float64{9: 1, 10: 5, 11: 2}},
		"join": {Join([]Schedule{Linear(0, 1, 2), Constant(7), Exponential(1, 2, 1)}, 2, 4),
			map[int]float64{0: 0, 1: 0.5, 2: 7, 3: 7, 4: 1, 5: 2, 7: 8}},
		"warm-up": {Warmup(3, Exponential(8, 0.5, 1)), map[int]float64{0: 2, 1: 4, 2: 6, 3: 8, 4: 4, 5: 2}},
		"inverse square root": {InverseSqrt(2, 4), map[int]float64{
			0: 0.5, 1: 1, 3: 2, 15: 1, 399: 0.2}},
		"inverse time": {InverseTime(2, 0.25), map[int]float64{0: 2, 1: 1.6, 4: 1, 12: 0.5, 396: 0.02}},
		"no decay":     {InverseTime(2, 0), map[int]float64{0: 2, far: 2}},
		"Noam": {Noam(2, 64, 100), map[int]float64{
			0: 2.0 / 8 / 1000, 99: 2.0 / 8 / 10, 399: 2.0 / 8 / 20, 9: 2.0 / 8 / 100}},
	} {
		for step, want := range c.want {
			if got := value(t, c.schedule, step); math.Abs(got-want) > 1e-14*max(1, math.Abs(want)) {
				t.Errorf("%s: %v at step %d, want %v", name, got, step, want)
			}
		}
	}
}

// The ends are exact, not nearly so.
func TestScheduleEnds(t *testing.T) {
	for name, s := range map[string]Schedule{
		"linear": Linear(0.3, 0, 7), "cosine": Cosine(0.3, 0, 7), "polynomial": Polynomial(0.3, 0, 0.9, 7),
	} {
		if v := value(t, s, 7); v != 0 {
			t.Errorf("%s ends at %v", name, v)
		}
		if v := value(t, s, 0); v != 0.3 {
			t.Errorf("%s begins at %v", name, v)
		}
	}
}

// A rate may be a parameter that is differentiated.
func TestGradientOfRate(t *testing.T) {
	loss := func(p *fx.Array) *fx.Array { return p.Square().Sum() }
	after := func(rate *fx.Array) *fx.Array {
		opt := FromRule[*fx.Array](NewSGD(func(*fx.Array) *fx.Array { return rate }))
		p := fx.New([]float64{1, 2})
		p, _, _ = opt.Step(loss, p, opt.Init(p))
		return loss(p)
	}
	// loss(p - 2 r p) = 5 (1-2r)^2
	if d := fx.Grad(after)(fx.Scalar(0.25)).Item(); math.Abs(d-(-10)) > 1e-12 {
		t.Errorf("derivative %v, want -10", d)
	}
	if d := fx.Jit(fx.Grad(after))(fx.Scalar(0.25)).Item(); math.Abs(d-(-10)) > 1e-12 {
		t.Errorf("compiled derivative %v, want -10", d)
	}
}
