package implicitdifferentiation

import (
	"context"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/implicit"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// E5: how the positions of packed soft discs depend on the diameter of the smaller
// half of them (the paper's molecular dynamics).

const (
	smallDiameter = 0.7  // of the smaller half; the others have 1
	packingShare  = 0.9  // of the discs' areas in the box: a little above jamming
	finite        = 1e-5 // change of the diameter for finite differences
	forceTol      = 1e-10
)

// packed is a periodic square box of side Side, with discs of which those with
// Small = 1 have the diameter D.
type packed struct{ Small, Side, D *fx.Array }

// energy is the sum over pairs of 2/5 (1 - r/sigma)^2.5 where r < sigma, the mean
// of the diameters. r is the shortest periodic distance.
func energy(x *fx.Array, p packed) *fx.Array {
	n := x.Dim(0)
	d := x.ExpandDims(1).Sub(x.ExpandDims(0))
	d = d.Sub(p.Side.Mul(fx.StopGradient(d.Div(p.Side)).Round()))
	diameter := p.Small.Mul(p.D).Add(p.Small.Neg().AddScalar(1))
	sigma := diameter.ExpandDims(1).Add(diameter.ExpandDims(0)).MulScalar(0.5)
	square := d.Square().Sum(2)
	apart := fx.Eye(fx.Float64, n)
	gap := square.Add(apart).Sqrt().Div(sigma).Neg().AddScalar(1)
	touching := gap.Greater(fx.Const(0)).And(apart.Equal(fx.Const(0)))
	safe := fx.Where(touching, gap, fx.OnesLike(gap))
	return fx.Where(touching, safe.Square().Mul(safe.Sqrt()), fx.ZerosLike(gap)).Sum().MulScalar(0.2)
}

// force is the condition of equilibrium.
func force(x *fx.Array, p packed) *fx.Array {
	return linalg.Scale(fx.Const(-1), implicit.Stationary(energy)(x, p))
}

func fire(tol float64) implicit.FIRE[*fx.Array] {
	return implicit.FIRE[*fx.Array]{Stop: implicit.Stop{Tol: 1e-300, AbsTol: tol, MaxIter: 20_000}, Step: 0.1, MaxStep: 0.4}
}

// relax lets discs roll into a minimum.
func relax(x0 *fx.Array, p packed, tol float64) (*fx.Array, implicit.Report) {
	return fire(tol).Solve(func(x *fx.Array) *fx.Array { return force(x, p) }, x0)
}

// Sensitivity is the derivative of the positions in the small diameter, by three
// ways.
type sensitivity struct {
	X, Implicit, Unrolled, Differences *fx.Array // [discs, 2]
	Report                             implicit.Report
	Linear                             linalg.Report
	Again                              implicit.Report
}

// packingSystem solves with the force's Jacobian, of which translations are the null
// space: a spring on the mean position holds them.
func (e experiment) packingDerivative(x *fx.Array, p, dp packed) (*fx.Array, linalg.Report) {
	held := func(y *fx.Array, p packed) *fx.Array {
		return force(y, p).Sub(y.Sub(x).MeanKeep(0))
	}
	linear := linalg.Solver[*fx.Array](linalg.BiCGStab[*fx.Array]{Tol: 1e-11, MaxIter: 4000})
	if _, ok := e.linear.general.(linalg.GMRES[*fx.Array]); !ok {
		linear = e.linear.general
	}
	return implicit.RootJVP(held, x, p, dp, linear)
}

type start struct {
	X0 *fx.Array
	P  packed
}

func (e experiment) sensitivities(s start) sensitivity {
	dp := s.P.along()
	type run struct {
		X      *fx.Array
		Report implicit.Report
	}
	solve := func(p packed) run {
		x, r := relax(s.X0, p, forceTol)
		return run{x, r}
	}
	out, tangent := fx.JVP(solve, s.P, dp)
	var r sensitivity
	r.X, r.Report, r.Unrolled = out.X, out.Report, tangent.X
	// To where rounding stops it, so that differences of equilibria mean something.
	x, _ := relax(out.X, s.P, forceTol/100)
	r.Implicit, r.Linear = e.packingDerivative(x, s.P, dp)
	at := func(h float64) (*fx.Array, implicit.Report) {
		p := s.P
		p.D = p.D.AddScalar(h)
		return relax(x, p, forceTol/100)
	}
	above, again := at(finite)
	below, _ := at(-finite)
	r.Differences, r.Again = above.Sub(below).DivScalar(2*finite), again
	return r
}

// earlierStops are forces at which FIRE may stop instead: how the derivatives come to
// be what they are at the end.
var earlierStops = []float64{1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8}

// stopped is the derivatives where FIRE has stopped early.
type stopped struct{ Implicit, Unrolled *fx.Array }

func (e experiment) stoppedAt(tol float64) func(start) stopped {
	return fx.Jit(func(s start) stopped {
		dp := s.P.along()
		x, unrolled := fx.JVP(func(p packed) *fx.Array {
			x, _ := relax(s.X0, p, tol)
			return x
		}, s.P, dp)
		d, _ := e.packingDerivative(x, s.P, dp)
		return stopped{d, unrolled}
	})
}

// onTheWay records the errors of the derivatives at the earlier stops.
func (e experiment) onTheWay(env *study.Env, s start, truth *fx.Array) error {
	worst, size := 0.0, truth.Norm().Item()
	for _, tol := range earlierStops {
		run, err := study.Once(env, fmt.Sprint("packing to ", tol), func() (func(start) stopped, error) { return e.stoppedAt(tol), nil })
		if err != nil {
			return err
		}
		r := run(s)
		unrolled := r.Unrolled.Sub(truth).Norm().Item() / size
		env.Record.With("way", nameImplicit).Point("off_at_force", tol, r.Implicit.Sub(truth).Norm().Item()/size)
		env.Record.With("way", nameUnrolled).Point("off_at_force", tol, unrolled)
		worst = max(worst, unrolled)
	}
	env.Record.Scalar("worst_unrolled", worst)
	return nil
}

// along is the direction in the small diameter alone.
func (p packed) along() packed {
	return packed{fx.ZerosLike(p.Small), fx.ZerosLike(p.Side), fx.OnesLike(p.D)}
}

// newPacking scatters discs at random.
func newPacking(key *fx.Array, discs int) start {
	small := fx.Arange(fx.Float64, discs).GreaterEqual(fx.Const(float64(discs / 2))).AsType(fx.Float64)
	area := math.Pi / 4 * float64(discs) / 2 * (1 + smallDiameter*smallDiameter)
	side := math.Sqrt(area / packingShare)
	x := random.Uniform(key, fx.Float64, 0, side, discs, 2)
	return start{x, packed{small, fx.Scalar(side), fx.Scalar(smallDiameter)}}
}

func (e experiment) packing(ctx context.Context, env *study.Env, p plan) error {
	if p.packings == 0 {
		return nil
	}
	run, err := study.Once(env, "packing", func() (func(start) sensitivity, error) { return fx.Jit(e.sensitivities), nil })
	if err != nil {
		return err
	}
	for i := range env.Steps("packings", p.packings) {
		s := newPacking(random.FoldIn(random.FoldIn(random.New(env.Seed), partPacking), i), p.discs)
		r := run(s)
		out := env.Record.With("packing", i)
		size := r.Differences.Norm().Item()
		out.Scalar("implicit_off", r.Implicit.Sub(r.Differences).Norm().Item()/size)
		out.Scalar("unrolled_off", r.Unrolled.Sub(r.Differences).Norm().Item()/size)
		out.Scalar("iterations", r.Report.Iterations.Item())
		out.Scalar("force", r.Report.Residual.Item())
		out.Scalar("force_again", r.Again.Residual.Item())
		out.Scalar("linear_residual", r.Linear.Residual.Item()/math.Max(r.Linear.Target.Item(), 1e-300))
		out.Scalar("size", size)
		if i == 0 {
			side := s.P.Side
			at := r.X.Sub(r.X.Div(side).Floor().Mul(side)).Float64s()
			d := r.Implicit.Sub(r.Implicit.MeanKeep(0)).Float64s()
			small := s.P.Small.Float64s()
			for k := range p.discs {
				c := out.With("small", small[k])
				c.Point("disc", at[2*k], at[2*k+1])
				c.Point("moves", d[2*k], d[2*k+1])
			}
			out.Scalar("side", side.Item())
			if err := e.onTheWay(env, s, r.Differences); err != nil {
				return err
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}
