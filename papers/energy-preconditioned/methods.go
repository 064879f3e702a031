package energypreconditioned

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/project"
)

// Names of the methods.
const (
	nameAEPG     = "AEPG"
	nameGuarded  = "AEPG, guarded"
	nameFixed    = "fixed step"
	nameAEGD     = "AEGD, element-wise"
	nameSearch   = "backtracking"
	nameProject  = "projected"
	nameMultiply = "multiplicative"
	nameAdam     = "Adam"
)

// optimizer works on vectors.
type optimizer = optim.Optimizer[*fx.Array]

// preconditioner makes the operator T at a point; nil is the identity.
type preconditioner = func(p *fx.Array) func(*fx.Array) *fx.Array

// setting is what the experiment varies of AEPG.
type setting struct {
	eta          *fx.Array
	c            float64
	precondition preconditioner
	feasible     func(*fx.Array) *fx.Array
	norm         optim.EnergyNorm
}

// lineup holds the method that the experiment is about. A test puts broken ones
// in its place and sees that the claims notice.
type lineup struct{ aepg func(setting) optimizer }

var published = lineup{aepg}

func aepg(s setting) optimizer {
	o := optim.NewAEPG[*fx.Array](func(*fx.Array) *fx.Array { return s.eta }, s.c)
	o.Precondition, o.Feasible, o.Norm = s.precondition, s.feasible, s.norm
	return o
}

// plainState is the state of the methods below, which is none.
type plainState struct{}

// fixed is preconditioned gradient descent with a fixed step, p - η T∇L, and
// then back to the set, if there is one.
type fixed struct {
	eta          *fx.Array
	precondition preconditioner
	project      func(*fx.Array) *fx.Array
}

func (o fixed) Init(*fx.Array) optim.State { return plainState{} }

func (o fixed) Step(loss optim.Loss[*fx.Array], p *fx.Array, s optim.State) (*fx.Array, optim.State, optim.Info) {
	value, g := fx.ValueAndGrad(loss)(p)
	if o.precondition != nil {
		g = o.precondition(p)(g)
	}
	next := p.Sub(g.Mul(o.eta))
	if o.project != nil {
		next = o.project(next)
	}
	return next, s, optim.Info{Loss: value}
}

func onSimplex(w *fx.Array) *fx.Array { return project.Simplex(w, fx.Scalar(1.0)) }

// searching is preconditioned gradient descent whose step is found by
// backtracking, from twice the last one.
type searching struct{ precondition preconditioner }

func (o searching) Init(*fx.Array) optim.State { return fx.Scalar(1.0) }

func (o searching) Step(loss optim.Loss[*fx.Array], p *fx.Array, s optim.State) (*fx.Array, optim.State, optim.Info) {
	from := optim.At(loss, p)
	d := from.Gradient
	if o.precondition != nil {
		d = o.precondition(p)(d)
	}
	r := optim.NewBacktracking[*fx.Array]().Search(loss, from, linalg.Scale(fx.Const(-1), d), s.(*fx.Array).MulScalar(2))
	// A search that failed goes on from a short length.
	last := fx.Where(r.Success, r.Length, s.(*fx.Array).MulScalar(0.1))
	return r.Point.P, last, optim.Info{Loss: from.Loss}
}

// multiplicative is the algorithm for D-optimal designs w_i <- w_i a_i'M⁻¹a_i/d
// (Silvey, Titterington and Torsney 1978), whose limit is the optimum: a_i'M⁻¹a_i
// is -∂L/∂w_i.
type multiplicative struct{ dim float64 }

func (o multiplicative) Init(*fx.Array) optim.State { return plainState{} }

func (o multiplicative) Step(loss optim.Loss[*fx.Array], p *fx.Array, s optim.State) (*fx.Array, optim.State, optim.Info) {
	value, g := fx.ValueAndGrad(loss)(p)
	return p.Mul(g).MulScalar(-1 / o.dim), s, optim.Info{Loss: value}
}
