package optim

import "github.com/fluxion-go/fluxion/fx"

// Stream is the minibatches of one step, for methods that consume several:
// Stream(i) is the loss on the i-th of them. The number i is an int32 scalar,
// and not always a constant, so that a method can loop over its minibatches in
// fx.Scan; a stream usually takes row i of a batch of batches.
type Stream[P any] func(i *fx.Array) Loss[P]

// StreamOptimizer is an optimizer whose step consumes several minibatches
// (inner loops such as Entropy-SGD's, variance reduction, separate samples for
// gradient and curvature).
type StreamOptimizer[P any] interface {
	// Init makes the state to begin with at parameters p.
	Init(p P) State
	// Batches is the number of minibatches that a step consumes.
	Batches() int
	// StepStream makes one step. Info.Loss is the loss on minibatch 0 at p. The first
	// call of a loss is that one, and is outside Scan, While, Cond and Vmap bodies,
	// for callers whose losses have a side result (see StreamWithAux).
	StepStream(losses Stream[P], p P, s State) (P, State, Info)
}

// AsStream is an optimizer as one that consumes a single minibatch a step.
func AsStream[P any](o Optimizer[P]) StreamOptimizer[P] { return single[P]{o} }

type single[P any] struct{ Optimizer[P] }

func (o single[P]) Validate() error { return Validate(o.Optimizer) }
func (o single[P]) Batches() int    { return 1 }

func (o single[P]) StepStream(losses Stream[P], p P, s State) (P, State, Info) {
	return o.Step(losses(fx.Scalar(int32(0))), p, s)
}

// StreamWithAux is [WithAux] for a stream: aux returns the side result of the first
// call of any of the losses.
func StreamWithAux[P, A any](f func(i *fx.Array) func(P) (*fx.Array, A)) (losses Stream[P], aux func() A) {
	type call struct {
		i *fx.Array
		p P
	}
	one, aux := WithAux(func(c call) (*fx.Array, A) { return f(c.i)(c.p) })
	return func(i *fx.Array) Loss[P] {
		return func(p P) *fx.Array { return one(call{i, p}) }
	}, aux
}

// MeanLoss is the mean of the losses on the first n minibatches of a stream:
// gradient accumulation. The minibatches are gone through one after the other,
// forward and backward, so that a gradient takes the memory of one.
func MeanLoss[P any](losses Stream[P], n int) Loss[P] {
	if n < 1 {
		fail("MeanLoss", "%d minibatches; there must be at least one", n)
	}
	return func(p P) *fx.Array {
		// The first stands outside the loop: see Optimizer about side results.
		first := losses(fx.Scalar(int32(0)))(p)
		if n == 1 {
			return first
		}
		type at struct {
			P P
			I *fx.Array
		}
		one := fx.Checkpoint(func(x at) *fx.Array { return losses(x.I)(x.P) })
		sum, _ := fx.Scan(func(sum, i *fx.Array) (*fx.Array, []*fx.Array) {
			return sum.Add(one(at{p, i})), nil
		}, first, fx.Arange(fx.Int32, n-1).AddScalar(1))
		return sum.DivScalar(float64(n))
	}
}
