// Package landscape looks at the shape of a loss along lines between solutions.
// What second derivatives say about it is in package curvature.
package landscape

import "github.com/fluxion-go/fluxion/fx"

// fail reports a mistake in the calling program.
func fail(op, format string, args ...any) { fx.Fail("landscape."+op, format, args...) }
