package ode_test

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/ode"
)

// A state is any tree: here, position and speed.
func ExampleSolve() {
	type body struct{ X, V *fx.Array }
	fall := func(_ *fx.Array, b body) body { return body{b.V, fx.FullLike(b.V, -9.81)} }
	start := body{fx.Scalar(0.0), fx.Scalar(10.0)}
	path, report := ode.Solve(fall, start, fx.New([]float64{0, 0.5, 1}), ode.Adaptive{})
	fmt.Printf("%.4f\n", path.X.Float64s())
	fmt.Println(report.Err())
	// Output:
	// [0.0000 3.7737 5.0950]
	// <nil>
}

// The gradient of y(1) = y0 exp(k) in k, by the adjoint equation.
func ExampleAdjoint() {
	decay := func(k, _, y *fx.Array) *fx.Array { return k.Mul(y) }
	solve := ode.Adjoint(decay, ode.Adaptive{RTol: 1e-9})
	final := func(k *fx.Array) *fx.Array {
		path, _ := solve(k, fx.Scalar(2.0), fx.New([]float64{0, 1}))
		return path.Index(-1)
	}
	fmt.Printf("%.6f\n", fx.Grad(final)(fx.Scalar(-1.0)).Item())
	// Output: 0.735759
}
