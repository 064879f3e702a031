package layerrotation

import (
	"context"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/landscape"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// trainer trains a network with one method.
type trainer = classify.Trainer[nn.Sequential]

// images are the same for all seeds, which differ in the networks' first values
// and in the order of the images.
func (s trainings) images(env *study.Env) (*classify.Sets, error) {
	return classify.Open(env, data.Options{Size: s.side, Train: s.train, Test: s.test}, s.batch)
}

// course is an arm's course of the learning rate.
func (s trainings) course(a arm, sets *classify.Sets) course {
	perEpoch := sets.Train.N() / s.batch
	c := course{steps: perEpoch * s.epochsOf(a)}
	if a.method == nameWarm {
		c.warm = min(perEpoch*warmEpochs, c.steps)
	}
	return c
}

// trainAll makes a seed's trainings of a network.
func (e experiment) trainAll(ctx context.Context, env *study.Env, s trainings) error {
	sets, err := s.images(env)
	if err != nil {
		return err
	}
	layers := s.network.layers()
	if s.features {
		recordFeatures(env.Record.With("network", s.name), sets, s.network.start(sets, env.Seed), "features_before")
	}
	for _, a := range s.arms {
		falling := s.course(a, sets).schedule()
		name := s.name + ", " + a.String()
		t, err := study.Once(env, s.name+", "+a.program(), func() (*trainer, error) {
			return classify.NewTrainer(classify.Settings[nn.Sequential]{
				Optimizer: func(c classify.Choice) optim.Optimizer[nn.Sequential] {
					lr := func(step *fx.Array) *fx.Array { return falling(step).Mul(c.Rate) }
					return watched{optim.FromRule[nn.Sequential](e.methods.rule(a, lr, layers))}
				},
				Watch: tangentNames(layers),
			}), nil
		})
		if err != nil {
			return err
		}
		if err := s.follow(env, t, a, sets, name); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

const curvePoints = 20 // of a curve over the epochs

// follow makes one training and records it.
func (s trainings) follow(env *study.Env, t *trainer, a arm, sets *classify.Sets, name string) error {
	net := s.network.start(sets, env.Seed)
	rotation := landscape.NewLayerRotation(net, nil)
	norms := rotation.Norms(net).Float64s()
	r := env.Record.With("network", s.name).With(a.labels()...)
	epochs, epoch, normError := s.epochsOf(a), 0, 0.0
	every := max(1, epochs/curvePoints)
	point := func(net nn.Sequential, trace classify.Trace) {
		for i, d := range rotation.Distances(net).Float64s() {
			r.With("layer", i+1).Point("rotation", float64(epoch), d)
		}
		if epoch > 0 {
			r.Point("tangent", float64(epoch), hiddenTangent(trace))
		}
	}
	point(net, classify.Trace{})
	end, trace, err := t.Train(env, name, classify.Run[nn.Sequential]{
		Start: t.Start(net, a.rate.value), Sets: sets, Batch: s.batch, Epochs: epochs, Seed: env.Seed, Rate: a.rate.value,
		After: func(now classify.Training[nn.Sequential], trace classify.Trace) {
			epoch++
			if epoch%every == 0 || epoch == epochs {
				point(now.Net, trace)
			}
			for i, n := range rotation.Norms(now.Net).Float64s() {
				normError = math.Max(normError, math.Abs(n/norms[i]-1))
			}
		}})
	if err != nil {
		return err
	}
	loss, accuracy := t.Score(end.Net, sets.Train)
	r.Scalar("train_loss", loss)
	r.Scalar("train_accuracy", accuracy)
	loss, accuracy = t.Score(end.Net, sets.Test)
	r.Scalar("test_loss", loss)
	r.Scalar("test_accuracy", accuracy)
	distances := study.Sample(rotation.Distances(end.Net).Float64s())
	r.Scalar("rotation_mean", distances.Mean())
	r.Scalar("rotation_min", distances.Min())
	r.Scalar("rotation_hidden", distances[:len(distances)-1].Mean())
	if a.layca() {
		r.Scalar("tangent_error", tangentError(trace, s.course(a, sets), a, s.network.layers()))
		r.Scalar("norm_error", normError)
	}
	if s.features {
		recordFeatures(r, sets, end.Net, "features")
	}
	return nil
}

// hiddenTangent is the mean tangent of steps over all layers but the last.
func hiddenTangent(trace classify.Trace) float64 {
	var all study.Sample
	for i := range len(trace.Values) - 1 {
		all = append(all, trace.Values[tangentName(i)]...)
	}
	return all.Mean()
}

// tangentError is the largest relative deviation of a step's tangent from what
// Layca prescribes, rate times multiplier, over all steps and layers.
func tangentError(trace classify.Trace, c course, a arm, layers int) float64 {
	worst := 0.0
	for i, multiplier := range optim.RotationMultipliers(a.alpha, layers) {
		for step, tangent := range trace.Values[tangentName(i)] {
			worst = math.Max(worst, math.Abs(tangent/(a.rate.value*c.at(step)*multiplier)-1))
		}
	}
	return worst
}

const shownFeatures = 12

// recordFeatures takes down the kernels of the first units as images, each scaled
// to its largest value.
func recordFeatures(r *study.Recorder, sets *classify.Sets, net nn.Sequential, name string) {
	kernels, _ := optim.Floats(net)
	shape := sets.Train.Pixels.Shape()
	w := kernels[0] // [pixels, units]
	var images [][]float32
	for unit := range min(shownFeatures, w.Dim(1)) {
		weights := w.SliceAxis(1, unit, unit+1).Flatten().Float64s()
		largest := 0.0
		for _, v := range weights {
			largest = math.Max(largest, math.Abs(v))
		}
		image := make([]float32, len(weights))
		for k, v := range weights {
			image[k] = float32(0.5 + v/(2*largest))
		}
		images = append(images, image)
	}
	r.Images(name, shape[1], shape[2], shape[3], images...)
}

func points(v float64) string { return fmt.Sprintf("%.1f", 100*v) }
