package flow

import "github.com/fluxion-go/fluxion/fx"

// fail reports a mistake in the calling program.
func fail(op, format string, args ...any) { fx.Fail("flow."+op, format, args...) }
