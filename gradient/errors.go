package gradient

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
)

// fail reports a mistake in the calling program.
func fail(op, format string, args ...any) { fx.Fail("gradient."+op, format, args...) }

// scalar is f, which must return a float scalar.
func scalar[P any](op string, f func(P) *fx.Array) func(P) *fx.Array {
	if f == nil {
		fail(op, "the function is nil")
	}
	return func(p P) *fx.Array {
		y := f(p)
		if y == nil || y.NDim() != 0 || !y.DType().IsFloat() {
			fail(op, "the function returns %s; it must return a float scalar (Sum or Mean makes one)", aval(y))
		}
		return y
	}
}

// aval describes an array, which may be none.
func aval(a *fx.Array) string {
	if a == nil {
		return "nothing"
	}
	return fmt.Sprintf("%v%v", a.DType(), a.Shape())
}
