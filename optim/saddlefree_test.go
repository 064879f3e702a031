package optim

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/random"
)

// wave has minima, saddles and maxima in every direction.
func wave(x *fx.Array) *fx.Array {
	w := random.Normal(random.New(5), fx.Float64, waveSize, waveSize)
	return w.MatMul(x).Sin().Sum().Add(x.Square().Sum().MulScalar(0.05))
}

const waveSize = 7

func waveStart() *fx.Array { return random.Normal(random.New(6), fx.Float64, waveSize) }

// TestSaddleFreeByFormula: each step is the best of the six, by dense algebra.
func TestSaddleFreeByFormula(t *testing.T) {
	for name, c := range map[string]struct {
		o     Optimizer[*fx.Array]
		solve func(h, g *fx.Array, alpha float64) *fx.Array
	}{
		"saddle-free": {NewSaddleFreeNewton[*fx.Array](), func(h, g *fx.Array, alpha float64) *fx.Array {
			return linalg.AbsEigSolve(h, g, fx.Scalar(alpha))
		}},
		"Newton": {NewDampedNewton[*fx.Array](), func(h, g *fx.Array, alpha float64) *fx.Array {
			return fx.Solve(h.Add(fx.Eye(fx.Float64, waveSize).MulScalar(alpha)), g.ExpandDims(1)).Squeeze(1)
		}},
	} {
		x := waveStart()
		descend(c.o, wave, x, 4, func(k int, d descent[*fx.Array]) {
			g, h := fx.Grad(wave)(x), fx.Hessian(wave)(x)
			best, lowest, damping := x, wave(x).Item(), math.NaN()
			for _, alpha := range []float64{1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5} {
				next := x.Sub(c.solve(h, g, alpha))
				if l := wave(next).Item(); l < lowest {
					best, lowest, damping = next, l, alpha
				}
			}
			if w := d.P.Sub(best).Abs().Max().Item(); !(w < 1e-9) {
				t.Fatalf("%s, step %d: off by %v", name, k, w)
			}
			eigen := fx.Eigvalsh(h).Float64s()
			negative := float64(len(slices.DeleteFunc(slices.Clone(eigen), func(v float64) bool { return v >= 0 }))) / waveSize
			want := map[string]float64{"search_loss": lowest, "lowest": eigen[0], "negative": negative, "evaluations": 7 + waveSize, "success": 1}
			if math.IsNaN(damping) {
				want["success"] = 0
			} else {
				want["damping"] = damping
			}
			for key, v := range want {
				if got := d.Values[key].Item(); !(math.Abs(got-v) < 1e-9) {
					t.Errorf("%s, step %d: %s is %v, want %v", name, k, key, got, v)
				}
			}
			x = d.P
		})
	}
}

// TestAtASaddle: one step with one damping, by the closed form of the paper's
// example 5x^2 - y^2.
func TestAtASaddle(t *testing.T) {
	saddle := func(p *fx.Array) *fx.Array {
		return p.Index(0).Square().MulScalar(5).Sub(p.Index(1).Square())
	}
	o := NewSaddleFreeNewton[*fx.Array]()
	o.Dampings = []float64{0.1}
	p := fx.New([]float64{1e-3, 1e-3})
	next, _, _ := o.Step(saddle, p, o.Init(p))
	got := next.Float64s()
	if math.Abs(got[0]-1e-3*(1-10/10.1)) > 1e-15 || math.Abs(got[1]-1e-3*(1+2/2.1)) > 1e-15 {
		t.Errorf("the step leads to %v", got)
	}
	// On the stable line there is nothing that leads away.
	p = fx.New([]float64{1, 0})
	if next, _, _ := o.Step(saddle, p, o.Init(p)); next.Index(1).Item() != 0 {
		t.Errorf("from the stable line to %v", next)
	}
}

// TestKrylovIsExact: a Krylov space with all the dimensions that the gradient
// reaches gives the whole space's steps, and a smaller one descends.
func TestKrylovIsExact(t *testing.T) {
	whole, krylov := NewSaddleFreeNewton[*fx.Array](), NewSaddleFreeNewton[*fx.Array]()
	for _, space := range []KrylovSpace{{waveSize, false}, {waveSize + 5, true}, {waveSize - 1, true}} {
		krylov.Space = space
		x := waveStart()
		s := State(DampingState{random.Normal(random.New(8), fx.Float64, waveSize)})
		for k := range 3 {
			a, _, _ := whole.Step(wave, x, s)
			b, next, info := krylov.Step(wave, x, s)
			if w := a.Sub(b).Abs().Max().Item(); !(w < 1e-8) {
				t.Errorf("%+v, step %d: off by %v", space, k, w)
			}
			if want := float64(7 + min(space.Dim+1, waveSize)); space.Previous && info.Values["evaluations"].Item() != want {
				t.Errorf("%+v: %v evaluations, want %v", space, info.Values["evaluations"], want)
			}
			x, s = b, next
			fx.Eval(x, s)
		}
	}
	krylov.Space = NewKrylovSpace(2)
	last := wave(waveStart()).Item()
	first := last
	descend(krylov, wave, waveStart(), 10, func(k int, d descent[*fx.Array]) {
		if d.Values["search_loss"].Item() > last {
			t.Errorf("step %d: the loss rises from %v to %v", k, last, d.Values["search_loss"])
		}
		last = d.Values["search_loss"].Item()
	})
	if last > first-3 {
		t.Errorf("in two dimensions the loss falls from %v to %v only", first, last)
	}
}

// TestKrylovPrevious: the last direction is in the space. With curvature along the
// axes and a gradient along one of them, the last step along another one counts.
func TestKrylovPrevious(t *testing.T) {
	space := KrylovSpace{1, true}
	h := linalg.Matrix(fx.New([]float64{2, 3, -5}).Diag(0))
	e := space.eigen("x", h, fx.New([]float64{1, 0, 0}), fx.New([]float64{4, 0, 2}))
	if got := e.Values.Float64s(); math.Abs(got[0]+5) > 1e-12 || math.Abs(got[1]-2) > 1e-12 {
		t.Errorf("eigenvalues %v in the span of the first and the last axis, want -5 and 2", got)
	}
	if got := e.Vectors.Shape(); !slices.Equal(got, []int{3, 2}) {
		t.Errorf("vectors %v", got)
	}
}

// TestDampingSearch: the batch that chooses, trees, and steps that are not made.
func TestDampingSearch(t *testing.T) {
	type mixed struct{ A, B, Count *fx.Array }
	loss := func(p mixed) *fx.Array {
		return p.A.Square().Sum().SubScalar(1).Square().Add(p.B.SubScalar(2).Square())
	}
	p := mixed{fx.New([]float32{0.1, -0.2}), fx.Scalar(float32(5)), fx.Scalar(int32(3))}
	for _, space := range []Space{NewWholeSpace(), NewKrylovSpace(2)} {
		o := NewSaddleFreeNewton[mixed]()
		o.Space = space
		end := fx.Jit(func(p mixed) mixed {
			end, _, _ := Descend(o, loss, p, o.Init(p), 15)
			return end
		})(p)
		if l := loss(end).Item(); !(l < 1e-5) || end.Count.Item() != 3 {
			t.Errorf("%T: ends at %v with %v", space, end, l)
		}
	}
	// Gauss-Newton of a saddle: the curvature is the caller's.
	gauss := NewDampedGaussNewton(func(x *fx.Array) func(*fx.Array) *fx.Array {
		return func(v *fx.Array) *fx.Array { return v.MulScalar(4) }
	})
	parabola := func(x *fx.Array) *fx.Array { return x.Square().Sum().MulScalar(2) }
	next, _, _ := gauss.Step(parabola, fx.New([]float64{3, 1}), gauss.Init(fx.New([]float64{3, 1})))
	if next.Abs().Max().Item() > 1e-4 {
		t.Errorf("Gauss-Newton goes to %v", next)
	}
	// The search's loss chooses: one that rises everywhere keeps p.
	x := fx.New([]float64{3, 1})
	gauss.Search = func(x *fx.Array) *fx.Array { return x.Square().Sum().Neg() }
	next, s, info := gauss.Step(parabola, x, gauss.Init(x))
	if !slices.Equal(next.Float64s(), x.Float64s()) || info.Values["success"].Item() != 0 || s.(DampingState).Previous.Norm().Item() != 0 {
		t.Errorf("against the search's loss to %v, %v", next, info.Values)
	}
	if got := info.Values["search_loss"].Item(); got != -10 {
		t.Errorf("the search's loss at p is %v", got)
	}
	// Curvature that is not finite, and losses that are not.
	gauss.Search, gauss.Curvature = nil, func(x *fx.Array) func(*fx.Array) *fx.Array {
		return func(v *fx.Array) *fx.Array { return v.MulScalar(math.NaN()) }
	}
	next, _, info = gauss.Step(parabola, x, gauss.Init(x))
	if !slices.Equal(next.Float64s(), x.Float64s()) || info.Values["success"].Item() != 0 {
		t.Errorf("with a NaN curvature to %v", next)
	}
}

func TestDampingErrors(t *testing.T) {
	newton := func(change func(o *SaddleFreeNewton[*fx.Array])) Validator {
		return with(NewSaddleFreeNewton[*fx.Array](), change)
	}
	for want, o := range map[string]Validator{
		"there are no dampings":                           newton(func(o *SaddleFreeNewton[*fx.Array]) { o.Dampings = nil }),
		"a damping is 0; it must be positive":             newton(func(o *SaddleFreeNewton[*fx.Array]) { o.Dampings = []float64{1, 0} }),
		"there is no space":                               newton(func(o *SaddleFreeNewton[*fx.Array]) { o.Space = nil }),
		"the Krylov space has 0 dimensions":               newton(func(o *SaddleFreeNewton[*fx.Array]) { o.Space = NewKrylovSpace(0) }),
		"the limit is -1 parameters; it must be positive": newton(func(o *SaddleFreeNewton[*fx.Array]) { o.Space = WholeSpace{-1} }),
	} {
		if err := o.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	o := NewDampedNewton[*fx.Array]()
	o.Space = WholeSpace{3}
	x := waveStart()
	for want, f := range map[string]func(){
		"DampedNewton: 7 parameters; the whole space is limited to 3: use a KrylovSpace": func() { o.Step(wave, x, o.Init(x)) },
		"the state is a optim.AdaptiveState and must be a optim.DampingState":            func() { o.Step(wave, x, AdaptiveState{}) },
	} {
		fxtest.MustFail(t, want, f)
	}
}
