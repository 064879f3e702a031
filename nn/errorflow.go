package nn

import (
	"github.com/fluxion-go/fluxion/fx"
)

// How errors flow back through a recurrent network, and what keeps them from
// vanishing (Pascanu, Mikolov and Bengio, "On the difficulty of training
// recurrent neural networks", 2013). A network h_t = f(a_t), a_t = x_t W +
// h_{t-1} U + B, has the error signals delta_t = dL/dh_t, through all later
// states too, and
//
//	delta_{t-1} = (delta_t f'(a_t)) U^T + what L takes of h_{t-1} itself.

// Perturbed is the cell's states [..., n, hidden] over sequences [..., n, in] from
// the state start, with an array of the result's shape added to them on the way:
// h_t = f(x_t W + h_{t-1} U + B) + perturbation_t. The derivative of a loss with
// respect to a perturbation of 0 is the error signals; taken together with that
// with respect to the cell it costs nothing more.
func (c RNNCell) Perturbed(x, start, perturbation *fx.Array) *fx.Array {
	const op = "RNNCell.Perturbed"
	drives := c.Drive(x)
	if perturbation == nil || describe(perturbation) != describe(drives) || x.NDim() < 2 {
		fail(op, "the perturbation is %s; it must be like the states, %s", describe(perturbation), describe(drives))
	}
	type input struct{ Drive, Push *fx.Array }
	_, h := fx.Scan(func(h *fx.Array, in input) (*fx.Array, *fx.Array) {
		h = c.Step(in.Drive, h).Add(in.Push)
		return h, h
	}, start, input{drives.MoveAxis(-2, 0), perturbation.MoveAxis(-2, 0)})
	return h.MoveAxis(0, -2)
}

// ErrorSignals gives the loss, a function of a cell's states [..., n, hidden], the
// states, and the error signals, which have their shape.
func ErrorSignals(c RNNCell, x, start *fx.Array, loss func(h *fx.Array) *fx.Array) (value, h, delta *fx.Array) {
	zero := fx.ZerosLike(c.Drive(x))
	return fx.ValueAndGradAux(func(push *fx.Array) (*fx.Array, *fx.Array) {
		h := c.Perturbed(x, start, push)
		return loss(h), h
	})(zero)
}

// TanhSlope is the derivative of Tanh where its value is h: 1 - h^2.
func TanhSlope(h *fx.Array) *fx.Array { return fx.Const(1).Sub(h.Square()) }

// SigmoidSlope is the derivative of Sigmoid where its value is h: h (1 - h).
func SigmoidSlope(h *fx.Array) *fx.Array { return h.Mul(fx.Const(1).Sub(h)) }

// SignalRatio says what a VanishingRegularizer compares.
type SignalRatio int

const (
	// SquaredNorms compares the squares of norms, as the authors' code does.
	SquaredNorms SignalRatio = iota
	// Norms compares norms, as the paper writes (equation 9).
	Norms
)

// VanishingRegularizer asks the error signals to keep their norm from step to
// step (section 3.3):
//
//	Omega = sum over k of (|(delta_{k+1} f'_{k+1}) U^T| / |delta_{k+1}| - 1)^2
//
// averaged over the sequences of a batch and divided by the mean number of terms
// that count, as in the authors' code. Its derivative is the immediate one, with
// respect to U alone: signals and slopes are constants.
type VanishingRegularizer struct {
	Ratio SignalRatio
	// Bound leaves out terms with |delta|^2 below it, in which there is nothing
	// to keep; positive.
	Bound float64
}

// NewVanishingRegularizer makes the regulariser of the authors' code: squared
// norms, bound 1e-20.
func NewVanishingRegularizer() VanishingRegularizer { return VanishingRegularizer{Bound: 1e-20} }

// Omega takes a recurrent matrix U [hidden, hidden], error signals of n states
// [..., n, hidden] and the slopes f' there, of the same shape, and gives Omega, a
// scalar, and its gradient with respect to U, of which a multiple (the paper: 2 or
// 4) is added to that of the loss. Without a term that counts both are 0.
func (v VanishingRegularizer) Omega(u, delta, slope *fx.Array) (omega, gradient *fx.Array) {
	const op = "VanishingRegularizer.Omega"
	if u == nil || u.NDim() != 2 || u.Dim(0) != u.Dim(1) {
		fail(op, "the recurrent matrix is %s; it must be [hidden, hidden]", describe(u))
	}
	checkInput(op, delta, u, u.Dim(0))
	checkPair(op, "signals", "slopes", delta, slope)
	if delta.NDim() < 2 {
		fail(op, "the signals have shape %v; it must be [..., n, hidden]", delta.Shape())
	}
	if !(v.Bound > 0) {
		fail(op, "the bound is %v; it must be positive", v.Bound)
	}
	if v.Ratio != SquaredNorms && v.Ratio != Norms {
		fail(op, "the ratio SignalRatio(%d) is unknown", int(v.Ratio))
	}
	delta, slope = delta.StopGradient(), slope.StopGradient()
	// A norm above the bound, and then the direction, which neither overflows
	// nor underflows.
	norm := delta.Square().SumKeep(-1)
	counts := norm.GreaterEqual(fx.Const(v.Bound))
	push := delta.Mul(slope).Div(fx.Where(counts, norm, fx.OnesLike(norm)).Sqrt())
	counts = counts.Squeeze(-1)
	places := 1
	for _, d := range counts.Shape()[:counts.NDim()-1] {
		places *= d
	}
	number := counts.AsType(u.DType()).Sum().DivScalar(float64(places))
	return fx.ValueAndGrad(func(u *fx.Array) *fx.Array {
		ratio := push.MatMul(u.T()).Square().Sum(-1)
		if v.Ratio == Norms {
			ratio = fx.Where(ratio.Greater(fx.Const(0)), ratio, fx.OnesLike(ratio)).Sqrt()
		}
		terms := fx.Where(counts, ratio.SubScalar(1).Square(), fx.ZerosLike(ratio))
		return terms.Sum().DivScalar(float64(places)).Div(number.Maximum(fx.Const(1 / float64(places))))
	})(u)
}
