package optim

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// EstimateDelta is how smooth the difference of an objective and its proxy is at p:
// the largest eigenvalue, in size, of the difference of their Hessians, a scalar,
// by power iteration (settings' zero value is linalg's default). It is the delta that
// [ProxyProx] depends on, at p; elsewhere it may be larger.
func EstimateDelta[P any](objective, proxy Loss[P], p P, key *fx.Array, settings linalg.Power) (delta *fx.Array, report linalg.Report) {
	difference := func(p P) *fx.Array { return objective(p).Sub(proxy(p)) }
	_, product := fx.Linearize(fx.Grad(difference), p)
	value, _, report := linalg.PowerIteration(product, p, key, settings)
	return value.Abs(), report
}
