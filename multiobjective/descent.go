package multiobjective

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
)

// Descent is Jacobian descent on objectives that depend on parameters P and on
// data X, such as a mini-batch whose every example is an objective (stochastic
// sub-Jacobian descent). The two traced halves of its step are compiled once;
// between them the weights are computed on the host. J is never needed:
//
//	losses f, Gramian G   <- Measure(p, x)
//	w                     <- A(G)
//	p                     <- one step of the optimizer on the loss w'f(., x)
type Descent[P, X any] struct {
	// Losses gives the objectives, [m].
	Losses func(P, X) *fx.Array
	// Measure gives the objectives and their Gramian; nil: Gramian of Losses.
	Measure func(P, X) (losses, gramian *fx.Array)
	// Weighting gives the weights.
	Weighting Weighting
	// Optimizer makes the step, with J'w for the gradient.
	Optimizer optim.Optimizer[P]

	measure func(measurement[P, X]) measured
	move    func(weighed[P, X]) moved[P]
}

type measurement[P, X any] struct {
	P P
	X X
}

type measured struct{ Losses, Gramian *fx.Array }

type weighed[P, X any] struct {
	P     P
	State optim.State
	X     X
	W     *fx.Array
}

type moved[P any] struct {
	P     P
	State optim.State
}

// Step is what one step of Descent saw.
type Step struct {
	Losses  *fx.Array // [m], before the step
	Gramian *fx.Array // [m, m]
	Weights *fx.Array // [m], float64
}

// Cosine is that of the angle between the step's direction and the mean
// gradient: 1'Gw / sqrt(w'Gw 1'G 1). It is NaN where one of them is zero.
func (s Step) Cosine() float64 {
	g, w := rowsOf(s.Gramian), s.Weights.Float64s()
	mean := uniform(len(g))
	gw := g.times(w)
	return dot(mean, gw) / math.Sqrt(dot(w, gw)*dot(mean, g.times(mean)))
}

// Compile prepares a Descent. It panics if a part is missing.
func (d Descent[P, X]) Compile() *Descent[P, X] {
	if d.Losses == nil || d.Weighting == nil || d.Optimizer == nil {
		fail("Descent", "Losses, Weighting and Optimizer are required")
	}
	measure := d.Measure
	if measure == nil {
		measure = func(p P, x X) (losses, gramian *fx.Array) {
			f := func(p P) *fx.Array { return d.Losses(p, x) }
			return f(p), Gramian(f, p)
		}
	}
	d.measure = fx.Jit(func(m measurement[P, X]) measured {
		losses, g := measure(m.P, m.X)
		return measured{losses, g}
	})
	d.move = fx.Jit(func(m weighed[P, X]) moved[P] {
		loss := func(p P) *fx.Array {
			f := d.Losses(p, m.X)
			return f.Dot(m.W.AsType(f.DType()))
		}
		p, s, _ := d.Optimizer.Step(loss, m.P, m.State)
		return moved[P]{p, s}
	})
	return &d
}

// Init makes the state to begin with.
func (d *Descent[P, X]) Init(p P) optim.State { return d.Optimizer.Init(p) }

// Step makes one step. It evaluates. Objectives or gradients that are not
// finite are an error, as is whatever the weighting objects to.
func (d *Descent[P, X]) Step(p P, s optim.State, x X, key *fx.Array) (P, optim.State, Step, error) {
	if d.measure == nil {
		fail("Descent.Step", "the descent has not been compiled: call Compile")
	}
	at := d.measure(measurement[P, X]{p, x})
	w, err := d.Weighting.Weights(at.Gramian, key)
	if err != nil {
		return p, s, Step{at.Losses, at.Gramian, nil}, err
	}
	end := d.move(weighed[P, X]{p, s, x, w})
	return end.P, end.State, Step{at.Losses, at.Gramian, w}, nil
}

// Tasks is a model with parameters S that all tasks share and a head H of its
// own for each, as in multi-task learning.
type Tasks[S, H any] struct {
	Shared S
	Heads  []H
}

// MTLGradient gives the gradient for a model with heads: each head's is that of
// its own loss, and that of the shared parameters is the aggregate of the
// losses' gradients. losses gives one loss, [tasks], for each head in order; the
// loss of a task must not depend on another task's head. An update rule of
// package optim turns the result into a step.
func MTLGradient[S, H any](losses func(Tasks[S, H]) *fx.Array, at Tasks[S, H], a Aggregator, key *fx.Array) (Tasks[S, H], error) {
	shared := func(s S) *fx.Array { return losses(Tasks[S, H]{s, at.Heads}) }
	value, pull := fx.VJP(shared, at.Shared)
	if value.NDim() != 1 || value.Size() != len(at.Heads) || len(at.Heads) == 0 {
		fail("MTLGradient", "the losses are %v for %d heads", value, len(at.Heads))
	}
	j := Jacobian(shared, at.Shared)
	direction, err := a.Apply(j, key)
	if err != nil {
		return at, err
	}
	// The heads' gradients do not mix: that of the sum has them all.
	_, pullHeads := fx.VJP(func(h []H) *fx.Array { return losses(Tasks[S, H]{at.Shared, h}) }, at.Heads)
	heads := pullHeads(fx.OnesLike(value))

	zero := pull(fx.ZerosLike(value))
	offset := 0
	unflat := fx.Map(func(leaf *fx.Array) *fx.Array {
		if !leaf.DType().IsFloat() {
			return leaf
		}
		part := direction.SliceAxis(0, offset, offset+leaf.Size()).Reshape(leaf.Shape()...).AsType(leaf.DType())
		offset += leaf.Size()
		return part
	}, zero)
	if offset != direction.Size() {
		return at, fmt.Errorf("multiobjective: %s gives %d numbers for %d shared parameters", a, direction.Size(), offset)
	}
	return Tasks[S, H]{unflat, heads}, nil
}

// Conflicts says how much a direction d [n] opposes the gradients: the smallest
// inner product of any with d, over |d| times the longest gradient's length. It
// is at least 0 if no objective gets worse to first order, and 0 for d = 0.
func Conflicts(j, d *fx.Array) float64 {
	checkJacobian("Conflicts", j)
	if d == nil || d.NDim() != 1 || d.Dim(0) != j.Dim(1) {
		fail("Conflicts", "the direction is %v for a Jacobian of shape %v", d, j.Shape())
	}
	j, d = j.AsType(fx.Float64), d.AsType(fx.Float64)
	size := d.Norm().Mul(j.Norm(1).Max()).Item()
	if size == 0 {
		return 0
	}
	return j.MatMul(d).Min().Item() / size
}
