package symmetry

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
)

// Action is a group acting on parameters P, in coordinates t near its identity:
// a list of arrays, all zero at the identity.
type Action[P any] interface {
	// Zero is the identity's coordinates for parameters like p.
	Zero(p P) []*fx.Array
	// Apply moves p by the element with coordinates t. It evaluates nothing and
	// is differentiable in both. Where there is no such element (a singular
	// matrix) the result is not finite, or means nothing; see Check.
	Apply(t []*fx.Array, p P) P
	// Exp is the coordinates of exp(s m), s a scalar: the one-parameter subgroup
	// that leaves the identity with velocity m.
	Exp(m []*fx.Array, s *fx.Array) []*fx.Array
}

// ElementChecker is implemented by actions that can tell, on computed arrays, why
// an element or the parameters do not do.
type ElementChecker[P any] interface {
	CheckElement(t []*fx.Array, p P) error
}

// Change is a loss before and after an element acted.
type Change struct{ Before, After float64 }

// Relative is |After - Before| / |Before|; 0 if both are equal.
func (c Change) Relative() float64 {
	if c.Before == c.After {
		return 0
	}
	return math.Abs(c.After-c.Before) / math.Abs(c.Before)
}

// Check applies an element on the host and tells the loss before and after it: by
// how much the action fails to be a symmetry of this loss. Give it the loss on the
// action's own batch and on other data: some actions are symmetries of the batch
// only. It is an error if the action knows that the element or the parameters do
// not do (a singular matrix, activations without full rank), or if the loss after
// it is not finite.
func Check[P any](a Action[P], t []*fx.Array, p P, loss optim.Loss[P]) (Change, error) {
	checkElement("Check", a, t, p)
	c := Change{Before: loss(p).Item()}
	if e, ok := a.(ElementChecker[P]); ok {
		if err := e.CheckElement(t, p); err != nil {
			return c, err
		}
	}
	c.After = loss(a.Apply(t, p)).Item()
	if math.IsNaN(c.After) || math.IsInf(c.After, 0) {
		return c, fmt.Errorf("symmetry: the loss is %v after the action and %v before it", c.After, c.Before)
	}
	return c, nil
}

// checkElement rejects coordinates that are not those of the action's elements.
func checkElement[P any](op string, a Action[P], t []*fx.Array, p P) {
	zero := a.Zero(p)
	if len(t) != len(zero) {
		fail(op, "the element has %d arrays; those of this action have %d", len(t), len(zero))
	}
	for i, z := range zero {
		if t[i] == nil || fmt.Sprint(t[i].Shape()) != fmt.Sprint(z.Shape()) || t[i].DType() != z.DType() {
			fail(op, "array %d of the element is %s; it must be %v%v", i, describe(t[i]), z.DType(), z.Shape())
		}
	}
}

func describe(a *fx.Array) string {
	if a == nil {
		return "nil"
	}
	return fmt.Sprintf("%v%v", a.DType(), a.Shape())
}

// Within is an action on a part of the parameters: get takes it out, put returns
// parameters with another part in its place.
func Within[P, Q any](a Action[Q], get func(P) Q, put func(p P, part Q) P) Action[P] {
	return within[P, Q]{a, get, put}
}

type within[P, Q any] struct {
	part Action[Q]
	get  func(P) Q
	put  func(P, Q) P
}

func (w within[P, Q]) Zero(p P) []*fx.Array { return w.part.Zero(w.get(p)) }

func (w within[P, Q]) Apply(t []*fx.Array, p P) P { return w.put(p, w.part.Apply(t, w.get(p))) }

func (w within[P, Q]) Exp(m []*fx.Array, s *fx.Array) []*fx.Array { return w.part.Exp(m, s) }

func (w within[P, Q]) CheckElement(t []*fx.Array, p P) error {
	if e, ok := w.part.(ElementChecker[Q]); ok {
		return e.CheckElement(t, w.get(p))
	}
	return nil
}
