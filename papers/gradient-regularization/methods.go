package gradientregularization

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
)

// The names of the methods.
const (
	namePlain    = "plain"
	nameDouble   = "DB"
	nameForward  = "F-GR"
	nameBackward = "B-GR"
)

// setting is what the experiment varies.
type setting struct {
	method     string
	gamma, eps float64
}

// labels are those of a setting's records.
func (s setting) labels() []any {
	switch s.method {
	case namePlain:
		return []any{"method", s.method}
	case nameDouble:
		return []any{"method", s.method, "gamma", s.gamma}
	}
	return []any{"method", s.method, "gamma", s.gamma, "eps", s.eps}
}

// kind is how the derivative of the gradient is found.
func (s setting) kind() optim.Differencing {
	switch s.method {
	case nameForward:
		return optim.ForwardDifference
	case nameBackward:
		return optim.BackwardDifference
	}
	return optim.DoubleBackpropagation
}

// lineup holds the method that the experiment is about, on diagonal linear
// networks. A test puts broken ones in its place and sees that the claims notice.
type lineup struct {
	regularized func(kind optim.Differencing, rate, gamma, eps optim.Schedule) optim.Optimizer[nn.DiagonalLinear]
}

// published is the method as the library has it.
var published = lineup{func(kind optim.Differencing, rate, gamma, eps optim.Schedule) optim.Optimizer[nn.DiagonalLinear] {
	return regularized[nn.DiagonalLinear](optim.NewSGD(rate), kind, gamma, eps)
}}

func regularized[P any](base optim.Rule, kind optim.Differencing, gamma, eps optim.Schedule) optim.Optimizer[P] {
	return optim.GradientRegularization[P]{Base: base, Kind: kind, Gamma: gamma, Eps: eps}
}

// always is a schedule of an array.
func always(v *fx.Array) optim.Schedule { return func(*fx.Array) *fx.Array { return v } }
