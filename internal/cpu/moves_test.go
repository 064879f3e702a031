package cpu

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// TestLargeMoves: arrays that several threads fill, copy and pad are those of one
// thread, for elements of every size, and the padding has its value.
func TestLargeMoves(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	all := engines(t)
	const n = 3*parallelFrom + 5
	for _, d := range []graph.DType{graph.Uint8, graph.Float32, graph.Float64, graph.Complex128} {
		value := graph.NewBuffer(d, 1)
		x := graph.NewBuffer(d, n)
		for _, b := range []*graph.Buffer{value, x} {
			for i := range b.Bytes() {
				b.Bytes()[i] = byte(1 + r.IntN(255))
			}
		}
		scalar, node := graph.Constant(value, nil), graph.Constant(x, graph.Shape{n})
		broadcast := graph.Broadcast(scalar, graph.Shape{n}, nil)
		pad := graph.Pad(node, scalar, []int{7}, []int{2}, []int{1})
		sameEverywhere(t, all, broadcast.Op(), values(scalar))
		sameEverywhere(t, all, pad.Op(), values(node, scalar))
		size, v := d.Size(), value.Bytes()
		for _, e := range all {
			out := graph.NewBuffer(d, n)
			e.Exec(broadcast.Op(), values(scalar), []*graph.Buffer{out})
			for i := range n {
				if !bytes.Equal(out.Bytes()[i*size:][:size], v) {
					t.Fatalf("%v: element %d of a broadcast", d, i)
				}
			}
			out = graph.NewBuffer(d, pad.Shape.Size())
			e.Exec(pad.Op(), values(node, scalar), []*graph.Buffer{out})
			for i := range out.Len {
				want := v
				if k := i - 7; k >= 0 && k < 2*n-1 && k%2 == 0 {
					want = x.Bytes()[k/2*size:][:size]
				}
				if !bytes.Equal(out.Bytes()[i*size:][:size], want) {
					t.Fatalf("%v: element %d of a padded array", d, i)
				}
			}
		}
	}
}
