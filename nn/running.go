package nn

import (
	"slices"
	"strings"

	"github.com/fluxion-go/fluxion/fx"
)

// WithRunning is the model with the running statistics of another model of the
// same structure: all arrays whose path ends in Running.Mean or Running.Var, as
// those of every [BatchNorm] do.
func WithRunning[M any](model, from M) M {
	paths := fx.Paths(model)
	if !slices.Equal(paths, fx.Paths(from)) {
		fail("WithRunning", "the models differ in structure")
	}
	i := -1
	return fx.Map2(func(a, b *fx.Array) *fx.Array {
		i++
		if !isRunning(paths[i]) {
			return a
		}
		if describe(a) != describe(b) {
			fail("WithRunning", "%s is %s in one model and %s in the other", paths[i], describe(a), describe(b))
		}
		return b
	}, model, from)
}

// Learned chooses the leaves of a model that are learned, all but the running
// statistics that WithRunning speaks of: a mask for optimizers that look at all
// parameters together.
func Learned(path string, _ *fx.Array) bool { return !isRunning(path) }

func isRunning(path string) bool {
	owner, statistic, ok := cutLast(path, ".")
	return ok && (statistic == "Mean" || statistic == "Var") && (owner == "Running" || strings.HasSuffix(owner, ".Running"))
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
