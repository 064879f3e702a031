package bench

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
)

// atOpenBLAS is the goal of square products: 0.95 of OpenBLAS's speed at each
// size.
const atOpenBLAS = 1 / 0.95

// squares are products of square matrices in all forms: n is a matrix as it
// lies, t its transpose.
func squares() (all []workload) {
	for _, d := range []fx.DType{fx.Float32, fx.Float64} {
		for _, n := range []int{256, 512, 1024, 2048} {
			for _, form := range []string{"nn", "nt", "tn", "tt"} {
				all = append(all, workload{
					name:  fmt.Sprintf("matmul-%s-%s-%d", short(d), form, n),
					about: "product of square matrices, beside OpenBLAS", goal: atOpenBLAS, single: true,
					setup: func() *task {
						return calling(func(x [2]*fx.Array) *fx.Array {
							for i := range x {
								if form[i] == 't' {
									x[i] = x[i].T()
								}
							}
							return x[0].MatMul(x[1])
						}, [2]*fx.Array{normal(1, d, n, n), normal(2, d, n, n)})
					},
				})
			}
		}
	}
	return all
}

// products are the other shapes that networks are made of.
func products() []workload {
	of := func(name, about string, x, y []int) workload {
		return workload{name: name, about: about, goal: 1, single: true, setup: func() *task {
			return calling(func(x [2]*fx.Array) *fx.Array { return x[0].MatMul(x[1]) },
				[2]*fx.Array{normal(1, fx.Float32, x...), normal(2, fx.Float32, y...)})
		}}
	}
	return []workload{
		of("dense-128x784x512", "128 rows through a layer of 784 to 512", []int{128, 784}, []int{784, 512}),
		of("batched-32x64x64", "32 products of 64 x 64 matrices", []int{32, 64, 64}, []int{32, 64, 64}),
		of("matvec-2048", "a matrix of 2048 x 2048 times a vector", []int{2048, 2048}, []int{2048}),
	}
}
