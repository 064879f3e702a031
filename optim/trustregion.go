package optim

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
)

// Geometry gives each leaf its norm, by path and shape; it must not look at
// values.
type Geometry func(path string, leaf *fx.Array) Norm

// Uniform is one norm for all leaves.
func Uniform(n Norm) Geometry { return func(string, *fx.Array) Norm { return n } }

// MuonGeometry is the spectral norm for leaves with two axes or more, by so many
// Newton-Schulz steps (0: exact), and the largest element for the others.
func MuonGeometry(steps int) Geometry {
	return func(_ string, leaf *fx.Array) Norm {
		if leaf.NDim() >= 2 {
			return SpectralNorm{Steps: steps}
		}
		return MaxNorm{}
	}
}

// WithRadii gives the leaves of a geometry trust regions of their own sizes: where
// the others move by lr, a leaf moves by radius times lr. The norm of all leaves is
// the largest |x_l|/r_l (Kovalev 2025, layers of radius r_l). radius chooses by
// path and shape, and must be positive.
func WithRadii(g Geometry, radius func(path string, leaf *fx.Array) float64) Geometry {
	if g == nil || radius == nil {
		fail("WithRadii", "the geometry or the radius is nil")
	}
	return func(path string, leaf *fx.Array) Norm {
		n, r := g(path, leaf), radius(path, leaf)
		if err := checkPositive("the radius of "+path, r); err != nil {
			fail("WithRadii", "%v", err)
		}
		if n == nil {
			return nil
		}
		return ScaledNorm{n, r}
	}
}

// SteepestStep replaces each leaf's gradient by the point of its norm's unit ball
// where the linear function of that gradient is greatest. It forgets the
// gradient's length, so that a learning rate after it is the radius of a trust
// region in that norm. With several leaves the norm of all is the largest of
// their norms.
//
// Where a gradient is zero throughout, all points are as good; the step is then
// zero. It reports "zero_leaves", the number of leaves where that was so at the
// last step.
func SteepestStep(g Geometry) Rule { return steepest{norms: g} }

// SteepestState is the state of SteepestStep.
type SteepestState struct {
	// Zero is the number of leaves without a direction, an int32 scalar.
	Zero *fx.Array
}

type steepest struct {
	norms Geometry
	paths []string
}

func (r steepest) Validate() error {
	if r.norms == nil {
		return errors.New("there is no norm: the geometry is nil")
	}
	return nil
}

func (r steepest) Bind(paths []string) Rule {
	r.paths = paths
	return r
}

func (r steepest) Init(p []*fx.Array) State {
	mustBeValid("SteepestStep", r)
	r.normsOf(p)
	return SteepestState{fx.Scalar(int32(0))}
}

func (r steepest) normsOf(p []*fx.Array) []Norm {
	if len(r.paths) != len(p) {
		fail("SteepestStep", "the rule does not know its leaves' paths; use it through FromRule, or call Bind")
	}
	norms := make([]Norm, len(p))
	for i := range p {
		if norms[i] = r.norms(r.paths[i], p[i]); norms[i] == nil {
			fail("SteepestStep", "the geometry has no norm for %s", r.paths[i])
		}
		if spectral(norms[i]) && p[i].NDim() < 2 {
			fail("SteepestStep", "%s of shape %v is no matrix and has no spectral norm; give it another", r.paths[i], p[i].Shape())
		}
	}
	return norms
}

// spectral tells whether a norm needs a matrix.
func spectral(n Norm) bool {
	switch n := n.(type) {
	case SpectralNorm:
		return true
	case ScaledNorm:
		return spectral(n.Norm)
	}
	return false
}

func (r steepest) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	stateOf[SteepestState]("SteepestStep", g, s, p)
	next := SteepestState{fx.Scalar(int32(0))}
	out := make([]*fx.Array, len(g))
	for i, n := range r.normsOf(p) {
		out[i] = n.Steepest(g[i])
		next.Zero = next.Zero.Add(g[i].Equal(fx.Const(0)).All().AsType(fx.Int32))
	}
	return out, next
}

func (r steepest) Report(s State) map[string]*fx.Array {
	return map[string]*fx.Array{"zero_leaves": s.(SteepestState).Zero}
}

// NewTrustRegion makes momentum with trust regions of any norm (Kovalev 2025,
// arXiv:2503.12645, Algorithm 1):
//
//	m_0 = g_0,  m_k = (1-alpha) m_{k-1} + alpha g_k
//	x_{k+1} = argmin { <m_k, x> : |x - (1 - lr decay) x_k| <= lr }
//
// The average comes first, then the step of the norm: the other order is
// [NewOrthogonalMomentum]. The step's length does not depend on the gradient's,
// so that the learning rate must fall for convergence. With decay the iterates
// stay in the ball |x| <= 1/decay, once inside. alpha is in (0, 1]; the paper's
// theorem chooses it by the noise, 0.1 and 0.05 are usual. lr times decay must be
// below 1.
func NewTrustRegion(lr Schedule, alpha, decay float64, g Geometry) Rule {
	return Chain(ConvexAverage{Alpha: alpha}, SteepestStep(g), AddDecayedWeights(decay, nil), ScaleByLearningRate(lr))
}

// NewMuon makes [NewTrustRegion] with [MuonGeometry]: alpha 0.05 and five
// Newton-Schulz steps, as Muon has them (Jordan et al. 2024), no decay. Matrices
// get orthogonal steps, all other leaves signs.
func NewMuon(lr Schedule) Rule { return NewTrustRegion(lr, 0.05, 0, MuonGeometry(5)) }

// NewNormalizedMomentum makes normalised SGD with momentum: [NewTrustRegion] in the
// Euclidean norm of all leaves together (Cutkosky and Mehta 2020). The geometry
// Uniform(EuclideanNorm{}) is another method: there every leaf moves by lr.
func NewNormalizedMomentum(lr Schedule, alpha float64) Rule {
	return Chain(ConvexAverage{Alpha: alpha}, NormalizeByGlobalNorm(), ScaleByLearningRate(lr))
}

// NewNesterovMuon makes [NewMuon] with the new gradient mixed once more into the
// average before the step, as the published code does by default (Jordan et al.
// 2024).
func NewNesterovMuon(lr Schedule) Rule {
	return Chain(ConvexAverage{Alpha: 0.05, Nesterov: true}, SteepestStep(MuonGeometry(5)), ScaleByLearningRate(lr))
}

// NewOrthogonalMomentum makes Orthogonal-SGDM (Tuddenham et al. 2022): it
// takes the norm's step of every gradient first and averages these,
//
//	d_0 = s(g_0),  d_k = (1-alpha) d_{k-1} + alpha s(g_k),  x_{k+1} = x_k - lr d_k.
//
// The step of a noisy gradient is biased, and no average mends that.
func NewOrthogonalMomentum(lr Schedule, alpha float64, g Geometry) Rule {
	return Chain(SteepestStep(g), ConvexAverage{Alpha: alpha}, ScaleByLearningRate(lr))
}
