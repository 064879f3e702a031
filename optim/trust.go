package optim

import "github.com/fluxion-go/fluxion/fx"

// ScaleByTrustRatio scales each leaf's update by coefficient |p| / |u|
// (Euclidean norms), so that every layer moves by the same part of its length
// (You, Gitman and Ginsburg 2017). Where either norm is 0 the factor is 1; so it
// is for the leaves that the mask (nil: all) does not choose.
func ScaleByTrustRatio(coefficient float64, mask Mask) Rule {
	return trustRatio{coefficient: coefficient, mask: mask}
}

type trustRatio struct {
	coefficient float64
	mask        Mask
	paths       []string
}

func (r trustRatio) Validate() error { return checkPositive("the trust coefficient", r.coefficient) }

func (r trustRatio) Bind(paths []string) Rule {
	r.paths = paths
	return r
}

func (r trustRatio) Init([]*fx.Array) State {
	mustBeValid("ScaleByTrustRatio", r)
	return nil
}

func (r trustRatio) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	const op = "ScaleByTrustRatio"
	sameLeaves(op, "gradient", g, p, r.paths)
	chosen := chosenLeaves(op, r.mask, r.paths, p)
	out := make([]*fx.Array, len(g))
	for i := range g {
		if !chosen[i] {
			out[i] = g[i]
			continue
		}
		length, size := GlobalNorm(p[i:i+1]), GlobalNorm(g[i:i+1])
		degenerate := length.Equal(fx.Const(0)).Or(size.Equal(fx.Const(0)))
		ratio := fx.Where(degenerate, fx.Scalar(1.0), length.Div(size).MulScalar(r.coefficient))
		out[i] = scaled(g[i:i+1], ratio)[0]
	}
	return out, s
}

// NewLARS makes layer-wise adaptive rate scaling for large batches (You, Gitman
// and Ginsburg 2017, algorithm 1): gradients with weight decay added, scaled by
// the trust ratio, then accumulated with momentum mu and the learning rate in
// the accumulator. The paper has coefficient 0.001, momentum 0.9 and weight
// decay 0.0005 of all leaves; the mask chooses those that are decayed and scaled
// (Matrices is usual; nil is all). Its ratio |p| / (|g| + decay |p|) is |p| over
// the norm of the sum here, as in optax.
func NewLARS(lr Schedule, mu, coefficient, decay float64, mask Mask) Rule {
	momentum := NewMomentum(lr, mu)
	momentum.RateInside = true
	return Chain(AddDecayedWeights(decay, mask), ScaleByTrustRatio(coefficient, mask), momentum)
}

// NewLAMB makes Adam with the trust ratio (You et al., "Large Batch Optimization
// for Deep Learning", 2020, algorithm 2) and its decay rates 0.9 and 0.999,
// epsilon 1e-6. The mask chooses the leaves that are decayed and scaled (nil is
// all). The paper bounds the ratio by nothing but names such a bound; there is
// none here.
func NewLAMB(lr Schedule, decay float64, mask Mask) Rule {
	return Chain(
		ThenNormalise(Average{Beta: 0.9, Corrected: true}, SecondMoment{Beta: 0.999, Epsilon: 1e-6, Corrected: true}),
		AddDecayedWeights(decay, mask), ScaleByTrustRatio(1, mask), ScaleByLearningRate(lr))
}
