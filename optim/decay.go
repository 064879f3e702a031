package optim

import (
	"errors"
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
)

// Mask chooses leaves by path (see fx.Paths), shape and dtype. It must not look
// at values.
type Mask func(path string, leaf *fx.Array) bool

// Matrices chooses leaves with two axes or more: weights, not biases and not
// the scales and shifts of normalisation layers.
func Matrices(_ string, leaf *fx.Array) bool { return leaf.NDim() >= 2 }

// DecayMode says how decoupled weight decay enters a step of rate lr.
type DecayMode int

const (
	// DecayTimesRate takes lr*Value*p away before the step, as AdamW does, and
	// the fairseq copy of LaProp.
	DecayTimesRate DecayMode = iota
	// DecayAlone takes Value*p away after the step, whatever the rate, as
	// LaProp's own laprop.py does. The same Value decays 1/lr times as much as
	// with DecayTimesRate.
	DecayAlone
)

func (m DecayMode) String() string {
	switch m {
	case DecayTimesRate:
		return "DecayTimesRate"
	case DecayAlone:
		return "DecayAlone"
	}
	return fmt.Sprintf("DecayMode(%d)", int(m))
}

// WeightDecay is decoupled weight decay (Loshchilov and Hutter 2019): it draws
// the parameters to zero without passing through the adaptive step. The zero
// value is none.
type WeightDecay struct {
	// Value is the strength; with DecayAlone, the share that is taken away.
	Value float64
	// Mode says whether the learning rate multiplies it.
	Mode DecayMode
	// Mask chooses the leaves that decay; nil is all of them.
	Mask Mask

	paths []string // set by Bind
}

func (w WeightDecay) validate() error {
	err := checkSize("the weight decay", w.Value)
	if w.Mode != DecayTimesRate && w.Mode != DecayAlone {
		err = errors.Join(err, fmt.Errorf("the weight decay's mode %v is unknown", w.Mode))
	}
	return err
}

// apply adds the decay to a step's updates; rate is a float64 scalar.
func (w WeightDecay) apply(op string, updates, p []*fx.Array, rate *fx.Array) []*fx.Array {
	if w.Value == 0 {
		return updates
	}
	chosen := chosenLeaves(op, w.Mask, w.paths, p)
	out := make([]*fx.Array, len(p))
	for i, u := range updates {
		switch {
		case !chosen[i]:
			out[i] = u
		case w.Mode == DecayTimesRate:
			out[i] = u.Sub(p[i].Mul(rate.MulScalar(w.Value).AsType(p[i].DType())))
		default:
			out[i] = u.Sub(p[i].Add(u).MulScalar(w.Value))
		}
	}
	return out
}

// chosenLeaves applies a mask, which needs the paths that Bind gave.
func chosenLeaves(op string, mask Mask, paths []string, p []*fx.Array) []bool {
	out := make([]bool, len(p))
	for i := range out {
		out[i] = mask == nil
	}
	if mask == nil {
		return out
	}
	if len(paths) != len(p) {
		fail(op, "the rule has a mask and does not know its leaves' paths; use it through FromRule, or call Bind")
	}
	for i := range out {
		out[i] = mask(paths[i], p[i])
	}
	return out
}

// AddDecayedWeights adds value*p to the gradients of the leaves that the mask
// chooses (nil: all): L2 regularisation where it stands before the rule that
// makes the step, decoupled weight decay where it stands between that rule and
// the scaling by the learning rate.
func AddDecayedWeights(value float64, mask Mask) Rule {
	return addDecayed{value: value, mask: mask}
}

type addDecayed struct {
	value float64
	mask  Mask
	paths []string
}

func (a addDecayed) Validate() error { return checkSize("the weight decay", a.value) }

func (a addDecayed) Bind(paths []string) Rule {
	a.paths = paths
	return a
}

func (a addDecayed) Init([]*fx.Array) State {
	mustBeValid("AddDecayedWeights", a)
	return nil
}

func (a addDecayed) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	sameLeaves("AddDecayedWeights", "gradient", g, p, a.paths)
	chosen := chosenLeaves("AddDecayedWeights", a.mask, a.paths, p)
	out := make([]*fx.Array, len(g))
	for i := range g {
		out[i] = g[i]
		if chosen[i] {
			out[i] = g[i].Add(p[i].MulScalar(a.value))
		}
	}
	return out, s
}
