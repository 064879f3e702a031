package implicit_test

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/implicit"
)

// The square root as the root of x^2 = p, found by Newton's method and
// differentiated as if it were a formula.
func ExampleRoot() {
	F := func(x, p *fx.Array) *fx.Array { return x.Square().Sub(p) }
	solve := implicit.Root(F, implicit.Newton[*fx.Array]{}, nil)
	sqrt := func(p *fx.Array) *fx.Array {
		x, _ := solve(fx.Scalar(1.0), p)
		return x
	}
	p := fx.Scalar(4.0)
	fmt.Printf("%.6f %.6f %.6f\n", sqrt(p).Item(), fx.Grad(sqrt)(p).Item(), fx.Grad(fx.Grad(sqrt))(p).Item())
	// Output: 2.000000 0.250000 -0.031250
}
