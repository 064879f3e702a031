package curvature_test

import (
	"fmt"

	"github.com/fluxion-go/fluxion/curvature"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/random"
)

// A damped Newton step and the sharpness of a loss, without its Hessian.
func ExampleHessian() {
	loss := func(p *fx.Array) *fx.Array { return p.Square().Mul(fx.New([]float64{1, 2, 3})).Sum() }
	p := fx.New([]float64{1, 1, 1})
	h := curvature.Hessian(loss, p)
	step, report := linalg.CG[*fx.Array]{}.Solve(linalg.Shifted(h, fx.Scalar(0.0)), fx.Grad(loss)(p), nil)
	top, err := linalg.TopEigen(h, p, 1, random.New(0), linalg.EigenOptions{})
	fmt.Printf("%.3f %.3f %v %v\n", step.Float64s(), top.Values, report.Err(), err)
	// Output: [1.000 1.000 1.000] [6.000] <nil> <nil>
}
