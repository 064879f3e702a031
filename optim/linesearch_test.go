package optim

import (
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/random"
)

// landscapes are functions of two variables with points and directions that
// descend there, and first lengths far too short and far too long.
func landscapes() map[string]Loss[*fx.Array] {
	return map[string]Loss[*fx.Array]{
		"bowl":       func(x *fx.Array) *fx.Array { return x.Square().Sum() },
		"rosenbrock": rosenbrock,
		"waves": func(x *fx.Array) *fx.Array {
			return x.MulScalar(5).Sin().Sum().Add(x.Square().Sum())
		},
		"saturating": func(x *fx.Array) *fx.Array { return x.Square().Sum().AddScalar(1).Log() },
		"steep":      func(x *fx.Array) *fx.Array { return x.SubScalar(1).Square().Square().Sum() },
	}
}

// TestWolfeConditions: the result meets the conditions, and is what it says.
func TestWolfeConditions(t *testing.T) {
	w := NewStrongWolfe[*fx.Array]()
	w.C2 = 0.3
	b := NewBacktracking[*fx.Array]()
	for name, loss := range landscapes() {
		for seed := range uint64(3) {
			from := At(loss, random.Normal(random.New(seed), fx.Float64, 2))
			direction := from.Gradient.Neg()
			slope := direction.Dot(from.Gradient).Item()
			for _, first := range []float64{1e-6, 0.01, 1, 300} {
				for _, search := range []LineSearch[*fx.Array]{w, b} {
					r := search.Search(loss, from, direction, fx.Scalar(first))
					length, value := r.Length.Item(), r.Point.Loss.Item()
					at := At(loss, from.P.Add(direction.MulScalar(length)))
					if d := at.P.Sub(r.Point.P).Abs().Max().Item(); d > 1e-12 || math.Abs(at.Loss.Item()-value) > 1e-12*(1+math.Abs(value)) ||
						at.Gradient.Sub(r.Point.Gradient).Abs().Max().Item() > 1e-9*(1+at.Gradient.Abs().Max().Item()) {
						t.Errorf("%s, seed %d, first %v, %T: the point is not the one at length %v", name, seed, first, search, length)
					}
					if !r.Success.Bools()[0] {
						t.Errorf("%s, seed %d, first %v, %T: no success after %v evaluations", name, seed, first, search, r.Evaluations)
						continue
					}
					if !(value <= from.Loss.Item()+1e-4*length*slope) {
						t.Errorf("%s, seed %d, first %v, %T: not enough decrease at %v", name, seed, first, search, length)
					}
					if _, ok := search.(StrongWolfe[*fx.Array]); ok && !(math.Abs(r.Point.Gradient.Dot(direction).Item()) <= -0.3*slope) {
						t.Errorf("%s, seed %d, first %v: the curvature condition fails at %v", name, seed, first, length)
					}
				}
			}
		}
	}
}

// TestFailingSearches: what cannot succeed says so and leaves a usable point.
func TestFailingSearches(t *testing.T) {
	w, b := NewStrongWolfe[*fx.Array](), NewBacktracking[*fx.Array]()
	w.MaxEvaluations = 10
	one := fx.New([]float64{1})
	square := func(x *fx.Array) *fx.Array { return x.Square().Sum() }
	linear := func(x *fx.Array) *fx.Array { return x.Sum().Neg() }
	wrong := fx.CustomJVP(square, func(x, dx *fx.Array) *fx.Array { return dx.Sum().Neg() }) // a gradient with the wrong sign
	log := func(x *fx.Array) *fx.Array { return x.Log().Sum() }                              // NaN below 0
	for name, c := range map[string]struct {
		search    LineSearch[*fx.Array]
		loss      Loss[*fx.Array]
		direction float64
		first     float64
		ok        bool
		worse     bool // whether the loss stays where it was
	}{
		"uphill":                 {w, square, 1, 1, false, true},
		"uphill, backtracking":   {b, square, 1, 1, false, true},
		"no direction":           {w, square, 0, 1, false, true},
		"bottomless":             {w, linear, 1, 1, false, false},
		"bottomless, decrease":   {b, linear, 1, 1, true, false},
		"wrong gradient":         {w, wrong, 1, 1, false, true},
		"wrong, backtracking":    {b, wrong, 1, 1, false, true},
		"not a number":           {b, log, -1, 100, true, false},
		"not a number, interval": {w, log, -1, 100, false, false},
	} {
		from := At(c.loss, one)
		r := c.search.Search(c.loss, from, fx.New([]float64{c.direction}), fx.Scalar(c.first))
		if r.Success.Bools()[0] != c.ok {
			t.Errorf("%s: success %v after %v evaluations, length %v", name, r.Success, r.Evaluations, r.Length)
		}
		before, after := from.Loss.Item(), r.Point.Loss.Item()
		if stays := after == before; stays != c.worse || after > before || math.IsNaN(after) {
			t.Errorf("%s: the loss goes from %v to %v", name, before, after)
		}
	}
}

func TestSearchSettings(t *testing.T) {
	type search = StrongWolfe[*fx.Array]
	for want, method := range map[string]any{
		"C1 is 0; it must be between 0 and 1":                          with(NewStrongWolfe[*fx.Array](), func(w *search) { w.C1 = 0 }),
		"C2 is 0.0001; it must be above C1 = 0.0001 and below 1":       with(NewStrongWolfe[*fx.Array](), func(w *search) { w.C2 = 1e-4 }),
		"the largest number of evaluations is 0; it must be positive":  with(NewStrongWolfe[*fx.Array](), func(w *search) { w.MaxEvaluations = 0 }),
		"the tolerance is NaN":                                         with(NewStrongWolfe[*fx.Array](), func(w *search) { w.Tolerance = math.NaN() }),
		"the factor from length to length is 1":                        with(NewBacktracking[*fx.Array](), func(b *Backtracking[*fx.Array]) { b.Shrink = 1 }),
		"the history is 0 pairs; it must be positive":                  with(NewLBFGS[*fx.Array](), func(o *LBFGS[*fx.Array]) { o.History = 0 }),
		"there is no line search":                                      with(NewLBFGS[*fx.Array](), func(o *LBFGS[*fx.Array]) { o.Search = nil }),
		"the first length is -1; it must be positive":                  with(NewLBFGS[*fx.Array](), func(o *LBFGS[*fx.Array]) { o.First = -1 }),
		"the least curvature is -1; it must be a number that is not n": with(NewLBFGS[*fx.Array](), func(o *LBFGS[*fx.Array]) { o.MinCurvature = -1 }),
	} {
		if err := Validate(method); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Validate says %v, want %q", err, want)
		}
	}
	loss := func(x *fx.Array) *fx.Array { return x.Square().Sum() }
	from := At(loss, fx.New([]float64{1}))
	for want, f := range map[string]func(){
		"optim.StrongWolfe: the first length is float32[]; it must be a float64 scalar": func() {
			NewStrongWolfe[*fx.Array]().Search(loss, from, from.P, fx.Scalar(float32(1)))
		},
		"optim.Backtracking: the start has no loss": func() {
			NewBacktracking[*fx.Array]().Search(loss, LinePoint[*fx.Array]{P: from.P}, from.P, fx.Scalar(1.0))
		},
		"optim.LBFGS: the state is a <nil> and must be a optim.LBFGSState": func() { NewLBFGS[*fx.Array]().Step(loss, from.P, nil) },
	} {
		if msg := fxtest.Failure(t, f); !strings.Contains(msg, want) {
			t.Errorf("says %q, want %q", msg, want)
		}
	}
}
