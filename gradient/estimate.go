package gradient

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
)

// Estimate is what is known of a function at a point.
type Estimate[P any] struct {
	// Value is the function's value, a scalar.
	Value *fx.Array
	// Grad is the estimate of the gradient, a tree like the point. As in fx.Grad,
	// it is zero for leaves that are not floats.
	Grad P
	// Slopes are the slopes along the directions, [K]: what Grad is made of.
	Slopes *fx.Array
}

// Estimator estimates the gradient of f at p by random numbers from key, a new
// one for each estimate. f is deterministic and returns a float scalar. The
// first call of f is at p and outside loops (see optim.WithAux).
type Estimator[P any] interface {
	Estimate(key *fx.Array, f func(P) *fx.Array, p P) Estimate[P]
}

// mustBeValid checks the settings.
func mustBeValid(op string, settings any) {
	if err := optim.Validate(settings); err != nil {
		fail(op, "%v", err)
	}
}

// prepared checks what an estimator is given, and returns the directions' seeds.
func prepared[P any](op string, d Directions, key *fx.Array, p P) seed {
	leaves, _ := optim.Floats(p)
	if len(leaves) == 0 {
		fail(op, "the parameters have no float leaves")
	}
	return d.seeds(op, key, leaves)
}

// looks is a way to look along one direction v, given as a seed: it returns the
// slope and v.
type look[P any] func(s seed) (slope *fx.Array, v P)

// inTurn looks along one direction after the other, in a loop that keeps nothing
// but the sum. The first one is looked along outside of it. p is handed
// through the loop so that what depends on p alone is not taken out of it, where
// it would all be in memory at once.
func inTurn[P any](s seed, p P, first look[P], next func(p P) look[P]) (slopes *fx.Array, grad P) {
	c, v := first(s.first())
	grad, slopes = scaled(c, v), c.Reshape(1)
	rest := s.rest()
	n := fx.Leaves(rest)[0].Dim(0)
	if n == 0 {
		return slopes, grad
	}
	type carry struct{ At, Sum P }
	end, more := fx.Scan(func(now carry, s seed) (carry, *fx.Array) {
		c, v := next(now.At)(s)
		return carry{now.At, fx.Map2((*fx.Array).Add, now.Sum, scaled(c, v))}, c
	}, carry{p, grad}, rest)
	return fx.Concatenate(0, slopes, more), mean(end.Sum, n+1)
}

// atOnce looks along all directions in one batch.
func atOnce[P any](s seed, p P, l look[P]) (slopes *fx.Array, grad P) {
	type seen struct {
		Slope *fx.Array
		V     P
	}
	all := fx.Vmap(func(s seed) seen {
		c, v := l(s)
		return seen{c, v}
	})(s)
	k := all.Slope.Size()
	sum := fx.Map2(func(v, a *fx.Array) *fx.Array {
		if !a.DType().IsFloat() {
			return fx.ZerosLike(a)
		}
		return all.Slope.AsType(a.DType()).MatMul(v.Reshape(k, a.Size())).Reshape(a.Shape()...)
	}, all.V, p)
	return all.Slope, mean(sum, k)
}

// scaled is c v.
func scaled[P any](c *fx.Array, v P) P {
	return fx.Map(func(a *fx.Array) *fx.Array {
		if !a.DType().IsFloat() {
			return a
		}
		return a.Mul(c.AsType(a.DType()))
	}, v)
}

// mean is a sum of n trees as their mean.
func mean[P any](sum P, n int) P {
	return fx.Map(func(a *fx.Array) *fx.Array {
		if !a.DType().IsFloat() {
			return a
		}
		return a.DivScalar(float64(n))
	}, sum)
}
