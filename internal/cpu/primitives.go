package cpu

import (
	"slices"
	"strings"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// Primitives lists every primitive that the engine runs, by name.
func Primitives() []*graph.Prim {
	all := []*graph.Prim{graph.CheckpointP, graph.CustomJVPP, graph.CustomVJPP, graph.CondP, graph.WhileP, graph.ScanP}
	for p := range impls() {
		all = append(all, p)
	}
	slices.SortFunc(all, func(p, q *graph.Prim) int { return strings.Compare(p.Name, q.Name) })
	return all
}
