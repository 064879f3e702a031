package compare

import (
	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Rosenbrock is the curved valley of Rosenbrock (1960), sum over i of
// 100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2, from near the usual start (-1.2, 1, -1.2,
// 1, ...): each seed moves it by normal numbers of deviation 0.1. The minimum is
// 0, at (1, ..., 1).
func Rosenbrock() Task {
	return Task{
		Name: "rosenbrock", Summary: "Rosenbrock's curved valley",
		Options: []study.Option{
			study.IntOption("dim", 2, "dimension").Between(2, 10000),
			study.FloatOption("noise", 0, "standard deviation of the noise of each gradient element").Between(0, 1e6),
			study.ChoiceOption("dtype", "float64", "type of the numbers", "float64", "float32"),
		},
		Evaluations: 1000, Metrics: []Metric{{Name: "loss"}, {Name: "distance"}}, Open: openRosenbrock,
	}
}

func openRosenbrock(s Setup) (Problem, error) {
	d, n, deviation := dtypeOf(s.Options), s.Options.Int("dim"), s.Options.Float("noise")
	start := make([]float64, n)
	for i := range start {
		start[i] = [2]float64{-1.2, 1}[i%2]
	}
	value := func(p point) *fx.Array { return data.Rosenbrock(p.X) }
	problem := Define(
		func(key *fx.Array) point {
			return point{fx.New(start).AsType(d).Add(random.Normal(key, d, n).MulScalar(0.1))}
		},
		noise(d, n, deviation),
		func(p point, xi *fx.Array) *fx.Array {
			if deviation == 0 {
				return value(p)
			}
			return value(p).Add(xi.Mul(p.X).Sum().MulScalar(deviation))
		},
		func(p point) []*fx.Array { return []*fx.Array{value(p), p.X.SubScalar(1).Norm()} })
	problem.GaussNewton = gaussNewton(func(p point, _ *fx.Array) *fx.Array { return residuals(p.X) },
		func(r, _ *fx.Array) *fx.Array { return r.Square().Sum() })
	return problem, nil
}

// residuals are those whose squares Rosenbrock's function is the sum of. The noise is
// linear and has no curvature.
func residuals(x *fx.Array) *fx.Array {
	last := x.Dim(0) - 1
	from, to := x.SliceAxis(0, 0, last), x.SliceAxis(0, 1, last+1)
	return fx.Concatenate(0, to.Sub(from.Square()).MulScalar(10), from.SubScalar(1))
}
