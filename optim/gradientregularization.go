package optim

import (
	"errors"
	"fmt"
	"maps"

	"github.com/fluxion-go/fluxion/fx"
)

// Differencing is how the derivative of the gradient along itself, HG, is found.
type Differencing int

const (
	// ForwardDifference is (grad L(p + eps G) - G) / eps: an ascent step. The
	// finite eps is part of the method, not an error to be made small.
	ForwardDifference Differencing = iota
	// BackwardDifference is (G - grad L(p - eps G)) / eps: a descent step.
	BackwardDifference
	// CentralDifference is (grad L(p + eps G) - grad L(p - eps G)) / (2 eps).
	CentralDifference
	// DoubleBackpropagation is HG exactly, by differentiating the gradient.
	DoubleBackpropagation
)

func (d Differencing) String() string {
	names := []string{"ForwardDifference", "BackwardDifference", "CentralDifference", "DoubleBackpropagation"}
	if d < 0 || int(d) >= len(names) {
		return fmt.Sprintf("Differencing(%d)", int(d))
	}
	return names[d]
}

// GradientRegularization adds half the squared norm of the gradient to the loss,
// gamma/2 |grad L|^2, and so seeks flat places (Barrett and Dherin 2021; by
// differences of gradients Karakida et al. 2023, arXiv:2210.02720):
//
//	G = gradient of the loss at p
//	R = HG, by Kind
//	updates = the base rule's, from G + gamma R
//
// A step costs two gradients with forward or backward difference, three with the
// central one, and the equivalent of three with double backpropagation. With
// gamma = eps the forward difference is the gradient at p + eps G. The loss is
// called at p first, so that running statistics are those of that pass.
//
// Info.Values has "grad_norm" |G|, "update_norm", "penalty_norm" |R|,
// "relative_eps", how far away the other gradient is taken as a part of |p| (0 for
// double backpropagation), and what the base rule reports. Where relative_eps is
// near the rounding of the dtype, the difference is mostly noise.
type GradientRegularization[P any] struct {
	Base Rule
	Kind Differencing
	// Gamma is the strength, not negative. The paper's sweep is from 1e-3 to 1.
	Gamma Schedule
	// Eps is the length of the step in gradients, positive: the paper's best were
	// 0.05 and 0.1. Double backpropagation ignores it.
	Eps Schedule
	// Normalize makes the step of length Eps whatever the gradient's, as SAM's is:
	// eps/|G| stands for eps.
	Normalize bool
}

// GradientRegularizationState is the state of GradientRegularization and SAM.
type GradientRegularizationState struct {
	Step *fx.Array // int32 scalar
	Base State
}

// WithGradientRegularization makes an optimizer that penalises the gradient's
// norm by forward differences with constant gamma and eps.
func WithGradientRegularization[P any](base Rule, gamma, eps float64) GradientRegularization[P] {
	return GradientRegularization[P]{Base: base, Gamma: Constant(gamma), Eps: Constant(eps)}
}

// Validate checks the settings.
func (o GradientRegularization[P]) Validate() error {
	err := errors.Join(Validate(o.Base), checkStrength("gamma", o.Gamma, true))
	if o.Kind < ForwardDifference || o.Kind > DoubleBackpropagation {
		err = errors.Join(err, fmt.Errorf("the kind %v is unknown", o.Kind))
	}
	if o.Kind != DoubleBackpropagation {
		err = errors.Join(err, checkStrength("eps", o.Eps, false))
	}
	return err
}

// checkStrength says what is wrong with a schedule that is known at step 0.
func checkStrength(name string, s Schedule, zero bool) error {
	if s == nil {
		return fmt.Errorf("%s is nil; a number is optim.Constant(number)", name)
	}
	v, known := valueAtStart(s)
	switch {
	case !known:
		return nil
	case zero:
		return checkSize(name, v)
	}
	return checkPositive(name, v)
}

// Init starts with the base rule's state.
func (o GradientRegularization[P]) Init(p P) State {
	mustBeValid("WithGradientRegularization", o)
	return startRule(o.Base, p)
}

func startRule[P any](base Rule, p P) State {
	leaves, paths := Floats(p)
	return GradientRegularizationState{fx.Scalar(int32(0)), Bind(base, paths).Init(leaves)}
}

// Step makes one step.
func (o GradientRegularization[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	const op = "WithGradientRegularization"
	own := lossState[GradientRegularizationState](op, s)
	gamma := o.Gamma.at(op, own.Step)
	leaves, _ := Floats(p)
	if o.Kind == DoubleBackpropagation {
		value, grad, hessian := curved(loss, p)
		g, _ := Floats(grad)
		r, _ := Floats(hessian(grad))
		return finish(o.Base, p, own, value, g, along(g, gamma, r), map[string]*fx.Array{
			"penalty_norm": GlobalNorm(r), "relative_eps": fx.Scalar(0.0)})
	}
	value, grad := fx.ValueAndGrad(loss)(p)
	g, _ := Floats(grad)
	eps := o.Eps.at(op, own.Step)
	if o.Normalize {
		eps = overNorm(eps, g)
	}
	up, down, width := g, g, eps
	switch o.Kind {
	case ForwardDifference:
		up = gradientAway(loss, p, g, eps)
	case BackwardDifference:
		down = gradientAway(loss, p, g, eps.Neg())
	default:
		up, down, width = gradientAway(loss, p, g, eps), gradientAway(loss, p, g, eps.Neg()), eps.MulScalar(2)
	}
	// Where the gradient is 0, so is the difference, whatever a normalised eps.
	none := width.Equal(fx.Const(0))
	inverse := fx.Where(none, fx.Scalar(0.0), fx.Where(none, fx.Scalar(1.0), width).Reciprocal())
	r := scaled(each2((*fx.Array).Sub, up, down), inverse)
	length := GlobalNorm(leaves)
	reach := fx.Where(length.Greater(fx.Const(0)), eps.Mul(GlobalNorm(g)).Div(length), fx.Scalar(0.0))
	return finish(o.Base, p, own, value, g, along(g, gamma, r), map[string]*fx.Array{"penalty_norm": GlobalNorm(r), "relative_eps": reach})
}

// along is g + by r.
func along(g []*fx.Array, by *fx.Array, r []*fx.Array) []*fx.Array {
	return each2((*fx.Array).Add, g, scaled(r, by))
}

// overNorm is eps/|g|, 0 for g = 0.
func overNorm(eps *fx.Array, g []*fx.Array) *fx.Array {
	size := GlobalNorm(g)
	none := size.Equal(fx.Const(0))
	return fx.Where(none, fx.Scalar(0.0), eps.Div(fx.Where(none, fx.Scalar(1.0), size)))
}

// gradientAway is the gradient of this step's loss at p + eps g.
func gradientAway[P any](loss Loss[P], p P, g []*fx.Array, eps *fx.Array) []*fx.Array {
	there, _ := Floats(fx.Grad(loss)(ApplyUpdates(p, scaled(g, eps))))
	return there
}

// finish makes the base rule's step from a combined gradient.
func finish[P any](base Rule, p P, s GradientRegularizationState, value *fx.Array, g, combined []*fx.Array, values map[string]*fx.Array) (P, State, Info) {
	leaves, paths := Floats(p)
	rule := Bind(base, paths)
	updates, next := Update(rule, combined, s.Base, leaves, Extra{Loss: value})
	values["grad_norm"], values["update_norm"] = GlobalNorm(g), GlobalNorm(updates)
	if r, ok := rule.(Reporter); ok {
		maps.Copy(values, r.Report(next))
	}
	return ApplyUpdates(p, updates), GradientRegularizationState{s.Step.AddScalar(1), next}, Info{Loss: value, Values: values}
}
