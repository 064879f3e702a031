package symmetry

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// Objective is what a place on the level set of a loss is judged by: a float scalar
// that can be differentiated in p.
type Objective[P any] func(loss optim.Loss[P], p P) *fx.Array

// GradNorm is |grad L|^2, over all parameters: the rate at which gradient flow
// lowers the loss.
func GradNorm[P any]() Objective[P] {
	return func(loss optim.Loss[P], p P) *fx.Array {
		g := fx.Grad(loss)(p)
		return linalg.Dot(g, g)
	}
}

// SharpnessOptions are the settings of Sharpness.
type SharpnessOptions struct {
	Radii      []float64 // distances from p
	Directions int
	// Gaussian draws the directions evenly from the sphere. Without it their
	// elements come evenly from [0, 1], as in the paper's code, which looks into
	// the positive orthant only.
	Gaussian bool
}

// NewSharpnessOptions makes the paper's settings: distances 0.1, 0.2, ..., 0.9 in
// 100 directions.
func NewSharpnessOptions() SharpnessOptions {
	o := SharpnessOptions{Directions: 100}
	for i := 1; i <= 9; i++ {
		o.Radii = append(o.Radii, float64(i)/10)
	}
	return o
}

// Sharpness is the mean loss around p (Zhao et al. 2024, Section 5),
//
//	phi(p) = mean over distances r and directions u, |u| = 1, of L(p + r u).
//
// The directions depend on the key alone, so that values at two places compare. It
// holds the activations of one direction at a time.
func Sharpness[P any](key *fx.Array, o SharpnessOptions) Objective[P] {
	const op = "Sharpness"
	if o.Directions < 1 || len(o.Radii) == 0 {
		fail(op, "%d directions and %d distances; there must be one of each at least", o.Directions, len(o.Radii))
	}
	for _, r := range o.Radii {
		if !(r >= 0) || math.IsInf(r, 0) {
			fail(op, "the distance %v; it must be a number that is not negative", r)
		}
	}
	return func(loss optim.Loss[P], p P) *fx.Array {
		x, unravel := linalg.Ravel(p)
		radii := fx.New(o.Radii).AsType(x.DType()).ExpandDims(1)
		_, means := fx.Scan(func(none struct{}, key *fx.Array) (struct{}, *fx.Array) {
			u := random.Uniform(key, x.DType(), 0, 1, x.Dim(0))
			if o.Gaussian {
				u = random.Normal(key, x.DType(), x.Dim(0))
			}
			around := x.Add(u.Div(u.Norm()).Mul(radii))
			return none, fx.Vmap(func(x *fx.Array) *fx.Array { return loss(unravel(x)) })(around).Mean()
		}, struct{}{}, random.SplitArray(key, o.Directions))
		return means.Mean()
	}
}

// Curvature is the mean curvature of curves on the level set (Zhao et al. 2024,
// Section 5 and equation 47): with gamma(s) = exp(s M).p, and derivatives g1 and g2
// of gamma at s = 0,
//
//	kappa(M) = sqrt(|g1|^2 |g2|^2 - <g1, g2>^2) / |g1|^3
//	psi(p) = mean of kappa(M) over so many M
//
// with elements drawn evenly from [0, 1], from the key. The loss only tells it
// where the level set is, through the action; it is not called.
func Curvature[P any](a Action[P], key *fx.Array, samples int) Objective[P] {
	if samples < 1 {
		fail("Curvature", "%d samples; there must be one at least", samples)
	}
	return func(_ optim.Loss[P], p P) *fx.Array {
		_, kappas := fx.Scan(func(none struct{}, key *fx.Array) (struct{}, *fx.Array) {
			m := a.Zero(p)
			for i, k := range random.Split(key, len(m)) {
				m[i] = random.Uniform(k, m[i].DType(), 0, 1, m[i].Shape()...)
			}
			return none, curvatureAlong(a, p, m)
		}, struct{}{}, random.SplitArray(key, samples))
		return kappas.Mean()
	}
}

// curvatureAlong is kappa of the curve exp(s m).p at s = 0.
func curvatureAlong[P any](a Action[P], p P, m []*fx.Array) *fx.Array {
	d := fx.Leaves(p)[0].DType()
	zero, one := fx.Zeros(d), fx.Ones(d)
	curve := func(s *fx.Array) *fx.Array {
		x, _ := linalg.Ravel(a.Apply(a.Exp(m, s), p))
		return x
	}
	velocity := func(s *fx.Array) *fx.Array { _, v := fx.JVP(curve, s, one); return v }
	g1, g2 := fx.JVP(velocity, zero, one)
	// The part of g2 that is orthogonal to g1, which does not cancel.
	square := g1.Dot(g1)
	across := g2.Sub(g1.Mul(g1.Dot(g2).Div(square)))
	return across.Norm().Div(square)
}

// checkScalar rejects objectives that are no float scalar.
func checkScalar(op, what string, v *fx.Array) {
	if v == nil || v.NDim() != 0 || !v.DType().IsFloat() {
		fail(op, "%s is %s; it must be a float scalar", what, fmt.Sprint(describe(v)))
	}
}
