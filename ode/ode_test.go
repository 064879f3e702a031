package ode

import (
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
)

type vec = *fx.Array

func grid(lo, hi float64, n int) *fx.Array { return fx.Linspace(fx.Float64, lo, hi, n+1) }

// particle is a state with structure: a pendulum with position and speed, and a
// counter that is not part of the equation.
type particle struct {
	X, V *fx.Array
	Name *fx.Array
}

func pendulum(_ *fx.Array, p particle) particle { return particle{p.V, p.X.Sin().Neg(), p.Name} }

func release(x float64) particle {
	return particle{fx.New([]float64{x}), fx.New([]float64{0.3}), fx.Scalar(int32(3))}
}

// forced depends on time as well: y' = -y + sin(t) + t y^2/4, with no closed form.
func forced(t, y vec) vec {
	return y.Neg().Add(t.Sin()).Add(t.Mul(y.Square()).MulScalar(0.25))
}

func TestMeasuredOrders(t *testing.T) {
	want, _ := Final(forced, fx.Scalar(0.5), grid(0, 1, 1), Adaptive{RTol: 1e-13, ATol: 1e-14})
	for _, m := range []Method{Euler, Midpoint, Heun, RK4} {
		errorAt := func(n int) float64 {
			y, _ := Final(forced, fx.Scalar(0.5), grid(0, 1, n), Fixed{Method: m})
			return math.Abs(y.Item() - want.Item())
		}
		if order := math.Log2(errorAt(20) / errorAt(40)); math.Abs(order-float64(m.Order)) > 0.15 {
			t.Errorf("%s has order %.2f, want %d", m.Name, order, m.Order)
		}
	}
}

// The conditions of order 1 to 3 that a tableau of its order meets.
func TestTableaus(t *testing.T) {
	for _, m := range []Method{Euler, Midpoint, Heun, RK4, dopri5} {
		var b, bc, bcc float64
		for i := range m.B {
			var row float64
			for _, a := range m.A[i] {
				row += a
			}
			if math.Abs(row-m.C[i]) > 1e-14 {
				t.Errorf("%s: row %d adds up to %v, not %v", m.Name, i, row, m.C[i])
			}
			b, bc, bcc = b+m.B[i], bc+m.B[i]*m.C[i], bcc+m.B[i]*m.C[i]*m.C[i]
		}
		for order, got := range []float64{b - 1, bc - 1./2, bcc - 1./3} {
			if order < m.Order && math.Abs(got) > 1e-14 {
				t.Errorf("%s: condition of order %d is off by %g", m.Name, order+1, got)
			}
		}
	}
	var sum, dense float64
	for i := range dopri5Error {
		sum, dense = sum+dopri5Error[i], dense+dopri5Dense[i]
	}
	if math.Abs(sum) > 1e-15 || math.Abs(dense) > 1e-13 {
		t.Errorf("weights of the error add up to %g, of the dense output to %g", sum, dense)
	}
}

func TestAdaptiveHoldsItsTolerance(t *testing.T) {
	times := grid(0, 10, 7)
	exact, _ := Solve(pendulum, release(2), times, Adaptive{RTol: 1e-12, ATol: 1e-13})
	last := math.Inf(1)
	for _, tol := range []float64{1e-3, 1e-5, 1e-7, 1e-9} {
		path, report := Solve(pendulum, release(2), times, Adaptive{RTol: tol, ATol: tol})
		if err := report.Err(); err != nil {
			t.Fatal(err)
		}
		off := path.X.Sub(exact.X).Abs().Max().Item()
		if off > 30*tol || off > last/10 {
			t.Errorf("tolerance %g: off by %g (before: %g)", tol, off, last)
		}
		last = off
		if n := report.Accepted.Item() + report.Rejected.Item(); report.Evaluations.Item() != 6*n+2 {
			t.Errorf("%v evaluations for %v steps", report.Evaluations.Item(), n)
		}
	}
	if s := exact.Name.Shape(); len(s) != 1 || s[0] != 8 || exact.Name.Int32s()[5] != 3 {
		t.Errorf("the counter has become %v", exact.Name)
	}
}

// Where output is wanted changes nothing about the steps, and the dense output
// has order 4.
func TestDenseOutput(t *testing.T) {
	few, a := Solve(forced, fx.Scalar(0.5), grid(0, 4, 2), Adaptive{RTol: 1e-6})
	many, b := Solve(forced, fx.Scalar(0.5), grid(0, 4, 200), Adaptive{RTol: 1e-6})
	if a.Accepted.Item() != b.Accepted.Item() || a.Evaluations.Item() != b.Evaluations.Item() {
		t.Errorf("%v and %v steps", a.Accepted, b.Accepted)
	}
	fxtest.MustBeNear(t, "end", few.Index(2).Float64s(), many.Index(200).Float64s(), 0)
	exact, _ := Solve(forced, fx.Scalar(0.5), grid(0, 4, 200), Adaptive{RTol: 1e-13, ATol: 1e-14})
	if off := many.Sub(exact).Abs().Max().Item(); off > 1e-5 {
		t.Errorf("between the steps it is off by %g", off)
	}
	// One step of length h, looked at in its middle.
	errorAt := func(h float64) float64 {
		times := fx.New([]float64{0, h * 0.4, h})
		y, r := Solve(forced, fx.Scalar(0.5), times, Adaptive{RTol: 1, ATol: 1, FirstStep: h})
		if r.Accepted.Item() != 1 {
			t.Fatalf("%v steps", r.Accepted)
		}
		x, _ := Solve(forced, fx.Scalar(0.5), times, Adaptive{RTol: 1e-13, ATol: 1e-15})
		return math.Abs(y.Index(1).Item() - x.Index(1).Item())
	}
	if order := math.Log2(errorAt(0.4) / errorAt(0.2)); order < 4.6 || order > 6.5 {
		t.Errorf("local order of the dense output is %.2f, want about 5", order)
	}
}

func TestBackwardInTimeReturns(t *testing.T) {
	for name, s := range map[string]Scheme{
		"adaptive": Adaptive{RTol: 1e-10, ATol: 1e-11},
		"fixed":    Fixed{Substeps: 60},
	} {
		there, _ := Final(pendulum, release(1.5), grid(0, 6, 5), s)
		back, r := Final(pendulum, there, grid(6, 0, 5), s)
		if err := r.Err(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		fxtest.MustBeNear(t, name, []float64{back.X.Item(), back.V.Item()}, []float64{1.5, 0.3}, 1e-5)
	}
}

// A step multiplies the energy of a harmonic oscillator by |R(ih)|^2, for the
// method's stability function R: 1 + h^2 for Euler, 1 - h^6/72 + h^8/576 for RK4.
func TestEnergyDrift(t *testing.T) {
	spring := func(_ vec, p particle) particle { return particle{p.V, p.X.Neg(), p.Name} }
	const n, h = 400, 0.1
	drift := func(m Method) float64 {
		y, _ := Final(spring, particle{fx.New([]float64{1}), fx.New([]float64{0}), fx.Scalar(int32(0))}, grid(0, n*h, n), Fixed{Method: m})
		return y.X.Square().Add(y.V.Square()).Item()
	}
	amplification := 1 - math.Pow(h, 6)/72 + math.Pow(h, 8)/576
	fxtest.MustBeNear(t, "RK4", []float64{drift(RK4)}, []float64{math.Pow(amplification, n)}, 1e-12)
	fxtest.MustBeNear(t, "Euler", []float64{drift(Euler)}, []float64{math.Pow(1+h*h, n)}, 1e-10)
}

func TestJitVmapAndPlainAgree(t *testing.T) {
	type result struct {
		Path particle
		R    Report
	}
	for name, s := range map[string]Scheme{"adaptive": Adaptive{RTol: 1e-6}, "fixed": Fixed{Substeps: 2}, "segments": Fixed{Segments: 2}} {
		f := func(y particle) result {
			p, r := Solve(pendulum, y, grid(0, 3, 5), s)
			return result{p, r}
		}
		starts := []particle{release(0.1), release(2), release(-3)}
		stack := func(a, b, c *fx.Array) *fx.Array { return fx.Stack(0, a, b, c) }
		batch := fx.Vmap(f)(fx.Map3(stack, starts[0], starts[1], starts[2]))
		for i, y := range starts {
			plain, jitted := f(y), fx.Jit(f)(y)
			fxtest.MustBeNear(t, name+" compiled", jitted.Path.X.Flatten().Float64s(), plain.Path.X.Flatten().Float64s(), 0)
			fxtest.MustBeNear(t, name+" batch", batch.Path.X.Index(i).Flatten().Float64s(), plain.Path.X.Flatten().Float64s(), 1e-12)
			if g := batch.R.Accepted; name == "adaptive" && g.Index(i).Item() != plain.R.Accepted.Item() {
				t.Errorf("example %d: %v steps in the batch, %v alone", i, g.Index(i), plain.R.Accepted)
			}
		}
	}
}

func TestStiffProblemsAreRejectedSteps(t *testing.T) {
	// Van der Pol's oscillator has fast parts, where steps fail.
	vdp := func(_ vec, p particle) particle {
		return particle{p.V, p.X.Square().Neg().AddScalar(1).Mul(p.V).MulScalar(5).Sub(p.X), p.Name}
	}
	_, r := Final(vdp, release(2), grid(0, 20, 1), Adaptive{RTol: 1e-6})
	if r.Err() != nil || r.Rejected.Item() < 3 || r.Accepted.Item() < 50 {
		t.Errorf("%v accepted, %v rejected, %v", r.Accepted, r.Rejected, r.Err())
	}
}

func TestFloat32AndMixed(t *testing.T) {
	times := grid(0, 2, 4)
	want, _ := Solve(forced, fx.Scalar(0.5), times, Adaptive{RTol: 1e-12})
	for _, d := range []fx.DType{fx.Float32, fx.Float64} {
		f := func(t, y vec) vec { return forced(t.AsType(fx.Float32), y) }
		got, r := Solve(f, fx.Scalar(float32(0.5)), times.AsType(d), Adaptive{})
		if err := r.Err(); err != nil || got.DType() != fx.Float32 {
			t.Fatal(err, got)
		}
		fxtest.MustBeNear(t, "float32", got.Float64s(), want.Float64s(), 1e-4)
	}
}

func TestWhatCannotBeReachedSaysSo(t *testing.T) {
	// y' = y^2 from 1 is infinite at t = 1.
	blowUp := func(_, y vec) vec { return y.Square() }
	path, r := Solve(blowUp, fx.Scalar(1.0), fx.New([]float64{0, 0.5, 2}), Adaptive{})
	if r.Status() != StepTooSmall && r.Status() != MaxSteps {
		t.Errorf("%v", r.Status())
	}
	if got := r.Time.Item(); math.Abs(got-1) > 1e-3 {
		t.Errorf("stopped at %v", got)
	}
	if err := r.Err(); err == nil || !strings.Contains(err.Error(), "stopped at t = 1") && !strings.Contains(err.Error(), "0.99") {
		t.Error(err)
	}
	fxtest.MustBeNear(t, "before", []float64{path.Index(1).Item()}, []float64{2}, 1e-5)
	if !math.IsNaN(path.Index(2).Item()) {
		t.Errorf("after the singularity: %v", path)
	}
	_, r = Final(pendulum, release(1), grid(0, 100, 1), Adaptive{MaxSteps: 7})
	if r.Status() != MaxSteps || r.Accepted.Item()+r.Rejected.Item() != 7 {
		t.Errorf("%v after %v steps", r.Status(), r.Accepted)
	}
	nanField := func(_, y vec) vec { return y.MulScalar(math.NaN()) }
	y, r := Final(nanField, fx.Scalar(1.0), grid(0, 1, 1), Adaptive{})
	if r.Status() != StepTooSmall || !math.IsNaN(y.Item()) {
		t.Errorf("NaN: %v %v", r.Status(), y)
	}
}

func TestNoTimeAndNoDynamics(t *testing.T) {
	for name, s := range map[string]Scheme{"adaptive": Adaptive{}, "fixed": Fixed{}, "segments": Fixed{Segments: 3}} {
		y, r := Solve(forced, fx.Scalar(0.5), fx.New([]float64{1.0}), s)
		fxtest.MustBeNear(t, name+" one time", y.Float64s(), []float64{0.5}, 0)
		if r.Err() != nil || r.Accepted.Item() != 0 {
			t.Errorf("%s: %v %v", name, r.Accepted, r.Err())
		}
		y, r = Solve(forced, fx.Scalar(0.5), fx.New([]float64{1.0, 1, 1}), s)
		fxtest.MustBeNear(t, name+" no time", y.Float64s(), []float64{0.5, 0.5, 0.5}, 0)
		if r.Err() != nil {
			t.Error(r.Err())
		}
		y, r = Final(func(_, y vec) vec { return fx.ZerosLike(y) }, fx.Scalar(0.5), grid(0, 5, 3), s)
		if r.Err() != nil || y.Item() != 0.5 {
			t.Errorf("%s: %v %v", name, y, r.Err())
		}
	}
}

func TestSegmentsChangeNothing(t *testing.T) {
	w := fx.Scalar(0.7)
	f := func(w vec) func(t, y vec) vec { return func(t, y vec) vec { return forced(t, y).Mul(w) } }
	loss := func(s Fixed) func(vec) vec {
		return func(w vec) vec {
			y, _ := Final(f(w), fx.New([]float64{0.5, 0.1}), grid(0, 2, 11), s)
			return y.Square().Sum()
		}
	}
	want := fx.Grad(loss(Fixed{}))(w).Item()
	for _, k := range []int{1, 2, 3, 5, 11, 40} {
		fxtest.MustBeNear(t, "gradient", []float64{fx.Jit(fx.Grad(loss(Fixed{Segments: k})))(w).Item()}, []float64{want}, 1e-13)
	}
}

func TestWrongIntegrations(t *testing.T) {
	y, times := fx.Scalar(0.5), grid(0, 1, 2)
	fxtest.MustFail(t, "must be a vector of floats", func() { Solve(forced, y, fx.Scalar(1.0), Fixed{}) })
	fxtest.MustFail(t, "must be a vector of floats", func() { Solve(forced, y, fx.New([]int32{0, 1}), Fixed{}) })
	fxtest.MustFail(t, "at least one element", func() { Final(forced, y, fx.Zeros(fx.Float64, 0), Adaptive{}) })
	fxtest.MustFail(t, "there is no scheme", func() { Solve(forced, y, times, nil) })
	fxtest.MustFail(t, "the field's value has float64[2] where the state has float64[]", func() {
		Solve(func(t, y vec) vec { return fx.Stack(0, y, y) }, y, times, Fixed{})
	})
	fxtest.MustFail(t, "the field's value", func() {
		Solve(func(t, y vec) vec { return y.AsType(fx.Float32) }, y, times, Adaptive{})
	})
	fxtest.MustFail(t, "Substeps is -1", func() { Solve(forced, y, times, Fixed{Substeps: -1}) })
	fxtest.MustFail(t, "RTol is -1", func() { Solve(forced, y, times, Adaptive{RTol: -1}) })
	fxtest.MustFail(t, "ATol NaN", func() { Solve(forced, y, times, Adaptive{ATol: math.NaN()}) })
	fxtest.MustFail(t, "MaxSteps is -1", func() { Solve(forced, y, times, Adaptive{MaxSteps: -1}) })
	fxtest.MustFail(t, "no explicit tableau", func() {
		Solve(forced, y, times, Fixed{Method: Method{Name: "implicit Euler", Order: 1, A: [][]float64{{1}}, B: []float64{1}, C: []float64{1}}})
	})
	fxtest.MustFail(t, "ode_test.go", func() { Solve(forced, y, times, nil) })
}
