// Package landscape looks at the shape of a loss: along lines between solutions,
// and at its critical points, saddles as well as minima; and at the way that a
// training takes through it, by how far each layer turns. What second derivatives
// say about it elsewhere is in package curvature.
package landscape

import "github.com/fluxion-go/fluxion/fx"

// fail reports a mistake in the calling program.
func fail(op, format string, args ...any) { fx.Fail("landscape."+op, format, args...) }
