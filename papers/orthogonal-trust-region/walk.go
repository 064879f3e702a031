package orthogonaltrustregion

import (
	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// problem is f(X) = |Z|_F^2/2 + Quartic sum(Z^4)/4 with Z = A X B - C, all square
// matrices.
type problem struct {
	A, B, C *fx.Array
	Quartic float64
}

// draw makes a problem whose A and B have singular values from 1 down to
// 1/condition, with the minimum 0 at the given matrix.
func draw(key *fx.Array, n int, condition float64, minimum *fx.Array) problem {
	keys := random.Split(key, 4)
	spectrum := fx.New(data.LogSpaced(n, condition))
	factor := func(i int) *fx.Array {
		return random.Orthogonal(keys[i], fx.Float64, n, n).Mul(spectrum).MatMul(random.Orthogonal(keys[i+1], fx.Float64, n, n))
	}
	p := problem{A: factor(0), B: factor(2)}
	p.C = p.A.MatMul(minimum).MatMul(p.B)
	return p
}

func (p problem) loss(x *fx.Array) *fx.Array {
	z := p.A.MatMul(x).MatMul(p.B).Sub(p.C).Square()
	f := z.Sum().MulScalar(0.5)
	if p.Quartic > 0 {
		f = f.Add(z.Square().Sum().MulScalar(p.Quartic / 4))
	}
	return f
}

// smoothness is the L of a quadratic problem in a norm: the greatest <X, H X> over
// the unit ball, H being the Hessian. It climbs from many starts by the step that
// maximises the linear function of the gradient, which is the power method for
// the Euclidean norm. Where it misses the maximum L is too small, and the bounds
// in which it stands are too strict.
func (p problem) smoothness(n optim.Norm, key *fx.Array) *fx.Array {
	const starts, steps = 16, 60
	size := p.A.Dim(0)
	curved := func(x *fx.Array) *fx.Array {
		return fx.Grad(problem{A: p.A, B: p.B, C: fx.ZerosLike(p.C)}.loss)(x)
	}
	climb := func(x *fx.Array) *fx.Array {
		top, _ := fx.Scan(func(x *fx.Array, _ struct{}) (*fx.Array, struct{}) {
			return n.Steepest(curved(x)), struct{}{}
		}, n.Steepest(x), struct{}{}, fx.Length(steps))
		return top.Mul(curved(top)).Sum()
	}
	return fx.Vmap(climb)(random.Normal(key, fx.Float64, starts, size, size)).Max()
}

// walk is a run of a method on a problem, with gradients to which normal noise of
// deviation Noise is added, element by element.
type walk struct {
	Start       *fx.Array
	Rate, Noise *fx.Array // float64 scalars
	Key         *fx.Array
}

// trail is what a walk leaves: an entry for every so many steps.
type trail struct {
	X        *fx.Array // after the step
	Error    *fx.Array // momentum minus gradient, before the step
	Gradient *fx.Array // of f, before the step
}

// follow makes the steps of a walk and looks at every so many of them.
func (w walk) follow(p problem, opt optim.Optimizer[*fx.Array], steps, every int) trail {
	type place struct {
		X, Before *fx.Array
		State     optim.State
	}
	step := func(at place, k *fx.Array) (place, struct{}) {
		noise := random.Normal(random.FoldIn(w.Key, k), fx.Float64, w.Start.Shape()...).Mul(w.Noise)
		x, s, _ := opt.Step(func(x *fx.Array) *fx.Array { return p.loss(x).Add(noise.Mul(x).Sum()) }, at.X, at.State)
		return place{x, at.X, s}, struct{}{}
	}
	_, all := fx.Scan(func(at place, numbers *fx.Array) (place, trail) {
		at, _ = fx.Scan(step, at, numbers)
		g := fx.Grad(p.loss)(at.Before)
		return at, trail{at.X, momentum(at.State).Sub(g), g}
	}, place{w.Start, w.Start, opt.Init(w.Start)}, fx.Arange(fx.Int32, steps).Reshape(steps/every, every))
	return all
}

// stretch repeats values so that they run together with others: each is repeated
// inner times, and the whole outer times.
func stretch(values []float64, inner, outer int) *fx.Array {
	var out []float64
	for range outer {
		for _, v := range values {
			for range inner {
				out = append(out, v)
			}
		}
	}
	return fx.New(out)
}
