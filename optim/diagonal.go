package optim

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// curved is a loss and its gradient at p, and products with its Hessian there,
// which do not run the loss again.
func curved[P any](loss Loss[P], p P) (value *fx.Array, grad P, hessian func(P) P) {
	type both struct {
		Loss     *fx.Array
		Gradient P
	}
	at, along := fx.Linearize(func(p P) both {
		value, grad := fx.ValueAndGrad(loss)(p)
		return both{value, grad}
	}, p)
	return at.Loss, at.Gradient, func(v P) P { return along(v).Gradient }
}

// sampledDiagonal is the mean of Hutchinson's samples z * Hz, as float leaves.
func sampledDiagonal[P any](hessian func(P) P, like P, key *fx.Array, samples int) []*fx.Array {
	mean, _ := linalg.Diagonal(hessian, like, key, samples)
	leaves, _ := Floats(mean)
	return leaves
}

// finite says whether all elements are: 0 times what is finite is 0, else NaN,
// and a sum is cheaper than IsFinite of all.
func finite(leaves []*fx.Array) *fx.Array {
	good := fx.Scalar(true)
	for _, a := range leaves {
		good = good.And(a.MulScalar(0).Sum().Equal(fx.Const(0)))
	}
	return good
}

// withFloats is a tree with other float leaves.
func withFloats[P any](p P, leaves []*fx.Array) P {
	i := -1
	return fx.Map(func(a *fx.Array) *fx.Array {
		if !isFloat(a) {
			return a
		}
		i++
		return leaves[i]
	}, p)
}
