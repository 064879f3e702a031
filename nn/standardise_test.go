package nn_test

import (
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
)

// TestNormalisationDerivatives: derivatives written out are those of the formula, of
// first and second order, forward and backward, plain, compiled and batched.
func TestNormalisationDerivatives(t *testing.T) {
	formula := func(x *fx.Array, eps float64, axes ...int) *fx.Array {
		d := x.Sub(x.MeanKeep(axes...))
		return d.Div(d.Square().MeanKeep(axes...).AddScalar(eps).Sqrt())
	}
	layer := nn.NewLayerNorm(fx.Float64, 3, 4)
	layer.Scale, layer.Bias = nil, nil
	batch := nn.NewBatchNorm(fx.Float64, 4)
	batch.Scale, batch.Bias = nil, nil
	group := nn.NewGroupNorm(fx.Float64, 2, 4)
	group.Scale, group.Bias = nil, nil
	for _, c := range []struct {
		name       string
		ours, want func(x *fx.Array) *fx.Array
	}{
		{"layer", layer.Apply, func(x *fx.Array) *fx.Array { return formula(x, 1e-5, -2, -1) }},
		{"batch", func(x *fx.Array) *fx.Array {
			y, _ := batch.Train(x)
			return y
		}, func(x *fx.Array) *fx.Array { return formula(x, 1e-5, 0, 1, 2) }},
		{"group", group.Apply, func(x *fx.Array) *fx.Array {
			return formula(x.Reshape(2, 3, 3, 2, 2), 1e-5, 1, 2, 4).Reshape(2, 3, 3, 4)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			x, dx := sample(1, fx.Float64, 2, 3, 3, 4), sample(2, fx.Float64, 2, 3, 3, 4)
			if c.name == "layer" {
				x, dx = x.Reshape(2*3, 3, 4), dx.Reshape(2*3, 3, 4)
			}
			loss := func(f func(*fx.Array) *fx.Array) func(x *fx.Array) *fx.Array {
				return func(x *fx.Array) *fx.Array { return f(x).Sin().Mul(dx).Sum() }
			}
			for _, d := range []struct {
				name string
				of   func(f func(*fx.Array) *fx.Array) func(x *fx.Array) *fx.Array
			}{
				{"value", func(f func(*fx.Array) *fx.Array) func(x *fx.Array) *fx.Array { return f }},
				{"tangent", func(f func(*fx.Array) *fx.Array) func(x *fx.Array) *fx.Array {
					return func(x *fx.Array) *fx.Array {
						_, d := fx.JVP(f, x, dx)
						return d
					}
				}},
				{"gradient", func(f func(*fx.Array) *fx.Array) func(x *fx.Array) *fx.Array { return fx.Grad(loss(f)) }},
				{"product with the Hessian", func(f func(*fx.Array) *fx.Array) func(x *fx.Array) *fx.Array {
					return func(x *fx.Array) *fx.Array {
						_, d := fx.JVP(fx.Grad(loss(f)), x, dx)
						return d
					}
				}},
				{"gradient of the gradient's square", func(f func(*fx.Array) *fx.Array) func(x *fx.Array) *fx.Array {
					return fx.Grad(func(x *fx.Array) *fx.Array { return fx.Grad(loss(f))(x).Square().Sum() })
				}},
			} {
				ours := d.of(c.ours)
				want := d.of(c.want)(x).Float64s()
				near(t, d.name, ours(x).Float64s(), want, 1e-9)
				near(t, d.name+", compiled", fx.Jit(ours)(x).Float64s(), want, 1e-9)
				two := fx.Stack(0, x, x.MulScalar(2))
				near(t, d.name+", batched", fx.Vmap(ours)(two).Index(0).Float64s(), want, 1e-9)
			}
		})
	}
}
