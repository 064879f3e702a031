package bench

import "github.com/fluxion-go/fluxion/fx"

// elementwise is work on arrays far larger than the caches.
func elementwise() []workload {
	const n = 4_000_000
	return []workload{{
		name: "chain-4m", about: "exp(-(tanh(a*b+a))^2)*sigmoid(b), 4 million", goal: 0.2,
		setup: func() *task {
			return calling(func(x [2]*fx.Array) *fx.Array {
				a, b := x[0], x[1]
				return a.Mul(b).Add(a).Tanh().Square().Neg().Exp().Mul(b.Sigmoid())
			}, [2]*fx.Array{normal(1, fx.Float32, n), normal(2, fx.Float32, n)})
		},
	}}
}

// reductions go over the rows or the columns of a matrix.
func reductions() (all []workload) {
	kinds := []struct {
		name string
		f    func(x *fx.Array, axis int) *fx.Array
	}{
		{"sum", func(x *fx.Array, axis int) *fx.Array { return x.Sum(axis) }},
		{"mean", func(x *fx.Array, axis int) *fx.Array { return x.Mean(axis) }},
		{"softmax", func(x *fx.Array, axis int) *fx.Array { return x.Softmax(axis) }},
		{"layernorm", func(x *fx.Array, axis int) *fx.Array {
			d := x.Sub(x.MeanKeep(axis))
			return d.Mul(d.Square().MeanKeep(axis).AddScalar(1e-5).Rsqrt())
		}},
		{"argmax", func(x *fx.Array, axis int) *fx.Array { return x.ArgMax(axis) }},
	}
	for _, k := range kinds {
		for axis, over := range []string{"columns", "rows"} {
			all = append(all, workload{
				name: k.name + "-" + over, about: k.name + " along " + over + " of 2048 x 1024 float32", goal: 0.6,
				setup: func() *task {
					return calling(func(x *fx.Array) *fx.Array { return k.f(x, axis) }, normal(1, fx.Float32, 2048, 1024))
				},
			})
		}
	}
	return all
}

// convolutions are those of a ResNet-20 on a batch of 64, and a larger one.
func convolutions() (all []workload) {
	shapes := []struct {
		name                            string
		batch, size, in, out, k, stride int
	}{
		{"conv-3-16-at-32", 64, 32, 3, 16, 3, 1},
		{"conv-16-16-at-32", 64, 32, 16, 16, 3, 1},
		{"conv-16-32-at-32-by-2", 64, 32, 16, 32, 3, 2},
		{"conv-32-32-at-16", 64, 16, 32, 32, 3, 1},
		{"conv-32-64-at-16-by-2", 64, 16, 32, 64, 3, 2},
		{"conv-64-64-at-8", 64, 8, 64, 64, 3, 1},
		{"conv-64-64-at-32", 32, 32, 64, 64, 3, 1},
	}
	for _, s := range shapes {
		o := fx.ConvOptions{Strides: [2]int{s.stride, s.stride}, Padding: fx.Border{Top: 1, Bottom: 1, Left: 1, Right: 1}}
		conv := func(x [2]*fx.Array) *fx.Array { return fx.Conv2D(x[0], x[1], o) }
		args := func() [2]*fx.Array {
			return [2]*fx.Array{normal(1, fx.Float32, s.batch, s.size, s.size, s.in), normal(2, fx.Float32, s.k, s.k, s.in, s.out)}
		}
		all = append(all, workload{
			name: s.name, about: "convolution 3x3, forward", goal: 1,
			setup: func() *task { return calling(conv, args()) },
		}, workload{
			name: s.name + "-backward", about: "the same, and backward to images and kernel", goal: 1,
			setup: func() *task {
				ct := normal(3, fx.Float32, s.batch, s.size/s.stride, s.size/s.stride, s.out)
				type input struct {
					X  [2]*fx.Array
					CT *fx.Array
				}
				type output struct {
					Y *fx.Array
					G [2]*fx.Array
				}
				return calling(func(in input) output {
					y, pull := fx.VJP(conv, in.X)
					return output{y, pull(in.CT)}
				}, input{args(), ct})
			},
		})
	}
	return all
}
