package orthogonaltrustregion

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Part A: the bounds of the theory on a quadratic function.

// theory is how much of it a run does.
type theory struct {
	norms  []string
	alphas []float64
	noises []float64
	// lengths are those of a step in the Euclidean norm. A norm's radius is the
	// length over its rho, since its steps are rho long there.
	lengths     []float64
	steps       int
	every       int // steps between two looks
	repetitions int
}

const (
	side      = 16 // of the matrices of part A
	condition = 3  // of A and B
)

func normOf(name string) optim.Norm {
	switch name {
	case nameSpectral:
		return spectral
	case nameFrobenius:
		return optim.EuclideanNorm{}
	case nameMax:
		return optim.MaxNorm{}
	}
	panic("no norm is called " + name)
}

const (
	nameSpectral  = "spectral"
	nameFrobenius = "Frobenius"
	nameMax       = "max"
)

// bundle is a problem with walks that run side by side: an entry for each.
type bundle struct {
	P     problem
	Lanes walk
}

// sizes are dual norms along the walks, [walks, looks].
type sizes struct{ Error, Gradient *fx.Array }

// sizesOf compiles the walks of a norm and an alpha.
func (e experiment) sizesOf(t theory, name string, alpha float64) func(bundle) sizes {
	n := normOf(name)
	return fx.Jit(func(in bundle) sizes {
		return fx.Vmap(func(w walk) sizes {
			rule := e.methods.region(func(*fx.Array) *fx.Array { return w.Rate }, alpha, 0, optim.Uniform(n))
			opt := optim.FromRule[*fx.Array](watched{e.methods.average(alpha), rule})
			end := w.follow(in.P, opt, t.steps, t.every)
			return sizes{Error: fx.Vmap(n.Dual)(end.Error), Gradient: fx.Vmap(n.Dual)(end.Gradient)}
		})(in.Lanes)
	})
}

// bounds measures one seed's problem against the theory.
func (e experiment) bounds(env *study.Env, t theory) error {
	keys := random.Split(random.FoldIn(random.New(env.Seed), partBounds), 3)
	p := draw(keys[0], side, condition, random.Normal(keys[1], fx.Float64, side, side))
	start := fx.Zeros(fx.Float64, side, side)
	first := p.loss(start).Item() // Delta_0, because the least value is 0
	cells := len(t.noises) * len(t.lengths)
	count := cells * t.repetitions
	for range env.Steps("bounds", 1) {
		for _, name := range t.norms {
			rho := normOf(name).Rho(start.Shape())
			in := bundle{P: p, Lanes: walk{
				Start: start.ExpandDims(0).BroadcastTo(count, side, side),
				Rate:  stretch(t.lengths, t.repetitions, len(t.noises)).DivScalar(rho),
				Noise: stretch(t.noises, t.repetitions*len(t.lengths), 1),
				Key:   random.SplitArray(keys[2], count),
			}}
			l := p.smoothness(normOf(name), random.New(0)).Item()
			for _, alpha := range t.alphas {
				run, err := study.Once(env, fmt.Sprintf("bounds, %s, alpha %v", name, alpha), func() (func(bundle) sizes, error) {
					return e.sizesOf(t, name, alpha), nil
				})
				if err != nil {
					return err
				}
				out := run(in)
				errors, gradients := out.Error.Float64s(), out.Gradient.Float64s()
				looks := t.steps / t.every
				for i := range cells {
					noise, length := t.noises[i/len(t.lengths)], t.lengths[i%len(t.lengths)]
					from, to := i*t.repetitions*looks, (i+1)*t.repetitions*looks
					c := cell{alpha: alpha, rho: rho, l: l, sigma: noise * side, radius: length / rho, first: first, looks: looks, every: t.every}
					c.record(env.Record.With("norm", name, "alpha", alpha, "noise", noise, "length", length), errors[from:to], gradients[from:to])
				}
			}
		}
	}
	return nil
}

// cell is one setting, with the constants of its bounds.
type cell struct {
	alpha, rho, l, sigma, radius, first float64
	looks, every                        int
}

// lemma bounds the expected error of the momentum m_k in the dual norm.
func (c cell) lemma(k int) float64 {
	past := 1.0
	for range k {
		past *= 1 - c.alpha
	}
	return float64((past+math.Sqrt(c.alpha))*c.rho*c.sigma) + c.l*c.radius/c.alpha
}

// theorem bounds the expected least gradient of the first k steps.
func (c cell) theorem(k int) float64 {
	noise := float64(c.rho * c.sigma)
	return c.first/(c.radius*float64(k)) + 2*noise/(c.alpha*float64(k)) + float64(2*math.Sqrt(c.alpha)*noise) +
		float64(1.5*c.l*c.radius) + 2*c.l*c.radius/c.alpha
}

// record takes down the sizes of a cell's repetitions, [repetitions, looks].
func (c cell) record(r *study.Recorder, errors, gradients []float64) {
	repetitions := len(errors) / c.looks
	column := func(values []float64, look int) study.Sample {
		var s study.Sample
		for i := range repetitions {
			s = append(s, values[i*c.looks+look])
		}
		return s
	}
	// upper is the mean and two standard errors.
	upper := func(s study.Sample) float64 {
		if len(s) < 2 {
			return s.Mean()
		}
		return s.Mean() + 2*s.Std()/math.Sqrt(float64(len(s)))
	}
	var above, share study.Sample
	for look := range c.looks {
		at := column(errors, look)
		bound := c.lemma((look+1)*c.every - 1)
		above, share = append(above, upper(at)/bound), append(share, at.Mean()/bound)
	}
	r.Scalar("lemma", above.Max())
	r.Scalar("lemma_mean", share.Mean())
	var least, lateError, lateGradient study.Sample
	for i := range repetitions {
		own := study.Sample(gradients[i*c.looks : (i+1)*c.looks])
		least = append(least, own.Min())
		lateGradient = append(lateGradient, own[c.looks/2:].Mean())
		lateError = append(lateError, study.Sample(errors[i*c.looks : (i+1)*c.looks])[c.looks/2:].Mean())
	}
	r.Scalar("theorem", upper(least)/c.theorem(c.looks*c.every))
	r.Scalar("error", lateError.Mean())
	r.Scalar("error_bound", c.lemma(c.looks*c.every-1))
	r.Scalar("gradient", lateGradient.Mean())
}
