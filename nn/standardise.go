package nn

import "github.com/fluxion-go/fluxion/fx"

// standardised is an array of mean 0 and variance 1 along some axes, and the mean
// and the variance that it had, with these axes kept as 1.
type standardised struct{ Y, Mean, Var *fx.Array }

// standardise brings x to mean 0 and variance 1 along axes:
//
//	y = r (x - mean),  r = 1 / sqrt(variance + eps)
//
// Its derivative is written out, since two means are enough for it,
//
//	dy = r (dx - mean(dx) - y mean(y dx))
//
// where the derivatives of the formula's parts take three passes over the array one
// after the other.
func standardise(x *fx.Array, eps float64, axes ...int) standardised {
	parts := func(x *fx.Array) (s standardised, r, centred *fx.Array) {
		s.Mean = x.MeanKeep(axes...)
		centred = x.Sub(s.Mean)
		s.Var = centred.Square().MeanKeep(axes...)
		r = s.Var.AddScalar(eps).Rsqrt()
		s.Y = centred.Mul(r)
		return s, r, centred
	}
	f := func(x *fx.Array) standardised {
		s, _, _ := parts(x)
		return s
	}
	return fx.CustomJVP(f, func(x, dx *fx.Array) standardised {
		s, r, centred := parts(x)
		mean := dx.MeanKeep(axes...)
		return standardised{
			Y:    r.Mul(dx.Sub(mean).Sub(s.Y.Mul(s.Y.Mul(dx).MeanKeep(axes...)))),
			Mean: mean,
			Var:  centred.Mul(dx).MeanKeep(axes...).MulScalar(2),
		}
	})(x)
}
