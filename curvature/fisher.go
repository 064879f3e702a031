package curvature

import "github.com/fluxion-go/fluxion/fx"

// EmpiricalFisher is the operator of the mean of g_i g_i' over examples, where
// g_i is the gradient at p of the i-th of the losses [N]. It takes no
// example's gradient by itself: a product is one pass forward and one back.
// It uses the labels of the data, and is not the Fisher information, from which
// it may be far (Kunstner, Balles and Hennig 2019): see Fisher.
func EmpiricalFisher[P any](losses func(P) *fx.Array, p P) func(P) P {
	l, jv, jt := jacobian(losses, p)
	n := checkExamples("EmpiricalFisher", "the function", l)
	return func(v P) P { return jt(jv(v).DivScalar(float64(n))) }
}

// GradientMoment is the operator of the mean of g_i g_i' of given gradients: a
// tree like the parameters whose arrays have a further leading axis for the
// examples (as fx.Vmap(fx.Grad(loss)) makes them).
func GradientMoment[P any](gradients P) func(P) P {
	leaves := fx.Leaves(gradients)
	n := -1
	for _, g := range leaves {
		if g.DType().IsFloat() && (g.NDim() == 0 || (n >= 0 && g.Dim(0) != n)) {
			fail("GradientMoment", "the gradients have shape %v where %d examples are expected along the leading axis", g.Shape(), n)
		} else if g.DType().IsFloat() {
			n = g.Dim(0)
		}
	}
	if n < 1 {
		fail("GradientMoment", "there are no gradients")
	}
	return func(v P) P {
		var c *fx.Array // <g_i, v> for each example
		vs := fx.Leaves(v)
		if len(vs) != len(leaves) {
			fail("GradientMoment", "the vector has %d arrays and the gradients %d", len(vs), len(leaves))
		}
		for i, g := range leaves {
			if !g.DType().IsFloat() {
				continue
			}
			if part := g.Reshape(n, -1).MatMul(vs[i].Flatten()); c == nil {
				c = part
			} else {
				c = c.Add(part)
			}
		}
		c = c.DivScalar(float64(n))
		i := -1
		return fx.Map(func(a *fx.Array) *fx.Array {
			i++
			if !a.DType().IsFloat() {
				return a
			}
			return c.MatMul(leaves[i].Reshape(n, -1)).Reshape(a.Shape()...)
		}, v)
	}
}

// Fisher is the operator of a Monte Carlo estimate of the Fisher information at
// p: the mean of the outer products of the scores d log p(label | output)/dp,
// over examples and over labels drawn from the model itself. sample draws
// labels for all examples from the outputs; logp [N] is their log-probabilities,
// each a function of its own example's output. The outputs are an array with
// the examples along its leading axis, [N, ...]. A product costs the same for
// any number of draws.
//
// Where GaussNewton gives the information exactly (see there), use that.
func Fisher[P, L any](model func(P) *fx.Array, sample func(key, outputs *fx.Array) L, logp func(outputs *fx.Array, labels L) *fx.Array, p P, key *fx.Array, draws int) func(P) P {
	if draws < 1 {
		fail("Fisher", "%d draws; there must be at least one", draws)
	}
	y, jv, jt := jacobian(model, p)
	if y.NDim() == 0 {
		fail("Fisher", "the model returns a scalar; the outputs must have the examples along their leading axis")
	}
	n := y.Dim(0)
	s := drawnScores("Fisher", sample, logp, y, key, draws).Reshape(draws, n, -1)
	return func(v P) P {
		d := jv(v).Reshape(n, -1)
		along := s.Mul(d).SumKeep(2)
		ct := s.Mul(along).Sum(0).DivScalar(float64(n * draws))
		return jt(ct.Reshape(y.Shape()...))
	}
}
