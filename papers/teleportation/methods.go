package teleportation

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/symmetry"
)

// lineup is the methods that the experiment compares. Tests put broken ones in their
// place.
type lineup struct {
	// level moves to the best point of a level set of a convex function, top to
	// that of a quadratic with the matrix h and minimiser c.
	level func(l symmetry.LevelSet, f optim.Loss[*fx.Array], w *fx.Array) *fx.Array
	top   func(h, c, w *fx.Array) *fx.Array
	// teleport moves networks for the norm of the gradient, by steps of a rate.
	teleport func(a symmetry.Action[nn.MLP], rate float64) symmetry.Teleport[nn.MLP]
	// inverse is the action that changes the basis after the activation.
	inverse func(x *fx.Array) symmetry.Action[nn.MLP]
}

var published = lineup{
	level: func(l symmetry.LevelSet, f optim.Loss[*fx.Array], w *fx.Array) *fx.Array {
		return l.Move(f, symmetry.GradNorm[*fx.Array](), symmetry.Max, w)
	},
	top: symmetry.QuadraticTop,
	teleport: func(a symmetry.Action[nn.MLP], rate float64) symmetry.Teleport[nn.MLP] {
		t := symmetry.NewTeleport(a, symmetry.GradNorm[nn.MLP]())
		t.Rate = rate
		return t
	},
	inverse: func(x *fx.Array) symmetry.Action[nn.MLP] {
		return symmetry.BatchGL{X: x, Form: symmetry.Inverse, Undo: unleaky}
	},
}

// leaky is the networks' activation, unleaky its inverse.
func leaky(x *fx.Array) *fx.Array   { return x.LeakyRelu(0.1) }
func unleaky(x *fx.Array) *fx.Array { return x.LeakyRelu(10) }
