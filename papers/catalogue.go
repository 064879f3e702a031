// Package papers is the catalogue: every paper, by number. Each experiment has
// its own package below this one; this package only lists them.
package papers

import (
	"cmp"
	"slices"

	consensusbased "github.com/fluxion-go/fluxion/papers/consensus-based"
	energypreconditioned "github.com/fluxion-go/fluxion/papers/energy-preconditioned"
	entropysgd "github.com/fluxion-go/fluxion/papers/entropy-sgd"
	forwardgradient "github.com/fluxion-go/fluxion/papers/forward-gradient"
	gradientnormalizedsmoothness "github.com/fluxion-go/fluxion/papers/gradient-normalized-smoothness"
	gradientregularization "github.com/fluxion-go/fluxion/papers/gradient-regularization"
	"github.com/fluxion-go/fluxion/papers/gravity"
	hessianspectrum "github.com/fluxion-go/fluxion/papers/hessian-spectrum"
	implicitdifferentiation "github.com/fluxion-go/fluxion/papers/implicit-differentiation"
	inducedmetric "github.com/fluxion-go/fluxion/papers/induced-metric"
	jacobiandescent "github.com/fluxion-go/fluxion/papers/jacobian-descent"
	"github.com/fluxion-go/fluxion/papers/laprop"
	layerrotation "github.com/fluxion-go/fluxion/papers/layer-rotation"
	"github.com/fluxion-go/fluxion/papers/oasis"
	orthogonaltrustregion "github.com/fluxion-go/fluxion/papers/orthogonal-trust-region"
	proxyprox "github.com/fluxion-go/fluxion/papers/proxy-prox"
	"github.com/fluxion-go/fluxion/papers/psgd"
	rectifiedflow "github.com/fluxion-go/fluxion/papers/rectified-flow"
	rnngradientclipping "github.com/fluxion-go/fluxion/papers/rnn-gradient-clipping"
	saddlefreenewton "github.com/fluxion-go/fluxion/papers/saddle-free-newton"
	sinkhornnewton "github.com/fluxion-go/fluxion/papers/sinkhorn-newton"
	"github.com/fluxion-go/fluxion/papers/teleportation"
	thermodynamicngd "github.com/fluxion-go/fluxion/papers/thermodynamic-ngd"
	"github.com/fluxion-go/fluxion/papers/xgrad"
	"github.com/fluxion-go/fluxion/study"
)

// ready lists the papers that can be run. Whoever writes an experiment adds it
// here, and takes the paper's entry out of plan_*.go: its package then says what
// the paper is about.
func ready() []*study.Paper {
	return []*study.Paper{consensusbased.Paper(), energypreconditioned.Paper(), entropysgd.Paper(), forwardgradient.Paper(), gradientnormalizedsmoothness.Paper(), gradientregularization.Paper(), gravity.Paper(), hessianspectrum.Paper(), implicitdifferentiation.Paper(), inducedmetric.Paper(), jacobiandescent.Paper(), laprop.Paper(), layerrotation.Paper(), oasis.Paper(), orthogonaltrustregion.Paper(), proxyprox.Paper(), psgd.Paper(), rectifiedflow.Paper(), rnngradientclipping.Paper(), saddlefreenewton.Paper(), sinkhornnewton.Paper(), teleportation.Paper(), thermodynamicngd.Paper(), xgrad.Paper()}
}

// All returns every paper, by number: those that can be run, and those that are
// only planned.
func All() []*study.Paper {
	all := append(ready(), planned()...)
	slices.SortStableFunc(all, func(a, b *study.Paper) int { return cmp.Compare(a.Number, b.Number) })
	return all
}

// Find returns the paper with the given slug.
func Find(slug string) (*study.Paper, bool) {
	for _, p := range All() {
		if p.Slug == slug {
			return p, true
		}
	}
	return nil, false
}

// Families returns the families of papers in the order of the catalogue.
func Families() []string {
	var names []string
	for _, f := range families() {
		names = append(names, f.name)
	}
	return names
}
