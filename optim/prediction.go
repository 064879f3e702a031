package optim

import (
	"errors"
	"fmt"
	"maps"

	"github.com/fluxion-go/fluxion/fx"
)

// Predictor is implemented by rules whose next update can be read, roughly, from
// what they remember.
type Predictor interface {
	Rule
	// PeekUpdate is the update that the state foretells, at the learning rate of
	// the coming step and without weight decay. Before the first step it is zero.
	PeekUpdate(s State) []*fx.Array
}

// Prediction takes every gradient where the weights are about to go (XGrad: Guan,
// Li, Shi and Meng 2023, arXiv:2305.18240):
//
//	ahead   = p_{t-1} + s PeekUpdate(state_{t-1})
//	g_t     = gradient of the loss at ahead
//	updates = the base rule's, from g_t, at p_{t-1}
//
// With momentum that is Nesterov's look-ahead, a little further (s = Mu would be
// Nesterov's own); it serves any rule with a state that foretells its update. It
// costs a copy of the parameters and no further gradient. A prediction that is
// not finite is left out: that step is the base rule's. The loss is called once,
// at ahead, so that dropout and running statistics see the predicted weights;
// Info.Loss is the loss there. Info.Values has what FromRule gives,
// "prediction_norm", the length of s PeekUpdate, and "fallbacks", how many
// predictions were left out.
type Prediction[P any] struct {
	// Base is a Predictor; or a chain whose last rule is one, groups (ByPath) of
	// them, or one in SkipNonFinite.
	Base Rule
	// Steps is s, how many updates to look ahead. With 0 it is the base rule,
	// bit for bit. Published choices are 1, 2 and 3.
	Steps int
}

// PredictionState is the state of Prediction.
type PredictionState struct {
	Base State
	// Fallbacks counts the predictions that were left out, an int32 scalar.
	Fallbacks *fx.Array
}

// WithPrediction makes an optimizer that looks so many updates of the rule ahead.
func WithPrediction[P any](base Rule, steps int) Prediction[P] { return Prediction[P]{base, steps} }

// Validate checks the settings.
func (o Prediction[P]) Validate() error {
	if o.Base == nil {
		return errors.New("there is no rule whose updates are to be predicted: it is nil")
	}
	err := Validate(o.Base)
	if o.Steps < 0 {
		err = errors.Join(err, fmt.Errorf("the number of updates to look ahead is %d; it must not be negative", o.Steps))
	}
	if o.Steps != 0 {
		err = errors.Join(err, checkPredictor(o.Base))
	}
	return err
}

// Init starts with the base rule's state.
func (o Prediction[P]) Init(p P) State {
	mustBeValid("WithPrediction", o)
	leaves, paths := Floats(p)
	return PredictionState{Bind(o.Base, paths).Init(leaves), fx.Scalar(int32(0))}
}

// Step makes one step.
func (o Prediction[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	own, ok := s.(PredictionState)
	if !ok {
		fail("WithPrediction", "the state is a %T and must be a %T: was it made by this optimizer's Init?", s, own)
	}
	leaves, paths := Floats(p)
	rule := Bind(o.Base, paths)
	next := PredictionState{Fallbacks: own.Fallbacks}
	ahead, length := p, fx.Scalar(0.0)
	if o.Steps > 0 {
		way := scaled(peek(rule, own.Base), fx.Scalar(float64(o.Steps)))
		good := finite(each2((*fx.Array).Add, leaves, way))
		next.Fallbacks = own.Fallbacks.Add(good.Not().AsType(fx.Int32))
		way = each(func(a *fx.Array) *fx.Array { return fx.Where(good, a, fx.ZerosLike(a)) }, way)
		ahead, length = ApplyUpdates(p, way), GlobalNorm(way)
	}
	value, grad := fx.ValueAndGrad(loss)(ahead)
	g, _ := Floats(grad)
	var updates []*fx.Array
	updates, next.Base = Update(rule, g, own.Base, leaves, Extra{Loss: value})
	info := Info{Loss: value, Values: map[string]*fx.Array{"grad_norm": GlobalNorm(g), "update_norm": GlobalNorm(updates),
		"prediction_norm": length, "fallbacks": next.Fallbacks}}
	if r, ok := rule.(Reporter); ok {
		maps.Copy(info.Values, r.Report(next.Base))
	}
	return ApplyUpdates(p, updates), next, info
}

// checkPredictor says why a rule's update cannot be foretold.
func checkPredictor(r Rule) error {
	switch r := r.(type) {
	case chain:
		if len(r) == 0 {
			return errors.New("an empty chain has no update to predict")
		}
		return checkPredictor(r[len(r)-1])
	case byPath:
		var errs []error
		for _, g := range r.groups {
			errs = append(errs, checkPredictor(g.Rule))
		}
		return errors.Join(errs...)
	case skip:
		return checkPredictor(r.inner)
	case RMSProp:
		if !r.remembers() {
			return errors.New("RMSProp without momentum forgets its updates, so that none can be predicted; set Remember")
		}
		return nil
	case Predictor:
		return nil
	}
	return fmt.Errorf("the next update of a %T cannot be predicted: it has no PeekUpdate", r)
}

// peek is PeekUpdate of a rule that checkPredictor admits.
func peek(r Rule, s State) []*fx.Array {
	switch r := r.(type) {
	case chain: // what is before the last rule changes gradients alone
		return peek(r[len(r)-1], r.states(s)[len(r)-1])
	case byPath:
		out := make([]*fx.Array, r.leaves)
		for k, g := range r.groups {
			for i, a := range peek(g.Rule, s.([]State)[k]) {
				out[r.member[k][i]] = a
			}
		}
		return out
	case skip:
		return peek(r.inner, s.(SkipState).Inner)
	case Predictor:
		return r.PeekUpdate(s)
	}
	fail("WithPrediction", "the next update of a %T cannot be predicted: it has no PeekUpdate", r)
	return nil
}

// begun replaces updates by zeros where no step has been made: averages without
// any weight have no direction.
func begun(step *fx.Array, updates []*fx.Array) []*fx.Array {
	some := step.Greater(fx.Const(0))
	return each(func(a *fx.Array) *fx.Array { return fx.Where(some, a, fx.ZerosLike(a)) }, updates)
}

// peeked is a rule's own state, for PeekUpdate.
func peeked[S any](op string, s State) S {
	own, ok := s.(S)
	if !ok {
		fail(op, "the state is a %T and must be a %T: was it made by this rule's Init?", s, own)
	}
	return own
}

// PeekUpdate is -lr b, or v where the rate is inside.
func (r Momentum) PeekUpdate(s State) []*fx.Array {
	own := peeked[MomentumState]("Momentum", s)
	if r.RateInside {
		return own.Trace.Buffer
	}
	return scaled(own.Trace.Buffer, r.LearningRate.at("Momentum", own.Step).Neg())
}

// PeekUpdate is the last quotient, or their accumulation, times -lr. Without
// momentum it needs Remember.
func (r RMSProp) PeekUpdate(s State) []*fx.Array {
	own := peeked[RMSPropState]("RMSProp", s)
	if !r.remembers() {
		fail("RMSProp", "without momentum or Remember the state foretells no update")
	}
	return scaled(own.Trace.Buffer, r.LearningRate.at("RMSProp", own.Step).Neg())
}

// PeekUpdate is the step of the averages as they are, of AMSGrad with the
// largest second moment.
func (a Adam) PeekUpdate(s State) []*fx.Array {
	own := peeked[AdamState]("Adam", s)
	return begun(own.Step, adamDirection(own, a.second(), a.CorrectFirst, a.LearningRate.at("Adam", own.Step)))
}

// PeekUpdate is the step of the averages as they are.
func (a AdaBelief) PeekUpdate(s State) []*fx.Array {
	own := peeked[AdamState]("AdaBelief", s)
	return begun(own.Step, adamDirection(own, a.moments().second(), true, a.LearningRate.at("AdaBelief", own.Step)))
}

// PeekUpdate is the step of the averages as they are.
func (a AdaM3) PeekUpdate(s State) []*fx.Array {
	own := peeked[AdamState]("AdaM3", s)
	return begun(own.Step, adamDirection(own, a.moments().second(), true, a.LearningRate.at("AdaM3", own.Step)))
}
