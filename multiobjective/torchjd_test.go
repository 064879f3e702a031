package multiobjective_test

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	mo "github.com/fluxion-go/fluxion/multiobjective"
)

// TestAgreesWithTheAuthorsLibrary compares with the values that the authors'
// TorchJD holds fixed in its own tests, of one Jacobian, to the precision at
// which it prints them. UPGrad and DualProj have its ridge. Aggregators that
// draw numbers are not among them, for theirs are torch's.
func TestAgreesWithTheAuthorsLibrary(t *testing.T) {
	j := fx.New([]float64{-4, 1, 1, 6, 1, 1}, 2, 3)
	g := j.MatMul(j.T())
	for _, c := range []struct {
		a       mo.Weighting
		vector  [3]float64
		weights [2]float64 // zeros: not published
	}{
		{mo.Mean(), [3]float64{1, 1, 1}, [2]float64{0.5, 0.5}},
		{mo.Sum(), [3]float64{2, 2, 2}, [2]float64{1, 1}},
		{mo.UPGrad(mo.TorchJD), [3]float64{0.2929, 1.9004, 1.9004}, [2]float64{1.1109, 0.7894}},
		{mo.DualProj(mo.TorchJD), [3]float64{0.5563, 1.1109, 1.1109}, [2]float64{0.6109, 0.5}},
		{mo.MGDA(), [3]float64{0, 1, 1}, [2]float64{0.6, 0.4}},
		{mo.PCGrad(), [3]float64{0.5848, 3.8012, 3.8012}, [2]float64{2.2222, 1.5789}},
		{mo.IMTLG(), [3]float64{0.0767, 1, 1}, [2]float64{0.5923, 0.4077}},
		{mo.AlignedMTL(), [3]float64{0.2133, 0.9673, 0.9673}, [2]float64{0.5591, 0.4083}},
		{mo.ConFIG(), [3]float64{0.1588, 2.0706, 2.0706}, [2]float64{}},
		{mo.CAGrad(0.5), [3]float64{0.1835, 1.2041, 1.2041}, [2]float64{0.7041, 0.5}},
	} {
		if d := largest(apply(t, c.a, j).Float64s(), c.vector[:]); d > 1e-4 {
			t.Errorf("%v: %v, want %v", c.a, apply(t, c.a, j).Float64s(), c.vector)
		}
		w, err := c.a.Weights(g, nil)
		if err != nil {
			t.Fatal(err)
		}
		if d := largest(w.Float64s(), c.weights[:]); d > 1e-4 && c.weights != [2]float64{} {
			t.Errorf("%v has weights %v, want %v", c.a, w.Float64s(), c.weights)
		}
	}
	// TorchJD cuts the length of Nash-MTL's direction to 1.
	nash := apply(t, mo.NashMTL(), j)
	if d := largest(nash.Div(nash.Norm()).Float64s(), []float64{0.0542, 0.7061, 0.7061}); d > 1e-4 {
		t.Errorf("Nash-MTL's direction is %v", nash.Div(nash.Norm()).Float64s())
	}
}

// largest is the largest difference of two vectors' elements.
func largest(a, b []float64) float64 {
	d := 0.0
	for i := range a {
		d = max(d, math.Abs(a[i]-b[i]))
	}
	return d
}
