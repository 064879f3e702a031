package random_test

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

func Example() {
	keys := random.Split(random.New(0), 2)
	w := random.Normal(keys[0], fx.Float32, 2, 3)
	order := random.Permutation(keys[1], 5)
	fmt.Println(w.Shape(), order.Int32s())
	// Output: [2 3] [4 0 1 2 3]
}

// One key for each example, used under Vmap.
func ExampleSplitArray() {
	keys := random.SplitArray(random.New(0), 3)
	flips := fx.Vmap(func(key *fx.Array) *fx.Array {
		return random.Bernoulli(key, fx.Const(0.5), 4)
	})(keys)
	fmt.Println(flips)
	// Output: bool[3 4][[0 1 0 0] [0 1 1 1] [0 0 1 0]]
}
