package transport_test

import (
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// panics requires f to panic with an *fx.Error that contains a text.
func panics(t *testing.T, text string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		err, ok := recover().(*fx.Error)
		if !ok || !strings.Contains(err.Error(), text) {
			t.Errorf("panic %v, want one about %q", err, text)
		}
	}()
	f()
}

// assignmentCost is the mean cost of the best assignment.
func assignmentCost(t *testing.T, cost *fx.Array) float64 {
	t.Helper()
	_, total, err := linalg.Assign(cost)
	if err != nil {
		t.Fatal(err)
	}
	return total / float64(cost.Dim(0))
}
