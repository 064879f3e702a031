package teleportation

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
	"github.com/fluxion-go/fluxion/symmetry"
)

// Names of the actions.
const (
	nameInverse = "inverse, batch 8"
	elementSize = 0.3 // of the norm of each element's coordinates
)

// held is an action with the batch on which it holds the loss.
type held struct {
	name   string
	batch  int
	action func(x *fx.Array) symmetry.Action[nn.MLP]
}

func (e experiment) held() []held {
	return []held{
		{nameInverse, exactBatch, e.methods.inverse},
		{nameExact, exactBatch, exactProjection},
		{nameScaling, exactBatch, scaling},
		{nameProjection, largeBatch, projection},
	}
}

// invariance measures by how much random elements change the loss, on the batch that
// is to be held and on other images, in float64.
func (e experiment) invariance(env *study.Env, p plan) error {
	sets, err := sharedImages(env, p)
	if err != nil {
		return err
	}
	key := random.FoldIn(random.New(env.Seed), partInvariance)
	wide := func(s classify.Images) classify.Images {
		return classify.Images{Pixels: s.Pixels.AsType(fx.Float64), Labels: s.Labels}
	}
	// Kernels of twice the usual size, so that the loss depends on the outputs: those of
	// a fresh network are nearly zero.
	net := fx.Map(func(w *fx.Array) *fx.Array { return w.MulScalar(2) }, network(random.FoldIn(key, 0), fx.Float64, p, sets))
	numbers := random.Permutation(random.FoldIn(key, 1), sets.Train.N())
	other := wide(sets.Train.Take(numbers.SliceAxis(0, largeBatch, min(sets.Train.N(), 5*largeBatch))))
	for i, h := range e.held() {
		batch := wide(sets.Train.Take(numbers.SliceAxis(0, 0, h.batch)))
		a := h.action(batch.Pixels)
		t := a.Zero(net)
		for k := range t {
			z := random.Normal(random.FoldIn(random.FoldIn(key, 2+i), k), fx.Float64, t[k].Shape()...)
			t[k] = z.MulScalar(elementSize).Div(linalg.Norm(z))
		}
		r := env.Record.With("part", "B", "action", h.name)
		for _, on := range []struct {
			name   string
			images classify.Images
		}{{"batch", batch}, {"other images", other}} {
			c, err := symmetry.Check(a, t, net, lossOn(on.images))
			if err != nil {
				return err
			}
			r.With("on", on.name).Scalar("loss_change", c.Relative())
		}
		moved, _ := linalg.Ravel(a.Apply(t, net))
		before, _ := linalg.Ravel(net)
		r.Scalar("distance", moved.Sub(before).Norm().Item()/before.Norm().Item())
	}
	return nil
}
