package landscape

import (
	"errors"
	"fmt"
	"iter"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// CriticalPoint is where a search for a zero of the gradient ended.
type CriticalPoint[P any] struct {
	P        P
	Loss     float64
	GradNorm float64 // Euclidean
	// Spectrum is the eigenvalues of the Hessian in ascending order, and Index the
	// share of negative ones: 0 at a minimum, 1 at a maximum, between at a saddle.
	Spectrum []float64
	Index    float64
	Steps    int
	// Converged says that GradNorm is within the tolerance.
	Converged bool
}

// LMOptions are the settings of FindCriticalPoints.
type LMOptions struct {
	Tol     float64 // the gradient's norm that counts as zero
	Steps   int     // at most
	Damping float64 // the first mu
	// Trials is how many mu a step tries at most, each ten times the last.
	Trials int
	// Flat is the part of the largest eigenvalue's size below which a negative one
	// counts as zero, which it may be but for rounding.
	Flat float64
	// Limit is the most parameters.
	Limit int
}

// NewLMOptions makes the settings: gradients up to 1e-5, 200 steps, mu from 1, 12
// trials, eigenvalues up to 1e-10 of the largest are flat, up to 5000 parameters.
func NewLMOptions() LMOptions {
	return LMOptions{Tol: 1e-5, Steps: 200, Damping: 1, Trials: 12, Flat: 1e-10, Limit: 5000}
}

// Validate checks the settings.
func (o LMOptions) Validate() error {
	var err error
	for _, c := range []struct {
		name  string
		value float64
		ok    bool
	}{
		{"the tolerance", o.Tol, o.Tol > 0}, {"the number of steps", float64(o.Steps), o.Steps >= 0},
		{"the first damping", o.Damping, o.Damping > 0}, {"the number of trials", float64(o.Trials), o.Trials >= 1},
		{"the part that is flat", o.Flat, o.Flat >= 0}, {"the limit of parameters", float64(o.Limit), o.Limit >= 1},
	} {
		if !c.ok {
			err = errors.Join(err, fmt.Errorf("%s is %v", c.name, c.value))
		}
	}
	return err
}

// FindCriticalPoints looks for zeros of a loss' gradient g, saddles as well as
// minima, from each of the starts, on the host (Pascanu et al. 2014; Dauphin et al.
// 2014, appendix). It minimises |g|^2/2 by the Levenberg-Marquardt method, for
// which the Hessian H is the Jacobian:
//
//	p+ = p - (H^2 + mu I)^-1 H g
//
// A step that does not lower |g| is tried again with ten times mu; after one that
// does mu is divided by ten. Where |g| has a minimum above zero the search ends
// there, without Converged. The searches are made one by one as the results are
// asked for; slices.Collect makes all of them.
func FindCriticalPoints[P any](loss func(P) *fx.Array, starts []P, o LMOptions) iter.Seq[CriticalPoint[P]] {
	const op = "FindCriticalPoints"
	if err := o.Validate(); err != nil {
		fail(op, "%v", err)
	}
	for _, p := range starts {
		if x, _ := linalg.Ravel(p); x.Dim(0) > o.Limit {
			fail(op, "%d parameters; the limit is %d", x.Dim(0), o.Limit)
		}
	}
	search := fx.Jit(func(p P) found { return descendGradient(op, loss, p, o) })
	return func(yield func(CriticalPoint[P]) bool) {
		for _, p := range starts {
			_, unravel := linalg.Ravel(p)
			f := search(p)
			fx.Eval(f)
			c := CriticalPoint[P]{P: unravel(f.X), Loss: f.Loss.Item(), GradNorm: f.Size.Item(), Steps: int(f.Steps.Item()), Spectrum: f.Spectrum.Float64s()}
			c.Index = Index(c.Spectrum, o.Flat)
			c.Converged = c.GradNorm <= o.Tol
			if !yield(c) {
				return
			}
		}
	}
}

// Index is the share of negative eigenvalues of those given; ones smaller in size
// than flat times the largest size are not negative.
func Index(spectrum []float64, flat float64) float64 {
	largest := 0.0
	for _, v := range spectrum {
		largest = max(largest, v, -v)
	}
	n := 0
	for _, v := range spectrum {
		if v < 0 && -v >= float64(flat*largest) {
			n++
		}
	}
	return float64(n) / float64(max(1, len(spectrum)))
}

type found struct{ X, Loss, Size, Spectrum, Steps *fx.Array }

func descendGradient[P any](op string, tree func(P) *fx.Array, p P, o LMOptions) found {
	x, unravel := linalg.Ravel(p)
	loss := func(x *fx.Array) *fx.Array {
		l := tree(unravel(x))
		if l.NDim() != 0 {
			fail(op, "the loss has shape %v; it must be a scalar", l.Shape())
		}
		return l
	}
	grad := fx.Grad(loss)
	d, n := x.DType(), x.Dim(0)
	hessian := func(x *fx.Array) *fx.Array {
		_, h := fx.Linearize(grad, x)
		return linalg.Dense(h, x)
	}
	type place struct{ X, G, Size, Mu, Steps, Stuck *fx.Array }
	type try struct{ X, G, Size, Mu, Trials, Fell *fx.Array }
	g := grad(x)
	end := fx.While(func(s place) *fx.Array {
		return s.Size.Greater(fx.Full(d, o.Tol)).And(s.Steps.Less(fx.Scalar(int32(o.Steps)))).And(s.Stuck.Not())
	}, func(s place) place {
		h := hessian(s.X)
		square, right := h.MatMul(h), h.MatMul(s.G).ExpandDims(1)
		t := fx.While(func(t try) *fx.Array {
			return t.Fell.Not().And(t.Trials.Less(fx.Scalar(int32(o.Trials))))
		}, func(t try) try {
			mu := fx.Where(t.Trials.Equal(fx.Scalar(int32(0))), t.Mu, t.Mu.MulScalar(10))
			l := fx.Cholesky(square.Add(fx.Eye(d, n).Mul(mu)))
			y := fx.SolveTriangular(l, right, fx.Triangle{})
			next := s.X.Sub(fx.SolveTriangular(l, y, fx.Triangle{Transpose: true}).Squeeze(1))
			g := grad(next)
			size := g.Norm()
			return try{next, g, size, mu, t.Trials.AddScalar(1), size.Less(s.Size)}
		}, try{s.X, s.G, s.Size, s.Mu, fx.Scalar(int32(0)), fx.Scalar(false)})
		keep := func(a, b *fx.Array) *fx.Array { return fx.Where(t.Fell, a, b) }
		return place{keep(t.X, s.X), keep(t.G, s.G), keep(t.Size, s.Size), t.Mu.MulScalar(0.1), s.Steps.AddScalar(1), t.Fell.Not()}
	}, place{x, g, g.Norm(), fx.Full(d, o.Damping), fx.Scalar(int32(0)), fx.Scalar(false)})
	return found{end.X, loss(end.X), end.Size, fx.Eigvalsh(hessian(end.X)), end.Steps}
}
