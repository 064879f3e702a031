package optim

import (
	"errors"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// EnergyNorm is the norm of the direction v by which the energy of AEPG falls.
type EnergyNorm int

const (
	// MetricEnergy is that of the preconditioner, |v|²_A = v'Av = ∇l'T∇l.
	MetricEnergy EnergyNorm = iota
	// EuclideanEnergy is |v|².
	EuclideanEnergy
)

// AEPG is adaptive preconditioned gradient descent with energy (Liu, Nurbekyan,
// Tian and Yang 2023; without a preconditioner it is the AEGD of Liu and Tian
// 2020 with one energy for all parameters). With l = sqrt(L + C), the gradient
// ∇l = ∇L/(2l) and a preconditioner T, the inverse of a metric A,
//
//	v = T ∇l
//	r <- r / (1 + 2 η |v|²),   r = l at the first step
//	p <- p - 2 η r v           with the new r
//
// that is, a step of length η r/l along T ∇L. The energy r is carried, not
// computed from the loss: for any η > 0 and any loss
//
//	r'² = r² - (r' - r)² - |p' - p|²/η,
//
// so that r only falls, and too long an η shortens its own steps. The larger C is
// beside the losses, the more slowly r/l changes, and the nearer is the method
// to preconditioned descent with the step η. With a C much smaller than the
// first loss r may fall to almost nothing at the start, and the method stand
// still: Info.Values["effective_step"] tells.
//
// All float leaves of P have one dtype. Info.Values has "energy" (the new r),
// "effective_step" (η r/l), "shifted_loss" (L + C; from where it is not positive
// everything is NaN), "direction_norm" (|v| in the chosen norm),
// "energy_residual" (how far the identity above is from equality for the step
// that was made, with its rounding, relative to L + C), "grad_norm", and
// "halvings" and "feasible" (1 or 0) where there is a guard. A minibatch's loss must have L + C > 0, too; r is
// shared between batches.
type AEPG[P any] struct {
	// LearningRate is η, the base step. If it changes on the way the energy still
	// only falls.
	LearningRate Schedule
	// C is added to the loss, which it must make positive.
	C float64
	// Precondition makes the symmetric, positive semidefinite operator T at a
	// point, such as those of package curvature. nil is the identity.
	Precondition func(p P) func(P) P
	// Norm chooses the norm in the denominator and in the identity.
	Norm EnergyNorm
	// Feasible, if not nil, guards the iterates: a bool scalar of whether a point
	// is allowed. A step to one that is not is made again with half the η, up to
	// MaxHalvings times, and not made at all if that does not help; the energy
	// then stays, too. The start must be feasible.
	Feasible    func(p P) *fx.Array
	MaxHalvings int
}

// NewAEPG makes the method with the given η and C, without a preconditioner and
// without a guard (which halves up to 30 times).
func NewAEPG[P any](lr Schedule, c float64) AEPG[P] {
	return AEPG[P]{LearningRate: lr, C: c, MaxHalvings: 30}
}

// AEPGState is the state of AEPG.
type AEPGState struct {
	Energy *fx.Array // r, a float64 scalar; not used before the first step
	Step   *fx.Array // int32 scalar
}

// Validate checks the settings.
func (o AEPG[P]) Validate() error {
	err := checkRate(o.LearningRate)
	if v, known := o.LearningRate.AtStart(); known && v == 0 {
		err = errors.Join(err, errors.New("the learning rate is 0 at step 0; it must be positive"))
	}
	if math.IsNaN(o.C) || math.IsInf(o.C, 0) {
		err = errors.Join(err, fmt.Errorf("C is %v; it must be finite", o.C))
	}
	if o.Norm != MetricEnergy && o.Norm != EuclideanEnergy {
		err = errors.Join(err, fmt.Errorf("no energy norm has the number %d", int(o.Norm)))
	}
	if o.MaxHalvings < 0 {
		err = errors.Join(err, fmt.Errorf("%d halvings; there must not be fewer than none", o.MaxHalvings))
	}
	return err
}

// Init starts the method. It panics with an *fx.Error if the settings are not
// valid, or if p is known (outside Jit) and not feasible.
func (o AEPG[P]) Init(p P) State {
	mustBeValid("AEPG", o)
	if o.Feasible != nil {
		if ok, known := valueOf(o.Feasible(p)); known && ok == 0 {
			fail("AEPG", "the start is not feasible")
		}
	}
	return AEPGState{Energy: fx.Scalar(0.0), Step: fx.Scalar(int32(0))}
}

// valueOf is a scalar's value, if it has one: inside Jit it has none.
func valueOf(a *fx.Array) (v float64, known bool) {
	return Schedule(func(*fx.Array) *fx.Array { return a }).AtStart()
}

// energyStep is a step that may be made: the point that it leads to, and the
// energy and the η of it.
type energyStep[P any] struct {
	P           P
	Energy, Eta *fx.Array
	Halvings    *fx.Array // int32
	Feasible    *fx.Array // bool
}

// Step makes one step.
func (o AEPG[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	own, ok := s.(AEPGState)
	if !ok {
		fail("AEPG", "the state is a %T and must be a %T", s, own)
	}
	value, gradient := fx.ValueAndGrad(loss)(p)
	d := dtypeOf(gradient)
	shifted := asFloat64(value).AddScalar(o.C)
	l := shifted.Sqrt()
	scale := fx.Scalar(0.5).Div(l).AsType(d)
	slope := linalg.Scale(scale, gradient) // ∇l
	v := slope
	if o.Precondition != nil {
		v = o.Precondition(p)(slope)
	}
	dual := slope // A v
	if o.Norm == EuclideanEnergy {
		dual = v
	}
	norm2 := asFloat64(linalg.Dot(dual, v))
	r := fx.Where(own.Step.Equal(fx.Const(0)), l, own.Energy)

	try := func(eta *fx.Array) (P, *fx.Array) {
		energy := r.Div(eta.MulScalar(2).Mul(norm2).AddScalar(1))
		return linalg.Axpy(eta.Mul(energy).MulScalar(-2).AsType(d), v, p), energy
	}
	eta := o.LearningRate.at("AEPG", own.Step)
	next, energy := try(eta)
	info := Info{Loss: value, Values: map[string]*fx.Array{
		"shifted_loss": shifted, "direction_norm": norm2.Sqrt(), "grad_norm": asFloat64(linalg.Dot(gradient, gradient)).Sqrt(),
	}}
	if o.Feasible != nil {
		at := o.guard(energyStep[P]{next, energy, eta, fx.Scalar(int32(0)), o.Feasible(next)}, try)
		next, energy, eta = choose(at.Feasible, at.P, p), fx.Where(at.Feasible, at.Energy, r), at.Eta
		info.Values["halvings"], info.Values["feasible"] = at.Halvings, at.Feasible.AsType(fx.Float64)
	}
	info.Values["energy"] = energy
	info.Values["effective_step"] = eta.Mul(energy).Div(l)
	moved := linalg.Sub(next, p)
	// |p'-p|² in the chosen norm, where p'-p is -2 η r' v but for rounding.
	length2 := asFloat64(linalg.Dot(dual, moved)).Mul(eta.Mul(energy).MulScalar(-2))
	fall := energy.Sub(r)
	law := energy.Square().Sub(r.Square()).Add(fall.Square()).Add(length2.Div(eta))
	info.Values["energy_residual"] = law.Abs().Div(shifted)
	return next, AEPGState{Energy: energy, Step: own.Step.AddScalar(1)}, info
}

// guard halves η until the point is feasible.
func (o AEPG[P]) guard(first energyStep[P], try func(eta *fx.Array) (P, *fx.Array)) energyStep[P] {
	return fx.While(func(s energyStep[P]) *fx.Array {
		return s.Feasible.Not().And(s.Halvings.Less(fx.Const(float64(o.MaxHalvings))))
	}, func(s energyStep[P]) energyStep[P] {
		eta := s.Eta.MulScalar(0.5)
		next, energy := try(eta)
		return energyStep[P]{next, energy, eta, s.Halvings.AddScalar(1), o.Feasible(next)}
	}, first)
}
