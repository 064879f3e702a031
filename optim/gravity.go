package optim

import (
	"errors"
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// SquashGradient replaces each element g_i of a leaf by
//
//	zeta_i = g_i / (1 + (g_i/m)^2),  m = 1 / max_j |g_j|,
//
// the maximum taken over the leaf (Bahrami and Pouriyan Zadeh 2021,
// arXiv:2101.09192): the horizontal way of a body that slides down a slope g,
// which is longest, m/2, at g = m. So |zeta_i| <= min(|g_i|, m/2). A leaf whose
// elements are far below 1 stays as it is, up to a factor 1 - max|g|^4; one with
// G = max|g| far above 1 has its largest elements shrunk to about 1/G^3. The
// result depends on the loss's scale: a sum of losses is another method than
// their mean. A leaf of zeros stays zero.
func SquashGradient() Rule {
	return leafwise("SquashGradient", nil, func(g *fx.Array) *fx.Array {
		if g.Size() == 0 {
			return g
		}
		// Times max|g| rather than over m, which is infinite for zeros.
		return g.Div(g.Mul(g.Abs().Max()).Square().AddScalar(1))
	})
}

// HarmonicWarmEMA is a moving average whose decay rate rises from 1/2 to Beta
// (arXiv:2101.09192):
//
//	v_t = b_t v_{t-1} + (1-b_t) g_t,  b_t = (Beta t + 1)/(t + 2).
//
// The first gradients count as in a mean, the later ones as in an exponential
// moving average, and nothing needs to be corrected.
type HarmonicWarmEMA struct {
	// Beta is the decay rate in the end, in [0, 1).
	Beta float64
	// StartStep is t of the first step: 0, as in the authors' Keras code, which
	// gives the first gradient the weight 1/2, or 1, as in their PyTorch code,
	// which gives it (1-Beta+1)/3, at Beta = 0.9 0.367.
	StartStep int
}

// HarmonicState is the state of HarmonicWarmEMA and Gravity.
type HarmonicState struct {
	// Step is the number of steps made, an int32 scalar.
	Step *fx.Array
	// Mean is v.
	Mean []*fx.Array
}

// Validate checks the settings.
func (h HarmonicWarmEMA) Validate() error {
	err := checkDecay("Beta", h.Beta)
	if h.StartStep != 0 && h.StartStep != 1 {
		err = errors.Join(err, fmt.Errorf("StartStep is %d; it must be 0 (as in Keras) or 1 (as in PyTorch)", h.StartStep))
	}
	return err
}

// Init starts at zero.
func (h HarmonicWarmEMA) Init(p []*fx.Array) State {
	mustBeValid("HarmonicWarmEMA", h)
	return HarmonicState{fx.Scalar(int32(0)), each(fx.ZerosLike, p)}
}

// DecayRate is b_t after the given number of steps, a float64 scalar.
func (h HarmonicWarmEMA) DecayRate(step *fx.Array) *fx.Array {
	t := count(step).AddScalar(float64(h.StartStep))
	return t.MulScalar(h.Beta).AddScalar(1).Div(t.AddScalar(2))
}

// Update gives the average.
func (h HarmonicWarmEMA) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	next := h.observe("HarmonicWarmEMA", g, stateOf[HarmonicState]("HarmonicWarmEMA", g, s, p))
	return next.Mean, next
}

func (h HarmonicWarmEMA) observe(op string, g []*fx.Array, s HarmonicState) HarmonicState {
	sameBuffers(op, s.Mean, g)
	keep := h.DecayRate(s.Step)
	take := fx.Scalar(1.0).Sub(keep)
	return HarmonicState{s.Step.AddScalar(1), each2((*fx.Array).Add, scaled(s.Mean, keep), scaled(g, take))}
}

// Gravity moves each parameter like a body that slides down an inclined plane
// (Bahrami and Pouriyan Zadeh 2021, arXiv:2101.09192): its step is the average
// of squashed gradients,
//
//	zeta_t = SquashGradient(g_t)
//	v_t = b_t v_{t-1} + (1-b_t) zeta_t,  b_t = (beta t + 1)/(t + 2)
//	p_{t+1} = p_t - lr_t v_t,  v_{-1} ~ N(0, (alpha/lr_0)^2).
//
// Where gradients are small it is gradient descent with averaged momentum (the
// classical rate is lr (1-beta)); large gradients make small steps.
type Gravity struct {
	// LearningRate is l. The authors' Keras code can let it fall: InverseTime.
	LearningRate Schedule
	// Alpha is the size of the random first step: the standard deviation of v at
	// the start is Alpha over the rate at step 0, which must then be positive.
	// With 0, v starts at zero and no Key is needed.
	Alpha float64
	// Beta is the decay rate of the average in the end, in [0, 1).
	Beta float64
	// StartStep is the t of the first step, 0 or 1: see HarmonicWarmEMA.
	StartStep int
	// Key draws v at the start.
	Key *fx.Array
}

// NewGravity makes Gravity with the paper's defaults, which its authors say need
// no tuning: alpha 0.01, beta 0.9, t counted from 0. The paper's learning rate
// is 0.1.
func NewGravity(lr Schedule, key *fx.Array) Gravity {
	return Gravity{LearningRate: lr, Alpha: 0.01, Beta: 0.9, Key: key}
}

func (r Gravity) average() HarmonicWarmEMA { return HarmonicWarmEMA{r.Beta, r.StartStep} }

// Validate checks the settings.
func (r Gravity) Validate() error {
	err := errors.Join(checkRate(r.LearningRate), checkSize("Alpha", r.Alpha), r.average().Validate())
	if !(r.Alpha > 0) {
		return err
	}
	if r.Key == nil {
		err = errors.Join(err, errors.New("there is no key to draw the first v with; it is not needed with Alpha = 0"))
	}
	if r.LearningRate != nil {
		if v, known := valueAtStart(r.LearningRate); known && v == 0 {
			err = errors.Join(err, errors.New("the learning rate is 0 at step 0, and the first v, of size Alpha over that rate, is not defined"))
		}
	}
	return err
}

// Init draws v. Each leaf has a key of its own.
func (r Gravity) Init(p []*fx.Array) State {
	mustBeValid("Gravity", r)
	s := HarmonicState{fx.Scalar(int32(0)), each(fx.ZerosLike, p)}
	if r.Alpha == 0 {
		return s
	}
	deviation := fx.Scalar(r.Alpha).Div(r.LearningRate.at("Gravity", s.Step))
	for i, a := range p {
		s.Mean[i] = random.Normal(random.FoldIn(r.Key, i), a.DType(), a.Shape()...)
	}
	s.Mean = scaled(s.Mean, deviation)
	return s
}

// Update gives the step.
func (r Gravity) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	own := stateOf[HarmonicState]("Gravity", g, s, p)
	lr := r.LearningRate.at("Gravity", own.Step)
	zeta, _ := SquashGradient().Update(g, nil, p)
	next := r.average().observe("Gravity", zeta, own)
	return scaled(next.Mean, lr.Neg()), next
}
