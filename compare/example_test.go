package compare_test

import (
	"context"
	"fmt"

	"github.com/fluxion-go/fluxion/compare"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
)

// normalised is a user's own update rule: a step of fixed length along the
// gradient.
type normalised struct {
	Rate optim.Schedule
}

func (r normalised) Init(p []*fx.Array) optim.State { return fx.Scalar(int32(0)) }

func (r normalised) Update(g []*fx.Array, s optim.State, p []*fx.Array) ([]*fx.Array, optim.State) {
	step := s.(*fx.Array)
	length := r.Rate(step).Div(optim.GlobalNorm(g)).Neg()
	updates := make([]*fx.Array, len(g))
	for i, gradient := range g {
		updates[i] = gradient.Mul(length.AsType(gradient.DType()))
	}
	return updates, step.AddScalar(1)
}

// A method of one's own beside built-in ones.
func Example() {
	mine := compare.FromRule("mine", "steps of fixed length", 0.1,
		func(lr optim.Schedule) normalised { return normalised{lr} })
	result, err := compare.Do(context.Background(), compare.Comparison{
		Task:     compare.Rosenbrock(),
		Methods:  []compare.Method{compare.MustMethod("sgd"), compare.MustMethod("lbfgs"), mine},
		Schedule: compare.CosineRate,
		Seeds:    []uint64{0, 1, 2},

		Evaluations: 300,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range result.Standings {
		fmt.Printf("%d. %s, learning rate %v\n", s.Rank, s.Method, float64(s.Rate))
	}
	// Save(folder), Tables and Figures show the rest.

	// Output:
	// 1. lbfgs, learning rate 1
	// 2. mine, learning rate 1
	// 3. sgd, learning rate 0.003
}

// An optimizer that needs the loss itself: the extragradient method evaluates
// two gradients a step, and so makes half as many steps.
func ExampleFromOptimizer() {
	extragradient := compare.FromOptimizer("extragradient", "Korpelevich 1976", 0.1,
		func(_ float64, lr optim.Schedule) extragradient { return extragradient{lr} })
	result, err := compare.Do(context.Background(), compare.Comparison{
		Task:        compare.Quadratic(),
		Methods:     []compare.Method{extragradient, compare.MustMethod("sgd")},
		Evaluations: 100,
		Set:         map[string]string{"dim": "10"},
		Seeds:       []uint64{0},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range result.Standings {
		fmt.Printf("%s: %d steps, %d evaluations\n", s.Method, s.Runs[0].Steps, s.Runs[0].Evaluations)
	}

	// Output:
	// sgd: 100 steps, 100 evaluations
	// extragradient: 50 steps, 100 evaluations
}

// extragradient steps along the gradient at the end of a trial step.
type extragradient struct {
	Rate optim.Schedule
}

func (o extragradient) Init(compare.Params) optim.State { return fx.Scalar(int32(0)) }

func (o extragradient) Step(loss optim.Loss[compare.Params], p compare.Params, s optim.State) (compare.Params, optim.State, optim.Info) {
	step := s.(*fx.Array)
	value, g := fx.ValueAndGrad(loss)(p)
	move := func(p, g *fx.Array) *fx.Array { return p.Sub(g.Mul(o.Rate(step).AsType(g.DType()))) }
	trial := fx.Map2(move, p, g)
	return fx.Map2(move, p, fx.Grad(loss)(trial)), step.AddScalar(1), optim.Info{Loss: value}
}
