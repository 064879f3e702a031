package multiobjective_test

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	mo "github.com/fluxion-go/fluxion/multiobjective"
	"github.com/fluxion-go/fluxion/optim"
)

// Two gradients that conflict: a step against the mean raises the first objective,
// one against UPGrad's direction raises neither.
func ExampleUPGrad() {
	j := fx.New([]float64{-4, 1, 1, 6, 1, 1}, 2, 3)
	for _, a := range []mo.Aggregator{mo.Mean(), mo.UPGrad(mo.ConeOptions{})} {
		d, err := a.Apply(j, nil)
		fmt.Printf("%v %.3f falls %.3f %v\n", a, d.Float64s(), j.MatMul(d).Float64s(), err)
	}
	// Output:
	// Mean [1.000 1.000 1.000] falls [-2.000 8.000] <nil>
	// UPGrad [0.292 1.901 1.901] falls [2.632 5.556] <nil>
}

// Jacobian descent on two distances, whose Pareto optima are the points between.
func ExampleDescent() {
	type point struct{ X *fx.Array }
	type ends struct{ A, B *fx.Array }
	d := mo.Descent[point, ends]{
		Losses: func(p point, e ends) *fx.Array {
			return fx.Stack(0, p.X.Sub(e.A).Square().Sum(), p.X.Sub(e.B).Square().Sum())
		},
		Weighting: mo.UPGrad(mo.ConeOptions{}),
		Optimizer: optim.FromRule[point](optim.NewSGD(optim.Constant(0.1))),
	}.Compile()

	p, e := point{fx.New([]float64{2, 3})}, ends{fx.New([]float64{1, 0}), fx.New([]float64{-1, 0})}
	s := d.Init(p)
	for range 50 {
		var err error
		if p, s, _, err = d.Step(p, s, e, nil); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Printf("%.3f\n", p.X.Float64s())
	// Output: [0.270 0.000]
}
