package swarm

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// Objective takes a point, a float array [d], to a float scalar. It is called
// inside fx.Vmap. Its value is to be made small; its derivative is not used,
// unless a method says so.
type Objective = func(x *fx.Array) *fx.Array

// Cloud draws n particles from the normal distribution around a centre [d] with
// the given standard deviation: [n, d], of the centre's type. It is a mistake if
// n is below 2 or the deviation is negative.
func Cloud(key, centre *fx.Array, deviation float64, n int) *fx.Array {
	checkKey("Cloud", key)
	checkPoint("Cloud", centre)
	if n < 2 {
		fail("Cloud", "%d particles; there must be at least two", n)
	}
	if !(deviation >= 0) {
		fail("Cloud", "a deviation of %v; it must not be negative", deviation)
	}
	return random.Normal(key, centre.DType(), n, centre.Dim(0)).MulScalar(deviation).Add(centre)
}

// ConsensusPoint is the mean of particles x [N, d] with weights exp(-α E) for
// their values e [N]: the softmin of the values, a point [d]. Subtracting the
// least value first keeps the weights from vanishing: α = 1e15 gives the best
// particle. α is a positive float scalar. A particle whose value is not finite
// has weight 0; if that is so of all, the result is NaN.
func ConsensusPoint(x, e, alpha *fx.Array) *fx.Array {
	checkParticles("ConsensusPoint", x)
	if e == nil || e.NDim() != 1 || e.Dim(0) != x.Dim(0) || e.DType() != x.DType() {
		fail("ConsensusPoint", "the values are %s; for these particles they must be %v[%d]", aval(e), x.DType(), x.Dim(0))
	}
	if alpha == nil || alpha.NDim() != 0 || !alpha.DType().IsFloat() {
		fail("ConsensusPoint", "alpha is %s; it must be a float scalar", aval(alpha))
	}
	good := e.IsFinite()
	zero := fx.ZerosLike(e)
	least := fx.Where(good, e, fx.FullLike(e, inf)).Min()
	above := fx.Where(good, e.Sub(least), zero)
	w := fx.Where(good, above.Mul(alpha.AsType(x.DType())).Neg().Exp(), zero)
	// A particle that is itself not finite must not come in as 0 times that.
	safe := fx.Where(good.ExpandDims(1), x, fx.ZerosLike(x))
	return w.MatMul(safe).Div(w.Sum())
}

// values are the objective's at all particles, in the particles' type.
func values(e Objective, x *fx.Array) *fx.Array { return fx.Vmap(e)(x).AsType(x.DType()) }

// scalarAt is a schedule's value at a step, in the type d.
func scalarAt(s optim.Schedule, step *fx.Array, d fx.DType) *fx.Array { return s(step).AsType(d) }

// spread is the mean squared distance of the good particles from their mean.
func spread(x, good *fx.Array) *fx.Array {
	w := good.AsType(x.DType())
	n := w.Sum()
	safe := fx.Where(good.ExpandDims(1), x, fx.ZerosLike(x))
	mean := w.MatMul(safe).Div(n)
	off := fx.Where(good.ExpandDims(1), safe.Sub(mean), fx.ZerosLike(x))
	return off.Square().Sum().Div(n)
}
