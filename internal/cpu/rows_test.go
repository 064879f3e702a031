package cpu

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/fluxion-go/fluxion/internal/cpu/kernel"
	"github.com/fluxion-go/fluxion/internal/graph"
)

// Short rows have the bits that the lanes and their tree give.
func TestShortRows(t *testing.T) {
	checkShortRows[float32](t, &kernel.For(kernel.Off).F32)
	checkShortRows[float64](t, &kernel.For(kernel.Off).F64)
}

func checkShortRows[T float32 | float64](t *testing.T, k *kernel.Floats[T]) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	special := []float64{math.Copysign(0, -1), 0, math.Inf(1), math.Inf(-1), math.NaN(), 1e308, 1e-320}
	for _, p := range []*graph.Prim{graph.ReduceSumP, graph.ReduceMaxP, graph.ReduceMinP} {
		feed, combine, identity := lanesOf(k, p)
		for n := 1; n <= kernel.Lanes; n++ {
			for trial := range 40 {
				row := make([]T, n)
				for i := range row {
					row[i] = T(r.NormFloat64() * math.Exp(8*r.NormFloat64()))
					switch {
					case trial == 0:
						row[i] = T(special[0])
					case trial > 20 && r.IntN(4) == 0:
						row[i] = T(special[r.IntN(len(special))])
					}
				}
				var acc [kernel.Lanes]T
				k.Fill(acc[:], identity)
				feed(&acc, row)
				want, got := float64(laneTree(k, combine, &acc)), float64(shortRowOf[T](p)(row))
				if math.Float64bits(got) != math.Float64bits(want) && !(got != got && want != want) {
					t.Fatalf("%s of %v: %v, want %v", p.Name, row, got, want)
				}
			}
		}
	}
}

// laneTree combines lanes by the kernels, as reduce.go defines it.
func laneTree[T float32 | float64](k *kernel.Floats[T], combine kernel.Binary, acc *[kernel.Lanes]T) T {
	for w := kernel.Lanes / 2; w > 0; w /= 2 {
		k.Binary[combine](acc[:w], acc[:w], acc[w:2*w])
	}
	return acc[0]
}
