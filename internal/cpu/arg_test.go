package cpu

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/fluxion-go/fluxion/internal/cpu/kernel"
	"github.com/fluxion-go/fluxion/internal/graph"
)

// The places of extremes, along rows and columns and on several threads, are
// those of a walk through each.
func TestArgExtremes(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	special := []float32{float32(math.NaN()), 0, float32(math.Copysign(0, -1)), float32(math.Inf(1)), float32(math.Inf(-1))}
	for _, level := range kernel.Available() {
		for _, threads := range []int{1, 3} {
			e, err := NewEngine(level, threads)
			if err != nil {
				t.Fatal(err)
			}
			for _, shape := range []graph.Shape{{1, 5}, {7, 100}, {300, 64, 1}, {3, 90, 150}, {1, 200, 130}, {40, 70, 33}, {1, 40000}} {
				for axis := range shape {
					x := graph.NewBuffer(graph.Float32, shape.Size())
					v := graph.View[float32](x)
					for i := range v {
						v[i] = float32(r.IntN(50)) // many ties
						if r.IntN(2000) == 0 {
							v[i] = special[r.IntN(len(special))]
						}
					}
					n := graph.Constant(x, shape)
					for _, p := range []*graph.Prim{graph.ArgMaxP, graph.ArgMinP} {
						op := graph.Apply(p, axis, n)[0].Op()
						got := graph.NewBuffer(graph.Int32, op.Outs[0].Shape.Size())
						e.Exec(op, []*graph.Buffer{x}, []*graph.Buffer{got})
						c := canonical(shape, []int{axis})
						for i, at := range graph.View[int32](got) {
							row := make([]float32, c.n)
							for j := range row {
								row[j] = v[(i/c.inner*c.n+j)*c.inner+i%c.inner]
							}
							if want := argRow(row, p == graph.ArgMaxP); int(at) != want {
								t.Fatalf("%s of %v along %d, element %d at level %v: %d, want %d", p.Name, shape, axis, i, level, at, want)
							}
						}
					}
				}
			}
			e.Close()
		}
	}
}
