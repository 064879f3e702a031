package transport_test

import (
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// assignmentCost is the mean cost of the best assignment.
func assignmentCost(t *testing.T, cost *fx.Array) float64 {
	t.Helper()
	_, total, err := linalg.Assign(cost)
	if err != nil {
		t.Fatal(err)
	}
	return total / float64(cost.Dim(0))
}
