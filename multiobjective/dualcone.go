package multiobjective

import (
	"errors"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// DualConeQP gives, for every row u of U [k, m], the weights of the projection
// of J'u onto the dual cone {y : J y >= 0} of the gradients with the Gramian
// G [m, m]:
//
//	w = argmin v'Gv  subject to  v >= u,
//
// so that the projection is J'w (Quinton and Rey 2024, proposition 1). The
// result is [k, m], float64, with w >= u, G w >= 0 and (w-u)'Gw = 0. Where G is
// singular the weights are one solution of several; J'w is the same for all.
// The weight of a zero gradient is its u.
//
// Values that are not finite are errors, and so is a solution whose residual in
// these conditions, relative to the trace of G, exceeds 1e-9 of the largest u.
func DualConeQP(g, u *fx.Array) (*fx.Array, error) {
	const op = "DualConeQP"
	if g == nil || u == nil || g.NDim() != 2 || u.NDim() != 2 || g.Dim(0) != g.Dim(1) || u.Dim(1) != g.Dim(0) || u.Size() == 0 ||
		!g.DType().IsFloat() || !u.DType().IsFloat() {
		fail(op, "the Gramian is %v and the vectors are %v; they must be [m, m] and [k, m], of floats", g, u)
	}
	rows := rowsOf(g)
	targets := rowsOf(u)
	if !rows.finite() || !targets.finite() {
		return nil, fmt.Errorf("%s: %w", op, ErrNotFinite)
	}
	weights, err := projectOntoDualCone(rows.scaled(rows.trace()), targets)
	if err != nil {
		return nil, fmt.Errorf("multiobjective: %s: %w", op, err)
	}
	return weights.array(), nil
}

// projectOntoDualCone solves the program of every target u, for a Gramian of
// trace 1 (or 0). With v = u + x it asks for x >= 0 of least x'Gx/2 + (Gu)'x.
func projectOntoDualCone(g gramian, targets gramian) (gramian, error) {
	weights, slopes := make(gramian, len(targets)), gramian{}
	var outside []int // the targets with J'u not in the cone
	for k, u := range targets {
		weights[k] = append([]float64{}, u...)
		if gu := g.times(u); smallest(gu) < 0 {
			outside, slopes = append(outside, k), append(slopes, gu)
		}
	}
	if len(outside) == 0 {
		return weights, nil
	}
	steps, err := linalg.NonNegativeQP(g.array(), slopes.array())
	if err != nil {
		return nil, fmt.Errorf("the projection onto the dual cone: %w", err)
	}
	for i, x := range rowsOf(steps) {
		w := weights[outside[i]]
		size := 0.0
		for j := range w {
			size = max(size, math.Abs(w[j]))
			w[j] += x[j]
		}
		gw := g.times(w)
		residual := max(0, -smallest(gw))
		for j := range x {
			residual = max(residual, math.Abs(x[j]*gw[j]))
		}
		if !(residual <= 1e-9*size*max(1, size)) {
			return nil, fmt.Errorf("the projection onto the dual cone has not converged: its optimality conditions are violated by %.3g", residual)
		}
	}
	return weights, nil
}

// scaled is G over a number; G itself if that is zero.
func (g gramian) scaled(by float64) gramian {
	if by == 0 {
		return g
	}
	out := make(gramian, len(g))
	for i, row := range g {
		out[i] = make([]float64, len(row))
		for j, v := range row {
			out[i][j] = v / by
		}
	}
	return out
}

func smallest(v []float64) float64 {
	low := math.Inf(1)
	for _, x := range v {
		low = min(low, x)
	}
	return low
}

// ConeOptions are the choices of UPGrad and DualProj. The zero value projects
// exactly and prefers nobody.
type ConeOptions struct {
	// Preference weighs the objectives; nil: 1/m for each.
	Preference []float64
	// Ridge is added to the diagonal of the Gramian after its division by its
	// trace, and a Gramian whose trace is below MinTrace counts as zero. Both
	// are 1e-4 in the authors' TorchJD, see TorchJD; exact projection has 0. A
	// Gramian in float32 needs a ridge: rounding makes it indefinite.
	Ridge, MinTrace float64
}

// TorchJD are the settings of the authors' library.
var TorchJD = ConeOptions{Ridge: 1e-4, MinTrace: 1e-4}

func (o ConeOptions) validate() error {
	if !(o.Ridge >= 0) || math.IsInf(o.Ridge, 1) {
		return fmt.Errorf("the ridge is %v; it must be finite and not negative", o.Ridge)
	}
	if !(o.MinTrace >= 0) || math.IsInf(o.MinTrace, 1) {
		return fmt.Errorf("the smallest trace is %v; it must be finite and not negative", o.MinTrace)
	}
	for i, p := range o.Preference {
		if !(p >= 0) || math.IsInf(p, 1) {
			return fmt.Errorf("preference %d is %v; it must be finite and not negative", i, p)
		}
	}
	return nil
}

// preference is the preference among m objectives.
func (o ConeOptions) preference(m int) ([]float64, error) {
	if o.Preference == nil {
		return uniform(m), nil
	}
	if len(o.Preference) != m {
		return nil, fmt.Errorf("%d preferences for %d objectives", len(o.Preference), m)
	}
	return o.Preference, nil
}

// normalised is G over its trace, with the ridge.
func (o ConeOptions) normalised(g gramian) gramian {
	trace := g.trace()
	if trace == 0 || trace < o.MinTrace {
		trace = math.Inf(1)
	}
	out := g.scaled(trace)
	for i := range out {
		out[i][i] += o.Ridge
	}
	return out
}

// UPGrad projects each gradient onto the dual cone of all of them, the vectors
// along which no objective falls, and averages the projections (Quinton and Rey
// 2024, section 3):
//
//	for i = 1..m:  w_i = argmin v'Gv  subject to  v >= p_i e_i
//	A(J) = J' (w_1 + ... + w_m)
//
// It is non-conflicting, linear under scaling and weighted.
func UPGrad(o ConeOptions) Weighting {
	return weighting{name: "UPGrad", check: o.validate(), rule: func(g gramian, _ input) ([]float64, error) {
		p, err := o.preference(len(g))
		if err != nil {
			return nil, err
		}
		g = o.normalised(g)
		u := make(gramian, len(g))
		for i := range u {
			u[i] = make([]float64, len(g))
			u[i][i] = 1 // the projection of p_i e_i is p_i times that of e_i
		}
		each, err := projectOntoDualCone(g, u)
		if err != nil {
			return nil, err
		}
		w := make([]float64, len(g))
		for i, wi := range each {
			for k := range w {
				w[k] += float64(p[i] * wi[k])
			}
		}
		return w, nil
	}}
}

// DualProj projects the weighted sum of the gradients, by default their mean,
// onto the dual cone, once (Lopez-Paz and Ranzato, "Gradient Episodic Memory",
// 2017). It is non-conflicting, but not linear under scaling.
func DualProj(o ConeOptions) Weighting {
	return weighting{name: "DualProj", check: o.validate(), rule: func(g gramian, _ input) ([]float64, error) {
		p, err := o.preference(len(g))
		if err != nil {
			return nil, err
		}
		w, err := projectOntoDualCone(o.normalised(g), gramian{p})
		if err != nil {
			return nil, err
		}
		return w[0], nil
	}}
}

var errFlat = errors.New("the objectives conflict completely: no direction improves all of them")
