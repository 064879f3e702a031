package transport

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
)

// fail reports a mistake in the calling program.
func fail(op, format string, args ...any) { fx.Fail("transport."+op, format, args...) }

// kind is an array's dtype and shape, for messages.
func kind(a *fx.Array) string {
	if a == nil {
		return "nil"
	}
	return fmt.Sprint(a.DType(), a.Shape())
}
