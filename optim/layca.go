package optim

import (
	"errors"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// Layca prescribes how far each layer turns in a step, and lets another rule say
// where to (layer-level controlled amount of weight rotation: Carbonnelle and De
// Vleeschouwer 2018, arXiv:1806.01603). For a kernel W and the base's update s,
//
//	s <- s - (<s,W>/|W|^2) W
//	s <- s |W|/|s|               (0 if |s| <= 1e-7)
//	W' = W + rho m s
//	W <- W' |W|/|W'|
//
// so that every step turns the layer by exactly arctan(rho m), whatever the length
// of the base's update, and keeps its norm. Kernels alone are trained: biases, and
// scales and shifts of normalisation layers, stay as they are, so that networks
// are best built without. The base sees the kernels only; what it remembers
// (momentum, second moments) is not projected.
//
// Use it through [FromRule], or with [WithLayca] around an optimizer that needs the
// loss itself.
type Layca struct {
	Base Rule
	// Rate is rho, the tangent of the angle of a step; 3^-3 is the paper's best.
	Rate Schedule
	// Multipliers are m, one for each kernel in the order of the leaves, as
	// [RotationMultipliers] makes them; nil is 1 for all.
	Multipliers []float64
	// Kernels chooses the leaves that turn; nil is [Matrices].
	Kernels Mask

	paths []string // set by Bind
}

// LaycaState is the state of Layca.
type LaycaState struct {
	// Step is the number of steps made, an int32 scalar.
	Step *fx.Array
	Base State
}

// NewLayca turns all layers of a rule's step by rate. The rule's own learning rate
// says only which updates count as none: give it 1, with which the limit 1e-7 is on
// gradients.
func NewLayca(base Rule, rate Schedule) Layca { return Layca{Base: base, Rate: rate} }

// RotationMultipliers makes Layca's multipliers for n layers, the first of which
// is i = 0:
//
//	a > 0:  (1-a)^(5 (n-1-i)/(n-1))   first layers turn less
//	a <= 0: (1+a)^(5 i/(n-1))         last layers turn less
//
// a lies in (-1, 1); with 0 all are 1. It takes two layers, unless a is 0.
func RotationMultipliers(a float64, n int) []float64 {
	const op = "RotationMultipliers"
	switch {
	case !(a > -1 && a < 1):
		fail(op, "alpha is %v; it must be in (-1, 1)", a)
	case n < 1:
		fail(op, "%d layers; there must be at least one", n)
	case n < 2 && a != 0:
		fail(op, "one layer has no others to turn less than (alpha %v)", a)
	}
	m := make([]float64, n)
	for i := range m {
		switch {
		case a == 0:
			m[i] = 1
		case a > 0:
			m[i] = power(1-a, 5*float64(n-1-i)/float64(n-1))
		default:
			m[i] = power(1+a, 5*float64(i)/float64(n-1))
		}
	}
	return m
}

// power is x^y for x > 0, with fx's bits.
func power(x, y float64) float64 { return fx.Scalar(x).Pow(fx.Scalar(y)).Item() }

// WeightDecayRotationRate is the tangent of the angle by which gradient descent
// with learning rate lr and weight decay wd turns a layer in a step, once the
// layer's norm has settled, if the loss does not depend on that norm (as before a
// normalisation): the gradient is then orthogonal to the weights, and its growth of
// their norm balances the decay where
//
//	tan = sqrt(1/(1 - lr wd)^2 - 1), about sqrt(2 lr wd)
//
// (van Laarhoven 2017; Wan et al. 2021). The norm settles in about 1/(2 lr wd)
// steps: a weight decay that does not get so many hardly turns anything.
func WeightDecayRotationRate(lr, wd float64) float64 {
	shrunk := 1 - float64(lr*wd)
	if !(lr >= 0 && wd >= 0 && shrunk > 0) {
		fail("WeightDecayRotationRate", "lr %v and wd %v; they must not be negative and their product must be below 1", lr, wd)
	}
	return math.Sqrt(1/float64(shrunk*shrunk) - 1)
}

// Validate checks the settings.
func (r Layca) Validate() error {
	err := checkRotation(r.Rate, r.Multipliers)
	if r.Base == nil {
		return errors.Join(err, errors.New("the rule whose steps are to turn is nil"))
	}
	return errors.Join(err, Validate(r.Base))
}

func checkRotation(rate Schedule, multipliers []float64) error {
	errs := []error{checkRate(rate)}
	for i, m := range multipliers {
		errs = append(errs, checkSize(fmt.Sprintf("the multiplier of layer %d", i), m))
	}
	return errors.Join(errs...)
}

// Bind lets the mask know the paths, and the base those of the kernels.
func (r Layca) Bind(paths []string) Rule {
	r.paths = paths
	return r
}

// divided is the places of the kernels, and the base with their paths.
func (r Layca) divided(p []*fx.Array) ([]int, Rule) {
	mustBeValid("Layca", r)
	if len(r.paths) != len(p) {
		fail("Layca", "the rule does not know its leaves' paths; use it through FromRule, or call Bind")
	}
	kernels := kernelsOf("Layca", r.Kernels, r.Multipliers, p, r.paths)
	return kernels, Bind(r.Base, pick(r.paths, kernels))
}

// kernelsOf lists the places of the leaves that turn.
func kernelsOf(op string, mask Mask, multipliers []float64, p []*fx.Array, paths []string) []int {
	if mask == nil {
		mask = Matrices
	}
	var places []int
	for i := range p {
		if mask(paths[i], p[i]) {
			places = append(places, i)
		}
	}
	if len(places) == 0 {
		fail(op, "the mask chooses no kernel of %d parameters", len(p))
	}
	if multipliers != nil && len(multipliers) != len(places) {
		fail(op, "%d multipliers for %d kernels", len(multipliers), len(places))
	}
	return places
}

// needNorms fails for kernels of norm 0, which have no direction. Those of a
// compiled or differentiated function are not known.
func needNorms(op string, p []*fx.Array, paths []string, kernels []int) {
	for _, i := range kernels {
		norm := p[i].Square().Sum()
		if v, known := valueAtStart(func(*fx.Array) *fx.Array { return norm }); known && v == 0 {
			fail(op, "the kernel %s has norm 0 and no direction to turn from", paths[i])
		}
	}
}

// Init starts with the base's state.
func (r Layca) Init(p []*fx.Array) State {
	kernels, base := r.divided(p)
	needNorms("Layca", p, r.paths, kernels)
	return LaycaState{fx.Scalar(int32(0)), base.Init(pick(p, kernels))}
}

// Update turns the kernels.
func (r Layca) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	return r.UpdateExtra(g, s, p, Extra{})
}

// UpdateExtra turns the kernels.
func (r Layca) UpdateExtra(g []*fx.Array, s State, p []*fx.Array, x Extra) ([]*fx.Array, State) {
	own := stateOf[LaycaState]("Layca", g, s, p)
	kernels, base := r.divided(p)
	updates, next := Update(base, pick(g, kernels), own.Base, pick(p, kernels), x)
	rho := r.Rate.at("Layca", own.Step)
	out := each(fx.ZerosLike, p)
	for k, i := range kernels {
		out[i] = turn(updates[k], p[i], layerRate(rho, r.Multipliers, k))
	}
	return out, LaycaState{own.Step.AddScalar(1), next}
}

// Report is the base's.
func (r Layca) Report(s State) map[string]*fx.Array {
	own, ok := s.(LaycaState)
	rep, told := r.Base.(Reporter)
	if !ok || !told {
		return nil
	}
	return rep.Report(own.Base)
}

func layerRate(rho *fx.Array, multipliers []float64, k int) *fx.Array {
	if multipliers == nil {
		return rho
	}
	return rho.MulScalar(multipliers[k])
}

// leastTurn is the length of a projected update that counts as none.
const leastTurn = 1e-7

// turn is the update that turns w by the tangent rho in the direction of s.
func turn(s, w, rho *fx.Array) *fx.Array {
	square := w.Square().Sum()
	norm := square.Sqrt()
	some := square.Greater(fx.Const(0))
	along := over(s.Mul(w).Sum(), square)
	s = s.Sub(w.Mul(along))
	size := s.Square().Sum().Sqrt()
	some = some.And(size.Greater(fx.Const(leastTurn)))
	by := fx.Where(some, over(norm, size).Mul(rho.AsType(w.DType())), fx.ZerosLike(norm))
	there := w.Add(s.Mul(by))
	back := over(norm, there.Square().Sum().Sqrt())
	return fx.Where(some, there.Mul(back).Sub(w), fx.ZerosLike(w))
}
