package multiobjective_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	mo "github.com/fluxion-go/fluxion/multiobjective"
	"github.com/fluxion-go/fluxion/random"
)

// jacobians are random ones whose rows differ in length by up to 1e4.
func jacobians(count, m, n int) []*fx.Array {
	var list []*fx.Array
	for _, key := range random.Split(random.New(7), count) {
		parts := random.Split(key, 2)
		length := random.Uniform(parts[1], fx.Float64, -2, 2, m, 1).MulScalar(math.Ln10).Exp()
		list = append(list, random.Normal(parts[0], fx.Float64, m, n).Mul(length))
	}
	return list
}

func apply(t *testing.T, a mo.Aggregator, j *fx.Array) *fx.Array {
	t.Helper()
	d, err := a.Apply(j, random.New(3))
	if err != nil {
		t.Fatalf("%v: %v", a, err)
	}
	return d
}

func TestDualConeQPMeetsItsOptimalityConditions(t *testing.T) {
	for _, m := range []int{1, 2, 3, 8, 32} {
		for _, j := range jacobians(5, m, 10) { // for m > 10 the Gramian is singular
			g := j.MatMul(j.T())
			u := fx.Eye(fx.Float64, m)
			w, err := mo.DualConeQP(g, u)
			if err != nil {
				t.Fatal(err)
			}
			unit := g.Div(g.Trace())
			gw := w.MatMul(unit)
			over := w.Sub(u)
			if low := over.Min().Item(); low < 0 {
				t.Errorf("m = %d: a weight is %g below its bound", m, -low)
			}
			size := w.Abs().Max().Item()
			if low := gw.Min().Item(); low < -1e-10*size {
				t.Errorf("m = %d: the projection leaves the dual cone by %g", m, -low)
			}
			if slack := over.Mul(gw).Abs().Max().Item(); slack > 1e-9*size*size {
				t.Errorf("m = %d: complementarity is violated by %g", m, slack)
			}
		}
	}
}

// The values are those of the definitions, worked out by hand.
func TestAggregatorsOfTwoGradients(t *testing.T) {
	opposed := fx.New([]float64{4, 0, -1, 1}, 2, 2)   // inner product -4
	orthogonal := fx.New([]float64{2, 0, 0, 1}, 2, 2) // lengths 2 and 1
	for _, c := range []struct {
		a    mo.Aggregator
		j    *fx.Array
		want [2]float64
	}{
		{mo.Mean(), opposed, [2]float64{1.5, 0.5}},
		{mo.Sum(), opposed, [2]float64{3, 1}},
		// (4, 0) loses its part along (-1, 1): (2, 2); (-1, 1) becomes (0, 1).
		{mo.UPGrad(mo.ConeOptions{}), opposed, [2]float64{1, 1.5}},
		{mo.PCGrad(), opposed, [2]float64{2, 3}},
		// The mean (0.5, 0.5) opposes (-3, 1) and loses its part along it.
		{mo.DualProj(mo.ConeOptions{}), fx.New([]float64{4, 0, -3, 1}, 2, 2), [2]float64{0.2, 0.6}},
		{mo.DualProj(mo.ConeOptions{Preference: []float64{0, 1}}), opposed, [2]float64{0, 1}},
		{mo.MGDA(), orthogonal, [2]float64{0.4, 0.8}},
		{mo.IMTLG(), orthogonal, [2]float64{2.0 / 3, 2.0 / 3}},
		{mo.AlignedMTL(), orthogonal, [2]float64{0.5, 0.5}},
		{mo.ConFIG(), orthogonal, [2]float64{1.5, 1.5}},
		{mo.NashMTL(), orthogonal, [2]float64{1, 1}},
		{mo.CAGrad(0), opposed, [2]float64{1.5, 0.5}},
	} {
		got := apply(t, c.a, c.j).Float64s()
		for i := range got {
			if math.Abs(got[i]-c.want[i]) > 2e-3*b2f(c.a.String() == "MGDA")+1e-9 {
				t.Errorf("%v of %v: %v, want %v", c.a, c.j.Float64s(), got, c.want)
				break
			}
		}
	}
}

func b2f(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func TestNonConflicting(t *testing.T) {
	exact := mo.ConeOptions{}
	for _, m := range []int{2, 3, 5} {
		for _, j := range jacobians(40, m, 10) {
			for _, a := range []mo.Aggregator{mo.UPGrad(exact), mo.DualProj(exact), mo.CAGrad(1), mo.NashMTL(), mo.ConFIG()} {
				if c := mo.Conflicts(j, apply(t, a, j)); c < -1e-8 {
					t.Errorf("%v conflicts by %g for m = %d", a, c, m)
				}
			}
		}
	}
}

// TestNashWithoutASolution: of five gradients in the plane some combination with
// positive weights may vanish, up to rounding. Then there is an error, not a
// direction made of rounding.
func TestNashWithoutASolution(t *testing.T) {
	solved, refused := 0, 0
	for _, j := range jacobians(60, 5, 2) {
		d, err := mo.NashMTL().Apply(j, nil)
		if err != nil {
			refused++
			continue
		}
		solved++
		if c := mo.Conflicts(j, d); c < -1e-8 {
			t.Errorf("a direction that conflicts by %g", c)
		}
	}
	if solved < 10 || refused < 10 {
		t.Errorf("%d solved, %d refused", solved, refused)
	}
}

func TestLinearUnderScaling(t *testing.T) {
	scale := func(j *fx.Array, c ...float64) *fx.Array { return fx.New(c, len(c), 1).Mul(j) }
	worst := func(a mo.Aggregator) float64 {
		residual := 0.0
		for _, j := range jacobians(30, 3, 10) {
			one, two := apply(t, a, scale(j, 0.3, 2, 5)), apply(t, a, scale(j, 4, 0.1, 1))
			both := apply(t, a, scale(j, 4.3, 2.1, 6))
			residual = max(residual, both.Sub(one).Sub(two).Norm().Item()/both.Norm().Item())
		}
		return residual
	}
	for _, a := range []mo.Aggregator{mo.UPGrad(mo.ConeOptions{}), mo.Mean(), mo.PCGrad()} {
		if r := worst(a); r > 1e-9 {
			t.Errorf("%v is not linear under scaling: %g", a, r)
		}
	}
	if r := worst(mo.DualProj(mo.ConeOptions{})); r < 1e-2 {
		t.Errorf("DualProj seems linear under scaling: the test sees nothing (%g)", r)
	}
}

func TestPCGradOfTwoIsTwiceUPGrad(t *testing.T) {
	for _, j := range jacobians(20, 2, 10) {
		diff := apply(t, mo.PCGrad(), j).Sub(apply(t, mo.UPGrad(mo.ConeOptions{}), j).MulScalar(2))
		if r := diff.Norm().Div(j.Norm()).Item(); r > 1e-10 {
			t.Errorf("they differ by %g", r)
		}
	}
}

func TestMGDAFindsTheShortestVector(t *testing.T) {
	for _, j := range jacobians(10, 4, 10) {
		j = j.Div(j.Norm(1).ExpandDims(1)) // at lengths far apart 100 steps are too few
		g := j.MatMul(j.T())
		w, err := linalg.MinNormWeights(g)
		if err != nil {
			t.Fatal(err)
		}
		best, got := w.Dot(g.MatMul(w)).Item(), apply(t, mo.MGDA(), j).Square().Sum().Item()
		if got < best*(1-1e-9) || got > best*1.05 {
			t.Errorf("squared length %g, the least is %g", got, best)
		}
	}
}

// The geometry that each method promises.
func TestAnglesAndProjections(t *testing.T) {
	spread := func(v []float64) float64 {
		low, high := math.Inf(1), math.Inf(-1)
		for _, x := range v {
			low, high = min(low, x), max(high, x)
		}
		return (high - low) / math.Abs(high)
	}
	for _, j := range jacobians(10, 4, 10) {
		unit := j.Div(j.Norm(1).ExpandDims(1))
		config := apply(t, mo.ConFIG(), j)
		if s := spread(unit.MatMul(config).Float64s()); s > 1e-6 {
			t.Errorf("ConFIG's angles differ by %g", s)
		}
		if got, want := config.Norm().Item(), j.MatMul(config).Sum().Div(config.Norm()).Item(); math.Abs(got-want) > 1e-6*want {
			t.Errorf("ConFIG is %g long, the projections on it are %g", got, want)
		}
		if s := spread(unit.MatMul(apply(t, mo.IMTLG(), j)).Float64s()); s > 1e-6 {
			t.Errorf("IMTL-G's projections differ by %g", s)
		}
		g := j.MatMul(j.T())
		w, err := mo.NashMTL().Weights(g, nil)
		if err != nil {
			t.Fatal(err)
		}
		if s := spread(w.Mul(g.MatMul(w)).Float64s()); s > 1e-8 {
			t.Errorf("Nash-MTL: w * Gw is not constant: %g", s)
		}
	}
}

// CAGrad maximises the worst improvement in a ball around the mean gradient.
func TestCAGradIsBestInItsBall(t *testing.T) {
	const c = 0.5
	for _, j := range jacobians(5, 3, 3) {
		d, g0 := apply(t, mo.CAGrad(c), j), apply(t, mo.Mean(), j)
		radius := g0.Norm().Item() * c
		if r := d.Sub(g0).Norm().Item(); math.Abs(r-radius) > 1e-8*radius {
			t.Errorf("it is %g from the mean gradient, not %g", r, radius)
		}
		worst := j.MatMul(d).Min().Item()
		for _, key := range random.Split(random.New(11), 200) {
			e := random.Normal(key, fx.Float64, 3)
			for _, near := range []float64{1, 0.01} {
				trial := d.Sub(g0).DivScalar(radius).Add(e.MulScalar(near))
				trial = g0.Add(trial.Div(trial.Norm()).MulScalar(radius))
				if v := j.MatMul(trial).Min().Item(); v > worst+1e-8*math.Abs(worst) {
					t.Fatalf("another direction improves the worst objective by %g, this one by %g", v, worst)
				}
			}
		}
	}
}

func TestGradDropKeepsOneSign(t *testing.T) {
	j := jacobians(1, 3, 200)[0]
	up, down := j.Maximum(fx.Scalar(0.0)).Sum(0).Float64s(), j.Minimum(fx.Scalar(0.0)).Sum(0).Float64s()
	kept := 0
	for i, v := range apply(t, mo.GradDrop{}, j).Float64s() {
		if math.Abs(v-up[i]) > 1e-9 && math.Abs(v-down[i]) > 1e-9 {
			t.Fatalf("coordinate %d is %g, neither %g nor %g", i, v, up[i], down[i])
		}
		if v > 0 {
			kept++
		}
	}
	if kept < 50 || kept > 150 {
		t.Errorf("positive parts are kept in %d of 200 coordinates", kept)
	}
	whole := apply(t, mo.GradDrop{Leak: []float64{1, 1, 1}}, j)
	if r := whole.Sub(j.Sum(0)).Abs().Max().Item(); r > 1e-9 {
		t.Errorf("with everything leaking it is not the sum: %g", r)
	}
}

func TestZeroGradients(t *testing.T) {
	withZero := fx.New([]float64{4, 0, 0, 0, -1, 1}, 3, 2)
	for _, name := range mo.Names() {
		a, err := mo.Named(strings.ToLower(name), mo.ConeOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if d, err := a.Apply(withZero, random.New(0)); err == nil && d.IsFinite().All().Item() == 0 {
			t.Errorf("%s of a Jacobian with a zero row is %v", name, d.Float64s())
		}
		if d, err := a.Apply(fx.Zeros(fx.Float64, 2, 3), random.New(0)); name != "Nash-MTL" && (err != nil || d.Abs().Max().Item() != 0) {
			t.Errorf("%s of zeros is %v, %v", name, d, err)
		}
	}
}

func TestBadInputs(t *testing.T) {
	j := fx.New([]float64{1, 2, 3, 4}, 2, 2)
	exact := mo.ConeOptions{}
	for _, c := range []struct {
		what string
		a    mo.Aggregator
		j    *fx.Array
		want string
	}{
		{"NaN", mo.UPGrad(exact), fx.New([]float64{1, math.NaN()}, 1, 2), "not finite"},
		{"Inf", mo.GradDrop{}, fx.New([]float64{1, math.Inf(1)}, 1, 2), "not finite"},
		{"preference", mo.UPGrad(mo.ConeOptions{Preference: []float64{1}}), j, "1 preferences for 2 objectives"},
		{"negative preference", mo.DualProj(mo.ConeOptions{Preference: []float64{1, -1}}), j, "preference 1 is -1"},
		{"ridge", mo.UPGrad(mo.ConeOptions{Ridge: -1}), j, "the ridge is -1"},
		{"leak", mo.GradDrop{Leak: []float64{0.5}}, j, "1 leaks for 2 objectives"},
		{"leak range", mo.GradDrop{Leak: []float64{0.5, 2}}, j, "leak 1 is 2"},
		{"c", mo.CAGrad(-1), j, "c is -1"},
		{"Nash", mo.NashMTL(), fx.New([]float64{1, 0, -1, 0}, 2, 2), "converged"},
		{"own weighting", mo.NewWeighting("short", func([][]float64, *fx.Array) ([]float64, error) { return nil, nil }), j, "0 weights for 2"},
	} {
		_, err := c.a.Apply(c.j, random.New(0))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.what, err, c.want)
		}
	}
	for _, a := range []mo.Aggregator{mo.RGW(), mo.GradDrop{}} {
		if _, err := a.Apply(j, nil); err == nil || !strings.Contains(err.Error(), "key is nil") {
			t.Errorf("%v without a key: %v", a, err)
		}
	}
	if _, err := mo.DualConeQP(fx.New([]float64{math.NaN()}, 1, 1), fx.New([]float64{1}, 1, 1)); !errors.Is(err, mo.ErrNotFinite) {
		t.Errorf("DualConeQP of NaN: %v", err)
	}
	if _, err := mo.Named("upgrade", exact); err == nil || !strings.Contains(err.Error(), "UPGrad") {
		t.Errorf("unknown name: %v", err)
	}
	for what, f := range map[string]func(){
		"no objectives": func() { mo.Mean().Apply(fx.Zeros(fx.Float64, 0, 2), nil) },
		"vector":        func() { mo.UPGrad(exact).Apply(fx.Zeros(fx.Float64, 3), nil) },
		"not square":    func() { mo.Mean().Weights(fx.Zeros(fx.Float64, 2, 3), nil) },
		"QP sizes":      func() { mo.DualConeQP(fx.Eye(fx.Float64, 2), fx.Zeros(fx.Float64, 1, 3)) },
		"direction":     func() { mo.Conflicts(j, fx.Zeros(fx.Float64, 3)) },
	} {
		func() {
			defer func() {
				if _, ok := recover().(*fx.Error); !ok {
					t.Errorf("%s: no *fx.Error", what)
				}
			}()
			f()
		}()
	}
}
