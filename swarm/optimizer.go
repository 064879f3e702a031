package swarm

import (
	"errors"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// Optimizer is CBO as an optim.Optimizer of trees, such as the parameters of a
// model. Particles are vectors of the tree's floats (linalg.Ravel), which have one
// dtype. The parameters after a step are its consensus point, that of the
// particles before they move. A step takes N + 1 values of the loss, one of them
// at the parameters that it starts from, and no gradient, unless CBO.GradDrift
// asks for it.
//
// Info.Values has "variance" and "best_value" (see [Course]), "bad" (particles
// whose loss is not finite) and "evaluations".
type Optimizer[P any] struct {
	CBO CBO
	// N is the number of particles.
	N int
	// Deviation is that of the first particles around the first parameters.
	Deviation float64
	// Key draws the first particles and all noise.
	Key *fx.Array
}

// Validate checks the settings.
func (o Optimizer[P]) Validate() error {
	err := o.CBO.Validate()
	if o.N < 2 {
		err = errors.Join(err, fmt.Errorf("%d particles; there must be at least two", o.N))
	}
	if !(o.Deviation > 0) || math.IsInf(o.Deviation, 1) {
		err = errors.Join(err, fmt.Errorf("the deviation of the first particles is %v; it must be positive", o.Deviation))
	}
	return err
}

// Init draws the first particles.
func (o Optimizer[P]) Init(p P) optim.State {
	mustBeValid("Optimizer", o)
	checkKey("Optimizer", o.Key)
	vector, _ := linalg.Ravel(p)
	keys := random.Split(o.Key, 2)
	return o.CBO.Init(keys[1], Cloud(keys[0], vector, o.Deviation, o.N))
}

// Step makes one step of the swarm.
func (o Optimizer[P]) Step(loss optim.Loss[P], p P, s optim.State) (P, optim.State, optim.Info) {
	own, ok := s.(CBOState)
	if !ok {
		fail("Optimizer", "the state is a %T and must be a %T", s, own)
	}
	_, unravel := linalg.Ravel(p)
	value := loss(p)
	next, told := o.CBO.Step(func(v *fx.Array) *fx.Array { return loss(unravel(v)) }, own)
	return unravel(told.Consensus), next, optim.Info{Loss: value, Values: map[string]*fx.Array{
		"variance": told.Variance, "best_value": told.BestValue, "bad": told.Bad, "evaluations": fx.Scalar(int32(own.X.Dim(0) + 1)),
	}}
}
