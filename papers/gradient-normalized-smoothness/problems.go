package gradientnormalizedsmoothness

import (
	"errors"
	"fmt"
	"slices"

	"github.com/fluxion-go/fluxion/curvature"
	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// problem is a family of functions to minimise, one for each seed.
type problem struct {
	name string // of the family, with its parameters
	part int    // of the seed's random numbers
	// draw makes the function of a key. Without a key in it, all seeds have the
	// same function, which is then minimised once.
	draw   func(key *fx.Array) (instance, error)
	seeded bool
	loss   func(i instance, x *fx.Array) *fx.Array
	// approximate is the curvature that takes no second derivatives of the
	// problem's inner functions.
	approximate func(i instance, x *fx.Array) func(*fx.Array) *fx.Array
	// factors are those of approximate, [rank, d]; nil if it has full rank.
	factors func(i instance, x *fx.Array) *fx.Array
	// goal is the residual that counts as solved.
	goal float64
	// newton and gradient are the most iterations of either kind of method.
	newton, gradient int
	// whole says not to end where the residual is far below the goal.
	whole bool
}

// instance is one function: a matrix [m, d] and a vector [m] (nil where there are
// none), the start [d], the metric and the least value.
type instance struct {
	A, B, Start *fx.Array
	Metric      optim.Metric
	Lowest      *fx.Array
}

// The names of problems that claims speak of.
const (
	nameSoftmax    = "LogSumExp"
	nameQuartic    = "norm^4"
	nameRosenbrock = "Rosenbrock"
	nameChebyshev  = "Chebyshev"
	nameLogistic   = "logistic"
)

// ridge makes a metric A'A positive definite.
const ridge = 1e-8

// The families draw from keys of their own, whatever else is minimised.
const (
	partSoftmax = iota + 1
	partNorm
	partChebyshev
	partLogistic
)

func gram(a *fx.Array) (optim.Metric, error) {
	return optim.NewMetric(a.T().MatMul(a).Add(fx.Eye(fx.Float64, a.Dim(1)).MulScalar(ridge)))
}

func uniform(key *fx.Array, lo, hi float64, shape ...int) *fx.Array {
	return random.Uniform(key, fx.Float64, lo, hi, shape...)
}

// logSumExp is f = mu log sum_i exp((<a_i, x> - b_i)/mu) in d dimensions with d
// terms, drawn uniformly from [-1, 1] and shifted so that the gradient at 0 is 0.
// Its weighted Gauss-Newton matrix is A' diag(softmax) A / mu.
func logSumExp(d int, mu float64) problem {
	outputs := func(i instance, x *fx.Array) *fx.Array { return i.A.MatMul(x).Sub(i.B).DivScalar(mu) }
	loss := func(i instance, x *fx.Array) *fx.Array { return outputs(i, x).LogSumExp().MulScalar(mu) }
	p := problem{name: nameSoftmax, part: partSoftmax, loss: loss, seeded: true, goal: 1e-8, newton: 100, gradient: 1000}
	if mu != 1 {
		p.name = fmt.Sprintf("%s, mu %v", nameSoftmax, mu)
	}
	p.draw = func(key *fx.Array) (instance, error) {
		keys := random.Split(key, 2)
		i := instance{A: uniform(keys[0], -1, 1, d, d), B: uniform(keys[1], -1, 1, d), Start: fx.Ones(fx.Float64, d)}
		i.A = i.A.Sub(i.B.Neg().DivScalar(mu).Softmax(0).MatMul(i.A))
		i.Lowest = loss(i, fx.Zeros(fx.Float64, d))
		var err error
		i.Metric, err = gram(i.A)
		return i, err
	}
	p.approximate = func(i instance, x *fx.Array) func(*fx.Array) *fx.Array {
		weights := outputs(i, x).Softmax(0).DivScalar(mu)
		return func(v *fx.Array) *fx.Array { return weights.Mul(i.A.MatMul(v)).MatMul(i.A) }
	}
	return p
}

// power is |u|^q / q, with derivatives at u = 0 for q >= 4.
func power(u *fx.Array, q float64) *fx.Array {
	return u.Square().Sum().PowScalar(q / 2).DivScalar(q)
}

// norm is f = |Ax - b|^q / q for a wide matrix [m, 2m], uniform in [-1, 1], from
// x = 0, with the least value 0. Its Fisher term (q-2) |u|^(q-4) (A'u)(A'u)' has
// rank one.
func norm(m int, q float64) problem {
	residual := func(i instance, x *fx.Array) *fx.Array { return i.A.MatMul(x).Sub(i.B) }
	p := problem{name: fmt.Sprintf("norm^%v", q), part: partNorm, seeded: true, goal: 1e-6, newton: 100, gradient: 1000}
	p.loss = func(i instance, x *fx.Array) *fx.Array { return power(residual(i, x), q) }
	p.draw = func(key *fx.Array) (instance, error) {
		keys := random.Split(key, 2)
		i := instance{A: uniform(keys[0], -1, 1, m, 2*m), B: uniform(keys[1], -1, 1, m), Start: fx.Zeros(fx.Float64, 2*m), Lowest: fx.Scalar(0.0)}
		var err error
		i.Metric, err = gram(i.A)
		return i, err
	}
	p.factors = func(i instance, x *fx.Array) *fx.Array {
		u := residual(i, x)
		s := u.Square().Sum()
		// At u = 0 the term is 0; for q < 4 its formula has 0/0 there.
		weight := fx.Where(s.Equal(fx.Const(0)), fx.Scalar(0.0), s.PowScalar((q-4)/4).MulScalar(sqrt(q-2)))
		return u.MatMul(i.A).Mul(weight).ExpandDims(0)
	}
	p.approximate = func(i instance, x *fx.Array) func(*fx.Array) *fx.Array {
		v := p.factors(i, x).Index(0)
		return func(h *fx.Array) *fx.Array { return v.Mul(v.Dot(h)) }
	}
	return p
}

func sqrt(v float64) float64 { return fx.Scalar(v).Sqrt().Item() }

// equations is f = |u(x)|^q / q for nonlinear equations u = 0, with the generalised
// Gauss-Newton matrix, which lacks the second derivatives of u.
func equations(name string, q float64, u func(x *fx.Array) *fx.Array, draw func(key *fx.Array) *fx.Array) problem {
	outer := func(u *fx.Array) *fx.Array { return power(u, q) }
	return problem{name: name, goal: 1e-6, newton: 100,
		draw: func(key *fx.Array) (instance, error) {
			return instance{Start: draw(key), Lowest: fx.Scalar(0.0)}, nil
		},
		loss: func(_ instance, x *fx.Array) *fx.Array { return outer(u(x)) },
		approximate: func(_ instance, x *fx.Array) func(*fx.Array) *fx.Array {
			return curvature.GaussNewton(u, outer, x)
		}}
}

// rosenbrock has u = (1 - x1, 10 (x2 - x1^2)), from (-2, 2).
func rosenbrock() problem {
	p := equations(nameRosenbrock, 5, func(x *fx.Array) *fx.Array {
		a, b := x.Index(0), x.Index(1)
		return fx.Stack(0, fx.Const(1).Sub(a), b.Sub(a.Square()).MulScalar(10))
	}, func(*fx.Array) *fx.Array { return fx.New([]float64{-2, 2}) })
	p.gradient = 10_000
	return p
}

// chebyshev has u_1 = (1 - x_1)/2, u_i = x_i - (2 x_{i-1}^2 - 1), from a uniform
// start in [0, 1]^d.
func chebyshev(d int) problem {
	p := equations(nameChebyshev, 4, func(x *fx.Array) *fx.Array {
		before := x.SliceAxis(0, 0, d-1)
		chain := x.SliceAxis(0, 1, d).Sub(before.Square().MulScalar(2).SubScalar(1))
		return fx.Concatenate(0, fx.Const(1).Sub(x.SliceAxis(0, 0, 1)).MulScalar(0.5), chain)
	}, func(key *fx.Array) *fx.Array { return uniform(key, 0, 1, d) })
	p.seeded, p.part, p.gradient = true, partChebyshev, 1000
	return p
}

// margin is the least distance of an example from the separator.
const margin = 0.3

// logistic is the mean logistic loss of n separable examples: normal rows of d
// features, of which those nearer to a random unit separator than the margin are
// left out, from 0. Its least value, 0, is at infinity. Its curvature is the
// empirical Fisher matrix, the mean of g_i g_i'.
func logistic(n, d int) problem {
	p := logisticOf(func(key *fx.Array) (instance, error) {
		keys := random.Split(key, 2)
		w := random.Normal(keys[0], fx.Float64, d)
		x := random.Normal(keys[1], fx.Float64, 2*n, d)
		return separated(x, x.MatMul(w.Div(w.Norm())), n)
	})
	p.seeded, p.part = true, partLogistic
	return p
}

// separated takes the first n rows whose scores are large enough, each times the
// sign of its score.
func separated(x, scores *fx.Array, n int) (instance, error) {
	var rows []int32
	for i, s := range scores.Float64s() {
		if len(rows) < n && (s >= margin || s <= -margin) {
			rows = append(rows, int32(i))
		}
	}
	if len(rows) < n {
		return instance{}, fmt.Errorf("%d of %d examples have the margin; %d are needed", len(rows), x.Dim(0), n)
	}
	chosen := fx.New(rows)
	return instance{A: x.Take(chosen, 0).Mul(scores.Take(chosen, 0).Sign().ExpandDims(1))}, nil
}

// logisticOf is the logistic loss of rows that are examples times their classes,
// -1 or 1.
func logisticOf(draw func(key *fx.Array) (instance, error)) problem {
	losses := func(i instance, x *fx.Array) *fx.Array { return i.A.MatMul(x).Neg().Softplus() }
	return problem{name: nameLogistic, goal: 1e-7, newton: 200, gradient: 3000, whole: true,
		draw: func(key *fx.Array) (instance, error) {
			i, err := draw(key)
			if err == nil {
				i.Start, i.Lowest = fx.Zeros(fx.Float64, i.A.Dim(1)), fx.Scalar(0.0)
			}
			return i, err
		},
		loss: func(i instance, x *fx.Array) *fx.Array { return losses(i, x).Mean() },
		approximate: func(i instance, x *fx.Array) func(*fx.Array) *fx.Array {
			return curvature.EmpiricalFisher(func(x *fx.Array) *fx.Array { return losses(i, x) }, x)
		}}
}

// logisticFile is the logistic loss of a file in LIBSVM's format with two classes.
func logisticFile(path string) (problem, error) {
	set, err := data.LoadLIBSVM(path, 0)
	if err != nil {
		return problem{}, err
	}
	labels, classes := set.Classes()
	if len(classes) != 2 {
		return problem{}, fmt.Errorf("%s has %d classes; the logistic loss needs two", path, len(classes))
	}
	x, err := set.Dense()
	if err != nil {
		return problem{}, err
	}
	if x.Size() == 0 {
		return problem{}, errors.New(path + " has no features")
	}
	sign := make([]float64, len(labels))
	for i, l := range labels {
		sign[i] = float64(2*l - 1)
	}
	rows := x.AsType(fx.Float64).Mul(fx.New(sign, len(sign), 1))
	p := logisticOf(func(*fx.Array) (instance, error) { return instance{A: rows}, nil })
	p.name = "logistic, file"
	return p, nil
}

// find is the problem of a name.
func find(all []problem, name string) (problem, bool) {
	i := slices.IndexFunc(all, func(p problem) bool { return p.name == name })
	if i < 0 {
		return problem{}, false
	}
	return all[i], true
}
