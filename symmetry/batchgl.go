package symmetry

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
)

// Form is how [BatchGL] changes two adjacent layers. In all of them h is what
// enters the first, with kernel V and bias b, f the activation, a = f(h V + b), U
// the next kernel, g = I + t, and ^+ the pseudo-inverse [linalg.Pinv].
type Form int

const (
	// Projection changes the basis before the activation and fits the next layer
	// by least squares:
	//
	//	V <- V g,  b <- b g,  U <- f((h V + b) g)^+ a U
	//
	// It is exact on the batch if f(...) has full row rank, for which the batch
	// may not be larger than the hidden layer. On larger batches the outputs are
	// projected, and the loss is kept roughly (the paper's own code has 200
	// examples and 16 units).
	Projection Form = iota
	// Inverse changes the basis after the activation and fits the first layer:
	//
	//	V <- h^+ (f^-1(a g) - b),  U <- g^-1 U
	//
	// It is exact on the batch if h has full row rank, for which the batch may not
	// be larger than the number of features of h. It needs f^-1, Undo.
	Inverse
	// FirstOrder is Inverse with I - t in place of g^-1, exact to first order in t
	// only (the paper's meta-learning code).
	FirstOrder
)

func (f Form) String() string {
	return map[Form]string{Projection: "projection", Inverse: "inverse", FirstOrder: "first order"}[f]
}

// BatchGL lets matrices g act between the layers of a perceptron with any
// activation so that its outputs on a batch stay (Zhao et al. 2022, Section 4.2).
// The pairs of layers are treated one after the other, each with the activations
// that the ones before it left. It is a symmetry of the loss on the batch, not of
// the loss on other data. Its elements have a square matrix for each hidden layer.
type BatchGL struct {
	X    *fx.Array // the batch, [n, features]
	Form Form
	// Undo is the inverse of the activation, element by element. Inverse and
	// FirstOrder need it.
	Undo func(*fx.Array) *fx.Array
	// RequireExact makes it a mistake to take a batch for which the form cannot
	// be exact because it is too large.
	RequireExact bool
}

// Zero is a square matrix of zeros for each hidden layer.
func (a BatchGL) Zero(p nn.MLP) []*fx.Array { return squares("BatchGL", p) }

// Apply moves p by I + t. It panics with an *fx.Error if the batch is not one of
// p's inputs, if the form needs Undo and there is none, and if the batch is too
// large where RequireExact is set.
func (a BatchGL) Apply(t []*fx.Array, p nn.MLP) nn.MLP {
	checkElement[nn.MLP]("BatchGL", a, t, p)
	a.check(p)
	p = copied(p)
	h := a.X
	for i, t := range t {
		l, next := p.Layers[i], p.Layers[i+1]
		g, z := plusOne(t), l.Apply(h)
		active := p.Activation(z)
		if a.Form == Projection {
			turn := func(w *fx.Array) *fx.Array { return w.MatMul(g) }
			p.Layers[i] = nn.Linear{W: turn(l.W), B: withBias(l, turn)}
			p.Layers[i+1].W = linalg.Pinv(p.Activation(p.Layers[i].Apply(h)), 0).MatMul(active.MatMul(next.W))
		} else {
			wanted := a.Undo(active.MatMul(g))
			if l.B != nil {
				wanted = wanted.Sub(l.B)
			}
			p.Layers[i].W = linalg.Pinv(h, 0).MatMul(wanted)
			if a.Form == Inverse {
				p.Layers[i+1].W = fx.Solve(g, next.W)
			} else {
				p.Layers[i+1].W = next.W.Sub(t.MatMul(next.W))
			}
		}
		h = p.Activation(p.Layers[i].Apply(h))
	}
	return p
}

// check finds what is wrong with the batch and the settings for p.
func (a BatchGL) check(p nn.MLP) {
	const op = "BatchGL"
	if a.X == nil || a.X.NDim() != 2 || a.X.Dim(0) == 0 || a.X.Dim(1) != p.Layers[0].W.Dim(0) || a.X.DType() != p.Layers[0].W.DType() {
		fail(op, "the batch is %s; it must be %v[n, %d]", describe(a.X), p.Layers[0].W.DType(), p.Layers[0].W.Dim(0))
	}
	switch a.Form {
	case Projection, Inverse, FirstOrder:
	default:
		fail(op, "form %d is none of Projection, Inverse and FirstOrder", int(a.Form))
	}
	if a.Form != Projection && a.Undo == nil {
		fail(op, "the form %s needs the inverse of the activation, Undo", a.Form)
	}
	if a.RequireExact {
		for i, room := range a.rooms(p) {
			if n := a.X.Dim(0); n > room {
				fail(op, "the form %s cannot be exact on %d examples: pair %d of layers has room for %d", a.Form, n, i, room)
			}
		}
	}
}

// rooms is for each pair the size of the largest batch on which the form can be
// exact.
func (a BatchGL) rooms(p nn.MLP) []int {
	var rooms []int
	for i := range len(p.Layers) - 1 {
		side := 0 // what enters
		if a.Form == Projection {
			side = 1 // what leaves
		}
		rooms = append(rooms, p.Layers[i].W.Dim(side))
	}
	return rooms
}

// Exp is exp(s m) - I.
func (a BatchGL) Exp(m []*fx.Array, s *fx.Array) []*fx.Array { return lessOne(m, s) }

// CheckElement is an error if g is singular to working precision, if Undo does not
// undo the activation, or, on batches for which the form can be exact, if the
// matrix to be inverted lacks full row rank.
func (a BatchGL) CheckElement(t []*fx.Array, p nn.MLP) error {
	a.check(p)
	if err := invertible(t); err != nil {
		return err
	}
	if a.Form != Projection {
		probe := fx.New([]float64{-2, -0.5, 0.5, 2})
		if gap := a.Undo(p.Activation(probe)).Sub(probe).Abs().Max().Item(); !(gap <= 1e-6) {
			return fmt.Errorf("symmetry: Undo is not the inverse of the activation: on -2 to 2 it is off by %.3g", gap)
		}
	}
	moved, h := a.Apply(t, p), a.X
	for i, room := range a.rooms(p) {
		out := p.Activation(moved.Layers[i].Apply(h))
		m := h
		if a.Form == Projection {
			m = out
		}
		if n := a.X.Dim(0); n <= room {
			if _, rank := linalg.LstSq(m, m, 0); rank.Item() < float64(n) {
				return fmt.Errorf("symmetry: the activations of pair %d have rank %v on %d examples; the form %s is exact at full rank only", i, rank.Item(), n, a.Form)
			}
		}
		h = out
	}
	return nil
}
