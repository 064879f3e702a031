package compare_test

import (
	"context"
	"fmt"

	"github.com/fluxion-go/fluxion/compare"
	"github.com/fluxion-go/fluxion/fx"
)

// decay is a model a exp(-b t).
type decay struct{ A, B *fx.Array }

// A task of one's own: a curve through measured points. Its loss is convex in what the
// model gives, so that methods of the Gauss-Newton matrix can fit it.
func ExampleDefineModel() {
	times := fx.Linspace(fx.Float64, 0, 3, 12)
	at := func(m decay, t *fx.Array) *fx.Array { return m.B.Mul(t).Neg().Exp().Mul(m.A) }
	measured := at(decay{fx.Scalar(2.0), fx.Scalar(1.5)}, times)
	squared := func(y, _ *fx.Array) *fx.Array { return y.Sub(measured).Square().Mean() }
	task := compare.Task{
		Name: "decay", Summary: "a curve through points", Evaluations: 40, Metrics: []compare.Metric{{Name: "loss"}},
		Open: func(compare.Setup) (compare.Problem, error) {
			return compare.DefineModel(
				func(*fx.Array) decay { return decay{fx.Scalar(1.0), fx.Scalar(1.0)} },
				compare.Constant(times), at, squared,
				func(m decay) []*fx.Array { return []*fx.Array{squared(at(m, times), nil)} }), nil
		},
	}
	result, err := compare.Do(context.Background(), compare.Comparison{
		Task: task, Methods: []compare.Method{compare.MustMethod("sgd"), compare.MustMethod("ngd:damping=0.001")}, Seeds: []uint64{0},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range result.Standings {
		fmt.Printf("%d. %s\n", s.Rank, s.Method)
	}

	// Output:
	// 1. ngd:damping=0.001
	// 2. sgd
}
