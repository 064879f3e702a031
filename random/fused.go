package random

import (
	"fmt"
	"slices"
	"sync"

	"github.com/fluxion-go/fluxion/fx"
)

// A large draw goes through a compiled program: step by step, each of its ops would
// make an array of its own, so that the weights of a network would take ten times
// their memory to begin with. The bits are the same.

// fusedFrom is the number of elements from which a program is worth its compilation;
// mostFused is how many programs are kept.
const fusedFrom, mostFused = 64 << 10, 256

var fusedDraws = struct {
	sync.Mutex
	of map[string]func(key *fx.Array) *fx.Array
}{of: map[string]func(key *fx.Array) *fx.Array{}}

// fused is draw(key, shape), of type d. name and parameters tell draws of one type
// and shape apart.
func fused(key *fx.Array, d fx.DType, shape []int, draw func(key *fx.Array, shape []int) *fx.Array, name string, parameters ...float64) *fx.Array {
	size := 1
	for _, n := range shape {
		size *= n
	}
	if size < fusedFrom {
		return draw(key, shape)
	}
	id := fmt.Sprint(name, d, shape, parameters)
	fusedDraws.Lock()
	run := fusedDraws.of[id]
	if run == nil {
		if len(fusedDraws.of) >= mostFused {
			clear(fusedDraws.of)
		}
		own := slices.Clone(shape) // the caller's may change
		run = fx.Jit(func(key *fx.Array) *fx.Array { return draw(key, own) })
		fusedDraws.of[id] = run
	}
	fusedDraws.Unlock()
	return run(key)
}
