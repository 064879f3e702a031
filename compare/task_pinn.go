package compare

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// PINN is a physics-informed network (Raissi, Perdikaris and Karniadakis 2019):
// a perceptron with tanh is to satisfy a differential equation at points inside
// and its conditions at the border. The loss is the mean squared residual plus
// the border's mean squared error times a weight; the error is that of the
// solution, relative, in the L2 norm.
//
//	poisson  -u'' = f on (0, 1), u = sin(pi x) + sin(4 pi x) / 4
//	burgers  u_t + u u_x = nu u_xx on (-1, 1) x (0, 1), u(x, 0) = -sin(pi x), 0 at the ends
func PINN() Task {
	return Task{
		Name: "pinn", Summary: "a physics-informed network for a differential equation",
		Options: []study.Option{
			study.ChoiceOption("equation", "poisson", "the differential equation", "poisson", "burgers"),
			study.IntOption("points", 128, "points inside at which the residual is taken").Between(4, 1e5),
			study.IntOption("width", 24, "units of a hidden layer").Between(1, 4096),
			study.IntOption("depth", 2, "hidden layers").Between(1, 32),
			study.FloatOption("border", 10, "weight of the conditions at the border").Between(0, 1e9),
			study.FloatOption("viscosity", 0.01, "nu, of burgers").Between(0.002, 10),
			study.BoolOption("resample", false, "new points for every step instead of a grid of points for all"),
			study.ChoiceOption("dtype", "float64", "type of the numbers", "float64", "float32"),
		},
		Evaluations: 1000, Metrics: []Metric{{Name: "loss"}, {Name: "error"}}, Open: openPINN,
	}
}

// equation is a differential equation with its conditions and its solution.
type equation struct {
	inputs int
	// inside maps numbers in [0, 1), [n, inputs], to points inside.
	inside func(unit *fx.Array) *fx.Array
	// residual of a function at points, [n].
	residual func(u scalarField, x *fx.Array) *fx.Array
	// Border points and the values there.
	border, values *fx.Array
	// Points at which the solution is known, and the solution there.
	known, solution *fx.Array
}

// scalarField maps points [n, inputs] to numbers [n], each point by itself.
type scalarField func(x *fx.Array) *fx.Array

// along is a field's derivative along one input.
func (u scalarField) along(i int) scalarField {
	return func(x *fx.Array) *fx.Array {
		direction := fx.OneHot(fx.Full(fx.Int32, float64(i), x.Dim(0)), x.Dim(1), x.DType())
		_, slope := fx.JVP(u, x, direction)
		return slope
	}
}

func openPINN(s Setup) (Problem, error) {
	o, d := s.Options, dtypeOf(s.Options)
	e := poisson(d)
	if o.String("equation") == "burgers" {
		e = burgers(d, o.Float("viscosity"))
	}
	fx.Eval(e.border, e.values, e.known, e.solution)
	sizes := []int{e.inputs}
	for range o.Int("depth") {
		sizes = append(sizes, o.Int("width"))
	}
	sizes = append(sizes, 1)
	fieldOf := func(m nn.MLP) scalarField {
		return func(x *fx.Array) *fx.Array { return m.Apply(x).Reshape(x.Dim(0)) }
	}
	type misfit struct{ Border, Inside *fx.Array }
	model := func(m nn.MLP, inside *fx.Array) misfit {
		u := fieldOf(m)
		return misfit{u(e.border).Sub(e.values), e.residual(u, inside)}
	}
	loss := func(y misfit, _ *fx.Array) *fx.Array {
		edge := y.Border.Square().Mean()
		return y.Inside.Square().Mean().Add(edge.MulScalar(o.Float("border")))
	}
	n := o.Int("points")
	// The R2 sequence of Roberts (2018) covers the square evenly, for any number
	// of points; in one dimension the points are evenly spaced.
	grid := make([]float64, 0, n*e.inputs)
	for i := range n {
		if e.inputs == 1 {
			grid = append(grid, (float64(i)+0.5)/float64(n))
			continue
		}
		for _, step := range []float64{0.7548776662466927, 0.5698402909980532} {
			at := 0.5 + float64(float64(i+1)*step)
			grid = append(grid, at-math.Floor(at))
		}
	}
	fixed := e.inside(fx.New(grid, n, e.inputs).AsType(d))
	fx.Eval(fixed)
	batches := Constant(fixed)
	if o.Bool("resample") {
		batches = func(seed uint64) func() *fx.Array {
			key, step := random.FoldIn(random.New(seed), noiseStream), 0
			return func() *fx.Array {
				step++
				return e.inside(random.Uniform(random.FoldIn(key, step), d, 0, 1, n, e.inputs))
			}
		}
	}
	return DefineModel(
		func(key *fx.Array) nn.MLP {
			return nn.NewMLP(key, sizes, nn.Tanh, nn.LayerOptions{Kernel: nn.GlorotNormal, DType: d})
		},
		batches, model, loss,
		func(m nn.MLP) []*fx.Array {
			wrong := fieldOf(m)(e.known).Sub(e.solution).Norm()
			return []*fx.Array{loss(model(m, fixed), fixed), wrong.Div(e.solution.Norm())}
		}), nil
}

func poisson(d fx.DType) equation {
	sine := func(x *fx.Array, k float64) *fx.Array { return x.MulScalar(k * math.Pi).Sin() }
	flat := func(x *fx.Array) *fx.Array { return x.Reshape(x.Dim(0)) }
	known := fx.Linspace(d, 0, 1, 201).Reshape(201, 1)
	return equation{
		inputs: 1,
		inside: func(unit *fx.Array) *fx.Array { return unit },
		residual: func(u scalarField, x *fx.Array) *fx.Array {
			pi2 := math.Pi * math.Pi
			f := sine(flat(x), 1).MulScalar(pi2).Add(sine(flat(x), 4).MulScalar(4 * pi2))
			return u.along(0).along(0)(x).Add(f)
		},
		border: fx.New([]float64{0, 1}, 2, 1).AsType(d), values: fx.Zeros(d, 2),
		known: known, solution: sine(flat(known), 1).Add(sine(flat(known), 4).MulScalar(0.25)),
	}
}

// burgers has inputs (x, t).
func burgers(d fx.DType, nu float64) equation {
	const side = 64
	pair := func(x, t *fx.Array) *fx.Array { return fx.Stack(1, x, t) }
	place := fx.Linspace(d, -1, 1, side)
	border := fx.Concatenate(0,
		pair(place, fx.Zeros(d, side)),
		pair(fx.Full(d, -1, side), fx.Linspace(d, 0, 1, side)),
		pair(fx.Full(d, 1, side), fx.Linspace(d, 0, 1, side)))
	grid := fx.Meshgrid(fx.Linspace(fx.Float64, -1, 1, 41), fx.Linspace(fx.Float64, 0.1, 1, 10))
	x, t := grid[0].Flatten(), grid[1].Flatten()
	return equation{
		inputs: 2,
		inside: func(unit *fx.Array) *fx.Array {
			return unit.Mul(fx.New([]float64{2, 1}).AsType(d)).Add(fx.New([]float64{-1, 0}).AsType(d))
		},
		residual: func(u scalarField, at *fx.Array) *fx.Array {
			ux := u.along(0)
			return u.along(1)(at).Add(u(at).Mul(ux(at))).Sub(ux.along(0)(at).MulScalar(nu))
		},
		border: border,
		values: fx.Concatenate(0, place.MulScalar(math.Pi).Sin().Neg(), fx.Zeros(d, 2*side)),
		known:  pair(x, t).AsType(d), solution: coleHopf(x, t, nu).AsType(d),
	}
}

// coleHopf is the solution of Burgers' equation from -sin(pi x), by the
// transformation of Cole and Hopf. With y = x - z sqrt(4 nu t) it is
//
//	-int sin(pi y) f(y) exp(-z^2) dz / int f(y) exp(-z^2) dz,  f(y) = exp(-cos(pi y) / (2 pi nu))
//
// and the trapezoid rule converges faster than any power of the distance of its
// nodes. The largest exponent is taken out of both integrals.
func coleHopf(x, t *fx.Array, nu float64) *fx.Array {
	z := fx.Linspace(fx.Float64, -8, 8, 801)
	y := x.ExpandDims(1).Sub(t.MulScalar(4 * nu).Sqrt().ExpandDims(1).Mul(z)).MulScalar(math.Pi)
	exponent := y.Cos().MulScalar(-1 / (2 * math.Pi * nu)).Sub(z.Square())
	weight := exponent.Sub(exponent.Max(1).ExpandDims(1)).Exp()
	return y.Sin().Mul(weight).Sum(1).Div(weight.Sum(1)).Neg()
}
