package implicit_test

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/implicit"
	"github.com/fluxion-go/fluxion/prox"
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

// The lasso by FISTA, with the derivative of a coefficient in the penalty: on its
// active set the solution is linear in it.
func ExampleFixedPoint() {
	y := fx.New([]float64{3, -0.5, -2})
	f := func(x, l1 *fx.Array) *fx.Array { return x.Sub(y).Square().Sum().MulScalar(0.5) }
	shrink := func(x, l1 *fx.Array, step float64) *fx.Array { return prox.Lasso(x, l1.MulScalar(step)) }
	T := implicit.ProximalGradient(f, shrink, 0.5)
	solve := implicit.FixedPoint(T, implicit.Nesterov[*fx.Array]{}, nil)
	lasso := func(l1 *fx.Array) *fx.Array {
		x, _ := solve(fx.Zeros(fx.Float64, 3), l1)
		return x
	}
	l1 := fx.Scalar(1.0)
	_, d := fx.JVP(lasso, l1, fx.Scalar(1.0))
	fmt.Printf("%.3f\n%.3f\n", lasso(l1).Float64s(), d.Float64s())
	// Output:
	// [2.000 0.000 -1.000]
	// [-1.000 0.000 1.000]
}
