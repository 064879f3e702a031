package entropysgd

import (
	"cmp"
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/landscape"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// Part D: the curvature of the training loss where trainings have come equally far.

const (
	least, most = 0.01, 0.02 // training loss of the points that are compared
	noisePart   = 0.05       // of a kernel's norm
	noiseDraws  = 20
	probes      = 2
	lanczos     = 30 // steps
)

// equallyFar are the points of two trainings with training losses in the range, that
// of the second nearest to its middle and that of the first nearest to the second's;
// ok is false if one of them has none.
func equallyFar(first, second []point) (a, b point, ok bool) {
	nearest := func(points []point, to float64) (best point, ok bool) {
		for _, at := range points {
			if at.trainLoss >= least && at.trainLoss <= most && (!ok || math.Abs(at.trainLoss-to) < math.Abs(best.trainLoss-to)) {
				best, ok = at, true
			}
		}
		return best, ok
	}
	b, second1 := nearest(second, (least+most)/2)
	a, first1 := nearest(first, b.trainLoss)
	return a, b, first1 && second1
}

// flatness measures both trainings at points that are equally far, and at their ends.
func (e experiment) flatness(env *study.Env, p plan, sgd, entropy []point) error {
	sets, err := p.images(env, false)
	if err != nil {
		return err
	}
	a, b, ok := equallyFar(sgd, entropy)
	matched := 0.0
	if ok {
		matched = 1
	}
	env.Record.Scalar("matched", matched)
	for _, at := range []struct {
		where, method string
		point         point
		ok            bool
	}{{"matched", nameSGD, a, ok}, {"matched", nameEntropy, b, ok}, {"end", nameSGD, sgd[len(sgd)-1], true}, {"end", nameEntropy, entropy[len(entropy)-1], true}} {
		if at.ok {
			measure(env, env.Record.With("where", at.where, "method", at.method), at.point, sets.Train)
		}
	}
	return nil
}

// measure records the curvature at a point: the rise of the loss with noise on the
// kernels, the largest eigenvalue of the Hessian and its trace per parameter, and its
// spectrum, as the number of eigenvalues above each of Lanczos' nodes.
func measure(env *study.Env, r *study.Recorder, at point, images classify.Images) {
	type input struct {
		Net    nn.Sequential
		Images classify.Images
		Key    *fx.Array
	}
	type output struct {
		Rise     *fx.Array
		Spectrum linalg.Quadrature
	}
	program, _ := study.Once(env, "curvature", func() (func(input) output, error) {
		return fx.Jit(func(in input) output {
			loss := func(n nn.Sequential) *fx.Array {
				return nn.SoftmaxCrossEntropy(n.Apply(in.Images.Pixels), in.Images.Labels).Mean()
			}
			hvp := func(v nn.Sequential) nn.Sequential { return fx.HVP(loss, in.Net, v) }
			return output{landscape.NoiseSensitivity(loss, in.Net, noisePart, noiseDraws, random.FoldIn(in.Key, partPerturb)),
				linalg.LanczosQuadrature(hvp, in.Net, random.FoldIn(in.Key, partSpectrum), probes, lanczos)}
		}), nil
	})
	out := program(input{at.net, images, random.New(env.Seed)})
	q := out.Spectrum
	r.Scalar("flat_loss", at.trainLoss)
	r.Scalar("flat_test", at.testLoss)
	r.Scalar("rise", out.Rise.Item())
	r.Scalar("largest", q.Nodes.Max().Item())
	r.Scalar("smallest", q.Nodes.Min().Item())
	r.Scalar("trace", q.Trace(func(a *fx.Array) *fx.Array { return a }).Mean.Item()/float64(q.N))
	nodes, weights := q.Nodes.Flatten().Float64s(), q.Weights.Flatten().Float64s()
	order := make([]int, len(nodes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(nodes[j], nodes[i]) })
	above, each := 0.0, float64(q.N)/probes
	for _, i := range order {
		above += float64(weights[i] * each)
		r.Point("spectrum", nodes[i], above)
	}
}
