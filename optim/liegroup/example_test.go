package liegroup_test

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim/liegroup"
	"github.com/fluxion-go/fluxion/random"
)

// A preconditioner is fitted to products with an indefinite matrix and comes to the
// inverse of its absolute value.
func Example() {
	h := fx.New([]float64{4, 0, 0, -0.5}, 2, 2)
	x := fx.Zeros(fx.Float64, 2)

	fit := fx.Jit(func(key *fx.Array) liegroup.Preconditioner {
		p, _ := fx.Scan(func(p liegroup.Preconditioner, key *fx.Array) (liegroup.Preconditioner, struct{}) {
			v := random.Normal(key, fx.Float64, 2)
			return p.Update([]*fx.Array{v}, []*fx.Array{h.MatMul(v)}, fx.Scalar(0.01)), struct{}{}
		}, liegroup.New(liegroup.Triangular{}, []*fx.Array{x}, key), random.SplitArray(key, 5000))
		return p
	})
	p := fit(random.New(0))
	fmt.Printf("%.1f\n", p.Dense().Diagonal(0).Float64s())

	d := p.Apply([]*fx.Array{fx.New([]float64{4, -0.5})})
	fmt.Printf("%.1f\n", d[0].Float64s())
	// Output:
	// [0.2 2.0]
	// [1.0 -1.0]
}
