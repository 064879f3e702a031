package compare

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// point is the parameter of problems in R^n.
type point struct {
	X *fx.Array // [n]
}

// lossOnly is the metric of problems that have a loss and nothing else.
var lossOnly = []Metric{{Name: "loss"}}

// noise is the sequence of batches of a problem in R^n: standard normal vectors.
// The loss adds deviation times their product with the parameters, so that they
// are noise of the gradient.
func noise(d fx.DType, n int, deviation float64) func(seed uint64) func() *fx.Array {
	if deviation == 0 {
		return Constant(fx.Zeros(d, n))
	}
	return func(seed uint64) func() *fx.Array {
		key, step := random.FoldIn(random.New(seed), noiseStream), 0
		return func() *fx.Array {
			step++
			return random.Normal(random.FoldIn(key, step), d, n)
		}
	}
}

// noiseStream separates the batches' random numbers from those of Init.
const noiseStream = 0x6e6f

// Quadratic is 1/2 x'Ax, for a matrix with a chosen spectrum and random
// eigenvectors, from a normal start. Its minimum is 0.
func Quadratic() Task {
	return Task{
		Name: "quadratic", Summary: "a quadratic form with a chosen spectrum",
		Options: []study.Option{
			study.IntOption("dim", 100, "dimension").Between(1, 2000),
			study.ChoiceOption("spectrum", "log", "eigenvalues, from 1 down: evenly spaced on a logarithmic scale, a power law, or as listed", "log", "power", "list"),
			study.FloatOption("condition", 1000, "the condition number of spectrum log").Between(1, 1e15),
			study.FloatOption("exponent", 1, "of the power law").Between(0, 20),
			study.StringOption("eigenvalues", "", "the eigenvalues of spectrum list, joined by commas; not negative"),
			study.BoolOption("rotate", true, "random eigenvectors instead of the axes"),
			study.FloatOption("noise", 0, "standard deviation of the noise of each gradient element").Between(0, 1e6),
			study.ChoiceOption("dtype", "float64", "type of the numbers", "float64", "float32"),
		},
		Evaluations: 500, Metrics: lossOnly, Open: openQuadratic,
	}
}

func openQuadratic(s Setup) (Problem, error) {
	values, err := spectrumOf(s.Options)
	if err != nil {
		return Problem{}, err
	}
	d, n, deviation := dtypeOf(s.Options), len(values), s.Options.Float("noise")
	a := fx.New(values).AsType(d)
	axes := fx.Eye(d, n)
	if s.Options.Bool("rotate") {
		axes = random.Orthogonal(random.New(problemSeed), d, n, n)
	}
	fx.Eval(a, axes)
	value := func(p point) *fx.Array { return axes.MatMul(p.X).Square().Mul(a).Sum().MulScalar(0.5) }
	return DefineModel(
		func(key *fx.Array) point { return point{random.Normal(key, d, n)} },
		noise(d, n, deviation),
		func(p point, _ *fx.Array) point { return p }, // it is convex in p
		func(p point, xi *fx.Array) *fx.Array {
			if deviation == 0 {
				return value(p)
			}
			return value(p).Add(xi.Mul(p.X).Sum().MulScalar(deviation))
		},
		func(p point) []*fx.Array { return []*fx.Array{value(p)} }), nil
}

// problemSeed draws what belongs to a problem and not to a seed of it.
const problemSeed = 20

func dtypeOf(s study.Settings) fx.DType {
	if s.String("dtype") == "float32" {
		return fx.Float32
	}
	return fx.Float64
}

func spectrumOf(s study.Settings) ([]float64, error) {
	list := s.String("eigenvalues")
	if list != "" && s.String("spectrum") != "list" {
		return nil, fmt.Errorf("option eigenvalues is for spectrum=list")
	}
	switch s.String("spectrum") {
	case "log":
		return data.LogSpaced(s.Int("dim"), s.Float("condition")), nil
	case "power":
		return data.PowerLaw(s.Int("dim"), s.Float("exponent")), nil
	}
	if list == "" {
		return nil, fmt.Errorf("spectrum=list needs option eigenvalues, such as eigenvalues=1,10,100")
	}
	var values []float64
	for _, text := range strings.Split(list, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || !(v >= 0) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("option eigenvalues: %q is not a finite number, zero or more", text)
		}
		values = append(values, v)
	}
	return values, nil
}
