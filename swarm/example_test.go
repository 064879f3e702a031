package swarm_test

import (
	"fmt"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/swarm"
)

// The published setting on the function of the paper: through a valley with
// ripples and a ridge, from (8, 8) to the origin.
func ExampleCBO() {
	canyon := data.GrandCanyon3(data.RippledCanyon)
	method := swarm.NewCBO()
	reached := fx.Jit(func(key *fx.Array) *fx.Array {
		keys := random.Split(key, 2)
		start := swarm.Cloud(keys[0], fx.New([]float64{8, 8}), 0.5, 200)
		state, _ := method.Run(canyon, method.Init(keys[1], start), 250)
		return method.Consensus(canyon, state)
	})(random.New(1))
	fmt.Println("distance from the minimum below 0.25:", reached.Norm().Item() < 0.25)
	// Output: distance from the minimum below 0.25: true
}

// The parameters of a model, a tree, as particles.
func ExampleCBO_model() {
	type line struct{ Slope, Offset *fx.Array }
	x := fx.Linspace(fx.Float64, -1, 1, 20)
	y := x.MulScalar(3).AddScalar(2)
	zero := line{fx.Scalar(0.0), fx.Scalar(0.0)}
	vector, model := linalg.Ravel(zero)
	loss := func(v *fx.Array) *fx.Array {
		m := model(v)
		return x.Mul(m.Slope).Add(m.Offset).Sub(y).Square().Mean()
	}
	method := swarm.CBO{Alpha: optim.Constant(1000), Lambda: 1, Sigma: optim.Constant(1), Dt: 0.1, Noise: swarm.Anisotropic}
	keys := random.Split(random.New(0), 2)
	state, course := method.Run(loss, method.Init(keys[1], swarm.Cloud(keys[0], vector, 3, 100)), 400)
	if err := course.Err(); err != nil {
		panic(err)
	}
	m := model(method.Consensus(loss, state))
	fmt.Printf("%.1f x + %.1f\n", m.Slope.Item(), m.Offset.Item())
	// Output: 3.0 x + 2.0
}
