package nn_test

import (
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
)

func TestErrorFlowErrors(t *testing.T) {
	key := random.New(0)
	ones := func(shape ...int) *fx.Array { return fx.Ones(fx.Float32, shape...) }
	cell := nn.NewRNNCell(key, 2, 3, nn.Tanh)
	v := nn.NewVanishingRegularizer()
	for _, c := range []struct {
		want string
		call func()
	}{
		{"RNNCell.Perturbed: the perturbation is nil; it must be like the states, float32[4 3]", func() { cell.Perturbed(ones(4, 2), ones(3), nil) }},
		{"RNNCell.Perturbed: the perturbation is float32[4 2]; it must be like the states, float32[4 3]", func() { cell.Perturbed(ones(4, 2), ones(3), ones(4, 2)) }},
		{"VanishingRegularizer.Omega: the recurrent matrix is float32[3 2]; it must be [hidden, hidden]", func() { v.Omega(ones(3, 2), ones(4, 3), ones(4, 3)) }},
		{"VanishingRegularizer.Omega: the input is nil", func() { v.Omega(ones(3, 3), nil, ones(4, 3)) }},
		{"VanishingRegularizer.Omega: signals float32[4 3] and slopes float32[5 3]: dtype and shape must be the same", func() { v.Omega(ones(3, 3), ones(4, 3), ones(5, 3)) }},
		{"VanishingRegularizer.Omega: the signals have shape [3]; it must be [..., n, hidden]", func() { v.Omega(ones(3, 3), ones(3), ones(3)) }},
		{"VanishingRegularizer.Omega: the bound is 0; it must be positive", func() { nn.VanishingRegularizer{}.Omega(ones(3, 3), ones(4, 3), ones(4, 3)) }},
		{"VanishingRegularizer.Omega: the ratio SignalRatio(7) is unknown", func() {
			nn.VanishingRegularizer{Bound: 1, Ratio: 7}.Omega(ones(3, 3), ones(4, 3), ones(4, 3))
		}},
		{"SparseNormal: connections [0]: all must be at least 1", func() { nn.SparseNormal(1, 0) }},
		{"SparseNormal: shape [2 3 4]; it draws kernels [in, out]", func() { nn.SparseNormal(1, 1)(key, fx.Float32, nn.Fan{}, 2, 3, 4) }},
		{"WithSpectralRadius: the initialiser is nil", func() { nn.WithSpectralRadius(nil, 1) }},
		{"WithSpectralRadius: scale 0; it must be positive and finite", func() { nn.WithSpectralRadius(nn.Ones, 0) }},
		{"WithSpectralRadius: shape [2 3]; it draws square kernels", func() { nn.WithSpectralRadius(nn.Ones, 1)(key, fx.Float32, nn.Fan{}, 2, 3) }},
	} {
		wrong(t, c.want, c.call)
	}
}
