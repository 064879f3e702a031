package rnngradientclipping

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
)

// The names of the arms.
const (
	nameSGD = "SGD"
	nameC   = "SGD-C"
	nameCR  = "SGD-CR"
)

// threshold is the paper's c.
const threshold = 1.0

// lineup holds the methods that are compared. A test puts broken ones in their
// place and sees that the claims notice.
type lineup struct {
	clip  func() optim.Rule
	omega func(u, delta, slope *fx.Array) (omega, gradient *fx.Array)
	// signals measures error signals, for the theory.
	signals func(c nn.RNNCell, x, start *fx.Array, loss func(h *fx.Array) *fx.Array) (value, h, delta *fx.Array)
}

// published are the methods as the library has them.
var published = lineup{
	clip:    func() optim.Rule { return optim.ClipByGlobalNorm(threshold) },
	omega:   nn.NewVanishingRegularizer().Omega,
	signals: nn.ErrorSignals,
}

// arms are SGD, SGD with clipping, and SGD with clipping and the regulariser.
// Clipping comes with the guard of the authors' code, which shrinks the recurrent
// matrix by 2% where a gradient is not to be trusted.
func (l lineup) arms() []arm {
	plain := func(rate optim.Schedule) optim.Rule { return optim.NewSGD(rate) }
	clipped := func(rate optim.Schedule) optim.Rule {
		guard := optim.ShrinkNonFinite(1e10, 0.02, func(path string, _ *fx.Array) bool { return path == recurrent })
		return optim.Chain(guard, l.clip(), optim.NewSGD(rate))
	}
	return []arm{{nameSGD, plain, nil}, {nameC, clipped, nil}, {nameCR, clipped, l.omega}}
}

func (l lineup) arm(name string) arm {
	for _, a := range l.arms() {
		if a.name == name {
			return a
		}
	}
	panic("no arm " + name)
}

// radius is a matrix's spectral radius.
func radius(u *fx.Array) *fx.Array { return linalg.SpectralRadius(u) }

// largestSingular is a matrix's largest singular value.
func largestSingular(u *fx.Array) *fx.Array {
	return fx.Eigvalsh(u.MatMul(u.T())).Max().Maximum(fx.Const(0)).Sqrt()
}
