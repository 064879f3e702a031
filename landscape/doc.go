// Package landscape looks at the shape of a loss: complete spectra of its
// second derivatives and what they are made of, and the loss along lines
// between solutions.
//
// Curvature makes whole matrices, for models of up to some thousands of
// parameters. Larger ones are for the matrix-free methods of package linalg on
// the operator fx.HVP: linalg.TopEigen for the ends of the spectrum,
// linalg.LanczosQuadrature for its density.
package landscape

import "github.com/fluxion-go/fluxion/fx"

// fail reports a mistake in the calling program.
func fail(op, format string, args ...any) { fx.Fail("landscape."+op, format, args...) }
