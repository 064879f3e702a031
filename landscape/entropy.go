package landscape

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// LocalEntropy is the local entropy of a function of one variable,
//
//	F(x) = log of the integral of exp(-f(x') - gamma/2 (x-x')^2) over x',
//
// at several places (Chaudhari et al. 2017, Section 3). -F is a smoothed f: narrow
// minima vanish from it, wide ones stay; for large gamma it is f up to a constant.
type LocalEntropy struct {
	X []float64
	F []float64
	// Grad is the gradient of -F, gamma (x - <x'>), where <x'> is the mean of x' in
	// the density under the integral.
	Grad []float64
}

// Interval is what LocalEntropy1D integrates over, by the trapezoidal rule on evenly
// spaced points. For a smooth integrand that vanishes at both ends its error falls
// faster than any power of the spacing, which should be below the width of the
// narrowest valley, 1/sqrt(curvature).
type Interval struct {
	Low, High float64
	Points    int
}

// vanishing is how much less than at its peak the density must be at the ends.
const vanishing = 1e-16

// LocalEntropy1D computes the local entropy of f at the places x, in float64. f maps
// an array elementwise. It is an error if the interval cuts off what should be
// integrated: a density at an end that is not below 1e-16 of its peak.
func LocalEntropy1D(f func(*fx.Array) *fx.Array, x []float64, gamma float64, over Interval) LocalEntropy {
	const op = "LocalEntropy1D"
	switch {
	case !(gamma > 0) || math.IsInf(gamma, 0):
		fail(op, "gamma is %v; it must be positive", gamma)
	case !(over.Low < over.High) || math.IsInf(over.High-over.Low, 0):
		fail(op, "the interval is from %v to %v", over.Low, over.High)
	case over.Points < 3:
		fail(op, "%d points; there must be at least 3", over.Points)
	case len(x) == 0:
		fail(op, "there are no places")
	}
	spacing := (over.High - over.Low) / float64(over.Points-1)
	at := fx.Arange(fx.Float64, over.Points).MulScalar(spacing).AddScalar(over.Low) // [points]
	values := f(at)
	if values.NDim() != 1 || values.Dim(0) != over.Points {
		fail(op, "f maps %v to %v; it must be elementwise", at.Shape(), values.Shape())
	}
	places := fx.New(x)
	density := fx.Jit(func(v struct{ X, At, F *fx.Array }) [3]*fx.Array {
		away := v.X.ExpandDims(1).Sub(v.At)
		exponent := v.F.Add(away.Square().MulScalar(gamma / 2)).Neg() // [places, points]
		peak := exponent.MaxKeep(1)
		p := exponent.Sub(peak).Exp()
		total := p.Sum(1)
		// x - <x'> as the mean of the differences: it has the digits of small ones.
		mean := p.Mul(away).Sum(1).Div(total)
		ends := p.SliceAxis(1, 0, 1).Maximum(p.SliceAxis(1, over.Points-1, over.Points)).Max()
		return [3]*fx.Array{total.MulScalar(spacing).Log().Add(peak.Squeeze(1)), mean.MulScalar(gamma), ends}
	})
	out := density(struct{ X, At, F *fx.Array }{places, at, values})
	if ends := out[2].Item(); !(ends < vanishing) {
		fail(op, "the density at an end of the interval from %v to %v is %.2g of its peak: the interval is too short", over.Low, over.High, ends)
	}
	return LocalEntropy{X: x, F: out[0].Float64s(), Grad: out[1].Float64s()}
}

// Lowest is the place of the least -F.
func (e LocalEntropy) Lowest() float64 {
	best := 0
	for i, v := range e.F {
		if v > e.F[best] {
			best = i
		}
	}
	return e.X[best]
}

// Sampler is a Langevin walk at temperature 1 (optim.SGLD) that estimates means in
// the density exp(-f(x') - gamma/2 |x-x'|^2).
type Sampler struct {
	// Steps of the walk whose mean is taken, at least 1, and Burn steps before them,
	// which are left out.
	Steps, Burn int
	// Rate is the length of a step, eta'. Short ones leave the density of the walk
	// near the one to be sampled, long ones see more of it; eta' (curvature + gamma)
	// must be below 2.
	Rate float64
	// Key draws the walk.
	Key *fx.Array
}

// LocalEntropyGrad estimates the gradient of the negative local entropy at p,
//
//	-grad F(p) = gamma (p - <p'>),
//
// from one walk that starts at p (Chaudhari et al. 2017, Section 4). Its error falls
// with the root of the number of steps. All float leaves walk; others stay, with a
// gradient of 0.
func LocalEntropyGrad[P any](loss func(P) *fx.Array, p P, gamma float64, s Sampler) P {
	const op = "LocalEntropyGrad"
	switch {
	case !(gamma > 0) || math.IsInf(gamma, 0):
		fail(op, "gamma is %v; it must be positive", gamma)
	case s.Steps < 1 || s.Burn < 0:
		fail(op, "%d steps after %d; there must be at least one", s.Steps, s.Burn)
	case !(s.Rate > 0) || !(s.Rate*gamma < 2):
		fail(op, "the rate is %v; it must be positive, and times gamma (%v) below 2", s.Rate, gamma)
	case s.Key == nil:
		fail(op, "there is no key to draw the walk with")
	}
	centre, _ := optim.Floats(p)
	walk := optim.FromRule[P](optim.NewSGLD(optim.Constant(s.Rate), s.Key))
	coupled := func(q P) *fx.Array {
		l := loss(q)
		leaves, _ := optim.Floats(q)
		for i, a := range leaves {
			l = l.Add(a.Sub(centre[i]).Square().Sum().MulScalar(gamma / 2).AsType(l.DType()))
		}
		return l
	}
	type place struct {
		P   P
		S   optim.State
		Sum []*fx.Array // of p - p'
	}
	begin := place{P: p, S: walk.Init(p)}
	for _, a := range centre {
		begin.Sum = append(begin.Sum, fx.ZerosLike(a))
	}
	end, _ := fx.Scan(func(w place, i *fx.Array) (place, []*fx.Array) {
		var next place
		next.P, next.S, _ = walk.Step(coupled, w.P, w.S)
		counts := i.GreaterEqual(fx.Const(float64(s.Burn)))
		leaves, _ := optim.Floats(next.P)
		for k, a := range leaves {
			next.Sum = append(next.Sum, w.Sum[k].Add(fx.Where(counts, centre[k].Sub(a), fx.ZerosLike(a))))
		}
		return next, nil
	}, begin, fx.Arange(fx.Int32, s.Burn+s.Steps))
	k := -1
	return fx.Map(func(a *fx.Array) *fx.Array {
		if !a.DType().IsFloat() {
			return fx.ZerosLike(a)
		}
		k++
		return end.Sum[k].MulScalar(gamma / float64(s.Steps))
	}, p)
}

// NoiseSensitivity is by how much a loss rises, in the mean over draws, when every
// leaf of two axes or more (a kernel) gets Gaussian noise of the given part of its
// norm: a measure of flatness that is the same for all lengths of a kernel.
func NoiseSensitivity[P any](loss func(P) *fx.Array, p P, part float64, draws int, key *fx.Array) *fx.Array {
	const op = "NoiseSensitivity"
	switch {
	case !(part > 0) || math.IsInf(part, 0):
		fail(op, "noise of %v of the norm; it must be positive", part)
	case draws < 1:
		fail(op, "%d draws; there must be at least one", draws)
	}
	_, rises := fx.Scan(func(c struct{}, key *fx.Array) (struct{}, *fx.Array) {
		i := 0
		noisy := fx.Map(func(a *fx.Array) *fx.Array {
			i++
			if !a.DType().IsFloat() || a.NDim() < 2 {
				return a
			}
			noise := random.Normal(random.FoldIn(key, i), a.DType(), a.Shape()...)
			return a.Add(noise.Mul(a.Flatten().Norm().Div(noise.Flatten().Norm()).MulScalar(part)))
		}, p)
		return c, loss(noisy).AsType(fx.Float64)
	}, struct{}{}, random.SplitArray(key, draws))
	return rises.Mean().Sub(loss(p).AsType(fx.Float64))
}
