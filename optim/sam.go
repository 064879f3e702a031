package optim

import (
	"errors"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// SAM takes the gradient where a step up has led (Foret et al. 2021,
// arXiv:2010.01412, without their second-order term):
//
//	updates = the base rule's, from the gradient at p + rho G/|G|
//
// That is [GradientRegularization] by forward differences with gamma = eps =
// rho/|G|, but for rounding. Info.Values has "grad_norm" |G|, "update_norm" and what
// the base rule reports; Info.Loss is the loss at p.
type SAM[P any] struct {
	Base Rule
	// Rho is the length of the step up, positive; the paper's is 0.05.
	Rho Schedule
	// Plain leaves out the normalisation: the gradient at p + rho G, which is
	// gradient regularisation with gamma = eps = rho.
	Plain bool
}

// WithSAM makes an optimizer that looks a step of length rho up.
func WithSAM[P any](base Rule, rho float64) SAM[P] { return SAM[P]{Base: base, Rho: Constant(rho)} }

// Validate checks the settings.
func (o SAM[P]) Validate() error {
	return errors.Join(Validate(o.Base), checkStrength("rho", o.Rho, false))
}

// Init starts with the base rule's state.
func (o SAM[P]) Init(p P) State {
	mustBeValid("WithSAM", o)
	return startRule(o.Base, p)
}

// Step makes one step.
func (o SAM[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	own := lossState[GradientRegularizationState]("WithSAM", s)
	value, grad := fx.ValueAndGrad(loss)(p)
	g, _ := Floats(grad)
	rho := o.Rho.at("WithSAM", own.Step)
	if !o.Plain {
		rho = overNorm(rho, g)
	}
	return finish(o.Base, p, own, value, g, gradientAway(loss, p, g, rho), map[string]*fx.Array{})
}

// Flooding keeps the loss near a level: it minimises |L - Level| + Level, so that
// it descends above the level and ascends below (Ishida et al. 2020,
// arXiv:2002.08709). A step down followed by one up moves p by -lr (G - grad L(p - lr G)),
// which is lr^2 times gradient regularisation by a backward difference with eps =
// lr; up and then down it is that by a forward difference (Karakida et al. 2023, Section 5).
//
// Info.Loss is the loss itself, without the level.
type Flooding[P any] struct {
	Base  Optimizer[P]
	Level float64
}

// WithFlooding makes an optimizer that does not go below a level of the loss.
func WithFlooding[P any](base Optimizer[P], level float64) Flooding[P] {
	return Flooding[P]{base, level}
}

// Validate checks the settings.
func (o Flooding[P]) Validate() error {
	err := Validate(o.Base)
	if math.IsNaN(o.Level) || math.IsInf(o.Level, 0) {
		err = errors.Join(err, fmt.Errorf("the level of the loss is %v; it must be a number", o.Level))
	}
	return err
}

// Init starts with the base's state.
func (o Flooding[P]) Init(p P) State {
	mustBeValid("WithFlooding", o)
	return o.Base.Init(p)
}

// Step makes a step of the base on the flooded loss.
func (o Flooding[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	flooded, plain := WithAux(func(p P) (*fx.Array, *fx.Array) {
		l := loss(p)
		return l.SubScalar(o.Level).Abs().AddScalar(o.Level), l
	})
	p, s, info := o.Base.Step(flooded, p, s)
	info.Loss = plain()
	return p, s, info
}

// CheckDeterministic evaluates a loss twice at p and returns an error if the values
// differ: methods that subtract gradients need the same minibatch and the same
// dropout in all calls of a step. It is not for compiled functions.
func CheckDeterministic[P any](loss Loss[P], p P) error {
	a, b := loss(p).Item(), loss(p).Item()
	if math.Float64bits(a) != math.Float64bits(b) && !(math.IsNaN(a) && math.IsNaN(b)) {
		return fmt.Errorf("the loss at the same parameters is %v and then %v: its batch and random keys must be captured", a, b)
	}
	return nil
}
