package linalg_test

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/random"
)

// A solver takes a function, not a matrix, and says how far it got.
func ExampleCG() {
	// The second difference on a line of four points.
	laplacian := func(x *fx.Array) *fx.Array {
		left, right := x.Roll(1, 0), x.Roll(-1, 0)
		inner := fx.Arange(fx.Float64, 4)
		left = fx.Where(inner.Equal(fx.Const(0)), fx.Const(0), left)
		right = fx.Where(inner.Equal(fx.Const(3)), fx.Const(0), right)
		return x.MulScalar(2).Sub(left).Sub(right)
	}
	x, report := linalg.CG[*fx.Array]{}.Solve(laplacian, fx.New([]float64{1, 0, 0, 1}), nil)
	fmt.Printf("%.3f\n", x.Float64s())
	fmt.Println(report.Err(), report.Iterations.Item())
	// Output:
	// [1.000 1.000 1.000 1.000]
	// <nil> 2
}

// The derivative of a solution solves the adjoint system; the iterations are
// not differentiated.
func ExampleSolve() {
	operator := func(stiffness, x *fx.Array) *fx.Array { return stiffness.Mul(x) }
	energy := func(stiffness *fx.Array) *fx.Array {
		x, _ := linalg.Solve(operator, stiffness, fx.New([]float64{1, 1}), linalg.CG[*fx.Array]{})
		return x.Sum()
	}
	fmt.Printf("%.4f\n", fx.Grad(energy)(fx.New([]float64{2, 4})).Float64s())
	// Output: [-0.2500 -0.0625]
}

func ExampleTopEigen() {
	d := fx.New([]float64{1, 5, -9, 3})
	diagonal := func(x *fx.Array) *fx.Array { return d.Mul(x) }
	top, err := linalg.TopEigen(diagonal, d, 2, random.New(0), linalg.EigenOptions{Which: linalg.Magnitude})
	fmt.Printf("%.3f %v %v\n", top.Values, top.Converged, err)
	// Output: [-9.000 5.000] true <nil>
}

func ExampleAssign() {
	cost := fx.New([]float64{4, 1, 3, 2, 0, 5, 3, 2, 2}, 3, 3)
	columns, total, err := linalg.Assign(cost)
	fmt.Println(columns, total, err)
	// Output: [1 0 2] 5 <nil>
}
