package optim

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// GammaEstimate says where [EstimateGamma] looks.
type GammaEstimate struct {
	// Directions is how many random directions there are, beside that of the
	// step -B^-1 g.
	Directions int
	// From and To bound the radii, Radii is how many, evenly spaced on a
	// logarithmic scale, there are.
	From, To float64
	Radii    int
}

// NewGammaEstimate makes the settings: 16 directions, 121 radii from 1e-6 to 1e6,
// ten in a power of ten.
func NewGammaEstimate() GammaEstimate { return GammaEstimate{16, 1e-6, 1e6, 121} }

// EstimateGamma samples the gradient-normalised smoothness at p, the largest gamma
// with
//
//	|f'(p+h) - f'(p) - H h|* <= |f'(p)|* |h| / gamma   for all |h| <= gamma
//
// (Semenov, Jaggi and Doikov 2025, definition 1, without its region of useful
// directions). It looks along some directions and at some radii only, so that the
// result, a float64 scalar, is an upper bound, up to the distance between two
// radii. It is To where even the largest radius is within gamma, and 0 where the
// smallest is not.
func EstimateGamma[P any](loss Loss[P], c Curvature[P], p P, m Metric, key *fx.Array, e GammaEstimate) *fx.Array {
	const op = "EstimateGamma"
	if e.Directions < 0 || e.Radii < 2 || !(e.From > 0 && e.To > e.From) {
		fail(op, "%d directions and %d radii from %v to %v; there must be two radii or more, 0 < from < to", e.Directions, e.Radii, e.From, e.To)
	}
	v := newVectors(loss, p)
	x, g := v.from.P, v.from.Gradient
	m.fits(op, x)
	h := v.operator(c)
	size := m.DualNorm(g)

	directions := m.Solve(g).Neg().ExpandDims(0)
	if e.Directions > 0 {
		z := random.Normal(key, x.DType(), x.Dim(0), e.Directions)
		directions = fx.Concatenate(0, directions, m.Unwhiten(z).T())
	}
	radii := fx.LogSpace(fx.Float64, 0, 1, e.Radii, e.To/e.From).MulScalar(e.From)
	// worst[r] is the largest |f'(p+h) - f'(p) - Hh| / (|f'(p)| |h|) of radius r.
	along := func(u *fx.Array) *fx.Array {
		u = scaledBy(m.Norm(u).Reciprocal(), u)
		hu := h(u)
		return fx.Vmap(func(r *fx.Array) *fx.Array {
			wrong := fx.Grad(v.loss)(x.Add(scaledBy(r, u))).Sub(g).Sub(scaledBy(r, hu))
			return m.DualNorm(wrong).Div(r.Mul(size))
		})(radii)
	}
	worst := fx.Vmap(along)(directions)
	worst = fx.Where(worst.IsFinite(), worst, fx.FullLike(worst, 1e300)).Max(0).CumMax(0)
	// All radii up to r are within gamma if gamma <= 1/worst[r], and the next one
	// is not looked at if gamma is below it.
	next := fx.Concatenate(0, radii.SliceAxis(0, 1, fx.End), radii.SliceAxis(0, e.Radii-1, fx.End))
	gamma := worst.Reciprocal().Minimum(next)
	gamma = fx.Where(gamma.GreaterEqual(radii), gamma, fx.ZerosLike(gamma))
	return gamma.Max()
}
