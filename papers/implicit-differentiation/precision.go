package implicitdifferentiation

import (
	"context"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/implicit"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/prox"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// E1: how wrong a Jacobian is that is taken at a solution that is not quite one.

// The published setting.
const (
	regressionRows     = 100
	regressionFeatures = 10
	regressionSteps    = 300
	ridgeWeight        = 0.5
	lassoShare         = 0.05 // of the weight at which the lasso's solution is zero
)

// Iterate errors outside these limits are not judged: at the end rounding decides.
const (
	smallestError = 1e-9
	smallError    = 1e-2
)

// regression is y against X with the weight of a penalty, of which the derivatives
// are taken.
type regression struct{ X, Y, Weight *fx.Array }

func newRegression(key *fx.Array) regression {
	keys := random.Split(key, 3)
	scales := fx.Linspace(fx.Float64, 1, 0.15, regressionFeatures)
	x := random.Normal(keys[0], fx.Float64, regressionRows, regressionFeatures).Mul(scales)
	w := random.Normal(keys[1], fx.Float64, regressionFeatures)
	y := x.MatMul(w).Add(random.Normal(keys[2], fx.Float64, regressionRows))
	return regression{x, y, fx.Scalar(ridgeWeight)}
}

func squaredError(w *fx.Array, p regression) *fx.Array {
	return p.X.MatMul(w).Sub(p.Y).Square().Sum().MulScalar(0.5)
}

func ridge(w *fx.Array, p regression) *fx.Array {
	return squaredError(w, p).Add(p.Weight.Mul(w.Square().Sum()).MulScalar(0.5))
}

// measured are the errors of the iterates and of the Jacobians taken there.
type measured struct{ Iterate, Implicit, Unrolled *fx.Array } // [steps]

// along is the direction in the weight alone.
func along(p regression) regression {
	d := linalg.ZerosLike(p)
	d.Weight = fx.OnesLike(p.Weight)
	return d
}

// follow runs a map from zero, and compares with the solution and its derivative.
func follow(T func(w *fx.Array, p regression) *fx.Array, F func(w *fx.Array, p regression) *fx.Array, linear linalg.Solver[*fx.Array],
	p regression, solution, derivative *fx.Array) measured {
	iterates := func(p regression) *fx.Array {
		_, all := fx.Scan(func(w *fx.Array, _ struct{}) (*fx.Array, *fx.Array) {
			w = T(w, p)
			return w, w
		}, fx.Zeros(fx.Float64, regressionFeatures), struct{}{}, fx.Length(regressionSteps))
		return all
	}
	all, unrolled := fx.JVP(iterates, p, along(p))
	implicitly := fx.Vmap(func(w *fx.Array) *fx.Array {
		d, _ := implicit.RootJVP(F, w, p, along(p), linear)
		return d
	})(all)
	return measured{all.Sub(solution).Norm(-1), implicitly.Sub(derivative).Norm(-1), unrolled.Sub(derivative).Norm(-1)}
}

// ridgeErrors also gives the constant of the theorem: with A = X'X + weight and B =
// w, it is beta/alpha + gamma R/alpha^2 for beta = 1, gamma = 0 and alpha the
// smallest eigenvalue of A.
func (e experiment) ridgeErrors(p regression) (measured, *fx.Array) {
	a := p.X.T().MatMul(p.X).Add(fx.Eye(fx.Float64, regressionFeatures).Mul(p.Weight))
	spectrum := fx.Eigvalsh(a)
	step := spectrum.Max().Reciprocal()
	F := implicit.Stationary(ridge)
	T := func(w *fx.Array, p regression) *fx.Array { return w.Sub(step.Mul(F(w, p))) }
	solution := fx.Solve(a, p.X.T().MatMul(p.Y).ExpandDims(1)).Squeeze(1)
	derivative := fx.Solve(a, solution.Neg().ExpandDims(1)).Squeeze(1)
	return follow(T, F, e.linear.symmetric, p, solution, derivative), spectrum.Min().Reciprocal()
}

// lassoErrors are against the formula on the active set A of the solution, where
// X_A'X_A dw_A = -sign(w_A) and the other elements do not move.
func (e experiment) lassoErrors(p regression) measured {
	gram := p.X.T().MatMul(p.X)
	step := fx.Eigvalsh(gram).Max().Reciprocal()
	p.Weight = p.X.T().MatMul(p.Y).Abs().Max().MulScalar(lassoShare)
	F0 := implicit.Stationary(squaredError)
	T := func(w *fx.Array, p regression) *fx.Array {
		return prox.Lasso(w.Sub(step.Mul(F0(w, p))), step.Mul(p.Weight))
	}
	F := implicit.Residual(T)
	tight := implicit.Nesterov[*fx.Array]{Stop: implicit.Stop{Tol: 1e-14, MaxIter: 20_000}}
	solution, _ := tight.Solve(func(w *fx.Array) *fx.Array { return F(w, p) }, fx.Zeros(fx.Float64, regressionFeatures))
	on := solution.NotEqual(fx.Const(0)).AsType(fx.Float64)
	masked := on.ExpandDims(1).Mul(gram).Mul(on).Add(on.Neg().AddScalar(1).Diag(0))
	derivative := fx.Solve(masked, solution.Sign().Neg().ExpandDims(1)).Squeeze(1)
	return follow(T, F, e.linear.general, p, solution, derivative)
}

type precisionResult struct {
	Ridge, Lasso measured
	Bound        *fx.Array
}

func (e experiment) precision(_ context.Context, env *study.Env, _ plan) error {
	measure, err := study.Once(env, "precision", func() (func(regression) precisionResult, error) {
		return fx.Jit(func(p regression) precisionResult {
			ridge, bound := e.ridgeErrors(p)
			return precisionResult{ridge, e.lassoErrors(p), bound}
		}), nil
	})
	if err != nil {
		return err
	}
	r := measure(newRegression(random.FoldIn(random.New(env.Seed), partPrecision)))
	record(env.Record.With("problem", "ridge"), r.Ridge)
	record(env.Record.With("problem", "lasso"), r.Lasso)
	bound := r.Bound.Item()
	env.Record.Scalar("bound", bound)
	iterate, implicitly, unrolled := r.Ridge.Iterate.Float64s(), r.Ridge.Implicit.Float64s(), r.Ridge.Unrolled.Float64s()
	worst, gain := 0.0, math.Inf(1)
	var logs, errors []float64
	for i, d := range iterate {
		if d < smallestError {
			continue
		}
		worst = max(worst, implicitly[i]/(bound*d))
		if d < smallError {
			gain = min(gain, unrolled[i]/implicitly[i])
		}
		logs, errors = append(logs, d), append(errors, implicitly[i])
	}
	env.Record.Scalar("share_of_bound", worst)
	env.Record.Scalar("unrolled_over_implicit", gain)
	env.Record.Scalar("slope", slope(fx.New(logs).Log().Float64s(), fx.New(errors).Log().Float64s()))
	return nil
}

func record(r *study.Recorder, m measured) {
	x := m.Iterate.Float64s()
	r.Series("implicit", x, m.Implicit.Float64s())
	r.Series("unrolled", x, m.Unrolled.Float64s())
}

// slope is that of the line of least squares through points.
func slope(x, y []float64) float64 {
	var mx, my float64
	for i := range x {
		mx += x[i] / float64(len(x))
		my += y[i] / float64(len(x))
	}
	var xy, xx float64
	for i := range x {
		xy += float64((x[i] - mx) * (y[i] - my))
		xx += float64((x[i] - mx) * (x[i] - mx))
	}
	return xy / xx
}
