package landscape

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
)

// LayerRotation watches how far each layer has turned away from its first values
// (Carbonnelle and De Vleeschouwer 2018, arXiv:1806.01603): how much it learned that
// was not there at the start. It needs nothing of the training but the parameters,
// after every epoch or every step:
//
//	rotation := landscape.NewLayerRotation(net, nil)
//	...
//	d := rotation.Distances(net) // also inside a compiled step
type LayerRotation[P any] struct {
	initial []*fx.Array // the kernels
	kernels optim.Mask
	names   []string
}

// NewLayerRotation watches the leaves of a model that the mask chooses; nil is
// optim.Matrices: kernels, without biases, and without scales and shifts of
// normalisation layers. A kernel of norm 0 has no direction, and is an error, as is
// a mask that chooses none.
func NewLayerRotation[P any](initial P, kernels optim.Mask) LayerRotation[P] {
	r := LayerRotation[P]{kernels: kernels}
	r.initial, r.names = chosen(initial, kernels)
	if len(r.names) == 0 {
		fail("NewLayerRotation", "the mask chooses no kernel of %d parameters", len(fx.Leaves(initial)))
	}
	for i, a := range r.initial {
		if a.Square().Sum().Item() == 0 {
			fail("NewLayerRotation", "the kernel %s has norm 0 and no direction to turn from", r.names[i])
		}
	}
	return r
}

// Layers are the kernels' paths (see fx.Paths), in the order of all results.
func (r LayerRotation[P]) Layers() []string { return append([]string(nil), r.names...) }

// Distances is how far each layer has turned since the start, the cosine distance
//
//	d = 1 - <W, W_0>/(|W| |W_0|)
//
// of flattened kernels, [layers] in float64: 0 at the start, 1 where a layer is
// orthogonal to its start, as a long random walk is, 2 where it is opposite.
func (r LayerRotation[P]) Distances(p P) *fx.Array {
	return eachLayer("Distances", r.initial, r.names, p, r.kernels, func(from, to *fx.Array) *fx.Array {
		lengths := from.Square().Sum().Mul(to.Square().Sum()).Sqrt()
		return fx.Const(1).Sub(from.Mul(to).Sum().Div(lengths))
	})
}

// StepTangents is the tangent of each layer's angle between two models, such as
// those before and after a step, [layers] in float64:
//
//	sqrt(1/(1-d)^2 - 1), d their cosine distance,
//
// computed from the part of the second that is orthogonal to the first, which keeps
// the digits of small angles. Distances end near 1 for any long walk; tangents
// still tell walks apart there. The mask is that of [NewLayerRotation].
func StepTangents[P any](before, after P, kernels optim.Mask) *fx.Array {
	const op = "StepTangents"
	from, names := chosen(before, kernels)
	return eachLayer(op, from, names, after, kernels, func(from, to *fx.Array) *fx.Array {
		along := from.Mul(to).Sum().Div(from.Square().Sum())
		across := to.Sub(from.Mul(along))
		return across.Norm().Div(along.Abs().Mul(from.Norm()))
	})
}

// Norms is the Euclidean norm of each layer, [layers] in float64.
func (r LayerRotation[P]) Norms(p P) *fx.Array {
	return eachLayer("Norms", r.initial, r.names, p, r.kernels, func(_, w *fx.Array) *fx.Array { return w.Norm() })
}

// chosen is the leaves that a mask chooses, with their paths.
func chosen(p any, kernels optim.Mask) (leaves []*fx.Array, paths []string) {
	if kernels == nil {
		kernels = optim.Matrices
	}
	all, places := optim.Floats(p)
	for i, a := range all {
		if kernels(places[i], a) {
			leaves, paths = append(leaves, a), append(paths, places[i])
		}
	}
	return leaves, paths
}

// eachLayer is f of each layer as it was and as it is, both flat and in float64.
func eachLayer(op string, from []*fx.Array, names []string, p any, kernels optim.Mask, f func(from, to *fx.Array) *fx.Array) *fx.Array {
	to, _ := chosen(p, kernels)
	if len(from) != len(to) || len(to) == 0 {
		fail(op, "%d and %d kernels; both models must have the same, at least one", len(from), len(to))
	}
	out := make([]*fx.Array, len(from))
	for i := range from {
		if from[i].Size() != to[i].Size() {
			fail(op, "%s has shape %v and had %v", names[i], to[i].Shape(), from[i].Shape())
		}
		out[i] = f(from[i].Flatten().AsType(fx.Float64), to[i].Flatten().AsType(fx.Float64))
	}
	return fx.Stack(0, out...)
}
