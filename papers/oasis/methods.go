package oasis

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
)

// The names of the methods.
const (
	nameOASIS      = "OASIS"
	nameAdGD       = "AdGD"
	nameAdam       = "Adam"
	nameAdaHessian = "AdaHessian"
	nameDescent    = "line search"
	nameSGD        = "momentum"
	// Variants on minibatches: beta2 0.99; D_0 of one probe a minibatch, as in the
	// paper; and gradients of two minibatches subtracted.
	nameShort = "OASIS, β₂ 0.99"
	nameFew   = "OASIS, 15 probes"
	nameOther = "OASIS, two batches"
)

// setting is what the experiment varies of OASIS.
type setting struct {
	beta2, alpha float64
	fullBatch    bool
	// exact, if not nil, is the diagonal in place of Hutchinson's estimate.
	exact func(optim.Loss[*fx.Array], *fx.Array) *fx.Array
}

// usual is the setting of OASIS where nothing is tuned.
var usual = setting{beta2: 0.99, alpha: 1e-5, fullBatch: true}

// lineup holds the method that the experiment is about. A test puts broken ones
// in its place and sees that the claims notice.
type lineup struct {
	oasis func(setting, *fx.Array) optim.Optimizer[*fx.Array]
}

// published is the method as the library has it.
var published = lineup{oasis}

func oasis(s setting, key *fx.Array) optim.Optimizer[*fx.Array] { return newOASIS(s, key) }

func newOASIS(s setting, key *fx.Array) optim.OASIS[*fx.Array] {
	o := optim.NewOASIS[*fx.Array](key)
	o.Beta2, o.Alpha, o.FullBatch, o.Diagonal = s.beta2, s.alpha, s.fullBatch, s.exact
	return o
}

// The grids. OASIS has no learning rate; the baselines that have one get the
// best of theirs, seed by seed.
var (
	beta2s          = []float64{0.95, 0.99, 0.999}
	alphas          = []float64{1e-5, 1e-3, 1e-1}
	adamRates       = []float64{0.001, 0.003, 0.01, 0.03, 0.1, 0.3}
	adaHessianRates = []float64{0.01, 0.03, 0.1, 0.3}
)

// arm is a method with its settings.
type arm struct {
	method string
	rate   float64 // of Adam and AdaHessian
	setting
}

// program names what is compiled: rates are arguments.
func (a arm) program() string {
	if a.method == nameOASIS {
		return fmt.Sprintf("%s, beta2 %v, alpha %v", a.method, a.beta2, a.alpha)
	}
	return a.method
}

// labels are those of an arm's records.
func (a arm) labels() []any {
	switch a.method {
	case nameOASIS:
		return []any{"method", a.method, "beta2", a.beta2, "alpha", a.alpha}
	case nameAdam, nameAdaHessian:
		return []any{"method", a.method, "rate", a.rate}
	}
	return []any{"method", a.method}
}

// optimizer is the arm's method on a loss that does not change.
func (l lineup) optimizer(a arm, rate, key *fx.Array) optim.Optimizer[*fx.Array] {
	lr := func(*fx.Array) *fx.Array { return rate }
	switch a.method {
	case nameOASIS:
		return l.oasis(a.setting, key)
	case nameAdGD:
		o := optim.NewAdGD[*fx.Array]()
		o.FullBatch = true
		return o
	case nameAdam:
		return optim.FromRule[*fx.Array](optim.NewAdam(lr))
	case nameAdaHessian:
		o := optim.NewAdaHessian[*fx.Array](lr, key)
		o.Epsilon = 1e-8 // as Adam's: curvatures of 1e-5 must not drown in it
		return o
	case nameDescent:
		return optim.NewGradientMethod[*fx.Array]()
	}
	panic("oasis: no method " + a.method)
}

// The cost of an iteration in gradients: a product with the Hessian counts 2, an
// evaluation of the loss alone 1/2.
const (
	productCost = 2.0
	valueCost   = 0.5
)

// cost is what the iterations have cost after each, of a method with so many
// evaluations of the loss in each (of a line search, else nil).
func (a arm) cost(evaluations []float64, n int) []float64 {
	each, total := 1.0, 0.0
	switch a.method {
	case nameOASIS:
		each, total = 1+productCost, 100*productCost
	case nameAdaHessian:
		each = 1 + productCost
	}
	out := make([]float64, n)
	for k := range out {
		out[k] = total
		total += each
		if evaluations != nil { // of these, two are gradients, one of them known from the last step
			total += valueCost * (evaluations[k] - 2)
		}
	}
	return out
}
