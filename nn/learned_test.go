package nn_test

import (
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
)

// TestLearned: all leaves are learned but the statistics of normalisations, also
// those deep inside a model and whatever else is called Mean.
func TestLearned(t *testing.T) {
	type model struct {
		Mean  *fx.Array
		Inner []nn.BatchNorm
	}
	m := model{fx.Zeros(fx.Float32, 2), []nn.BatchNorm{nn.NewBatchNorm(fx.Float32, 2)}}
	var learned []string
	for i, path := range fx.Paths(m) {
		if nn.Learned(path, fx.Leaves(m)[i]) {
			learned = append(learned, path)
		}
	}
	if want := []string{"Mean", "Inner[0].Scale", "Inner[0].Bias"}; !slices.Equal(learned, want) {
		t.Errorf("learned are %v, want %v", learned, want)
	}
}
