// Package symmetry moves parameters along the symmetries of a loss: to other
// parameters of the same loss, at which what follows goes better (teleportation:
// Zhao, Dehmamy, Walters and Yu 2022, arXiv:2205.10637; Zhao, Gower, Walters and
// Yu 2024, arXiv:2305.13404).
//
// A neural network computes the same function for many parameters. Multiply what
// enters a ReLU unit by two and halve what leaves it: nothing changes, but
// gradients, sharpness and curvature do. An [Action] is such a group of changes.
// [Teleport] searches the group for a good place by gradient ascent,
// [WithTeleport] does so at some steps of any optimizer, [LevelSet] searches the
// whole level set of a function of few variables, and [LSTMTeleporter] learns where
// to go.
//
//	hold := symmetry.BatchGL{X: images, Form: symmetry.Projection}
//	jump := symmetry.NewTeleport(hold, symmetry.GradNorm[nn.MLP]())
//	opt := symmetry.WithTeleport(optim.FromRule[nn.MLP](rule), jump, symmetry.AtSteps(0, 1, 2))
//
// The actions given here are on [nn.MLP], whose layers compute x W + b on rows x;
// the papers write W x on columns, and a group element g on the left. [Within] lets
// them act on a perceptron inside a larger model.
package symmetry

import "github.com/fluxion-go/fluxion/fx"

// fail reports a mistake in the calling program.
func fail(op, format string, args ...any) { fx.Fail("symmetry."+op, format, args...) }
