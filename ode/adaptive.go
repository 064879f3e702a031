package ode

import "github.com/fluxion-go/fluxion/fx"

// Adaptive is the embedded pair of Dormand and Prince (1980) of order 5(4), with
// the step control and the dense output of Hairer, Nørsett and Wanner's code
// DOPRI5 (1993, section II.4 to II.6): steps do not depend on where output is
// wanted, and f is never evaluated beyond the last time. A step's error is the
// root mean square, over all floats of the state, of the local error divided by
// ATol + RTol max(|y before|, |y after|).
//
// It goes through fx.While: forward mode only. Adjoint differentiates in
// reverse mode.
type Adaptive struct {
	RTol      float64 // 0 means 1e-4 if the state or the times are float32, else 1e-7
	ATol      float64 // 0 means RTol/100
	FirstStep float64 // length of the first step tried; 0 means Hairer's estimate
	MaxSteps  int     // steps tried in all; 0 means 10000
}

func (Adaptive) scheme() {}

// dopri5 is the tableau; its last stage is the first of the next step.
var dopri5 = Method{
	Name: "Dormand-Prince", Order: 5,
	A: [][]float64{
		{},
		{1. / 5},
		{3. / 40, 9. / 40},
		{44. / 45, -56. / 15, 32. / 9},
		{19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
		{9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656},
		{35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84},
	},
	B: []float64{35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84, 0},
	C: []float64{0, 1. / 5, 3. / 10, 4. / 5, 8. / 9, 1, 1},
}

// dopri5Error is the difference of the weights of order 5 and 4; dopri5Dense
// are those of the last coefficient of the dense output.
var (
	dopri5Error = []float64{71. / 57600, 0, -71. / 16695, 71. / 1920, -17253. / 339200, 22. / 525, -1. / 40}
	dopri5Dense = []float64{
		-12715105075. / 11282082432, 0, 87487479700. / 32700410799, -10690763975. / 1880347072,
		701980252875. / 199316789632, -1453857185. / 822651844, 69997945. / 29380423,
	}
)

// Constants of the step control.
const (
	safety   = 0.9
	beta     = 0.04
	exponent = 1./5 - 0.75*beta
	shrink   = 5.  // largest divisor of the step
	growth   = 0.1 // smallest one
)

// march is where an integration stands: t, y, f(t, y), the next step's signed
// length, the last step (from t0 over h0, with the coefficients of its dense
// output), and counts.
type march[S any] struct {
	t, h, t0, h0, before          *fx.Array // before: the last accepted error
	y, k                          S
	dense                         [5]S
	accepted, rejected, code, cut *fx.Array // cut: the last step was rejected
}

func adaptive[S any](op string, f func(t *fx.Array, y S) S, y0 S, times *fx.Array, o Adaptive) (S, Report) {
	o = o.check(op, y0, times)
	d := times.DType()
	start, end := times.Index(0), times.Index(-1)
	direction := end.Sub(start).Sign()
	k0 := f(start, y0)
	checkField(op, "the field's value", k0, y0)
	h, tried := firstStep(o, d, f, start, end, direction, y0, k0)
	zero := fx.Scalar(int32(0))
	m := march[S]{
		t: start, h: h, t0: start, h0: fx.OnesLike(start), before: fx.Full(d, 1e-4),
		y: y0, k: k0, dense: [5]S{y0, zeros(y0), zeros(y0), zeros(y0), zeros(y0)},
		accepted: zero, rejected: zero, code: fx.Scalar(int32(Reached)), cut: fx.Scalar(false),
	}
	m, path := fx.Scan(func(m march[S], at *fx.Array) (march[S], S) {
		m = fx.While(
			func(m march[S]) *fx.Array {
				return at.Sub(m.t).Mul(direction).Greater(fx.Full(d, 0)).And(m.code.Equal(fx.Scalar(int32(Reached))))
			},
			func(m march[S]) march[S] { return attempt(o, f, end, direction, m) }, m)
		there := at.Sub(m.t).Mul(direction).LessEqual(fx.Full(d, 0))
		y := m.at(at)
		return m, fx.Map(func(a *fx.Array) *fx.Array {
			if !a.DType().IsFloat() {
				return a
			}
			return fx.Where(there, a, fx.FullLike(a, nan))
		}, y)
	}, m, times.SliceAxis(0, 1, fx.End))
	steps := m.accepted.Add(m.rejected)
	return prepend(y0, path), Report{
		Accepted: m.accepted, Rejected: m.rejected,
		Evaluations: steps.MulScalar(6).AddScalar(float64(1 + tried)),
		Time:        m.t, Code: m.code,
	}
}

// attempt tries one step.
func attempt[S any](o Adaptive, f func(t *fx.Array, y S) S, end, direction *fx.Array, m march[S]) march[S] {
	d := m.t.DType()
	remaining := end.Sub(m.t)
	final := m.h.Abs().GreaterEqual(remaining.Abs().MulScalar(1 - 1e-6))
	h := fx.Where(final, remaining, m.h)
	k := stages(dopri5, f, m.t, h, m.y, []S{m.k})
	next := advance(m.y, h, dopri5.B, k)
	e := scaledNorm(o, d, advance(zeros(m.y), h, dopri5Error, k), m.y, next)
	ok := e.LessEqual(fx.Full(d, 1))

	// The step's divisor, after this error and the one before (PI control).
	basic := e.PowScalar(exponent)
	divisor := basic.Div(m.before.PowScalar(beta)).DivScalar(safety).Clip(growth, shrink)
	divisor = fx.Where(ok.And(m.cut), divisor.Maximum(fx.Full(d, 1)), divisor)
	divisor = fx.Where(ok, divisor, basic.DivScalar(safety).Clip(1, shrink))
	divisor = fx.Where(divisor.IsNaN(), fx.Full(d, shrink), divisor)

	n := m
	n.h = fx.Where(ok.And(final), m.h, h.Div(divisor))
	n.t = fx.Where(ok, fx.Where(final, end, m.t.Add(h)), m.t)
	n.t0, n.h0 = fx.Where(ok, m.t, m.t0), fx.Where(ok, h, m.h0)
	n.before = fx.Where(ok, e.Maximum(fx.Full(d, 1e-4)), m.before)
	n.dense = choose(ok, denseOutput(m.y, next, h, k), m.dense)
	n.y, n.k = choose(ok, next, m.y), choose(ok, k[6], m.k)
	n.cut = ok.Not()
	one := ok.AsType(fx.Int32)
	n.accepted, n.rejected = m.accepted.Add(one), m.rejected.Add(fx.Scalar(int32(1)).Sub(one))

	stuck := ok.Not().And(m.t.Add(n.h).Equal(m.t).Or(n.h.IsNaN()))
	spent := n.accepted.Add(n.rejected).GreaterEqual(fx.Scalar(int32(o.MaxSteps))).And(n.t.NotEqual(end))
	n.code = fx.Where(spent, fx.Scalar(int32(MaxSteps)), m.code)
	n.code = fx.Where(stuck, fx.Scalar(int32(StepTooSmall)), n.code)
	return n
}

// denseOutput is the coefficients of the interpolant of order 4 over a step:
// with s the fraction of it, y = c0 + s (c1 + (1-s) (c2 + s (c3 + (1-s) c4))).
func denseOutput[S any](y0, y1 S, h *fx.Array, k []S) [5]S {
	rise := advance(y1, fx.Full(h.DType(), -1), []float64{1}, []S{y0})
	bend := advance(scaleState(rise, -1), h, []float64{1}, []S{k[0]})
	c3 := advance(advance(rise, h, []float64{-1}, []S{k[6]}), fx.Full(h.DType(), -1), []float64{1}, []S{bend})
	return [5]S{y0, rise, bend, c3, advance(zeros(y0), h, dopri5Dense, k)}
}

// at is the state at a time inside the last step.
func (m march[S]) at(t *fx.Array) S {
	s := t.Sub(m.t0).Div(m.h0)
	r := s.Neg().AddScalar(1)
	y := m.dense[4]
	for i, factor := range []*fx.Array{r, s, r, s} {
		y = advance(m.dense[3-i], factor, []float64{1}, []S{y})
	}
	return y
}

// scaledNorm is the root mean square of e over the tolerance around y and z.
func scaledNorm[S any](o Adaptive, d fx.DType, e, y, z S) *fx.Array {
	sum, n := fx.Full(d, 0), 0
	ys, zs := fx.Leaves(y), fx.Leaves(z)
	for i, a := range fx.Leaves(e) {
		if !a.DType().IsFloat() {
			continue
		}
		tol := ys[i].Abs().Maximum(zs[i].Abs()).MulScalar(o.RTol).AddScalar(o.ATol)
		sum = sum.Add(a.Div(tol).Square().Sum().AsType(d))
		n += a.Size()
	}
	return sum.DivScalar(float64(max(1, n))).Sqrt()
}
