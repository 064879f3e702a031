package optim

import (
	"errors"
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/ode"
	"github.com/fluxion-go/fluxion/random"
)

// DeviceStart is where the device of [TNGD] stands when a step begins.
type DeviceStart int

const (
	// StartGradient is the gradient: the readout runs from the gradient, at Tau = 0,
	// to the natural gradient. Along an eigenvector of F it is the gradient times
	// (1 - e^{-mu Tau})/mu + e^{-mu Tau}.
	StartGradient DeviceStart = iota
	// StartWarm is the last readout: momentum that fades by e^{-mu Tau} at each step,
	// faster where there is more curvature.
	StartWarm
	// StartZero is 0.
	StartZero
)

// TNGD is thermodynamic natural gradient descent (Donatella et al. 2024,
// arXiv:2405.13817), with a simulation of its analog device: oscillators
//
//	dv = -(F v - g) dt + sqrt(2 kappa0) dW,   F = J'HJ + lambda I
//
// run for a time Tau, and their readout takes the gradient's place in a rule. They
// settle at the natural gradient F^-1 g; a finite time leaves directions of little
// curvature at where they started. It is a truncated linear solver that remembers
// and tolerates noise. (ode.OrnsteinUhlenbeck is the device.)
//
// Curvature or Factors, of which one at most is given, says how the device is
// loaded: by products, Tau/Dt of them in a step, or by a matrix, which it holds.
//
// Info.Values has "grad_norm", "update_norm", "readout_norm", "products" with F,
// "evaluations" (these and the gradient), and what the rule reports.
type TNGD[P any] struct {
	// Rule makes the step from the readout: SGD is the method itself, Adam is
	// TNGD-Adam.
	Rule Rule
	// Curvature is J'HJ, positive semidefinite, such as curvature.GaussNewton makes
	// for the step's minibatch. Without it and Factors it is the loss' Hessian, whose
	// negative eigenvalues beyond Damping grow by e^{|mu| Tau}.
	Curvature Curvature[P]
	// Factors gives J'HJ = W'W at p by its rows: a tree like p whose float leaves have
	// a further leading axis of their number, as curvature.GaussNewtonFactors makes
	// it. With Delay, Init calls it too.
	Factors func(p P) P
	// Damping is lambda, not negative, and positive with fewer Factors than
	// parameters.
	Damping float64
	// Tau, Dt and Window are the device's ode.Relaxation.
	Tau, Dt, Window float64
	// Kappa0 is the strength of the noise.
	Kappa0 float64
	// Start is where the device begins.
	Start DeviceStart
	// Exact draws the readout from its exact law, by the eigenvalues of W W', instead
	// of simulating the way there; Dt is then of no account. It needs Factors.
	Exact bool
	// Delay d has the device hold the matrix of the step d before, while the gradient
	// is this step's; in the first steps it holds the first. It needs Factors.
	Delay int
	// Lag l makes a step by the readout of the step l before: processor and device
	// then need not wait for each other. The first l steps do not move.
	Lag int
	// Bits is the resolution of what is loaded: gradient and factors are rounded to
	// that many bits, sign included, of the largest in size. 0 does not round.
	Bits int
	// ComponentNoise multiplies the elements of the factors by normal numbers of mean
	// 1 and this standard deviation at each loading: the tolerance of components.
	ComponentNoise float64
	// Key draws the noise. Without noise of any kind it may be nil.
	Key *fx.Array
}

// TNGDState is the state of TNGD.
type TNGDState struct {
	Rule    State
	Readout *fx.Array   // the last readout [n]; empty if no step starts from it
	Loaded  []*fx.Array // the last Delay factors [rank, n], the oldest first
	Pending []*fx.Array // the last Lag readouts, the oldest first
	Key     *fx.Array
}

// NewTNGD makes the method with a learning rate (0.1 to 0.6), from the last readout,
// without noise: damping 0.2, and a time of 0.5 in ten steps, with which our
// experiment's networks train best for their cost.
func NewTNGD[P any](lr Schedule, c Curvature[P]) TNGD[P] {
	return TNGD[P]{Rule: NewSGD(lr), Curvature: c, Damping: 0.2, Tau: 0.5, Dt: 0.05, Start: StartWarm}
}

func (o TNGD[P]) relaxation() ode.Relaxation {
	return ode.Relaxation{Tau: o.Tau, Dt: o.Dt, Window: o.Window}
}

func (o TNGD[P]) draws() bool { return o.Kappa0 > 0 || o.ComponentNoise > 0 }

// Validate checks the settings.
func (o TNGD[P]) Validate() error {
	err := errors.Join(Validate(o.Rule), checkSize("the damping", o.Damping), o.relaxation().Validate(), checkSize("Kappa0", o.Kappa0),
		checkSize("ComponentNoise", o.ComponentNoise))
	wrong := func(cond bool, format string, args ...any) {
		if cond {
			err = errors.Join(err, fmt.Errorf(format, args...))
		}
	}
	wrong(o.Curvature != nil && o.Factors != nil, "Curvature and Factors are both given; the device is loaded with one of them")
	wrong(o.Start < StartGradient || o.Start > StartZero, "there is no start with the number %d", int(o.Start))
	wrong(o.Delay < 0 || o.Lag < 0, "Delay is %d and Lag %d; they must not be negative", o.Delay, o.Lag)
	wrong(o.Bits < 0 || o.Bits == 1 || o.Bits > 24, "Bits is %d; it must be 0 or from 2 to 24", o.Bits)
	wrong(o.Exact && o.Window > 0, "Window is %v; the exact law is that of one readout", o.Window)
	wrong(o.Exact && o.Damping == 0, "the damping is 0; the exact law needs a positive one")
	wrong(o.Factors == nil && (o.Exact || o.Delay > 0 || o.ComponentNoise > 0), "Exact, Delay and ComponentNoise need Factors")
	wrong(o.draws() && o.Key == nil, "there is no key for the noise; random.New makes one")
	return err
}

// Init starts with a device at 0.
func (o TNGD[P]) Init(p P) State {
	mustBeValid("TNGD", o)
	s := TNGDState{Rule: startDirection(o.Rule, p)}
	zero := fx.ZerosLike(raveled(p))
	if o.Start == StartWarm {
		s.Readout = zero
	}
	for range o.Lag {
		s.Pending = append(s.Pending, zero)
	}
	if o.draws() {
		s.Key = random.FoldIn(o.Key, 0) // an array of the state's own, which can be donated
	}
	if o.Delay > 0 {
		first := o.factors(p, zero.Dim(0), nil)
		for range o.Delay {
			s.Loaded = append(s.Loaded, first)
		}
	}
	return s
}

// factors are the rows of W as the device has them.
func (o TNGD[P]) factors(p P, n int, key *fx.Array) *fx.Array {
	w := factorRows("TNGD", o.Factors(p), n)
	if o.Damping == 0 && w.Dim(0) < n {
		fail("TNGD", "the damping is 0 and there are %d factors for %d parameters: the device has no equilibrium", w.Dim(0), n)
	}
	if o.ComponentNoise > 0 && key != nil {
		w = w.Mul(random.Normal(key, w.DType(), w.Shape()...).MulScalar(o.ComponentNoise).AddScalar(1))
	}
	return quantized(w, o.Bits)
}

// quantized rounds to so many bits of the largest element's size.
func quantized(a *fx.Array, bits int) *fx.Array {
	if bits == 0 {
		return a
	}
	unit := a.Abs().Max().DivScalar(float64(int(1)<<(bits-1) - 1))
	unit = fx.Where(unit.Equal(fx.Const(0)), fx.OnesLike(unit), unit)
	return a.Div(unit).Round().Mul(unit)
}

// Step makes one step.
func (o TNGD[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	own := lossState[TNGDState]("TNGD", s)
	v := newVectors(loss, p)
	next := TNGDState{}
	keys := []*fx.Array{nil, nil, nil}
	if o.draws() {
		keys = random.Split(own.Key, 3)
		next.Key = keys[0]
	}
	g := quantized(v.from.Gradient, o.Bits)
	start := map[DeviceStart]*fx.Array{StartGradient: g, StartWarm: own.Readout, StartZero: fx.ZerosLike(g)}[o.Start]

	var readout *fx.Array
	products := 0
	if o.Factors == nil {
		readout, products = o.relax(v.operator(o.Curvature), g, start, keys[1])
	} else {
		w := o.factors(p, g.Dim(0), keys[2])
		if o.Delay > 0 {
			queue := append(own.Loaded[:len(own.Loaded):len(own.Loaded)], w)
			w, next.Loaded = queue[0], queue[1:]
		}
		if o.Exact {
			law := ode.OrnsteinUhlenbeckLaw{A: linalg.GramSpectral(w, fx.Scalar(o.Damping)), B: g, Kappa0: o.Kappa0}
			readout = law.Sample(start, o.Tau, keys[1])
		} else {
			readout, products = o.relax(func(x *fx.Array) *fx.Array { return w.MatMul(x).MatMul(w) }, g, start, keys[1])
		}
	}
	if o.Start == StartWarm {
		next.Readout = readout
	}
	used := readout
	if o.Lag > 0 {
		queue := append(own.Pending[:len(own.Pending):len(own.Pending)], readout)
		used, next.Pending = queue[0], queue[1:]
	}
	to, rule, info := v.alongRule(o.Rule, own.Rule, used)
	next.Rule = rule
	info.Values["readout_norm"] = asFloat64(readout.Norm())
	info.Values["products"], info.Values["evaluations"] = fx.Scalar(int32(products)), fx.Scalar(int32(products+1))
	return to, next, info
}

// process is the device loaded with a curvature, on vectors.
func (o TNGD[P]) process(curvature func(*fx.Array) *fx.Array, g *fx.Array) ode.OrnsteinUhlenbeck[*fx.Array] {
	return ode.OrnsteinUhlenbeck[*fx.Array]{A: linalg.Shifted(curvature, fx.Const(o.Damping)), B: g, Kappa0: o.Kappa0}
}

func (o TNGD[P]) relax(curvature func(*fx.Array) *fx.Array, g, start, key *fx.Array) (readout *fx.Array, products int) {
	r := o.relaxation()
	return o.process(curvature, g).Run(start, r, key), r.Steps()
}

// Check is an error if the device has no equilibrium at p, because the curvature is
// not positive definite with the damping, or if Dt is too long for it. It evaluates
// some hundred products, and is not for compiled functions.
func (o TNGD[P]) Check(loss Loss[P], p P) error {
	if err := o.Validate(); err != nil {
		return err
	}
	v := newVectors(loss, p)
	operator := v.operator(o.Curvature)
	if o.Factors != nil {
		w := o.factors(p, v.from.P.Dim(0), nil)
		operator = func(x *fx.Array) *fx.Array { return w.MatMul(x).MatMul(w) }
	}
	key := random.New(0)
	return o.process(operator, v.from.Gradient).Check(o.Dt, key)
}
