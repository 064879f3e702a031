package gradientregularization

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// identities measures what must hold exactly, at a random diagonal network.
func (e experiment) identities(env *study.Env) {
	p := cases[0].draw(env.Seed)
	keys := random.Split(random.FoldIn(random.New(env.Seed), partIdentities), 2)
	at := nn.DiagonalLinear{
		Plus:  random.Uniform(keys[0], fx.Float64, 0.05, 0.15, cases[0].features),
		Minus: random.Uniform(keys[1], fx.Float64, 0.05, 0.15, cases[0].features),
	}
	// combined is G + gamma R: what one step at rate 1 takes away.
	combined := func(kind optim.Differencing, gamma, eps float64, loss optim.Loss[nn.DiagonalLinear]) nn.DiagonalLinear {
		o := e.methods.regularized(kind, optim.Constant(1), optim.Constant(gamma), optim.Constant(eps))
		next, _, _ := o.Step(loss, at, o.Init(at))
		return linalg.Sub(at, next)
	}
	apart := func(a, b nn.DiagonalLinear) float64 {
		return linalg.Norm(linalg.Sub(a, b)).Item() / linalg.Norm(b).Item()
	}
	exact := combined(optim.DoubleBackpropagation, 1, 1, p.loss)
	const eps = 1e-3
	for _, name := range []string{nameForward, nameBackward} {
		kind := setting{method: name}.kind()
		whole, half := apart(combined(kind, 1, eps, p.loss), exact), apart(combined(kind, 1, eps/2, p.loss), exact)
		env.Record.With("method", name).Scalar("order_ratio", whole/half)
	}

	const far = 0.06
	g := fx.Grad(p.loss)(at)
	there := fx.Grad(p.loss)(linalg.Axpy(fx.Scalar(far), g, at))
	env.Record.Scalar("ascended_off", apart(combined(optim.ForwardDifference, far, far, p.loss), there))

	quadratic := func(net nn.DiagonalLinear) *fx.Array {
		return net.Plus.Sub(net.Minus).MatMul(p.X.T()).Sub(p.Y).Square().Mean().MulScalar(0.5)
	}
	env.Record.Scalar("quadratic_off", apart(combined(optim.ForwardDifference, 0.3, far, quadratic), combined(optim.DoubleBackpropagation, 0.3, 1, quadratic)))
}
