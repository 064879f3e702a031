package swarm

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
)

// LogCooling is a σ for learning: from / log₂(epoch + 2), where an epoch has so
// many steps (Carrillo, Jin, Li and Zhu 2021, section 4.2).
func LogCooling(from float64, steps int) optim.Schedule {
	return func(step *fx.Array) *fx.Array {
		return fx.Scalar(from).Div(epoch("LogCooling", step, steps).AddScalar(2).Log2())
	}
}

// Doubling is an α for learning: from, twice as much at every epoch of so many
// steps.
func Doubling(from float64, steps int) optim.Schedule {
	return func(step *fx.Array) *fx.Array {
		return epoch("Doubling", step, steps).Exp2().MulScalar(from)
	}
}

func epoch(op string, step *fx.Array, steps int) *fx.Array {
	if steps < 1 {
		fail(op, "an epoch of %d steps; there must be at least one", steps)
	}
	return step.AsType(fx.Float64).DivScalar(float64(steps)).Floor()
}
