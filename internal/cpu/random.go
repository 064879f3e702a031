package cpu

import (
	"github.com/fluxion-go/fluxion/internal/graph"
	"github.com/fluxion-go/fluxion/internal/threefry"
)

func randomImpls() map[*graph.Prim]impl {
	return map[*graph.Prim]impl{graph.RandomBitsP: func(e *Engine, op *graph.Op, ins, outs []*graph.Buffer) {
		keys, out := graph.View[uint32](ins[0]), graph.View[uint32](outs[0])
		each := op.Attrs.(graph.Shape).Size() // words of one key
		e.forTiles(len(out), func(_, lo, hi int) {
			for lo < hi {
				key, at := lo/each, lo%each
				n := min(hi-lo, each-at)
				threefry.Words(out[lo:lo+n], keys[2*key], keys[2*key+1], uint64(at))
				lo += n
			}
		})
	}}
}
