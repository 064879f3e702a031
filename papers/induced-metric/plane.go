package inducedmetric

import (
	"math"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
)

// Part A: functions of two variables.

// landscape is a function with the place where searches start, and the value at
// which they have arrived.
type landscape struct {
	name      string
	f         func(*fx.Array) *fx.Array
	start     [2]float64
	tolerance float64
	window    float64 // half the side of the square of random starts
}

const (
	nameBeale      = "Beale"
	nameRosenbrock = "Rosenbrock"
	nameHimmelblau = "Himmelblau"
	nameAckley     = "Ackley"
	nameRastrigin  = "Rastrigin"
)

// The starts and tolerances are those of the paper's code.
var landscapes = []landscape{
	{nameBeale, data.Beale, [2]float64{0, 0}, 1e-7, 2},
	{nameRosenbrock, data.Rosenbrock, [2]float64{0, 0}, 1e-7, 2},
	{nameHimmelblau, data.Himmelblau, [2]float64{0, 0}, 1e-6, 4},
	{nameAckley, data.Ackley, [2]float64{2, 2}, 1e-6, 3},
	{nameRastrigin, data.Rastrigin, [2]float64{2, 2}, 1e-6, 3},
}

// mostSteps is the number of steps after which a search has failed.
const mostSteps = 1000

// searches are searches side by side: their learning rates [n] and starts [n, 2].
type searches struct{ Rate, Start *fx.Array }

// search compiles searches with one method for the number of steps after which the
// function is first below the tolerance; mostSteps+1 if it is not.
func (l landscape) search(rule func(lr optim.Schedule) optim.Rule) func(searches) *fx.Array {
	return fx.Jit(fx.Vmap(func(s searches) *fx.Array {
		o := optim.FromRule[*fx.Array](rule(func(*fx.Array) *fx.Array { return s.Rate }))
		_, _, info := optim.Descend(o, l.f, s.Start, o.Init(s.Start), mostSteps+1)
		arrived := info.Loss.Less(fx.Const(l.tolerance))
		number := fx.Arange(fx.Float64, mostSteps+1)
		return fx.Where(arrived, number, fx.Full(fx.Float64, mostSteps+1, mostSteps+1)).Min()
	}))
}

// steps is what search gives, with +Inf for a failure.
func steps(out *fx.Array) []float64 {
	v := out.Float64s()
	for i := range v {
		if v[i] > mostSteps {
			v[i] = math.Inf(1)
		}
	}
	return v
}
