package optim

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
)

// Rprop looks at the signs of gradients alone: each element has a step size of
// its own, which grows by Up while the sign stays, and shrinks by Down when it
// changes; then the element waits for one step (Riedmiller and Braun 1993, in
// PyTorch's form). It is for gradients without noise.
type Rprop struct {
	// Start is the first step size, which stays between Least and Most.
	Start, Least, Most float64
	// Down is between 0 and 1, Up above 1.
	Down, Up float64
}

// RpropState is the state of Rprop.
type RpropState struct {
	Size, Gradient []*fx.Array
}

// NewRprop makes Rprop with PyTorch's defaults: factors 0.5 and 1.2, sizes from
// 1e-6 to 50. Its first size is 0.01.
func NewRprop(start float64) Rprop {
	return Rprop{Start: start, Least: 1e-6, Most: 50, Down: 0.5, Up: 1.2}
}

// Validate checks the settings.
func (r Rprop) Validate() error {
	err := errors.Join(checkPositive("the first step size", r.Start), checkSize("the least step size", r.Least), checkPositive("the largest step size", r.Most))
	if !(r.Least <= r.Most) {
		err = errors.Join(err, errors.New("the least step size is above the largest"))
	}
	if !(r.Down > 0 && r.Down < 1 && r.Up > 1) {
		err = errors.Join(err, errors.New("the factor down must be between 0 and 1, and the factor up above 1"))
	}
	return err
}

// Init starts with the first step size everywhere.
func (r Rprop) Init(p []*fx.Array) State {
	mustBeValid("Rprop", r)
	return RpropState{each(func(p *fx.Array) *fx.Array { return fx.FullLike(p, r.Start) }, p), each(fx.ZerosLike, p)}
}

// Update gives the step.
func (r Rprop) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	own := stateOf[RpropState]("Rprop", g, s, p)
	sameBuffers("Rprop", own.Size, g)
	sameBuffers("Rprop", own.Gradient, g)
	agree := each2(func(a, b *fx.Array) *fx.Array { return a.Mul(b).Sign() }, g, own.Gradient)
	zero := fx.Const(0)
	next := RpropState{
		Size: each2(func(size, agree *fx.Array) *fx.Array {
			by := fx.Where(agree.Greater(zero), fx.FullLike(size, r.Up), fx.Where(agree.Less(zero), fx.FullLike(size, r.Down), fx.OnesLike(size)))
			return size.Mul(by).Clip(r.Least, r.Most)
		}, own.Size, agree),
		Gradient: each2(func(g, agree *fx.Array) *fx.Array { return fx.Where(agree.Less(zero), fx.ZerosLike(g), g) }, g, agree),
	}
	return each2(func(g, size *fx.Array) *fx.Array { return g.Sign().Mul(size).Neg() }, next.Gradient, next.Size), next
}
