package ode

import "github.com/fluxion-go/fluxion/fx"

// Adjoint is Solve for a field with parameters p, with a reverse-mode
// derivative that integrates the adjoint equation backward in time instead of
// going back through the steps (Pontryagin 1962; Chen et al., "Neural Ordinary
// Differential Equations", 2018, algorithm 1): with a = dL/dy,
//
//	da/dt = -(df/dy)' a,    dL/dp = integral over t of (df/dp)' a
//
// and y recomputed along the way from the stored states at times. It has a
// derivative in p, y0 and times, keeps nothing of the steps, and is as exact as
// the scheme: the gradient is that of the differential equation, not of its
// discretisation, and the two agree as the steps get small. f must reach what
// has a derivative, or is mapped by fx.Vmap, through p only.
//
// With an adaptive scheme only first derivatives exist, in reverse mode; with a
// fixed one, all. The backward integration cannot report: where it fails, the
// gradient is NaN.
func Adjoint[P, S any](f func(p P, t *fx.Array, y S) S, s Scheme) func(p P, y0 S, times *fx.Array) (S, Report) {
	if f == nil {
		fail("Adjoint", "the field is nil")
	}
	a := adjoint[P, S]{f, s}
	return func(p P, y0 S, times *fx.Array) (S, Report) {
		checkTimes("Adjoint", times)
		fixed := fx.StopGradient(p)
		path, report := Solve(func(t *fx.Array, y S) S { return f(fixed, t, y) }, fx.StopGradient(y0), times.StopGradient(), s)
		return a.attach(traced[P, S]{p, y0, times, fx.StopGradient(path)}), report
	}
}

type adjoint[P, S any] struct {
	f      func(P, *fx.Array, S) S
	scheme Scheme
}

// traced is what the derivative of a trajectory depends on.
type traced[P, S any] struct {
	P     P
	Y0    S
	Times *fx.Array
	Path  S
}

// attach is the trajectory x.Path with its derivative in the rest of x.
func (a adjoint[P, S]) attach(x traced[P, S]) S {
	return fx.CustomVJP(
		func(x traced[P, S]) S { return x.Path },
		func(x traced[P, S]) (S, traced[P, S]) { return x.Path, x },
		func(x traced[P, S], ct S) traced[P, S] {
			// The path again, as a function of p, y0 and times: for second derivatives.
			x.Path = a.attach(x)
			return a.back(x, ct)
		})(x)
}

// backward is the state of the adjoint equation.
type backward[P, S any] struct {
	Y, A S
	G    P
}

// back integrates backward from time to time. At each, the cotangent of the
// state there joins in.
func (a adjoint[P, S]) back(x traced[P, S], ct S) traced[P, S] {
	d, n := x.Times.DType(), x.Times.Dim(0)
	zeroP := fx.Map(fx.ZerosLike, x.P)
	tail := func(s S) S { return fx.Map(func(v *fx.Array) *fx.Array { return v.SliceAxis(0, 1, n) }, s) }
	head := func(s S) S { return fx.Map(func(v *fx.Array) *fx.Array { return v.Index(0) }, s) }
	type carry struct {
		A S
		G P
	}
	type step struct {
		interval
		Y, Ct S
	}
	end, dTimes := fx.Scan(func(c carry, s step) (carry, *fx.Array) {
		dt := inner(d, s.Ct, a.f(x.P, s.t1, s.Y))
		start := backward[P, S]{Y: s.Y, A: add(c.A, s.Ct), G: c.G}
		span := fx.Stack(0, s.t1, s.t0)
		b, _ := Final(func(t *fx.Array, b backward[P, S]) backward[P, S] { return a.field(x.P, t, b) }, start, span, a.scheme)
		return carry{b.A, b.G}, dt
	}, carry{zeros(fx.Map(fx.ZerosLike, x.Y0)), zeroP}, step{intervals(x.Times), tail(x.Path), tail(ct)}, fx.Reversed())
	dStart := inner(d, end.A, a.f(x.P, x.Times.Index(0), x.Y0)).Neg()
	return traced[P, S]{
		P:     end.G,
		Y0:    add(end.A, head(ct)),
		Times: fx.Concatenate(0, dStart.ExpandDims(0), dTimes),
		Path:  fx.Map(fx.ZerosLike, x.Path),
	}
}

// field is the right-hand side of the adjoint equation.
func (a adjoint[P, S]) field(p P, t *fx.Array, b backward[P, S]) backward[P, S] {
	type in struct {
		P P
		Y S
	}
	dy, pull := fx.VJP(func(x in) S { return a.f(x.P, t, x.Y) }, in{p, b.Y})
	checkField("Adjoint", "the field's value", dy, b.Y)
	g := pull(scaleState(b.A, -1))
	return backward[P, S]{Y: dy, A: g.Y, G: g.P}
}
