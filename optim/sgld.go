package optim

import (
	"errors"
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// SGLD is stochastic gradient Langevin dynamics (Welling and Teh 2011), a walk that
// samples parameters instead of minimising:
//
//	p_{t+1} = p_t - lr_t g_t + std N(0, I)
//
// For small lr it samples the density proportional to exp(-f(p)/T), f the loss. There
// are two conventions for the noise eps, which differ by a factor 2 in T; see
// [NoiseScale].
type SGLD struct {
	LearningRate Schedule
	// Noise is eps; 0 is gradient descent.
	Noise float64
	// Scale says what eps is multiplied by.
	Scale NoiseScale
	// Key draws the noise.
	Key *fx.Array
}

// NoiseScale says how much noise a step of length lr gets.
type NoiseScale int

const (
	// ByTwiceRate is std = eps sqrt(2 lr): the temperature is T = eps^2, so that eps =
	// 1 samples exp(-f). The published code of Entropy-SGD has it.
	ByTwiceRate NoiseScale = iota
	// ByRate is std = eps sqrt(lr): the temperature is T = eps^2/2. The text of
	// Entropy-SGD has it (Algorithm 1).
	ByRate
)

func (s NoiseScale) String() string {
	switch s {
	case ByTwiceRate:
		return "ByTwiceRate"
	case ByRate:
		return "ByRate"
	}
	return fmt.Sprintf("NoiseScale(%d)", int(s))
}

// SGLDState is the state of SGLD.
type SGLDState struct {
	Step *fx.Array // int32 scalar
	Key  *fx.Array
}

// NewSGLD makes a walk at temperature 1, which samples exp(-f), f the loss.
func NewSGLD(lr Schedule, key *fx.Array) SGLD { return SGLD{LearningRate: lr, Noise: 1, Key: key} }

// Validate checks the settings.
func (r SGLD) Validate() error { return errors.Join(checkRate(r.LearningRate), r.checkNoise()) }

func (r SGLD) checkNoise() error {
	err := checkSize("the noise", r.Noise)
	if r.Scale != ByTwiceRate && r.Scale != ByRate {
		err = errors.Join(err, fmt.Errorf("the noise's scale %v is unknown", r.Scale))
	}
	if r.Key == nil && r.Noise > 0 {
		err = errors.Join(err, errors.New("there is no key to draw the noise with"))
	}
	return err
}

// Init starts with a key of its own, drawn from Key.
func (r SGLD) Init([]*fx.Array) State {
	mustBeValid("SGLD", r)
	return SGLDState{fx.Scalar(int32(0)), r.ownKey()}
}

// ownKey is an array that a caller may donate together with the state; nil without
// noise.
func (r SGLD) ownKey() *fx.Array {
	if r.Noise == 0 {
		return nil
	}
	return random.FoldIn(r.Key, 0)
}

// Update gives the step.
func (r SGLD) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	own := stateOf[SGLDState]("SGLD", g, s, p)
	next := SGLDState{own.Step.AddScalar(1), own.Key}
	var key *fx.Array
	if r.Noise > 0 {
		keys := random.Split(own.Key, 2)
		key, next.Key = keys[0], keys[1]
	}
	return r.walk(g, r.LearningRate.at("SGLD", own.Step), key), next
}

// walk is a step's updates: down the direction d with fresh noise.
func (r SGLD) walk(d []*fx.Array, rate, key *fx.Array) []*fx.Array {
	down := scaled(d, rate.Neg())
	if r.Noise == 0 {
		return down
	}
	variance := rate
	if r.Scale == ByTwiceRate {
		variance = rate.MulScalar(2)
	}
	std := variance.Sqrt().MulScalar(r.Noise)
	for i, a := range down {
		noise := random.Normal(random.FoldIn(key, i), a.DType(), a.Shape()...)
		down[i] = a.Add(noise.Mul(std.AsType(a.DType())))
	}
	return down
}
